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
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/verify"
)

// bindSingle binds the operator to rounded links too.
func bindSingle(d *dirac.Staggered, u *gauge.Field) {
	single := gauge.NewSingle(u.Geometry(), u.Group())
	single.Round(u)
	d.Bind(single)
}

// The residual that was asked for, as CG has it, and so the same solution; sites
// of the other parity left alone.
func TestMixedSolution(t *testing.T) {
	verify.Run(t, verify.Domain{Even: true, Volume: 96}, func(c verify.Case) (results []verify.Result) {
		d, u := staggered(c, c.Geometry())
		bindSingle(d, u)
		b, x, y, ax := d.NewField(), d.NewField(), d.NewField(), d.NewField()
		for _, tolerance := range []float64{1e-3, 1e-8, 1e-12} {
			cg := solver.CG{Tolerance: tolerance, MaxIterations: 5000}
			mixed := solver.Mixed{Tolerance: tolerance, MaxIterations: 5000}
			for _, s := range []lattice.Subset{lattice.All, lattice.Even} {
				b.Zero(lattice.All)
				b.Gaussian(c.Stream("source"), s)
				x.Gaussian(c.Stream("what was there"), lattice.All)
				before := x.Like()
				before.Copy(x, lattice.All)
				report, err := mixed.Solve(x, d, b, s)
				if err != nil {
					panic(err)
				}
				if _, err := cg.Solve(y, d, b, s); err != nil {
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
				}
				y.Axpy(-1, x, s)
				results = append(results,
					verify.Result{Law: "true residual", Measured: residual, Bound: tolerance, Because: "the tolerance asked for"},
					verify.Result{Law: "reported residual", Measured: math.Abs(report.Residual - residual), Bound: 1e-14, Because: "round-off of a residual"},
					verify.Result{Law: "solution of CG", Measured: math.Sqrt(y.Norm2(s)), Bound: 2 * tolerance * size / (c.Mass * c.Mass), Because: "|A^-1| times both residuals"},
					verify.Result{Law: "other sites left alone", Measured: outside, Because: "exact"},
				)
			}
		}
		return results
	})
}

// What cannot be reached is said: round-off of double precision, numbers that are
// none, and an operator that single precision cannot invert.
func TestMixedNotConverged(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		a         operator
		tolerance float64
		most      int
	}{
		"too few iterations":    {operator{1, 2, 5, 7, 11}, 1e-12, 3},
		"below round-off":       {operator{1, 10, 100, 1000, 1e4}, 1e-18, 100000},
		"operator is no number": {operator{1, nan}, 1e-12, 100},
		"operator is zero":      {operator{0, 0}, 1e-12, 100},
		"beyond single":         {operator{1, 1e60}, 1e-12, 100},
	} {
		b := source(t)
		mixed := solver.Mixed{Tolerance: c.tolerance, MaxIterations: c.most}
		report, err := mixed.Solve(b.Like(), c.a, b, lattice.All)
		var failed *solver.NotConverged
		require.True(t, errors.As(err, &failed), "%s: %v", name, err)
		assert.LessOrEqual(t, failed.Iterations, c.most, name)
		assert.Equal(t, report.Iterations, failed.Iterations, name)
	}
}

// operator is diagonal for fields of either precision.
type operator []float64

func (a operator) ApplyNormal(dst, src *fermion.Field, s lattice.Subset) {
	if src.Precision() == lattice.Float64 {
		diagonal(a).ApplyNormal(dst, src, s)
		return
	}
	dst.Copy(src, s)
	for k := range dst.RawSingle() {
		for l := range dst.RawSingle()[k] {
			dst.RawSingle()[k][l] *= float32(a[(k/2*8+l)%len(a)])
		}
	}
}

// A source scaled by a power of two, far beyond single precision, takes the same
// steps and gives the scaled bits; a second solve allocates nothing.
func TestMixedScale(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4, 4, 4}, Boundary: []int{1, 1, 1, -1}, Mass: 0.1, Roughness: 1, Seed: 2}
	d, u := staggered(c, c.Geometry())
	bindSingle(d, u)
	b, x, small := d.NewField(), d.NewField(), d.NewField()
	b.Gaussian(c.Stream("source"), lattice.All)
	mixed := solver.Mixed{Tolerance: 1e-11, MaxIterations: 1000}
	want, err := mixed.Solve(x, d, b, lattice.Even)
	require.NoError(t, err)
	for _, scale := range []float64{0x1p-300, 0x1p+300} {
		b.Gaussian(c.Stream("source"), lattice.All)
		b.Scale(scale, lattice.All)
		got, err := mixed.Solve(small, d, b, lattice.Even)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		small.Scale(1/scale, lattice.All)
		assert.Equal(t, verify.Vector(x), verify.Vector(small))
	}
	assert.Zero(t, testing.AllocsPerRun(2, func() { _, _ = mixed.Solve(x, d, b, lattice.Even) }))
}

// Mixed asks before every iteration too; its history is relative to the source, and ends
// about where the recomputed residual is.
func TestMixedStopAndHistory(t *testing.T) {
	b := source(t)
	told := errors.New("enough")
	asked := 0
	mixed := solver.Mixed{Tolerance: 1e-12, MaxIterations: 100, Stop: func() error {
		if asked++; asked > 3 {
			return told
		}
		return nil
	}}
	spectrum := operator{.5, 1, 2, 4, 8}
	report, err := mixed.Solve(b.Like(), spectrum, b, lattice.All)
	assert.ErrorIs(t, err, told)
	assert.Equal(t, 3, report.Iterations)
	mixed.Stop, mixed.Tolerance = nil, 1e-6
	report, err = mixed.Solve(b.Like(), spectrum, b, lattice.All)
	require.NoError(t, err)
	require.Len(t, report.History, report.Iterations)
	assert.LessOrEqual(t, report.History[report.Iterations-1], 1e-6)
}

// counted counts the applications to fields of either precision.
type counted struct {
	solver.General
	n [2]int
}

func (c *counted) Apply(dst, src *fermion.Field) {
	c.n[src.Precision()]++
	c.General.Apply(dst, src)
}

// The iterations of BiCGStab in mixed precision are in single precision.
func TestMixedGeneralIsSingle(t *testing.T) {
	d := &counted{General: blocks([2][2]complex128{{2, 1}, {0, 1 + 1i}})}
	b := small()
	b.Gaussian(rng.New(1), lattice.All)
	mixed := solver.MixedBiCGStab{Tolerance: 1e-10, MaxIterations: 100}
	report, err := mixed.Solve(b.Like(), d, b, lattice.All)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, d.n[lattice.Float32], 2*report.Iterations)
	assert.Equal(t, report.Applications, d.n[lattice.Float32]+d.n[lattice.Float64])
	assert.Less(t, d.n[lattice.Float64], report.Iterations, "residuals only")
}
