package run

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
)

// A run writes what the documentation promises, and prints where.
func TestRunDirectory(t *testing.T) {
	dir := harness.Scratch(t)
	o := harness.Done(t, dir, harness.With(harness.Little, "--set", "run.save_every=10")...)
	out := filepath.Join(dir, "runs", "default-001")
	entries, err := os.ReadDir(out)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{
		"checkpoint-00000088.slhmc", "checkpoint-00000090.slhmc", "config.toml", "history.jsonl",
		"links-hmc-00000010.ildg", "links-hmc-00000020.ildg", "links-hmc-00000030.ildg",
		"links-slhmc-00000010.ildg", "links-slhmc-00000020.ildg", "links-slhmc-00000030.ildg",
		"lock", "machine.json", "summary.json", "timings.jsonl",
	}, names)
	assert.Equal(t, 90, strings.Count(harness.Content(t, out, "history.jsonl"), "\n"))
	assert.Equal(t, 90, strings.Count(harness.Content(t, out, "timings.jsonl"), "\n"))
	assert.Contains(t, o.Stdout, filepath.Join("runs", "default-001", "summary.json"))
	assert.Contains(t, o.Stdout, "plaquette")
	assert.NotContains(t, o.Stdout, "published", "it is not the talk's system")
	for _, phase := range []string{"thermalise 10/10", "train      20/20", "hmc        30/30", "slhmc      30/30"} {
		assert.Regexp(t, phase+`  accepted \d\.\d{3}  plaquette -?\d\.\d{5}.*  left `, o.Stderr)
	}
	assert.Regexp(t, `train      20/20 .*  loss \d`, o.Stderr)
	assert.NotContains(t, o.Stderr, "\033", "no terminal")

	// the configuration in the directory is the whole one, and runs to the same end
	resolved, err := config.Parse("config.toml", []byte(harness.Content(t, out, "config.toml")), nil)
	require.NoError(t, err)
	assert.Equal(t, []int{4, 4}, resolved.Lattice.Extents)
	again := harness.Done(t, dir, "run", filepath.Join(out, "config.toml"), "--quiet")
	assert.Empty(t, again.Stderr)
	assert.Equal(t, harness.Content(t, out, "history.jsonl"), harness.Content(t, dir, "runs", "config-001", "history.jsonl"))
	var m provenance
	require.NoError(t, json.Unmarshal([]byte(harness.Content(t, out, "machine.json")), &m))
	require.Len(t, m.Starts, 1)
	assert.Equal(t, runtime.Version(), m.Starts[0].Go)
	assert.Len(t, m.Starts[0].Build, 64)

	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--set", "run.hmc=1", "--set", "run.slhmc=0")...)
	assert.DirExists(t, filepath.Join(dir, "runs", "default-002"))

	// what a run has done is not done again
	assert.Empty(t, harness.Done(t, dir, "run", "--resume", "--out", out, "--quiet").Stderr)
	assert.Equal(t, 90, strings.Count(harness.Content(t, out, "history.jsonl"), "\n"))
}

// summary.json has at least these keys, with numbers where numbers belong.
func TestSummaryJSON(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "a", "--set", "run.hmc=60", "--set", "run.slhmc=60")...)
	var s map[string]map[string]any
	require.NoError(t, json.Unmarshal([]byte(harness.Content(t, dir, "a", "summary.json")), &s))
	number := func(m map[string]any, keys ...string) {
		for _, k := range keys {
			assert.IsType(t, 0., m[k], k)
		}
	}
	for _, name := range []string{"hmc", "slhmc"} {
		phase := s[name]
		number(phase, "trajectories", "seconds_per_trajectory", "cg_iterations_per_trajectory")
		assert.Equal(t, 60., phase["trajectories"])
		for _, q := range []string{"plaquette", "polyakov_trace", "condensate", "exp_minus_dh"} {
			require.IsType(t, map[string]any{}, phase[q], q)
			number(phase[q].(map[string]any), "value", "error", "tau_int", "tau_int_error")
		}
		number(phase["acceptance"].(map[string]any), "value", "error")
		assert.InDelta(t, 2*phase["polyakov_normalised"].(map[string]any)["value"].(float64), phase["polyakov_trace"].(map[string]any)["value"], 1e-12)
	}
	number(s["training"], "loss_first", "loss_last", "exp_minus_loss")
	weights, ok := s["training"]["weights"].([]any)
	require.True(t, ok)
	assert.Len(t, weights, 6)
	number(s["agreement_sigma"], "plaquette", "polyakov_trace", "condensate")
}

