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

// MultiSolver solves (A + sigma_i) x_i = b: [MultiShift] or [MixedMultiShift].
type MultiSolver interface {
	// SolveShifts sets x_i to the solution of (A + sigma_i) x_i = b on the sites of s.
	SolveShifts(x []*fermion.Field, a Operator, shifts []Shift, b *fermion.Field, s lattice.Subset) (Report, error)
	// Spectrum returns the ends of A's spectrum as the last solve has seen them.
	Spectrum() (lo, hi float64)
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

	w equations
	r *fermion.Field
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
	bb, report := m.w.begin(x, shifts, b, s)
	if bb == 0 || len(x) == 0 {
		return report, nil
	}
	if m.r == nil || !m.r.SameShape(b) {
		m.r = b.Like()
	}
	k := &m.w.k
	k.prepare(len(x), b)
	k.r.Copy(b, s)
	n, err := k.run(x, a, shifts, 0, bb, m.MaxIterations, s, m.Stop)
	report.Iterations, report.Applications, report.History = n, n, k.history
	if err != nil {
		return report, err
	}
	return m.w.finish(x, a, shifts, b, bb, s, report, m.MaxIterations, m.Stop, m)
}

// more continues an equation by CG of its own.
func (m *MultiShift) more(l *search, x, b *fermion.Field, rr, tolerance float64, most int) (Report, error) {
	l.r, l.p, l.ap = m.r, m.w.k.p, m.w.k.ap
	return l.converge(x, b, rr, tolerance, most)
}

// residual returns where the residual of a solution is kept.
func (m *MultiShift) residual() *fermion.Field { return m.r }

// equations is what both multi-shift solvers have.
type equations struct {
	k         krylov
	shifted   shifted
	polishing search
	residuals []float64
}

// begin sets the solutions to zero and returns |b|^2.
func (w *equations) begin(x []*fermion.Field, shifts []Shift, b *fermion.Field, s lattice.Subset) (bb float64, report Report) {
	if len(x) != len(shifts) {
		panic("solver: not as many fields as shifts")
	}
	if cap(w.residuals) < len(x) {
		w.residuals = make([]float64, len(x))
	}
	w.residuals = w.residuals[:len(x)]
	clear(w.residuals)
	for _, f := range x {
		f.Zero(s)
	}
	w.k.ritz.clear()
	return b.Norm2(s), Report{Residuals: w.residuals}
}

// polisher solves one equation further.
type polisher interface {
	residual() *fermion.Field
	// more continues from x and the residual, of square rr, until the recomputed
	// residual meets the tolerance. l says all but the fields of a search.
	more(l *search, x, b *fermion.Field, rr, tolerance float64, most int) (Report, error)
}

// finish recomputes the residual of every equation after the recursion, and polishes
// those that miss their tolerance: none any more once one has been beyond reach.
func (w *equations) finish(x []*fermion.Field, a Operator, shifts []Shift, b *fermion.Field, bb float64, s lattice.Subset, report Report, most int, stop func() error, by polisher) (Report, error) {
	var failed *NotConverged
	for i, shift := range shifts {
		w.shifted = shifted{a, shift.Value}
		rr := residual(by.residual(), &w.shifted, x[i], b, s)
		report.Applications++
		w.residuals[i] = math.Sqrt(rr / bb)
		if !(w.residuals[i] <= shift.Tolerance) && failed == nil {
			l := &w.polishing
			*l = search{a: &w.shifted, s: s, stop: stop, unit: bb, history: w.k.history}
			polish, err := by.more(l, x[i], b, rr, shift.Tolerance, most-report.Iterations)
			w.k.history = l.history
			report.Iterations += polish.Iterations
			report.Applications += polish.Applications
			report.History = l.history
			w.residuals[i] = polish.Residual
			if err != nil {
				var missed *NotConverged
				if !errors.As(err, &missed) {
					return report, err
				}
				missed.Shift, failed = &Failed{i, shift.Value, polish.Residual}, missed
			}
		}
		if !(w.residuals[i] <= report.Residual) {
			report.Residual = w.residuals[i]
		}
	}
	if failed != nil {
		failed.Report = report
		return report, failed
	}
	return report, nil
}
