package solver_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

func staggered(c verify.Case, geo *lattice.Geometry) (*dirac.Staggered, *gauge.Field) {
	u := c.Links(geo, "links")
	d, err := dirac.NewStaggered(geo, c.GaugeGroup(), c.Mass, c.Boundary)
	if err != nil {
		panic(err)
	}
	d.Bind(u)
	return d, u
}

// The solution of the dense twin; the true residual, of which the report is the
// measurement; sites of the other parity left alone.
func TestSolution(t *testing.T) {
	verify.Run(t, verify.Domain{Even: true, Volume: 48}, func(c verify.Case) (results []verify.Result) {
		d, u := staggered(c, c.Geometry())
		ref := verify.Links(u)
		normal, err := reference.NewNormal(reference.Staggered(ref, c.Mass, c.Phases()))
		if err != nil {
			panic(err)
		}
		b, x, ax := d.NewField(), d.NewField(), d.NewField()
		cg := solver.CG{Tolerance: 1e-11, MaxIterations: 2000}
		for _, s := range []lattice.Subset{lattice.All, lattice.Even, lattice.Odd} {
			b.Zero(lattice.All)
			b.Gaussian(c.Stream("source"), s)
			x.Gaussian(c.Stream("what was there"), lattice.All)
			before := x.Like()
			before.Copy(x, lattice.All)
			report, err := cg.Solve(x, d, b, s)
			if err != nil {
				panic(err)
			}
			size := math.Sqrt(b.Norm2(s))
			d.ApplyNormal(ax, x, s)
			ax.Axpy(-1, b, s)
			residual := math.Sqrt(ax.Norm2(s)) / size
			outside := 0.0
			if s != lattice.All {
				before.Axpy(-1, x, s.Other())
				outside = before.Norm2(s.Other())
				x.Zero(s.Other())
			}
			want := normal.Solve(verify.Vector(b))
			// |D†D|^-1 <= 1/m^2; both programs round with the condition number of D†D, at most (2D+m)^2/m^2
			rounding := 64 * verify.Roundoff * math.Pow((float64(2*len(c.Extents))+c.Mass)/c.Mass, 2)
			results = append(results,
				verify.Result{Law: "true residual", Measured: residual, Bound: cg.Tolerance, Because: "the tolerance asked for"},
				verify.Result{Law: "reported residual", Measured: math.Abs(report.Residual - residual), Bound: 1e-3 * cg.Tolerance, Because: "round-off of a residual, 1e-14"},
				verify.Result{Law: "solution of the twin", Measured: verify.Distance(verify.Vector(x), want), Bound: (cg.Tolerance + rounding) * size / (c.Mass * c.Mass), Because: "|A^-1| times the residual"},
				verify.Result{Law: "other sites left alone", Measured: outside, Because: "exact"},
				verify.Result{Law: "applications counted", Measured: float64(report.Iterations + 1 - report.Applications), Because: "one an iteration and at least one for the residual"},
				verify.Result{Law: "it iterated", Measured: 0.5, Bound: float64(report.Iterations), Because: "a source that is no eigenvector"},
			)
		}
		return results
	})
}

// A of a few eigenvalues, applied component by component: the parity of the
// component's number chooses among them.
type diagonal []float64

func (a diagonal) ApplyNormal(dst, src *fermion.Field, s lattice.Subset) {
	dst.Copy(src, s)
	for k := range dst.Raw() {
		for l := range dst.Raw()[k] {
			dst.Raw()[k][l] *= a[(k/2*8+l)%len(a)]
		}
	}
}

func source(t *testing.T) *fermion.Field {
	t.Helper()
	b := fermion.NewField(verify.Case{Extents: []int{4, 4, 4}}.Geometry(), group.SU3, 1)
	b.Gaussian(rng.New(1), lattice.All)
	return b
}

// k different eigenvalues take k iterations in exact arithmetic.
func TestFiniteTermination(t *testing.T) {
	b := source(t)
	x := b.Like()
	for _, a := range []diagonal{{3}, {1, 2}, {1, 2, 5}, {0.5, 1, 2, 4, 8}} {
		cg := solver.CG{Tolerance: 1e-12, MaxIterations: 100}
		report, err := cg.Solve(x, a, b, lattice.All)
		require.NoError(t, err)
		assert.Equal(t, len(a), report.Iterations)
		assert.Equal(t, len(a)+1, report.Applications)
	}
}

