package theory

import (
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/sampler"
)

// phases builds the samplers.
func (b *builder) phases(r *sampler.Run) error {
	hmc, err := b.sampler(b.c.HMC, false)
	if err != nil {
		return err
	}
	n := b.c.Run
	r.Phases = []sampler.Phase{
		{Name: "thermalise", Sampler: hmc, Trajectories: n.Thermalise, Measure: true, Unconditional: n.Unconditional},
		{Name: "train", Sampler: hmc, Trajectories: n.Train, Train: n.Train > 0},
		{Name: "hmc", Sampler: hmc, Trajectories: n.HMC, Measure: true, Production: true},
	}
	if b.guide != nil {
		slhmc, err := b.sampler(b.c.SLHMC.Dynamics(), true)
		if err != nil {
			return err
		}
		r.Phases = append(r.Phases, sampler.Phase{Name: "slhmc", Sampler: slhmc, Trajectories: n.SLHMC, Measure: true, Production: true})
	}
	return nil
}

// sampler builds a sampler of the target, which moves by the guide or by itself.
func (b *builder) sampler(c config.Dynamics, guided bool) (*sampler.SLHMC, error) {
	levels, err := b.levels(c, guided)
	if err != nil {
		return nil, err
	}
	return sampler.NewSLHMC(b.links, b.sampled(), levels, c.Tau)
}

// levels builds the time scales of a trajectory.
func (b *builder) levels(c config.Dynamics, guided bool) (levels []sampler.Level, err error) {
	scales := c.Scales()
	for i, l := range scales {
		scheme, err := sampler.SchemeByName(l.Integrator)
		if err != nil {
			return nil, err
		}
		var force action.Sum
		var names []string
		if i == b.c.Gauge.Level || b.c.Gauge.Level < 0 && i == len(scales)-1 {
			force, names = action.Sum{b.gauge}, []string{"gauge"}
		}
		force = append(force, b.ownOnLevel(i, len(scales))...)
		if !guided {
			quarks, called := b.onLevel(i)
			force, names = append(force, quarks...), append(names, called...)
		} else if a := b.guideOnLevel(i); a != nil {
			force, names = append(force, a), append(names, "guide")
		}
		levels = append(levels, sampler.Level{Force: force, Scheme: scheme, Steps: l.Steps, Terms: names})
	}
	return levels, nil
}
