package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
)

// smearing is one --smear: a kind of layer with its numbers, applied some times.
type smearing struct {
	kind    string
	numbers []float64
	times   int
}

// smearingForms are the forms of --smear.
const smearingForms = "ape:ALPHA, stout:RHO, hyp or hyp:A1,A2,A3, each with xN for N times, as in stout:0.1x3"

// parseSmearing reads "stout:0.1x3". Errors: of the command line.
func parseSmearing(text string) (s smearing, err error) {
	bad := func(why string) (smearing, error) {
		return s, usage{fmt.Errorf("--smear %s: %s (allowed: %s)", text, why, smearingForms)}
	}
	s.times = 1
	spec := text
	if head, n, found := strings.Cut(text, "x"); found {
		if s.times, err = strconv.Atoi(n); err != nil || s.times < 1 {
			return bad("not a number of times")
		}
		spec = head
	}
	var values string
	s.kind, values, _ = strings.Cut(spec, ":")
	if values != "" {
		for _, word := range strings.Split(values, ",") {
			x, err := strconv.ParseFloat(word, 64)
			if err != nil {
				return bad(fmt.Sprintf("%q is not a number", word))
			}
			s.numbers = append(s.numbers, x)
		}
	}
	want, known := map[string]int{"ape": 1, "stout": 1, "hyp": 3}[s.kind]
	if !known {
		return bad("unknown kind")
	}
	if s.kind == "hyp" && len(s.numbers) == 0 {
		s.numbers = []float64{.75, .6, .3} // hep-lat/0103029
	}
	if len(s.numbers) != want {
		return bad(fmt.Sprintf("%d numbers", len(s.numbers)))
	}
	return s, nil
}

// layers returns the layers of the smearing for fields like u.
func (s smearing) layers(u *gauge.Field) (layers []covnet.Layer, err error) {
	for range s.times {
		var l covnet.Layer
		switch s.kind {
		case "ape":
			l, err = covnet.NewAPESmearing(u, s.numbers[0])
		case "hyp":
			l, err = covnet.NewHYP(u, [3]float64(s.numbers))
		default:
			l, err = covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(u.Geometry().Dims()))
			if err == nil {
				l.Params()[0] = s.numbers[0]
			}
		}
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	return layers, nil
}