// The tolerance is relative: a source scaled by a power of two takes the same
// steps and gives the scaled bits.
func TestScaledSource(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4, 4}, Boundary: []int{1, 1, -1}, Mass: 0.3, Roughness: 1, Seed: 2}
	d, _ := staggered(c, c.Geometry())
	b, x, small := d.NewField(), d.NewField(), d.NewField()
	b.Gaussian(c.Stream("source"), lattice.All)
	cg := solver.CG{Tolerance: 1e-8, MaxIterations: 1000}
	want, err := cg.Solve(x, d, b, lattice.Even)
	require.NoError(t, err)
	for _, scale := range []float64{0x1p-40, 0x1p+40} {
		b.Gaussian(c.Stream("source"), lattice.All)
		b.Scale(scale, lattice.All)
		got, err := cg.Solve(small, d, b, lattice.Even)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		small.Scale(1/scale, lattice.All)
		assert.Equal(t, verify.Vector(x), verify.Vector(small))
	}
}

func TestZeroSource(t *testing.T) {
	b := source(t)
	x := b.Like()
	x.Gaussian(rng.New(2), lattice.All)
	b.Zero(lattice.Even)
	cg := solver.CG{Tolerance: 1e-12, MaxIterations: 10}
	report, err := cg.Solve(x, diagonal{1, 2}, b, lattice.Even)
	require.NoError(t, err)
	assert.Zero(t, report.Iterations)
	assert.Zero(t, x.Norm2(lattice.Even))
	assert.NotZero(t, x.Norm2(lattice.Odd))
}

func TestNotConverged(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		a         diagonal
		tolerance float64
		spoil     float64 // put into the source
		most      int
	}{
		"too few iterations":    {diagonal{1, 2, 5, 7, 11}, 1e-12, 0, 3},
		"below round-off":       {diagonal{1, 10, 100, 1000, 1e4}, 1e-18, 0, 100000},
		"source is no number":   {diagonal{1, 2}, 1e-12, nan, 100},
		"source is infinite":    {diagonal{1, 2}, 1e-12, math.Inf(1), 100},
		"operator is no number": {diagonal{1, nan}, 1e-12, 0, 100},
		"operator is zero":      {diagonal{0, 0}, 1e-12, 0, 100},
	} {
		b := source(t)
		if c.spoil != 0 {
			b.Set([]int{1, 2, 3}, []complex128{complex(c.spoil, 0), 0, 0})
		}
		cg := solver.CG{Tolerance: c.tolerance, MaxIterations: c.most}
		report, err := cg.Solve(b.Like(), c.a, b, lattice.All)
		var failed *solver.NotConverged
		require.True(t, errors.As(err, &failed), "%s: %v", name, err)
		assert.LessOrEqual(t, failed.Iterations, c.most, name)
		assert.Equal(t, report.Iterations, failed.Iterations, name)
		assert.Equal(t, c.tolerance, failed.Tolerance, name)
		assert.ErrorContains(t, err, "solver: relative residual", name)
	}
}

// CG asks before every iteration, and ends with what it is told.
func TestStop(t *testing.T) {
	b := source(t)
	told := errors.New("enough")
	for after, want := range map[int]error{3: told, 1000: nil} {
		asked := 0
		cg := solver.CG{Tolerance: 1e-12, MaxIterations: 100, Stop: func() error {
			if asked++; asked > after {
				return told
			}
			return nil
		}}
		report, err := cg.Solve(b.Like(), diagonal{.5, 1, 2, 4, 8}, b, lattice.All)
		assert.ErrorIs(t, err, want)
		assert.Equal(t, min(after, 5), report.Iterations)
	}
}

// Iterations and bits do not depend on workers, and a second solve allocates
// nothing. (Counted with one worker: the runtime may allocate for others that
// fall asleep.)
func TestWorkersAndAllocations(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4, 4, 4}, Boundary: []int{1, 1, 1, -1}, Mass: 0.3, Roughness: 10, Seed: 1}
	var want []any
	for _, workers := range []int{1, 2, 4} {
		pool := lattice.NewPool(workers)
		d, _ := staggered(c, c.Geometry(lattice.WithPool(pool)))
		b, x := d.NewField(), d.NewField()
		b.Gaussian(c.Stream("source"), lattice.All)
		cg := solver.CG{Tolerance: 1e-10, MaxIterations: 1000}
		report, err := cg.Solve(x, d, b, lattice.Even)
		require.NoError(t, err)
		got := []any{report, verify.Vector(x)}
		if want == nil {
			want = got
		}
		assert.Equal(t, want, got, "%d workers", workers)
		if workers == 1 {
			assert.Zero(t, testing.AllocsPerRun(2, func() { _, _ = cg.Solve(x, d, b, lattice.Even) }))
		}
		pool.Close()
	}
}
