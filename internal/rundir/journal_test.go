package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// trajectory is a typical record.
type trajectory struct {
	N         uint64    `json:"trajectory"`
	DeltaH    Float     `json:"delta_h"`
	Accepted  bool      `json:"accepted"`
	Plaquette float64   `json:"plaquette"`
	Weights   []float64 `json:"weights,omitempty"`
	Note      string    `json:"note,omitempty"`
}

// wantLine is the format once more, by other means: the twin of Append.
func wantLine(t testing.TB, before string, record any) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(record))
	s := strings.TrimSuffix(b.String(), "\n")
	return fmt.Sprintf("{\"crc\":\"%08x\",\"record\":%s}\n", crc32.Checksum([]byte(before+s), crc32.MakeTable(crc32.Castagnoli)), s)
}

func testRecord(n uint64) trajectory {
	x := math.Sin(float64(n)) // any numbers with full mantissas
	r := trajectory{N: n, DeltaH: Float(1e-3 * x), Accepted: n%3 > 0, Plaquette: x * x}
	switch n % 5 {
	case 1:
		r.DeltaH = Float(math.NaN())
	case 2:
		r.Weights = []float64{x, -x, math.Copysign(0, -1)}
	case 3:
		r.Note = "a<b & \"c\"\nd\u2028"
	}
	return r
}

func testLines(t testing.TB, n uint64) string {
	var b strings.Builder
	before := "00000000"
	for i := range n {
		line := wantLine(t, before, testRecord(i+1))
		before = line[crcAt : crcAt+8]
		b.WriteString(line)
	}
	return b.String()
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// The check value of CRC-32C: the nine bytes "123456789" have e3069283 [Castagnoli; RFC 3720 B.4 has the same polynomial].
func TestLineCRCKnownAnswer(t *testing.T) {
	before := digits([]byte("12345678"))
	known := before.after([]byte("9"))
	assert.Equal(t, "e3069283", string(known[:]))
	// Computed bit by bit from the reflected polynomial 82f63b78.
	crc := ^uint32(0)
	for _, b := range []byte(`00000000{"x":1}`) {
		crc ^= uint32(b)
		for range 8 {
			crc = crc>>1 ^ 0x82f63b78&-(crc&1)
		}
	}
	first := noLine.after([]byte(`{"x":1}`))
	assert.Equal(t, fmt.Sprintf("%08x", ^crc), string(first[:]))
}

func TestJournalAppends(t *testing.T) {
	path := filepath.Join(t.TempDir(), HistoryFile)
	j, err := CreateJournal(path)
	require.NoError(t, err)
	for i := range uint64(10) {
		require.NoError(t, j.Append(testRecord(i+1)))
		assert.EqualValues(t, len(testLines(t, i+1)), j.Offset())
		assert.EqualValues(t, i+1, j.Lines())
	}
	assert.Empty(t, readFile(t, path), "appended lines are buffered")
	require.NoError(t, j.Flush())
	assert.Equal(t, testLines(t, 10), readFile(t, path))
	require.NoError(t, j.Append(testRecord(11)))
	require.NoError(t, j.Sync())
	assert.Equal(t, testLines(t, 11), readFile(t, path))
	require.NoError(t, j.Append(testRecord(12)))
	require.NoError(t, j.Close())
	assert.Equal(t, testLines(t, 12), readFile(t, path))
	for _, err := range []error{j.Append(1), j.Flush(), j.Sync(), j.Close()} {
		require.ErrorIs(t, err, os.ErrClosed)
	}
	_, err = CreateJournal(path)
	require.ErrorIs(t, err, os.ErrExist)

	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	r := NewJournalReader(path, f)
	for i := range uint64(12) {
		require.True(t, r.Next())
		var got trajectory
		require.NoError(t, r.Decode(&got))
		assert.EqualValues(t, i+1, r.Line())
		assert.EqualValues(t, len(testLines(t, i+1)), r.Offset())
		// NaN is not equal to itself: compare the text.
		assert.Equal(t, wantLine(t, "", testRecord(i+1)), wantLine(t, "", got))
	}
	assert.False(t, r.Next())
	require.NoError(t, r.Err())
	assert.Nil(t, r.Torn())
}

func TestJournalRefusesRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), HistoryFile)
	j, err := CreateJournal(path)
	require.NoError(t, err)
	require.NoError(t, j.Append(testRecord(1)))
	err = j.Append(trajectory{Plaquette: math.NaN()})
	require.ErrorContains(t, err, HistoryFile+":2:")
	err = j.Append(strings.Repeat("x", maxLine))
	require.ErrorContains(t, err, HistoryFile+":2:")
	require.NoError(t, j.Append(testRecord(2)), "the journal goes on")
	require.NoError(t, j.Close())
	assert.Equal(t, testLines(t, 2), readFile(t, path))
}

