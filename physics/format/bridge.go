package format

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
)

// longest bounds a line of a text file; a real takes some 25 bytes.
const longest = 256

// bridgeTextCodec is the text format of Bridge++ [B], plain or compressed by
// gzip: one real a line, in the order of the package comment. The file does not
// say its extents and group.
func bridgeTextCodec() codec {
	return codec{
		kind: BridgeText, extensions: []string{"txt", "text"},
		begins: beginsText,
		open: func(f *File) error {
			f.Precision = 64
			if f.told.complete() { // the lines are counted when they are read
				h := f.Header
				h.Shape, h.Rows = f.told, f.told.Group.N()
				f.data.length = int64(h.bytes())
				return nil
			}
			lines, err := countLines(f)
			f.data.length = 8 * lines
			return err
		},
		lay: func(h Header) (layout, error) { return lexicographic(h.Extents), nil },
		encode: func(h *Header) error {
			if h.Precision == 0 {
				h.Precision = 64
			}
			if h.Precision != 64 || h.ByteOrder != nil || h.Rows != h.Group.N() {
				return fmt.Errorf("%s has 64-bit reals, no byte order and all rows", h.Kind)
			}
			return nil
		},
		frame: func(Header) (before, after []byte) { return nil, nil },
	}
}

// bridgeBinaryCodec is the binary format of Bridge++ [B]: the same reals, 64 bits,
// big endian, and nothing else. Nothing tells it from other data but that it is
// of the right size, and that its links are in the group.
func bridgeBinaryCodec() codec {
	return codec{
		kind: BridgeBinary, extensions: []string{"bin"},
		begins: func([]byte, int64) bool { return true },
		open: func(f *File) error {
			f.Precision, f.ByteOrder = 64, binary.BigEndian
			f.data.length = f.size
			guess := *f
			if err := guess.infer(); err != nil || !guess.complete() {
				return at(0, "the file begins like none of the formats, and is no %s of %v by its size and first links (allowed: %v)", f.Kind, f.told, Kinds())
			}
			return nil
		},
		lay: func(h Header) (layout, error) { return lexicographic(h.Extents), nil },
		encode: func(h *Header) error {
			return choose(h, []int{64}, []binary.ByteOrder{binary.BigEndian})
		},
		frame: func(Header) (before, after []byte) { return nil, nil },
	}
}

func gzipped(start []byte) bool { return bytes.HasPrefix(start, []byte{0x1f, 0x8b}) }

// beginsText: what begins like a real, or is compressed.
func beginsText(start []byte, _ int64) bool {
	if gzipped(start) {
		return true
	}
	line, _, _ := bytes.Cut(start, []byte("\n"))
	if len(line) == len(start) { // of a long line, what is there
		return len(bytes.Trim(line, "+-.0123456789eE \t\r")) == 0 && len(line) > 0
	}
	_, err := strconv.ParseFloat(string(bytes.TrimSpace(line)), 64)
	return err == nil
}

// lines returns the lines of a text, decompressed.
func (f *File) lines() (*bufio.Scanner, error) {
	var start [2]byte
	in := io.Reader(io.NewSectionReader(f.r, 0, f.size))
	if f.size >= 2 {
		if err := readAt(f.r, start[:], 0); err != nil {
			return nil, err
		}
	}
	if gzipped(start[:]) {
		z, err := gzip.NewReader(bufio.NewReaderSize(in, chunk))
		if err != nil {
			return nil, at(0, "%w", err)
		}
		in = z
	}
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 1<<16), 1<<16)
	return s, nil
}

// countLines counts those that are not empty.
func countLines(f *File) (n int64, err error) {
	t := newText(f)
	for t.scan() {
		if len(bytes.TrimSpace(t.lines.Bytes())) > 0 {
			n++
		}
	}
	return n, t.err
}

// textSource is the source of a text: it keeps the first error.
type textSource struct {
	lines *bufio.Scanner
	line  int
	first int // of the last link
	err   error
}

func newText(f *File) *textSource {
	t := &textSource{}
	t.lines, t.err = f.lines()
	return t
}

// scan goes to the next line.
func (t *textSource) scan() bool {
	if t.err != nil {
		return false
	}
	if !t.lines.Scan() {
		if err := t.lines.Err(); err != nil {
			t.err = fmt.Errorf("format: line %d: %w", t.line+1, err)
		}
		return false
	}
	t.line++
	if len(t.lines.Bytes()) > longest {
		t.err = fmt.Errorf("format: line %d: %d bytes (allowed: %d)", t.line, len(t.lines.Bytes()), longest)
		return false
	}
	return true
}

func (t *textSource) next(m []complex128) error {
	t.first = t.line + 1
	for k := range m {
		re := t.real()
		m[k] = complex(re, t.real())
	}
	return t.err
}

func (t *textSource) real() float64 {
	if !t.scan() {
		if t.err == nil {
			t.err = fmt.Errorf("format: line %d: the text ends before the configuration", t.line+1)
		}
		return 0
	}
	text := bytes.TrimSpace(t.lines.Bytes())
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		t.err = fmt.Errorf("format: line %d: %q is not a real", t.line, text)
	}
	return x
}

func (t *textSource) at(err error) error { return fmt.Errorf("format: line %d: %w", t.first, err) }

// end says whether nothing but empty lines is left.
func (t *textSource) end() error {
	for t.scan() {
		if len(bytes.TrimSpace(t.lines.Bytes())) > 0 {
			return fmt.Errorf("format: line %d: the text goes on after the configuration", t.line)
		}
	}
	return t.err
}
