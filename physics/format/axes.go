package format

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Axes is the order in which the links of a file follow one another, from the
// slowest axis to the fastest; each is a matrix.
type Axes string

// The orders. In fewer dimensions y and z are missing.
const (
	DirectionFastest Axes = "t,z,y,x,mu"
	DirectionSlowest Axes = "mu,t,z,y,x"
)

// ErrAxes says that a file fits several orders of its axes, and that its links do
// not decide.
var ErrAxes = errors.New("the order of the axes must be given")

// ParseAxes reads an order of axes, such as "mu,t,x". Errors: any other.
func ParseAxes(text string) (Axes, error) {
	word := strings.ReplaceAll(strings.ToLower(text), " ", "")
	for _, a := range []Axes{DirectionFastest, DirectionSlowest} {
		for d := 2; d <= 4; d++ {
			if word == a.in(d) {
				return a, nil
			}
		}
	}
	return "", fmt.Errorf("format: unknown axes %q (allowed, from slowest to fastest: %s, %s, in fewer dimensions without z and y)", text, DirectionFastest, DirectionSlowest)
}

// in returns the names in d dimensions.
func (a Axes) in(d int) string {
	s := string(a)
	for _, axis := range []string{"z,", "y,"}[:4-d] {
		s = strings.Replace(s, axis, "", 1)
	}
	return s
}

// axesOf is an order that a file fits, and its extents then.
type axesOf struct {
	axes    Axes
	extents []int
}

// layAxes is the layout of formats of either order.
func layAxes(h Header) layout {
	if h.Axes != DirectionSlowest {
		return lexicographic(h.Extents)
	}
	sites := lexicographic(h.Extents)
	volume := sites.records
	return layout{records: volume * len(h.Extents), links: 1, place: func(x []int, record, _ int) int {
		sites.place(x, record%volume, 0)
		return record / volume
	}}
}

// choose keeps of the orders that a file fits those that were told, by name or by
// extents, and takes the only one that is left.
func (f *File) choose(fits []axesOf) error {
	var left []axesOf
	for _, a := range fits {
		if f.axes == "" || f.axes == a.axes {
			left = append(left, a)
		}
	}
	if len(left) == 0 {
		return fmt.Errorf("axes %s do not fit (allowed: %s)", f.axes, fits[0].axes.in(len(fits[0].extents)))
	}
	var told []axesOf
	for _, a := range left {
		if f.told.Extents == nil || a.extents == nil || slices.Equal(f.told.Extents, a.extents) {
			told = append(told, a)
		}
	}
	if len(told) > 0 {
		left = told
	}
	f.open = left
	f.take(left[0])
	return nil
}

func (f *File) take(a axesOf) {
	f.Axes = a.axes
	if a.extents != nil {
		f.Extents = a.extents
	}
}

// misread is the probability with which random links, that no order of axes fits
// better than another, are taken to have one.
const misread = 1e-6

// decide finds the order of the axes from plaquettes. In the wrong order they are
// products of links that do not meet: of links that are random up to a gauge
// transformation, products of unrelated random matrices, whose Re tr / N has mean 0,
// variance v (1/2, 1/4, 1/(2N²) for U(1), SU(2) and larger groups, as E |tr U|² = 1
// and, SU(2), E (tr U)² = 1), and is at most 1. All plaquettes of one orientation but
// one in each plane are independent, m of them, so that Bernstein's inequality
//
//	P(mean >= p) <= exp(-m p² / (2 (v + p/3))),
//
// holds for their mean, and by convexity for that of all orientations. An order is
// taken if its mean makes this less than misread, and is twice that of any other:
// smooth links, close to 1 say, look alike in all orders. For these the bound says
// nothing, so links whose average over the lattice exceeds 1/2 in any direction
// (that of random links is V^-1/2) are not decided at all.
func (f *File) decide() error {
	var means []float64
	var said []string
	best, ordered := 0, false
	for i, a := range f.open {
		g := *f
		g.take(a)
		d := len(g.Extents)
		g.layout = layAxes(g.Header)
		if !g.fills(g.data.length) {
			return g.account()
		}
		geo, err := lattice.New(g.Extents)
		if err != nil {
			return at(f.where.shape, "%w", err)
		}
		u := gauge.NewField(geo, g.Group)
		g.Notes, g.Accepted = nil, nil
		g.accept = Promises() // they are looked at when the order is known
		if _, err := g.scan(newFiller(u).set); err != nil {
			return err
		}
		u.Changed()
		means = append(means, plaquette(u))
		said = append(said, fmt.Sprintf("%s with plaquette %.4g on %v", a.axes.in(d), means[i], g.Extents))
		ordered = ordered || meanLink(u) > .25
		if means[i] > means[best] {
			best = i
		}
	}
	clear := !ordered && means[best] >= significant(f.Group, f.open[best].extentsOr(f.Extents))
	for i, p := range means {
		clear = clear && (i == best || math.Abs(p) <= means[best]/2)
	}
	if !clear {
		return at(f.where.shape, "%w: the links fit %s, and do not tell which (--axes does)", ErrAxes, strings.Join(said, " and "))
	}
	f.take(f.open[best])
	f.note("axes %s, decided by the plaquette: %s", f.Axes.in(len(f.Extents)), strings.Join(said, ", "))
	return nil
}

func (a axesOf) extentsOr(other []int) []int {
	if a.extents != nil {
		return a.extents
	}
	return other
}

// significant returns the mean plaquette that random links exceed with the
// probability misread, 2 if there is none: the positive root of
// p² - 2 l p/3 - 2 l v = 0, l = -log(misread) / m.
func significant(g group.Group, extents []int) float64 {
	volume, plane := 1., math.Inf(1)
	for mu, l := range extents {
		volume *= float64(l)
		for _, k := range extents[:mu] {
			plane = min(plane, float64(l*k))
		}
	}
	if slices.Min(extents) < 2 {
		return 2 // a link meets itself
	}
	v := 1 / (2 * float64(g.N()) * float64(g.N()))
	if g.N() == 2 {
		v = .25
	}
	l := -math.Log(misread) / (volume * (1 - 1/plane))
	return l/3 + math.Sqrt(l*l/9+2*l*v)
}

// meanLink returns the largest tr(M M†)/N, M the average of the links of a direction.
func meanLink(u *gauge.Field) float64 {
	geo, n := u.Geometry(), u.Group().N()
	worst := 0.
	m, x := u.Group().NewMatrix(), make([]int, geo.Dims())
	for mu := range geo.Dims() {
		mean := u.Group().NewMatrix()
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			u.At(m, x, mu)
			for k, z := range m {
				mean[k] += z / complex(float64(geo.Volume()), 0)
			}
		}
		norm := 0.
		for _, z := range mean {
			norm += real(z)*real(z) + imag(z)*imag(z)
		}
		worst = max(worst, norm/float64(n))
	}
	return worst
}
