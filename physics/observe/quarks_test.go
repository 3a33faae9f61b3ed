package observe_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

const tight = 1e-12 // of the solves

func newCondensate(u *gauge.Field, mass float64, noise int) *observe.Condensate {
	c, err := observe.NewCondensate(newStaggered(u, mass), tight, noise)
	if err != nil {
		panic(err)
	}
	return c
}

func exact(u *gauge.Field, mass float64) float64 {
	c, err := newCondensate(u, mass, 1).Exact(u)
	if err != nil {
		panic(err)
	}
	return c
}

func pion(u *gauge.Field, mass float64) []float64 {
	return mesons(u, mass)[observe.Pseudoscalar]
}

func mesons(u *gauge.Field, mass float64) [][]float64 {
	p, err := observe.NewMesons(newStaggered(u, mass), tight)
	if err != nil {
		panic(err)
	}
	g := make([][]float64, observe.Channels)
	for k := range g {
		g[k] = make([]float64, u.Geometry().Extent(u.Geometry().Dims()-1))
	}
	if err := p.Measure(g, u); err != nil {
		panic(err)
	}
	return g
}

// solved bounds the errors of the two observables by the tolerance r of the
// solves. Condensate: r N/m (its documentation). Pion: an error d of X moves
// |D X|^2 by 2 |D X| |d'|, |D X| <= 1/m and |d'| <= r/m for each of N colours.
func solved(n int, mass float64) float64 { return 2 * tight * float64(n) / (mass * mass) }

// On any even lattice the condensate is the trace of the inverse of the dense
// operator, over all sites and colours: the even half counts for both. The
// mesons are made of the columns of that inverse; weights are at most 3.
func TestQuarksTwin(t *testing.T) {
	forAll(t, 25, allEven, func(r recipe) (b []bound) {
		u := r.field()
		inverse, volume := dense(u, r.Mass), u.Geometry().Volume()
		trace, dim := complex128(0), volume*r.N
		for i := range dim {
			trace += inverse[i*dim+i]
		}
		b = append(b, near("condensate", complex(exact(u, r.Mass), 0), trace/complex(float64(volume), 0), solved(r.N, r.Mass)))
		// the mesons from signs written out
		sign := func(n ...int) float64 {
			s := 1.0
			for _, x := range n {
				s *= math.Pow(-1, float64(x))
			}
			return s
		}
		want := make([][]float64, observe.Channels)
		for k := range want {
			want[k] = make([]float64, r.Extents[len(r.Extents)-1])
		}
		x := make([]int, len(r.Extents))
		for i := range dim {
			u.Geometry().Coordinates(x, i/r.N)
			t, w := x[len(x)-1], []float64{1, 0, 0, 0}
			switch len(x) {
			case 2:
				w[observe.Scalar], w[observe.Vector] = sign(x[0]), sign(x[0])
			case 3:
				w[observe.Scalar], w[observe.Vector], w[observe.PseudoVector] = sign(x[0], x[1]), sign(x[0])+sign(x[1]), sign(x[0], x[1])
			case 4:
				w[observe.Scalar], w[observe.Vector] = sign(x[0], x[1], x[2]), sign(x[0])+sign(x[1])+sign(x[2])
				w[observe.PseudoVector] = sign(x[0], x[1]) + sign(x[1], x[2]) + sign(x[2], x[0])
			}
			for a := range r.N {
				z := inverse[i*dim+a]
				for k := range want {
					want[k][t] += w[k] * (real(z)*real(z) + imag(z)*imag(z))
				}
			}
		}
		for k, g := range mesons(u, r.Mass) {
			for t, v := range g {
				b = append(b, near(fmt.Sprint("meson ", k), complex(v, 0), complex(want[k][t], 0), 3*solved(r.N, r.Mass)))
			}
		}
		return b
	})
}

// dense returns the elements of D^-1, row-major; component colour + N site.
func dense(u *gauge.Field, mass float64) []complex128 {
	lu, err := reference.Factor(reference.Staggered(links(u), mass, reference.AntiperiodicTime(u.Geometry().Dims())).Dense())
	if err != nil {
		panic(err)
	}
	return lu.Inverse().V
}

