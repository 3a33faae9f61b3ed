package verify

import (
	"errors"
	"math"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/solver"
)

// LinearSolver solves A x = b on the sites of a subset; *solver.CG is one.
type LinearSolver interface {
	Solve(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error)
}

// SolverBuilder makes a solver that reaches a relative residual in so many
// iterations at most, or says why it cannot.
type SolverBuilder func(tolerance float64, iterations int) LinearSolver

// Solver judges a solver of Hermitian positive equations, on staggered D^†D.
func Solver(t TB, build SolverBuilder, options ...Option) {
	t.Helper()
	test(t, OfSolver(t.Name(), build, options...), newSettings(options))
}

// OfSolver returns a solver as a subject.
func OfSolver(name string, build SolverBuilder, options ...Option) Subject {
	o := newSettings(options)
	return Subject{Name: name, Domain: o.within.and(Domain{Even: true}), Laws: []Law{
		{Name: "residual", Check: func(c Case) []Result { return residual(c, build) }},
		{Name: "relative", Check: func(c Case) []Result { return scaled(c, build) }},
		{Name: "limits", Check: func(c Case) []Result { return limits(c, build) }},
		{Name: "workers", Cost: 3, Check: func(c Case) []Result { return solverWorkers(c, build) }},
	}}
}

func normalEquation(c Case, options ...lattice.Option) *dirac.Staggered {
	geo := c.Geometry(options...)
	d := must(dirac.NewStaggered(geo, c.GaugeGroup(), c.Mass, c.Boundary))
	d.Bind(c.Links(geo, "links"))
	return d
}

var subsets = []lattice.Subset{lattice.All, lattice.Even, lattice.Odd}

// residual: the true residual, recomputed, is what was asked for and what is
// reported, whatever was in x; other sites and the source are left alone; asked
// for less, it iterates less.
func residual(c Case, build SolverBuilder) (results []Result) {
	d := normalEquation(c)
	b, x, ax := d.NewField(), d.NewField(), d.NewField()
	for _, s := range subsets {
		var iterations []int
		for _, tolerance := range []float64{1e-4, 1e-8, 1e-11} {
			b.Zero(lattice.All)
			b.Gaussian(c.Stream("source"), s)
			x.Gaussian(c.Stream("what was there"), lattice.All)
			before, source := x.Like(), b.Like()
			before.Copy(x, lattice.All)
			source.Copy(b, lattice.All)
			report := must(build(tolerance, 5000).Solve(x, d, b, s))
			d.ApplyNormal(ax, x, s)
			ax.Axpy(-1, b, s)
			r := math.Sqrt(ax.Norm2(s) / b.Norm2(s))
			results = append(results,
				Result{Law: "true residual", Measured: r, Bound: tolerance * (1 + 1e-9), Because: "the tolerance asked for"},
				Result{Law: "reported residual", Measured: math.Abs(report.Residual - r), Bound: 1e-3*tolerance + 1e-13, Because: "round-off of a residual"},
				exact("the source is untouched", bits(source, b)),
			)
			if s != lattice.All {
				before.Axpy(-1, x, s.Other())
				results = append(results, Result{Law: "other sites are untouched", Measured: before.Norm2(s.Other()), Because: "exact"})
			}
			iterations = append(iterations, report.Iterations)
			again := b.Like() // zero
			must(build(tolerance, 5000).Solve(again, d, b, s))
			if s != lattice.All {
				x.Zero(s.Other())
			}
			results = append(results, exact("the same bits whatever was in x", bits(x, again)))
		}
		lazy := 0
		if !(iterations[0] <= iterations[1] && iterations[1] <= iterations[2] && iterations[2] > 0) {
			lazy = 1
		}
		results = append(results, exact("a smaller tolerance takes more iterations", lazy))
	}
	return results
}

// scaled: the tolerance is relative. A source scaled by a power of two takes the
// same iterations and gives the scaled solution, and the zero source gives zero.
func scaled(c Case, build SolverBuilder) (results []Result) {
	d := normalEquation(c)
	b, x, y := d.NewField(), d.NewField(), d.NewField()
	b.Gaussian(c.Stream("source"), lattice.All)
	const tolerance = 1e-8
	want := must(build(tolerance, 5000).Solve(x, d, b, lattice.Even))
	for _, scale := range []float64{0x1p-30, 0x1p+30} {
		b.Gaussian(c.Stream("source"), lattice.All)
		b.Scale(scale, lattice.All)
		got := must(build(tolerance, 5000).Solve(y, d, b, lattice.Even))
		y.Scale(1/scale, lattice.All)
		y.Axpy(-1, x, lattice.Even)
		apart := math.Sqrt(y.Norm2(lattice.Even) / x.Norm2(lattice.Even))
		kappa := 1 + math.Pow(float64(len(c.Extents))/c.Mass, 2)
		results = append(results,
			exact("as many iterations for a scaled source", got.Iterations-want.Iterations),
			Result{Law: "the solution scales", Measured: apart, Bound: 2 * kappa * tolerance, Because: "condition times tolerance"},
		)
	}
	b.Zero(lattice.All)
	x.Gaussian(c.Stream("what was there"), lattice.All)
	must(build(tolerance, 5000).Solve(x, d, b, lattice.Even))
	return append(results, Result{Law: "zero source, zero solution", Measured: x.Norm2(lattice.Even), Because: "exact"})
}

// limits: what cannot be reached is an error, not a wrong answer. (On few sites of
// smooth links even a residual of zero can be reached.)
func limits(c Case, build SolverBuilder) []Result {
	d := normalEquation(c)
	b, x, r := d.NewField(), d.NewField(), d.NewField()
	b.Gaussian(c.Stream("source"), lattice.All)
	silent := func(tolerance float64, most int) int {
		report, err := build(tolerance, most).Solve(x, d, b, lattice.All)
		if report.Iterations > most {
			return 1
		}
		if err == nil {
			d.ApplyNormal(r, x, lattice.All)
			r.Axpy(-1, b, lattice.All)
			if r.Norm2(lattice.All) <= tolerance*tolerance*b.Norm2(lattice.All) {
				return 0
			}
		}
		var failed *solver.NotConverged
		if !errors.As(err, &failed) {
			return 1
		}
		return 0
	}
	return []Result{
		exact("too few iterations are an error", silent(1e-12, 1)),
		exact("a tolerance below round-off is an error", silent(1e-25, 100000)),
	}
}

// solverWorkers: iterations and bits do not depend on workers.
func solverWorkers(c Case, build SolverBuilder) []Result {
	var x0 *fermion.Field
	iterations, fields, first := 0, 0, 0
	for _, n := range []int{1, 2, 4} {
		pool := lattice.NewPool(n)
		defer pool.Close()
		d := normalEquation(c, lattice.WithPool(pool))
		b, x := d.NewField(), d.NewField()
		b.Gaussian(c.Stream("source"), lattice.All)
		report := must(build(1e-10, 5000).Solve(x, d, b, lattice.Even))
		if x0 == nil {
			x0, first = x, report.Iterations
			continue
		}
		iterations += max(first-report.Iterations, report.Iterations-first)
		fields += bits(x, x0)
	}
	return []Result{exact("as many iterations for any number of workers", iterations), exact("same bits for any number of workers", fields)}
}
