package observe_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
)

// loops measures all that is made of links alone: averages and, from there on,
// Polyakov loops, with the number of links in each.
func loops(u *gauge.Field) (names []string, values []complex128, lengths []int) {
	geo, g := u.Geometry(), u.Group()
	add := func(name string, v complex128, k int) {
		names, values, lengths = append(names, name), append(values, v), append(lengths, k)
	}
	p := observe.NewPlaquette(geo, g)
	add("plaquette", complex(p.Measure(u), 0), 4)
	add("plaquette with time", complex(p.Time(u), 0), 4)
	if geo.Dims() > 2 {
		add("plaquette in space", complex(p.Space(u), 0), 4)
	}
	add("rectangle", complex(observe.NewRectangle(geo, g).Measure(u), 0), 6)
	for mu := range geo.Dims() {
		l, err := observe.NewPolyakovLoop(geo, g, mu)
		if err != nil {
			panic(err)
		}
		add(fmt.Sprintf("Polyakov loop along %d", mu), l.Trace(u), geo.Extent(mu))
		add(fmt.Sprintf("Polyakov loop along %d, normalised", mu), l.Normalised(u), geo.Extent(mu))
	}
	return names, values, lengths
}

// The observables agree with a twin that walks link by link, on any lattice:
// lanes that split the direction of a loop included.
func TestLoopsTwin(t *testing.T) {
	forAll(t, 100, anyExtents, func(r recipe) (b []bound) {
		u := r.field()
		twin := links(u)
		want := []complex128{
			complex(reference.Plaquette(twin).V, 0),
			complex(reference.TimePlaquette(twin).V, 0),
		}
		if len(r.Extents) > 2 {
			want = append(want, complex(reference.SpacePlaquette(twin).V, 0))
		}
		want = append(want, complex(reference.Rectangle(twin).V, 0))
		for mu := range r.Extents {
			p := reference.PolyakovLoop(twin, mu).V
			want = append(want, p, p/complex(float64(r.N), 0))
		}
		names, values, lengths := loops(u)
		for i, v := range values {
			b = append(b, near(names[i], v, want[i], roundOff(lengths[i], r.N)))
		}
		return b
	})
}

// Loops do not change under gauge transformations; the field does.
func TestLoopsGaugeInvariant(t *testing.T) {
	forAll(t, 100, anyExtents, func(r recipe) (b []bound) {
		u := r.field()
		names, before, lengths := loops(u)
		m, n, origin := u.Group().NewMatrix(), u.Group().NewMatrix(), make([]int, len(r.Extents))
		u.At(m, origin, 0)
		rotate(u, r.Seed)
		u.At(n, origin, 0)
		b = append(b, bound{"the transformation is the identity: inverse distance", 1e-3 / math.Hypot(real(m[0]-n[0]), imag(m[0]-n[0])), 1})
		_, after, _ := loops(u)
		for i := range before {
			// three matrices stand where one did
			b = append(b, near(names[i], before[i], after[i], roundOff(4*lengths[i], r.N)))
		}
		return b
	})
}

func rotate(u *gauge.Field, seed uint64) {
	g := gauge.NewTransformation(u.Geometry(), u.Group())
	g.Random(rng.New(seed).Child("rotation"))
	u.Transform(g)
}

func TestLoopsOfUnitLinks(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4} {
		u := gauge.NewField(newGeometry([]int{4, 2, 3}), su(n))
		names, values, _ := loops(u)
		for i, v := range values {
			want := complex128(1)
			if names[i] == "Polyakov loop along 0" || names[i] == "Polyakov loop along 1" || names[i] == "Polyakov loop along 2" {
				want = complex(float64(n), 0)
			}
			// sums of V equal terms scaled by a rounded 1/V
			assert.InDelta(t, real(want), real(v), 1e-14*float64(n), names[i])
			assert.Zero(t, imag(v), names[i])
		}
	}
}