// Neither changes under gauge transformations, and
//
//	sum_t G(t) = (1/m) Re tr D^-1(0;0),
//
// the Ward identity of the remnant chiral symmetry [KiS], gives on each
// configuration what the condensate does summed over origins.
func TestQuarksGaugeInvariant(t *testing.T) {
	forAll(t, 25, allEven, func(r recipe) (b []bound) {
		u := r.field()
		before, pionBefore := exact(u, r.Mass), pion(u, r.Mass)
		inverse, dim := dense(u, r.Mass), u.Geometry().Volume()*r.N
		local, sum := 0.0, 0.0
		for a := range r.N {
			local += real(inverse[a*dim+a]) / r.Mass
		}
		for _, g := range pionBefore {
			sum += g
		}
		b = append(b, near("Ward identity", complex(sum, 0), complex(local, 0), float64(len(pionBefore))*solved(r.N, r.Mass)))

		rotate(u, r.Seed)
		b = append(b, near("condensate", complex(before, 0), complex(exact(u, r.Mass), 0), 2*solved(r.N, r.Mass)))
		for s, g := range pion(u, r.Mass) {
			b = append(b, near("pion", complex(pionBefore[s], 0), complex(g, 0), 2*solved(r.N, r.Mass)))
		}
		return b
	})
}

// Numbers of an independent implementation (shared/data, values.json; stable to
// 1e-9 relative).
func TestQuarksOfOtherCodes(t *testing.T) {
	if testing.Short() {
		t.Skip("numerics, for the full run")
	}
	for _, c := range []struct {
		file       string
		n          int
		extents    []int
		condensate map[float64]float64
		pion       []float64 // m = 0.5
	}{
		{
			"julia/su3_4444_testconf.txt", 3,
			[]int{4, 4, 4, 4},
			map[float64]float64{.5: 1.1432448206498669, .3: .9475033142965456},
			[]float64{1.5469594183694004, .32645894689895805, .08634701391893475, .3047023125185546},
		},
		{
			"julia/su2_4444.ildg", 2,
			[]int{4, 4, 4, 4},
			map[float64]float64{.5: .6891923412392498, .3: .5226560192666021},
			[]float64{.9286655311573574, .18807085708169508, .03521755272878761, .17488906922042083},
		},
		{"julia/su3_4422_domainwall.ildg", 3, []int{4, 4, 2, 2}, map[float64]float64{.5: 1.005109150857478}, nil},
	} {
		t.Run(c.file, func(t *testing.T) {
			u := readField(t, c.file, c.n, c.extents...)
			for m, want := range c.condensate {
				assert.InEpsilon(t, want, exact(u, m), 1e-9)
			}
			if c.pion != nil {
				assert.InEpsilonSlice(t, c.pion, pion(u, .5), 1e-9)
			}
		})
	}
}

// Free quarks: the known number, the momentum sum of the twin in other
// dimensions, and the Ward identity, every origin being the same.
func TestFreeQuarks(t *testing.T) {
	for _, n := range []int{1, 2, 3} {
		u := gauge.NewField(newGeometry([]int{4, 4, 4, 4}), su(n))
		want := float64(n) * .27532467532467547
		assert.InDelta(t, want, exact(u, .5), solved(n, .5))
		sum := 0.0
		for _, g := range pion(u, .5) {
			sum += g
		}
		assert.InDelta(t, want/.5, sum, 4*solved(n, .5))
	}
	for _, extents := range [][]int{{8, 6}, {4, 2, 6}} {
		u := gauge.NewField(newGeometry(extents), group.SU2)
		want := reference.FreeStaggeredCondensate(extents, 2, .2, reference.AntiperiodicTime(len(extents)))
		assert.InDelta(t, want, exact(u, .2), solved(2, .2))
	}
}

func TestQuarksMisuse(t *testing.T) {
	u := gauge.NewField(newGeometry([]int{4, 4}), group.SU2)
	op := newStaggered(u, 0)
	for _, tolerance := range []float64{0, 1, -1, math.NaN(), math.Inf(1)} {
		_, err := observe.NewCondensate(op, tolerance, 1)
		assert.ErrorContains(t, err, "allowed: between 0 and 1")
		_, err = observe.NewMesons(op, tolerance)
		assert.ErrorContains(t, err, "allowed: between 0 and 1")
	}
	_, err := observe.NewCondensate(op, 1e-8, 0)
	assert.ErrorContains(t, err, "0 noise vectors (allowed: at least 1)")
	p, err := observe.NewMesons(op, 1e-8)
	require.NoError(t, err)
	assert.PanicsWithValue(t, "observe: mesons: a value is needed for every time slice", func() { _ = p.Measure([][]float64{nil}, u) })
}

