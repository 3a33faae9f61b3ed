package verify

import (
	"math"
	"slices"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/reference"
)

// OneField is a rational action of one field, which it shows as others do.
type OneField struct{ *action.Rational }

// Phi returns the field.
func (a OneField) Phi() *fermion.Field { return a.Rational.Phi()[0] }

// Powers makes rational actions for which every case has the same approximations: they
// are found once.
type Powers struct{ memo *rational.Memo }

// NewPowers returns one that knows none.
func NewPowers() Powers { return Powers{new(rational.Memo)} }

// approximations are of a power on an interval that holds D^†D of every case: of
// staggered quarks it lies between m^2 and m^2 + d^2, of Wilson's between m^2 and
// (m + 2d)^2, and of their Schur complement too, whose inverse is a block of D^-1.
func (p Powers) approximations(power rational.Power, fields int) action.Approximations {
	lightest, heaviest := slices.Min(masses), slices.Max(masses)
	return action.Approximations{
		Power: power, Fields: fields, Action: 1e-13, Force: 1e-12, Memo: p.memo,
		Interval: action.Interval{Lo: 0.9 * lightest * lightest, Hi: 1.1 * (heaviest + 8) * (heaviest + 8)},
	}
}

// Rational makes the action of a power of an operator's determinant, on a subset.
func (p Powers) Rational(build OperatorBuilder, s lattice.Subset, power rational.Power) PseudofermionBuilder {
	return func(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
		d, err := build(c, geo)
		if err != nil {
			return nil, err
		}
		a, err := action.NewRational(d, s, p.approximations(power, 1), exactly())
		return OneField{a}, err
	}
}

// Ratio makes that of an operator over the one of a larger mass.
func (p Powers) Ratio(build OperatorBuilder, s lattice.Subset, power rational.Power) PseudofermionBuilder {
	return func(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
		light, err := build(c, geo)
		if err != nil {
			return nil, err
		}
		heavy, err := build(heavier(c), geo)
		if err != nil {
			return nil, err
		}
		a, err := action.NewRationalRatio(light, heavy, s, p.approximations(power, 1), exactly())
		return OneField{a}, err
	}
}

// OneQuotient is a quotient of one field, which it shows as others do.
type OneQuotient struct{ *action.Quotient }

// Phi returns the field.
func (a OneQuotient) Phi() *fermion.Field { return a.Quotient.Phi()[0] }

// Quotient makes that of operators that do not commute.
func (p Powers) Quotient(build OperatorBuilder, s lattice.Subset, power rational.Power) PseudofermionBuilder {
	return func(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
		light, err := build(c, geo)
		if err != nil {
			return nil, err
		}
		heavy, err := build(heavier(c), geo)
		if err != nil {
			return nil, err
		}
		a, err := action.NewQuotient(light, heavy, s, p.approximations(power, 1), exactly())
		return OneQuotient{a}, err
	}
}

// TwinRational is the action of a power by the eigenvectors of the twin of the operator.
func TwinRational(twin TwinOperator, power rational.Power, ratio bool) TwinAction {
	return func(c Case, a action.Action, u *reference.Links) (reference.Real, float64, error) {
		d, err := twin(c, u)
		if err != nil {
			return reference.Real{}, 0, err
		}
		alpha, delta := power.Float(), 0.
		f, slope := func(x float64) float64 { return math.Pow(x, -alpha) }, func(x float64) float64 { return -alpha * math.Pow(x, -alpha-1) }
		if ratio {
			h := heavier(c)
			delta = h.Mass*h.Mass - c.Mass*c.Mass
			f = func(x float64) float64 { return math.Pow(x/(x+delta), -alpha) }
			slope = func(x float64) float64 { return -alpha * f(x) * delta / (x * (x + delta)) }
		}
		s, err := reference.FunctionAction(d, Vector(a.(withPhi).Phi()), f, slope)
		condition := 1 + 2*float64(u.Dim())/c.Mass
		// divided differences of the twin, and of ours the approximations and solves
		return s, 1e-10 + 1e-12*condition*condition, err
	}
}

// oneOf is the determinant of one flavour of Wilson quarks on the parity that the Schur
// complement leaves out.
func oneOf(d dirac.Operator) *action.Determinant {
	s := d.(*dirac.Schur)
	return action.NewFlavourDeterminant(s.Operator(), s.Parity().Other(), 1)
}

// HMC makes RHMC of gauge fields and a power of a determinant.
func (p Powers) HMC(build OperatorBuilder, s lattice.Subset, power rational.Power, fields int) SystemBuilder {
	return func(c Case, u *gauge.Field) (System, error) {
		d, err := build(c, u.Geometry())
		if err != nil {
			return System{}, err
		}
		r := p.approximations(power, fields)
		r.Force = 1e-5
		a, err := action.NewRational(d, s, r, action.Tolerances{Action: 1e-12, Force: 1e-7, MaxIterations: 1000})
		if err != nil {
			return System{}, err
		}
		if _, ok := d.(*dirac.Schur); ok {
			return withTerms(c, u, a, oneOf(d))
		}
		return withTerms(c, u, a)
	}
}
