package theory

import (
	"fmt"
	"math"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/quark"
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
	if err := b.learner(&r); err != nil {
		return b, err
	}
	for _, w := range r.Watched { // laws compare what two calls make of the same links
		if err := w.Action.SetSpectrum(action.Spectrum{Interval: anySpectrum(c)}); err != nil {
			return b, err
		}
	}
	return b, nil
}

// anySpectrum returns an interval that holds the spectra of D^†D of all groups on any links:
// for staggered quarks of mass m they are between m² and m² + D² cosh² mu, for Wilson's below
// (2D + |m|)², with a clover term a few times that; nothing bounds these from below.
func anySpectrum(c *config.Config) action.Interval {
	const clover, lowest = 4, 1e-3
	d := float64(len(c.Lattice.Extents))
	i := action.Interval{Lo: math.Inf(1)}
	for _, q := range moving(c) {
		m := math.Abs(quark.Mass(q, len(c.Lattice.Extents)))
		if q.Wilson() {
			i.Lo, i.Hi = min(i.Lo, lowest), max(i.Hi, clover*(2*d+m)*(2*d+m))
			continue
		}
		lo := m * m / 2
		if q.IsospinMu != 0 {
			lo = min(lo, lowest)
		}
		heaviest := m
		for _, x := range q.Ratios {
			heaviest = max(heaviest, x)
		}
		i.Lo, i.Hi = min(i.Lo, lo), max(i.Hi, 1.2*(heaviest*heaviest+math.Pow(d*math.Cosh(q.IsospinMu), 2)))
	}
	return i
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
	within := func(q *config.Quarks) verify.Option {
		fixed := caseOf(c, q)
		return verify.Within(verify.Domain{Fixed: &fixed, Cases: max(1, suite.Cases*1024/max(1024, geo.Volume()))})
	}
	groups, names := c.Groups()
	var first *config.Quarks
	if len(groups) > 0 {
		first = groups[0]
	}
	all := within(first)
	isotropic := verify.Has(verify.Hypercubic()...)
	if c.Gauge.Action == "loops" || c.Gauge.Action == "plaquette" && c.Gauge.Anisotropy != 1 {
		isotropic = verify.Has(verify.Translations, verify.ChargeConjugation)
	}
	subjects := []verify.Subject{verify.OfAction("gauge action", func(_ verify.Case, geo *lattice.Geometry) (action.Action, error) {
		b, err := on(c, geo)
		return b.gauge, err
	}, all, isotropic)}
	for i, q := range groups {
		name := "quark"
		if len(groups) > 1 {
			name = names[i]
		}
		subjects = append(subjects, quarkSubjects(c, i, name, within(q))...)
	}
	own, err := ownSubjects(c, all)
	if err != nil {
		return nil, err
	}
	subjects = append(subjects, own...)
	if c.SLHMC != nil {
		subjects = append(subjects, guideSubjects(c, all)...)
	}
	return append(subjects, dynamicsSubjects(c, all, suite)...), nil
}

// caseOf returns the case of the configuration, with the quarks of a group (nil: none).
func caseOf(c *config.Config, q *config.Quarks) verify.Case {
	k := verify.Case{Group: c.Lattice.Group, Extents: c.Lattice.Extents, Beta: c.Gauge.Beta, Mass: 1}
	if q == nil {
		for range c.Lattice.Extents {
			k.Boundary = append(k.Boundary, dirac.Periodic)
		}
		return k
	}
	k.Mass, k.Boundary = quark.Mass(q, len(c.Lattice.Extents)), quark.Signs(q)
	return k
}

// solves returns the relative errors that the tolerances of a run leave in S of a group
// and its force. S = phi^† X is stationary about the solution, the force is not: it takes
// the condition number of D^†D twice. That is at most 1 + D²/m² for staggered quarks of
// mass m, and (1 + 2D/m)² for Wilson's of a positive one, which has no smaller singular
// value; of others 0.3 is taken, some 2 pi over the extents of the lattices that are
// looked at.
func solves(c *config.Config, groups ...*config.Quarks) (value, force float64) {
	condition, d := 1., float64(len(c.Lattice.Extents))
	for _, q := range groups {
		m := caseOf(c, q).Mass
		if q.Wilson() {
			m = max(m, 0.3)
			condition = max(condition, (1+2*d/m)*(1+2*d/m))
		} else {
			condition = max(condition, 1+d*d/(m*m))
		}
	}
	value, force = c.Solver.ActionTolerance, 2*condition*c.Solver.ForceTolerance
	for _, q := range groups {
		if q.Method == "rational" { // S has four times the error of r, and the power of D^†D the force that of S
			value, force = max(value, 100*q.Error), max(force, 1000*q.Error)
		}
	}
	return value, force
}

