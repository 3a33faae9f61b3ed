package format

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Types of the LIME records of an ILDG file.
const (
	formatRecord   = "ildg-format"
	dataRecord     = "ildg-binary-data"
	checksumRecord = "scidac-checksum"
)

// most bounds the XML records: a few hundred bytes in any real file.
const most = 1 << 16

// ildgFile is an ILDG file whose records have been found and read, the data
// excepted.
type ildgFile struct {
	r          io.ReaderAt
	header     Header
	formatAt   int64
	checksumAt int64
	data       record
}

// openILDG finds the records. Others than the three of interest are skipped.
func openILDG(r io.ReaderAt, size int64) (*ildgFile, error) {
	f := &ildgFile{r: r, header: Header{Kind: LoneRecord}}
	var checksum *Checksum
	seen := map[string]bool{}
	err := scanLIME(r, size, func(rec record) error {
		if rec.kind != formatRecord && rec.kind != dataRecord && rec.kind != checksumRecord {
			return nil
		}
		if seen[rec.kind] {
			return at(rec.offset-limeHeader, "a second record %q", rec.kind)
		}
		seen[rec.kind] = true
		if rec.kind == dataRecord {
			f.data = rec
			return nil
		}
		text, err := f.text(rec)
		if err != nil {
			return err
		}
		if rec.kind == formatRecord {
			f.formatAt = rec.offset
			f.header, err = parseFormat(text)
		} else {
			f.checksumAt = rec.offset
			checksum, err = parseChecksum(text)
		}
		if err != nil {
			return at(rec.offset, "%w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !seen[dataRecord] {
		return nil, at(size, "the file ends without a record %q", dataRecord)
	}
	f.header.Checksum = checksum
	if f.header.Kind == ILDG {
		return f, f.compareSize()
	}
	return f, nil
}

// text reads an XML record, which other codes end with zeros.
func (f *ildgFile) text(rec record) ([]byte, error) {
	if rec.length > most {
		return nil, at(rec.offset-limeHeader, "record %q has %d bytes (allowed: %d)", rec.kind, rec.length, most)
	}
	b := make([]byte, rec.length)
	if err := readAt(f.r, b, rec.offset); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(bytes.TrimRight(b, "\x00")), nil
}

// compareSize says whether the data have the size that the header claims.
func (f *ildgFile) compareSize() error {
	if !f.header.fills(f.data.length) {
		return at(f.formatAt, "%v links of extents %v in %d bits do not fill the %d bytes of the data", f.header.Group, f.header.Extents, f.header.Precision, f.data.length)
	}
	return nil
}

// InspectILDG returns the header of an ILDG file, or of a LIME file with a lone
// ildg-binary-data record, of the given size. Links and checksum are not
// verified. The lattice of a lone record is inferred if it is one of L^4 sites
// and SU(2), SU(3) or SU(4); otherwise Extents, Group and Precision are unknown.
//
// Errors: with the byte of the file, whatever contradicts itself.
func InspectILDG(r io.ReaderAt, size int64) (Header, error) {
	f, err := openILDG(r, size)
	if err != nil {
		return Header{}, err
	}
	if f.header.Kind == LoneRecord {
		if err := f.infer(); err != nil {
			return Header{}, err
		}
	}
	return f.header, nil
}

// infer tries L^4 lattices of SU(2), SU(3) and SU(4) in both precisions p. Their
// sizes never coincide: equal L^4 N^2 p means that (L/L')^2 is N'/N = 3/2, 2,
// 4/3 or an inverse, none the square of a rational, or sqrt 2 times a rational.
// The first links decide whether the only candidate is right.
func (f *ildgFile) infer() error {
	for _, precision := range []int{32, 64} {
		for n := 2; n <= 4; n++ {
			site := siteBytes(4, n, precision)
			l, ok := fourthRoot(f.data.length, site)
			if !ok {
				continue
			}
			g, err := group.SU(n)
			if err != nil {
				return err
			}
			b, m := make([]byte, site), g.NewMatrix()
			if err := readAt(f.r, b, f.data.offset); err != nil {
				return err
			}
			for mu := 0; mu < 4 && err == nil; mu++ {
				decode(m, b[mu*int(site)/4:], precision)
				err = check(g, m, tolerance(precision))
			}
			if err == nil {
				f.header.Extents, f.header.Group = []int{l, l, l, l}, g
				f.header.Precision, f.header.Inferred = precision, true
			}
			return nil
		}
	}
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

// ReadILDG sets u to the links of an ILDG file of the given size. A LIME file
// with a lone ildg-binary-data record is read as what u is, if it has the size.
//
// Cost: one pass over the data and a second field. Errors: with the byte of the
// file, whatever contradicts u, itself or its checksum, and links outside the
// group; u is then unchanged. On a lattice divided among processes each reads
// the file.
func ReadILDG(r io.ReaderAt, size int64, u *gauge.Field) error {
	f, err := openILDG(r, size)
	if err != nil {
		return err
	}
	if err := f.adopt(u); err != nil {
		return err
	}
	return f.read(u)
}

// adopt compares the header with u, or completes it from u.
func (f *ildgFile) adopt(u *gauge.Field) error {
	h, geo := &f.header, u.Geometry()
	if h.Kind == ILDG {
		if !slices.Equal(h.Extents, geo.Extents()) || h.Group != u.Group() {
			return at(f.formatAt, "the file holds %v on %v, not %v on %v", h.Group, h.Extents, u.Group(), geo.Extents())
		}
		return nil
	}
	h.Extents, h.Group = geo.Extents(), u.Group()
	var sizes [2]int64
	for i, precision := range []int{32, 64} {
		h.Precision = precision
		sizes[i] = siteBytes(geo.Dims(), u.Group().N(), precision) * int64(geo.Volume())
		if sizes[i] == f.data.length {
			return nil
		}
	}
	return at(f.data.offset, "the data have %d bytes; %v on %v has %d or %d", f.data.length, u.Group(), geo.Extents(), sizes[0], sizes[1])
}

// read sets u, one row of sites at a time.
func (f *ildgFile) read(u *gauge.Field) error {
	h, geo := f.header, u.Geometry()
	d, row := geo.Dims(), geo.Extent(0)
	site := int(siteBytes(d, h.Group.N(), h.Precision))
	s := newSink(u, tolerance(h.Precision))
	b := make([]byte, row*site)
	var sum Checksum
	for first := 0; first < geo.Volume(); first += row {
		offset := f.data.offset + int64(first)*int64(site)
		if err := readAt(f.r, b, offset); err != nil {
			return err
		}
		for i := range row {
			sum.Add(int64(first+i), b[i*site:(i+1)*site])
		}
		for k := range row * d {
			decode(s.m, b[k*site/d:], h.Precision)
			if err := s.set(first+k/d, k%d); err != nil {
				return at(offset+int64(k*site/d), "%w", err)
			}
		}
	}
	if h.Checksum != nil && *h.Checksum != sum {
		return at(f.checksumAt, "checksum %v, but that of the data is %v", *h.Checksum, sum)
	}
	s.done()
	return nil
}

// NewField returns a unit configuration of the header's shape, for a reader to
// set; options are those of lattice.New. Errors: extents or group unknown, or
// not offered.
func (h Header) NewField(options ...lattice.Option) (*gauge.Field, error) {
	if h.Extents == nil || h.Group.N() == 0 {
		return nil, fmt.Errorf("format: %s does not say its extents and group: they must be given", h.Kind)
	}
	geo, err := lattice.New(h.Extents, options...)
	if err != nil {
		return nil, fmt.Errorf("format: %w", err)
	}
	return gauge.NewField(geo, h.Group), nil
}
