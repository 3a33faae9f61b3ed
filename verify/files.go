package verify

import (
	"bytes"
	"math"
	"os"
	"path/filepath"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
)

// Files writes links to files and reads them back. Write answers ErrUnsupported for
// links that its format has no place for; Read sets all links or, with an error, none.
type Files struct {
	Write, Read func(path string, u *gauge.Field) error
	Rounding    float64 // relative, of an element of a link; 0: links come back bit for bit
}

// FormatFiles returns the files of an encoding of package format.
func FormatFiles(e format.Encoding) Files {
	f := Files{Read: format.Read, Write: func(path string, u *gauge.Field) error {
		if e.Kind == format.MILC && (u.Group().String() != "SU(3)" || u.Geometry().Dims() != 4) {
			return ErrUnsupported
		}
		return format.Write(path, u, e)
	}}
	if e.Precision == 32 || e.Kind == format.MILC {
		f.Rounding = 0x1p-24
	}
	if e.Kind == format.NumPy { // random links do not tell the order of the axes
		f.Read = func(path string, u *gauge.Field) error {
			r, err := format.Open(path, format.Of(u), format.WithAxes(format.DirectionFastest))
			if err != nil {
				return err
			}
			defer r.Close()
			return r.ReadInto(u)
		}
	}
	return f
}

// Reader judges files of one's own.
func Reader(t TB, f Files, options ...Option) {
	t.Helper()
	test(t, OfFiles(t.Name(), f, options...), newSettings(options))
}

// OfFiles returns a file format as a subject.
func OfFiles(name string, f Files, options ...Option) Subject {
	on := func(name string, law func(l library) []Result) Law {
		return Law{Name: name, Cost: 2, Volume: 64, Check: func(c Case) []Result {
			dir, err := os.MkdirTemp("", "slhmc-verify-")
			check(err)
			defer os.RemoveAll(dir)
			return law(newLibrary(c, f, dir))
		}}
	}
	return Subject{Name: name, Domain: newSettings(options).within, Laws: []Law{on("round trip", roundTrip), on("damage", damagedFile)}}
}

// library is a file of the links of a case.
type library struct {
	Files
	c     Case
	dir   string
	u     *gauge.Field
	was   *gauge.Field // u before it was written
	whole []byte
}

func newLibrary(c Case, f Files, dir string) library {
	l := library{Files: f, c: c, dir: dir, u: c.Links(c.Geometry(), "links")}
	l.was = gauge.NewField(l.u.Geometry(), l.u.Group())
	l.was.Copy(l.u)
	l.whole = l.write(l.u)
	return l
}

func (l library) write(u *gauge.Field) []byte {
	path := filepath.Join(l.dir, "written")
	check(l.Write(path, u))
	b, err := os.ReadFile(path)
	check(err)
	check(os.Remove(path))
	return b
}

// read reads bytes as a file, over links that are random.
func (l library) read(b []byte) (v, before *gauge.Field, err error) {
	path := filepath.Join(l.dir, "read")
	check(os.WriteFile(path, b, 0o600))
	v, before = gauge.NewField(l.u.Geometry(), l.u.Group()), gauge.NewField(l.u.Geometry(), l.u.Group())
	before.Hot(l.c.Stream("what was there"))
	v.Copy(before)
	return v, before, l.Read(path, v)
}

// roundTrip: links come back as they were, or rounded, and the same links make the
// same file: those that were read too.
func roundTrip(l library) []Result {
	v, _, err := l.read(l.whole)
	check(err)
	again := 0
	if !bytes.Equal(l.write(v), l.whole) {
		again = 1
	}
	results := []Result{
		exact("links that were read make the same file", again),
		exact("links are untouched by writing", differ(ownLinks(l.u), ownLinks(l.was))),
	}
	if l.Rounding == 0 {
		return append(results, exact("links come back bit for bit", differ(ownLinks(v), ownLinks(l.u))))
	}
	elements := float64(l.u.Geometry().Volume() * l.u.Geometry().Dims() * l.u.Group().N()) // |U|² = N a link
	return append(results, Result{
		Law: "links come back rounded", Measured: distance(v, l.u), Bound: l.Rounding * math.Sqrt(elements), Because: "one rounding of each element",
	})
}

// damagedFile: a file of which anything is missing, added or changed by a bit is an
// error or, where it says nothing of the links, harmless: it never makes other links.
// Links are set by none that is an error.
func damagedFile(l library) []Result {
	const cuts, flips = 6, 24
	want, _, err := l.read(l.whole)
	check(err)
	other, touched := 0, 0
	try := func(b []byte) (taken int) {
		v, before, err := l.read(b)
		if err != nil {
			touched += min(1, differ(ownLinks(v), ownLinks(before)))
			return 0
		}
		other += min(1, differ(ownLinks(v), ownLinks(want)))
		return 1
	}
	short := try(nil) + try(l.whole[:len(l.whole)-1])
	r := l.c.Draw("damage")
	for range cuts {
		short += try(l.whole[:r.Uint64N(uint64(len(l.whole)))])
	}
	harmless := 0
	for range flips {
		b := bytes.Clone(l.whole)
		b[r.Uint64N(uint64(len(b)))] ^= 1 << r.Uint64N(8)
		harmless += try(b)
	}
	try(append(bytes.Clone(l.whole), make([]byte, 1+r.Uint64N(100))...))
	// Where a header is longest, beside 16 numbers of a 2 x 2 lattice, a third of the
	// bits are free text: 21 of 24 are harmless once in 1e7 cases.
	blind := 0
	if harmless > flips-3 {
		blind = 1
	}
	return []Result{
		exact("a file that is cut short is an error", short),
		exact("damage makes no other links", other),
		exact("an error leaves the links alone", touched),
		exact("flipped bits are seen", blind),
	}
}
