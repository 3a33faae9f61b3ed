package theory

import (
	"fmt"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// New makes an action of a program's own with the numbers of its table.
type New = func(geo *lattice.Geometry, g group.Group, numbers map[string]float64) (action.Action, error)

// Own returns the declaration of an action with what makes it.
func Own(a config.Action, make New) config.Action {
	a.Made = make
	return a
}

// ownTerm is an action of the program's own that the target has.
type ownTerm struct {
	name   string
	action action.Action
	level  int
}

// ownTerms makes those that the configuration has, in the order of their declaration.
func (b *builder) ownTerms() error {
	for _, a := range b.c.Own() {
		numbers, ok := b.c.Actions[a.Name]
		if !ok {
			continue
		}
		made, err := a.Made.(New)(b.geo, b.group, numbers)
		if err != nil {
			return fmt.Errorf("actions.%s: %w", a.Name, err)
		}
		b.own = append(b.own, ownTerm{a.Name, made, int(numbers["level"])})
	}
	return nil
}

// drawn returns the terms of the target beside the gauge action.
func (b *builder) drawn() action.Sum {
	s := b.quarkTerms()
	for _, t := range b.own {
		s = append(s, t.action)
	}
	return s
}

// ownOnLevel returns those that act on a level of n, and their names.
func (b *builder) ownOnLevel(level, n int) (s action.Sum, names []string) {
	for _, t := range b.own {
		if t.level == level || t.level < 0 && level == n-1 {
			s, names = append(s, t.action), append(names, t.name)
		}
	}
	return s, names
}

// ownSubjects are those of the configuration, of which no symmetry is known but that of the gauge.
func ownSubjects(c *config.Config, within verify.Option) (subjects []verify.Subject, err error) {
	b, err := on(c, mustGeometry(c))
	for i, t := range b.own {
		term := func(geo *lattice.Geometry) (action.Action, error) {
			b, err := on(c, geo)
			if err != nil {
				return nil, err
			}
			return b.own[i].action, nil
		}
		if _, drawn := t.action.(action.Pseudofermion); !drawn {
			subjects = append(subjects, verify.OfAction(t.name, func(_ verify.Case, geo *lattice.Geometry) (action.Action, error) { return term(geo) }, within))
			continue
		}
		subjects = append(subjects, verify.OfPseudofermion(t.name, func(_ verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
			a, err := term(geo)
			if err != nil {
				return nil, err
			}
			return a.(action.Pseudofermion), nil
		}, within))
	}
	return subjects, err
}
