package format

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// File is a configuration file whose header has been read and compared with
// itself and with the size of the file. The links have not been read.
type File struct {
	Header
	layout
	settings
	told   Shape
	said   Shape    // by the file, where told otherwise
	open   []axesOf // orders of the axes that the file leaves open
	r      io.ReaderAt
	size   int64
	data   span   // the links; in a text, in units of eight bytes a real
	where  claim  // bytes of the claims in the header
	path   string // of Open
	closer io.Closer
}

// span is a part of a file.
type span struct{ offset, length int64 }

// claim holds the bytes at which a header says things.
type claim struct{ shape, checksum, plaquette, linkTrace int64 }

// Open opens a configuration file in any of the formats, told apart by how it
// begins, and compressed by gzip or not. What the file does not say must be told,
// unless it is inferred; what is told must agree with what the file says, or
// [Overrule] it.
//
// Errors: of the file system; as in [Parse].
func Open(path string, told Shape, options ...Option) (*File, error) {
	// Looked at before it is opened: a pipe would wait for a writer.
	if info, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("format: %w", err)
	} else if !info.Mode().IsRegular() {
		return nil, named(path, errNotRegular)
	}
	r, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("format: %w", err)
	}
	f, err := open(r, told, options...)
	if err != nil {
		_ = r.Close()
		return nil, named(path, err)
	}
	return f, nil
}

var errNotRegular = errors.New("not a regular file")

func open(r *os.File, told Shape, options ...Option) (*File, error) {
	info, err := r.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := Parse(r, info.Size(), told, options...)
	if err == nil {
		f.path, f.closer = r.Name(), r
	}
	return f, err
}

// named puts the name of the file before an error.
func named(path string, err error) error {
	return fmt.Errorf("format: %s: %w", path, &trimmed{err})
}

func (f *File) named(err error) error {
	if f.path == "" {
		return fmt.Errorf("format: %w", &trimmed{err})
	}
	return named(f.path, err)
}

// trimmed says once only which package an error comes from.
type trimmed struct{ err error }

func (t *trimmed) Error() string { return strings.TrimPrefix(t.err.Error(), "format: ") }
func (t *trimmed) Unwrap() error { return t.err }

// Parse is [Open] for the bytes of a file of the given size.
//
// Errors: with the byte of the file, whatever is no header of the formats here
// or contradicts itself, the size, or what was told: a [Broken] where [Accept] lets
// it pass, [ErrAxes] where only [WithAxes] can tell.
func Parse(r io.ReaderAt, size int64, told Shape, options ...Option) (*File, error) {
	f := &File{r: r, size: size, told: told}
	for _, o := range options {
		o(&f.settings)
	}
	start, err := f.start()
	if err == nil && gzipped(start) {
		if err = unpack(f); err == nil {
			start, err = f.start()
		}
	}
	if err != nil {
		return nil, err
	}
	if gzipped(start) {
		return nil, at(0, "the file is compressed twice (allowed: once)")
	}
	for _, c := range codecs() {
		if c.begins == nil || !c.begins(start, f.size) {
			continue
		}
		f.Kind = c.kind
		if err := c.open(f); err != nil {
			return nil, err
		}
		if err := f.settle(); err != nil {
			return nil, err
		}
		return f, nil
	}
	panic("format: no codec takes what the others refuse")
}

// start returns the first bytes.
func (f *File) start() ([]byte, error) {
	if f.size == 0 {
		return nil, at(0, "the file is empty")
	}
	start := make([]byte, min(f.size, 64))
	return start, readAt(f.r, start, 0)
}

// Close closes what Open opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Read returns the links; options are those of lattice.New.
//
// Cost: one pass over the data, memory for one field and a buffer. Errors: with
// the byte of the file (the line of a text), a link outside the group, and
// checksum, plaquette or trace that are not those of the links. On a lattice
// divided among processes all call it together and each reads the file.
func (f *File) Read(options ...lattice.Option) (*gauge.Field, error) {
	u, err := f.NewField(options...)
	if err == nil {
		err = f.fill(u)
	}
	if err != nil {
		return nil, f.named(err)
	}
	return u, nil
}

// fill sets u, and leaves it useless on error.
func (f *File) fill(u *gauge.Field) error {
	sum, err := f.scan(newFiller(u).set)
	u.Changed()
	if err != nil {
		return err
	}
	if is, said, differs := f.LinkTrace.differs(sum.trace, sum.slack); differs {
		err := at(f.where.linkTrace, "trace of the links %s%s", said, sum.signed(f.LinkTrace, is))
		if err := f.broken(PromiseTrace, err); err != nil {
			return err
		}
	}
	if f.Plaquette == nil {
		return nil
	}
	if _, said, differs := f.Plaquette.differs(plaquette(u), sum.slack); differs {
		return f.broken(PromisePlaquette, at(f.where.plaquette, "plaquette %s", said))
	}
	return nil
}

// differs compares what the header claims with what the links give.
func (c *Claim) differs(is, slack float64) (_ float64, said string, differs bool) {
	if c == nil || math.Abs(is-c.Value) <= c.Tolerance+slack {
		return is, "", false
	}
	return is, fmt.Sprintf("%.12g in the header, %.12g of the links (allowed: a difference of %.2g)", c.Value, is, c.Tolerance+slack), true
}

// plaquette returns the average of Re tr P / N, over all processes.
func plaquette(u *gauge.Field) float64 {
	geo, g := u.Geometry(), u.Group()
	loops := gauge.Plaquettes(geo.Dims(), 1)
	for i := range loops {
		loops[i].Coefficient = 1 / (float64(len(loops)) * float64(geo.Volume()) * float64(g.N()))
	}
	s, err := gauge.NewLoopSum(geo, g, loops)
	if err != nil {
		panic("format: " + err.Error()) // plaquettes are closed and within every ghost shell
	}
	return s.ReTr(u)
}

// Inspect returns the header of a configuration file. Links, checksum and
// plaquette are not verified, and links only looked at where they decide about the
// axes.
//
// Errors: as [Open].
func Inspect(path string) (Header, error) {
	f, err := Open(path, Shape{})
	if err != nil {
		return Header{}, err
	}
	return f.Header, f.Close()
}

// Read sets u to the links of a configuration file of u's shape: to all of them,
// or to none if there is an error. It needs memory for a second field;
// [File.Read] does not.
//
// Errors: as [Open] and [File.Read].
func Read(path string, u *gauge.Field) error {
	f, err := Open(path, Of(u))
	if err != nil {
		return err
	}
	defer f.Close()
	return f.ReadInto(u)
}

// ReadInto is [Read] for a file that is open.
func (f *File) ReadInto(u *gauge.Field) error {
	if !f.complete() || !f.agrees(Of(u)) {
		return f.named(fmt.Errorf("the file holds %v, not %v", f.Shape, Of(u)))
	}
	v := gauge.NewField(u.Geometry(), u.Group())
	if err := f.fill(v); err != nil {
		return f.named(err)
	}
	u.Copy(v)
	return nil
}