// moving returns all groups, as the target has them and as the guide does.
func moving(c *config.Config) []*config.Quarks {
	all, _ := c.Groups()
	if c.SLHMC != nil {
		for i, q := range all {
			seen, s := *q, c.Seen(i)
			seen.Kappa, seen.Mass = s.Kappa, s.Mass
			all = append(all, &seen)
		}
	}
	return all
}

// symmetriesOfQuarks returns the options of an operator of the group, and the symmetries
// of its actions.
func symmetriesOfQuarks(c *config.Config, q *config.Quarks) (operator []verify.Option, actions verify.Option) {
	even := !slices.ContainsFunc(c.Lattice.Extents, func(l int) bool { return l%2 != 0 })
	switch {
	case !plain(c, q):
		return nil, verify.Has()
	case !q.Wilson():
		return []verify.Option{verify.Has(verify.Staggered()...), verify.Hermitian(verify.Epsilon)}, verify.Has(verify.Staggered()...)
	}
	operator = []verify.Option{verify.Has(verify.Translations)}
	if q.Twist == 0 {
		operator = append(operator, verify.Hermitian(verify.Gamma5))
	}
	if even {
		return operator, verify.Has(verify.EvenTranslations)
	}
	return operator, verify.Has(verify.Translations)
}

// quarkSubjects are the operator of a group and each action that it is made of.
func quarkSubjects(c *config.Config, i int, name string, within verify.Option) []verify.Subject {
	c = exactForces(c)
	groups, _ := c.Groups()
	q := groups[i]
	operator, symmetries := symmetriesOfQuarks(c, q)
	subjects := []verify.Subject{verify.OfOperator(name+" operator", func(_ verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
		b, err := on(c, geo)
		if err != nil {
			return nil, err
		}
		return b.operator(q)
	}, append(operator, within)...)}
	b, err := on(c, mustGeometry(c))
	if err != nil {
		return nil // told before
	}
	for k, t := range b.groups[i].of {
		label := name + " action"
		if len(b.groups[i].of) > 1 {
			label = t.name
		}
		term := func(geo *lattice.Geometry) (action.Action, error) {
			b, err := on(c, geo)
			if err != nil {
				return nil, err
			}
			return b.groups[i].of[k].action, nil
		}
		options := []verify.Option{within, symmetries, verify.Accuracy(solves(c, q))}
		_, drawn := t.action.(action.Pseudofermion)
		switch {
		case !drawn && q.Action != "clover":
			continue // it is a number
		case !drawn:
			subjects = append(subjects, verify.OfAction(label, func(_ verify.Case, geo *lattice.Geometry) (action.Action, error) { return term(geo) }, options...))
			continue
		}
		subjects = append(subjects, verify.OfPseudofermion(label, func(_ verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
			a, err := term(geo)
			if err != nil {
				return nil, err
			}
			return a.(action.Pseudofermion), nil
		}, options...))
	}
	return subjects
}

// exactForces returns the configuration with rational forces that are the derivatives of
// their actions, to the error of those.
func exactForces(c *config.Config) *config.Config {
	other := *c
	other.Quarks = slices.Clone(c.Quarks)
	for i := range other.Quarks {
		other.Quarks[i].ForceError = other.Quarks[i].Error
		if other.Quarks[i].Method == "rational" {
			other.Solver.ForceTolerance = c.Solver.ActionTolerance
		}
	}
	return &other
}

// accurate returns the configuration with solves so accurate that what they leave does
// not hide what a guide does, whose own may be as loose as pays, or whether a motion
// goes back.
func accurate(c *config.Config) *config.Config {
	const tight = 1e-13
	other := *exactForces(c)
	other.Solver.ForceTolerance, other.Solver.ActionTolerance = min(c.Solver.ForceTolerance, tight), min(c.Solver.ActionTolerance, tight)
	if c.SLHMC != nil {
		guide := *c.SLHMC
		guide.Quarks = slices.Clone(guide.Quarks)
		for i := range guide.Quarks {
			guide.Quarks[i].ForceTolerance, guide.Quarks[i].Poles = min(guide.Quarks[i].ForceTolerance, tight), 0
		}
		other.SLHMC = &guide
	}
	return &other
}

// conjugates reports whether charge conjugation of links and vectors leaves the actions of
// all quarks as they are: spinors are conjugated with a matrix, phases turn round.
func conjugates(c *config.Config) bool {
	groups, _ := c.Groups()
	return !slices.ContainsFunc(groups, func(q *config.Quarks) bool { return q.Wilson() || !plain(c, q) })
}

