package theory

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/quark"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/sampler"
)

// flavours is a flavour group: the actions whose sum is that of its quarks.
type flavours struct {
	name string
	conf *config.Quarks
	of   []*term
}

// term is one action of a group.
type term struct {
	name   string
	action action.Action
	level  int
	// lightest says that it has the lightest operator of the group, the one that is meant.
	lightest bool
	// seen returns what a guide makes of it, its field being that of action.
	seen func(g *glasses) (action.Action, error)
}

// glasses are how a guide sees a group: the operators it has for it, made once so that its
// terms share their parameters, and how accurately it moves.
type glasses struct {
	b    *builder
	q    *config.Quarks // of the guide
	conf config.Seen
	all  []dirac.Operator // those of the group, from the lightest
}

// actions returns the terms as a sum.
func (f *flavours) actions() (s action.Sum) {
	for _, t := range f.of {
		s = append(s, t.action)
	}
	return s
}

// flavours builds a flavour group of the target.
func (b *builder) flavours(q *config.Quarks, name string) (*flavours, error) {
	f := &flavours{name: name, conf: q}
	ops, err := b.operators(q, q)
	if err != nil {
		return nil, err
	}
	for i := range ops {
		t, err := b.pseudofermions(q, ops, i)
		if err != nil {
			return nil, err
		}
		t.level = q.Level(i)
		f.of = append(f.of, t)
	}
	if t := b.determinant(q, ops); t != nil {
		t.level = q.Level(len(ops) - 1)
		f.of = append(f.of, t)
	}
	for _, t := range f.of {
		t.name = name + ": " + t.name
	}
	return f, nil
}

// pseudofermions builds the term of the i-th operator: of its ratio with the next, or, for
// the heaviest, of itself.
func (b *builder) pseudofermions(q *config.Quarks, ops []dirac.Operator, i int) (*term, error) {
	p, err := b.pair(q, ops, i)
	if err != nil {
		return nil, err
	}
	t := &term{name: b.massName(q, i), lightest: i == 0}
	// through returns how a guide makes the term from its own operators
	through := func(with func(p pair, g *glasses) (action.Action, error)) func(g *glasses) (action.Action, error) {
		return func(g *glasses) (action.Action, error) {
			p, err := b.pair(q, g.all, i)
			if err != nil {
				return nil, err
			}
			return with(p, g)
		}
	}
	tolerances := b.tolerances(b.c.Solver.ForceTolerance)
	switch {
	case q.Method == "rational" && p.heavy != nil && !q.Condensate(): // they do not commute
		a, err := action.NewQuotient(p.light, p.heavy, p.sites, b.approximations(q, 0), tolerances)
		t.action, t.seen = a, through(func(p pair, g *glasses) (action.Action, error) {
			return a.With(p.light, p.heavy, b.approximations(q, g.conf.Poles), b.tolerances(g.conf.ForceTolerance))
		})
		return t, err
	case q.Method == "rational":
		a, err := newRational(p, b.approximations(q, 0), tolerances)
		t.action, t.seen = a, through(func(p pair, g *glasses) (action.Action, error) {
			return a.With(p.light, p.heavy, b.approximations(q, g.conf.Poles), b.tolerances(g.conf.ForceTolerance))
		})
		return t, err
	case p.heavy != nil:
		a, err := action.NewRatio(p.light, p.heavy, p.sites, tolerances)
		t.action, t.seen = a, through(func(p pair, g *glasses) (action.Action, error) {
			return a.WithTolerances(p.light, p.heavy, b.tolerances(g.conf.ForceTolerance))
		})
		return t, err
	}
	a, err := action.NewTwoFlavour(p.light, p.sites, tolerances)
	t.action, t.seen = a, through(func(p pair, g *glasses) (action.Action, error) {
		return a.WithTolerances(p.light, b.tolerances(g.conf.ForceTolerance))
	})
	return t, err
}

// approximations are those of the root of the determinant that a group has, with so many
// poles for the force, or, with 0, as many as its error wants.
func (b *builder) approximations(q *config.Quarks, poles int) action.Approximations {
	p, of := b.c.Root(q)
	return action.Approximations{
		Power: rational.Power{Num: p, Den: of}, Fields: q.Fields, Action: q.Error, Force: q.ForceError, Poles: poles, Memo: &b.memo,
	}
}

func newRational(p pair, r action.Approximations, t action.Tolerances) (*action.Rational, error) {
	if p.heavy != nil {
		return action.NewRationalRatio(p.light, p.heavy, p.sites, r, t)
	}
	return action.NewRational(p.light, p.sites, r, t)
}

// pair is what a term is made of, on the sites where its fields live; heavy is nil where
// there is no ratio.
type pair struct {
	light, heavy dirac.Operator
	sites        lattice.Subset
}

// pair returns the i-th of the operators and the one that follows.
func (b *builder) pair(q *config.Quarks, ops []dirac.Operator, i int) (p pair, err error) {
	if p.light, p.sites, err = b.reduced(q, ops[i]); err == nil && i+1 < len(ops) {
		p.heavy, _, err = b.reduced(q, ops[i+1])
	}
	return p, err
}

// determinant builds the term of the site blocks that even-odd preconditioning leaves out;
// nil if there is none.
func (b *builder) determinant(q *config.Quarks, ops []dirac.Operator) *term {
	d, ok := ops[0].(dirac.EvenOdd)
	if !ok || !b.geo.EvenOdd() || q.IsospinMu != 0 {
		return nil
	}
	// S^†S on the even sites has the power p/of of |det D|^2
	p, of := b.c.Root(q)
	n := 2 * float64(p) / float64(of)
	return &term{name: "site blocks", lightest: true, action: action.NewFlavourDeterminant(d, lattice.Odd, n), seen: func(g *glasses) (action.Action, error) {
		return action.NewFlavourDeterminant(g.all[0].(dirac.EvenOdd), lattice.Odd, n), nil
	}}
}

