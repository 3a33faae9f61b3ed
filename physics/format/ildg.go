package format

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
)

// Types of the LIME records of interest; others are passed over.
const (
	formatRecord      = "ildg-format"
	dataRecord        = "ildg-binary-data"
	checksumRecord    = "scidac-checksum"
	privateFileRecord = "scidac-private-file-xml"
	fileRecord        = "scidac-file-xml"
	privateRecord     = "scidac-private-record-xml"
	userRecord        = "scidac-record-xml"
	scidacRecord      = "scidac-binary-data"
)

// most bounds the XML records: a few hundred bytes in any real file.
const most = 1 << 16

func ildgCodec() codec {
	return codec{
		kind: ILDG, extensions: []string{"ildg", "lime"},
		begins: func(start []byte, _ int64) bool {
			return len(start) >= 4 && binary.BigEndian.Uint32(start) == limeMagic
		},
		open:   openLIME,
		lay:    layLIME,
		encode: encodeLIME,
		frame: func(h Header) (before, after []byte) {
			before = appendRecord(h.describe(), formatRecord, 0, h.ildgXML())
			before = appendHeader(before, dataRecord, 0, int64(h.bytes()))
			return before, appendChecksum(h)
		},
	}
}

// scidacCodec is the single-file format of QIO [QIO]: a message that describes
// the file, and one of a record with its description, data and checksum.
func scidacCodec() codec {
	return codec{
		kind: SciDAC, extensions: []string{"scidac"},
		lay: layLIME, encode: encodeLIME,
		frame: func(h Header) (before, after []byte) {
			return appendHeader(h.describe(), scidacRecord, 0, int64(h.bytes())), appendChecksum(h)
		},
	}
}

// describe returns the records with which QIO begins a file and the message of its
// links.
func (h Header) describe() []byte {
	b := appendRecord(nil, privateFileRecord, limeBegin, h.scidacFileXML())
	b = appendRecord(b, fileRecord, limeEnd, []byte(`<?xml version="1.0" encoding="UTF-8"?><title>gauge configuration</title>`))
	b = appendRecord(b, privateRecord, limeBegin, h.scidacRecordXML())
	return appendRecord(b, userRecord, 0, h.userXML())
}

func loneCodec() codec { return codec{kind: LoneRecord, lay: layLIME} }

func layLIME(h Header) (layout, error) {
	l := lexicographic(h.Extents)
	l.sum = scidacSum()
	return l, nil
}

func encodeLIME(h *Header) error {
	h.Rows = h.Group.N()
	return choose(h, []int{64, 32}, []binary.ByteOrder{binary.BigEndian})
}

// choose completes precision and byte order by the first that is offered.
func choose(h *Header, precisions []int, orders []binary.ByteOrder) error {
	if h.Precision == 0 {
		h.Precision = precisions[0]
	}
	if h.ByteOrder == nil {
		h.ByteOrder = orders[0]
	}
	if !slices.Contains(precisions, h.Precision) {
		return fmt.Errorf("%s in %d bits (allowed: %v)", h.Kind, h.Precision, precisions)
	}
	if !slices.Contains(orders, h.ByteOrder) {
		return fmt.Errorf("%s in byte order %v (allowed: %v)", h.Kind, h.ByteOrder, orders)
	}
	if h.Rows != h.Group.N() && h.Kind != NERSC {
		return fmt.Errorf("%s with %d rows of each matrix (allowed: %d)", h.Kind, h.Rows, h.Group.N())
	}
	return nil
}

// appendChecksum ends a file. Blanks fill the record, which needs no padding then: a
// file that lacks its last byte lacks some of the text.
func appendChecksum(h Header) []byte {
	text := fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><scidacChecksum><version>1.0</version><suma>%x</suma><sumb>%x</sumb>`, h.Checksum[0], h.Checksum[1])
	const end = "</scidacChecksum>"
	text = append(text, bytes.Repeat([]byte{' '}, int(padding(int64(len(text)+len(end)))))...)
	return appendRecord(make([]byte, padding(int64(h.bytes()))), checksumRecord, limeEnd, append(text, end...))
}

// openLIME finds and reads the records.
func openLIME(f *File) error {
	m, err := f.messages()
	if err != nil {
		return err
	}
	f.ByteOrder = binary.BigEndian
	data, ildg := m.at[dataRecord]
	scidac, both := m.at[scidacRecord]
	switch {
	case ildg && both:
		return at(scidac.offset-limeHeader, "data in records %q and %q", dataRecord, scidacRecord)
	case !ildg && !both:
		return at(f.size, "the file ends without a record %q or %q", dataRecord, scidacRecord)
	case ildg:
		f.Kind, f.data = LoneRecord, span{data.offset, data.length}
	default:
		f.Kind, f.data = SciDAC, span{scidac.offset, scidac.length}
	}
	if _, there := m.at[formatRecord]; there && ildg {
		f.Kind, f.where.shape = ILDG, m.at[formatRecord].offset
		if err := m.parse(formatRecord, f.parseFormat); err != nil {
			return err
		}
	}
	for _, d := range []struct {
		kind string
		read func([]byte) error
	}{{privateFileRecord, f.parseSciDACFile}, {privateRecord, f.parseSciDACRecord}, {userRecord, f.parseUser}} {
		_, there := m.at[d.kind]
		switch {
		case f.Kind == LoneRecord && d.kind != userRecord:
			continue
		case !there && f.Kind == SciDAC && d.kind != userRecord:
			return at(f.size, "the file ends without a record %q", d.kind)
		case !there:
			continue
		case f.Kind == SciDAC && d.kind == privateFileRecord:
			f.where.shape = m.at[d.kind].offset
		}
		err := m.parse(d.kind, d.read)
		if f.Kind == ILDG && isMalformed(err) { // the format record is enough
			f.note("%v: passed over", &trimmed{err})
			continue
		}
		if err != nil {
			return err
		}
	}
	f.Rows = f.Group.N()
	f.where.plaquette, f.where.linkTrace = m.at[userRecord].offset, m.at[userRecord].offset
	sum, there := m.at[checksumRecord]
	if !there && f.Plaquette != nil {
		return f.broken(PromiseChecksum, at(f.size, "no record %q, which stands in all files with <%s>", checksumRecord, userName))
	}
	if !there {
		return nil
	}
	f.where.checksum = sum.offset
	if err := m.parse(checksumRecord, f.parseChecksum); err != nil {
		f.Checksum = nil
		return f.broken(PromiseChecksum, err)
	}
	return nil
}

// text reads an XML record, which other codes end with zeros.
func (f *File) text(rec record) ([]byte, error) {
	if rec.length > most {
		return nil, at(rec.offset-limeHeader, "record %q has %d bytes (allowed: %d)", rec.kind, rec.length, most)
	}
	b := make([]byte, rec.length)
	if err := readAt(f.r, b, rec.offset); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(bytes.TrimRight(b, "\x00")), nil
}
