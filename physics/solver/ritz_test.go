package solver_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/verify"
)

// With as many iterations as A has eigenvalues the Ritz values are these, whatever the
// shifts are.
func TestSpectrumExactly(t *testing.T) {
	b := source(t)
	a := newMirrored(operator{3, 0.02, 7, 0.5, 40}, 5, b)
	m := &solver.MultiShift{MaxIterations: 100}
	lo, hi := m.Spectrum()
	assert.Zero(t, lo+hi, "nothing solved")
	for _, shifts := range [][]float64{{0}, {10}, {2, 1e-3}} {
		_, err := m.SolveShifts(fieldsLike(b, len(shifts)), a, values(shifts...), b, lattice.All)
		require.NoError(t, err)
		lo, hi = m.Spectrum()
		// bisection ends at 1e-9; CG on five eigenvalues with a condition of 2000 at 1e-12
		assert.InEpsilon(t, 0.02, lo, 1e-8)
		assert.InEpsilon(t, 40, hi, 1e-8)
	}
	zero := b.Like()
	_, err := m.SolveShifts(fieldsLike(b, 1), a, values(0), zero, lattice.All)
	require.NoError(t, err)
	lo, hi = m.Spectrum()
	assert.Zero(t, lo+hi, "no iterations, though the solve before had some")
}

// On a lattice the ends come from within, and a solve to 1e-10 whose shift is that of
// the lowest pole, of the order of the lower end, has seen them to a few per cent.
func TestSpectrumOfLattice(t *testing.T) {
	for _, c := range []verify.Case{
		{Group: "SU(3)", Extents: []int{4, 4, 4, 4}, Boundary: []int{1, 1, 1, -1}, Mass: 0.05, Roughness: 0.7, Seed: 3},
		{Group: "SU(2)", Extents: []int{8, 8}, Boundary: []int{1, -1}, Mass: 0.02, Roughness: 0.4, Seed: 5},
	} {
		d, u := staggered(c, c.Geometry())
		bindSingle(d, u)
		lowest, err := observe.NewEigenvalues(d, lattice.Even, 1, 1e-6)
		require.NoError(t, err)
		largest, err := observe.NewLargestEigenvalues(d, lattice.Even, 1, 1e-6)
		require.NoError(t, err)
		first, _, err := lowest.Measure(u, rng.New(1))
		require.NoError(t, err)
		last, _, err := largest.Measure(u, rng.New(1))
		require.NoError(t, err)
		d.Bind(u)
		bindSingle(d, u)
		b := d.NewField()
		b.Gaussian(rng.New(2), lattice.Even)
		for name, build := range multiShifts {
			m := build(5000, nil)
			_, err := m.SolveShifts(fieldsLike(b, 1), d, []solver.Shift{{Value: first[0] / 2, Tolerance: 1e-10}}, b, lattice.Even)
			require.NoError(t, err)
			lo, hi := m.Spectrum()
			within := 1e-9 // of bisection
			if name == "mixed" {
				within = 1e-6 * last[0] / first[0] // of round-off
			}
			t.Log(name, lo/first[0]-1, hi/last[0]-1)
			assert.GreaterOrEqual(t, lo, first[0]*(1-within), name)
			assert.LessOrEqual(t, hi, last[0]*(1+within), name)
			assert.InDelta(t, 0, math.Log(lo/first[0]), 0.05, name)
			assert.InDelta(t, 0, math.Log(hi/last[0]), 0.05, name)
		}
	}
}
