package verify

import (
	"errors"
	"math"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
)

// MultiSolverBuilder makes a solver of shifted equations of so many iterations at most.
type MultiSolverBuilder func(iterations int) solver.MultiSolver

// OfMultiSolver returns a solver of shifted equations as a subject, on staggered D^†D.
func OfMultiSolver(name string, build MultiSolverBuilder, options ...Option) Subject {
	o := newSettings(options)
	return Subject{Name: name, Domain: o.within.and(Domain{Even: true}), Laws: []Law{
		{Name: "residuals", Check: func(c Case) []Result { return shiftedResiduals(c, build) }},
		{Name: "spectrum", Volume: 24, Strict: true, Check: func(c Case) []Result { return ritzValues(c, build) }},
	}}
}

// shiftedResiduals: the true residual of every equation is within its own tolerance, and
// is what is told; an equation beyond reach is an error that names its shift.
func shiftedResiduals(c Case, build MultiSolverBuilder) (results []Result) {
	d := inBoth(c)
	b, r := d.NewField(), d.NewField()
	source := c.Draw("shifts")
	var shifts []solver.Shift
	var x []*fermion.Field
	for range 6 {
		shifts = append(shifts, solver.Shift{Value: math.Pow(10, -6+8*source.Float64()), Tolerance: math.Pow(10, -11+7*source.Float64())})
		x = append(x, d.NewField())
	}
	for _, s := range subsets {
		b.Zero(lattice.All)
		b.Gaussian(c.Stream("source"), s)
		size := b.Norm2(s)
		for _, f := range x {
			f.Gaussian(c.Stream("what was there"), lattice.All)
		}
		report := must(build(5000).SolveShifts(x, d, shifts, b, s))
		worst := 0.
		for i, shift := range shifts {
			d.ApplyNormal(r, x[i], s)
			r.Axpy(shift.Value, x[i], s)
			r.Axpy(-1, b, s)
			residual := math.Sqrt(r.Norm2(s) / size)
			worst = max(worst, residual)
			results = append(results,
				Result{Law: "true residual of a shift", Measured: residual, Bound: shift.Tolerance * (1 + 1e-9), Because: "its tolerance"},
				Result{Law: "reported residual of a shift", Measured: math.Abs(report.Residuals[i] - residual), Bound: 1e-3*shift.Tolerance + 1e-13, Because: "round-off of a residual"},
			)
		}
		results = append(results, Result{Law: "the largest residual", Measured: math.Abs(report.Residual - worst), Bound: 1e-13, Because: "round-off of a residual"})
		report, err := build(1).SolveShifts(x[:2], d, []solver.Shift{{Value: 1e-6, Tolerance: 1e-13}, {Value: 1e9, Tolerance: 0.5}}, b, s)
		var failed *solver.NotConverged
		unnamed := 0
		if errors.As(err, &failed) != !(report.Residuals[0] <= 1e-13) || failed != nil && (failed.Shift == nil || failed.Shift.Index != 0) {
			unnamed++
		}
		results = append(results, exact("too few iterations are an error of the shift", unnamed))
	}
	return results
}

// inBoth returns an operator bound to links in both precisions.
func inBoth(c Case) *dirac.Staggered {
	d := normalEquation(c)
	u := c.Links(d.NewField().Geometry(), "links")
	single := gauge.NewSingle(u.Geometry(), u.Group())
	single.Round(u)
	d.Bind(single)
	return d
}

