package rundir_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/internal/rundir"
)

// A file that does not pass its check never takes its name; one that does was
// whole when it was checked.
func TestWriteVerified(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write := func(text string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}
	}
	var seen string
	verify := func(temporary string) error {
		b, err := os.ReadFile(temporary)
		seen = string(b)
		return err
	}
	require.NoError(t, rundir.WriteVerified(path, write("first"), verify))
	assert.Equal(t, "first", seen)

	bad := errors.New("not what was written")
	err := rundir.WriteVerified(path, write("second"), func(string) error { return bad })
	assert.ErrorIs(t, err, bad)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "first", string(b))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file stays behind")
}
