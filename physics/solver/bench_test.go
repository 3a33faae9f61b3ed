package solver_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/verify"
)

// poles are n shifts from low to high in equal ratios, about as those of a rational
// approximation lie.
func poles(n int, low, high, tolerance float64) (shifts []solver.Shift) {
	for i := range n {
		shifts = append(shifts, solver.Shift{Value: low * math.Pow(high/low, float64(i)/float64(max(n-1, 1))), Tolerance: tolerance})
	}
	return shifts
}

func fieldsLike(b *fermion.Field, n int) (x []*fermion.Field) {
	for range n {
		x = append(x, b.Like())
	}
	return x
}

// Solves on one worker: plain CG with the smallest of twelve shifts as its mass is the
// unit that a multi-shift solve is measured in.
func BenchmarkSolve(b *testing.B) {
	for _, extents := range [][]int{{8, 8, 8, 8}, {16, 16, 16, 16}} {
		c := verify.Case{Group: "SU(3)", Extents: extents, Boundary: []int{1, 1, 1, -1}, Mass: 0.05, Roughness: 10, Seed: 1}
		d, u := staggered(c, c.Geometry())
		bindSingle(d, u)
		src, x := d.NewField(), d.NewField()
		src.Gaussian(c.Stream("source"), lattice.Even)
		const tolerance, most = 1e-10, 10000
		shifts := poles(12, 1e-3, 10, tolerance)
		xs := fieldsLike(src, len(shifts))
		name := "L=" + map[int]string{8: "8", 16: "16"}[extents[0]] + "/"
		low := shiftedBy{d, shifts[0].Value}
		run := func(what string, f func() (solver.Report, error)) {
			b.Run(name+what, func(b *testing.B) {
				var r solver.Report
				for b.Loop() {
					var err error
					r, err = f()
					require.NoError(b, err)
				}
				b.ReportMetric(float64(r.Iterations), "iterations")
			})
		}
		cg := solver.CG{Tolerance: tolerance, MaxIterations: most}
		run("cg", func() (solver.Report, error) { return cg.Solve(x, d, src, lattice.Even) })
		run("cg-shifted", func() (solver.Report, error) { return cg.Solve(x, low, src, lattice.Even) })
		mixed := solver.Mixed{Tolerance: tolerance, MaxIterations: most}
		run("mixed", func() (solver.Report, error) { return mixed.Solve(x, d, src, lattice.Even) })
		multi := solver.MultiShift{MaxIterations: most}
		run("multi-shift-12", func() (solver.Report, error) { return multi.SolveShifts(xs, d, shifts, src, lattice.Even) })
		mixedMulti := solver.MixedMultiShift{MaxIterations: most}
		run("mixed-multi-shift-12", func() (solver.Report, error) { return mixedMulti.SolveShifts(xs, d, shifts, src, lattice.Even) })
	}
}