// reduced returns the operator whose pseudofermions stand for the group, on the sites where
// they live: staggered fields on the even sites or on all, a Schur complement where the
// lattice is even, else the operator itself.
func (b *builder) reduced(q *config.Quarks, op dirac.Operator) (dirac.Operator, lattice.Subset, error) {
	switch d := op.(type) {
	case *dirac.Staggered:
		if q.Method == "pseudofermion" && q.Flavours == 2*config.Tastes(b.geo.Dims()) {
			return op, lattice.All, nil
		}
		return op, lattice.Even, nil
	case *dirac.Isospin: // its complement, whose block is the mass, has the square of its condition number
		return op, lattice.All, nil
	case dirac.EvenOdd:
		if b.geo.EvenOdd() {
			s, err := dirac.NewSchur(d, lattice.Even)
			return s, lattice.Even, err
		}
	}
	return op, lattice.All, nil
}

func (b *builder) tolerances(force float64) action.Tolerances {
	s := b.c.Solver
	return action.Tolerances{Action: s.ActionTolerance, Force: force, MaxIterations: s.MaxIterations, Mixed: s.MixedPrecision}
}

// operators builds those of a group, from the lightest, the ratios being given as the
// target's group is.
func (b *builder) operators(q, target *config.Quarks) ([]dirac.Operator, error) {
	op, err := b.operator(q)
	all := []dirac.Operator{op}
	for _, x := range q.Ratios {
		if err != nil {
			return nil, err
		}
		heavy := *q
		switch {
		case target.Twist != 0:
			heavy.Twist = x
		case target.Kappa != 0:
			heavy.Kappa = x
		default:
			heavy.Kappa, heavy.Mass = 0, x
		}
		op, err = b.operator(&heavy)
		all = append(all, op)
	}
	return all, err
}

// massName tells the operators of a group apart.
func (b *builder) massName(q *config.Quarks, i int) string {
	what, x := "m", q.Mass
	switch {
	case q.Twist != 0:
		what, x = "mu", q.Twist
	case q.Kappa != 0:
		what, x = "kappa", q.Kappa
	}
	all := append([]float64{x}, q.Ratios...)
	if i+1 < len(all) {
		return fmt.Sprintf("%s %g over %g", what, all[i], all[i+1])
	}
	return fmt.Sprintf("%s %g", what, all[i])
}

// operator builds the Dirac operator of a group.
func (b *builder) operator(q *config.Quarks) (dirac.Operator, error) {
	return quark.Operator(b.geo, b.group, q, b.c.Background)
}

// quarkTerms returns the actions of all groups.
func (b *builder) quarkTerms() (s action.Sum) {
	for _, f := range b.groups {
		s = append(s, f.actions()...)
	}
	return s
}

// seenAs returns the group as a guide has it.
func (b *builder) seenAs(i int) (*glasses, error) {
	f, s := b.groups[i], b.c.Seen(i)
	q := *f.conf
	q.Kappa, q.Mass, q.CSW, q.CSWTime = s.Kappa, s.Mass, s.CSW, s.CSWTime
	g := &glasses{b: b, q: &q, conf: s}
	var err error
	g.all, err = b.operators(&q, f.conf)
	return g, err
}

// kept reports whether the guide moves by a term: by its heaviest ratios, and by all else.
func (g *glasses) kept(i int) bool {
	light := len(g.q.Ratios) - g.conf.Ratios
	return i >= light
}

// guided returns the terms of a group as a guide has them, and those of the target.
func (b *builder) guided(i int) (terms action.Sum, of []*term, err error) {
	g, err := b.seenAs(i)
	if err != nil {
		return nil, nil, err
	}
	for k, t := range b.groups[i].of {
		if !g.kept(k) {
			continue
		}
		a, err := t.seen(g)
		if err != nil {
			return nil, nil, err
		}
		terms, of = append(terms, a), append(of, t)
	}
	return terms, of, nil
}

// onLevel returns the actions of the target's quarks on a level of the dynamics, and
// what they are called.
func (b *builder) onLevel(level int) (s action.Sum, names []string) {
	for _, f := range b.groups {
		for _, t := range f.of {
			if t.level == level {
				s, names = append(s, t.action), append(names, t.name)
			}
		}
	}
	return s, names
}

// guideOnLevel returns the part of the guide on a level; nil if there is none.
func (b *builder) guideOnLevel(level int) action.Action {
	e := b.guide.Select(func(_ int, a action.Action) bool {
		k := slices.IndexFunc(b.seen, func(l leveled) bool { return l.action == a })
		return b.seen[k].level == level
	})
	if e == nil {
		return nil
	}
	return e
}

// leveled is a term of the guide with its level.
type leveled struct {
	action action.Action
	level  int
	name   string
}

// watch appends an action that follows the spectrum of its operator.
func watch(list []sampler.Watched, name string, a action.Action) []sampler.Watched {
	switch r := a.(type) {
	case *action.Rational:
		return append(list, sampler.Watched{Name: name, Action: r})
	case *action.Quotient:
		light, heavy := r.Terms()
		return append(list, sampler.Watched{Name: name + " (light)", Action: light}, sampler.Watched{Name: name + " (heavy)", Action: heavy})
	}
	return list
}
