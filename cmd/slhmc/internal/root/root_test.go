package root

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

func TestMain(m *testing.M) { harness.Main(m, Execute) }

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
			o := harness.Run(t, dir, strings.Fields(args)...)
			assert.Equal(t, rundir.ExitUsage, o.Code)
			assert.Contains(t, o.Stderr, want)
			assert.Equal(t, 1, strings.Count(o.Stderr, "\n"), o.Stderr)
			assert.Empty(t, o.Stdout)
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, entries, 2, "something was written")
		})
	}
}

func TestPresetsAndVersion(t *testing.T) {
	dir := t.TempDir()
	list := harness.Done(t, dir, "presets").Stdout
	for _, p := range config.Presets() {
		assert.Contains(t, list, p.Summary)
		text, err := config.Preset(p.Name)
		require.NoError(t, err)
		assert.Equal(t, string(text), harness.Done(t, dir, "init", "--preset", p.Name).Stdout)
	}
	assert.Equal(t, len(config.Presets()), strings.Count(list, "\n"))
	assert.Regexp(t, `^slhmc .*, build [0-9a-f]{12}, go\S+ \w+/\w+, \w+ kernels\n$`, harness.Done(t, dir, "version").Stdout)
	for _, args := range []string{"", "--help", "help", "config", "run --help"} {
		o := harness.Done(t, dir, strings.Fields(args)...)
		assert.Contains(t, o.Stdout, "Usage:", args)
		assert.Empty(t, o.Stderr, args)
	}
}

// The shells complete commands, presets and files.
func TestCompletion(t *testing.T) {
	dir := t.TempDir()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		assert.Contains(t, harness.Done(t, dir, "completion", shell).Stdout, "slhmc", shell)
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
		assert.Contains(t, harness.Done(t, dir, words...).Stdout, want, args)
	}
}
