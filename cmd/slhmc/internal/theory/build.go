// Package theory turns a configuration into what it describes: a run that is ready to
// start, the memory that it needs, and what verify judges of it. Here, and only here,
// the names of a configuration become objects.
package theory

import (
	"fmt"
	"slices"
	"time"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// builder holds what several parts of a system share.
type builder struct {
	c       *config.Config
	geo     *lattice.Geometry
	group   group.Group
	links   *gauge.Field
	gauge   *gauge.Action
	groups  []*flavours       // none: quenched
	guide   *covnet.Effective // nil: no self-learning part
	network *covnet.Network
	seen    []leveled // the terms of the guide
	own     []ownTerm // of the program
	memo    rational.Memo
	fresh   bool // the files that it starts from are read: a checkpoint has what came of them
}

// Build turns a configuration into a run that is ready to start, or, if it is not
// fresh, to be resumed.
func Build(c *config.Config, pool *lattice.Pool, fresh bool) (*sampler.Run, *lattice.Geometry, error) {
	b := &builder{c: c, fresh: fresh}
	r, err := b.run(pool)
	return r, b.geo, err
}

func (b *builder) run(pool *lattice.Pool) (*sampler.Run, error) {
	c := b.c
	r := &sampler.Run{
		Stream:          rng.New(c.Seed).Child("run"),
		MeasureEvery:    c.Run.MeasureEvery,
		CheckpointEvery: c.Run.CheckpointEvery,
		CheckpointAfter: time.Duration(c.Run.CheckpointMinutes * float64(time.Minute)),
		RefuseFailures:  c.Run.OnFailure == "reject",
		MaxFailures:     c.Run.MaxFailures,
		SaveEvery:       c.Run.SaveEvery,
		Save:            format.WriteILDG,
	}
	for _, part := range []func(*sampler.Run) error{b.lattice(pool), b.target, b.learner, b.phases, b.observables} {
		if err := part(r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// target builds the sampled action.
func (b *builder) target(r *sampler.Run) (err error) {
	g := b.c.Gauge
	c1, named := map[string]float64{
		"plaquette": gauge.Wilson, "symanzik": gauge.Symanzik, "iwasaki": gauge.Iwasaki, "dbw2": gauge.DBW2, "rectangle": g.C1,
	}[g.Action]
	if named {
		if g.Action == "plaquette" && g.Anisotropy != 1 {
			b.gauge, err = gauge.NewAction(b.geo, b.group, g.Beta, anisotropic(b.geo.Dims(), g.Anisotropy))
		} else {
			b.gauge, err = gauge.NewRectangleAction(b.geo, b.group, g.Beta, c1)
		}
	} else {
		var loops []gauge.Loop
		for _, l := range g.Loops {
			loops = append(loops, gauge.Loop{Path: l.Path, Coefficient: l.Coefficient})
		}
		b.gauge, err = gauge.NewAction(b.geo, b.group, g.Beta, loops)
	}
	if err != nil {
		return err
	}
	groups, names := b.c.Groups()
	for i, q := range groups {
		f, err := b.flavours(q, names[i])
		if err != nil {
			return fmt.Errorf("quarks %s: %w", names[i], err)
		}
		b.groups = append(b.groups, f)
		for _, t := range f.of {
			r.Watched = watch(r.Watched, t.name, t.action)
		}
	}
	return b.ownTerms()
}

// anisotropic returns the plaquettes of an action of bare anisotropy xi, time being the
// last direction: those in space have the weight 1/xi, those with time xi.
func anisotropic(d int, xi float64) []gauge.Loop {
	loops := gauge.Plaquettes(d, 1/xi)
	for i, l := range loops {
		if slices.Contains(l.Path, d) {
			loops[i].Coefficient = xi
		}
	}
	return loops
}

// sampled returns the action that is sampled.
func (b *builder) sampled() action.Sum {
	return append(action.Sum{b.gauge}, b.drawn()...)
}
