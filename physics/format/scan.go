package format

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// Tolerance64 and Tolerance32 bound group.Unitarity of the links of a file, per
// precision. Round-off leaves 1e-15 and 1e-6 (a row of SU(N) has 2N components
// with relative errors of half a unit, and the determinant N times that); the
// rest is room for codes that bring links back to the group once in many
// trajectories, or that print 12 digits. What another group, another order of
// the data or a damaged exponent leaves is of order one.
const (
	Tolerance64 = 1e-10
	Tolerance32 = 1e-4
)

// ToleranceSingle bounds group.Unitarity of links that were computed in single
// precision and stand in 64 bits. Rounding moves an element by 2^-24 of itself at
// most, so the matrix by 2^-24 sqrt N, U U^† by 2^-23 and the determinant by
// 2^-24 N; a projection in single precision is a chain of some eight roundings.
func ToleranceSingle(n int) float64 { return float64(n) * 0x1p-21 }

func tolerance(precision int) float64 {
	if precision == 32 {
		return Tolerance32
	}
	return Tolerance64
}

// lax is the largest deviation with which links of a file can do without a door.
func (h Header) lax() float64 {
	return max(tolerance(h.Precision), ToleranceSingle(h.Group.N()))
}

// filler sets links of a field, and looks for a site once for all of its links.
type filler struct {
	u           *gauge.Field
	ops         *kernel.Ops
	x           []int
	block, lane int
	local       bool
}

func newFiller(u *gauge.Field) *filler {
	return &filler{u: u, ops: kernel.For(u.Group()), x: []int{-1}}
}

func (f *filler) set(x []int, mu int, m group.Matrix) {
	if !slices.Equal(x, f.x) {
		f.x = append(f.x[:0], x...)
		f.block, f.lane, f.local = f.u.Geometry().Locate(x)
	}
	if f.local {
		f.ops.Set(f.u.Raw()[(f.block*len(x)+mu)*f.ops.M:], f.lane, m)
	}
}

// source gives the links of a file one after the other.
type source interface {
	// next sets m to the elements of the next link that stand in the file.
	next(m []complex128) error
	// at returns an error about the last link, with its place in the file.
	at(err error) error
	// end says whether the file ends, and its checksum agrees, after the last link.
	end() error
}

// each calls visit for each link in the order of the file, completed where the file
// omits a row; at gives an error the place of the link.
func (f *File) each(visit func(x []int, mu int, m group.Matrix, at func(error) error) error) error {
	src := f.source()
	n := f.Group.N()
	m, minor := f.Group.NewMatrix(), make(group.Matrix, (n-1)*(n-1))
	stored, x := m[:f.Rows*n], make([]int, len(f.Extents))
	at := src.at // bound once
	for record := range f.records {
		for k := range f.links {
			if err := src.next(stored); err != nil {
				return err
			}
			if f.Rows < n {
				completeLast(m, minor, n)
			}
			if f.columns {
				transpose(m, n)
			}
			mu := f.place(x, record, k)
			if err := visit(x, mu, m, at); err != nil {
				return err
			}
		}
	}
	return src.end()
}

// scan calls visit for each link in the order of the file, and says what was found.
// Links are in the group, or were accepted.
func (f *File) scan(visit func(x []int, mu int, m group.Matrix)) (*findings, error) {
	s := newFindings(f)
	err := f.each(func(x []int, mu int, m group.Matrix, at func(error) error) error {
		err := s.add(x, mu, m, at)
		visit(x, mu, m)
		return err
	})
	if sums := new(Broken); err != nil && !(errors.As(err, &sums) && sums.Promise == PromiseChecksum) {
		return s, err
	}
	// Links outside the group explain a wrong checksum, not the other way round.
	return s, cmp.Or(s.unitarity(), err)
}

func (f *File) source() source {
	if f.ByteOrder == nil {
		return newText(f)
	}
	return newBinary(f)
}

// chunk is how many bytes of a file are read at a time, at least.
const chunk = 1 << 18

// binarySource is the source of binary data.
type binarySource struct {
	f      *File
	record int    // bytes of one
	buf    []byte // whole records
	pos    int    // in buf, of the next link
	offset int64  // of buf in the file
	next0  int64  // record behind buf
	link   int    // bytes of one
	sum    Checksum
}

