package theory

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// What a configuration describes, as verify sees it: the actions, the network and
// the dynamics that the builder makes, on the lattice of the run and with its
// tolerances; cases differ in their links and noise.

// weightNoise is added to the weights of the network: those of a file are zero as
// a rule, where it is trivial.
const weightNoise = 0.02

// on builds the theory of a configuration on a lattice of its extents.
func on(c *config.Config, geo *lattice.Geometry) (*builder, error) {
	g, err := group.Parse(c.Lattice.Group)
	if err != nil {
		return &builder{}, err
	}
	b := &builder{c: c, geo: geo, group: g, links: gauge.NewField(geo, g)}
	var r sampler.Run
	if err := b.target(&r); err != nil {
		return b, err
	}
	return b, b.learner(&r)
}

// Subjects returns what the configuration describes, ready to be judged.
func Subjects(c *config.Config, suite verify.Suite) ([]verify.Subject, error) {
	geo, err := lattice.New(c.Lattice.Extents)
	if err != nil {
		return nil, err
	}
	if _, err := on(c, geo); err != nil { // what is wrong with it is said before anything is tried
		return nil, err
	}
	fixed := verify.Case{Group: c.Lattice.Group, Extents: c.Lattice.Extents, Beta: c.Gauge.Beta, Mass: 1}
	quarks := c.Quarks.Action != "none"
	for range c.Lattice.Extents {
		fixed.Boundary = append(fixed.Boundary, dirac.Periodic)
	}
	if quarks {
		fixed.Mass = c.Quarks.Mass
		for mu, name := range c.Quarks.Boundary {
			if name == "antiperiodic" {
				fixed.Boundary[mu] = dirac.Antiperiodic
			}
		}
	}
	within := verify.Within(verify.Domain{Fixed: &fixed, Cases: max(1, suite.Cases*1024/max(1024, geo.Volume()))})
	isotropic := verify.Has(verify.Hypercubic()...)
	if c.Gauge.Action == "loops" {
		isotropic = verify.Has(verify.Translations, verify.ChargeConjugation)
	}
	subjects := []verify.Subject{verify.OfAction("gauge action", func(_ verify.Case, geo *lattice.Geometry) (action.Action, error) {
		b, err := on(c, geo)
		return b.gauge, err
	}, within, isotropic)}
	if quarks {
		subjects = append(subjects, quarkSubjects(c, within)...)
	}
	if c.SLHMC != nil {
		subjects = append(subjects, guideSubjects(c, within)...)
	}
	return append(subjects, dynamicsSubjects(c, within, suite)...), nil
}

// solves returns the relative errors that the tolerances of a run leave at its
// smallest mass. S = phi^† X is stationary about the solution, the force is not:
// it takes the condition number of D^†D, at most 1 + D²/m², twice.
func solves(c *config.Config, mass float64) (value, force float64) {
	d := float64(len(c.Lattice.Extents))
	return c.Solver.ActionTolerance, 2 * (1 + d*d/(mass*mass)) * c.Solver.ForceTolerance
}

func quarkSubjects(c *config.Config, within verify.Option) []verify.Subject {
	symmetries := verify.Has(verify.Staggered()...)
	return []verify.Subject{
		verify.OfOperator("quark operator", func(_ verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
			b, err := on(c, geo)
			if err != nil {
				return nil, err
			}
			return b.operator(c.Quarks.Mass)
		}, within, symmetries, verify.Hermitian(verify.Epsilon)),
		verify.OfPseudofermion("quark action", func(_ verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
			b, err := on(c, geo)
			return b.quark, err
		}, within, symmetries, verify.Accuracy(solves(c, c.Quarks.Mass))),
	}
}

func guideSubjects(c *config.Config, within verify.Option) []verify.Subject {
	symmetries := []verify.Symmetry{verify.Translations, verify.ChargeConjugation}
	if slices.ContainsFunc(c.SLHMC.Layers, func(l config.Layer) bool { return l.Share == "site" }) {
		symmetries = symmetries[1:]
	}
	subjects := []verify.Subject{verify.OfAction("guide", func(k verify.Case, geo *lattice.Geometry) (action.Action, error) {
		b, err := on(c, geo)
		if err != nil {
			return nil, err
		}
		return guide{b.guide, b.quark}, b.roughen(k)
	}, within, smooth(c), verify.Accuracy(solves(c, min(c.Quarks.Mass, c.SLHMC.Mass))), verify.Has(verify.ChargeConjugation))}
	if len(c.SLHMC.Layers) == 0 {
		return subjects
	}
	return append(subjects, verify.OfLayer("network", func(_ verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
		b, err := on(c, geo)
		if err != nil {
			return nil, err
		}
		return verify.OfNetwork(b.guide.Network()), nil
	}, within, smooth(c), verify.Has(symmetries...), verify.Perturb(weightNoise), verify.Trivial(func(theta []float64) { identity(c, theta) })))
}

