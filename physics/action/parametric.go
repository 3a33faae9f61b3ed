package action

import (
	"fmt"
	"strings"

	"github.com/slhmc/slhmc/physics/dirac"
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

// Parameters returns those of D.
func (a *TwoFlavour) Parameters() []string { return parametersOf(a.d.op) }

// Parameter returns that of D.
func (a *TwoFlavour) Parameter(name string) float64 { return parametric(a.d.op, name).Parameter(name) }

// SetParameter changes that of D.
func (a *TwoFlavour) SetParameter(name string, x float64) error {
	return parametric(a.d.op, name).SetParameter(name, x)
}

// ParameterDerivatives sets dst to dS/dp = -2 Re <Y, dD/dp X>. Cost: one solve.
func (a *TwoFlavour) ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error {
	checkNames(dst, names)
	if err := a.solve(a.by.force, u); err != nil {
		return err
	}
	a.d.apply(a.y, a.x)
	for i, name := range names {
		dst[i] = -a.d.byParameter(name, a.y, a.x)
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

// ParameterDerivatives sets dst to dS/dp = -Nf d/dp ln |det A|. Errors: D is no
// dirac.ParametricBlock.
func (a *Determinant) ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error {
	checkNames(dst, names)
	p, ok := a.op.(dirac.ParametricBlock)
	if !ok {
		return fmt.Errorf("action: %T does not know the derivatives of its determinant by parameters", a.op)
	}
	a.op.Bind(u)
	for i, name := range names {
		dst[i] = -a.flavours * p.LogDetBlockParameterDerivative(name, a.s)
	}
	return nil
}

// heavy is what begins the names of the heavy operator's parameters.
const heavy = "heavy "

// Parameters returns those of D by their names, and those of W as "heavy mass" and so
// on.
func (a *Ratio) Parameters() []string {
	names := parametersOf(a.light.op)
	for _, name := range parametersOf(a.heavy.op) {
		names = append(names[:len(names):len(names)], heavy+name)
	}
	return names
}

// of returns the operator that a parameter belongs to, and its name there.
func (a *Ratio) of(name string) (*quark, string) {
	if name, ok := strings.CutPrefix(name, heavy); ok {
		return a.heavy, name
	}
	return a.light, name
}

// Parameter returns that of an operator.
func (a *Ratio) Parameter(name string) float64 {
	d, name := a.of(name)
	return parametric(d.op, name).Parameter(name)
}

// SetParameter changes that of an operator.
func (a *Ratio) SetParameter(name string, x float64) error {
	d, name := a.of(name)
	return parametric(d.op, name).SetParameter(name, x)
}

// ParameterDerivatives sets dst to dS/dp: -2 Re <Y, dD/dp X> of D and
// 2 Re <phi, dW/dp X> of W; where they are shifted, -2 Re <D (phi + delta X), dD/dp X>
// and 2 Re <W phi, dW/dp X>. Cost: one solve of D.
func (a *Ratio) ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error {
	checkNames(dst, names)
	a.heavy.bind(u)
	if err := a.light.solve(a.by.force, a.x, a.source(u)); err != nil {
		return err
	}
	byLight, byHeavy := a.y, a.phi
	a.light.apply(a.y, a.x)
	if a.shifted {
		a.light.apply(a.psi, a.phi)
		a.y.Scale(a.delta(), lattice.All)
		a.y.Axpy(1, a.psi, lattice.All)
		a.heavy.apply(a.psi, a.phi)
		byHeavy = a.psi
	}
	for i, name := range names {
		if d, of := a.of(name); d == a.heavy {
			dst[i] = d.byParameter(of, byHeavy, a.x)
		} else {
			dst[i] = -d.byParameter(of, byLight, a.x)
		}
	}
	return nil
}
