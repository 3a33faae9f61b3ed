package rundir

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// machine drives a run through appends, checkpoints, deaths and damaged files, and knows at each moment what
// is on disk and what a resume must say.
type machine struct {
	dir     string
	path    string   // of the history
	whole   string   // the lines of a whole run
	ends    []int    // of the lines in whole; ends[n] after trajectory n
	n       uint64   // trajectory of the living run
	history *Journal // nil: dead
	written map[uint64][]byte
}

func (m *machine) checkpointPath(n uint64) string { return filepath.Join(m.dir, CheckpointName(n)) }

func (m *machine) valid(n uint64) bool {
	b, err := os.ReadFile(m.checkpointPath(n))
	return err == nil && string(b) == string(m.written[n])
}

// numbers are those of the checkpoints that should exist, falling.
func (m *machine) numbers() []uint64 {
	var k []uint64
	for n := range m.written {
		k = append(k, n)
	}
	slices.Sort(k)
	slices.Reverse(k)
	return k
}

func (m *machine) appendLines(t *rapid.T) {
	if m.history == nil {
		t.Skip("dead")
	}
	for range rapid.IntRange(1, 5).Draw(t, "lines") {
		if m.n+1 == uint64(len(m.ends)) {
			return
		}
		m.n++
		require.NoError(t, m.history.Append(testRecord(m.n)))
	}
}

func (m *machine) flush(t *rapid.T) {
	if m.history == nil {
		t.Skip("dead")
	}
	require.NoError(t, m.history.Flush())
}

func (m *machine) checkpoint(t *rapid.T) {
	if m.history == nil {
		t.Skip("dead")
	}
	require.NoError(t, m.history.Sync())
	sections := func(c *CheckpointWriter) error { c.JSON("mark", m.history.Mark()); return nil }
	require.NoError(t, WriteCheckpoint(m.dir, m.n, sections))
	spare := false
	for _, k := range m.numbers() {
		switch {
		case k == m.n:
		case k < m.n && !spare && m.valid(k):
			spare = true
		default:
			delete(m.written, k)
		}
	}
	b, err := os.ReadFile(m.checkpointPath(m.n))
	require.NoError(t, err)
	m.written[m.n] = b
}

// die ends the process: what was not flushed is lost.
func (m *machine) die(t *rapid.T) {
	if m.history == nil {
		t.Skip("dead")
	}
	require.NoError(t, m.history.file.Close())
	m.history = nil
}

// damage cuts a file of a dead run, flips one of its bits, or adds to it.
func (m *machine) damage(t *rapid.T) {
	if m.history != nil {
		t.Skip("alive")
	}
	names := []string{HistoryFile}
	for _, n := range m.numbers() {
		names = append(names, CheckpointName(n))
	}
	path := filepath.Join(m.dir, rapid.SampledFrom(names).Draw(t, "file"))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	switch how := rapid.SampledFrom([]string{"cut", "flip", "add"}).Draw(t, "how"); {
	case how == "add":
		b = append(b, rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "more")...)
	case how == "cut":
		b = b[:rapid.IntRange(0, len(b)).Draw(t, "at")]
	case len(b) > 0:
		b = flipBit(b, rapid.IntRange(0, 8*len(b)-1).Draw(t, "bit"))
	}
	require.NoError(t, os.WriteFile(path, b, 0o666))
}

// resume resumes, and where it is refused, does what a user would: restore the damaged file from a backup.
func (m *machine) resume(t *rapid.T) {
	if m.history != nil {
		t.Skip("alive")
	}
	n, end := m.latest(t)
	kept := m.whole[:m.ends[n]]
	require.EqualValues(t, len(kept), end.Offset)
	b, err := os.ReadFile(m.path)
	require.NoError(t, err)

	j, dropped, err := ResumeJournal(m.path, end)
	if !strings.HasPrefix(string(b), kept) {
		at := 0 // the first byte that is wrong or missing
		for at < len(b) && b[at] == kept[at] {
			at++
		}
		var d *Damage
		require.ErrorAs(t, err, &d)
		require.Equal(t, 1+strings.Count(kept[:at], "\n"), d.Line)
		same, readErr := os.ReadFile(m.path)
		require.NoError(t, readErr)
		require.Equal(t, string(b), string(same), "a refused file is left alone")
		b = []byte(kept)
		require.NoError(t, os.WriteFile(m.path, b, 0o666))
		j, dropped, err = ResumeJournal(m.path, end)
	}
	require.NoError(t, err)
	require.EqualValues(t, len(b)-len(kept), dropped)
	m.history, m.n = j, n
}

// latest finds the newest valid checkpoint, and checks what is said of the others.
func (m *machine) latest(t *rapid.T) (n uint64, end Mark) {
	var damaged []uint64
	newest := -1
	for _, k := range m.numbers() {
		if m.valid(k) {
			newest = int(k)
			break
		}
		damaged = append(damaged, k)
	}
	c, skipped, err := Latest(m.dir)
	require.Len(t, skipped, len(damaged))
	for i, k := range damaged {
		var d *Damage
		require.ErrorAs(t, skipped[i], &d)
		require.Equal(t, m.checkpointPath(k), d.File)
	}
	if newest >= 0 {
		require.NoError(t, err)
		require.EqualValues(t, newest, c.Trajectory())
		require.NoError(t, c.JSON("mark", &end))
		require.NoError(t, c.Close())
		return uint64(newest), end
	}
	require.Equal(t, len(damaged) == 0, errors.Is(err, ErrNoCheckpoint))
	require.Error(t, err)
	for _, k := range damaged { // the user starts again
		require.NoError(t, os.Remove(m.checkpointPath(k)))
		delete(m.written, k)
	}
	return 0, Mark{}
}

// invariant: what is on disk is what was written.
func (m *machine) invariant(t *rapid.T) {
	if m.history == nil {
		return
	}
	require.EqualValues(t, m.n, m.history.Lines())
	require.EqualValues(t, m.ends[m.n], m.history.Offset())
	b, err := os.ReadFile(m.path)
	require.NoError(t, err)
	require.LessOrEqual(t, len(b), m.ends[m.n])
	require.True(t, strings.HasPrefix(m.whole, string(b)))
	numbers, err := Checkpoints(m.dir)
	require.NoError(t, err)
	require.Equal(t, m.numbers(), numbers)
}

func TestRunDirectoryStateMachine(t *testing.T) {
	const length = 60
	whole := testLines(t, length)
	ends := []int{0}
	for i := range whole {
		if whole[i] == '\n' {
			ends = append(ends, i+1)
		}
	}
	base := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		require.NoError(t, err)
		m := &machine{dir: dir, path: filepath.Join(dir, HistoryFile), whole: whole, ends: ends, written: map[uint64][]byte{}}
		m.history, err = CreateJournal(m.path)
		require.NoError(t, err)
		t.Repeat(map[string]func(*rapid.T){
			"append":     m.appendLines,
			"flush":      m.flush,
			"checkpoint": m.checkpoint,
			"die":        m.die,
			"damage":     m.damage,
			"resume":     m.resume,
			"":           m.invariant,
		})
		if m.history == nil {
			m.resume(t)
		}
		for m.n < length {
			m.n++
			require.NoError(t, m.history.Append(testRecord(m.n)))
		}
		require.NoError(t, m.history.Close())
		b, err := os.ReadFile(m.path)
		require.NoError(t, err)
		require.Equal(t, whole, string(b))
	})
}
