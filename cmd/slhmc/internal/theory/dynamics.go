package theory

import (
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/sampler"
)

// phases builds the samplers.
func (b *builder) phases(r *sampler.Run) error {
	hmc, err := b.sampler(b.c.HMC, b.quark)
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
		slhmc, err := b.sampler(b.c.SLHMC.Dynamics(), b.guide)
		if err != nil {
			return err
		}
		r.Phases = append(r.Phases, sampler.Phase{Name: "slhmc", Sampler: slhmc, Trajectories: n.SLHMC, Measure: true, Production: true})
	}
	return nil
}

// sampler builds a sampler of the target, its quarks moved by the force of quark.
func (b *builder) sampler(c config.Dynamics, quark action.Action) (*sampler.SLHMC, error) {
	guide, err := b.levels(c, quark)
	if err != nil {
		return nil, err
	}
	return sampler.NewSLHMC(b.links, b.sampled(), guide, c.Tau)
}

// levels builds the time scales of a trajectory.
func (b *builder) levels(c config.Dynamics, quark action.Action) ([]sampler.Level, error) {
	scheme, err := sampler.SchemeByName(c.Integrator)
	switch {
	case err != nil:
		return nil, err
	case b.quark == nil:
		return []sampler.Level{{Force: b.gauge, Scheme: scheme, Steps: c.Steps}}, nil
	case c.GaugeSteps > 0:
		return []sampler.Level{{Force: quark, Scheme: scheme, Steps: c.Steps}, {Force: b.gauge, Scheme: scheme, Steps: c.GaugeSteps}}, nil
	}
	return []sampler.Level{{Force: action.Sum{b.gauge, quark}, Scheme: scheme, Steps: c.Steps}}, nil
}