// What solves asks whether to stop, before each iteration: the third is not done. A
// search for large eigenvalues, which solves nothing, asks for each vector.
func TestStop(t *testing.T) {
	u := recipe{N: 3, Extents: []int{4, 4, 4, 4}, Rough: .5, Seed: 8}.field()
	op := newStaggered(u, .1)
	told, asked := errors.New("enough"), 0
	stop := func() error {
		if asked++; asked > 2 {
			return told
		}
		return nil
	}
	c, err := observe.NewCondensate(op, 1e-10, 3)
	require.NoError(t, err)
	m, err := observe.NewMesons(op, 1e-10)
	require.NoError(t, err)
	low, err := observe.NewEigenvalues(op, lattice.Even, 3, 1e-6)
	require.NoError(t, err)
	large, err := observe.NewLargestEigenvalues(op, lattice.Even, 3, 1e-6)
	require.NoError(t, err)
	c.Stop, m.Stop, low.Stop, large.Stop = stop, stop, stop, stop
	for name, measure := range map[string]func() error{
		"noise":   func() error { _, _, err := c.Measure(u, rng.New(1)); return err },
		"exact":   func() error { _, err := c.Exact(u); return err },
		"mesons":  func() error { return m.Measure([][]float64{make([]float64, 4)}, u) },
		"lowest":  func() error { _, _, err := low.Measure(u, rng.New(1)); return err },
		"largest": func() error { _, _, err := large.Measure(u, rng.New(1)); return err },
	} {
		asked = 0
		assert.ErrorIs(t, measure(), told, name)
		assert.Equal(t, 3, asked, name)
	}
}

// The number of noise vectors takes no memory: those that have been measured are sums.
func TestNoiseTakesNoMemory(t *testing.T) {
	u := gauge.NewField(newGeometry([]int{2, 2}), group.U1)
	allocated := testing.AllocsPerRun(1, func() {
		_, err := observe.NewCondensate(newStaggered(u, .5), 1e-8, 1<<40)
		require.NoError(t, err)
	})
	assert.Less(t, allocated, 1000.)
}

// Massless quarks, periodic, on unit links have a zero mode: no inverse, and an
// error that says so.
func TestNotConverged(t *testing.T) {
	u := gauge.NewField(newGeometry([]int{4, 4}), group.U1)
	op, err := dirac.NewStaggered(u.Geometry(), u.Group(), 0, []int{dirac.Periodic, dirac.Periodic})
	require.NoError(t, err)
	c, err := observe.NewCondensate(op, 1e-8, 1)
	require.NoError(t, err)
	var failure *solver.NotConverged
	_, _, err = c.Measure(u, rng.New(1))
	assert.ErrorAs(t, err, &failure)
	_, err = c.Exact(u)
	assert.ErrorAs(t, err, &failure)
	p, err := observe.NewMesons(op, 1e-8)
	require.NoError(t, err)
	assert.ErrorAs(t, p.Measure([][]float64{make([]float64, 4)}, u), &failure)
}

// In a magnetic field at an imaginary chemical potential the condensate is still the
// trace of the inverse, by a dense one; halves of the trace are equal there too.
func TestCondensateInABackground(t *testing.T) {
	for _, name := range []string{"U(1)", "SU(2)", "SU(3)"} {
		c := verify.Case{Group: name, Extents: []int{4, 2, 2}, Boundary: dirac.AntiperiodicTime(3), Mass: 0.3, Roughness: 1, Seed: 9}
		u := c.Links(c.Geometry(), "links")
		d, err := dirac.NewStaggeredIn(u.Geometry(), u.Group(), c.Mass, c.Boundary, dirac.Background{Charge: -1, Flux: 3, Plane: [2]int{0, 1}, Potential: 0.4})
		require.NoError(t, err)
		condensate, err := observe.NewCondensate(d, tight, 1)
		require.NoError(t, err)
		got, err := condensate.Exact(u)
		require.NoError(t, err)
		links := reference.Phased(verify.Links(u), reference.Magnetic(c.Extents, 0, 1, -3))
		lu, err := reference.Factor(reference.PotentialStaggered(links, c.Mass, 0.4i, c.Phases()).Dense())
		require.NoError(t, err)
		want := real(lu.Inverse().Trace().V) / float64(u.Geometry().Volume())
		n := float64(u.Group().N())
		// the tolerance of solves, and round-off of a dense inverse of condition 3/m
		assert.InDelta(t, want, got, tight*n/c.Mass+1e4*verify.Roundoff*n/(c.Mass*c.Mass), name)
		without, err := newCondensate(u, c.Mass, 1).Exact(u)
		require.NoError(t, err)
		assert.Greater(t, math.Abs(want-without), 1e-4, name)
	}
}
