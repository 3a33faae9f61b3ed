package run

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/theory"
	"github.com/slhmc/slhmc/internal/rundir"
)

// Every kind of layer is trained, each of its weights moves, another run starts from
// them, and one that is killed while it trains is resumed bit for bit.
func TestLayersOfEveryKind(t *testing.T) {
	for name, layers := range map[string]string{
		"stout and ape": `{ kind = "stout", share = "direction", terms = [{ loop = "plaquette" }] }, { kind = "ape", terms = [{ loop = "plaquette" }, { loop = "polyakov_time" }] }`,
		"hyp and ode":   `{ kind = "hyp", alphas = [0.1, 0.1, 0.1] }, { kind = "ode", steps = 1, share = "site", terms = [{ loop = "plaquette" }] }`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := harness.Scratch(t)
			trains := []string{
				"--quiet", "--workers", "1", "--set", "lattice.extents=[2,2,2,2]", "--set", "hmc.steps=2", "--set", "training.rate=0.001",
				"--set", "run.thermalise=0", "--set", "run.train=6", "--set", "run.hmc=0", "--set", "run.slhmc=3", "--set", "run.checkpoint_every=2", "--set", "slhmc.layers=[" + layers + "]",
			}
			harness.Done(t, dir, harness.With(trains, "--out", "whole")...)
			history := harness.Content(t, dir, "whole", rundir.HistoryFile)
			harness.Done(t, dir, "weights", "whole", "--out", "w.json")
			var first, last theory.Weights
			harness.Done(t, dir, harness.With(trains, "--out", "first", "--set", "run.train=0", "--set", "run.hmc=1", "--set", "run.slhmc=0")...)
			require.NoError(t, json.Unmarshal([]byte(harness.Done(t, dir, "weights", "first").Stdout), &first))
			require.NoError(t, json.Unmarshal([]byte(harness.Content(t, dir, "w.json")), &last))
			require.Len(t, last.Params(), len(first.Params()))
			for i, x := range first.Params() {
				assert.NotEqual(t, x, last.Params()[i], "weight %d is trained", i)
			}

			harness.Done(t, dir, harness.With(trains, "--out", "taken", "--set", "slhmc.weights=w.json", "--set", "run.train=0", "--set", "run.slhmc=1")...)
			var taken theory.Weights
			require.NoError(t, json.Unmarshal([]byte(harness.Done(t, dir, "weights", "taken").Stdout), &taken))
			assert.Equal(t, last.Params(), taken.Params())

			c := harness.Command(t, dir, harness.With(trains, "--out", "killed")...)
			require.NoError(t, c.Start())
			ended := make(chan bool, 1)
			go func() { ended <- c.Wait() == nil }()
			for written := 0; written < 3 && len(ended) == 0; {
				b, _ := os.ReadFile(filepath.Join(dir, "killed", rundir.HistoryFile))
				written = bytes.Count(b, []byte("\n"))
			}
			_ = c.Process.Kill()
			<-ended // killed, or faster
			harness.Done(t, dir, "run", "--resume", "--out", "killed", "--quiet")
			assert.Equal(t, history, harness.Content(t, dir, "killed", rundir.HistoryFile))
			var again theory.Weights
			require.NoError(t, json.Unmarshal([]byte(harness.Done(t, dir, "weights", "killed").Stdout), &again))
			assert.Equal(t, last.Params(), again.Params())
		})
	}
}