// Each preset starts and finishes. A quenched one has neither guide nor condensate,
// and no columns for them.
func TestPresetsRun(t *testing.T) {
	dir := harness.Scratch(t)
	for _, p := range config.Presets() {
		if p.Name == "talk" || p.Name == "long" || testing.Short() && strings.HasPrefix(p.Name, "su3") {
			continue // as the default
		}
		quenched, unguided := p.Name == "quenched" || p.Name == "u1-2d", p.Name == "nf3-magnetic"
		args := []string{"run", "--preset", p.Name, "--out", p.Name, "--quiet", "--workers", "1", "--set", "run.thermalise=1", "--set", "run.hmc=2"}
		switch {
		case unguided:
			args = append(args, "--set", "lattice.extents=[2,2,2,2]", "--set", "hmc.steps=2")
		case p.Name != "su3-clover-nf2" && p.Name != "su3-staggered-nf2p1":
			args = append(args, "--set", "hmc.steps=2")
		}
		if !quenched && !unguided {
			args = append(args, "--set", "run.train=1", "--set", "run.slhmc=1")
		}
		o := harness.Done(t, dir, args...)
		for line := range strings.Lines(o.Stderr) { // links that come from afar
			assert.Contains(t, line, "its approximations are made for", p.Name)
		}
		assert.Equal(t, quenched || unguided, !strings.Contains(o.Stdout, "SLHMC"), o.Stdout)
		assert.Equal(t, quenched, !strings.Contains(o.Stdout, "CG"), o.Stdout)
		assert.Contains(t, o.Stdout, "(?)", "too short for an error")
		assert.Equal(t, p.Name == "default", strings.Contains(o.Stdout, "published"), p.Name)
	}
}

// Phases can be left out.
func TestPhasesAlone(t *testing.T) {
	dir := harness.Scratch(t)
	none := []string{"--set", "run.thermalise=0", "--set", "run.train=0", "--set", "run.hmc=0", "--set", "run.slhmc=0"}
	for phase, want := range map[string]string{"thermalise": "", "train": "training: 9 steps", "hmc": "HMC", "slhmc": "SLHMC"} {
		args := append(harness.With(harness.Little, "--quiet", "--out", phase), none...)
		o := harness.Done(t, dir, append(args, "--set", fmt.Sprintf("run.%s=9", phase))...)
		assert.Contains(t, o.Stdout, want)
		assert.Equal(t, phase == "slhmc", strings.Contains(o.Stdout, "SLHMC"))
		assert.NotContains(t, o.Stdout, "sigma")
	}
}

// 1, 2 and 4 workers write the same history.
func TestWorkers(t *testing.T) {
	dir := harness.Scratch(t)
	sets := append(harness.Little[:len(harness.Little):len(harness.Little)], "--set", "lattice.extents=[8,8]",
		"--set", "run.thermalise=1", "--set", "run.train=2", "--set", "run.hmc=2", "--set", "run.slhmc=2")
	counts := []string{"1", "2", "4"}
	if testing.Short() {
		counts = counts[:2]
	}
	for _, w := range counts {
		harness.Done(t, dir, harness.With(sets, "--quiet", "--out", w, "--workers", w)...)
		require.Equal(t, harness.Content(t, dir, "1", "history.jsonl"), harness.Content(t, dir, w, "history.jsonl"))
	}
	harness.Done(t, dir, harness.With(sets, "--quiet", "--out", "seed", "--seed", "2")...)
	require.NotEqual(t, harness.Content(t, dir, "1", "history.jsonl"), harness.Content(t, dir, "seed", "history.jsonl"))
}

