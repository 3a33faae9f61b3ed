package run

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/summary"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/theory"
	"github.com/slhmc/slhmc/internal/rundir"
)

// A run of three starts, with changed lengths and a raised limit, is done again bit for
// bit by --repeat, also when that is killed, and tells what was changed.
func TestRepeat(t *testing.T) {
	dir := harness.Scratch(t)
	o := harness.Run(t, dir, harness.With(harness.Little, "--quiet", "--out", "a", "--set", "solver.max_iterations=3")...)
	require.Equal(t, rundir.ExitFailed, o.Code)
	require.Contains(t, o.Stderr, "the state before it is kept, to go on: slhmc run --resume --out a --set solver.max_iterations=30, or --set run.on_failure=reject\n")
	harness.Done(t, dir, "run", "--resume", "--out", "a", "--quiet", "--set", "solver.max_iterations=1000", "--set", "run.hmc=12", "--set", "run.slhmc=5")
	harness.Done(t, dir, "run", "--resume", "--out", "a", "--quiet", "--set", "run.hmc=20", "--set", "run.slhmc=7", "--set", "run.save_every=4")
	o = harness.Done(t, dir, "run", "--resume", "--out", "a", "--quiet", "--set", "run.slhmc=9")
	assert.Contains(t, o.Stderr, "note: from trajectory 57 on: run.slhmc = 9 (was 7)\n")
	assert.Contains(t, o.Stdout, "note: from trajectory 57 on: run.slhmc = 9 (was 7)\n")
	history := harness.Content(t, dir, "a", rundir.HistoryFile)
	assert.Equal(t, 3, strings.Count(history, `"event":"change"`))
	assert.Equal(t, 59+3, strings.Count(history, "\n"))
	assert.FileExists(t, filepath.Join(dir, "a", "links-hmc-00000020.ildg"))

	harness.Done(t, dir, "run", "--repeat", "a", "--quiet", "--workers", "2")
	assert.Equal(t, history, harness.Content(t, dir, "runs", "a-again-001", rundir.HistoryFile))
	assert.Equal(t, harness.Content(t, dir, "a", summary.ConfigFile), harness.Content(t, dir, "runs", "a-again-001", summary.ConfigFile))

	for _, lines := range []int{3, 41, 47, 60} { // as if killed there
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "b")))
		c := harness.Command(t, dir, "run", "--repeat", "a", "--out", "b", "--quiet")
		var out bytes.Buffer
		c.Stderr = &out
		require.NoError(t, c.Start())
		for c.ProcessState == nil {
			b, err := os.ReadFile(filepath.Join(dir, "b", rundir.HistoryFile))
			if err == nil && bytes.Count(b, []byte("\n")) >= lines {
				_ = c.Process.Kill()
				break
			}
			if strings.Count(history, "\n") <= bytes.Count(b, []byte("\n")) {
				break
			}
		}
		_ = c.Wait() // killed, or faster
		harness.Done(t, dir, "run", "--repeat", "a", "--resume", "--out", "b", "--quiet")
		assert.Equal(t, history, harness.Content(t, dir, "b", rundir.HistoryFile))
	}
	o = harness.Run(t, dir, "run", "--repeat", "a", "--set", "run.hmc=3")
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stderr, "--repeat takes everything from the run that it repeats")
}

// What may not change is refused with what may, and the run is left alone.
func TestRefusedChanges(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "a")...)
	history := harness.Content(t, dir, "a", rundir.HistoryFile)
	for want, sets := range map[string][]string{
		`it has "gauge.beta = 2.7", this run "gauge.beta = 3.0" (what may change on resume: `: {"gauge.beta=3.0"},
		`it has "seed = 1", this run "seed = 2"`:                                              {"seed=2"},
		`it has "run.measure_every = 1"`:                                                      {"run.measure_every=2"},
		"30 trajectories of hmc are done, it cannot have 3 (allowed: at least 30)":            {"run.hmc=3"},
		"thermalise is over, and what came after it is built on its 10 trajectories":          {"run.thermalise=20"},
		`measure.observables: "condensate" has been measured so far and cannot be given up`:   {`measure.observables=["plaquette","polyakov"]`, "measure.noise=1"},
	} {
		args := []string{"run", "--resume", "--out", "a", "--quiet"}
		for _, s := range sets[:1] {
			args = append(args, "--set", s)
		}
		if len(sets) > 1 { // noise without a condensate is refused before: take the line away
			text := strings.Replace(harness.Content(t, dir, "a", summary.ConfigFile), "noise = 2\n", "", 1)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "own.toml"), []byte(text), 0o666))
			args = slices.Insert(args, 1, "own.toml")
		}
		o := harness.Run(t, dir, args...)
		assert.Equal(t, rundir.ExitUsage, o.Code, want)
		assert.Contains(t, o.Stderr, want)
		assert.Equal(t, 1, strings.Count(o.Stderr, "\n"), o.Stderr)
		assert.Equal(t, history, harness.Content(t, dir, "a", rundir.HistoryFile))
	}
	assert.NotContains(t, harness.Content(t, dir, "a", summary.ConfigFile), "3.0")
}

