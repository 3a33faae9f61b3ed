package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/origin"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// Here, and only here, the names of a configuration become objects.

// builder holds what several parts of a system share.
type builder struct {
	c     *config.Config
	geo   *lattice.Geometry
	group group.Group
	links *gauge.Field
	gauge *gauge.Action
	quark *action.TwoFlavour // nil: quenched
	guide *covnet.Effective  // nil: no self-learning part
	fresh bool               // the files that it starts from are read: a checkpoint has what came of them
}

// build turns a configuration into a run that is ready to start, or, if it is not
// fresh, to be resumed.
func build(c *config.Config, pool *lattice.Pool, fresh bool) (*sampler.Run, *lattice.Geometry, error) {
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

func (b *builder) lattice(pool *lattice.Pool) func(*sampler.Run) error {
	return func(r *sampler.Run) (err error) {
		l := b.c.Lattice
		if b.group, err = group.Parse(l.Group); err != nil {
			return err
		}
		if b.geo, err = lattice.New(l.Extents, lattice.WithPool(pool)); err != nil {
			return err
		}
		b.links = gauge.NewField(b.geo, b.group)
		start := rng.New(b.c.Seed).Child("start")
		switch l.Start {
		case "hot":
			b.links.Hot(start)
		case "rough":
			b.links.Rough(l.Roughness, start)
		case "file":
			if err := b.links0(r); err != nil {
				return fmt.Errorf("lattice.file: %w", err)
			}
		}
		r.Links = b.links
		return nil
	}
}

// links0 reads the configuration that the run starts from.
func (b *builder) links0(r *sampler.Run) error {
	if !b.fresh {
		return nil
	}
	path := b.c.Lattice.File
	f, err := b.linksFile()
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.ReadInto(b.links); err != nil {
		return err
	}
	source, err := origin.File("links", path)
	source.About = fmt.Sprintf("%s, %d bits", f.Kind, f.Precision)
	// Of single precision they are off by some 1e-7, and molecular dynamics keeps that.
	if off := b.links.Unitarity(); off > 1e-13 {
		b.links.Reunitarize()
		source.About += fmt.Sprintf("; brought back to %s from %.1e off", b.c.Lattice.Group, off)
	}
	r.Sources = append(r.Sources, source)
	return err
}

// files says what is wrong with the files that the run starts from, as far as their
// headers tell.
func (b *builder) files() (err error) {
	if b.group, err = group.Parse(b.c.Lattice.Group); err != nil {
		return err
	}
	if b.c.Lattice.Start == "file" {
		f, err := b.linksFile()
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return fmt.Errorf("lattice.file: %w", err)
		}
	}
	if s := b.c.SLHMC; s != nil && s.Weights != "" {
		_, _, err = b.weights()
	}
	return err
}

// weights reads the parameters of the guide that slhmc.weights names.
func (b *builder) weights() (params []float64, from sampler.Source, err error) {
	w, from, err := readWeights(b.c.SLHMC.Weights)
	if err == nil {
		params, err = w.adopt(b.c)
	}
	if err != nil {
		err = fmt.Errorf("slhmc.weights = %q: %w", b.c.SLHMC.Weights, err)
	}
	return params, from, err
}

// linksFile opens that configuration. Errors: it is of another lattice or group.
func (b *builder) linksFile() (*format.File, error) {
	f, err := format.Open(b.c.Lattice.File, format.Shape{})
	if err == nil && (f.Extents == nil || f.Group.N() == 0) { // it does not say: the configuration does
		if err = f.Close(); err == nil {
			f, err = format.Open(b.c.Lattice.File, format.Shape{Extents: b.c.Lattice.Extents, Group: b.group})
		}
	}
	if err != nil {
		return nil, err
	}
	if !slices.Equal(f.Extents, b.c.Lattice.Extents) || f.Group != b.group {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("%s has %v %v, this lattice is %v %v", b.c.Lattice.File, f.Extents, f.Group, b.c.Lattice.Extents, b.group)
	}
	return f, nil
}

