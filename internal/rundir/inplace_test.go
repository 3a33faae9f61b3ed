package rundir

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A journal that is removed while it is written comes back whole; one that another file takes the place of, or
// that another writer changes, is an error, and what was written is kept.
func TestJournalInPlace(t *testing.T) {
	cases := []struct {
		name     string
		disturb  func(t *testing.T, path string)
		restored bool
		err      string
		kept     bool
	}{
		{name: "left alone", disturb: func(*testing.T, string) {}},
		{name: "removed", disturb: func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) }, restored: true},
		{name: "replaced by its copy", disturb: func(t *testing.T, path string) {
			text := readFile(t, path)
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		}, err: "kept as", kept: true},
		{name: "replaced by a link to it", disturb: func(t *testing.T, path string) {
			require.NoError(t, os.Rename(path, path+".x"))
			require.NoError(t, os.Symlink(path+".x", path))
		}, err: "kept as", kept: true},
		{name: "emptied", disturb: func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 0)) }, err: "has 0 bytes"},
		{name: "appended to", disturb: func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte(readFile(t, path)+"x"), 0o666))
		}, err: "something else"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), HistoryFile)
			j, err := CreateJournal(path)
			require.NoError(t, err)
			for n := range uint64(3) {
				require.NoError(t, j.Append(testRecord(n+1)))
			}
			require.NoError(t, j.Sync())
			c.disturb(t, path)
			restored, err := j.InPlace()
			assert.Equal(t, c.restored, restored)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				if c.kept {
					assert.Equal(t, testLines(t, 3), readFile(t, path+".kept-3"))
				}
				return
			}
			require.NoError(t, err)
			require.NoError(t, j.Append(testRecord(4)))
			require.NoError(t, j.Close())
			assert.Equal(t, testLines(t, 4), readFile(t, path))
		})
	}
}

// A journal that is changed where it lies, its size being the same, is found when it is read again.
func TestJournalVerify(t *testing.T) {
	path := filepath.Join(t.TempDir(), HistoryFile)
	j, err := CreateJournal(path)
	require.NoError(t, err)
	for n := range 4 {
		require.NoError(t, j.Append(n))
	}
	require.NoError(t, j.Sync())
	require.NoError(t, j.Verify())
	text := []byte(readFile(t, path))
	line := len(text) / 4
	for name, change := range map[string]func(b []byte){
		"a digit":         func(b []byte) { b[2*line-4] = '7' },
		"lines exchanged": func(b []byte) { copy(b[line:], text[2*line:3*line]); copy(b[2*line:], text[line:2*line]) },
		"the last line":   func(b []byte) { b[len(b)-4] = '7' },
		"another history": func(b []byte) { copy(b[3*line:], text[:line]) },
	} {
		b := append([]byte(nil), text...)
		change(b)
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteAt(b, 0)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		_, err = j.InPlace()
		require.NoError(t, err, "it is the file, and of its size")
		var d *Damage
		require.ErrorAs(t, j.Verify(), &d, name)
	}
	require.NoError(t, j.Close())
}

// What nothing depends on goes on with what is left of it.
func TestSalvageJournal(t *testing.T) {
	all := testLines(t, 4)
	end := func(n uint64) Mark {
		lines := testLines(t, n)
		return Mark{int64(len(lines)), lines[len(lines)-len(wantLine(t, "", testRecord(n))):][crcAt : crcAt+8]}
	}
	for name, c := range map[string]struct {
		content string
		kept    uint64
		lost    string
	}{
		"whole":          {all, 3, ""},
		"short":          {testLines(t, 2), 2, "first 2 lines"},
		"torn":           {testLines(t, 2)[:end(2).Offset-1], 1, "first 1 lines"},
		"damaged":        {all[:end(1).Offset+20] + "#" + all[end(1).Offset+21:], 1, "first 1 lines"},
		"damaged at 0":   {"#" + all[1:], 0, "first 0 lines"},
		"damaged behind": {all[:end(3).Offset] + "#", 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), TimingsFile)
			require.NoError(t, os.WriteFile(path, []byte(c.content), 0o666))
			j, lost, err := SalvageJournal(path, end(3))
			require.NoError(t, err)
			assert.Equal(t, c.lost == "", lost == "")
			assert.Contains(t, lost, c.lost)
			for n := c.kept; n < 5; n++ {
				require.NoError(t, j.Append(testRecord(n+1)))
			}
			require.NoError(t, j.Close())
			assert.Equal(t, testLines(t, 5), readFile(t, path))
		})
	}
	path := filepath.Join(t.TempDir(), TimingsFile)
	j, lost, err := SalvageJournal(path, end(3))
	require.NoError(t, err)
	assert.Contains(t, lost, "anew")
	require.NoError(t, j.Close())
}
