package action

import (
	"fmt"
	"strings"

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

// ParameterDerivatives sets dst to dS/dp = -2 Re <Y, dD/dp X>. Cost: one solve.
func (a *TwoFlavour) ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error {
	checkNames(dst, names)
	if err := a.solve(a.by.force, u); err != nil {
		return err
	}
	a.light.apply(a.y, a.x)
	for i, name := range names {
		dst[i] = -a.light.byParameter(name, a.y, a.x)
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

// pair are the parameters of D by their names and, where there is a W, those of W as
// "heavy mass" and so on.
type pair struct{ light, heavy *quark }

const heavy = "heavy "

// Parameters returns the names of D's, then of W's.
func (p pair) Parameters() []string {
	names := parametersOf(p.light.op)
	if p.heavy == nil {
		return names
	}
	for _, name := range parametersOf(p.heavy.op) {
		names = append(names[:len(names):len(names)], heavy+name)
	}
	return names
}

// of returns the operator that a parameter belongs to, and its name there.
func (p pair) of(name string) (*quark, string) {
	if short, ok := strings.CutPrefix(name, heavy); ok && p.heavy != nil {
		return p.heavy, short
	}
	return p.light, name
}

// Parameter returns that of an operator.
func (p pair) Parameter(name string) float64 {
	d, name := p.of(name)
	return parametric(d.op, name).Parameter(name)
}

// SetParameter changes that of an operator.
func (p pair) SetParameter(name string, x float64) error {
	d, name := p.of(name)
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

// ParameterDerivatives sets dst to dS/dp, with the X_k of the force: for D alone
//
//	-2 sum_k a_k Re <Y_k, dD/dp X_k>,
//
// and where S is that of f(D^†D) g(D^†D + delta), D^†D = s_D + B and W^†W = s_W + B, by
// the derivatives of s_D and s_W, a_i and g_j being residues of f and g:
//
//	dS/ds_D = -sum_i a_i g(delta - b_i) |X_i|^2 - C,
//	dS/ds_W = -sum_j g_j f(-delta - d_j) |X_j|^2 + C,
//	C = sum_i a_i g'(delta - b_i) phi^† X_i - sum_j g_j f'(-delta - d_j) phi^† X_j.
//
// Cost: one multi-shift solve for each field.
func (a *Rational) ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error {
	checkNames(dst, names)
	if err := a.prepareForce(u); err != nil {
		return err
	}
	clear(dst)
	light, heavy := 0., 0. // dS/ds
	for _, phi := range a.phi.phi {
		if err := a.solveForce(phi); err != nil {
			return err
		}
		if a.heavy != nil {
			l, h := a.byShifts(phi)
			light, heavy = light+l, heavy+h
			continue
		}
		for k, residue := range a.force.residues {
			a.light.apply(a.y, a.x[k])
			for i, name := range names {
				dst[i] -= residue * a.light.byParameter(name, a.y, a.x[k])
			}
		}
	}
	if a.heavy == nil {
		return nil
	}
	a.heavy.bind(u)
	phi := a.phi.phi[0]
	norm := phi.Norm2(a.light.sub)
	for i, name := range names {
		d, of := a.of(name)
		d.apply(a.y, phi)
		dst[i] = d.byParameter(of, a.y, phi) / norm // ds/dp
		if d == a.heavy {
			dst[i] *= heavy
		} else {
			dst[i] *= light
		}
	}
	return nil
}

// byShifts returns dS/ds_D and dS/ds_W of one phi.
func (a *Rational) byShifts(phi *fermion.Field) (light, heavy float64) {
	r, s := a.force, a.light.sub
	for k, x := range a.x[:len(r.shifts)] {
		norm, dot := r.residues[k]*x.Norm2(s), phi.ReDot(x, s)
		a.light.dot()
		a.light.dot()
		if k < len(r.light.shifts) {
			_, slope := r.heavy.at(r.delta - r.light.shifts[k])
			c := r.light.residues[k] * slope * dot
			light, heavy = light-norm-c, heavy+c
			continue
		}
		j := k - len(r.light.shifts)
		_, slope := r.light.at(-r.delta - r.heavy.shifts[j])
		c := -r.heavy.residues[j] * slope * dot
		light, heavy = light-c, heavy-norm+c
	}
	return light, heavy
}
