package rundir

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"math"
	"path/filepath"
)

// The container (format: package comment).
const (
	// magic has, like that of PNG, line ends and an end-of-file character that a transfer as text would change.
	magic   = "SLHMC\r\n\x1a"
	version = 2 // 1: lines of journals were no chain

	headSize = len(magic) + 4 + 8
	tailSize = 1 + 8 + sha256.Size

	// maxSections bounds the memory for the table of sections.
	maxSections = 1 << 12
)

// WriteCheckpoint writes the checkpoint after the given trajectory, atomically, into dir, and then removes
// the older ones except the newest that is valid: the last two remain.
//
// sections writes the sections, in any order that is always the same. Errors of the writer's methods stay
// in it and are returned here, so sections need only return its own.
// Checkpoints of later trajectories are removed too: the run that writes this one did not start from
// them, and its journals no longer reach so far.
//
// Errors: of sections, of the writer, of the file system. Nothing is removed before the new checkpoint is durable.
func WriteCheckpoint(dir string, trajectory uint64, sections func(*CheckpointWriter) error) error {
	if err := WriteSections(filepath.Join(dir, CheckpointName(trajectory)), trajectory, sections); err != nil {
		return err
	}
	return prune(dir, trajectory)
}

// WriteSections writes a file of the form of a checkpoint, atomically, under any name; [OpenCheckpoint] reads it.
func WriteSections(path string, trajectory uint64, sections func(*CheckpointWriter) error) error {
	return WriteAtomic(path, func(w io.Writer) error { return encodeCheckpoint(w, trajectory, sections) })
}

func encodeCheckpoint(w io.Writer, trajectory uint64, sections func(*CheckpointWriter) error) error {
	c := &CheckpointWriter{w: w, sum: sha256.New(), names: map[string]bool{}, buf: make([]byte, 0, 1<<13)}
	c.put([]byte(magic))
	c.put(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(nil, version), trajectory))
	if err := sections(c); err != nil {
		return err
	}
	c.end()
	c.put([]byte{0})
	c.put(binary.LittleEndian.AppendUint64(nil, uint64(c.n)+8+sha256.Size))
	c.put(c.sum.Sum(nil))
	return c.err
}

// CheckpointWriter writes the sections of a checkpoint one after the other. After an error its methods do nothing.
//
// The methods panic if the name is empty, longer than 255 bytes, or was used before.
type CheckpointWriter struct {
	w     io.Writer
	sum   hash.Hash
	n     int64
	names map[string]bool
	open  *sectionWriter
	buf   []byte
	err   error
}

// Section starts a section of length bytes, to be written to the returned writer before the next section
// starts; one byte more or less is an error.
func (c *CheckpointWriter) Section(name string, length int64) io.Writer {
	switch {
	case name == "" || len(name) > math.MaxUint8:
		panic(fmt.Sprintf("rundir: section name %q has not 1 to 255 bytes", name))
	case c.names[name]:
		panic(fmt.Sprintf("rundir: section %q is written twice", name))
	case length < 0:
		panic(fmt.Sprintf("rundir: section %q has negative length", name))
	}
	c.end()
	c.names[name] = true
	if len(c.names) > maxSections && c.err == nil {
		c.err = fmt.Errorf("more than %d sections", maxSections)
	}
	head := append([]byte{byte(len(name))}, name...)
	c.put(binary.LittleEndian.AppendUint64(head, uint64(length)))
	c.open = &sectionWriter{c: c, name: name, left: length}
	return c.open
}

// Float64s writes a section of numbers, each bit kept.
func (c *CheckpointWriter) Float64s(name string, x []float64) {
	w := c.Section(name, 8*int64(len(x)))
	for len(x) > 0 && c.err == nil {
		n := min(len(x), cap(c.buf)/8)
		c.buf = c.buf[:0]
		for _, v := range x[:n] {
			c.buf = binary.LittleEndian.AppendUint64(c.buf, math.Float64bits(v))
		}
		_, _ = w.Write(c.buf) // its error stays in c
		x = x[n:]
	}
}

// Uint64 writes a section of one counter.
func (c *CheckpointWriter) Uint64(name string, v uint64) {
	c.bytes(name, binary.LittleEndian.AppendUint64(nil, v))
}

// Int64 writes a section of one counter or offset.
func (c *CheckpointWriter) Int64(name string, v int64) { c.Uint64(name, uint64(v)) }

// Text writes a section of a string.
func (c *CheckpointWriter) Text(name, s string) { c.bytes(name, []byte(s)) }

// JSON writes a section of what encoding/json makes of v; floats that may be NaN or infinite as [Float].
func (c *CheckpointWriter) JSON(name string, v any) {
	b, err := json.Marshal(v)
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("section %q: %w", name, err)
	}
	c.bytes(name, b)
}

func (c *CheckpointWriter) bytes(name string, b []byte) {
	_, _ = c.Section(name, int64(len(b))).Write(b) // its error stays in c
}

// end checks that the open section is complete.
func (c *CheckpointWriter) end() {
	if c.open != nil && c.open.left > 0 && c.err == nil {
		c.err = fmt.Errorf("section %q lacks %d bytes", c.open.name, c.open.left)
	}
	c.open = nil
}

func (c *CheckpointWriter) put(b []byte) {
	if c.err != nil {
		return
	}
	n, err := c.w.Write(b)
	c.sum.Write(b[:n]) // never fails
	c.n += int64(n)
	c.err = err
}

type sectionWriter struct {
	c    *CheckpointWriter
	name string
	left int64
}

func (s *sectionWriter) Write(b []byte) (int, error) {
	switch {
	case s.c.err != nil:
	case s.c.open != s:
		s.c.err = fmt.Errorf("section %q is written to after its end", s.name)
	case int64(len(b)) > s.left:
		s.c.err = fmt.Errorf("section %q is %d bytes too long", s.name, int64(len(b))-s.left)
	default:
		s.left -= int64(len(b))
		s.c.put(b)
	}
	if s.c.err != nil {
		return 0, s.c.err
	}
	return len(b), nil
}
