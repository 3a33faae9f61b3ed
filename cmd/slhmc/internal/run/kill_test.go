package run

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/summary"
	"github.com/slhmc/slhmc/internal/rundir"
)

// Killed with SIGKILL at ten random moments and resumed each time, a run ends with
// the history of one that was left alone, byte for byte. The moments are drawn from
// the time that the whole run takes; how far the run has come by then is the
// machine's, so a seed replays the draws and not the moments.
func TestKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a killed process cannot be told from one that failed")
	}
	kills := 10
	if testing.Short() {
		kills = 2
	}
	defer func() {
		if t.Failed() {
			t.Logf("replay: go test ./cmd/slhmc/internal/run -run '^TestKilled$' -slhmc.seed=%d", *harness.Seed)
		}
	}()
	t.Logf("seed %d", *harness.Seed)
	random := rand.New(rand.NewPCG(*harness.Seed, 0))
	dir := harness.Scratch(t)
	sets := append(harness.Little[:len(harness.Little):len(harness.Little)], "--quiet", "--set", "run.thermalise=40", "--set", "run.train=80", "--set", "training.mode=batch",
		"--set", "training.batch=2", "--set", "training.keep=4", "--set", "run.hmc=120", "--set", "run.slhmc=80")
	began := time.Now()
	harness.Done(t, dir, harness.With(sets, "--out", "whole")...)
	whole := time.Since(began)
	want := harness.Content(t, dir, "whole", "history.jsonl")
	for run := 0; kills > 0; run++ { // each is killed until it is complete, then the next one
		out := filepath.Join("runs", strconv.Itoa(run))
		complete := false
		for !complete {
			args := harness.With(sets, "--out", out)
			if _, err := os.Stat(filepath.Join(dir, out, summary.ConfigFile)); err == nil {
				args = []string{"run", "--quiet", "--resume", "--out", out}
			}
			if kills == 0 {
				require.Equal(t, 0, harness.Run(t, dir, args...).Code)
				break
			}
			c := harness.Command(t, dir, args...)
			require.NoError(t, c.Start())
			timer := time.AfterFunc(time.Duration(random.Int64N(int64(whole))), func() { _ = c.Process.Kill() })
			complete = c.Wait() == nil
			timer.Stop()
			if complete {
				continue // it was faster than its killer
			}
			require.Equal(t, -1, c.ProcessState.ExitCode(), "killed, and nothing else")
			kills--
			lines := 0
			if b, err := os.ReadFile(filepath.Join(dir, out, rundir.HistoryFile)); err == nil {
				lines = strings.Count(string(b), "\n")
			}
			t.Logf("killed with %d of %d trajectories on disk", lines, strings.Count(want, "\n"))
		}
		require.Equal(t, want, harness.Content(t, dir, out, "history.jsonl"))
	}
}
