package action

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
)

// TwoFlavour is the pseudofermion action of a Dirac operator [WP],
//
//	S = phi^† (D^†D)^-1 phi = X^† phi,  X = (D^†D)^-1 phi,
//	dS = -2 Re <Y, dD X>,  Y = D X,
//
// on all sites: two flavours of Wilson quarks, two staggered fields. On the even
// sites of an operator whose D^†D does not mix parities it is exactly half of
// that [GLTRS]: one staggered field, four tastes in four dimensions.
//
// It keeps scratch: one per goroutine.
type TwoFlavour struct {
	op     dirac.Operator
	normal solver.Operator
	sub    lattice.Subset
	t      Tolerances
	action solver.Solver // for values
	force  solver.Solver // for forces
	single *gauge.Field  // links in single precision, for solvers of mixed precision
	phi    *fermion.Field
	x, y   *fermion.Field
	work   Work
}

// Tolerances of the solves of an action: relative residuals.
type Tolerances struct {
	Action, Force float64
	MaxIterations int
	Mixed         bool // iterate in single precision (solver.Mixed)
}

// Tight is accurate enough for any lattice: Metropolis sees nothing of it.
func Tight() Tolerances { return Tolerances{Action: 1e-12, Force: 1e-10, MaxIterations: 10000} }

// NewTwoFlavour returns the action of op on the sites of sub. phi is zero until
// Refresh. op is bound to whatever links are passed: no one else may use it.
//
// Errors: sub is a parity, but op's D^†D mixes them.
func NewTwoFlavour(op dirac.Operator, sub lattice.Subset, t Tolerances) (*TwoFlavour, error) {
	a := &TwoFlavour{op: op, sub: sub, t: t, phi: op.NewField()}
	if d, ok := op.(dirac.Decoupled); ok {
		a.normal = d
	} else if sub != lattice.All {
		return nil, fmt.Errorf("action: %T connects even and odd sites (allowed: all sites)", op)
	} else {
		n := &normal{op: op}
		for p := range n.t {
			n.t[p] = a.phi.LikeIn(lattice.Precision(p))
		}
		a.normal = n
	}
	a.x, a.y = op.NewField(), op.NewField()
	if t.Mixed {
		a.action = &solver.Mixed{Tolerance: t.Action, MaxIterations: t.MaxIterations}
		a.force = &solver.Mixed{Tolerance: t.Force, MaxIterations: t.MaxIterations}
		a.single = gauge.NewSingle(a.phi.Geometry(), a.phi.Group())
	} else {
		a.action = &solver.CG{Tolerance: t.Action, MaxIterations: t.MaxIterations}
		a.force = &solver.CG{Tolerance: t.Force, MaxIterations: t.MaxIterations}
	}
	return a, nil
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

// With returns the action of the same phi - shared, not copied - seen through
// another operator: how a guide follows its target. It must act on the same
// fields, and is refreshed through a.
func (a *TwoFlavour) With(op dirac.Operator) (*TwoFlavour, error) {
	b, err := NewTwoFlavour(op, a.sub, a.t)
	if err != nil {
		return nil, err
	}
	if !b.phi.SameShape(a.phi) {
		return nil, fmt.Errorf("action: %T acts on other fields than %T", op, a.op)
	}
	b.phi = a.phi
	return b, nil
}

// Operator returns D.
func (a *TwoFlavour) Operator() dirac.Operator { return a.op }

// Phi returns the pseudofermion field, which lives on the subset only.
func (a *TwoFlavour) Phi() *fermion.Field { return a.phi }

// solve sets x to X.
func (a *TwoFlavour) solve(cg solver.Solver, u *gauge.Field) error {
	a.op.Bind(u)
	if a.single != nil {
		a.single.Round(u)
		a.op.Bind(a.single)
	}
	report, err := cg.Solve(a.x, a.normal, a.phi, a.sub)
	a.count(report)
	return err
}

// count adds a solve to the work. Beside D^†D an iteration has a scalar product,
// an addition with a norm and two additions of vectors, 2 + 4 + 4 flops for each
// of two real numbers a component; a residual has an addition with a norm.
func (a *TwoFlavour) count(r solver.Report) {
	a.work.Add(Work{Solves: 1, Iterations: r.Iterations, Applications: r.Applications})
	residuals := float64(r.Applications - r.Iterations)
	a.spend(func(d dirac.Counted) float64 {
		return float64(r.Applications)*d.NormalFlops(a.sub) + (20*float64(r.Iterations)+8*residuals)*float64(a.phi.Components(a.sub))
	})
}

// spend adds flops, which an operator knows or does not.
func (a *TwoFlavour) spend(flops func(dirac.Counted) float64) {
	if d, ok := dirac.CountedOf(a.op); ok {
		a.work.Flops += int64(flops(d))
	} else {
		a.work.Uncounted++
	}
}

// dotFlops are those of a scalar product or a norm on s.
func (a *TwoFlavour) dotFlops(s lattice.Subset) float64 { return 4 * float64(a.phi.Components(s)) }

// Value returns S. Cost: one solve.
func (a *TwoFlavour) Value(u *gauge.Field) (float64, error) {
	if err := a.solve(a.action, u); err != nil {
		return 0, err
	}
	a.spend(func(dirac.Counted) float64 { return a.dotFlops(a.sub) })
	return a.phi.ReDot(a.x, a.sub), nil
}

// AddForce adds f += c F. Cost: one solve.
func (a *TwoFlavour) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	if err := a.solve(a.force, u); err != nil {
		return err
	}
	a.applyFrom()
	a.spend(func(d dirac.Counted) float64 { return d.DerivativeFlops(a.sub) })
	if d, ok := a.op.(dirac.Decoupled); ok {
		d.AddDerivativeFrom(f, -c, a.y, a.x, a.sub)
	} else {
		a.op.AddDerivative(f, -c, a.y, a.x)
	}
	return nil
}

