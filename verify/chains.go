package verify

import (
	"fmt"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
)

// Systems small enough that chains of them are in equilibrium, and that refuse
// enough proposals for Metropolis to matter.

// BuildTorus makes HMC of the plaquette action on a torus of two dimensions, whose
// Wilson loops are known exactly as long as they do not wind.
func BuildTorus(c Case, u *gauge.Field) (System, error) {
	if len(c.Extents) != 2 {
		return System{}, ErrUnsupported
	}
	n, volume := u.Group().N(), c.Volume()
	a, err := gauge.NewRectangleAction(u.Geometry(), u.Group(), c.Beta, 0)
	if err != nil {
		return System{}, err
	}
	s := System{Target: a, Plaquettes: a, Beta: c.Beta}
	for r := 1; r < c.Extents[0]; r++ {
		for t := 1; t <= r && t < c.Extents[1]; t++ {
			s.Exact = append(s.Exact, Average{
				fmt.Sprintf("Wilson loop %d x %d", r, t),
				[]gauge.Loop{{Path: reference.WilsonLoop(0, r, 1, t), Coefficient: 1 / float64(n*volume)}},
				reference.WilsonLoop2D(n, c.Beta, volume, r*t),
			})
		}
	}
	s.Sampler, err = sampler.NewSLHMC(u, a, []sampler.Level{{Force: a, Scheme: sampler.Leapfrog(), Steps: 3}}, 1.2)
	return s, err
}

// withQuarks are what is judged of a sampler of gauge fields and quarks.
func withQuarks(c Case, u *gauge.Field, s Stepper, target action.Action, sg *gauge.Action) (System, error) {
	condensate, err := observeCondensate(c, u)
	return System{Sampler: s, Target: target, Plaquettes: sg, Beta: c.Beta, Observed: []Observed{condensate}}, err
}

// parts are the plaquette action and the quarks of a case on even sites, and how
// to see the same phi through another mass.
func parts(c Case, u *gauge.Field) (sg *gauge.Action, sf *action.TwoFlavour, heavy func(mass float64) (*action.TwoFlavour, error), err error) {
	geo := u.Geometry()
	if sg, err = gauge.NewRectangleAction(geo, u.Group(), c.Beta, 0); err != nil {
		return nil, nil, nil, err
	}
	d, err := dirac.NewStaggered(geo, u.Group(), c.Mass, c.Boundary)
	if err != nil {
		return nil, nil, nil, err
	}
	if sf, err = action.NewTwoFlavour(d, lattice.Even, action.Tight()); err != nil {
		return nil, nil, nil, err
	}
	return sg, sf, func(mass float64) (*action.TwoFlavour, error) {
		other, err := dirac.NewStaggered(geo, u.Group(), mass, c.Boundary)
		if err != nil {
			return nil, err
		}
		return sf.With(other)
	}, nil
}

// BuildTalkHMC makes HMC of gauge fields and staggered quarks.
func BuildTalkHMC(c Case, u *gauge.Field) (System, error) {
	sg, sf, _, err := parts(c, u)
	if err != nil {
		return System{}, err
	}
	target := action.Sum{sg, sf}
	h, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: sf, Scheme: sampler.Leapfrog(), Steps: 2}, {Force: sg, Scheme: sampler.Omelyan2(), Steps: 1}}, 1)
	if err != nil {
		return System{}, err
	}
	return withQuarks(c, u, h, target, sg)
}

// BuildTalkSLHMC makes SLHMC of the same: a guide of another mass behind the
// talk's network with random weights of the given size.
func BuildTalkSLHMC(size float64) SystemBuilder {
	return func(c Case, u *gauge.Field) (System, error) {
		sg, sf, heavy, err := parts(c, u)
		if err != nil {
			return System{}, err
		}
		seen, err := heavy(c.Mass + 0.1)
		if err != nil {
			return System{}, err
		}
		net, err := covnet.NewTalkNetwork(u)
		if err != nil {
			return System{}, err
		}
		if err := net.SetParams(weights(c, net.NumParams(), size)); err != nil {
			return System{}, err
		}
		target := action.Sum{sg, sf}
		h, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: action.Sum{sg, covnet.NewEffective(u, net, seen)}, Scheme: sampler.Omelyan2(), Steps: 3}}, 0.8)
		if err != nil {
			return System{}, err
		}
		return withQuarks(c, u, h, target, sg)
	}
}

// BuildTalkTarget makes HMC of the same, its levels a guide of the target itself:
// seen through a network without layers and another operator of the same mass, or
// as it is.
func BuildTalkTarget(guided bool) SystemBuilder {
	return func(c Case, u *gauge.Field) (System, error) {
		sg, sf, heavy, err := parts(c, u)
		if err != nil {
			return System{}, err
		}
		target := action.Sum{sg, sf}
		var guide action.Action = target
		if guided {
			seen, err := heavy(c.Mass)
			if err != nil {
				return System{}, err
			}
			guide = covnet.NewEffective(u, covnet.NewNetwork(u), action.Sum{sg, seen})
		}
		h, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: guide, Scheme: sampler.Omelyan2(), Steps: 2}}, 1)
		if err != nil {
			return System{}, err
		}
		return withQuarks(c, u, h, target, sg)
	}
}

// BuildPupil makes a guide of a heavier mass behind the talk's network with small
// weights, its mass and its coefficient trainable too, and its target, the quarks.
func BuildPupil(c Case, u *gauge.Field) (Pupil, error) {
	_, sf, heavy, err := parts(c, u)
	if err != nil {
		return Pupil{}, err
	}
	seen, err := heavy(c.Mass + 0.2)
	if err != nil {
		return Pupil{}, err
	}
	net, err := covnet.NewTalkNetwork(u)
	if err != nil {
		return Pupil{}, err
	}
	if err := net.SetParams(weights(c, net.NumParams(), 0.02)); err != nil {
		return Pupil{}, err
	}
	e, err := covnet.NewEffectiveSum(u, covnet.Part{
		Network: net, Action: seen, Train: []string{"mass", covnet.Coefficient},
		C: 1.1, // at one it would not be missed where it is a factor
	})
	return Pupil{Guide: e, Target: sf}, err
}
