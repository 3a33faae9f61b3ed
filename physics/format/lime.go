package format

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// A LIME file is a sequence of records, each a header of 144 bytes - magic
// number, version, flags, length of the data, type - and data padded to a
// multiple of 8 [LIME].
const (
	limeMagic   = 0x456789ab
	limeVersion = 1
	limeHeader  = 144
	limeType    = 16 // offset of the type, which is padded with zeros
	limeBegin   = 1 << 15
	limeEnd     = 1 << 14
)

// record is what a LIME header says.
type record struct {
	kind   string
	behind string // the zero that ends the name
	offset int64  // of the data
	length int64
	flags  uint16
}

// at returns an error about the byte at offset of a file.
func at(offset int64, format string, args ...any) error {
	return fmt.Errorf("format: byte %d: %w", offset, fmt.Errorf(format, args...))
}

// scanLIME calls visit for each record of a file, in order. Zeros or nothing may stand
// behind the last.
func (f *File) scanLIME(visit func(record) error) error {
	var h [limeHeader]byte
	for pos := int64(0); pos < f.size; {
		n := min(f.size-pos, limeHeader)
		if err := readAt(f.r, h[:n], pos); err != nil {
			return err
		}
		if pos > 0 && (n < limeHeader || binary.BigEndian.Uint32(h[:]) != limeMagic) {
			return f.behind(pos)
		}
		if n < limeHeader {
			return at(pos, "LIME header cut short: %d bytes of %d", n, limeHeader)
		}
		rec, err := f.parseRecord(h[:], pos)
		if err != nil {
			return err
		}
		room := f.size - rec.offset
		if rec.length > room {
			return at(pos, "record %q claims %d bytes, the file has %d more", rec.kind, rec.length, room)
		}
		if rec.length+padding(rec.length) > room {
			f.note("the last record lacks its padding")
		}
		if err := visit(rec); err != nil {
			return err
		}
		pos = rec.offset + rec.length + padding(rec.length)
	}
	return nil
}

// behind judges what is no record.
func (f *File) behind(pos int64) error {
	zeros, err := f.zeros(pos, f.size-pos)
	if err != nil {
		return err
	}
	if zeros {
		f.note("%d zero bytes behind the last record", f.size-pos)
		return nil
	}
	return f.broken(PromiseHeader, at(pos, "%d bytes that are no LIME record", f.size-pos))
}

// parseRecord takes a header. Writers other than c-lime leave the version 0, or bytes
// behind the end of the type.
func (f *File) parseRecord(h []byte, pos int64) (record, error) {
	if m := binary.BigEndian.Uint32(h); m != limeMagic {
		return record{}, at(pos, "not a LIME record: magic number %#08x (allowed: %#08x)", m, uint32(limeMagic))
	}
	switch v := binary.BigEndian.Uint16(h[4:]); v {
	case limeVersion:
	case 0:
		f.note("LIME version 0")
	default:
		if err := f.broken(PromiseFlags, at(pos+4, "LIME version %d (allowed: 0, %d)", v, limeVersion)); err != nil {
			return record{}, err
		}
	}
	length := binary.BigEndian.Uint64(h[8:])
	if length > math.MaxInt64-limeHeader-8 {
		return record{}, at(pos+8, "record claims %d bytes", length)
	}
	name, rest, found := bytes.Cut(h[limeType:], []byte{0})
	if !found || len(name) == 0 {
		if err := f.broken(PromiseFlags, at(pos+limeType, "LIME type %q is not a name padded with zeros", h[limeType:])); err != nil {
			return record{}, err
		}
	}
	rec := record{kind: string(name), offset: pos + limeHeader, length: int64(length), flags: binary.BigEndian.Uint16(h[6:])}
	if rest = bytes.Trim(rest, "\x00"); len(rest) > 0 {
		rec.behind = string(rest)
		f.note("bytes behind the name of the record %q", rec.kind)
	}
	return rec, nil
}

func padding(length int64) int64 { return -length & 7 }

// readAt fills b from offset.
func readAt(r io.ReaderAt, b []byte, offset int64) error {
	n, err := r.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return at(offset+int64(n), "%w", err)
}

// appendHeader begins a record of a LIME file.
func appendHeader(b []byte, kind string, flags uint16, length int64) []byte {
	b = binary.BigEndian.AppendUint32(b, limeMagic)
	b = binary.BigEndian.AppendUint16(b, limeVersion)
	b = binary.BigEndian.AppendUint16(b, flags)
	b = binary.BigEndian.AppendUint64(b, uint64(length))
	b = append(b, kind...)
	return append(b, make([]byte, limeHeader-limeType-len(kind))...)
}

// appendRecord appends a whole record.
func appendRecord(b []byte, kind string, flags uint16, data []byte) []byte {
	b = append(appendHeader(b, kind, flags, int64(len(data))), data...)
	return append(b, make([]byte, padding(int64(len(data))))...)
}
