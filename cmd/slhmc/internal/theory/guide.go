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
	d, err := b.operator(c.Mass)
	if err != nil {
		return err
	}
	s, err := b.quark.With(d)
	if err != nil {
		return err
	}
	b.guide = covnet.NewEffective(b.links, covnet.NewNetwork(b.links, layers...), s)
	b.guide.SetCoefficient(c.Coefficient)
	if c.TrainMass {
		if err := b.guide.TrainMass(); err != nil {
			return err
		}
	}
	if c.TrainCoefficient {
		b.guide.TrainCoefficient()
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
	if t := b.c.Training; t != nil {
		loss, err := sampler.LossByName(t.Loss)
		if err != nil {
			return err
		}
		r.Trainer = &sampler.Trainer{Guide: b.guide, Target: b.quark, Sampled: b.sampled(), Loss: loss, Optimizer: optimizer(t), Clip: t.Clip}
		if t.Mode == "batch" {
			r.Trainer.Batch, r.Trainer.Keep = t.Batch, t.Keep
		}
	}
	return nil
}

func optimizer(t *config.Training) *sampler.Optimizer {
	switch t.Optimizer {
	case "sgd":
		return sampler.NewSGD(t.Rate)
	case "momentum":
		return sampler.NewMomentum(t.Rate, t.Momentum)
	}
	return sampler.NewAdam(t.Rate, t.Momentum, t.Beta2)
}