// Directories that lack files: what the rest can tell is used, what cannot go on is
// refused with what to do.
func TestLostFiles(t *testing.T) {
	whole := harness.Scratch(t)
	harness.Done(t, whole, harness.With(harness.Little, "--quiet", "--out", "a", "--set", "run.save_every=10")...)
	history := harness.Content(t, whole, "a", rundir.HistoryFile)
	for name, c := range map[string]struct {
		lose   string
		args   []string
		code   int
		stderr string
	}{
		"configuration":          {lose: summary.ConfigFile, stderr: "note: a/config.toml is not there: it is written again from the checkpoint\n"},
		"times":                  {lose: rundir.TimingsFile, stderr: "note: times of trajectories are lost: "},
		"programs":               {lose: summary.MachineFile, stderr: "note: a/machine.json is not there: which programs wrote the run so far is not known\n"},
		"a configuration saved":  {lose: "links-hmc-00000020.ildg", stderr: "note: links-hmc-00000020.ildg was saved after trajectory 49 and is not there any more"},
		"history":                {lose: rundir.HistoryFile, code: rundir.ExitFailed, stderr: "a has checkpoints and no history.jsonl: bring it back, or start another run in another directory\n"},
		"checkpoints":            {lose: "checkpoint-*", code: rundir.ExitFailed, stderr: "a has a history and no checkpoint, so nothing can continue it: "},
		"history, and no resume": {lose: rundir.HistoryFile, args: harness.With(harness.Little, "--quiet", "--out", "a"), code: rundir.ExitUsage, stderr: "a holds a run already"},
	} {
		dir := harness.Scratch(t)
		require.NoError(t, os.CopyFS(filepath.Join(dir, "a"), os.DirFS(filepath.Join(whole, "a"))))
		lost, err := filepath.Glob(filepath.Join(dir, "a", c.lose))
		require.NoError(t, err)
		require.NotEmpty(t, lost)
		for _, path := range lost {
			require.NoError(t, os.Remove(path))
		}
		args := c.args
		if args == nil {
			args = []string{"run", "--resume", "--out", "a", "--quiet"}
		}
		o := harness.Run(t, dir, args...)
		assert.Equal(t, c.code, o.Code, name)
		assert.Contains(t, o.Stderr, c.stderr, name)
		assert.Equal(t, 1, strings.Count(o.Stderr, "\n"), o.Stderr)
		if c.lose != rundir.HistoryFile {
			assert.Equal(t, history, harness.Content(t, dir, "a", rundir.HistoryFile), name)
		}
		if c.code == 0 && !strings.HasPrefix(c.lose, "links") && c.lose != rundir.TimingsFile {
			assert.FileExists(t, filepath.Join(dir, "a", c.lose))
		}
	}
}

// A run starts from a file, and a guide from the weights of another run, also on
// another lattice; the history has their checksums, and what does not fit is told.
func TestStartsFromFiles(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "a", "--set", "run.save_every=30")...)
	links := filepath.Join("a", "links-slhmc-00000030.ildg")
	file := []string{"--quiet", "--set", "lattice.start=file", "--set", "run.thermalise=0", "--set", "run.train=0", "--set", "run.hmc=2", "--set", "run.slhmc=2"}
	o := harness.Done(t, dir, harness.With(harness.Little, append(file, "--out", "b", "--set", "lattice.file="+links, "--set", "slhmc.weights=a")...)...)
	assert.Contains(t, o.Stdout, "note: began with the links of "+links+" (SHA-256 ")
	first, _, _ := strings.Cut(harness.Content(t, dir, "b", rundir.HistoryFile), "\n")
	assert.Contains(t, first, `"event":"start"`)
	assert.Contains(t, first, `"what":"links"`)
	assert.Contains(t, first, `"what":"weights"`)
	require.NoError(t, os.Remove(filepath.Join(dir, links))) // it is not needed any more
	harness.Done(t, dir, "run", "--resume", "--out", "b", "--quiet", "--set", "run.hmc=3")

	var trained, taken theory.Weights
	require.NoError(t, json.Unmarshal([]byte(harness.Done(t, dir, "weights", "a").Stdout), &trained))
	require.NoError(t, json.Unmarshal([]byte(harness.Done(t, dir, "weights", "b").Stdout), &taken))
	assert.Equal(t, trained.Params(), taken.Params())
	assert.NotZero(t, trained.Params()[0])
	assert.EqualValues(t, 90, trained.Trajectories)
	assert.Len(t, trained.Layers, 2)

	harness.Done(t, dir, "weights", "a", "--out", "w.json")
	larger := []string{"--quiet", "--set", "lattice.extents=[8,8]", "--set", "run.train=0", "--set", "run.hmc=1", "--set", "run.slhmc=1", "--set", "run.thermalise=3"}
	harness.Done(t, dir, harness.With(harness.Little, append(larger, "--out", "c", "--set", "slhmc.weights=w.json")...)...)
	require.NoError(t, json.Unmarshal([]byte(harness.Done(t, dir, "weights", "c").Stdout), &taken))
	assert.Equal(t, trained.Params(), taken.Params())
	assert.Equal(t, []int{8, 8}, taken.Lattice.Extents)
}

