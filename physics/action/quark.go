package action

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/solver"
)

// quark is a Dirac operator on the sites of a subset, as actions use it: the shortest
// way that the operator offers, and its work counted.
type quark struct {
	op     dirac.Operator
	normal solver.Operator
	sub    lattice.Subset
	single *gauge.Field // links in single precision, for solvers of mixed precision
	fields *fermion.Field
	work   Work
}

// newQuark returns op on the sites of sub. Errors: sub is a parity, but op's D^†D
// mixes them.
func newQuark(op dirac.Operator, sub lattice.Subset, mixed bool) (*quark, error) {
	q := &quark{op: op, sub: sub, fields: op.NewField()}
	if d, ok := op.(dirac.Decoupled); ok {
		q.normal = d
	} else if sub != lattice.All {
		return nil, fmt.Errorf("action: %T connects even and odd sites (allowed: all sites)", op)
	} else {
		n := &normal{op: op}
		for p := range n.t {
			n.t[p] = q.fields.LikeIn(lattice.Precision(p))
		}
		q.normal = n
	}
	if mixed {
		q.single = gauge.NewSingle(q.fields.Geometry(), q.fields.Group())
	}
	return q, nil
}

// normal is D^†D of an operator that has no shorter way.
type normal struct {
	op dirac.Operator
	t  [2]*fermion.Field // by precision
}

func (n *normal) ApplyNormal(dst, src *fermion.Field, _ lattice.Subset) {
	t := n.t[src.Precision()]
	n.op.Apply(t, src)
	n.op.ApplyDagger(dst, t)
}

// bind makes u the links of D.
func (q *quark) bind(u *gauge.Field) {
	q.op.Bind(u)
	if q.single != nil {
		q.single.Round(u)
		q.op.Bind(q.single)
	}
}

// alone reports whether D itself stays on the subset.
func (q *quark) alone() bool {
	_, ok := q.op.(dirac.Separate)
	return ok || q.sub == lattice.All
}

// solve sets x to (D^†D)^-1 b.
func (q *quark) solve(by solver.Solver, x, b *fermion.Field) error {
	report, err := by.Solve(x, q.normal, b, q.sub)
	q.count(report, 0)
	return err
}

// apply sets y = D x for an x that lives on the subset.
func (q *quark) apply(y, x *fermion.Field) {
	q.spend(func(d dirac.Counted) float64 { return d.NormalFlops(q.sub) / 2 })
	if d, ok := q.op.(dirac.Decoupled); ok {
		d.ApplyFrom(y, x, q.sub)
		return
	}
	q.op.Apply(y, x)
}

// everywhere is the subset that D^† needs: the subset where D stays on it, else all.
func (q *quark) everywhere() lattice.Subset {
	if q.alone() {
		return q.sub
	}
	return lattice.All
}

// applyDagger sets y = D^† x on the sites of everywhere.
func (q *quark) applyDagger(y, x *fermion.Field) {
	s := q.everywhere()
	q.spend(func(d dirac.Counted) float64 { return d.NormalFlops(s) / 2 })
	if d, ok := q.op.(dirac.Separate); ok {
		d.ApplyOn(y, x, s, true)
		return
	}
	q.op.ApplyDagger(y, x)
}

// addDerivative adds c d/d omega 2 Re <y, D x> for an x that lives on the subset.
func (q *quark) addDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	q.spend(func(d dirac.Counted) float64 { return d.DerivativeFlops(q.sub) })
	if d, ok := q.op.(dirac.Decoupled); ok {
		d.AddDerivativeFrom(f, c, y, x, q.sub)
		return
	}
	q.op.AddDerivative(f, c, y, x)
}

// byParameter returns d/dp 2 Re <y, D x>. What x holds beyond the subset is lost.
func (q *quark) byParameter(name string, y, x *fermion.Field) float64 {
	if q.sub != lattice.All {
		x.Zero(q.sub.Other())
	}
	q.dot()
	return parametric(q.op, name).ParameterDerivative(name, y, x)
}

// count adds a solve to the work. Beside D^†D an iteration of conjugate gradients has a
// scalar product, an addition with a norm and two additions of vectors, 2 + 4 + 4 flops
// for each of two real numbers a component; a residual has an addition with a norm.
// With shifts, an iteration has one of the two additions, and two more for each shift;
// a residual one more.
func (q *quark) count(r solver.Report, shifts int) {
	q.work.Add(Work{Solves: 1, Iterations: r.Iterations, Applications: r.Applications})
	iteration, residual := 20, 8
	if shifts > 0 {
		iteration, residual = 16+8*shifts, 12
	}
	residuals := float64(r.Applications - r.Iterations)
	q.spend(func(d dirac.Counted) float64 {
		return float64(r.Applications)*d.NormalFlops(q.sub) + (float64(iteration*r.Iterations)+float64(residual)*residuals)*q.components()
	})
}

// spend adds flops, which an operator knows or does not.
func (q *quark) spend(flops func(dirac.Counted) float64) {
	if d, ok := dirac.CountedOf(q.op); ok {
		q.work.Flops += int64(flops(d))
		return
	}
	q.work.Uncounted++
}

// dot counts a scalar product or a norm on the subset, or an addition of vectors.
func (q *quark) dot() {
	q.spend(func(dirac.Counted) float64 { return 4 * q.components() })
}

func (q *quark) components() float64 { return float64(q.fields.Components(q.sub)) }
