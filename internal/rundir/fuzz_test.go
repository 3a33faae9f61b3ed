package rundir

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the bytes, bare or as a record in a frame that fits: no crash, verified lines are exactly those that Append's twin would write for their
// records, and the reader stops at a *Damage or at the end.
func FuzzJournalReader(f *testing.F) {
	all := testLines(f, 3)
	for _, s := range []string{"", "\n", all, all[:len(all)-1], strings.Replace(all, "0", "1", 1), lineHead + "00000000" + lineMid + lineTail} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, framed bool) {
		if framed {
			first := noLine.after(b)
			b = []byte(lineHead + string(first[:]) + lineMid + string(b) + lineTail)
		}
		r := NewJournalReader("f", bytes.NewReader(b))
		var verified bytes.Buffer
		lines, last := 0, noLine
		for r.Next() {
			lines++
			last = last.after(r.Record())
			verified.WriteString(lineHead)
			verified.Write(last[:])
			verified.WriteString(lineMid)
			verified.Write(r.Record())
			verified.WriteString(lineTail)
			var v, w any // what is JSON may be a number that no variable holds
			require.Equal(t, json.Unmarshal(r.Record(), &v) == nil, r.Decode(&w) == nil)
			require.Equal(t, v, w)
		}
		require.Equal(t, lines, r.Line())
		require.Equal(t, Mark{int64(verified.Len()), string(last[:])}, r.Mark())
		require.True(t, bytes.HasPrefix(b, verified.Bytes()))
		if verified.Len() == len(b) {
			require.NoError(t, r.Err())
			return
		}
		var d *Damage
		require.ErrorAs(t, r.Err(), &d)
		require.Equal(t, lines+1, d.Line)
		require.EqualValues(t, verified.Len(), d.Offset)
	})
}

// Whatever the bytes, with their own tail or one that fits: no crash; a *Damage, or a checkpoint that,
// written again from what was read, is the same file.
func FuzzCheckpoint(f *testing.F) {
	const end = "\x00"
	whole := encoded(f, 7, func(c *CheckpointWriter) error {
		c.Float64s("x", []float64{1, 2})
		c.JSON("optimizer", optimizer{Step: 3})
		return nil
	})
	f.Add(whole, false)
	f.Add(whole[:len(whole)-9], false)
	f.Add(body(end), true)
	f.Add(body(raw("a", 2, "xy"), end), true)
	f.Add(body(raw("a", 1<<63, "xy"), end), true)
	f.Add(body(raw("a", 1, "xy"), end), true)
	f.Add(body("\xff", end), true)
	f.Add([]byte{}, true)
	f.Fuzz(func(t *testing.T, b []byte, sealed bool) {
		if sealed {
			b = seal(b)
		}
		c, err := openBytes(b)
		if err != nil {
			var d *Damage
			require.True(t, errors.As(err, &d), "%v", err)
			return
		}
		again := encoded(t, c.Trajectory(), func(w *CheckpointWriter) error {
			for _, name := range c.Sections() {
				s, err := c.Section(name)
				require.NoError(t, err)
				_, err = io.Copy(w.Section(name, s.Size()), s)
				require.NoError(t, err)
				text, err := c.Text(name)
				require.NoError(t, err)
				require.Len(t, text, int(s.Size()))
				var v any
				_ = c.JSON(name, &v) // any answer, no crash
			}
			return nil
		})
		require.Equal(t, b, again)
	})
}

// A Float that JSON accepts is one that it writes, to the same text again.
func FuzzFloat(f *testing.F) {
	for _, s := range []string{"0", "-0", "1e-7", `"NaN"`, `"-Inf"`, "1e999", "null", `"x"`, "0.1e1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var x, y Float
		if json.Unmarshal(b, &x) != nil {
			return
		}
		text, err := json.Marshal(x)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &y))
		again, err := json.Marshal(y)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
	})
}
