package configure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
)

// guideWords returns how the guide is answered for.
func guideWords(c *config.Config) string {
	if c.SLHMC == nil {
		return none
	}
	var all []string
	if len(groups(c)) == 1 {
		s := c.Seen(0)
		all = append(all, massWord(s.Kappa, s.Mass))
	}
	for _, l := range c.SLHMC.Layers {
		all = append(all, l.Kind)
	}
	return strings.Join(all, " ")
}

// guide sets the guide: with other layers than it has, they begin as the identity, with a
// weight for plaquettes.
func guide(c *config.Config, words []string) (set []config.Override, err error) {
	if slices.Equal(words, []string{none}) {
		return []config.Override{{Key: "slhmc"}}, nil
	}
	if len(groups(c)) == 1 {
		if len(words) == 0 {
			return nil, fmt.Errorf("the mass of the guide is missing (allowed: such as mass=0.4, then its layers, or none)")
		}
		if c.SLHMC == nil || len(c.SLHMC.Quarks) == 0 {
			set = append(set, config.Override{Key: "slhmc.quarks", Value: "[{}]"})
		}
		more, err := pairs("slhmc.quarks.0.", words[0])
		if err != nil {
			return nil, err
		}
		set, words = append(set, more...), words[1:]
	}
	var have []string
	if c.SLHMC == nil {
		set = append(set, config.Override{Key: "training.rate", Value: "0.001"})
	} else {
		for _, l := range c.SLHMC.Layers {
			have = append(have, l.Kind)
		}
	}
	if c.SLHMC != nil && slices.Equal(words, have) {
		return set, nil
	}
	var all []string
	for _, kind := range words {
		terms := `, terms = [{ loop = "plaquette" }]`
		if kind == "hyp" {
			terms = ""
		}
		all = append(all, fmt.Sprintf("{ kind = %q%s }", kind, terms))
	}
	return append(set, config.Override{Key: "slhmc.layers", Value: "[" + strings.Join(all, ", ") + "]"}), nil
}
