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
	pair
	t    Tolerances
	by   solvers
	phi  *fermion.Field
	x, y *fermion.Field
}

// Tolerances of the solves of an action: relative residuals.
type Tolerances struct {
	Action, Force float64
	MaxIterations int
	Mixed         bool // iterate in single precision (solver.Mixed)
}

// Tight is accurate enough for any lattice: Metropolis sees nothing of it.
func Tight() Tolerances { return Tolerances{Action: 1e-12, Force: 1e-10, MaxIterations: 10000} }

// solvers are those of an action's values and of its forces.
type solvers struct{ action, force solver.Solver }

func (t Tolerances) solvers() solvers {
	if t.Mixed {
		return solvers{
			&solver.Mixed{Tolerance: t.Action, MaxIterations: t.MaxIterations},
			&solver.Mixed{Tolerance: t.Force, MaxIterations: t.MaxIterations},
		}
	}
	return solvers{
		&solver.CG{Tolerance: t.Action, MaxIterations: t.MaxIterations},
		&solver.CG{Tolerance: t.Force, MaxIterations: t.MaxIterations},
	}
}

// NewTwoFlavour returns the action of op on the sites of sub. phi is zero until
// Refresh. op is bound to whatever links are passed: no one else may use it, but for
// terms beside it, one at a time.
//
// Errors: sub is a parity, but op's D^†D mixes them.
func NewTwoFlavour(op dirac.Operator, sub lattice.Subset, t Tolerances) (*TwoFlavour, error) {
	d, err := newQuark(op, sub, t.Mixed)
	if err != nil {
		return nil, err
	}
	return &TwoFlavour{pair: pair{light: d}, t: t, by: t.solvers(), phi: op.NewField(), x: op.NewField(), y: op.NewField()}, nil
}

// With returns the action of the same phi - shared, not copied - seen through
// another operator: how a guide follows its target. It must act on the same
// fields, and is refreshed through a.
func (a *TwoFlavour) With(op dirac.Operator) (*TwoFlavour, error) {
	return a.WithTolerances(op, a.t)
}

// WithTolerances is With for solves of other tolerances.
func (a *TwoFlavour) WithTolerances(op dirac.Operator, t Tolerances) (*TwoFlavour, error) {
	b, err := NewTwoFlavour(op, a.light.sub, t)
	if err != nil {
		return nil, err
	}
	b.phi, err = shared(a.phi, b.phi, op, a.light.op)
	return b, err
}

// shared returns phi, which fields of the operator op must be like. Errors: they are not.
func shared(phi, fields *fermion.Field, op, other dirac.Operator) (*fermion.Field, error) {
	if !fields.SameShape(phi) {
		return nil, fmt.Errorf("action: %T acts on other fields than %T", op, other)
	}
	return phi, nil
}

// Operator returns D.
func (a *TwoFlavour) Operator() dirac.Operator { return a.light.op }

// Phi returns the pseudofermion field, which lives on the subset only.
func (a *TwoFlavour) Phi() *fermion.Field { return a.phi }

// solve sets x to X.
func (a *TwoFlavour) solve(by solver.Solver, u *gauge.Field) error {
	a.light.bind(u)
	return a.light.solve(by, a.x, a.phi)
}

// Value returns S. Cost: one solve.
func (a *TwoFlavour) Value(u *gauge.Field) (float64, error) {
	if err := a.solve(a.by.action, u); err != nil {
		return 0, err
	}
	a.light.dot()
	return a.phi.ReDot(a.x, a.light.sub), nil
}

// AddForce adds f += c F. Cost: one solve.
func (a *TwoFlavour) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	if err := a.solve(a.by.force, u); err != nil {
		return err
	}
	a.light.apply(a.y, a.x)
	a.light.addDerivative(f, -c, a.y, a.x)
	return nil
}

// Refresh sets phi = D^† xi, restricted to the subset, xi Gaussian:
// phi^† (D^†D)^-1 phi has the distribution of |xi|^2 there. Where D stays on the subset
// S is |xi|^2; where it does not, xi lives on all sites and (D^† xi)_e has the right
// covariance (D^†D)_ee, but S needs a solve.
func (a *TwoFlavour) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	a.light.bind(u)
	a.x.Gaussian(s, a.light.everywhere())
	a.light.applyDagger(a.y, a.x)
	a.phi.Copy(a.y, a.light.sub)
	if a.light.alone() {
		a.light.dot()
		return a.x.Norm2(a.light.sub), nil
	}
	v, err := a.Value(u)
	if err != nil {
		return 0, &Drawn{err}
	}
	return v, nil
}

// Components returns the number of complex components of phi.
func (a *TwoFlavour) Components() int { return a.phi.Components(a.light.sub) }

// Transform rotates phi.
func (a *TwoFlavour) Transform(t *gauge.Transformation) { a.phi.Transform(t, a.light.sub) }

// Work returns the work so far.
func (a *TwoFlavour) Work() Work { return a.light.work }

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
