package config

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// base is a small configuration without problems, with most tables.
const base = `[lattice]
extents = [4, 4, 4, 4]
group = "SU(2)"
[gauge]
action = "plaquette"
beta = 2.7
[quarks]
action = "staggered"
mass = 0.3
[slhmc]
mass = 0.4
[[slhmc.layers]]
terms = [{ loop = "plaquette" }]
[training]
rate = 0.001
[run]
train = 1
hmc = 1
slhmc = 1
`

// badInput is one block of testdata/problems.txt, with lines marked by
//
//	==  its name
//	=   the whole text, instead of base
//	- + a part of base that occurs once, and what stands in its place
//	$   an override
//	>   a problem, exactly and in order
//
// where texts and overrides are quoted as in Go.
type badInput struct {
	name     string
	input    []string // the lines before >
	text     string
	set      []Override
	problems []string
}

func badInputs(t *testing.T) []badInput {
	data, err := os.ReadFile("testdata/problems.txt")
	require.NoError(t, err)
	var all []badInput
	var old string
	for line := range strings.Lines(string(data)) {
		mark, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if mark == "==" {
			all = append(all, badInput{name: rest, text: base})
			continue
		}
		c := &all[len(all)-1]
		if mark == ">" {
			c.problems = append(c.problems, rest)
			continue
		}
		c.input = append(c.input, line)
		text, err := strconv.Unquote(rest)
		require.NoError(t, err, line)
		switch mark {
		case "=":
			c.text = text
		case "-":
			require.Equal(t, 1, strings.Count(c.text, text), "%s: %s", c.name, line)
			old = text
		case "+":
			c.text = strings.Replace(c.text, old, text, 1)
		case "$":
			o, err := ParseOverride(text)
			require.NoError(t, err)
			c.set = append(c.set, o)
		default:
			require.Fail(t, "unknown mark", line)
		}
	}
	return all
}

// Every bad input gives exactly these lines; with -update they are written anew,
// to be read before they are kept.
func TestProblems(t *testing.T) {
	_, err := Parse("f", []byte(base), nil)
	require.NoError(t, err, "the configuration the cases start from")
	inputs := badInputs(t)
	assert.GreaterOrEqual(t, len(inputs), 100)
	var file strings.Builder
	for _, c := range inputs {
		got, err := Parse("f", []byte(c.text), c.set)
		require.Error(t, err, c.name)
		assert.Nil(t, got)
		var ps Problems
		require.ErrorAs(t, err, &ps)
		lines := strings.Split(ps.Error(), "\n")
		assert.Len(t, lines, len(ps), "%s: one line a problem", c.name)
		file.WriteString("== " + c.name + "\n" + strings.Join(c.input, "") + "> " + strings.Join(lines, "\n> ") + "\n")
		if !*update {
			assert.Equal(t, c.problems, lines, c.name)
		}
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/problems.txt", []byte(file.String()), 0o644))
	}
}
