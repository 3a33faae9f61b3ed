package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func parseBase(t *testing.T, set ...string) *Config {
	t.Helper()
	var overrides []Override
	for _, s := range set {
		o, err := ParseOverride(s)
		require.NoError(t, err)
		overrides = append(overrides, o)
	}
	c, err := Parse("base", []byte(base), overrides)
	require.NoError(t, err)
	return c
}

// What a file leaves out takes the defaults of the table.
func TestDefaults(t *testing.T) {
	assert.Equal(t, &Config{
		Seed:    1,
		Lattice: Lattice{Extents: []int{4, 4, 4, 4}, Group: "SU(2)", Start: "hot"},
		Gauge:   Gauge{Action: "plaquette", Beta: 2.7, Anisotropy: 1, Level: -1},
		Quarks: []Quarks{{
			Action: "staggered", Mass: 0.3, Flavours: 4, Method: "pseudofermion",
			Boundary: []string{"periodic", "periodic", "periodic", "antiperiodic"}, Theta: []float64{}, Ratios: []float64{}, Levels: []int{},
		}},
		Background: Background{Plane: []int{1, 2}},
		Solver:     Solver{ForceTolerance: 1e-10, ActionTolerance: 1e-12, MaxIterations: 10000},
		HMC:        Dynamics{Tau: 1, Integrator: "omelyan2", Steps: 8, Levels: []Level{}},
		SLHMC: &SLHMC{
			Tau: 1, Integrator: "omelyan2", Steps: 8, Levels: []Level{},
			Quarks: []Seen{{Group: "staggered", Mass: 0.4, Coefficient: 1, Network: true, Train: []string{}, ForceTolerance: 1e-10}},
			Layers: []Layer{{Kind: "stout", Share: "all", Terms: []Term{{Loop: "plaquette"}}}},
		},
		Training: &Training{Loss: "delta", Optimizer: "adam", Rate: 0.001, Momentum: 0.9, Beta2: 0.999, Mode: "online"},
		Run:      Run{Train: 1, HMC: 1, SLHMC: 1, Unconditional: 50, OnFailure: "stop", MeasureEvery: 1, CheckpointEvery: 100, CheckpointMinutes: 10},
		Measure:  Measure{Observables: []string{"plaquette", "polyakov", "condensate"}, Noise: 1},
	}, parseBase(t))
}

// Defaults that follow from other keys follow their overrides too.
func TestDerivedDefaults(t *testing.T) {
	c := parseBase(t, "lattice.extents=[8, 6]", "hmc.tau=0.5", "hmc.integrator=leapfrog", "hmc.gauge_steps=3")
	assert.Equal(t, 2, c.Quarks[0].Flavours)
	assert.Equal(t, []string{"periodic", "antiperiodic"}, c.Quarks[0].Boundary)
	assert.Equal(t, Dynamics{Tau: 0.5, Integrator: "leapfrog", Steps: 8, GaugeSteps: 3, Levels: []Level{}}, c.SLHMC.Dynamics())

	c, err := Parse("quenched", []byte("lattice = { extents = [3, 5, 7], group = \"U(1)\" }\n"+
		"gauge = { action = \"iwasaki\", beta = 2 }\nquarks.action = \"none\"\nrun.hmc = 1\n"), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"plaquette", "polyakov"}, c.Measure.Observables)
	assert.Equal(t, 2.0, c.Gauge.Beta)
	assert.Zero(t, c.Solver)
	assert.Nil(t, c.SLHMC)
	assert.Equal(t, []Quarks{{Action: "none"}}, c.Quarks)
}

