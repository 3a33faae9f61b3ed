package format

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// longest bounds a line of a text file; a real takes some 25 bytes, a site of SU(3)
// has 72 of them.
const longest = 4096

// bridgeTextCodec is the text format of Bridge++ [B]: reals, one a line, in the order
// of the package comment. Read are any number of them on a line, with exponents of
// Fortran, and with parentheses and commas around pairs. The file does not say its
// extents and group.
func bridgeTextCodec() codec {
	return codec{
		kind: BridgeText, extensions: []string{"txt", "text"},
		begins: beginsText,
		open: func(f *File) error {
			f.Precision = 64
			if f.told.complete() { // the reals are counted when they are read
				h := f.Header
				h.Shape, h.Rows = f.told, f.told.Group.N()
				f.data.length = int64(h.bytes())
				return nil
			}
			reals, err := countReals(f)
			f.data.length = 8 * reals
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

// beginsText: what begins like reals.
func beginsText(start []byte, _ int64) bool {
	line, _, whole := bytes.Cut(start, []byte("\n"))
	words := bytes.FieldsFunc(line, separates)
	if !whole && len(words) > 1 {
		words = words[:len(words)-1] // the last may go on
	}
	for _, w := range words {
		if _, err := parseReal(w); err != nil && (whole || len(bytes.Trim(w, "+-.0123456789eEdD")) > 0) {
			return false
		}
	}
	return len(words) > 0
}

// separates says whether a character stands between reals.
func separates(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\v', '\f', '(', ')', ',':
		return true
	}
	return false
}

// parseReal reads a real; Fortran writes the exponent of a double with a D.
func parseReal(word []byte) (float64, error) {
	if i := bytes.IndexAny(word, "dD"); i >= 0 {
		word = bytes.Clone(word)
		word[i] = 'e'
	}
	return strconv.ParseFloat(string(word), 64)
}

// countReals counts them.
func countReals(f *File) (n int64, err error) {
	t := newText(f)
	for ; t.word(); n++ {
	}
	return n, t.err
}

// textSource is the source of a text: it keeps the first error.
type textSource struct {
	lines *bufio.Scanner
	words [][]byte // that are left of the line
	line  int
	first int // of the last link
	err   error
}

func newText(f *File) *textSource {
	t := &textSource{lines: bufio.NewScanner(io.NewSectionReader(f.r, 0, f.size))}
	t.lines.Buffer(make([]byte, 1<<16), 1<<16)
	return t
}

// word goes to the next word: the first of words.
func (t *textSource) word() bool {
	if len(t.words) > 0 {
		t.words = t.words[1:]
	}
	for len(t.words) == 0 {
		if t.err != nil || !t.lines.Scan() {
			if err := t.lines.Err(); err != nil && t.err == nil {
				t.err = fmt.Errorf("format: line %d: %w", t.line+1, err)
			}
			return false
		}
		t.line++
		if len(t.lines.Bytes()) > longest {
			t.err = fmt.Errorf("format: line %d: %d bytes (allowed: %d)", t.line, len(t.lines.Bytes()), longest)
			return false
		}
		t.words = bytes.FieldsFunc(t.lines.Bytes(), separates)
	}
	return true
}

func (t *textSource) next(m []complex128) error {
	for k := range m {
		re := t.real()
		if k == 0 {
			t.first = t.line
		}
		m[k] = complex(re, t.real())
	}
	return t.err
}

func (t *textSource) real() float64 {
	if !t.word() {
		if t.err == nil {
			t.err = fmt.Errorf("format: line %d: the text ends before the configuration", t.line+1)
		}
		return 0
	}
	x, err := parseReal(t.words[0])
	if err != nil {
		t.err = fmt.Errorf("format: line %d: %q is not a real", t.line, t.words[0])
	}
	return x
}

func (t *textSource) at(err error) error { return fmt.Errorf("format: line %d: %w", t.first, err) }

// end says whether nothing but blanks is left.
func (t *textSource) end() error {
	if t.word() {
		return fmt.Errorf("format: line %d: the text goes on after the configuration", t.line)
	}
	return t.err
}
