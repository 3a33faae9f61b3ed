package observe_test

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
)

func newWilson(u *gauge.Field, mass float64) *dirac.Wilson {
	op, err := dirac.NewWilson(u.Geometry(), u.Group(), mass, dirac.Phases(dirac.AntiperiodicTime(u.Geometry().Dims())))
	if err != nil {
		panic(err)
	}
	return op
}

// plain is an operator that says nothing of parities.
type plain struct{ dirac.Operator }

// G against the columns of the dense inverse, from a point source and, with a twisted
// mass, from one that is everywhere; with parities and without. An error d of x moves
// |x|^2 by 2 |x| |d|, |x| <= |D^-1| and |d| <= r |D^-1| for each of up to 16 sources;
// |D^-1| <= 1/m for the Wilson operator, whose Hermitian part is at least m.
func TestPionTwin(t *testing.T) {
	for _, r := range []recipe{
		{N: 1, Extents: []int{4, 4}, Rough: 0.7, Mass: 0.4, Seed: 3},
		{N: 2, Extents: []int{3, 5}, Rough: 0.7, Mass: 0.4, Seed: 3},
		{N: 2, Extents: []int{2, 2, 4}, Rough: 0.7, Mass: 0.4, Seed: 3},
		{N: 3, Extents: []int{2, 2, 2, 2}, Rough: 0.7, Mass: 0.4, Seed: 3},
	} {
		u, dims := r.field(), len(r.Extents)
		bound := 16 * 2 * tight / (r.Mass * r.Mass)
		for _, twist := range []float64{0, 0.3} {
			d, phases := newWilson(u, r.Mass), reference.AntiperiodicTime(dims)
			twin := reference.WilsonDirac(links(u), r.Mass, phases)
			if twist != 0 {
				if dims == 3 {
					continue
				}
				require.NoError(t, d.SetTwist(twist))
				twin = reference.TwistedDirac(links(u), r.Mass, twist, phases)
			}
			lu, err := reference.Factor(twin.Dense())
			require.NoError(t, err)
			spinors := d.NewField().Components(lattice.All) / u.Geometry().Volume()
			add := func(g []float64, b []complex128) {
				x := make([]int, dims)
				for i, z := range lu.Solve(b) {
					u.Geometry().Coordinates(x, i/spinors)
					g[x[dims-1]] += cmplx.Abs(z) * cmplx.Abs(z)
				}
			}
			point, wall := make([]float64, r.Extents[dims-1]), make([]float64, r.Extents[dims-1])
			b := make([]complex128, len(twin.Rows))
			for a := range spinors {
				b[a] = 1
				add(point, b)
				b[a] = 0
			}
			source := d.NewField()
			source.Gaussian(rng.New(4).Child("source"), lattice.All)
			e, x := make([]complex128, spinors), make([]int, dims)
			for site := range u.Geometry().Volume() {
				u.Geometry().Coordinates(x, site)
				source.At(e, x)
				copy(b[site*spinors:], e)
			}
			add(wall, b)

			for _, op := range []dirac.Operator{d, plain{d}} {
				name := fmt.Sprintf("%v twist %v %T", r, twist, op)
				p, err := observe.NewPion(op, tight)
				require.NoError(t, err)
				g := make([]float64, len(point))
				require.NoError(t, p.Measure(g, u))
				assert.InDeltaSlice(t, point, g, bound, name)
				clear(g)
				require.NoError(t, p.Add(g, source))
				assert.InDeltaSlice(t, wall, g, bound*source.Norm2(lattice.All), name)
			}
		}
	}
}

// For staggered quarks it is the Goldstone pion.
func TestPionOfStaggered(t *testing.T) {
	r := recipe{N: 2, Extents: []int{2, 2, 2, 4}, Rough: 0.7, Mass: 0.4, Seed: 5}
	u := r.field()
	p, err := observe.NewPion(newStaggered(u, r.Mass), tight)
	require.NoError(t, err)
	g := make([]float64, 4)
	require.NoError(t, p.Measure(g, u))
	assert.InDeltaSlice(t, pion(u, r.Mass), g, 2*solved(r.N, r.Mass))
}

func TestPionFails(t *testing.T) {
	u := gauge.NewField(newGeometry([]int{4, 4}), group.SU2)
	_, err := observe.NewPion(newWilson(u, 0.2), 1)
	assert.ErrorContains(t, err, "tolerance 1 of a solve")
	p, err := observe.NewPion(newWilson(u, 0.2), tight)
	require.NoError(t, err)
	assert.Panics(t, func() { _ = p.Measure(make([]float64, 3), u) })
	stop := errors.New("enough")
	p.Stop = func() error { return stop }
	require.ErrorIs(t, p.Measure(make([]float64, 4), u), stop)
	p.Stop = nil
	g := make([]float64, 4)
	require.NoError(t, p.Measure(g, u))
	assert.Zero(t, testing.AllocsPerRun(5, func() { _ = p.Measure(g, u) }))
}

// The mass of a free pion is that of two free quarks, 2 ln(1 + m), where time is long.
func ExamplePion() {
	geo, err := lattice.New([]int{4, 4, 4, 32})
	if err != nil {
		fmt.Println(err)
		return
	}
	op, err := dirac.NewWilson(geo, group.SU2, 0.5, dirac.Phases(dirac.AntiperiodicTime(4)))
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := observe.NewPion(op, 1e-10)
	if err != nil {
		fmt.Println(err)
		return
	}
	g := make([]float64, 32)
	if err := p.Measure(g, gauge.NewField(geo, group.SU2)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("m = %.3f, 2 ln 1.5 = %.3f\n", math.Log(g[10]/g[11]), 2*math.Log(1.5))
	// Output:
	// m = 0.811, 2 ln 1.5 = 0.811
}