// ritzValues: the ends of the spectrum lie within those of the dense matrix, and a solve
// to 1e-10 has found them to 5 %: its source has a part of every eigenvector.
func ritzValues(c Case, build MultiSolverBuilder) []Result {
	d := inBoth(c)
	b, x := d.NewField(), d.NewField()
	b.Gaussian(c.Stream("source"), lattice.Even)
	m := build(5000)
	must(m.SolveShifts([]*fermion.Field{x}, d, []solver.Shift{{Value: c.Mass * c.Mass / 2, Tolerance: 1e-10}}, b, lattice.Even))
	lo, hi := m.Spectrum()
	first, last := denseEnds(d)
	within := 1e-5 // round-off of single precision
	return []Result{
		{Law: "no Ritz value below the spectrum", Measured: first - lo, Bound: within * last, Because: "they are averages of eigenvalues"},
		{Law: "no Ritz value above the spectrum", Measured: hi - last, Bound: within * last, Because: "they are averages of eigenvalues"},
		{Law: "the lower end is found", Measured: lo/first - 1, Bound: 0.05, Because: "a residual of 1e-10"},
		{Law: "the upper end is found", Measured: 1 - hi/last, Bound: 0.05, Because: "a residual of 1e-10"},
	}
}

// denseEnds returns the smallest and the largest eigenvalue of D^†D on even sites by the
// powers of its inverse and of itself, 2^k-th ones by squaring.
func denseEnds(d *dirac.Staggered) (lo, hi float64) {
	b := bound{d: d, c: Case{Seed: 1}}
	m := b.dense(b.components(lattice.Even), func(dst, src *fermion.Field) {
		dst.Zero(lattice.All)
		d.ApplyNormal(dst, src, lattice.Even)
	})
	_, _, _, inverse := factor(m)
	norm := func(m reference.Matrix) float64 { // the root of a norm of the 2^k-th power
		log, weight := 0., 1.
		for range 24 {
			size := math.Sqrt(m.Norm2())
			log += weight * math.Log(size)
			weight /= 2
			m = m.ScaleBy(complex(1/size, 0))
			m = m.Mul(m)
		}
		return math.Exp(log)
	}
	return 1 / norm(inverse), norm(m)
}

// OfApproximation returns the approximations of powers as a subject.
func OfApproximation(name string, find func(power rational.Power, lo, hi, bound float64) (*rational.Approximation, error), options ...Option) Subject {
	o := newSettings(options)
	return Subject{Name: name, Domain: o.within, Laws: []Law{{Name: "range", Check: func(c Case) []Result { return inRange(c, find) }}}}
}

// inRange: on its interval an approximation is as near the power as it says, which is as
// near as was asked for, its error is that large at the points of its proof, and times its
// inverse it is 1 - e^2.
func inRange(c Case, find func(power rational.Power, lo, hi, bound float64) (*rational.Approximation, error)) []Result {
	source := c.Draw("approximation")
	power := rational.Power{Num: 1 - 2*int(source.Uint64N(2)), Den: 2 << source.Uint64N(4)}
	lo := math.Pow(10, -5*source.Float64())
	hi := lo * math.Pow(10, 0.5+4*source.Float64())
	wanted := math.Pow(10, -2-9*source.Float64())
	a := must(find(power, lo, hi, wanted))
	inverse := must(a.Inverse())
	worst, product := 0., 0.
	near := func(x float64) float64 { return math.Abs(a.Eval(x)*math.Pow(x, -power.Float()) - 1) }
	for range 1000 {
		x := lo * math.Pow(hi/lo, source.Float64())
		worst = max(worst, near(x))
		product = max(product, math.Abs(a.Eval(x)*inverse.Eval(x)-1+a.MaxError()*a.MaxError()))
	}
	proved := math.Inf(1)
	for _, x := range a.Certificate().Points {
		proved = min(proved, near(x))
	}
	rounding := a.RoundOff() + inverse.RoundOff()
	return []Result{
		{Law: "the error asked for", Measured: a.MaxError(), Bound: wanted, Because: "asked for"},
		{Law: "the error on the interval", Measured: worst, Bound: a.MaxError() + rounding, Because: "the error it tells, and round-off", Vacuous: !(rounding < a.MaxError()/2)},
		{Law: "the error where it is proved", Measured: a.MaxError() - proved, Bound: rounding, Because: "round-off"},
		{Law: "an approximation times its inverse", Measured: product, Bound: 2 * rounding, Because: "round-off of both"},
	}
}
