package verify

import (
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
)

// heavier is the case of the heavy operator of a ratio.
func heavier(c Case) Case {
	c.Mass += 0.5
	return c
}

// BuildRatio makes the action of an operator over that of a larger mass, on a subset.
func BuildRatio(build OperatorBuilder, s lattice.Subset) PseudofermionBuilder {
	return func(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
		light, err := build(c, geo)
		if err != nil {
			return nil, err
		}
		heavy, err := build(heavier(c), geo)
		if err != nil {
			return nil, err
		}
		return action.NewRatio(light, heavy, s, exactly())
	}
}

// TwinRatio is that action of the phi that a holds, by dense inversion of the matrix
// that is the twin of the operator on all sites.
func TwinRatio(twin TwinOperator) TwinAction {
	return func(c Case, a action.Action, u *reference.Links) (reference.Real, float64, error) {
		light, err := twin(c, u)
		if err != nil {
			return reference.Real{}, 0, err
		}
		heavy, err := twin(heavier(c), u)
		if err != nil {
			return reference.Real{}, 0, err
		}
		s, err := reference.RatioAction(light, heavy, Vector(a.(withPhi).Phi()))
		d := float64(2 * u.Dim())
		condition := 1 + d/c.Mass
		return s, 1e-12 * condition * condition, err
	}
}

// withTerms makes HMC of gauge fields and other terms.
func withTerms(c Case, u *gauge.Field, terms ...action.Action) (System, error) {
	sg, err := gauge.NewRectangleAction(u.Geometry(), u.Group(), c.Beta, 0)
	if err != nil {
		return System{}, err
	}
	target := append(action.Sum{sg}, terms...)
	h, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: target, Scheme: sampler.Leapfrog(), Steps: 3}}, 1)
	return System{Sampler: h, Target: target, Plaquettes: sg, Beta: c.Beta}, err
}

// BuildSplitHMC makes HMC of gauge fields and quarks whose determinant is split in that
// of a larger mass and the ratio to it.
func BuildSplitHMC(build OperatorBuilder, s lattice.Subset) SystemBuilder {
	return func(c Case, u *gauge.Field) (System, error) {
		heavy, err := build(heavier(c), u.Geometry())
		if err != nil {
			return System{}, err
		}
		light, err := build(c, u.Geometry())
		if err != nil {
			return System{}, err
		}
		first, err := action.NewTwoFlavour(heavy, s, action.Tight())
		if err != nil {
			return System{}, err
		}
		second, err := action.NewRatio(light, heavy, s, action.Tight())
		if err != nil {
			return System{}, err
		}
		return withTerms(c, u, first, second)
	}
}
