//go:build unix

package files

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/group"
)

// A pipe is refused at once: to open it would wait for a writer.
func TestPipe(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU2, 2, 4)
	require.NoError(t, unix.Mkfifo(filepath.Join(dir, "pipe"), 0o666))
	for _, args := range [][]string{{"info", "pipe"}, {"measure", "pipe"}, {"convert", "pipe", "v.ildg"}} {
		o := harness.Run(t, dir, args...)
		assert.Equal(t, rundir.ExitFailed, o.Code)
		assert.Regexp(t, `pipe(:| is) not an? (regular|ordinary) file`, o.Stderr)
	}
	o := harness.Run(t, dir, "convert", "u.ildg", "pipe", "--force", "-f", "nersc")
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stderr, "pipe is not a regular file")
}
