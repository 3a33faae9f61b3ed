package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// isospin and charge are actions of a program's own.
var ownActions = []Action{
	{Name: "isospin", Doc: "Quarks with an isospin chemical potential.", Numbers: []Number{
		{Name: "mass", Doc: "Mass m.", Allowed: Positive},
		{Name: "mu", Doc: "Chemical potential.", Default: new(0.25)},
		{Name: "copies", Doc: "How many of them.", Default: new(1.), Allowed: Whole},
	}},
	{Name: "theta", Doc: "A topological term."},
}

func parseOwn(text string, set ...Override) (*Config, error) {
	return Parse("f", []byte(base+text), set, ownActions...)
}

// A program's own actions have tables as all else has: defaults, overrides, and their
// place in what a run is.
func TestOwnActions(t *testing.T) {
	c, err := parseOwn("[actions.isospin]\nmass = 1\ncopies = 2\n", Override{"actions.isospin.mu", "0"}, Override{"hmc.gauge_steps", "2"}, Override{"actions.isospin.level", "1"})
	require.NoError(t, err)
	assert.Equal(t, map[string]map[string]float64{"isospin": {"level": 1, "mass": 1, "mu": 0, "copies": 2}}, c.Actions)
	text, err := c.TOML()
	require.NoError(t, err)
	assert.Contains(t, string(text), "\n[actions.isospin]\nlevel = 1\nmass = 1.0\nmu = 0.0\ncopies = 2\n")
	again, err := Parse("again", text, nil, ownActions...)
	require.NoError(t, err)
	assert.Equal(t, c, again)
	assert.Contains(t, c.Identity(), "actions.isospin.mu = 0.0\n")

	c, err = parseOwn("[actions.theta]\n[actions.isospin]\nmass = 2\n")
	require.NoError(t, err)
	assert.Equal(t, map[string]map[string]float64{"isospin": {"level": 0, "mass": 2, "mu": 0.25, "copies": 1}, "theta": {"level": 0}}, c.Actions)
	without, err := parseOwn("")
	require.NoError(t, err)
	assert.Nil(t, without.Actions)
	for _, empty := range []string{"[actions]\n", "actions = {}\n"} {
		text := strings.Replace(base, "[lattice]", empty+"[lattice]", 1)
		c, err := Parse("f", []byte(text), nil, ownActions...)
		require.NoError(t, err)
		assert.Equal(t, without, c)
	}
	assert.NotEqual(t, without.Identity(), c.Identity())
	changes, err := Changes(without, c)
	require.NoError(t, err)
	assert.Contains(t, changes, Change{"actions.isospin.copies", "", "1"})
	before, err := Undo(c, []Change{{"actions.isospin.mass", "1.0", "2.0"}})
	require.NoError(t, err)
	assert.Equal(t, 1., before.Actions["isospin"]["mass"])
}

// What is wrong with them is told with the rest, each in its place.
func TestOwnProblems(t *testing.T) {
	for text, want := range map[string]string{
		"[actions.isospin]\nmu = 1\n":                    "f:20:10: actions.isospin.mass: is missing (allowed: finite number > 0)",
		"[actions.isospin]\nmass = 0\n":                  "f:21:8: actions.isospin.mass: 0 is not allowed (allowed: finite number > 0)",
		"[actions.isospin]\nmass = \"a\"\n":              "f:21:8: actions.isospin.mass: must be a number, not the string \"a\" (allowed: finite number > 0)",
		"[actions.isospin]\nmass = 1\ncopies = 1.5\n":    "f:22:10: actions.isospin.copies: 1.5 is not allowed (allowed: integer, 0 to 1000000000)",
		"[actions.isospin]\nmass = 1\nmuu = 1.5\n":       `f:22:1: actions.isospin.muu: unknown key, did you mean "mu"? (allowed: level, mass, mu, copies)`,
		"[actions.isospin]\nmass = 1\nlevel = 1\n":       "f:22:9: actions.isospin.level: there is no level 1 in hmc (allowed: 0; see [[hmc.levels]])",
		"[actions.isospn]\nmass = 1\n":                   `f:20:10: actions.isospn: unknown key, did you mean "isospin"? (allowed: isospin, theta)`,
		"[action.isospin]\nmass = 1\n":                   `f:20:2: action: unknown table, did you mean "actions"?`,
		"[actions]\nisospin = 3\n":                       "f:21:11: actions.isospin: must be a table, not the integer 3 (allowed: the keys level, mass, mu, copies)",
		"[actions]\n[[actions.isospin]]\nmass = 1\n":     "f:21:11: actions.isospin: must be a table, not a list (allowed: the keys level, mass, mu, copies)",
		"[actions.isospin.mass]\n[actions.theta]\nt=1\n": "f:20:18: actions.isospin.mass: must be a number, not a table (allowed: finite number > 0)\nf:22:1: actions.theta.t: unknown key",
	} {
		_, err := parseOwn(text)
		if assert.Error(t, err, text) {
			assert.Contains(t, err.Error(), want, text)
		}
	}
	_, err := Parse("f", []byte(base+"[actions.isospin]\nmass = 1\n"), nil)
	assert.ErrorContains(t, err, "f:20:2: actions: unknown table")
	assert.NotContains(t, err.Error(), "measure, actions", "slhmc has none")
}

// Their comments come from what the program declares.
func TestOwnComments(t *testing.T) {
	text, err := Annotate("f", []byte(base+"[actions.isospin]\nmass = 1\n"), ownActions...)
	require.NoError(t, err)
	assert.Contains(t, string(text), `
# Quarks with an isospin chemical potential.
[actions.isospin]
# Level of the molecular dynamics (see [[hmc.levels]]) on which its force acts; -1: the innermost. Allowed:
# integer, -1 to 15; default: 0.
#level = 0
# Mass m. Allowed: finite number > 0.
mass = 1.0
# Chemical potential. Allowed: finite number; default: 0.25.
#mu = 0.25
# How many of them. Allowed: integer, 0 to 1000000000; default: 1.
#copies = 1

# [actions.theta]: A topological term.
# level: Level of the molecular dynamics`)
}

// Declarations that cannot be are the program's mistake.
func TestOwnDeclarations(t *testing.T) {
	for want, own := range map[string][]Action{
		`config: "" as the name`:                              {{Doc: "d"}},
		`config: "a.b" as the name`:                           {{Name: "a.b", Doc: "d"}},
		"config: actions.a has no description":                {{Name: "a"}},
		"config: actions.a is declared twice":                 {{Name: "a", Doc: "d"}, {Name: "a", Doc: "d"}},
		"config: actions.a.level is declared twice":           {{Name: "a", Doc: "d", Numbers: []Number{{Name: "level", Doc: "d"}}}},
		"config: the default -1 of actions.a.x (allowed: fin": {{Name: "a", Doc: "d", Numbers: []Number{{Name: "x", Doc: "d", Default: new(-1.), Allowed: NotNegative}}}},
		"config: actions.a.x has no description":              {{Name: "a", Doc: "d", Numbers: []Number{{Name: "x"}}}},
	} {
		func() {
			defer func() {
				message, _ := recover().(string)
				assert.Contains(t, message, want)
			}()
			_, _ = Parse("f", nil, nil, own...)
		}()
	}
}
