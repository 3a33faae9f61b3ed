package dirac

import (
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

const twist = "twist"

// Parameters returns "mass" and, where there is a g_5, "twist".
func (w *Wilson) Parameters() []string {
	if w.geo.Dims() == 3 {
		return []string{mass}
	}
	return []string{mass, twist}
}

// Parameter returns m or mu.
func (w *Wilson) Parameter(name string) float64 {
	return *w.parameter(name)
}

// SetParameter changes m or mu. Errors: what is not a number.
func (w *Wilson) SetParameter(name string, x float64) error {
	p := w.parameter(name)
	if err := finite(name, x); err != nil {
		return err
	}
	*p = x
	return nil
}

// ParameterDerivative returns 2 Re <y, x> for m, 2 Re <y, i g_5 x> for mu.
func (w *Wilson) ParameterDerivative(name string, y, x *fermion.Field) float64 {
	if w.parameter(name) == &w.mass {
		return 2 * y.ReDot(x, lattice.All)
	}
	w.times(w.shape, twisted{tw: 1}, x, lattice.All) // nobody reads the values of shape
	return 2 * y.ReDot(w.shape, lattice.All)
}

// LogDetBlockParameterDerivative returns, for each component, a/(a^2 + mu^2) for m and
// mu/(a^2 + mu^2) for mu.
func (w *Wilson) LogDetBlockParameterDerivative(name string, s lattice.Subset) float64 {
	a := w.diagonal()
	x := a
	if w.parameter(name) == &w.twist {
		x = w.twist
	}
	return float64(w.shape.Components(s)) * x / (a*a + w.twist*w.twist)
}

// parameter returns where the one of that name is.
func (w *Wilson) parameter(name string) *float64 {
	switch {
	case name == mass:
		return &w.mass
	case name == twist && w.geo.Dims() != 3:
		return &w.twist
	}
	panic(unknown(w, name))
}
