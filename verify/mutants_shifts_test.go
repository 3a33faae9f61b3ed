package verify_test

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/verify"
)

// sloppy is a solver of shifted equations with a planted bug; nil functions leave it as
// it is.
type sloppy struct {
	*solver.MultiShift
	solve    func(x []*fermion.Field, a solver.Operator, shifts []solver.Shift, b *fermion.Field, s lattice.Subset) (solver.Report, error)
	spectrum func(lo, hi float64) (float64, float64)
}

func (m sloppy) SolveShifts(x []*fermion.Field, a solver.Operator, shifts []solver.Shift, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
	if m.solve != nil {
		return m.solve(x, a, shifts, b, s)
	}
	return m.MultiShift.SolveShifts(x, a, shifts, b, s)
}

func (m sloppy) Spectrum() (lo, hi float64) {
	lo, hi = m.MultiShift.Spectrum()
	if m.spectrum != nil {
		return m.spectrum(lo, hi)
	}
	return lo, hi
}

func shiftMutants() (list []mutant) {
	add := func(law, bug string, plant func(m *sloppy)) {
		list = append(list, mutant{area: "multi-shift solver", bug: bug, law: law, subject: verify.OfMultiSolver("multi-shift solver", func(most int) solver.MultiSolver {
			m := &sloppy{MultiShift: &solver.MultiShift{MaxIterations: most}}
			plant(m)
			return m
		})})
	}
	add("residuals", "the last shift off by 1e-3", func(m *sloppy) {
		m.solve = func(x []*fermion.Field, a solver.Operator, shifts []solver.Shift, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			other := append([]solver.Shift(nil), shifts...)
			other[len(other)-1].Value *= 1 + 1e-3
			return m.MultiShift.SolveShifts(x, a, other, b, s)
		}
	})
	add("residuals", "one tolerance for all shifts, that of the first", func(m *sloppy) {
		m.solve = func(x []*fermion.Field, a solver.Operator, shifts []solver.Shift, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			other := append([]solver.Shift(nil), shifts...)
			for i := range other {
				other[i].Tolerance = other[0].Tolerance
			}
			return m.MultiShift.SolveShifts(x, a, other, b, s)
		}
	})
	add("residuals", "residuals of the recursion told, far below the true ones", func(m *sloppy) {
		m.solve = func(x []*fermion.Field, a solver.Operator, shifts []solver.Shift, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			r, err := m.MultiShift.SolveShifts(x, a, shifts, b, s)
			for i := range r.Residuals {
				r.Residuals[i] *= 1e-3
			}
			return r, err
		}
	})
	add("residuals", "an error that does not name the shift", func(m *sloppy) {
		m.solve = func(x []*fermion.Field, a solver.Operator, shifts []solver.Shift, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			r, err := m.MultiShift.SolveShifts(x, a, shifts, b, s)
			if failed, ok := err.(*solver.NotConverged); ok {
				failed.Shift = nil
			}
			return r, err
		}
	})
	add("spectrum", "upper end a tenth too low", func(m *sloppy) {
		m.spectrum = func(lo, hi float64) (float64, float64) { return lo, 0.9 * hi }
	})
	add("spectrum", "lower end of the shifted operator", func(m *sloppy) {
		m.spectrum = func(lo, hi float64) (float64, float64) { return lo + 0.1, hi }
	})

	approximation := func(bug string, find func(p rational.Power, lo, hi, bound float64) (*rational.Approximation, error)) {
		list = append(list, mutant{area: "rational approximation", bug: bug, law: "range", subject: verify.OfApproximation("rational approximation", find)})
	}
	approximation("interval shorter than was asked for", func(p rational.Power, lo, hi, bound float64) (*rational.Approximation, error) {
		return rational.Within(p, math.Sqrt(lo*hi)*0.7, hi, bound)
	})
	approximation("power of the other sign", func(p rational.Power, lo, hi, bound float64) (*rational.Approximation, error) {
		return rational.Within(rational.Power{Num: -p.Num, Den: p.Den}, lo, hi, bound)
	})
	approximation("a degree too few", func(p rational.Power, lo, hi, bound float64) (*rational.Approximation, error) {
		a, err := rational.Within(p, lo, hi, bound)
		if err != nil || a.Degree() == 1 {
			return a, err
		}
		return rational.New(p, lo, hi, a.Degree()-1)
	})
	return list
}