// Numbers of other codes (shared/data: values.json, and those printed by the
// codes that made the files).
func TestLoopsOfOtherCodes(t *testing.T) {
	for _, c := range []struct {
		file       string
		n          int
		extents    []int
		plaq, rect float64
		poly       complex128
	}{
		{"julia/su3_4444_testconf.txt", 3, []int{4, 4, 4, 4}, .587818337847024, .3714647106838029, .5255246068616177 - .15140850971249725i},
		{"julia/su2_4444.ildg", 2, []int{4, 4, 4, 4}, .6684748868359874, .48602446109266806, .7009953007443275},
		{"julia/su4_4444.ildg", 4, []int{4, 4, 4, 4}, .34024104496327046, .11752155919345171, .06656736502125495 + .052476314381695754i},
		{"julia/su3_4422_domainwall.ildg", 3, []int{4, 4, 2, 2}, .5832960791270717, .3914076095481014, 1.5999735016800796 - .006167946400690752i},
	} {
		t.Run(c.file, func(t *testing.T) {
			u := readField(t, c.file, c.n, c.extents...)
			assert.InDelta(t, c.plaq, observe.NewPlaquette(u.Geometry(), u.Group()).Measure(u), roundOff(4, c.n))
			assert.InDelta(t, c.rect, observe.NewRectangle(u.Geometry(), u.Group()).Measure(u), roundOff(6, c.n))
			l, err := observe.NewPolyakovLoop(u.Geometry(), u.Group(), 3)
			require.NoError(t, err)
			p := l.Trace(u)
			assert.InDelta(t, real(c.poly), real(p), roundOff(4, c.n))
			assert.InDelta(t, imag(c.poly), imag(p), roundOff(4, c.n))
		})
	}
}

func TestLoopsMisuse(t *testing.T) {
	geo := newGeometry([]int{4, 4})
	for _, mu := range []int{-1, 2} {
		_, err := observe.NewPolyakovLoop(geo, group.SU2, mu)
		assert.ErrorContains(t, err, "(allowed: 0 … 1)")
	}
	u := gauge.NewField(geo, group.SU2)
	assert.PanicsWithValue(t, "observe: no plane without time in two dimensions", func() {
		observe.NewPlaquette(geo, group.SU2).Space(u)
	})
	assert.Panics(t, func() { observe.NewPlaquette(geo, group.SU3).Measure(u) })
}

// Loops of one plane agree with the twin's, r along the first direction; the planes
// together are the plaquette and the rectangle.
func TestPlaneLoopsTwin(t *testing.T) {
	forAll(t, 40, anyExtents, func(r recipe) (b []bound) {
		u := r.field()
		geo, g, twin, d := u.Geometry(), u.Group(), links(u), len(r.Extents)
		measure := func(mu, nu, r, s int) float64 {
			w, err := observe.NewPlaneLoop(geo, g, mu, nu, r, s)
			if err != nil {
				panic(err)
			}
			return w.Measure(u)
		}
		plaquette, rectangle := 0.0, 0.0
		for nu := range d {
			for mu := range nu {
				plaquette += 2 * measure(mu, nu, 1, 1) / float64(d*(d-1))
				rectangle += (measure(mu, nu, 2, 1) + measure(mu, nu, 1, 2)) / float64(d*(d-1))
				want := reference.LoopAverage(twin, [][]int{reference.WilsonLoop(mu, 2, nu, 1)}).V
				b = append(b, near("2 x 1", complex(measure(mu, nu, 2, 1), 0), complex(want, 0), roundOff(6, r.N)))
				b = append(b, near("turned", complex(measure(nu, mu, 1, 2), 0), complex(want, 0), roundOff(6, r.N)))
			}
		}
		b = append(b, near("plaquette", complex(plaquette, 0), complex(reference.Plaquette(twin).V, 0), roundOff(4, r.N)))
		return append(b, near("rectangle", complex(rectangle, 0), complex(reference.Rectangle(twin).V, 0), roundOff(6, r.N)))
	})
	geo := newGeometry([]int{2, 3, 4})
	for _, bad := range [][4]int{{0, 0, 1, 1}, {0, 3, 1, 1}, {-1, 0, 1, 1}} {
		_, err := observe.NewPlaneLoop(geo, group.SU2, bad[0], bad[1], bad[2], bad[3])
		assert.ErrorContains(t, err, "allowed: two of 0 … 2")
	}
	for _, bad := range [][4]int{{0, 1, 0, 1}, {0, 1, 3, 1}, {0, 1, 1, 4}} {
		_, err := observe.NewPlaneLoop(geo, group.SU2, bad[0], bad[1], bad[2], bad[3])
		assert.ErrorContains(t, err, "allowed: 1 x 1 to the extents")
	}
}