func newBinary(f *File) *binarySource {
	link := int(f.linkBytes())
	return &binarySource{f: f, record: link * f.links, link: link, offset: f.data.offset, sum: make(Checksum, f.sum.sums)}
}

func (b *binarySource) next(m []complex128) error {
	if b.pos == len(b.buf) {
		if err := b.fill(); err != nil {
			return err
		}
	}
	reals(m, b.buf[b.pos:], b.f.Precision, b.f.ByteOrder)
	b.pos += b.link
	return nil
}

// fill reads the next records and adds them to the sums.
func (b *binarySource) fill() error {
	b.offset += int64(len(b.buf))
	records := min(chunk/b.record+1, b.f.records-int(b.next0))
	if cap(b.buf) < records*b.record {
		b.buf = make([]byte, records*b.record)
	}
	b.buf, b.pos = b.buf[:records*b.record], 0
	if err := readAt(b.f.r, b.buf, b.offset); err != nil {
		return err
	}
	if b.f.Checksum != nil {
		for i := range records {
			b.f.sum.add(b.sum, b.next0+int64(i), b.buf[i*b.record:(i+1)*b.record], b.f.ByteOrder)
		}
	}
	b.next0 += int64(records)
	return nil
}

func (b *binarySource) at(err error) error { return at(b.offset+int64(b.pos-b.link), "%w", err) }

func (b *binarySource) end() error {
	if c := b.f.Checksum; c != nil && c.String() != b.sum.String() {
		return b.f.broken(PromiseChecksum, at(b.f.where.checksum, "checksum %v, but that of the data is %v", c, b.sum))
	}
	return nil
}

// infer completes what was told of a file without a header from its size. Without
// extents it tries L^4, without a group SU(2), SU(3) and SU(4), in the precisions
// p of the format. Their sizes never coincide: equal L^4 N^2 p means that (L/L')^2
// is N'/N = 3/2, 2, 4/3 or an inverse, none the square of a rational, or sqrt 2
// times a rational. The first links decide whether the only candidate is right.
func (f *File) infer() error {
	told := f.told
	groups := []group.Group{told.Group}
	if told.Group.N() == 0 {
		su4, err := group.SU(4)
		if err != nil {
			return err
		}
		groups = []group.Group{group.SU2, group.SU3, su4}
	}
	precisions := []int{f.Precision}
	if f.Precision == 0 {
		precisions = []int{32, 64}
	}
	var sizes []string
	for _, precision := range precisions {
		for _, g := range groups {
			h := f.Header
			h.Group, h.Precision, h.Rows, h.Extents = g, precision, g.N(), told.Extents
			if h.Extents == nil {
				l, ok := fourthRoot(f.data.length, 4*h.linkBytes())
				if !ok {
					continue
				}
				h.Extents = []int{l, l, l, l}
			}
			sizes = append(sizes, fmt.Sprint(h.bytes()))
			if !h.fills(f.data.length) {
				continue
			}
			h.Inferred = !told.complete()
			return f.try(h)
		}
	}
	if told.complete() {
		return at(f.data.offset, "the data have %d bytes; %v has %s", f.data.length, told, strings.Join(sizes, " or "))
	}
	return nil
}

// bytes returns the size of the links, for a message.
func (h Header) bytes() float64 {
	size := float64(h.linkBytes()) * float64(len(h.Extents))
	for _, l := range h.Extents {
		size *= float64(l)
	}
	return size
}

// try takes h for the header if the first links are in its group, or if no part
// of it was guessed.
func (f *File) try(h Header) error {
	guess := *f
	guess.Header = h
	var err error
	if guess.layout, err = codecOf(h.Kind).lay(h); err != nil {
		return at(f.where.shape, "%w", err)
	}
	if h.Inferred {
		src, m := guess.source(), h.Group.NewMatrix()
		for range guess.links {
			if err := src.next(m); err != nil {
				return err
			}
			if d := h.Group.Unitarity(m); !(d <= h.lax()) {
				return nil
			}
		}
	}
	*f = guess
	return nil
}

// fourthRoot returns L >= 2 with size = L^4 site.
func fourthRoot(size, site int64) (int, bool) {
	for l := int64(2); l*l*l*l <= size/site; l++ {
		if l*l*l*l*site == size {
			return int(l), true
		}
	}
	return 0, false
}
