package verify_test

import (
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/verify"
)

// careless is a solver with a planted bug.
type careless func(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error)

func (c careless) Solve(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
	return c(x, a, b, s)
}

func solverMutants() (list []mutant) {
	add := func(law, bug string, build func(tolerance float64, most int, cg *solver.CG) careless) {
		list = append(list, mutant{area: "solver", bug: bug, law: law, subject: verify.OfSolver("solver", func(tolerance float64, most int) verify.LinearSolver {
			return build(tolerance, most, &solver.CG{Tolerance: tolerance, MaxIterations: most})
		})})
	}
	add("residual", "the tolerance is ignored", func(_ float64, _ int, cg *solver.CG) careless {
		cg.Tolerance = 1e-6
		return cg.Solve
	})
	add("residual", "ten times the tolerance, reported as reached", func(_ float64, _ int, cg *solver.CG) careless {
		cg.Tolerance *= 10
		return func(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			r, err := cg.Solve(x, a, b, s)
			r.Residual /= 10
			return r, err
		}
	})
	add("residual", "the solution begins from what was there", func(_ float64, _ int, cg *solver.CG) careless {
		return func(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			guess, rest, dx := x.Like(), x.Like(), x.Like()
			guess.Copy(x, s)
			a.ApplyNormal(rest, guess, s)
			rest.Scale(-1, s)
			rest.Axpy(1, b, s)
			r, err := cg.Solve(dx, a, rest, s)
			x.Copy(guess, s)
			x.Axpy(1, dx, s)
			return r, err
		}
	})
	add("residual", "other sites written", func(_ float64, _ int, cg *solver.CG) careless {
		return func(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			r, err := cg.Solve(x, a, b, s)
			if s != lattice.All {
				x.Zero(s.Other())
			}
			return r, err
		}
	})
	add("residual", "the source is spoilt", func(_ float64, _ int, cg *solver.CG) careless {
		return func(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			r, err := cg.Solve(x, a, b, s)
			b.Scale(1+1e-12, s)
			return r, err
		}
	})
	add("relative", "the tolerance is absolute", func(tolerance float64, _ int, cg *solver.CG) careless {
		return func(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			n := b.Norm2(s)
			if cg.Tolerance = 0.5; n > 0 && tolerance*tolerance/n < 0.25 {
				cg.Tolerance = max(1e-13, tolerance/n)
			}
			return cg.Solve(x, a, b, s)
		}
	})
	add("limits", "no error where it does not converge", func(_ float64, _ int, cg *solver.CG) careless {
		return func(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			r, _ := cg.Solve(x, a, b, s)
			return r, nil
		}
	})
	add("workers", "iterations depend on workers", func(_ float64, _ int, cg *solver.CG) careless {
		return func(x *fermion.Field, a solver.Operator, b *fermion.Field, s lattice.Subset) (solver.Report, error) {
			if b.Geometry().Workers() > 1 {
				cg.Tolerance /= 100
			}
			return cg.Solve(x, a, b, s)
		}
	})
	return list
}
