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
	offset int64 // of the data
	length int64
	flags  uint16
}

// at returns an error about the byte at offset of a file.
func at(offset int64, format string, args ...any) error {
	return fmt.Errorf("format: byte %d: %w", offset, fmt.Errorf(format, args...))
}

// scanLIME calls visit for each record of a file of the given size, in order.
func scanLIME(r io.ReaderAt, size int64, visit func(record) error) error {
	var h [limeHeader]byte
	for pos := int64(0); pos < size; {
		if size-pos < limeHeader {
			return at(pos, "LIME header cut short: %d bytes of %d", size-pos, limeHeader)
		}
		if err := readAt(r, h[:], pos); err != nil {
			return err
		}
		rec, err := parseRecord(h[:], pos)
		if err != nil {
			return err
		}
		room := size - rec.offset
		if rec.length > room {
			return at(pos, "record %q claims %d bytes, the file has %d more", rec.kind, rec.length, room)
		}
		padded := rec.length + padding(rec.length)
		if padded > room {
			return at(pos, "record %q lacks its padding", rec.kind)
		}
		if err := visit(rec); err != nil {
			return err
		}
		pos = rec.offset + padded
	}
	return nil
}

func parseRecord(h []byte, pos int64) (record, error) {
	if m := binary.BigEndian.Uint32(h); m != limeMagic {
		return record{}, at(pos, "not a LIME record: magic number %#08x (allowed: %#08x)", m, uint32(limeMagic))
	}
	if v := binary.BigEndian.Uint16(h[4:]); v != limeVersion {
		return record{}, at(pos+4, "LIME version %d (allowed: %d)", v, limeVersion)
	}
	length := binary.BigEndian.Uint64(h[8:])
	if length > math.MaxInt64-limeHeader-8 {
		return record{}, at(pos+8, "record claims %d bytes", length)
	}
	kind, rest, found := bytes.Cut(h[limeType:], []byte{0})
	if !found || len(kind) == 0 || len(bytes.Trim(rest, "\x00")) > 0 {
		return record{}, at(pos+limeType, "LIME type %q is not a name padded with zeros", h[limeType:])
	}
	return record{string(kind), pos + limeHeader, int64(length), binary.BigEndian.Uint16(h[6:])}, nil
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