// A longer line than the reader's buffer, and the longest that there may be.
func TestJournalLongLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), HistoryFile)
	j, err := CreateJournal(path)
	require.NoError(t, err)
	long := strings.Repeat("x", 100_000)
	longest := strings.Repeat("y", maxLine-recordAt-len(lineTail)-2)
	require.NoError(t, j.Append(long))
	require.NoError(t, j.Append(longest))
	require.NoError(t, j.Close())
	r := NewJournalReader(path, strings.NewReader(readFile(t, path)))
	for _, want := range []string{long, longest} {
		var got string
		require.True(t, r.Next(), r.Err())
		require.NoError(t, r.Decode(&got))
		require.True(t, want == got)
	}
	r = NewJournalReader("f", io.LimitReader(zeros{}, 1<<40))
	require.False(t, r.Next())
	require.ErrorContains(t, r.Err(), "f:1: (byte 0) the line is longer")
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestResumeJournal(t *testing.T) {
	all := testLines(t, 5)
	at := func(n uint64) int64 { return int64(len(testLines(t, n))) }
	line := strings.SplitAfter(all, "\n")
	end := line[2][crcAt : crcAt+8]
	cases := []struct {
		name    string
		content string
		offset  int64
		check   string
		lines   int   // kept
		dropped int64 // if there is no damage
		line    int   // of the damage
		reason  string
	}{
		{name: "nothing to drop", content: all, offset: at(5), lines: 5},
		{name: "two lines dropped", content: all, offset: at(3), lines: 3, dropped: at(5) - at(3)},
		{name: "all dropped", content: all, offset: 0, dropped: at(5)},
		{name: "torn line dropped", content: all[:at(4)+9], offset: at(4), lines: 4, dropped: 9},
		{name: "damage after the offset is dropped", content: all[:at(4)] + "{}\n", offset: at(4), lines: 4, dropped: 3},
		{name: "inside a line", content: all, offset: at(3) + 5, line: 4, reason: fmt.Sprintf("not complete at byte %d", at(3)+5)},
		{name: "before the newline", content: all, offset: at(3) - 1, line: 3, reason: "not complete"},
		{name: "too short", content: all[:at(3)], offset: at(4), line: 4, reason: fmt.Sprintf("the file ends before byte %d", at(4))},
		{name: "too short, torn", content: all[:at(3)+2], offset: at(4), line: 4, reason: fmt.Sprintf("not complete at byte %d", at(3)+2)},
		{name: "negative", content: all, offset: -1, reason: "negative"},
		{name: "wrong crc", content: strings.Replace(all, `"trajectory":2`, `"trajectory":7`, 1), offset: at(4), line: 2, reason: "CRC-32C"},
		{name: "the chain's end agrees", content: all, offset: at(3), check: end, lines: 3, dropped: at(5) - at(3)},
		{name: "the chain's end differs", content: all, offset: at(4), check: end, line: 4, reason: "not the lines that were written"},
		{name: "two lines exchanged", content: line[0] + line[2] + line[1] + line[3], offset: at(4), line: 2, reason: "exchanged"},
		{name: "a line lost", content: line[0] + line[2] + line[3], offset: at(4) - int64(len(line[1])), line: 2, reason: "lost"},
		{name: "the first line lost", content: line[1] + line[2], offset: at(3) - at(1), line: 1, reason: "lost"},
		{name: "a line twice", content: line[0] + line[0], offset: 2 * at(1), line: 2, reason: "exchanged"},
		{name: "wrong frame", content: strings.Replace(all, `{"crc"`, ` {"crc"`, 1), offset: at(4) + 1, line: 1, reason: "form"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), HistoryFile)
			require.NoError(t, os.WriteFile(path, []byte(c.content), 0o666))
			j, dropped, err := ResumeJournal(path, Mark{Offset: c.offset, Check: c.check})
			if c.reason != "" {
				var d *Damage
				require.ErrorAs(t, err, &d)
				assert.Equal(t, path, d.File)
				assert.Equal(t, c.line, d.Line)
				assert.Contains(t, d.Reason, c.reason)
				assert.Equal(t, c.content, readFile(t, path), "a damaged journal is left alone")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.dropped, dropped)
			assert.Equal(t, c.offset, j.Offset())
			assert.Equal(t, c.lines, j.Lines())
			assert.Equal(t, c.content[:c.offset], readFile(t, path))
			for n := uint64(c.lines); n < 5; n++ {
				require.NoError(t, j.Append(testRecord(n+1)))
			}
			require.NoError(t, j.Close())
			assert.Equal(t, all, readFile(t, path))
		})
	}
	t.Run("no file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), HistoryFile)
		_, _, err := ResumeJournal(path, Mark{Offset: 10})
		require.ErrorIs(t, err, os.ErrNotExist)
		j, dropped, err := ResumeJournal(path, Mark{})
		require.NoError(t, err)
		assert.Zero(t, dropped)
		require.NoError(t, j.Close())
	})
}

