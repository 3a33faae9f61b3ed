package main

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
	"github.com/slhmc/slhmc/internal/rundir"
)

func content(t testing.TB, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(b)
}

// A run writes what the documentation promises, and prints where.
func TestRunDirectory(t *testing.T) {
	dir := scratch(t)
	o := done(t, dir, with(little, "--set", "run.save_every=10")...)
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
	assert.Equal(t, 90, strings.Count(content(t, out, "history.jsonl"), "\n"))
	assert.Equal(t, 90, strings.Count(content(t, out, "timings.jsonl"), "\n"))
	assert.Contains(t, o.stdout, filepath.Join("runs", "default-001", "summary.json"))
	assert.Contains(t, o.stdout, "plaquette")
	assert.NotContains(t, o.stdout, "published", "it is not the talk's system")
	for _, phase := range []string{"thermalise 10/10", "train      20/20", "hmc        30/30", "slhmc      30/30"} {
		assert.Regexp(t, phase+`  accepted \d\.\d{3}  plaquette -?\d\.\d{5}.*  left `, o.stderr)
	}
	assert.Regexp(t, `train      20/20 .*  loss \d`, o.stderr)
	assert.NotContains(t, o.stderr, "\033", "no terminal")

	// the configuration in the directory is the whole one, and runs to the same end
	resolved, err := config.Parse("config.toml", []byte(content(t, out, "config.toml")), nil)
	require.NoError(t, err)
	assert.Equal(t, []int{4, 4}, resolved.Lattice.Extents)
	again := done(t, dir, "run", filepath.Join(out, "config.toml"), "--quiet")
	assert.Empty(t, again.stderr)
	assert.Equal(t, content(t, out, "history.jsonl"), content(t, dir, "runs", "config-001", "history.jsonl"))
	var m provenance
	require.NoError(t, json.Unmarshal([]byte(content(t, out, "machine.json")), &m))
	require.Len(t, m.Starts, 1)
	assert.Equal(t, runtime.Version(), m.Starts[0].Go)
	assert.Len(t, m.Starts[0].Build, 64)

	done(t, dir, with(little, "--quiet", "--set", "run.hmc=1", "--set", "run.slhmc=0")...)
	assert.DirExists(t, filepath.Join(dir, "runs", "default-002"))

	// what a run has done is not done again
	assert.Empty(t, done(t, dir, "run", "--resume", "--out", out, "--quiet").stderr)
	assert.Equal(t, 90, strings.Count(content(t, out, "history.jsonl"), "\n"))
}

// summary.json has at least these keys, with numbers where numbers belong.
func TestSummaryJSON(t *testing.T) {
	dir := scratch(t)
	done(t, dir, with(little, "--quiet", "--out", "a", "--set", "run.hmc=60", "--set", "run.slhmc=60")...)
	var s map[string]map[string]any
	require.NoError(t, json.Unmarshal([]byte(content(t, dir, "a", "summary.json")), &s))
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
	dir := scratch(t)
	for _, p := range config.Presets() {
		if p.Name == "talk" || p.Name == "long" || testing.Short() && p.Name == "su3" {
			continue // as the default
		}
		quenched := p.Name == "quenched" || p.Name == "u1-2d"
		args := []string{"run", "--preset", p.Name, "--out", p.Name, "--quiet", "--workers", "1", "--set", "hmc.steps=2", "--set", "run.thermalise=1", "--set", "run.hmc=2"}
		if !quenched {
			args = append(args, "--set", "run.train=1", "--set", "run.slhmc=1")
		}
		o := done(t, dir, args...)
		assert.Empty(t, o.stderr, p.Name)
		assert.Equal(t, quenched, !strings.Contains(o.stdout, "SLHMC"), o.stdout)
		assert.Equal(t, quenched, !strings.Contains(o.stdout, "CG"), o.stdout)
		assert.Contains(t, o.stdout, "(?)", "too short for an error")
		assert.Equal(t, p.Name == "default", strings.Contains(o.stdout, "published"), p.Name)
	}
}

