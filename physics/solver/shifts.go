package solver

import (
	"errors"
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Shift is one equation (A + Value) x = b and the relative residual it is solved to.
type Shift struct {
	Value, Tolerance float64
}

// MultiSolver solves (A + sigma_i) x_i = b: [MultiShift].
type MultiSolver interface {
	// SolveShifts sets x_i to the solution of (A + sigma_i) x_i = b on the sites of s.
	SolveShifts(x []*fermion.Field, a Operator, shifts []Shift, b *fermion.Field, s lattice.Subset) (Report, error)
}

// MultiShift solves (A + sigma_i) x_i = b for many shifts by conjugate gradients in
// the one Krylov space that they share [J], every A + sigma_i being positive.
//
// Only the residuals of the recursion are collinear: those of the solutions are
// not, once they have come down to round-off of the largest. So no solution is
// taken from the recursion: each residual is recomputed, and the equation that
// misses its tolerance is solved further by CG of its own.
//
// It keeps its work vectors, one for each shift among them: one per goroutine.
// Nothing is allocated after the first solve of a shape and a number of shifts, but
// for a history longer than any before.
type MultiShift struct {
	MaxIterations int // of the recursion and of all that follows it
	// Stop is as that of CG.
	Stop func() error

	k         krylov
	r         *fermion.Field
	shifted   shifted
	residuals []float64
}

// SolveShifts sets x_i to the solution of (A + sigma_i) x_i = b on the sites of s.
//
// Cost: an iteration takes that of CG, and for each shift that has not converged 4
// flops a real component; x_i and its direction pass through memory every fourth
// iteration. After it one application for each shift.
// Errors: *NotConverged for the first shift that misses its tolerance after
// MaxIterations or because of round-off; that of Stop, as it is.
// Panics: not as many fields as shifts.
func (m *MultiShift) SolveShifts(x []*fermion.Field, a Operator, shifts []Shift, b *fermion.Field, s lattice.Subset) (Report, error) {
	if len(x) != len(shifts) {
		panic("solver: not as many fields as shifts")
	}
	if cap(m.residuals) < len(x) {
		m.residuals = make([]float64, len(x))
	}
	m.residuals = m.residuals[:len(x)]
	for i, f := range x {
		f.Zero(s)
		m.residuals[i] = 0
	}
	report := Report{Residuals: m.residuals}
	bb := b.Norm2(s)
	if bb == 0 || len(x) == 0 {
		return report, nil
	}
	if m.r == nil || !m.r.SameShape(b) {
		m.r = b.Like()
	}
	m.k.prepare(len(x), b)
	m.k.r.Copy(b, s)
	n, err := m.k.run(x, a, shifts, 0, bb, m.MaxIterations, s, m.Stop)
	report.Iterations, report.Applications, report.History = n, n, m.k.history
	if err != nil {
		return report, err
	}
	var failed *Failed
	tolerance := 0.
	for i, shift := range shifts {
		one, err := m.finish(x[i], a, shift, b, bb, m.MaxIterations-report.Iterations, failed != nil, s)
		report.Iterations += one.Iterations
		report.Applications += one.Applications
		report.History = m.k.history
		m.residuals[i] = one.Residual
		if !(one.Residual <= report.Residual) {
			report.Residual = one.Residual
		}
		if err != nil {
			return report, err
		}
		if !(one.Residual <= shift.Tolerance) && failed == nil {
			failed, tolerance = &Failed{i, shift.Value, one.Residual}, shift.Tolerance
		}
	}
	if failed != nil {
		return report, &NotConverged{report, tolerance, failed}
	}
	return report, nil
}

// finish recomputes the residual of an equation, and continues with CG of its own
// where it misses the tolerance, unless that is pointless.
func (m *MultiShift) finish(x *fermion.Field, a Operator, shift Shift, b *fermion.Field, bb float64, most int, pointless bool, s lattice.Subset) (Report, error) {
	m.shifted = shifted{a, shift.Value}
	rr := residual(m.r, &m.shifted, x, b, s)
	report := Report{Applications: 1, Residual: math.Sqrt(rr / bb)}
	if report.Residual <= shift.Tolerance || pointless {
		return report, nil
	}
	l := search{a: &m.shifted, r: m.r, p: m.k.p, ap: m.k.ap, s: s, stop: m.Stop, unit: bb, history: m.k.history}
	polish, err := l.converge(x, b, rr, shift.Tolerance, most)
	m.k.history = l.history
	polish.Applications++
	if err != nil {
		var missed *NotConverged
		if errors.As(err, &missed) {
			err = nil // the residual says so
		}
	}
	return polish, err
}