// Refresh sets phi = D^† xi, restricted to the subset, xi Gaussian on all sites:
// phi^† (D^†D)^-1 phi has the distribution of |xi|^2 there. On all sites S is
// |xi|^2; on a parity (D^† xi)_e has the right covariance (D^†D)_ee, but S needs
// a solve.
func (a *TwoFlavour) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	a.op.Bind(u)
	a.x.Gaussian(s, lattice.All)
	a.op.ApplyDagger(a.y, a.x)
	a.spend(func(d dirac.Counted) float64 { return d.NormalFlops(lattice.All) / 2 })
	a.phi.Copy(a.y, a.sub)
	if a.sub == lattice.All {
		a.spend(func(dirac.Counted) float64 { return a.dotFlops(a.sub) })
		return a.x.Norm2(lattice.All), nil
	}
	v, err := a.Value(u)
	if err != nil {
		return 0, &Drawn{err}
	}
	return v, nil
}

// Components returns the number of complex components of phi.
func (a *TwoFlavour) Components() int { return a.phi.Components(a.sub) }

// Transform rotates phi.
func (a *TwoFlavour) Transform(t *gauge.Transformation) { a.phi.Transform(t, a.sub) }

// Work returns the work so far.
func (a *TwoFlavour) Work() Work { return a.work }

// Mass returns the operator's parameter "mass". Panics if it has none.
func (a *TwoFlavour) Mass() float64 { return a.Parameter("mass") }

// SetMass changes it, to a number. Panics if the operator has none.
func (a *TwoFlavour) SetMass(m float64) {
	if err := a.SetParameter("mass", m); err != nil {
		panic(err)
	}
}

// MassDerivative returns dS/dm. Cost: one solve.
func (a *TwoFlavour) MassDerivative(u *gauge.Field) (float64, error) {
	var d [1]float64
	err := a.ParameterDerivatives(d[:], []string{"mass"}, u)
	return d[0], err
}

// applyFrom sets y = D x.
func (a *TwoFlavour) applyFrom() {
	a.spend(func(d dirac.Counted) float64 { return d.NormalFlops(a.sub) / 2 })
	if d, ok := a.op.(dirac.Decoupled); ok {
		d.ApplyFrom(a.y, a.x, a.sub)
		return
	}
	a.op.Apply(a.y, a.x)
}
