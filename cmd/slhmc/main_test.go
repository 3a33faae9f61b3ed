package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/internal/rundir"
)

// asCommand makes the test binary be the command, in a process of its own.
const asCommand = "SLHMC_TEST_COMMAND"

var seed = flag.Uint64("slhmc.seed", 20263, "seed of the moments at which runs are killed")

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// scratch returns an empty folder in memory where the system has one, else on disk:
// what a run writes is synced again and again, and a test should not wait for that.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "slhmc")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// command returns slhmc with the given arguments, to be run in dir.
func command(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(self, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), asCommand+"=1", "GORACE=atexit_sleep_ms=0") // the race detector's exit takes a second
	return c
}

// outcome is what a command left.
type outcome struct {
	code           int
	stdout, stderr string
}

func finish(t testing.TB, c *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return outcome{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// slhmc runs a command to its end.
func slhmc(t testing.TB, dir string, args ...string) outcome {
	t.Helper()
	return finish(t, command(t, dir, args...))
}

// done runs a command that must succeed.
func done(t testing.TB, dir string, args ...string) outcome {
	t.Helper()
	o := slhmc(t, dir, args...)
	require.Equal(t, rundir.ExitDone, o.code, "slhmc %s: %s", strings.Join(args, " "), o.stderr)
	return o
}

// little is the talk's system made small: two dimensions, a millisecond a trajectory.
var little = []string{
	"--workers", "1",
	"--set", "lattice.extents=[4,4]", "--set", "quarks.flavours=2", "--set", "hmc.steps=3", "--set", "training.rate=0.001",
	"--set", "run.thermalise=10", "--set", "run.train=20", "--set", "run.hmc=30", "--set", "run.slhmc=30", "--set", "run.checkpoint_every=8",
}

func with(list []string, more ...string) []string {
	return append(append([]string{"run"}, list...), more...)
}

// Every mistake in a command is told in one line, with code 2, before anything is
// written.
func TestUsage(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "good.toml"), config.Default(), 0o666))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder.toml"), 0o777))
	for args, want := range map[string]string{
		"sample":                                `slhmc: unknown command "sample" for "slhmc"`,
		"rnu":                                   `Did you mean this? run`,
		"--fast":                                "slhmc: unknown flag: --fast (see slhmc --help)",
		"run --fast":                            "slhmc run: unknown flag: --fast (see slhmc run --help)",
		"run --set":                             "slhmc run: flag needs an argument: --set",
		"run a.toml b.toml":                     "slhmc run: accepts at most 1 arg(s), received 2",
		"run --workers 0":                       "slhmc: --workers 0 (allowed: 1 … 1024)",
		"run --workers 1025":                    "slhmc: --workers 1025 (allowed: 1 … 1024)",
		"run --workers two":                     `slhmc run: invalid argument "two" for "--workers" flag`,
		"run --seed -1":                         "seed: -1 is not allowed (allowed: integer, 0 to 9223372036854775807)",
		"run nothing.toml":                      "slhmc: open nothing.toml: no such file or directory",
		"run folder.toml":                       "slhmc: folder.toml is a directory (allowed: a regular file)",
		"run --preset tlak":                     `slhmc: there is no preset "tlak", did you mean "talk"? (allowed: default,`,
		"run --preset talk good.toml":           "slhmc: --preset is for a run without a file",
		"run --set hmc.steps":                   "slhmc: --set hmc.steps: not of the form key=value",
		"run --set hmc.stepps=4":                `--set hmc.stepps=4: hmc.stepps: unknown key, did you mean "steps"?`,
		"run --set hmc.steps=0":                 "--set hmc.steps=0: hmc.steps: 0 is not allowed (allowed: integer, 1 to 1000000)",
		"run --resume":                          "slhmc: --resume needs --out",
		"run --resume --out gone":               "no run to continue",
		"run --resume --out gone --preset talk": "slhmc: --preset is for a run without a file",
		"run --resume --out gone --seed 3":      "there is no gone/config.toml, and no checkpoint",
		"run --resume --out gone --set seed=3":  "there is no gone/config.toml, and no checkpoint",
		"init --preset xyz":                     `slhmc: there is no preset "xyz" (allowed: default,`,
		"init now":                              `slhmc init: unknown command "now" for "slhmc init"`,
		"presets all":                           `slhmc presets: unknown command "all" for "slhmc presets"`,
		"version 2":                             `slhmc version: unknown command "2" for "slhmc version"`,
		"config chekc":                          `slhmc config: unknown command "chekc" for "slhmc config"`,
		"config check":                          "slhmc config check: accepts 1 arg(s), received 0",
		"config dump a b":                       "slhmc config dump: accepts 1 arg(s), received 2",
		"config check nothing.toml":             "slhmc: open nothing.toml: no such file or directory",

		"config dump good.toml --set quarks.mas=1": `--set quarks.mas=1: quarks.mas: unknown key, did you mean "mass"?`,
	} {
		t.Run(args, func(t *testing.T) {
			o := slhmc(t, dir, strings.Fields(args)...)
			assert.Equal(t, rundir.ExitUsage, o.code)
			assert.Contains(t, o.stderr, want)
			assert.Equal(t, 1, strings.Count(o.stderr, "\n"), o.stderr)
			assert.Empty(t, o.stdout)
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, entries, 2, "something was written")
		})
	}
}