// Phases can be left out.
func TestPhasesAlone(t *testing.T) {
	dir := scratch(t)
	none := []string{"--set", "run.thermalise=0", "--set", "run.train=0", "--set", "run.hmc=0", "--set", "run.slhmc=0"}
	for phase, want := range map[string]string{"thermalise": "", "train": "training: 9 steps", "hmc": "HMC", "slhmc": "SLHMC"} {
		args := append(with(little, "--quiet", "--out", phase), none...)
		o := done(t, dir, append(args, "--set", fmt.Sprintf("run.%s=9", phase))...)
		assert.Contains(t, o.stdout, want)
		assert.Equal(t, phase == "slhmc", strings.Contains(o.stdout, "SLHMC"))
		assert.NotContains(t, o.stdout, "sigma")
	}
}

// 1, 2 and 4 workers write the same history.
func TestWorkers(t *testing.T) {
	dir := scratch(t)
	sets := append(little[:len(little):len(little)], "--set", "lattice.extents=[8,8]",
		"--set", "run.thermalise=1", "--set", "run.train=2", "--set", "run.hmc=2", "--set", "run.slhmc=2")
	counts := []string{"1", "2", "4"}
	if testing.Short() {
		counts = counts[:2]
	}
	for _, w := range counts {
		done(t, dir, with(sets, "--quiet", "--out", w, "--workers", w)...)
		require.Equal(t, content(t, dir, "1", "history.jsonl"), content(t, dir, w, "history.jsonl"))
	}
	done(t, dir, with(sets, "--quiet", "--out", "seed", "--seed", "2")...)
	require.NotEqual(t, content(t, dir, "1", "history.jsonl"), content(t, dir, "seed", "history.jsonl"))
}

// A directory with a run in it is not written over, nor continued as another run.
func TestOutHoldsARun(t *testing.T) {
	dir := scratch(t)
	done(t, dir, with(little, "--quiet", "--out", "a")...)
	history := content(t, dir, "a", "history.jsonl")
	o := slhmc(t, dir, with(little, "--quiet", "--out", "a")...)
	assert.Equal(t, rundir.ExitUsage, o.code)
	assert.Equal(t, "slhmc: a holds a run already: continue it with --resume, or choose another --out\n", o.stderr)

	other := strings.Replace(content(t, dir, "a", "config.toml"), "beta = 2.7", "beta = 2.8", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "other.toml"), []byte(other), 0o666))
	o = slhmc(t, dir, "run", "other.toml", "--resume", "--out", "a", "--quiet")
	assert.Equal(t, rundir.ExitUsage, o.code)
	assert.Contains(t, o.stderr, `it belongs to another run: it has "gauge.beta = 2.7", this run "gauge.beta = 2.8" (what may change on resume: solver.max_iterations, `)
	assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
	assert.Equal(t, history, content(t, dir, "a", "history.jsonl"))
	done(t, dir, "run", filepath.Join("a", "config.toml"), "--resume", "--out", "a", "--quiet")
}

// started returns a run in dir/a that would take long, once it is under way, and
// what it tells.
func started(t *testing.T, dir string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	c := command(t, dir, with(little, "--out", "a", "--set", "run.hmc=1000000")...)
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
	dir := scratch(t)
	c, lines := started(t, dir)
	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	rest, last := "", ""
	for line, err := lines.ReadString('\n'); err == nil; line, err = lines.ReadString('\n') {
		rest, last = rest+line, line
	}
	require.Error(t, c.Wait())
	assert.Equal(t, rundir.ExitResume, c.ProcessState.ExitCode())
	assert.Equal(t, "interrupted; to continue: slhmc run --resume --out a\n", last, rest)
	n := strings.Count(content(t, dir, "a", "history.jsonl"), "\n")
	assert.FileExists(t, filepath.Join(dir, "a", rundir.CheckpointName(uint64(n))))

	for _, signal := range []os.Signal{os.Interrupt, syscall.Signal(10)} { // SIGUSR1 has no number on all systems
		if signal != os.Interrupt && runtime.GOOS != "linux" {
			continue
		}
		c = command(t, dir, "run", "--resume", "--out", "a")
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
		more := strings.Count(content(t, dir, "a", "history.jsonl"), "\n")
		assert.Greater(t, more, n, "at least the trajectory that was under way")
		n = more
	}
}