// target builds the sampled action.
func (b *builder) target(*sampler.Run) (err error) {
	g := b.c.Gauge
	c1, named := map[string]float64{
		"plaquette": gauge.Wilson, "symanzik": gauge.Symanzik, "iwasaki": gauge.Iwasaki, "dbw2": gauge.DBW2, "rectangle": g.C1,
	}[g.Action]
	if named {
		b.gauge, err = gauge.NewRectangleAction(b.geo, b.group, g.Beta, c1)
	} else {
		var loops []gauge.Loop
		for _, l := range g.Loops {
			loops = append(loops, gauge.Loop{Path: l.Path, Coefficient: l.Coefficient})
		}
		b.gauge, err = gauge.NewAction(b.geo, b.group, g.Beta, loops)
	}
	if err != nil || b.c.Quarks.Action == "none" {
		return err
	}
	d, err := b.operator(b.c.Quarks.Mass)
	if err != nil {
		return err
	}
	sites := lattice.Even
	if b.c.Quarks.Flavours != config.Tastes(b.geo.Dims()) {
		sites = lattice.All
	}
	s := b.c.Solver
	b.quark, err = action.NewTwoFlavour(d, sites, action.Tolerances{Action: s.ActionTolerance, Force: s.ForceTolerance, MaxIterations: s.MaxIterations, Mixed: s.MixedPrecision})
	return err
}

func (b *builder) operator(mass float64) (*dirac.Staggered, error) {
	var phases []int
	for _, name := range b.c.Quarks.Boundary {
		phases = append(phases, map[string]int{"periodic": dirac.Periodic, "antiperiodic": dirac.Antiperiodic}[name])
	}
	return dirac.NewStaggered(b.geo, b.group, mass, phases)
}

// sampled returns the terms of the target.
func (b *builder) sampled() action.Sum {
	if b.quark == nil {
		return action.Sum{b.gauge}
	}
	return action.Sum{b.gauge, b.quark}
}

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

func (b *builder) layer(l config.Layer) (covnet.Layer, error) {
	d := b.geo.Dims()
	var terms []covnet.Term
	for _, t := range l.Terms {
		switch t.Loop {
		case "plaquette":
			terms = append(terms, covnet.PlaquetteTerm(d))
		case "rectangle":
			terms = append(terms, covnet.RectangleTerm(d))
		case "polyakov_space":
			terms = append(terms, covnet.PolyakovSpace(b.geo))
		case "polyakov_time":
			terms = append(terms, covnet.PolyakovTime(b.geo))
		default:
			terms = append(terms, pathTerm(d, t.Path))
		}
	}
	sharing := map[string]covnet.Sharing{"all": covnet.Shared, "direction": covnet.PerDirection, "site": covnet.PerSite}[l.Share]
	layer, err := covnet.NewStout(b.links, sharing, terms...)
	if err != nil {
		return nil, err
	}
	// The weight of a term is that of all its links.
	rho := layer.Params()
	each := len(rho) / len(terms)
	for k, t := range l.Terms {
		for i := range each {
			rho[k*each+i] = t.Weight
		}
	}
	return layer, nil
}

// pathTerm takes a path in which 1 is the direction of the link and 2, 3, … are
// others, in every assignment of different directions to them.
func pathTerm(d int, path []int) covnet.Term {
	t := covnet.Term{Name: fmt.Sprint(path), Paths: make([][]gauge.Loop, d)}
	used := 1
	for _, s := range path {
		used = max(used, s, -s)
	}
	for mu := range d {
		assign(d, []int{mu + 1}, used, func(direction []int) {
			p := make(gauge.Path, len(path))
			for i, s := range path {
				if s > 0 {
					p[i] = direction[s-1]
				} else {
					p[i] = -direction[-s-1]
				}
			}
			t.Paths[mu] = append(t.Paths[mu], gauge.Loop{Path: p, Coefficient: 1})
		})
	}
	return t
}

// assign calls f with every way to give n different directions, the first ones
// being chosen.
func assign(d int, chosen []int, n int, f func([]int)) {
	if len(chosen) == n {
		f(chosen)
		return
	}
	for nu := 1; nu <= d; nu++ {
		if !slices.Contains(chosen, nu) {
			assign(d, append(slices.Clone(chosen), nu), n, f)
		}
	}
}

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
			d, err := b.operator(b.c.Quarks.Mass)
			if err != nil {
				return err
			}
			c, err := observe.NewCondensate(d, b.c.Solver.ActionTolerance, b.c.Measure.Noise)
			if err != nil {
				return err
			}
			r.Observables = append(r.Observables, sampler.Observable{
				Names: []string{"condensate"},
				Measure: func(dst []float64, u *gauge.Field, s rng.Stream) (err error) {
					dst[0], _, err = c.Measure(u, s)
					return err
				},
			})
		}
	}
	return nil
}
