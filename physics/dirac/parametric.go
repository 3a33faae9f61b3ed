package dirac

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Parametric is the power of an operator with real parameters that may be trained
// or exchanged.
type Parametric interface {
	Operator
	// Parameters returns their names, such as "mass", in a fixed order.
	Parameters() []string
	// Parameter returns the value of one. Panics: there is none of that name.
	Parameter(name string) float64
	// SetParameter changes one. Errors: a value that is not allowed; nothing is changed.
	// Panics: there is none of that name.
	SetParameter(name string, x float64) error
	// ParameterDerivative returns
	//
	//	d/dp 2 Re <y, D x>
	//
	// on all sites, at the links that D is bound to, over all processes. An x that lives
	// on a subset is zero elsewhere.
	ParameterDerivative(name string, y, x *fermion.Field) float64
}

// ParametricBlock is the power of an operator that is [EvenOdd] and [Parametric] to
// tell how its block's determinant depends on a parameter.
type ParametricBlock interface {
	// LogDetBlockParameterDerivative returns d/dp ln |det A| on s, over all processes.
	LogDetBlockParameterDerivative(name string, s lattice.Subset) float64
}

const mass = "mass"

// Parameters returns "mass".
func (d *Staggered) Parameters() []string { return []string{mass} }

// Parameter returns m.
func (d *Staggered) Parameter(name string) float64 {
	d.known(name)
	return d.mass
}

// SetParameter changes m. Errors: a mass that is not a number.
func (d *Staggered) SetParameter(name string, x float64) error {
	d.known(name)
	if err := finite(name, x); err != nil {
		return err
	}
	d.mass = x
	return nil
}

// ParameterDerivative returns 2 Re <y, x>, since D = m + D_h.
func (d *Staggered) ParameterDerivative(name string, y, x *fermion.Field) float64 {
	d.known(name)
	return 2 * y.ReDot(x, lattice.All)
}

func (d *Staggered) known(name string) {
	if name != mass {
		panic(unknown(d, name))
	}
}

// finite says that a parameter is no number.
func finite(name string, x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Errorf("dirac: %s %v", name, x)
	}
	return nil
}

// unknown is what an operator panics with that has no such parameter.
func unknown(d Operator, name string) string {
	return fmt.Sprintf("dirac: %T has no parameter %q", d, name)
}

// Parameters returns those of D; none if D is not [Parametric].
func (d *Schur) Parameters() []string {
	if p, ok := d.op.(Parametric); ok {
		return p.Parameters()
	}
	return nil
}

// Parameter returns that of D.
func (d *Schur) Parameter(name string) float64 { return d.parametric(name).Parameter(name) }

// SetParameter changes that of D.
func (d *Schur) SetParameter(name string, x float64) error {
	return d.parametric(name).SetParameter(name, x)
}

// ParameterDerivative returns d/dp 2 Re <y, S x>, which is that of 2 Re <Y, D X> with
// the X and Y of AddDerivative.
func (d *Schur) ParameterDerivative(name string, y, x *fermion.Field) float64 {
	p := d.parametric(name)
	d.extend(y, x)
	return p.ParameterDerivative(name, d.y, d.x)
}

func (d *Schur) parametric(name string) Parametric {
	p, ok := d.op.(Parametric)
	if !ok {
		panic(unknown(d.op, name))
	}
	return p
}
