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

// What is wrong with a file is told all at once, one a line, with its place.
func TestConfigCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "my.toml")
	text := harness.Done(t, dir, "init").Stdout
	require.Equal(t, string(config.Default()), text)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	assert.Regexp(t, `^my.toml: ok, needs .* MiB\n$`, harness.Done(t, dir, "config", "check", "my.toml").Stdout)
	assert.Regexp(t, `^my.toml: ok, needs .* MiB\n$`, harness.Done(t, dir, "config", "check", "my.toml", "--set", "hmc.steps=9", "--seed", "7").Stdout)

	for _, change := range [][2]string{
		{"extents = [4, 4, 4, 4]", "extents = [4, 4, 3, 4]"}, {"mass = 0.3", "mass = 0"}, {"steps = 8", "stepps = 8"}, {"tau = 1.0", `tau = "long"`},
	} {
		require.Contains(t, text, change[0])
		text = strings.Replace(text, change[0], change[1], 1)
	}
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	for _, command := range [][]string{{"config", "check", "my.toml"}, {"config", "dump", "my.toml"}, {"run", "my.toml"}} {
		o := harness.Run(t, dir, command...)
		assert.Equal(t, rundir.ExitUsage, o.Code)
		assert.Empty(t, o.Stdout)
		lines := strings.Split(strings.TrimSuffix(o.Stderr, "\n"), "\n")
		require.GreaterOrEqual(t, len(lines), 4, o.Stderr)
		for _, line := range lines {
			assert.Regexp(t, `^my\.toml:\d+:\d+: [a-z_.]+: .*\(allowed: `, line)
		}
		for _, key := range []string{"lattice.extents", "quarks.mass", "hmc.stepps", "hmc.tau"} {
			assert.Contains(t, o.Stderr, key)
		}
	}
}

// A dumped configuration has the overrides, says the same when it is read again, and
// is what a run keeps.
func TestConfigDump(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "my.toml"), config.Default(), 0o666))
	o := harness.Done(t, dir, "config", "dump", "my.toml", "--set", "hmc.steps=5", "--seed", "77")
	assert.Contains(t, o.Stdout, "seed = 77\n")
	assert.Contains(t, o.Stdout, "steps = 5\n")
	assert.Contains(t, o.Stdout, "max_iterations = 10000\n")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "all.toml"), []byte(o.Stdout), 0o666))
	assert.Equal(t, o.Stdout, harness.Done(t, dir, "config", "dump", "all.toml").Stdout)
}
