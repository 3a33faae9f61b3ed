package format

import (
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"io"
	"math"
	"os"
	"slices"
	"strconv"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// Encoding says how links are to be written; zero values leave the choice to the
// format.
type Encoding struct {
	Kind      Kind // by zero value: that of the path's extension
	Precision int
	ByteOrder binary.ByteOrder
	Rows      int
	// Remarks are kept in the header where the format has room for text, one line
	// each: what a reader should know of where the links come from.
	Remarks []string
	// Accept lets links outside the group be written, if it has PromiseUnitarity.
	Accept []Promise
}

// HoldsText says whether a format has room for Encoding.Remarks.
func (k Kind) HoldsText() bool { return k == ILDG || k == SciDAC || k == NERSC }

// Write writes u to a file: whole, and read back with success, or not at all.
// In 64 bits links come back bit for bit, in 32 bits as rounded, where the last
// row is omitted to round-off.
//
// On a lattice divided among processes all call it together; that of rank 0
// writes. Errors: links outside the group, an encoding that the format does not
// offer, of the file system; on other processes than rank 0, that it failed.
func Write(path string, u *gauge.Field, e Encoding) error {
	geo := u.Geometry()
	w, err := newWriter(path, u, e)
	if err != nil {
		return named(path, err)
	}
	// A unitarity that is NaN must not pass.
	d, tol := u.Unitarity(), tolerance(w.h.Precision)
	if slices.Contains(e.Accept, PromiseUnitarity) {
		tol = math.MaxFloat64
	}
	if !(d <= tol) {
		return fmt.Errorf("format: writing %s: links are not in %v: off by %.3g (allowed: %.3g in %d bits)", path, u.Group(), d, tol, w.h.Precision)
	}
	w.u = w.stored(u)
	w.h.Plaquette = &Claim{plaquette(w.u), 4 * tolerance(w.h.Precision)}
	w.measure()
	if geo.Rank() == 0 {
		err = rundir.WriteVerified(path, w.write, w.verify)
	}
	if !w.done { // another rank, or the file could not even be begun: the others wait
		_ = w.gather(nil)
	}
	return agree(path, u, err)
}

// WriteILDG is Write of an ILDG file in double precision.
func WriteILDG(path string, u *gauge.Field) error { return Write(path, u, Encoding{Kind: ILDG}) }

// writer writes a field, gathered from all processes, in the order of a format.
type writer struct {
	u     *gauge.Field
	h     Header
	codec codec
	layout
	accept []Promise
	hash   uint64 // of the elements that stand in the file
	done   bool   // the links have been gathered for the file
}

func newWriter(path string, u *gauge.Field, e Encoding) (*writer, error) {
	var err error
	if e.Kind == "" {
		if e.Kind, err = KindOf(path); err != nil {
			return nil, err
		}
	}
	w := &writer{u: u, codec: codecOf(e.Kind), accept: e.Accept, h: Header{Kind: e.Kind, Shape: Of(u), Precision: e.Precision, ByteOrder: e.ByteOrder, Rows: e.Rows, Remarks: e.Remarks}}
	if w.h.Rows == 0 {
		w.h.Rows = u.Group().N()
	}
	if w.codec.encode == nil {
		return nil, fmt.Errorf("format: %s is not written (allowed: %v)", e.Kind, Kinds())
	}
	if len(e.Remarks) > 0 && !e.Kind.HoldsText() {
		return nil, fmt.Errorf("format: %s has no room for remarks", e.Kind)
	}
	if err = w.codec.encode(&w.h); err == nil {
		w.layout, err = w.codec.lay(w.h)
	}
	if err != nil {
		return nil, fmt.Errorf("format: %w", err)
	}
	return w, nil
}

// stored returns u as a reader will find it, rounded and with the last row made from
// the others where it is omitted: plaquette and trace in the header are those of the
// data, and links that are read make the same file.
func (w *writer) stored(u *gauge.Field) *gauge.Field {
	n := w.h.Group.N()
	if w.h.Precision == 64 && w.h.Rows == n {
		return u
	}
	geo := u.Geometry()
	v := gauge.NewField(geo, w.h.Group)
	m, minor, x := w.h.Group.NewMatrix(), make(group.Matrix, (n-1)*(n-1)), make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range x {
			if !u.At(m, x, mu) {
				continue
			}
			if w.h.Precision == 32 {
				for k, z := range m {
					m[k] = complex(float64(float32(real(z))), float64(float32(imag(z))))
				}
			}
			if w.h.Rows < n {
				completeLast(m, minor, n)
			}
			v.Set(x, mu, m)
		}
	}
	return v
}

