package measure

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
)

// smearing is one --smear: a kind of layer with its numbers, applied some times.
type smearing struct {
	kind       string
	numbers    []float64
	space      bool // links and staples of space only
	projection covnet.Projection
	times      int
}

// smearingForms are the forms of --smear.
const smearingForms = "ape:ALPHA, stout:RHO, hyp or hyp:A1,A2,A3; behind it :space (ape, stout: links of space by staples of space), :maxretr (ape, hyp: projection by the largest Re tr, not the polar one) and xN for N times, as in stout:0.1x3, ape:0.5:space:maxretrx20"

// parseSmearing reads "stout:0.1x3". Errors: of the command line.
func parseSmearing(text string) (s smearing, err error) {
	bad := func(why string) (smearing, error) {
		return s, cli.Usage(fmt.Errorf("--smear %s: %s (allowed: %s)", text, why, smearingForms))
	}
	s.times = 1
	spec := text
	if i := strings.LastIndexByte(text, 'x'); i >= 0 && strings.Trim(text[i+1:], "0123456789") == "" {
		if s.times, err = strconv.Atoi(text[i+1:]); err != nil || s.times < 1 {
			return bad("not a number of times")
		}
		spec = text[:i]
	}
	parts := strings.Split(spec, ":")
	s.kind = parts[0]
	want, known := map[string]int{"ape": 1, "stout": 1, "hyp": 3}[s.kind]
	if !known {
		return bad("unknown kind")
	}
	for i, part := range parts[1:] {
		switch {
		case part == "space" && s.kind != "hyp" && !s.space:
			s.space = true
		case part == "maxretr" && s.kind != "stout" && s.projection == covnet.Polar:
			s.projection = covnet.MaxReTr
		case i > 0 || part == "space" || part == "maxretr":
			return bad(fmt.Sprintf("%q is not for it", part))
		default:
			if s.numbers, err = smearingNumbers(s.kind, part); err != nil {
				return bad(err.Error())
			}
		}
	}
	if s.kind == "hyp" && len(s.numbers) == 0 {
		s.numbers = []float64{.75, .6, .3} // hep-lat/0103029
	}
	if len(s.numbers) != want {
		return bad(fmt.Sprintf("%d numbers", len(s.numbers)))
	}
	return s, nil
}

// smearingNumbers reads the numbers of a kind: the parts of staples in a mean are 0 to 1,
// and stout steps beyond 1 leave the links nothing of what they were.
func smearingNumbers(kind, text string) (numbers []float64, err error) {
	least := 0.
	if kind == "stout" {
		least = -1
	}
	for _, word := range strings.Split(text, ",") {
		x, err := strconv.ParseFloat(word, 64)
		switch {
		case errors.Is(err, strconv.ErrSyntax):
			return nil, fmt.Errorf("%q is not a number", word)
		case !(x >= least && x <= 1):
			return nil, fmt.Errorf("%s is not within %v and 1", word, least)
		}
		numbers = append(numbers, x)
	}
	return numbers, nil
}

// smearer applies smearings, one after the other, to links of one shape.
type smearer struct {
	list   []smearing
	layers []covnet.Layer // of each
	out    [2]*gauge.Field
	stop   func() error
}

func newSmearer(list []smearing, u *gauge.Field, stop func() error) (*smearer, error) {
	s := &smearer{list: list, stop: stop}
	for _, one := range list {
		l, err := one.layer(u)
		if err != nil {
			return nil, err
		}
		s.layers = append(s.layers, l)
	}
	if len(list) > 0 { // they take turns
		s.out = [2]*gauge.Field{gauge.NewField(u.Geometry(), u.Group()), gauge.NewField(u.Geometry(), u.Group())}
	}
	return s, nil
}

// run returns u smeared: a field of its own, or u itself. Errors: that of stop.
func (s *smearer) run(u *gauge.Field) (*gauge.Field, error) {
	k := 0
	for i, one := range s.list {
		for range one.times {
			if err := s.stop(); err != nil {
				return nil, err
			}
			s.layers[i].Forward(s.out[k], u)
			u, k = s.out[k], 1-k
		}
	}
	return u, nil
}

// layer returns the layer of the smearing for fields like u.
func (s smearing) layer(u *gauge.Field) (covnet.Layer, error) {
	switch s.kind {
	case "ape":
		smear := covnet.NewAPESmearing
		if s.space {
			smear = covnet.NewAPESmearingInSpace
		}
		l, err := smear(u, s.numbers[0])
		if err != nil {
			return nil, err
		}
		l.Project(s.projection)
		return l, nil
	case "hyp":
		l, err := covnet.NewHYP(u, [3]float64(s.numbers))
		if err != nil {
			return nil, err
		}
		l.Project(s.projection)
		return l, nil
	}
	d := u.Geometry().Dims()
	term := covnet.PlaquetteTerm(d)
	if s.space {
		if d == 2 {
			return nil, errors.New("stout smearing in space in 2 dimensions (allowed: 3, 4)")
		}
		term = covnet.SpaceTerm(d)
	}
	l, err := covnet.NewStout(u, covnet.Shared, term)
	if err != nil {
		return nil, err
	}
	l.Params()[0] = s.numbers[0]
	return l, nil
}
