package format

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"

	"github.com/slhmc/slhmc/physics/gauge"
)

// longest bounds a line of a text file; a real takes some 25 bytes.
const longest = 256

var gzipMagic = []byte{0x1f, 0x8b}

// ReadBridgeText sets u to the links of a Bridge++ text file [B], plain or
// compressed by gzip: one real a line, in the order of the package comment.
// The file does not say its extents and group; they are u's.
//
// Errors: with the line, whatever is not a number, links outside the group, too
// few lines or too many; u is then unchanged. On a lattice divided among
// processes each reads the file.
func ReadBridgeText(r io.Reader, u *gauge.Field) error {
	in := bufio.NewReader(r)
	if start, err := in.Peek(2); err == nil && bytes.Equal(start, gzipMagic) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("format: %w", err)
		}
		in = bufio.NewReader(z)
	}
	t := &reals{lines: bufio.NewScanner(in)}
	t.lines.Buffer(make([]byte, longest), longest)

	s := newSink(u, Tolerance64)
	geo := u.Geometry()
	for site := range geo.Volume() {
		for mu := range geo.Dims() {
			for k := range s.m {
				re := t.next()
				s.m[k] = complex(re, t.next())
			}
			if t.err != nil {
				return t.err
			}
			if err := s.set(site, mu); err != nil {
				return fmt.Errorf("format: line %d: %w", t.line-2*len(s.m)+1, err)
			}
		}
	}
	if err := t.end(); err != nil {
		return err
	}
	s.done()
	return nil
}

// reals reads one real a line, and keeps the first error.
type reals struct {
	lines *bufio.Scanner
	line  int
	err   error
}

func (t *reals) next() float64 {
	if t.err != nil {
		return 0
	}
	if !t.lines.Scan() {
		if t.err = t.broken(); t.err == nil {
			t.err = fmt.Errorf("format: line %d: the text ends before the configuration", t.line+1)
		}
		return 0
	}
	t.line++
	text := bytes.TrimSpace(t.lines.Bytes())
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		t.err = fmt.Errorf("format: line %d: %q is not a real", t.line, text)
	}
	return x
}

// end says whether nothing but empty lines is left.
func (t *reals) end() error {
	for t.lines.Scan() {
		t.line++
		if len(bytes.TrimSpace(t.lines.Bytes())) > 0 {
			return fmt.Errorf("format: line %d: the text goes on after the configuration", t.line)
		}
	}
	return t.broken()
}

// broken returns the error of reading, if there was one.
func (t *reals) broken() error {
	if err := t.lines.Err(); err != nil {
		return fmt.Errorf("format: line %d: %w", t.line+1, err)
	}
	return nil
}