// What is wrong with a file is told all at once, one a line, with its place.
func TestConfigCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "my.toml")
	text := done(t, dir, "init").stdout
	require.Equal(t, string(config.Default()), text)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	assert.Regexp(t, `^my.toml: ok, needs .* MiB\n$`, done(t, dir, "config", "check", "my.toml").stdout)
	assert.Regexp(t, `^my.toml: ok, needs .* MiB\n$`, done(t, dir, "config", "check", "my.toml", "--set", "hmc.steps=9", "--seed", "7").stdout)

	for _, change := range [][2]string{
		{"extents = [4, 4, 4, 4]", "extents = [4, 4, 3, 4]"}, {"mass = 0.3", "mass = 0"}, {"steps = 8", "stepps = 8"}, {"tau = 1.0", `tau = "long"`},
	} {
		require.Contains(t, text, change[0])
		text = strings.Replace(text, change[0], change[1], 1)
	}
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	for _, command := range [][]string{{"config", "check", "my.toml"}, {"config", "dump", "my.toml"}, {"run", "my.toml"}} {
		o := slhmc(t, dir, command...)
		assert.Equal(t, rundir.ExitUsage, o.code)
		assert.Empty(t, o.stdout)
		lines := strings.Split(strings.TrimSuffix(o.stderr, "\n"), "\n")
		require.GreaterOrEqual(t, len(lines), 4, o.stderr)
		for _, line := range lines {
			assert.Regexp(t, `^my\.toml:\d+:\d+: [a-z_.]+: .*\(allowed: `, line)
		}
		for _, key := range []string{"lattice.extents", "quarks.mass", "hmc.stepps", "hmc.tau"} {
			assert.Contains(t, o.stderr, key)
		}
	}
}

// A dumped configuration has the overrides, says the same when it is read again, and
// is what a run keeps.
func TestConfigDump(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "my.toml"), config.Default(), 0o666))
	o := done(t, dir, "config", "dump", "my.toml", "--set", "hmc.steps=5", "--seed", "77")
	assert.Contains(t, o.stdout, "seed = 77\n")
	assert.Contains(t, o.stdout, "steps = 5\n")
	assert.Contains(t, o.stdout, "max_iterations = 10000\n")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "all.toml"), []byte(o.stdout), 0o666))
	assert.Equal(t, o.stdout, done(t, dir, "config", "dump", "all.toml").stdout)
}

func TestPresetsAndVersion(t *testing.T) {
	dir := t.TempDir()
	list := done(t, dir, "presets").stdout
	for _, p := range config.Presets() {
		assert.Contains(t, list, p.Summary)
		text, err := config.Preset(p.Name)
		require.NoError(t, err)
		assert.Equal(t, string(text), done(t, dir, "init", "--preset", p.Name).stdout)
	}
	assert.Equal(t, len(config.Presets()), strings.Count(list, "\n"))
	assert.Regexp(t, `^slhmc .*, build [0-9a-f]{12}, go\S+ \w+/\w+, \w+ kernels\n$`, done(t, dir, "version").stdout)
	for _, args := range []string{"", "--help", "help", "config", "run --help"} {
		o := done(t, dir, strings.Fields(args)...)
		assert.Contains(t, o.stdout, "Usage:", args)
		assert.Empty(t, o.stderr, args)
	}
}

// The shells complete commands, presets and files.
func TestCompletion(t *testing.T) {
	dir := t.TempDir()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		assert.Contains(t, done(t, dir, "completion", shell).stdout, "slhmc", shell)
	}
	for args, want := range map[string]string{
		"__complete r":                      "run\t",
		"__complete config ":                "dump\t",
		"__complete run --preset ":          "u1-2d\t",
		"__complete init --preset ":         "quenched\t",
		"__complete run --w":                "--workers\t",
		"__complete run x":                  "toml\n",
		"__complete config check x":         "toml\n",
		"__complete config check one.toml ": ":4\n", // nothing more, no files
	} {
		words := strings.Split(args, " ")
		assert.Contains(t, done(t, dir, words...).stdout, want, args)
	}
}
