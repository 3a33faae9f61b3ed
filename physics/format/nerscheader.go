package format

import (
	"bytes"
	"slices"
	"strings"
)

// nerscHeader holds the values of a header, keys in capitals, with the byte of their
// lines.
type nerscHeader struct {
	values map[string]string
	where  map[string]int64
	lines  []nerscLine
}

type nerscLine struct {
	text  string
	where int64
}

// split finds the lines between BEGIN_HEADER and END_HEADER, and where the data
// begin.
func (h *nerscHeader) split(f *File) (int64, error) {
	b := make([]byte, min(f.size, most))
	if err := readAt(f.r, b, 0); err != nil {
		return 0, err
	}
	begun := false
	for pos := 0; pos < len(b); {
		line, _, ended := bytes.Cut(b[pos:], []byte("\n"))
		if !ended {
			break
		}
		next := pos + len(line) + 1
		switch text := strings.TrimSpace(string(line)); {
		case !begun && text == nerscBegin:
			begun = true
		case begun && text == nerscEnd:
			return int64(next), nil
		case text != "":
			h.lines = append(h.lines, nerscLine{text, int64(pos)})
		}
		pos = next
	}
	return 0, at(int64(len(b)), "no END_HEADER within %d bytes", len(b))
}

// matters says whether a reader depends on a key; the others inform.
func matters(key string) bool {
	return strings.HasPrefix(key, "DIMENSION_") || slices.Contains([]string{"DATATYPE", "CHECKSUM", "PLAQUETTE", "LINK_TRACE", "FLOATING_POINT"}, key)
}

// add takes a line. A key that matters may be said twice, but not with two values.
func (h *nerscHeader) add(f *File, l nerscLine) error {
	key, value, found := strings.Cut(l.text, "=")
	if !found {
		return f.broken(PromiseHeader, at(l.where, "%q is not KEY = VALUE", l.text))
	}
	key, value = strings.ToUpper(strings.TrimSpace(key)), strings.TrimSpace(value)
	if key == nerscRemark {
		f.Remarks = append(f.Remarks, value)
	}
	if was, twice := h.values[key]; twice && was != value && matters(key) {
		return f.broken(PromiseHeader, at(l.where, "a second %s, %s after %s", key, value, was))
	} else if twice {
		return nil
	}
	h.values[key], h.where[key] = value, l.where
	return nil
}

// missing says whether a key that guards the data is not there, and whether another
// line may have been it before it was damaged.
func (h nerscHeader) missing(f *File, key string, p Promise) (bool, error) {
	if _, there := h.values[key]; there {
		return false, nil
	}
	for _, l := range h.lines {
		name, value, _ := strings.Cut(l.text, "=")
		if near(strings.TrimSpace(name), key) || strings.Contains(value, key) {
			return true, f.broken(p, at(l.where, "%q, and no %s: the key may be damaged", l.text, key))
		}
	}
	return true, nil
}

// bad returns an error about a key.
func (h nerscHeader) bad(key, allowed string) error {
	value, there := h.values[key]
	if !there {
		return at(0, "the header has no %s (allowed: %s)", key, allowed)
	}
	return at(h.where[key], "%s = %s (allowed: %s)", key, value, allowed)
}
