package format

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Kind is a file format.
type Kind string

// The formats.
const (
	ILDG         Kind = "ILDG"
	SciDAC       Kind = "SciDAC"                       // a single-file QIO record of links
	LoneRecord   Kind = "lone ildg-binary-data record" // LIME without an ildg-format record
	NERSC        Kind = "NERSC"
	MILC         Kind = "MILC"
	BridgeText   Kind = "Bridge++ text"
	BridgeBinary Kind = "Bridge++ binary"
	OpenQCD      Kind = "openQCD"
	NumPy        Kind = "NumPy"
)

// Shape is what a field is, and what some formats do not say: zero values are
// unknown.
type Shape struct {
	Extents []int // of x, (y, (z,)) t
	Group   group.Group
}

// Of returns the shape of a field.
func Of(u *gauge.Field) Shape { return Shape{u.Geometry().Extents(), u.Group()} }

func (s Shape) complete() bool { return s.Extents != nil && s.Group.N() > 0 }

// Header says what a file holds, as far as it says so itself or has been told.
type Header struct {
	Kind Kind
	Shape
	// Precision is the size of a real in bits, 32 or 64; 0 if unknown.
	Precision int
	// ByteOrder is nil in a text.
	ByteOrder binary.ByteOrder
	// Rows is how many rows of each matrix stand in the file: N, or N-1 where the
	// last follows from the others.
	Rows    int
	columns bool // matrices stand column by column
	// Compression is "gzip" or empty.
	Compression string
	// Axes is the order of the axes where a format knows more than one.
	Axes Axes
	// Boundary holds the boundary condition of the quarks in each direction as a
	// NERSC header says it; nil if all are periodic. Links are periodic.
	Boundary []string
	// Notes say what is unusual about the file and yet read; those about the links
	// come when these are read.
	Notes []string
	// Unitarity is the largest group.Unitarity of the links, once they have been read.
	Unitarity float64
	// Accepted are the promises that the file breaks and that were accepted.
	Accepted []*Broken
	// Remarks are what a writer of this package was told to keep: Encoding.Remarks.
	Remarks []string
	// Inferred says that a part of Shape and Precision was neither written in the
	// file nor told, but is all that its size and the unitarity of its first
	// links admit.
	Inferred bool
	// Checksum holds the sums of the format over the data; nil if there are none.
	Checksum Checksum
	// Plaquette and LinkTrace are the averages of Re tr P / N and Re tr U / N that
	// the header claims; nil if it does not.
	Plaquette, LinkTrace *Claim
}

// Claim is a number in a header, and by how much the links may differ from it:
// half a unit of its last digit, and the errors of the links themselves.
type Claim struct{ Value, Tolerance float64 }

// NewField returns a unit configuration of the header's shape, for a reader to
// set; options are those of lattice.New. Errors: extents or group unknown, or
// not offered.
func (h Header) NewField(options ...lattice.Option) (*gauge.Field, error) {
	if !h.complete() {
		return nil, fmt.Errorf("format: %s does not say its extents and group: they must be given", h.Kind)
	}
	geo, err := lattice.New(h.Extents, options...)
	if err != nil {
		return nil, fmt.Errorf("format: %w", err)
	}
	return gauge.NewField(geo, h.Group), nil
}

// fills reports whether the links take the given number of bytes.
func (h Header) fills(bytes int64) bool {
	size := h.linkBytes() * int64(len(h.Extents))
	for _, l := range h.Extents {
		if l < 1 || int64(l) > bytes/size { // also guards the product
			return false
		}
		size *= int64(l)
	}
	return size == bytes
}

// linkBytes returns the size of one link.
func (h Header) linkBytes() int64 { return int64(2 * h.Rows * h.Group.N() * h.Precision / 8) }

// agrees says whether what is known of s and of told is the same.
func (s Shape) agrees(told Shape) bool {
	return (s.Extents == nil || told.Extents == nil || slices.Equal(s.Extents, told.Extents)) &&
		(s.Group.N() == 0 || told.Group.N() == 0 || s.Group == told.Group)
}

// String returns "SU(3) on [4 4 4 8]", with "?" for what is unknown.
func (s Shape) String() string {
	g, e := "?", "?"
	if s.Group.N() > 0 {
		g = s.Group.String()
	}
	if s.Extents != nil {
		e = fmt.Sprint(s.Extents)
	}
	return g + " on " + e
}

// only says that a format knows no other links than SU(N) ones, N
// from the list, in four dimensions.
func (h Header) only(dims int, groups ...group.Group) error {
	if len(h.Extents) != dims || !slices.Contains(groups, h.Group) {
		return fmt.Errorf("%s holds %v in %d dimensions, not %v", h.Kind, groups, dims, h.Shape)
	}
	return nil
}