// guide is the guide with the pseudofermions of the target, which it shares.
type guide struct {
	*covnet.Effective
	target *action.TwoFlavour
}

func (g guide) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	if _, err := g.target.Refresh(u, s); err != nil {
		return 0, err
	}
	return g.Value(u)
}

func (g guide) Components() int                   { return g.target.Components() }
func (g guide) Transform(t *gauge.Transformation) { g.target.Transform(t) }
func (g guide) Phi() *fermion.Field               { return g.target.Phi() }

// roughen adds noise to the weights of the network.
func (b *builder) roughen(k verify.Case) error {
	net := b.guide.Network()
	theta, r := make([]float64, net.NumParams()), k.Draw("weights")
	net.Params(theta)
	for i := range theta {
		theta[i] += weightNoise * r.Normal()
	}
	return net.SetParams(theta)
}

// dynamicsSubjects returns the trajectories of HMC and SLHMC and their
// integrators.
func dynamicsSubjects(c *config.Config, within verify.Option, suite verify.Suite) (subjects []verify.Subject) {
	type dynamics struct {
		name string
		how  config.Dynamics
		mass float64
	}
	list := []dynamics{{"HMC", c.HMC, c.Quarks.Mass}}
	if c.SLHMC != nil {
		list = append(list, dynamics{"SLHMC", c.SLHMC.Dynamics(), c.SLHMC.Mass})
	}
	var schemes []string
	for _, d := range list {
		// prepared returns the builder and what moves the quarks of this dynamics
		options := []verify.Option{within}
		if d.name == "SLHMC" {
			options = append(options, smooth(c))
		}
		prepared := func(k verify.Case, geo *lattice.Geometry) (*builder, action.Action, error) {
			b, err := on(c, geo)
			if err != nil || d.name == "HMC" {
				return b, b.quark, err
			}
			return b, b.guide, b.roughen(k)
		}
		subjects = append(subjects, verify.OfDynamics(d.name+" dynamics", func(k verify.Case, u *gauge.Field) (verify.Motion, verify.Integrator, error) {
			b, quark, err := prepared(k, u.Geometry())
			if err != nil {
				return verify.Motion{}, nil, err
			}
			m := verify.Motion{Tau: d.how.Tau}
			if m.Levels, err = b.levels(d.how, quark); err != nil {
				return verify.Motion{}, nil, err
			}
			if b.quark != nil {
				m.Phi = b.quark
				_, m.Solves = solves(c, d.mass)
			}
			by, err := sampler.NewDynamics(u, m.Levels)
			return m, by, err
		}, options...))
		if suite.Name != verify.Long().Name {
			options = append(options, verify.Single()) // a chain in equilibrium takes long on a lattice of any size
		}
		subjects = append(subjects, verify.OfSampler(d.name, func(k verify.Case, u *gauge.Field) (verify.System, error) {
			b, quark, err := prepared(k, u.Geometry())
			if err != nil {
				return verify.System{}, err
			}
			h, err := b.sampler(d.how, quark)
			s := verify.System{Sampler: h, Target: b.sampled()}
			if c.Gauge.Action == "plaquette" {
				s.Plaquettes, s.Beta = b.gauge, c.Gauge.Beta
			}
			return s, err
		}, options...))
		if !slices.Contains(schemes, d.how.Integrator) {
			schemes = append(schemes, d.how.Integrator)
		}
	}
	for _, name := range schemes {
		s, err := sampler.SchemeByName(name)
		if err != nil {
			panic(fmt.Sprintf("slhmc: %v", err)) // the configuration knows the names
		}
		subjects = append(subjects, verify.OfScheme(name, s, verify.Within(verify.Domain{Groups: []string{c.Lattice.Group}})))
	}
	return subjects
}
