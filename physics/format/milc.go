package format

import (
	"bytes"
	"encoding/binary"

	"github.com/slhmc/slhmc/physics/group"
)

// Magic numbers of MILC files: of versions 1 to 4, of 1996, and of version 5,
// which all later versions write [MILC].
const (
	milcOld  = 59354
	milc1996 = 53546
	milcV5   = 20103
)

// milcHeader is the size of a header: magic number and extents, then two
// couplings (old), or the date, the order of sites and the sums (version 5).
const (
	milcOldHeader = 5*4 + 2*4
	milcDate      = 64
	milcHeader    = 5*4 + milcDate + 3*4
)

// milcCodec is the binary format of the MILC code: links of SU(3) in single
// precision, in the byte order of the machine that wrote them.
func milcCodec() codec {
	return codec{
		kind: MILC, extensions: []string{"milc"},
		begins: func(start []byte, _ int64) bool { return milcOrder(start) != nil },
		open:   openMILC,
		lay: func(h Header) (layout, error) {
			l := lexicographic(h.Extents)
			l.sum = milcSum()
			return l, h.only(4, group.SU3)
		},
		encode: func(h *Header) error {
			if h.ByteOrder == nil {
				h.ByteOrder = binary.LittleEndian
			}
			return choose(h, []int{32}, []binary.ByteOrder{binary.LittleEndian, binary.BigEndian})
		},
		frame: func(h Header) (before, after []byte) {
			order := h.ByteOrder.(binary.AppendByteOrder)
			before = order.AppendUint32(nil, milcV5)
			for _, l := range h.Extents {
				before = order.AppendUint32(before, uint32(l))
			}
			// The date of the epoch: equal links make equal files.
			date := "Thu Jan  1 00:00:00 1970"
			before = append(before, date...)
			before = append(before, make([]byte, milcDate-len(date))...)
			before = order.AppendUint32(before, 0) // sites in lexicographic order
			for _, s := range h.Checksum {
				before = order.AppendUint32(before, s)
			}
			return before, nil
		},
	}
}

// milcOrder returns the byte order in which a file begins with a magic number of
// MILC, or nil.
func milcOrder(start []byte) binary.ByteOrder {
	if len(start) < 4 {
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(start) {
		case milcV5, milcOld, milc1996:
			return order
		}
	}
	return nil
}

func openMILC(f *File) error {
	b := make([]byte, min(f.size, milcHeader))
	if err := readAt(f.r, b, 0); err != nil {
		return err
	}
	f.ByteOrder = milcOrder(b)
	old := false
	switch f.ByteOrder.Uint32(b) {
	case milc1996:
		return at(0, "a MILC file of the format of 1996, whose header has no fixed size, is not read (allowed: versions 1 to 4, %d, and 5, %d)", milcOld, milcV5)
	case milcOld:
		old = true
		b = b[:min(len(b), milcOldHeader)]
	}
	if want := map[bool]int{true: milcOldHeader, false: milcHeader}[old]; len(b) < want {
		return at(int64(len(b)), "the header of a MILC file has %d bytes", want)
	}
	f.where = claim{shape: 4, checksum: milcHeader - 8}
	f.Group, f.Rows, f.Precision = group.SU3, 3, 32
	for mu := range 4 {
		l := int32(f.ByteOrder.Uint32(b[4*(mu+1):]))
		if l < 1 {
			return at(int64(4*(mu+1)), "extent %d in direction %d, not a number of sites", l, mu+1)
		}
		f.Extents = append(f.Extents, int(l))
	}
	f.data = span{int64(len(b)), f.size - int64(len(b))}
	if old {
		return nil
	}
	if order := f.ByteOrder.Uint32(b[5*4+milcDate:]); order != 0 {
		return at(5*4+milcDate, "sites in the order %d of a parallel checkpoint (allowed: 0, lexicographic)", order)
	}
	if date := b[5*4 : 5*4+milcDate]; !bytes.Contains(date, []byte{0}) {
		if err := f.broken(PromiseHeader, at(5*4, "the date %q does not end", date)); err != nil {
			return err
		}
	}
	f.Checksum = Checksum{f.ByteOrder.Uint32(b[milcHeader-8:]), f.ByteOrder.Uint32(b[milcHeader-4:])}
	return nil
}