func TestJournalReaderTorn(t *testing.T) {
	all := testLines(t, 3)
	two := len(testLines(t, 2))
	for cut := two; cut <= len(all); cut++ {
		whole := cut == two || cut == len(all)
		r := NewJournalReader("f", strings.NewReader(all[:cut]))
		n := 0
		for r.Next() {
			n++
		}
		assert.Equal(t, whole, r.Err() == nil, "cut %d", cut)
		assert.Nil(t, r.Torn())

		r = NewJournalReader("f", strings.NewReader(all[:cut]))
		r.TolerateTorn()
		for r.Next() {
			n--
		}
		assert.Zero(t, n)
		require.NoError(t, r.Err())
		assert.EqualValues(t, whole, r.Torn() == nil)
		if !whole {
			assert.Equal(t, "rundir: f:3: (byte "+fmt.Sprint(two)+") the last line is not complete", r.Torn().Error())
		}
		assert.False(t, r.Next())
	}
}

// Every bit of a journal is covered: one flipped bit is found in the line in which it is,
// tolerated or not, except that the last newline may be missing.
func TestJournalReaderFindsEveryFlip(t *testing.T) {
	all := testLines(t, 4)
	lineOf := func(i int) int { return 1 + strings.Count(all[:i], "\n") }
	for bit := range 8 * len(all) {
		r := NewJournalReader("f", strings.NewReader(string(flipBit([]byte(all), bit))))
		r.TolerateTorn()
		for r.Next() {
		}
		found := r.Torn()
		if bit/8 < len(all)-1 {
			require.ErrorAs(t, r.Err(), &found, "bit %d", bit)
		}
		require.NotNil(t, found)
		require.Equal(t, lineOf(bit/8), found.Line, "bit %d", bit)
	}
}

func TestJournalReaderPassesErrors(t *testing.T) {
	broken := errors.New("broken")
	r := NewJournalReader("f", io.MultiReader(strings.NewReader(testLines(t, 1)+"{"), failing{broken}))
	require.True(t, r.Next())
	require.False(t, r.Next())
	require.ErrorIs(t, r.Err(), broken)
	require.ErrorContains(t, r.Err(), "f:2")
	require.False(t, r.Next())
	var d *Damage
	require.False(t, errors.As(r.Err(), &d), "a failing disk is not damage of the file")

	r = NewJournalReader("f", strings.NewReader(wantLine(t, "00000000", "text")))
	require.True(t, r.Next())
	var n int
	require.ErrorContains(t, r.Decode(&n), "f:1:")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A journal that could not be written stays refused, with the first reason.
func TestJournalErrorSticks(t *testing.T) {
	path := filepath.Join(t.TempDir(), HistoryFile)
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	f, err := os.Open(path) // not writable
	require.NoError(t, err)
	j := newJournal(path, f)
	require.NoError(t, j.Append(1))
	first := j.Sync()
	require.ErrorContains(t, first, path)
	assert.Equal(t, first, j.Append(2))
	assert.Equal(t, first, j.Flush())
	assert.Equal(t, first, j.Sync())
	assert.Equal(t, first, j.Close())
	require.ErrorIs(t, j.Close(), os.ErrClosed)

	j, err = CreateJournal(filepath.Join(t.TempDir(), HistoryFile))
	require.NoError(t, err)
	require.NoError(t, j.file.Close()) // a sync fails with nothing left to write
	first = j.Sync()
	require.Error(t, first)
	assert.Equal(t, first, j.Append(1))
	assert.Zero(t, j.Lines())
}

// Appending costs what encoding/json costs, which was 2 allocations for each Float (its bytes, and its way
// through an interface) and 2 for the record with Go 1.26; twice that is the bound.
func TestAppendAllocatesLittle(t *testing.T) {
	j, err := CreateJournal(filepath.Join(t.TempDir(), HistoryFile))
	require.NoError(t, err)
	r := testRecord(4)
	n := testing.AllocsPerRun(200, func() {
		if err := j.Append(&r); err != nil {
			t.Error(err)
		}
	})
	assert.LessOrEqual(t, n, 8.0)
	t.Logf("%.1f allocations for each line of %d bytes", n, len(wantLine(t, "", r)))
	require.NoError(t, j.Close())
}

func BenchmarkAppend(b *testing.B) {
	j, err := CreateJournal(filepath.Join(b.TempDir(), HistoryFile))
	require.NoError(b, err)
	r := testRecord(4)
	b.ReportAllocs()
	for b.Loop() {
		if err := j.Append(&r); err != nil {
			b.Fatal(err)
		}
	}
	require.NoError(b, j.Close())
}
