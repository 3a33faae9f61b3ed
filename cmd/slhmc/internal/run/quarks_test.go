package run

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
)

// groups has flavour groups of every kind: roots of determinants, ratios of both sorts, a
// clover term, several levels, a guide that changes them and what it trains.
const groups = `
lattice = { extents = [4, 4], group = "SU(2)" }
gauge = { action = "plaquette", beta = 2.0 }
run = { thermalise = 6, train = 4, hmc = 8, slhmc = 8, checkpoint_every = 3 }
training = { rate = 0.01 }
background = { flux = 1, plane = [1, 2] }

[[quarks]]
name = "light"
action = "staggered"
mass = 0.2
charge = -1
flavours = 1
error = 1e-6
ratios = [0.5]
levels = [0, 1]

[[quarks]]
action = "clover"
kappa = 0.18
c_sw = 1.0
flavours = 1
error = 1e-6
ratios = [0.15]

[[quarks]]
action = "wilson"
mass = 0.3
twist = 0.4

[hmc]
tau = 0.5
levels = [{ steps = 2 }, { steps = 2, integrator = "omelyan4" }]

[[slhmc.quarks]]
group = "light"
mass = 0.25
poles = 5
train = ["mass", "coefficient"]

[[slhmc.quarks]]
group = "clover"
c_sw = 0.8
ratios = 0
train = ["c_sw"]

[[slhmc.layers]]
terms = [{ loop = "plaquette" }]
`

// A run of many groups that is killed and goes on leaves what an undisturbed one does,
// byte for byte: what its approximations have seen of the spectra is in its checkpoints.
// The history tells of it, and of every term's force.
func TestQuarksResume(t *testing.T) {
	dir := harness.Scratch(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "my.toml"), []byte(groups), 0o666))
	harness.Done(t, dir, "run", "my.toml", "--out", "whole", "--quiet", "--workers", "1")
	want := harness.Content(t, dir, "whole", rundir.HistoryFile)
	require.Equal(t, 26, strings.Count(want, "\n"))
	for _, of := range []string{"light: m 0.2 over 0.5", "light: m 0.5", "clover: kappa 0.18 over 0.15 (light)", "clover: kappa 0.18 over 0.15 (heavy)", "clover: kappa 0.15", "the guide's light: m 0.2 over 0.5"} {
		assert.Contains(t, want, `{"of":"`+of+`","lo":`)
	}
	for _, lines := range []int{8, 20} {
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "again")))
		c := harness.Command(t, dir, "run", "my.toml", "--out", "again", "--quiet", "--workers", "1")
		require.NoError(t, c.Start())
		for {
			b, err := os.ReadFile(filepath.Join(dir, "again", rundir.HistoryFile))
			if n := bytes.Count(b, []byte("\n")); err == nil && n >= lines {
				_ = c.Process.Kill()
				break
			}
		}
		_ = c.Wait() // killed, or faster
		harness.Done(t, dir, "run", "--resume", "--out", "again", "--quiet", "--workers", "2")
		require.Equal(t, want, harness.Content(t, dir, "again", rundir.HistoryFile), "killed after %d lines", lines)
	}
}
