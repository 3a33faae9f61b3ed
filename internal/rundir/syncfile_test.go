package rundir

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMakeDir(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dir := range []string{"a", "a", filepath.Join("b", "c", "d"), filepath.Join("b", "c", "e"), ".", filepath.Join(t.TempDir(), "x", "y")} {
		require.NoError(t, MakeDir(dir))
		assert.DirExists(t, dir)
	}
	require.NoError(t, os.WriteFile("f", nil, 0o666))
	require.ErrorIs(t, MakeDir("f"), os.ErrExist)
	require.Error(t, MakeDir(filepath.Join("f", "g")))
}