func TestOverrides(t *testing.T) {
	for _, c := range []struct {
		set  string
		got  func(*Config) any
		want any
	}{
		{"seed=0x10", func(c *Config) any { return c.Seed }, uint64(16)},
		{" hmc.steps = 1_000 ", func(c *Config) any { return c.HMC.Steps }, 1000},
		{"gauge.action=iwasaki", func(c *Config) any { return c.Gauge.Action }, "iwasaki"},
		{`gauge.action="dbw2"`, func(c *Config) any { return c.Gauge.Action }, "dbw2"},
		{"lattice.group=SU(3)", func(c *Config) any { return c.Lattice.Group }, "SU(3)"},
		{"lattice.extents=[6, 6, 6, 12]", func(c *Config) any { return c.Lattice.Extents }, []int{6, 6, 6, 12}},
		{"lattice.extents.3=8", func(c *Config) any { return c.Lattice.Extents }, []int{4, 4, 4, 8}},
		{"solver.force_tolerance=1e-9", func(c *Config) any { return c.Solver.ForceTolerance }, 1e-9},
		{"slhmc.train_mass=true", func(c *Config) any { return c.SLHMC.Quarks[0].Train }, []string{"mass"}},
		{"slhmc.layers.0.share=site", func(c *Config) any { return c.SLHMC.Layers[0].Share }, "site"},
		{"slhmc.layers.0.terms.0.weight=-0.01", func(c *Config) any { return c.SLHMC.Layers[0].Terms[0].Weight }, -0.01},
		{`slhmc.layers=[{ terms = [{ loop = "path", path = [2, 1, -2] }] }]`, func(c *Config) any { return c.SLHMC.Layers }, []Layer{{
			Kind: "stout", Share: "all", Terms: []Term{{Loop: "path", Path: []int{2, 1, -2}}},
		}}},
		{`slhmc.layers=[{ kind = "hyp" }, { kind = "hyp", alphas = [0.75, 1, -0.3] }]`, func(c *Config) any { return c.SLHMC.Layers }, []Layer{
			{Kind: "hyp", Share: "all", Alphas: []float64{0, 0, 0}}, {Kind: "hyp", Share: "all", Alphas: []float64{0.75, 1, -0.3}},
		}},
		{`slhmc.layers=[{ kind = "ape", terms = [{ loop = "plaquette", weight = 0.1 }] }]`, func(c *Config) any { return c.SLHMC.Layers }, []Layer{
			{Kind: "ape", Share: "all", Link: 1, Terms: []Term{{Loop: "plaquette", Weight: 0.1}}},
		}},
		{`slhmc.layers=[{ kind = "ode", share = "direction", terms = [{ loop = "rectangle" }] }]`, func(c *Config) any { return c.SLHMC.Layers }, []Layer{
			{Kind: "ode", Share: "direction", Scheme: "rk3", Steps: 2, Terms: []Term{{Loop: "rectangle"}}},
		}},
		{
			`slhmc.layers.0.terms=[{ loop = "path", path = [2, 1, -2] }, { loop = "path", path = [-2, 1, 2] }]`,
			func(c *Config) any { return c.SLHMC.Layers[0].Terms },
			[]Term{{Loop: "path", Path: []int{2, 1, -2}}, {Loop: "path", Path: []int{-2, 1, 2}}},
		},
		{"measure.observables=[]", func(c *Config) any { return c.Measure.Observables }, []string{}},
	} {
		assert.Equal(t, c.want, c.got(parseBase(t, c.set)), c.set)
	}
}

func TestParseOverride(t *testing.T) {
	o, err := ParseOverride("gauge.action=a=b")
	require.NoError(t, err)
	assert.Equal(t, Override{Key: "gauge.action", Value: "a=b"}, o)
	for _, text := range []string{"", "hmc.steps", "=8", "hmc.steps=", "hmc.steps= "} {
		_, err := ParseOverride(text)
		assert.EqualError(t, err, "--set "+text+": not of the form key=value (allowed: such as --set hmc.steps=16)")
	}
}

// The text handed to Parse stays as it was.
func TestParseKeepsText(t *testing.T) {
	text := []byte("\ufeff" + base)
	_, err := Parse("", text, []Override{{"lattice.extents.0", "6"}})
	require.NoError(t, err)
	assert.Equal(t, "\ufeff"+base, string(text))
}

// A Config that Parse would not return is not written either.
func TestInvalidTOML(t *testing.T) {
	c := parseBase(t)
	c.Quarks[0].Mass = -1
	_, err := c.TOML()
	assert.EqualError(t, err, "resolved configuration:17:8: quarks.mass: -1 is not allowed for staggered quarks (allowed: finite number > 0)")
	_, err = Annotate("f", []byte("seed = -1"))
	assert.Error(t, err)
}

func TestTooLong(t *testing.T) {
	_, err := Parse("f", make([]byte, maxSize+1), nil)
	assert.EqualError(t, err, "f:1:1: the file has 1048577 bytes, which is no configuration (allowed: up to 1048576)")
}
