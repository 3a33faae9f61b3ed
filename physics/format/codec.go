package format

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/physics/group"
)

// codec is all that a format needs of its own: how it begins, what its header
// says, how links follow one another, and what stands before and behind them.
type codec struct {
	kind       Kind
	extensions []string
	// begins says whether a file may be of the format; nil if another codec tells.
	begins func(start []byte, size int64) bool
	// open reads the header.
	open func(f *File) error
	// lay returns the layout of the links. Errors: h cannot be in the format.
	lay func(h Header) (layout, error)
	// encode completes, for a file to be written, what the format leaves to choose;
	// nil if the format is only read. Errors: a choice it does not offer.
	encode func(h *Header) error
	// frame returns the bytes before and behind the links.
	frame func(h Header) (before, after []byte)
}

// codecs is the table of formats, in the order in which they are tried.
func codecs() []codec {
	return []codec{
		ildgCodec(), scidacCodec(), loneCodec(), nerscCodec(), milcCodec(), numpyCodec(), openQCDCodec(), bridgeTextCodec(), bridgeBinaryCodec(),
	}
}

func codecOf(kind Kind) codec {
	for _, c := range codecs() {
		if c.kind == kind {
			return c
		}
	}
	panic(fmt.Sprintf("format: no format %q", kind))
}

// Kinds returns the formats that can be written.
func Kinds() []Kind {
	var kinds []Kind
	for _, c := range codecs() {
		if c.encode != nil {
			kinds = append(kinds, c.kind)
		}
	}
	return kinds
}

// KindOf returns the format that the extension of a path belongs to. Errors: it
// belongs to none.
func KindOf(path string) (Kind, error) {
	extension := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
	var all []string
	for _, c := range codecs() {
		if slices.Contains(c.extensions, extension) {
			return c.kind, nil
		}
		all = append(all, c.extensions...)
	}
	return "", fmt.Errorf("format: %s: no format has the extension %q (allowed: %s)", path, extension, strings.Join(all, ", "))
}

// ParseKind returns the format of a name: one of Kinds, in any case, or an
// extension. Errors: any other.
func ParseKind(name string) (Kind, error) {
	var all []string
	for _, c := range codecs() {
		if c.encode == nil {
			continue
		}
		if strings.EqualFold(name, string(c.kind)) || slices.Contains(c.extensions, strings.ToLower(name)) {
			return c.kind, nil
		}
		all = append(all, c.extensions[0])
	}
	return "", fmt.Errorf("format: unknown format %q (allowed: %s)", name, strings.Join(all, ", "))
}

// Precisions returns the sizes of a real, in bits, that a format can be written
// in.
func Precisions(kind Kind) []int {
	var all []int
	for _, p := range []int{32, 64} {
		h := Header{Kind: kind, Shape: Shape{Group: group.SU3}, Precision: p, Rows: group.SU3.N()}
		if c := codecOf(kind); c.encode != nil && c.encode(&h) == nil {
			all = append(all, p)
		}
	}
	return all
}
