package theory

import (
	"github.com/slhmc/slhmc/cmd/slhmc/internal/quark"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// observables builds what production measures.
func (b *builder) observables(r *sampler.Run) error {
	for _, name := range b.c.Measure.Observables {
		switch name {
		case "plaquette":
			p := observe.NewPlaquette(b.geo, b.group)
			r.Observables = append(r.Observables, sampler.Observable{
				Names: []string{"plaquette"},
				Measure: func(dst []float64, u *gauge.Field, _ rng.Stream) error {
					dst[0] = p.Measure(u)
					return nil
				},
			})
		case "polyakov":
			p, err := observe.NewPolyakovLoop(b.geo, b.group, b.geo.Dims()-1)
			if err != nil {
				return err
			}
			r.Observables = append(r.Observables, sampler.Observable{
				Names: []string{"polyakov_trace", "polyakov_normalised"},
				Measure: func(dst []float64, u *gauge.Field, _ rng.Stream) error {
					trace := p.Trace(u)
					dst[0], dst[1] = real(trace), real(trace)/float64(b.group.N())
					return nil
				},
			})
		case "condensate":
			if err := b.condensates(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// condensates measures that of each staggered group: one field of it.
func (b *builder) condensates(r *sampler.Run) error {
	var groups []*flavours
	for _, f := range b.groups {
		if f.conf.Condensate() {
			groups = append(groups, f)
		}
	}
	for _, f := range groups {
		name := "condensate"
		if len(groups) > 1 {
			name += "_" + f.name
		}
		d, err := quark.Staggered(b.geo, b.group, f.conf, b.c.Background)
		if err != nil {
			return err
		}
		c, err := observe.NewCondensate(d, b.c.Solver.ActionTolerance, b.c.Measure.Noise)
		if err != nil {
			return err
		}
		r.Observables = append(r.Observables, sampler.Observable{
			Names: []string{name},
			Measure: func(dst []float64, u *gauge.Field, s rng.Stream) (err error) {
				dst[0], _, err = c.Measure(u, s)
				return err
			},
		})
	}
	return nil
}