// measure takes what the header claims about the data, in a pass of its own: most
// formats have it in front.
func (w *writer) measure() {
	w.h.Checksum = make(Checksum, w.sum.sums)
	if w.sum.sums == 0 {
		w.h.Checksum = nil
	}
	hash, trace := newHash(w.h), 0.0
	n := w.h.Group.N()
	_ = w.gather(func(record int, links []group.Matrix, data []byte) error {
		if w.sum.add != nil {
			w.sum.add(w.h.Checksum, int64(record), data, w.h.ByteOrder)
		}
		for _, m := range links {
			trace += real(group.Trace(m))
			hash.add(m[:w.h.Rows*n])
		}
		return nil
	})
	w.hash = hash.sum
	w.h.LinkTrace = &Claim{trace / (float64(n) * float64(w.records) * float64(w.links)), 4 * tolerance(w.h.Precision)}
	w.done = false
}

func (w *writer) write(to io.Writer) error {
	before, after := w.codec.frame(w.h)
	if _, err := to.Write(before); err != nil {
		return err
	}
	err := w.gather(func(_ int, _ []group.Matrix, data []byte) error {
		_, err := to.Write(data)
		return err
	})
	if err == nil {
		_, err = to.Write(after)
	}
	return err
}

// verify reads the file as any other would, and compares the bits of the links.
func (w *writer) verify(path string) error {
	r, err := os.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := open(r, w.h.Shape, Accept(w.accept...), WithAxes(w.h.Axes))
	if err != nil {
		return err
	}
	if f.Kind != w.h.Kind {
		return fmt.Errorf("format: written as %s, read back as %s", w.h.Kind, f.Kind)
	}
	n, hash := w.h.Group.N(), newHash(w.h)
	if _, err := f.scan(func(_ []int, _ int, m group.Matrix) { hash.add(m[:w.h.Rows*n]) }); err != nil {
		return fmt.Errorf("reading back: %w", err)
	}
	if hash.sum != w.hash {
		return fmt.Errorf("format: the links that are read back are not those that were written")
	}
	return nil
}

// gather calls visit (on rank 0; nil: on none) with the links of each record and
// the bytes that they take in the file. All processes go through all records,
// whatever visit returns: they wait for each other.
func (w *writer) gather(visit func(record int, links []group.Matrix, data []byte) error) error {
	geo, g := w.u.Geometry(), w.u.Group()
	n := g.N()
	batch := min(max(chunk/(16*n*n*w.links), 1), w.records) // records that are summed at a time
	link := 4 * n * n                                       // halves of reals
	halves := make([]float64, link*w.links*batch)
	links := make([]group.Matrix, w.links)
	for k := range links {
		links[k] = g.NewMatrix()
	}
	m, x := g.NewMatrix(), make([]int, geo.Dims())
	var data []byte
	var err error
	for first := 0; first < w.records; first += batch {
		count := min(batch, w.records-first)
		clear(halves)
		for k := range count * w.links {
			mu := w.place(x, first+k/w.links, k%w.links)
			if w.u.At(m, x, mu) {
				split(halves[k*link:], m)
			}
		}
		geo.Sum(halves)
		for r := range count {
			if visit == nil || err != nil {
				continue
			}
			for k, m := range links {
				join(m, halves[(r*w.links+k)*link:])
			}
			data = w.encode(data[:0], links)
			err = visit(first+r, links, data)
		}
	}
	w.done = true
	return err
}

// encode appends the elements of links that stand in the file.
func (w *writer) encode(data []byte, links []group.Matrix) []byte {
	for _, m := range links {
		m = m[:w.h.Rows*w.h.Group.N()]
		if w.h.ByteOrder != nil {
			at := len(data)
			data = append(data, make([]byte, w.h.linkBytes())...)
			putReals(data[at:], m, w.h.Precision, w.h.ByteOrder)
			continue
		}
		for _, z := range m { // 17 digits tell all reals apart
			data = append(strconv.AppendFloat(data, real(z), 'e', 16, 64), '\n')
			data = append(strconv.AppendFloat(data, imag(z), 'e', 16, 64), '\n')
		}
	}
	return data
}

// hash sums the bits of links as they stand in a file of the header's precision.
type hash struct {
	precision int
	sum       uint64
	table     *crc64.Table
	buf       []byte
}

func newHash(h Header) *hash {
	return &hash{precision: h.Precision, table: crc64.MakeTable(crc64.ECMA)}
}

func (h *hash) add(m []complex128) {
	h.buf = append(h.buf[:0], make([]byte, 2*len(m)*h.precision/8)...)
	putReals(h.buf, m, h.precision, binary.LittleEndian)
	h.sum = crc64.Update(h.sum, h.table, h.buf)
}
