package config

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever the text and the override: no panic; what is accepted is read back the
// same; what is refused is refused with places in the text, in order, one line each.
//
//	go test ./cmd/slhmc/internal/config -run '^$' -fuzz FuzzParse -fuzztime 150000x -fuzzminimizetime 1x
//
// A number of executions, because a duration can end in a spurious "context deadline
// exceeded" (golang/go#75804); without minimising, which takes its whole minute for
// each of the seeds of 7 kB and leaves no time to search.
func FuzzParse(f *testing.F) {
	for _, p := range Presets() {
		text, err := Preset(p.Name)
		require.NoError(f, err)
		f.Add(text, "hmc.steps", "4")
	}
	f.Add([]byte(base), "slhmc.layers.0.terms.0.weight", "-0.1")
	f.Add([]byte(base), "slhmc.layers", `[{ kind = "ape", link = 0.9, terms = [{ loop = "plaquette" }] }, { kind = "hyp", alphas = [0.1, 0, 1] }]`)
	f.Add([]byte(base), "slhmc.layers.0", `{ kind = "ode", scheme = "euler", steps = 3, share = "site", terms = [{ loop = "plaquette" }] }`)
	f.Add([]byte(base+"[actions.isospin]\nmass = 2\n"), "actions.theta.level", "0")
	f.Add([]byte(base), "gauge", "{ action = \"loops\", beta = 1, loops = [{ path = [1, 2, -1, -2], coefficient = 1 }] }")
	f.Add([]byte("\ufeff[[a.b]]\r\n'c\".d' = [[{}], 1e400, 0x1f, 2024-13-45]\r\n[a.b]\r\n"), "lattice..x", "[")
	f.Fuzz(func(t *testing.T, text []byte, key, value string) {
		for i, set := range [][]Override{nil, {{Key: key, Value: value}}, nil, {{Key: key, Value: value}}} {
			own := ownActions[:i/2*len(ownActions)] // none, then all
			c, err := Parse("f", text, set, own...)
			if err != nil {
				checkProblems(t, text, err)
				continue
			}
			again, err := c.TOML()
			require.NoError(t, err)
			back, err := Parse("again", again, nil, own...)
			require.NoError(t, err, string(again))
			require.Equal(t, c, back)
		}
	})
}

func checkProblems(t *testing.T, text []byte, err error) {
	var ps Problems
	require.True(t, errors.As(err, &ps))
	require.NotEmpty(t, ps)
	require.Len(t, strings.Split(ps.Error(), "\n"), len(ps), "one line a problem: %q", ps.Error())
	lines := strings.Split(string(text), "\n")
	inFile := 0
	for _, p := range ps {
		assert.NotEmpty(t, p.Message)
		if p.Line == 0 {
			assert.True(t, strings.HasPrefix(p.File, "--set "), p.File)
			continue
		}
		inFile++
		require.LessOrEqual(t, p.Line, len(lines))
		// one beyond the last character, at the end of a line
		assert.LessOrEqual(t, p.Column, len(lines[p.Line-1])+1)
		assert.Positive(t, p.Column)
	}
	assert.True(t, slices.IsSortedFunc(ps[:inFile], func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	}), "those of the file come first, in order")
}
