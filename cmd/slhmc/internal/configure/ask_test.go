package configure

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
)

// answered runs slhmc init --ask with lines as the answers.
func answered(t *testing.T, dir string, lines ...string) harness.Outcome {
	t.Helper()
	c := harness.Command(t, dir, "init", "--ask")
	c.Stdin = strings.NewReader(strings.Join(lines, "\n"))
	return harness.Finish(t, c)
}

// made returns the configuration that answers to ten questions make, by way of a file
// that has its comments, and what was said.
func made(t *testing.T, lines ...string) (*config.Config, string) {
	t.Helper()
	t.Chdir(t.TempDir())
	var out strings.Builder
	require.NoError(t, converse(strings.NewReader(strings.Join(lines, "\n")+"\n"), &out, "slhmc", "default", nil), out.String())
	assert.Regexp(t, `my.toml: ok, needs .*; now: slhmc run my.toml\n$`, out.String())
	text := harness.Content(t, "my.toml")
	assert.Contains(t, text, "# Trajectories of each phase")
	c, err := config.Parse("my.toml", []byte(text), nil)
	require.NoError(t, err)
	return c, out.String()
}

// Ten empty lines give the default, as init writes it; of another preset that one.
func TestAskDefaults(t *testing.T) {
	for preset, first := range map[string]string{"default": "", "quenched": "quenched"} {
		skipped := map[string]int{"default": 0, "quenched": 2}[preset] // no quarks: no masses and no guide
		made(t, append([]string{first}, make([]string, 9-skipped)...)...)
		text, err := config.Preset(preset)
		require.NoError(t, err)
		assert.Equal(t, string(text), harness.Content(t, "my.toml"))
	}
}

// What is answered is what is written; what is wrong is asked for again, with the reason.
func TestAskAnswers(t *testing.T) {
	c, told := made(t, "defaul", "default", "8x16", "SU(5", "SU(3)", "wilson 5.7", "rectangle 5.7 -.1", "wilson", "kappa=0.2,flavours=0", "0.2 0.3", "kappa=.23,flavours=2",
		"1", ".5 12", "kappa=0.2 stout hyp", "kappa=0.2 ape ode", "1 2 3", "10 20 30 40", "")
	for _, reason := range []string{
		`no: there is no preset "defaul", did you mean "default"? (allowed: `,
		`no: lattice.group: "SU(5" is not allowed, did you mean "SU(5)"? (allowed: `,
		`no: gauge.action: "wilson" is not allowed (allowed: "plaquette", `,
		"no: quarks.flavours: 0 is not allowed (allowed: integer, 1 to ",
		"no: this takes a word for each of 1 flavour groups, not 2 (allowed: ",
		"no: this takes 2 words, not 1 (allowed: one for each of hmc.tau, hmc.steps)",
		`no: slhmc.layers.1.kind: "hyp" smears within hypercubes, but the lattice has 2 dimensions`,
		"no: this takes 4 words, not 3",
		"note: measure.noise does not go with that and is left out",
	} {
		assert.Contains(t, told, reason)
	}
	assert.Equal(t, []int{8, 16}, c.Lattice.Extents)
	assert.Equal(t, "SU(3)", c.Lattice.Group)
	assert.Equal(t, config.Gauge{Action: "rectangle", Beta: 5.7, C1: -0.1, Level: -1}, c.Gauge)
	require.Len(t, c.Quarks, 1)
	assert.Equal(t, []any{"wilson", 0.23, 0., 2}, []any{c.Quarks[0].Action, c.Quarks[0].Kappa, c.Quarks[0].Mass, c.Quarks[0].Flavours})
	assert.Equal(t, []any{0.5, 12}, []any{c.HMC.Tau, c.HMC.Steps})
	assert.Equal(t, 0.2, c.Seen(0).Kappa)
	assert.Equal(t, []config.Layer{
		{Kind: "ape", Share: "all", Link: 1, Terms: []config.Term{{Loop: "plaquette"}}},
		{Kind: "ode", Share: "all", Scheme: "rk3", Steps: 2, Terms: []config.Term{{Loop: "plaquette"}}},
	}, c.SLHMC.Layers)
	assert.Equal(t, []int{10, 20, 30, 40}, []int{c.Run.Thermalise, c.Run.Train, c.Run.HMC, c.Run.SLHMC})
}

