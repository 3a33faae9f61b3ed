package rundir

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
)

// Checkpoint is an open checkpoint whose every byte was verified. Its methods may be called in any order,
// and return an error if the section does not exist or has another length than asked for.
type Checkpoint struct {
	name       string
	r          io.ReaderAt
	closer     io.Closer
	trajectory uint64
	names      []string
	sections   map[string]span
}

type span struct{ offset, length int64 }

// OpenCheckpoint opens a checkpoint: it reads the file once, checks its digest and its structure.
// The caller closes it.
//
// Errors: *Damage, or of the file system.
func OpenCheckpoint(path string) (*Checkpoint, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	c, err := openCheckpoint(path, f)
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	c.closer = f
	return c, nil
}

func openCheckpoint(path string, f *os.File) (*Checkpoint, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	return NewCheckpoint(path, f, info.Size())
}

// NewCheckpoint is OpenCheckpoint for size bytes from r; name is for messages.
func NewCheckpoint(name string, r io.ReaderAt, size int64) (*Checkpoint, error) {
	c := &Checkpoint{name: name, r: r, sections: map[string]span{}}
	if size < int64(headSize+tailSize) {
		return nil, c.damage(0, "%d bytes are no checkpoint", size)
	}
	if err := c.verify(size); err != nil {
		return nil, err
	}
	if err := c.index(size - int64(tailSize)); err != nil {
		return nil, err
	}
	return c, nil
}

// verify checks head and tail, but for the end mark.
func (c *Checkpoint) verify(size int64) error {
	var head [headSize]byte
	if err := c.readAt(head[:], 0); err != nil {
		return err
	}
	if string(head[:len(magic)]) != magic {
		return c.damage(0, "not a checkpoint: it starts with %q", head[:len(magic)])
	}
	if v := binary.LittleEndian.Uint32(head[len(magic):]); v != version {
		return c.damage(int64(len(magic)), "format version %d, this program reads %d", v, version)
	}
	c.trajectory = binary.LittleEndian.Uint64(head[len(magic)+4:])

	var tail [8 + sha256.Size]byte
	tailAt := size - int64(len(tail))
	if err := c.readAt(tail[:], tailAt); err != nil {
		return err
	}
	if n := binary.LittleEndian.Uint64(tail[:]); n != uint64(size) {
		return c.damage(tailAt, "the file has %d bytes, its end says %d", size, n)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(c.r, 0, size-sha256.Size)); err != nil {
		return fmt.Errorf("rundir: %s: %w", c.name, err)
	}
	if !bytes.Equal(sum.Sum(nil), tail[8:]) {
		return c.damage(size-sha256.Size, "the SHA-256 of the file is not what its end says")
	}
	return nil
}

// index makes the table of sections; their end mark is at end.
func (c *Checkpoint) index(end int64) error {
	var head [1 + math.MaxUint8 + 8]byte
	at := int64(headSize)
	for {
		// Of the section's head, what the file still holds before the tail's length field.
		h := head[:min(int64(len(head)), end+1-at)]
		if err := c.readAt(h, at); err != nil {
			return err
		}
		n := int64(h[0])
		if n == 0 {
			if at != end {
				return c.damage(at, "%d bytes after the last section", end-at)
			}
			return nil
		}
		start := at + 1 + n + 8
		if start > end {
			return c.damage(at, "a section's name is longer than the file")
		}
		name, length := string(h[1:1+n]), binary.LittleEndian.Uint64(h[1+n:])
		if length > uint64(end-start) {
			return c.damage(at, "section %q is said to have %d bytes, the file has %d", name, length, end-start)
		}
		if _, twice := c.sections[name]; twice {
			return c.damage(at, "section %q for the second time", name)
		}
		if len(c.names) == maxSections {
			return c.damage(at, "more than %d sections", maxSections)
		}
		c.sections[name] = span{start, int64(length)}
		c.names = append(c.names, name)
		at = start + int64(length)
	}
}

