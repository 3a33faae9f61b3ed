package action

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Parametric is the power of an action with real parameters, those of its operators,
// that may be trained or exchanged. Terms that share an operator share its
// parameters.
type Parametric interface {
	Action
	// Parameters returns their names in a fixed order.
	Parameters() []string
	// Parameter returns the value of one. Panics: there is none of that name.
	Parameter(name string) float64
	// SetParameter changes one. Errors: a value that is not allowed; nothing is changed.
	// Panics: there is none of that name.
	SetParameter(name string, x float64) error
	// ParameterDerivatives sets dst[i] to dS/dp of the i-th name, phi held fixed.
	// Cost: that of one force at most, for any number of names. Panics: a name there is
	// none of, not as many numbers as names.
	ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error
}

// parametersOf returns the names that an operator has.
func parametersOf(op dirac.Operator) []string {
	if p, ok := op.(dirac.Parametric); ok {
		return p.Parameters()
	}
	return nil
}

// parametric returns op. Panics: it has no parameters.
func parametric(op dirac.Operator, name string) dirac.Parametric {
	p, ok := op.(dirac.Parametric)
	if !ok {
		panic(fmt.Sprintf("action: %T has no parameter %q", op, name))
	}
	return p
}

func checkNames(dst []float64, names []string) {
	if len(dst) != len(names) {
		panic("action: not as many derivatives as names")
	}
}

// alone makes x live on s.
func alone(x *fermion.Field, s lattice.Subset) {
	if s != lattice.All {
		x.Zero(s.Other())
	}
}

// Parameters returns those of D.
func (a *TwoFlavour) Parameters() []string { return parametersOf(a.op) }

// Parameter returns that of D.
func (a *TwoFlavour) Parameter(name string) float64 { return parametric(a.op, name).Parameter(name) }

// SetParameter changes that of D.
func (a *TwoFlavour) SetParameter(name string, x float64) error {
	return parametric(a.op, name).SetParameter(name, x)
}

// ParameterDerivatives sets dst to dS/dp = -2 Re <Y, dD/dp X>. Cost: one solve.
func (a *TwoFlavour) ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error {
	checkNames(dst, names)
	if err := a.solve(a.force, u); err != nil {
		return err
	}
	a.applyFrom()
	alone(a.x, a.sub)
	for i, name := range names {
		dst[i] = -parametric(a.op, name).ParameterDerivative(name, a.y, a.x)
		a.spend(func(dirac.Counted) float64 { return a.dotFlops(a.sub) })
	}
	return nil
}

// Parameters returns those of D.
func (a *Determinant) Parameters() []string { return parametersOf(a.op) }

// Parameter returns that of D.
func (a *Determinant) Parameter(name string) float64 { return parametric(a.op, name).Parameter(name) }

// SetParameter changes that of D.
func (a *Determinant) SetParameter(name string, x float64) error {
	return parametric(a.op, name).SetParameter(name, x)
}

// ParameterDerivatives sets dst to dS/dp = -2 d/dp ln |det A|. Errors: D is no
// dirac.ParametricBlock.
func (a *Determinant) ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error {
	checkNames(dst, names)
	p, ok := a.op.(dirac.ParametricBlock)
	if !ok {
		return fmt.Errorf("action: %T does not know the derivatives of its determinant by parameters", a.op)
	}
	a.op.Bind(u)
	for i, name := range names {
		dst[i] = -2 * p.LogDetBlockParameterDerivative(name, a.s)
	}
	return nil
}