// A directory with a run in it is not written over, nor continued as another run.
func TestOutHoldsARun(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "a")...)
	history := harness.Content(t, dir, "a", "history.jsonl")
	o := harness.Run(t, dir, harness.With(harness.Little, "--quiet", "--out", "a")...)
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Equal(t, "slhmc: a holds a run already: continue it with --resume, or choose another --out\n", o.Stderr)

	other := strings.Replace(harness.Content(t, dir, "a", "config.toml"), "beta = 2.7", "beta = 2.8", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "other.toml"), []byte(other), 0o666))
	o = harness.Run(t, dir, "run", "other.toml", "--resume", "--out", "a", "--quiet")
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stderr, `it belongs to another run: it has "gauge.beta = 2.7", this run "gauge.beta = 2.8" (what may change on resume: solver.max_iterations, `)
	assert.Equal(t, 1, strings.Count(o.Stderr, "\n"), o.Stderr)
	assert.Equal(t, history, harness.Content(t, dir, "a", "history.jsonl"))
	harness.Done(t, dir, "run", filepath.Join("a", "config.toml"), "--resume", "--out", "a", "--quiet")
}

// started returns a run in dir/a that would take long, once it is under way, and
// what it tells.
func started(t *testing.T, dir string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	c := harness.Command(t, dir, harness.With(harness.Little, "--out", "a", "--set", "run.hmc=1000000")...)
	pipe, err := c.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill() })
	lines := bufio.NewReader(pipe)
	_, err = lines.ReadString('\n') // of the first trajectory
	require.NoError(t, err)
	return c, lines
}

// SIGTERM ends the trajectory, writes a checkpoint, and says how to continue; so do
// the others.
func TestSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	dir := harness.Scratch(t)
	c, lines := started(t, dir)
	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	rest, last := "", ""
	for line, err := lines.ReadString('\n'); err == nil; line, err = lines.ReadString('\n') {
		rest, last = rest+line, line
	}
	require.Error(t, c.Wait())
	assert.Equal(t, rundir.ExitResume, c.ProcessState.ExitCode())
	assert.Equal(t, "interrupted; to continue: slhmc run --resume --out a\n", last, rest)
	n := strings.Count(harness.Content(t, dir, "a", "history.jsonl"), "\n")
	assert.FileExists(t, filepath.Join(dir, "a", rundir.CheckpointName(uint64(n))))

	for _, signal := range []os.Signal{os.Interrupt, syscall.Signal(10)} { // SIGUSR1 has no number on all systems
		if signal != os.Interrupt && runtime.GOOS != "linux" {
			continue
		}
		c = harness.Command(t, dir, "run", "--resume", "--out", "a")
		pipe, err := c.StderrPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		lines = bufio.NewReader(pipe)
		_, err = lines.ReadString('\n')
		require.NoError(t, err)
		require.NoError(t, c.Process.Signal(signal))
		for _, err = lines.ReadString('\n'); err == nil; _, err = lines.ReadString('\n') {
		}
		require.Error(t, c.Wait())
		assert.Equal(t, rundir.ExitResume, c.ProcessState.ExitCode(), signal)
		more := strings.Count(harness.Content(t, dir, "a", "history.jsonl"), "\n")
		assert.Greater(t, more, n, "at least the trajectory that was under way")
		n = more
	}
}

