package rundir

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// encoded returns the bytes of a checkpoint.
func encoded(t testing.TB, n uint64, sections func(*CheckpointWriter) error) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, encodeCheckpoint(&b, n, sections))
	return b.Bytes()
}

func openBytes(b []byte) (*Checkpoint, error) {
	return NewCheckpoint("c", bytes.NewReader(b), int64(len(b)))
}

// seal gives a body (magic to the end mark) the tail that belongs to it.
func seal(body []byte) []byte {
	b := binary.LittleEndian.AppendUint64(append([]byte(nil), body...), uint64(len(body))+8+sha256.Size)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// body returns the sealed part of a checkpoint with the given raw sections.
func body(sections ...string) []byte {
	b := append([]byte(magic), version, 0, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0)
	return append(b, strings.Join(sections, "")...)
}

// raw is a section whose length may lie.
func raw(name string, length uint64, bytes string) string {
	return string([]byte{byte(len(name))}) + name + string(binary.LittleEndian.AppendUint64(nil, length)) + bytes
}

type optimizer struct {
	Step int   `json:"step"`
	Rate Float `json:"rate"`
}

func writeTestSections(c *CheckpointWriter) error {
	c.Float64s("links", testLinks())
	c.Uint64("seed", math.MaxUint64)
	c.Int64("offset", math.MinInt64)
	c.Text("phase", "training θ")
	c.Text("empty", "")
	c.JSON("optimizer", optimizer{3, Float(math.Inf(-1))})
	c.Float64s("none", nil)
	w := c.Section("stream", 6)
	for _, s := range []string{"ab", "", "cdef"} {
		if _, err := io.WriteString(w, s); err != nil {
			return err
		}
	}
	return nil
}

// testLinks are more numbers than fit a buffer, with the special ones, and a NaN with a payload.
func testLinks() []float64 {
	x := make([]float64, 3000)
	for i := range x {
		x[i] = math.Sin(float64(i))
	}
	x[0], x[1], x[2], x[3] = math.Copysign(0, -1), math.Inf(1), math.SmallestNonzeroFloat64, math.Float64frombits(0x7ff0_0000_dead_beef)
	return x
}

func bits(x []float64) []uint64 {
	b := make([]uint64, len(x))
	for i, v := range x {
		b[i] = math.Float64bits(v)
	}
	return b
}

func TestCheckpointSections(t *testing.T) {
	b := encoded(t, 1234, writeTestSections)
	c, err := openBytes(b)
	require.NoError(t, err)
	assert.EqualValues(t, 1234, c.Trajectory())
	assert.Equal(t, "c", c.Name())
	assert.Equal(t, []string{"links", "seed", "offset", "phase", "empty", "optimizer", "none", "stream"}, c.Sections())

	links := make([]float64, 3000)
	require.NoError(t, c.Float64s("links", links))
	assert.Equal(t, bits(testLinks()), bits(links))
	require.NoError(t, c.Float64s("none", nil))
	u, err := c.Uint64("seed")
	require.NoError(t, err)
	assert.EqualValues(t, uint64(math.MaxUint64), u)
	i, err := c.Int64("offset")
	require.NoError(t, err)
	assert.EqualValues(t, math.MinInt64, i)
	for name, want := range map[string]string{"phase": "training θ", "empty": "", "stream": "abcdef"} {
		s, err := c.Text(name)
		require.NoError(t, err)
		assert.Equal(t, want, s)
	}
	var o optimizer
	require.NoError(t, c.JSON("optimizer", &o))
	assert.Equal(t, optimizer{3, Float(math.Inf(-1))}, o)
	s, err := c.Section("stream")
	require.NoError(t, err)
	assert.EqualValues(t, 6, s.Size())
	require.NoError(t, c.Close())

	assert.Equal(t, b, encoded(t, 1234, writeTestSections), "the same bytes each time")
}

func TestCheckpointRefusesWrongUse(t *testing.T) {
	c, err := openBytes(encoded(t, 1, func(c *CheckpointWriter) error {
		c.Float64s("x", []float64{1, 2})
		c.JSON("json", map[string]int{"step": 1, "more": 2})
		c.Text("two", "{} {}")
		c.Text("text", "{")
		return nil
	}))
	require.NoError(t, err)
	var o optimizer
	for name, err := range map[string]error{
		`no section "y"`:                             c.Float64s("y", nil),
		`section "x" has 16 bytes, not 24`:           c.Float64s("x", make([]float64, 3)),
		`section "x" has 16 bytes, not 8`:            func() error { _, err := c.Int64("x"); return err }(),
		`no section "z"`:                             func() error { _, err := c.Text("z"); return err }(),
		`section "json": json: unknown field "more"`: c.JSON("json", &o),
		`section "two": more than one value`:         c.JSON("two", &o),
		`section "text": unexpected EOF`:             c.JSON("text", &o),
		`no section "w"`:                             c.JSON("w", &o),
	} {
		require.ErrorContains(t, err, name)
	}
}

func TestCheckpointWriterErrors(t *testing.T) {
	own := errors.New("own")
	cases := []struct {
		want     string
		sections func(*CheckpointWriter) error
	}{
		{"own", func(*CheckpointWriter) error { return own }},
		{`section "a" lacks 2 bytes`, func(c *CheckpointWriter) error {
			_, _ = c.Section("a", 3).Write([]byte("x"))
			c.Text("b", "")
			return nil
		}},
		{`section "a" lacks 3 bytes`, func(c *CheckpointWriter) error { c.Section("a", 3); return nil }},
		{`section "a" is 1 bytes too long`, func(c *CheckpointWriter) error { _, _ = c.Section("a", 3).Write([]byte("wxyz")); return nil }},
		{`section "a" is written to after its end`, func(c *CheckpointWriter) error {
			w := c.Section("a", 0)
			c.Text("b", "")
			_, _ = w.Write([]byte("x"))
			return nil
		}},
		{`section "a": json: unsupported value: NaN`, func(c *CheckpointWriter) error { c.JSON("a", math.NaN()); c.Text("b", ""); return nil }},
		{"more than 4096 sections", func(c *CheckpointWriter) error {
			for i := range maxSections + 1 {
				c.Text(string(rune(i+1)), "")
			}
			return nil
		}},
	}
	for _, x := range cases {
		dir := t.TempDir()
		err := WriteCheckpoint(dir, 3, x.sections)
		require.ErrorContains(t, err, x.want)
		require.ErrorContains(t, err, filepath.Join(dir, "checkpoint-00000003.slhmc"))
		assert.Empty(t, fileNames(t, dir))
	}
	assert.Error(t, encodeCheckpoint(brokenWriter{own}, 0, writeTestSections))
	for _, misuse := range []func(*CheckpointWriter){
		func(c *CheckpointWriter) { c.Text("", "") },
		func(c *CheckpointWriter) { c.Text(strings.Repeat("x", 256), "") },
		func(c *CheckpointWriter) { c.Text("a", ""); c.Text("a", "") },
		func(c *CheckpointWriter) { c.Section("a", -1) },
	} {
		assert.Panics(t, func() {
			_ = encodeCheckpoint(io.Discard, 0, func(c *CheckpointWriter) error { misuse(c); return nil })
		})
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// Every bit and every length of the file is covered.
func TestCheckpointFindsEveryFlipAndCut(t *testing.T) {
	b := encoded(t, 7, func(c *CheckpointWriter) error {
		c.Float64s("x", []float64{1, 2, 3})
		c.Text("phase", "sampling")
		return nil
	})
	var d *Damage
	for bit := range 8 * len(b) {
		_, err := openBytes(flipBit(b, bit))
		require.ErrorAs(t, err, &d, "bit %d", bit)
	}
	for n := range len(b) {
		_, err := openBytes(b[:n])
		require.ErrorAs(t, err, &d, "%d bytes", n)
	}
	_, err := openBytes(append(b, 0))
	require.ErrorAs(t, err, &d)
}

// Headers that lie under a correct digest.
func TestCheckpointLies(t *testing.T) {
	const end = "\x00"
	many := make([]string, maxSections+1, maxSections+2)
	for i := range many {
		many[i] = raw(string(rune(i+1)), 0, "")
	}
	cases := []struct {
		name   string
		body   []byte
		reason string // empty: valid
	}{
		{"none", body(end), ""},
		{"one", body(raw("a", 2, "xy"), end), ""},
		{"as many as may be", body(append(many[:maxSections:maxSections], end)...), ""},
		{"too many", body(append(many, end)...), "byte 46998: more than 4096 sections"},
		{"huge", body(raw("a", math.MaxUint64, "xy"), end), `byte 20: section "a" is said to have 18446744073709551615 bytes, the file has 2`},
		{"negative", body(raw("a", 1<<63, "xy"), end), `section "a" is said`},
		{"one too many", body(raw("a", 3, "xy"), end), `section "a" is said to have 3 bytes`},
		{"one too few", body(raw("a", 1, "xy"), end), "byte 31: a section's name is longer than the file"},
		{"a hidden end", body(raw("a", 2, "xy"), end, end), "byte 32: 1 bytes after the last section"},
		{"no end", body(raw("a", 2, "xy")), `section "a" is said`},
		{"nothing", body("\x01"), "byte 20: a section's name is longer than the file"},
		{"long name", body("\xff", strings.Repeat("x", 255), end), "longer than the file"},
		{"twice", body(raw("a", 0, ""), raw("a", 0, ""), end), `section "a" for the second time`},
		{"version", append([]byte(magic), append([]byte{1, 0, 0, 0}, make([]byte, 9)...)...), "byte 8: format version 1, this program reads 2"},
		{"as text", []byte(strings.Replace(string(body(end))+" ", "\r\n", "\n", 1)), `not a checkpoint: it starts with "SLHMC\n\x1a\x02"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := openBytes(seal(c.body))
			if c.reason == "" {
				require.NoError(t, err)
				return
			}
			var d *Damage
			require.ErrorAs(t, err, &d)
			require.ErrorContains(t, err, c.reason)
		})
	}
	b := seal(body(end))
	binary.LittleEndian.PutUint64(b[21:], 1<<40)
	sum := sha256.Sum256(b[:len(b)-sha256.Size])
	_, err := openBytes(append(b[:len(b)-sha256.Size], sum[:]...))
	require.ErrorContains(t, err, "the file has 61 bytes, its end says 1099511627776")
}

// A lie about a length costs no memory: opening takes a hash, its buffer of 32 KiB and small change,
// whatever the header says, not the 1 MiB of the file or more.
func TestCheckpointLiesAllocateNothing(t *testing.T) {
	b := seal(body(raw("a", math.MaxInt64, strings.Repeat("x", 1<<20)), "\x00"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := openBytes(b)
	runtime.ReadMemStats(&after)
	require.Error(t, err)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<18))
}

// A disk that fails is not damage of the file.
func TestCheckpointPassesErrors(t *testing.T) {
	b := encoded(t, 7, writeTestSections)
	own := errors.New("own")
	for _, from := range []int64{0, 5, 100, 2000, int64(len(b)) - 5} {
		_, err := NewCheckpoint("c", failingAt{b, from, own}, int64(len(b)))
		require.ErrorIs(t, err, own)
		var d *Damage
		require.False(t, errors.As(err, &d))
	}
}

type failingAt struct {
	b    []byte
	from int64
	err  error
}

func (f failingAt) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > f.from {
		return 0, f.err
	}
	return copy(p, f.b[at:]), nil
}

// Any sections survive, in their order.
func TestCheckpointRoundTrip(t *testing.T) {
	check(t, 200, func(p *gopter.Properties) {
		p.Property("sections survive", prop.ForAll(func(n uint64, names []string, x []float64, cut []uint8) bool {
			sections := map[string][]byte{}
			var order []string
			for i, name := range names {
				if len(name) > 200 {
					name = name[:200]
				}
				if name += "."; sections[name] == nil {
					sections[name] = make([]byte, (i*i*7)%100)
					order = append(order, name)
				}
			}
			b := encoded(t, n, func(c *CheckpointWriter) error {
				for _, name := range order {
					w, left := c.Section(name, int64(len(sections[name]))), sections[name]
					for i := 0; len(left) > 0; i++ { // in pieces
						size := len(left)
						if i < len(cut) {
							size = min(size, int(cut[i]))
						}
						if _, err := w.Write(left[:size]); err != nil {
							return err
						}
						left = left[size:]
					}
				}
				c.Float64s("x", x)
				return nil
			})
			c, err := openBytes(b)
			if err != nil || c.Trajectory() != n || len(c.Sections()) != len(order)+1 {
				return false
			}
			for i, name := range order {
				text, err := c.Text(name)
				if err != nil || text != string(sections[name]) || c.Sections()[i] != name {
					return false
				}
			}
			y := make([]float64, len(x))
			return c.Float64s("x", y) == nil && assert.ObjectsAreEqual(bits(x), bits(y))
		}, gen.UInt64(), gen.SliceOf(gen.AnyString()), gen.SliceOf(gen.Float64()), gen.SliceOf(gen.UInt8())))
	})
}