func (c *Checkpoint) readAt(b []byte, at int64) error {
	n, err := c.r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	return fmt.Errorf("rundir: %s: byte %d: %w", c.name, at, err)
}

func (c *Checkpoint) damage(at int64, format string, args ...any) error {
	return &Damage{File: c.name, Offset: at, Reason: fmt.Sprintf(format, args...)}
}

// Trajectory returns the number of the trajectory after which the checkpoint was written.
func (c *Checkpoint) Trajectory() uint64 { return c.trajectory }

// Name returns the path it was opened by.
func (c *Checkpoint) Name() string { return c.name }

// Sections returns the names of the sections in the order of the file.
func (c *Checkpoint) Sections() []string { return append([]string(nil), c.names...) }

// Section returns a reader of a section's bytes, which knows their number (Size).
func (c *Checkpoint) Section(name string) (*io.SectionReader, error) {
	s, ok := c.sections[name]
	if !ok {
		return nil, fmt.Errorf("rundir: %s: no section %q", c.name, name)
	}
	return io.NewSectionReader(c.r, s.offset, s.length), nil
}

// Float64s sets dst to the numbers of a section, which must have as many.
func (c *Checkpoint) Float64s(name string, dst []float64) error {
	s, err := c.sized(name, 8*int64(len(dst)))
	if err != nil {
		return err
	}
	var buf [1 << 13]byte
	for len(dst) > 0 {
		n := min(len(dst), len(buf)/8)
		if _, err := io.ReadFull(s, buf[:8*n]); err != nil {
			return fmt.Errorf("rundir: %s: section %q: %w", c.name, name, err)
		}
		for i := range dst[:n] {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(buf[8*i:]))
		}
		dst = dst[n:]
	}
	return nil
}

// Numbers returns the numbers of a section, as many as there are.
func (c *Checkpoint) Numbers(name string) ([]float64, error) {
	s, err := c.Section(name)
	if err != nil {
		return nil, err
	}
	x := make([]float64, s.Size()/8) // no more than the file has
	return x, c.Float64s(name, x)
}

// Uint64 returns the counter of a section.
func (c *Checkpoint) Uint64(name string) (uint64, error) {
	s, err := c.sized(name, 8)
	if err != nil {
		return 0, err
	}
	var b [8]byte
	if _, err := io.ReadFull(s, b[:]); err != nil {
		return 0, fmt.Errorf("rundir: %s: section %q: %w", c.name, name, err)
	}
	return binary.LittleEndian.Uint64(b[:]), nil
}

// Int64 returns the counter or offset of a section.
func (c *Checkpoint) Int64(name string) (int64, error) {
	v, err := c.Uint64(name)
	return int64(v), err
}

// Text returns the string of a section.
func (c *Checkpoint) Text(name string) (string, error) {
	b, err := c.bytes(name)
	return string(b), err
}

// JSON sets v to the JSON of a section, strictly: a field that v does not have is an error.
func (c *Checkpoint) JSON(name string, v any) error {
	b, err := c.bytes(name)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("rundir: %s: section %q: %w", c.name, name, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("rundir: %s: section %q: more than one value", c.name, name)
	}
	return nil
}

// Close closes the file. Section readers are invalid then.
func (c *Checkpoint) Close() error {
	if c.closer == nil {
		return nil
	}
	if err := c.closer.Close(); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	return nil
}

// sized is Section for a known length.
func (c *Checkpoint) sized(name string, want int64) (*io.SectionReader, error) {
	s, err := c.Section(name)
	if err == nil && s.Size() != want {
		return nil, fmt.Errorf("rundir: %s: section %q has %d bytes, not %d", c.name, name, s.Size(), want)
	}
	return s, err
}

func (c *Checkpoint) bytes(name string) ([]byte, error) {
	s, err := c.Section(name)
	if err != nil {
		return nil, err
	}
	b := make([]byte, s.Size()) // no more than the file has
	if _, err := io.ReadFull(s, b); err != nil {
		return nil, fmt.Errorf("rundir: %s: section %q: %w", c.name, name, err)
	}
	return b, nil
}