// Without quarks, or without a guide, nothing is left of what belongs to them.
func TestAskNone(t *testing.T) {
	c, told := made(t, "", "4 4", "", "", "none", "", "3 4", "")
	assert.Empty(t, c.Quarks)
	assert.Nil(t, c.SLHMC)
	assert.Equal(t, []int{3, 0, 4, 0}, []int{c.Run.Thermalise, c.Run.Train, c.Run.HMC, c.Run.SLHMC})
	assert.Contains(t, told, "note: training does not go with that and is left out")
	assert.NotContains(t, told, "Guide of SLHMC")

	c, _ = made(t, "", "", "", "", "", "", "", "none", "", "")
	assert.Len(t, c.Quarks, 1)
	assert.Nil(t, c.SLHMC)
	assert.Nil(t, c.Training)
}

// Quarks and a guide are added to a theory that has none.
func TestAskMore(t *testing.T) {
	c, _ := made(t, "quenched", "", "", "", "staggered", "0.2", "", "0.5 stout hyp", "1 2 3 4", "")
	require.Len(t, c.Quarks, 1)
	assert.Equal(t, 0.2, c.Quarks[0].Mass)
	assert.Equal(t, 0.5, c.Seen(0).Mass)
	require.Len(t, c.SLHMC.Layers, 2)
	assert.Equal(t, "hyp", c.SLHMC.Layers[1].Kind)
	assert.Equal(t, 2, c.Run.Train)
	assert.Equal(t, 0.001, c.Training.Rate)

	c, _ = made(t, "", "", "", "", "staggered staggered", "mass=0.05,flavours=4 0.5", "", "stout", "", "")
	require.Len(t, c.Quarks, 2)
	assert.Equal(t, []float64{0.05, 0.5}, []float64{c.Quarks[0].Mass, c.Quarks[1].Mass})
	require.Len(t, c.SLHMC.Layers, 1)
}

// A mass takes the place of kappa, and kappa of a mass.
func TestAskMassOrKappa(t *testing.T) {
	c, _ := made(t, "", "", "", "", "wilson", "-0.5", "", "-0.4", "", "")
	assert.Equal(t, []float64{-0.5, 0, -0.4}, []float64{c.Quarks[0].Mass, c.Quarks[0].Kappa, c.Seen(0).Mass})
	c, _ = made(t, "", "", "", "", "clover", "kappa=0.13,c_sw=1.5", "", "kappa=0.125", "", "")
	assert.Equal(t, []float64{0, 0.13, 1.5, 0.125}, []float64{c.Quarks[0].Mass, c.Quarks[0].Kappa, c.Quarks[0].CSW, c.Seen(0).Kappa})
}

// Answers that end too early write nothing, and files are not replaced.
func TestAskEnds(t *testing.T) {
	dir := t.TempDir()
	o := answered(t, dir, "", "8 8", "SU(2)")
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Equal(t, "slhmc: the answers end before question 4 of 10, \"Gauge action and beta (of the action rectangle, also c1)\", and nothing is written "+
		"(allowed: a line for each, an empty one for the default)\n", o.Stderr)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "my.toml"), []byte("mine"), 0o666))
	o = answered(t, dir, "", "", "", "", "", "", "", "", "", "my.toml", "other.toml")
	assert.Zero(t, o.Code, o.Stderr)
	assert.Contains(t, o.Stdout, "no: my.toml is there already (allowed: another name)")
	assert.Equal(t, "mine", harness.Content(t, dir, "my.toml"))
	assert.Contains(t, harness.Done(t, dir, "config", "check", "other.toml").Stdout, "other.toml: ok")
}
