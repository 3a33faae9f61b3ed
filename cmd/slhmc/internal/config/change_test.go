package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// with is the default with some keys set.
func with(t *testing.T, sets ...string) *Config {
	t.Helper()
	var overrides []Override
	for _, s := range sets {
		o, err := ParseOverride(s)
		require.NoError(t, err)
		overrides = append(overrides, o)
	}
	c, err := Parse("default", []byte(strings.Replace(string(Default()), "\nnoise = 2\n", "\n", 1)), overrides)
	require.NoError(t, err)
	return c
}

// What may change on resume leaves the identity as it is, all else changes it.
func TestIdentity(t *testing.T) {
	same := with(t).Identity()
	assert.Contains(t, same, "gauge.beta = 2.7\n")
	assert.Contains(t, same, "slhmc.layers.1.terms = [ { loop = \"plaquette\", weight = 0.0 }")
	for _, set := range []string{
		"run.thermalise=1", "run.train=1", "run.hmc=1", "run.slhmc=1", "solver.max_iterations=1", "run.checkpoint_every=1",
		"run.checkpoint_minutes=0", "run.save_every=1", "run.unconditional=0", "run.on_failure=reject", `measure.observables=["plaquette"]`,
	} {
		assert.Equal(t, same, with(t, set).Identity(), set)
	}
	for _, set := range []string{
		"seed=2", "gauge.beta=2.8", "hmc.steps=9", "slhmc.layers.1.terms.0.weight=1e-9", "run.measure_every=2", "solver.force_tolerance=1e-9",
		"lattice.start=cold", "training.rate=1", "slhmc.weights=x", "hmc.tau=1.0000000000000002",
	} {
		assert.NotEqual(t, same, with(t, set).Identity(), set)
	}
	assert.Equal(t, []string{
		"solver.max_iterations", "run.thermalise", "run.train", "run.hmc", "run.slhmc", "run.unconditional", "run.on_failure", "run.max_failures",
		"run.checkpoint_every", "run.checkpoint_minutes", "run.save_every", "measure.observables",
	}, Changeable())
}

func TestChanges(t *testing.T) {
	plaquette := `measure.observables=["plaquette"]`
	for name, c := range map[string]struct {
		was, now []string
		want     []Change
		err      string
	}{
		"nothing":             {nil, nil, nil, ""},
		"lengths":             {[]string{"run.hmc=5"}, []string{"run.hmc=7", "run.slhmc=1"}, []Change{{"run.hmc", "5", "7"}, {"run.slhmc", "5000", "1"}}, ""},
		"a key that comes":    {nil, []string{"run.on_failure=reject"}, []Change{{"run.on_failure", `"stop"`, `"reject"`}, {"run.max_failures", "", "10"}}, ""},
		"a key that goes":     {[]string{"run.on_failure=reject"}, nil, []Change{{"run.on_failure", `"reject"`, `"stop"`}, {"run.max_failures", "10", ""}}, ""},
		"more observables":    {[]string{plaquette}, []string{"measure.noise=3"}, []Change{{"measure.observables", `["plaquette"]`, `["plaquette", "polyakov", "condensate"]`}, {"measure.noise", "", "3"}}, ""},
		"fewer observables":   {nil, []string{plaquette}, nil, `measure.observables: "polyakov", "condensate" has been measured`},
		"noise of what there": {nil, []string{"measure.noise=3"}, nil, "measure.noise = 3: it was 1"},
	} {
		got, err := Changes(with(t, c.was...), with(t, c.now...))
		if c.err != "" {
			require.ErrorContains(t, err, c.err, name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, name)
	}
}

// The column is there for people too.
func TestResumeColumnIsShown(t *testing.T) {
	text, err := with(t).TOML()
	require.NoError(t, err)
	assert.Contains(t, string(text), "\n# may change on resume\nmax_iterations = 10000\n")
	assert.Contains(t, string(text), "beta = 2.7\n")
	assert.Contains(t, string(text), "\n# may grow on resume\nobservables = ")
	assert.Contains(t, strings.ReplaceAll(string(Default()), "\n# ", " "), "default: 10000; may change on resume.")
}

// A file that could block, never end or fill the memory is not read.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	_, err := Read(dir)
	require.ErrorContains(t, err, "is a directory (allowed: a regular file)")
	big := filepath.Join(dir, "big")
	require.NoError(t, os.WriteFile(big, nil, 0o666))
	require.NoError(t, os.Truncate(big, 1<<40))
	_, err = Read(big)
	require.ErrorContains(t, err, "1099511627776 bytes, which is no configuration")
	_, err = Read(os.DevNull)
	require.ErrorContains(t, err, "is a device")
	_, err = Read(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// Keys and lists of absurd depth are refused at once: their paths would fill the memory.
func TestDepth(t *testing.T) {
	for name, text := range map[string]string{
		"key":    strings.Repeat("a.", 100_000) + "a = 1",
		"header": "[" + strings.Repeat("a.", 100_000) + "a]",
		"list":   "a = " + strings.Repeat("[", 4000) + strings.Repeat("]", 4000),
	} {
		_, err := Parse("f", []byte(text), nil)
		require.ErrorContains(t, err, "more than 32", name)
	}
	_, err := Parse("f", Default(), []Override{{Key: strings.Repeat("a.", 50_000), Value: "1"}})
	require.ErrorContains(t, err, "more than 32")
}