// Only one process writes to a directory; the other is told which one does.
func TestTwoProcesses(t *testing.T) {
	dir := harness.Scratch(t)
	first, _ := started(t, dir)
	for _, args := range [][]string{harness.With(harness.Little, "--quiet", "--out", "a"), {"run", "--quiet", "--resume", "--out", "a"}} {
		o := harness.Run(t, dir, args...)
		assert.Equal(t, rundir.ExitFailed, o.Code)
		assert.Contains(t, o.Stderr, fmt.Sprintf("a is in use by process %d", first.Process.Pid))
		assert.Equal(t, 1, strings.Count(o.Stderr, "\n"), o.Stderr)
	}
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait())
}

// A disk that is full ends the run with one line that says so. Here the limit is on
// the size of a file, which fails in the same way.
func TestWriteError(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("no sh with ulimit -f")
	}
	dir := harness.Scratch(t)
	c := harness.Command(t, dir, harness.With(harness.Little, "--quiet", "--out", "a")...)
	limited := exec.Command(shell, append([]string{"-c", `ulimit -f 16 && exec "$0" "$@"`}, c.Args...)...) // 8 KiB
	limited.Dir, limited.Env = c.Dir, c.Env
	o := harness.Finish(t, limited)
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Regexp(t, `^slhmc: .*a/history\.jsonl: write .*: file too large\n$`, o.Stderr)
	// with room again it continues
	harness.Done(t, dir, "run", "--resume", "--out", "a", "--quiet")
	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "whole")...)
	assert.Equal(t, harness.Content(t, dir, "whole", "history.jsonl"), harness.Content(t, dir, "a", "history.jsonl"))

	o = harness.Run(t, dir, harness.With(harness.Little, "--quiet", "--out", filepath.Join("a", "config.toml", "b"))...)
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Equal(t, 1, strings.Count(o.Stderr, "\n"), o.Stderr)
}

// A damaged checkpoint is reported, and the one before it used.
func TestDamagedCheckpoint(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "a")...)
	history := harness.Content(t, dir, "a", "history.jsonl")
	newest := filepath.Join(dir, "a", rundir.CheckpointName(90))
	require.NoError(t, os.Truncate(newest, 1000))
	o := harness.Done(t, dir, "run", "--resume", "--out", "a", "--quiet")
	assert.Contains(t, o.Stderr, "note: skipped a checkpoint: ")
	assert.Contains(t, o.Stderr, rundir.CheckpointName(90))
	assert.Equal(t, 1, strings.Count(o.Stderr, "\n"), o.Stderr)
	assert.Equal(t, history, harness.Content(t, dir, "a", "history.jsonl"))
}

// A solve that fails ends the run; nothing is lost.
func TestSolverFails(t *testing.T) {
	dir := harness.Scratch(t)
	o := harness.Run(t, dir, harness.With(harness.Little, "--quiet", "--out", "a", "--set", "solver.max_iterations=2")...)
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stderr, "slhmc: trajectory 0 (thermalise): ")
	assert.Equal(t, 1, strings.Count(o.Stderr, "\n"), o.Stderr)
}

// Lanes without sites are worth a note, unless --quiet.
func TestLanesNote(t *testing.T) {
	dir := harness.Scratch(t)
	for extents, want := range map[string]string{"[4,4]": "", "[6,6]": "use 1 of the 4 sites", "[6,4,4]": "use 4 of the 8 sites"} {
		args := harness.With(harness.Little, "--out", strings.Trim(extents, "[]"), "--set", "lattice.extents="+extents,
			"--set", fmt.Sprintf("quarks.flavours=%d", 2*strings.Count(extents, ",")), "--set", "run.train=0", "--set", "run.slhmc=0", "--set", "run.hmc=1")
		o := harness.Done(t, dir, args...)
		assert.Equal(t, want != "", strings.HasPrefix(o.Stderr, "note: extents"), o.Stderr)
		assert.Contains(t, o.Stderr, want)
	}
	assert.Empty(t, harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "quiet", "--set", "lattice.extents=[6,6]", "--set", "run.slhmc=0")...).Stderr)
}