// Killed after the first line of the history and before the first checkpoint, a run that
// starts from files begins again, from the files.
func TestKilledAtTheBegin(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "a", "--set", "run.save_every=30")...)
	file := []string{"--quiet", "--set", "lattice.start=file", "--set", "lattice.file=a/links-hmc-00000030.ildg", "--set", "slhmc.weights=a", "--set", "run.thermalise=3"}
	harness.Done(t, dir, harness.With(harness.Little, append(file, "--out", "b")...)...)
	history := harness.Content(t, dir, "b", rundir.HistoryFile)
	first, _, _ := strings.Cut(history, "\n")
	for _, written := range []string{"", first[:20], first + "\n"} {
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "c")))
		require.NoError(t, os.Mkdir(filepath.Join(dir, "c"), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "c", summary.ConfigFile), []byte(harness.Content(t, dir, "b", summary.ConfigFile)), 0o666))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "c", rundir.HistoryFile), []byte(written), 0o666))
		harness.Done(t, dir, "run", "--resume", "--out", "c", "--quiet")
		assert.Equal(t, history, harness.Content(t, dir, "c", rundir.HistoryFile))
	}
}

// Weights that do not fit say why, both sides named.
func TestWeightsThatDoNotFit(t *testing.T) {
	dir := harness.Scratch(t)
	short := []string{"--quiet", "--set", "run.thermalise=1", "--set", "run.train=1", "--set", "run.hmc=1", "--set", "run.slhmc=0"}
	harness.Done(t, dir, harness.With(harness.Little, append(short, "--out", "a")...)...)
	site := `slhmc.layers=[{ share = "site", terms = [{ loop = "plaquette" }] }]`
	harness.Done(t, dir, harness.With(harness.Little, append(short, "--out", "site", "--set", site)...)...)
	harness.Done(t, dir, harness.With(harness.Little, append(short, "--out", "mass", "--set", "slhmc.train_mass=true")...)...)
	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "quenched", "--set", "run.hmc=1", "--set", "run.slhmc=0", "--set", "run.train=0", "--set", "run.thermalise=1")...)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.json"), []byte(`{"layers": 7}`), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o666))
	for _, c := range []struct{ weights, set, want string }{
		{"a", site, "they belong to other layers: stout of plaquette and polyakov_space and polyakov_time, a weight for all links; then "},
		{"a", site, "; this guide has stout of plaquette, a weight for each link"},
		{"site", site, "layer 0 has a weight for each link of [4 4], this lattice is [8 8]"},
		{"mass", "slhmc.mass=0.4", "their mass was trained too, to "},
		{"mass", "slhmc.mass=0.4", " in slhmc.quarks.train)"},
		{"nowhere", "", "nowhere: no such file or directory"},
		{"bad.json", "", "bad.json: these are no weights as slhmc weights writes them"},
		{"empty", "", "empty: the file is empty"},
		{"runs", "", "no checkpoint"},
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "runs"), 0o777))
		args := []string{"--quiet", "--set", "lattice.extents=[8,8]", "--set", "slhmc.weights=" + c.weights}
		if c.set != "" {
			args = append(args, "--set", c.set)
		}
		o := harness.Run(t, dir, harness.With(harness.Little, append(args, "--out", "x")...)...)
		assert.Equal(t, rundir.ExitUsage, o.Code, c.want)
		assert.Contains(t, o.Stderr, `slhmc.weights = "`+c.weights+`": `)
		assert.Contains(t, o.Stderr, c.want)
		assert.NoDirExists(t, filepath.Join(dir, "x"), "nothing is left of what could not begin")
	}
}