// plain reports whether the quarks feel nothing but the links and signs at the boundary.
func plain(c *config.Config, q *config.Quarks) bool {
	return !slices.ContainsFunc(q.Theta, func(x float64) bool { return x != 0 }) &&
		q.Charge*c.Background.Flux == 0 && q.ImaginaryMu == 0 && q.IsospinMu == 0
}

func mustGeometry(c *config.Config) *lattice.Geometry {
	geo, err := lattice.New(c.Lattice.Extents)
	if err != nil {
		panic(fmt.Sprintf("slhmc: %v", err)) // it has been made before
	}
	return geo
}

func guideSubjects(c *config.Config, within verify.Option) []verify.Subject {
	c = accurate(c)
	symmetries := []verify.Symmetry{verify.Translations, verify.ChargeConjugation}
	if slices.ContainsFunc(c.SLHMC.Layers, func(l config.Layer) bool { return l.Share == "site" }) {
		symmetries = symmetries[1:]
	}
	of := verify.Has()
	if conjugates(c) {
		of = verify.Has(verify.ChargeConjugation)
	}
	subjects := []verify.Subject{verify.OfAction("guide", func(k verify.Case, geo *lattice.Geometry) (action.Action, error) {
		b, err := on(c, geo)
		if err != nil {
			return nil, err
		}
		return guide{b.guide, b.quarkTerms()}, b.roughen(k)
	}, within, smooth(c), verify.Accuracy(solves(c, moving(c)...)), of)}
	if len(c.SLHMC.Layers) == 0 {
		return subjects
	}
	return append(subjects, verify.OfLayer("network", func(_ verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
		b, err := on(c, geo)
		if err != nil {
			return nil, err
		}
		return verify.OfNetwork(b.network), nil
	}, within, smooth(c), verify.Has(symmetries...), verify.Perturb(weightNoise), verify.Trivial(func(theta []float64) { identity(c, theta) })))
}

// guide is the guide with the pseudofermions of the target, which it shares.
type guide struct {
	*covnet.Effective
	target action.Sum
}

// Refresh draws the target's fields from their distribution, and returns S of the guide:
// not that of a heat bath of its own.
func (g guide) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	if _, err := g.target.Refresh(u, s); err != nil {
		return 0, err
	}
	return g.Value(u)
}

// Components returns the number of complex components of the target's fields.
func (g guide) Components() int { return g.target.Components() }

// Transform rotates them.
func (g guide) Transform(t *gauge.Transformation) { g.target.Transform(t) }

// Fields returns them.
func (g guide) Fields() []*fermion.Field { return verify.Fields(g.target) }

// roughen adds noise to the weights of the network.
func (b *builder) roughen(k verify.Case) error {
	net := b.network
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
	c = accurate(c)
	type dynamics struct {
		name string
		how  config.Dynamics
	}
	list := []dynamics{{"HMC", c.HMC}}
	if c.SLHMC != nil {
		list = append(list, dynamics{"SLHMC", c.SLHMC.Dynamics()})
	}
	var schemes []string
	for _, d := range list {
		guided := d.name == "SLHMC"
		options := []verify.Option{within}
		if guided {
			options = append(options, smooth(c))
		}
		prepared := func(k verify.Case, geo *lattice.Geometry) (*builder, error) {
			b, err := on(c, geo)
			if err != nil || !guided {
				return b, err
			}
			return b, b.roughen(k)
		}
		subjects = append(subjects, verify.OfDynamics(d.name+" dynamics", func(k verify.Case, u *gauge.Field) (verify.Motion, verify.Integrator, error) {
			b, err := prepared(k, u.Geometry())
			if err != nil {
				return verify.Motion{}, nil, err
			}
			m := verify.Motion{Tau: d.how.Tau}
			if m.Levels, err = b.levels(d.how, guided); err != nil {
				return verify.Motion{}, nil, err
			}
			if drawn := b.drawn(); len(drawn) > 0 {
				m.Phi = drawn
				_, m.Solves = solves(c, moving(c)...)
			}
			by, err := sampler.NewDynamics(u, m.Levels)
			return m, by, err
		}, options...))
		if suite.Name != verify.Long().Name {
			options = append(options, verify.Single()) // a chain in equilibrium takes long on a lattice of any size
		}
		subjects = append(subjects, verify.OfSampler(d.name, func(k verify.Case, u *gauge.Field) (verify.System, error) {
			b, err := prepared(k, u.Geometry())
			if err != nil {
				return verify.System{}, err
			}
			h, err := b.sampler(d.how, guided)
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