// Only one process writes to a directory; the other is told which one does.
func TestTwoProcesses(t *testing.T) {
	dir := scratch(t)
	first, _ := started(t, dir)
	for _, args := range [][]string{with(little, "--quiet", "--out", "a"), {"run", "--quiet", "--resume", "--out", "a"}} {
		o := slhmc(t, dir, args...)
		assert.Equal(t, rundir.ExitFailed, o.code)
		assert.Contains(t, o.stderr, fmt.Sprintf("a is in use by process %d", first.Process.Pid))
		assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
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
	dir := scratch(t)
	c := command(t, dir, with(little, "--quiet", "--out", "a")...)
	limited := exec.Command(shell, append([]string{"-c", `ulimit -f 16 && exec "$0" "$@"`}, c.Args...)...) // 8 KiB
	limited.Dir, limited.Env = c.Dir, c.Env
	o := finish(t, limited)
	assert.Equal(t, rundir.ExitFailed, o.code)
	assert.Regexp(t, `^slhmc: .*a/history\.jsonl: write .*: file too large\n$`, o.stderr)
	// with room again it continues
	done(t, dir, "run", "--resume", "--out", "a", "--quiet")
	done(t, dir, with(little, "--quiet", "--out", "whole")...)
	assert.Equal(t, content(t, dir, "whole", "history.jsonl"), content(t, dir, "a", "history.jsonl"))

	o = slhmc(t, dir, with(little, "--quiet", "--out", filepath.Join("a", "config.toml", "b"))...)
	assert.Equal(t, rundir.ExitFailed, o.code)
	assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
}

// A damaged checkpoint is reported, and the one before it used.
func TestDamagedCheckpoint(t *testing.T) {
	dir := scratch(t)
	done(t, dir, with(little, "--quiet", "--out", "a")...)
	history := content(t, dir, "a", "history.jsonl")
	newest := filepath.Join(dir, "a", rundir.CheckpointName(90))
	require.NoError(t, os.Truncate(newest, 1000))
	o := done(t, dir, "run", "--resume", "--out", "a", "--quiet")
	assert.Contains(t, o.stderr, "note: skipped a checkpoint: ")
	assert.Contains(t, o.stderr, rundir.CheckpointName(90))
	assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
	assert.Equal(t, history, content(t, dir, "a", "history.jsonl"))
}

// A solve that fails ends the run; nothing is lost.
func TestSolverFails(t *testing.T) {
	dir := scratch(t)
	o := slhmc(t, dir, with(little, "--quiet", "--out", "a", "--set", "solver.max_iterations=2")...)
	assert.Equal(t, rundir.ExitFailed, o.code)
	assert.Contains(t, o.stderr, "slhmc: trajectory 0 (thermalise): ")
	assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
}

// Lanes without sites are worth a note, unless --quiet.
func TestLanesNote(t *testing.T) {
	dir := scratch(t)
	for extents, want := range map[string]string{"[4,4]": "", "[6,6]": "use 1 of the 4 sites", "[6,4,4]": "use 4 of the 8 sites"} {
		args := with(little, "--out", strings.Trim(extents, "[]"), "--set", "lattice.extents="+extents,
			"--set", fmt.Sprintf("quarks.flavours=%d", 2*strings.Count(extents, ",")), "--set", "run.train=0", "--set", "run.slhmc=0", "--set", "run.hmc=1")
		o := done(t, dir, args...)
		assert.Equal(t, want != "", strings.HasPrefix(o.stderr, "note: extents"), o.stderr)
		assert.Contains(t, o.stderr, want)
	}
	assert.Empty(t, done(t, dir, with(little, "--quiet", "--out", "quiet", "--set", "lattice.extents=[6,6]", "--set", "run.slhmc=0")...).stderr)
}