// Another program is told, or refused; the same one is neither.
func TestOtherProgram(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Done(t, dir, harness.With(harness.Little, "--quiet", "--out", "a")...)
	resume := []string{"run", "--resume", "--out", "a", "--quiet"}
	assert.Empty(t, harness.Done(t, dir, append(resume, "--same-program")...).Stderr)
	path := filepath.Join(dir, "a", summary.MachineFile)
	text := harness.Content(t, path)
	var m provenance
	require.NoError(t, json.Unmarshal([]byte(text), &m))
	require.Len(t, m.Starts, 2)
	assert.EqualValues(t, 90, m.Starts[1].Trajectory)
	changed := strings.ReplaceAll(text, m.Starts[0].Build, strings.Repeat("0", 64))
	require.NoError(t, os.WriteFile(path, []byte(changed), 0o666))
	o := harness.Run(t, dir, append(resume, "--same-program")...)
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stderr, "a was written by another program, ")
	o = harness.Done(t, dir, resume...)
	assert.Contains(t, o.Stderr, "note: from trajectory 90 on another program continues: ")
	assert.Equal(t, 1, strings.Count(o.Stderr, "\n"), o.Stderr)
	assert.Empty(t, harness.Done(t, dir, resume...).Stderr, "told once")
}

// What the machine does not have the memory for is refused in a line, by config check
// too, before anything is written; --memory says otherwise.
func TestMemory(t *testing.T) {
	dir := harness.Scratch(t)
	huge := []string{"--preset", "quenched", "--set", "lattice.extents=[64,64,64,256]", "--set", `lattice.group="SU(3)"`, "--out", "a"}
	o := harness.Run(t, dir, harness.With(huge, "--memory", "1GiB")...)
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Regexp(t, `^slhmc: the run needs \d+\.?\d* GiB, --memory allows 1\.0 GiB\n$`, o.Stderr)
	assert.NoDirExists(t, filepath.Join(dir, "a"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "my.toml"), []byte(harness.Done(t, dir, "init", "--preset", "quenched").Stdout), 0o666))
	o = harness.Run(t, dir, "config", "check", "my.toml", "--memory", "1MiB")
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stderr, "my.toml: the run needs ")
	assert.Regexp(t, `^my.toml: ok, needs \d+\.\d+ MiB\n$`, harness.Done(t, dir, "config", "check", "my.toml").Stdout)
	o = harness.Run(t, dir, harness.With(huge, "--memory", "lots")...)
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stderr, "--memory: ")
	if shell, err := exec.LookPath("sh"); err == nil && runtime.GOOS == "linux" {
		c := harness.Command(t, dir, harness.With(huge)...)
		limited := exec.Command(shell, append([]string{"-c", `ulimit -v 4000000 && exec "$0" "$@"`}, c.Args...)...)
		limited.Dir, limited.Env = c.Dir, c.Env
		o = harness.Finish(t, limited)
		assert.Equal(t, rundir.ExitUsage, o.Code)
		assert.Regexp(t, `^slhmc: the run needs .* GiB, this machine has .* GiB free \(ulimit -v\); --memory SIZE overrides\n$`, o.Stderr)
	}
}

// A run of measured phases says what is wrong with its acceptance, and what thermalises
// from a cold start moves.
func TestRemarks(t *testing.T) {
	dir := harness.Scratch(t)
	none := []string{"--quiet", "--set", "run.train=0", "--set", "run.slhmc=0", "--set", "run.thermalise=0", "--set", "run.hmc=25"}
	o := harness.Done(t, dir, harness.With(harness.Little, append(none, "--out", "fine", "--set", "hmc.steps=60")...)...)
	assert.Contains(t, o.Stdout, "note: hmc: 25 of 25 trajectories were accepted: fewer hmc.steps, or a larger hmc.tau, would cost less\n")
	o = harness.Run(t, dir, harness.With(harness.Little, append(none, "--out", "coarse", "--set", "hmc.tau=60.0", "--set", "hmc.steps=2")...)...)
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stderr, "note: 20 trajectories in a row have been refused")
	assert.Contains(t, o.Stderr, "slhmc: phase hmc: none of its 25 trajectories was accepted")
	assert.Empty(t, o.Stdout, "a table of one configuration would be read as a result")

	cold := []string{
		"run", "--preset", "quenched", "--quiet", "--set", "lattice.extents=[8,8,8,8]", "--set", "lattice.start=cold", "--set", "gauge.beta=2.3",
		"--set", "hmc.steps=2", "--set", "run.thermalise=8", "--set", "run.hmc=1",
	}
	history := func(name string, more ...string) string {
		harness.Run(t, dir, append(append(cold, "--out", name), more...)...)
		return harness.Content(t, dir, name, rundir.HistoryFile)
	}
	assert.Equal(t, 8, strings.Count(history("cold"), `"accepted":true,"unconditional":true`))
	assert.NotContains(t, history("stuck", "--set", "run.unconditional=0"), "unconditional")
}
