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
			before = appendRecord(nil, formatRecord, limeBegin, h.ildgXML())
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
			before = appendRecord(nil, privateFileRecord, limeBegin, h.scidacFileXML())
			before = appendRecord(before, fileRecord, limeEnd, []byte("<title>gauge configuration</title>"))
			before = appendRecord(before, privateRecord, limeBegin, h.scidacRecordXML())
			before = appendRecord(before, userRecord, 0, []byte("<title>links</title>"))
			before = appendHeader(before, scidacRecord, 0, int64(h.bytes()))
			return before, appendChecksum(h)
		},
	}
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

func appendChecksum(h Header) []byte {
	after := make([]byte, padding(int64(h.bytes())))
	return appendRecord(after, checksumRecord, limeEnd, fmt.Appendf(nil,
		`<?xml version="1.0" encoding="UTF-8"?><scidacChecksum><version>1.0</version><suma>%x</suma><sumb>%x</sumb></scidacChecksum>`, h.Checksum[0], h.Checksum[1]))
}

// openLIME finds and reads the records.
func openLIME(f *File) error {
	at0 := map[string]record{}
	text := map[string][]byte{}
	var last record
	within := false // a message, which flags begin and end
	err := scanLIME(f.r, f.size, func(rec record) error {
		last, within = rec, (within || rec.flags&limeBegin != 0) && rec.flags&limeEnd == 0
		switch rec.kind {
		case formatRecord, checksumRecord, privateFileRecord, privateRecord, dataRecord, scidacRecord:
		default:
			return nil
		}
		if _, seen := at0[rec.kind]; seen {
			return at(rec.offset-limeHeader, "a second record %q", rec.kind)
		}
		at0[rec.kind] = rec
		if rec.kind == dataRecord || rec.kind == scidacRecord {
			return nil
		}
		var err error
		text[rec.kind], err = f.text(rec)
		return err
	})
	if err != nil {
		return err
	}
	if (last.kind == dataRecord || last.kind == scidacRecord) && within {
		return at(f.size, "the file ends with %q, but by the flags of its records that does not end the message: a checksum may have been cut off", last.kind)
	}
	f.ByteOrder = binary.BigEndian
	data, ildg := at0[dataRecord]
	scidac, both := at0[scidacRecord]
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
	parse := func(kind string, read func(text []byte) error) error {
		t, there := text[kind]
		if !there {
			if f.Kind == SciDAC && kind != checksumRecord {
				return at(f.size, "the file ends without a record %q", kind)
			}
			return nil
		}
		if err := read(t); err != nil {
			return at(at0[kind].offset, "%s: %w", kind, err)
		}
		return nil
	}
	if _, there := text[formatRecord]; there && f.Kind == LoneRecord {
		f.Kind, f.where.shape = ILDG, at0[formatRecord].offset
		if err := parse(formatRecord, f.parseFormat); err != nil {
			return err
		}
	}
	if f.Kind != LoneRecord {
		if f.Kind == SciDAC {
			f.where.shape = at0[privateFileRecord].offset
		}
		if err := parse(privateFileRecord, f.parseSciDACFile); err != nil {
			return err
		}
		if err := parse(privateRecord, f.parseSciDACRecord); err != nil {
			return err
		}
	}
	f.where.checksum = at0[checksumRecord].offset
	f.Rows = f.Group.N()
	return parse(checksumRecord, f.parseChecksum)
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
