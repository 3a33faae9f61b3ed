package theory

import (
	"fmt"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/sampler"
)

// learner builds the guide and what trains it.
func (b *builder) learner(r *sampler.Run) error {
	c := b.c.SLHMC
	if c == nil {
		return nil
	}
	var layers []covnet.Layer
	for i, l := range c.Layers {
		layer, err := b.layer(l)
		if err != nil {
			return fmt.Errorf("slhmc.layers.%d: %w", i, err)
		}
		layers = append(layers, layer)
	}
	b.network = covnet.NewNetwork(b.links, layers...)
	var parts []covnet.Part
	for i := range b.groups {
		terms, of, err := b.guided(i)
		if err != nil {
			return err
		}
		for k, a := range terms {
			b.seen = append(b.seen, leveled{a, of[k].level, of[k].name})
		}
		how := b.c.Seen(i)
		part := covnet.Part{Action: terms, C: how.Coefficient}
		if how.Network {
			part.Network = b.network
		}
		for _, name := range how.Train {
			part.Train = append(part.Train, learnt[name])
		}
		parts = append(parts, part)
	}
	var err error
	if b.guide, err = covnet.NewEffectiveSum(b.links, parts...); err != nil {
		return err
	}
	if c.Weights != "" && b.fresh {
		params, source, err := b.weights()
		if err != nil {
			return err
		}
		if err := b.guide.SetParams(params); err != nil {
			return err
		}
		r.Sources = append(r.Sources, source)
	}
	r.Guide = b.guide
	for _, l := range b.seen {
		r.Watched = watch(r.Watched, "the guide's "+l.name, l.action)
	}
	if t := b.c.Training; t != nil {
		loss, err := sampler.LossByName(t.Loss)
		if err != nil {
			return err
		}
		r.Trainer = &sampler.Trainer{Guide: b.guide, Target: b.quarkTerms(), Sampled: b.sampled(), Loss: loss, Optimizer: optimizer(t), Clip: t.Clip}
		if t.Mode == "batch" {
			r.Trainer.Batch, r.Trainer.Keep = t.Batch, t.Keep
		}
	}
	return nil
}

// learnt tells how covnet calls what the configuration trains.
var learnt = map[string]string{config.TrainMass: "mass", config.TrainCSW: "csw", config.TrainCoefficient: covnet.Coefficient}

func optimizer(t *config.Training) *sampler.Optimizer {
	switch t.Optimizer {
	case "sgd":
		return sampler.NewSGD(t.Rate)
	case "momentum":
		return sampler.NewMomentum(t.Rate, t.Momentum)
	}
	return sampler.NewAdam(t.Rate, t.Momentum, t.Beta2)
}
