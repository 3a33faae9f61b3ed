package format

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/group"
)

// openQCDHeader is its size: four extents, the first of time, and the plaquette.
const openQCDHeader = 4*4 + 8

// openQCDCodec is the universal format of openQCD [OQ], little endian: extents
// N0 (time), N1, N2, N3, the average of Re tr P, and then for all points x with an
// odd sum of coordinates, x3 running fastest and x0 slowest, the links in the
// directions +0, -0, …, +3, -3, where that of -mu is U(x - mu, mu).
//
// Its files agree bit for bit with those of two independent writers of the layout.
func openQCDCodec() codec {
	return codec{
		kind: OpenQCD, extensions: []string{"openqcd"},
		begins: beginsOpenQCD,
		open:   openOpenQCD,
		lay:    layOpenQCD,
		encode: func(h *Header) error {
			return choose(h, []int{64}, []binary.ByteOrder{binary.LittleEndian})
		},
		frame: func(h Header) (before, after []byte) {
			for k := range 4 {
				before = binary.LittleEndian.AppendUint32(before, uint32(h.Extents[openQCDAxis(k)]))
			}
			return binary.LittleEndian.AppendUint64(before, math.Float64bits(3*h.Plaquette.Value)), nil
		},
	}
}

// openQCDAxis returns our direction of openQCD's: its 0 is time, our last.
func openQCDAxis(k int) int { return (k + 3) % 4 }

// beginsOpenQCD: there is no magic number, but extents whose links the file has room
// for. Other files begin with much larger numbers.
func beginsOpenQCD(start []byte, size int64) bool {
	if len(start) < openQCDHeader {
		return false
	}
	h := Header{Shape: Shape{Group: group.SU3}, Precision: 64, Rows: 3}
	for k := range 4 {
		l := int(int32(binary.LittleEndian.Uint32(start[4*k:])))
		if l < 1 || l > 1<<15 {
			return false
		}
		h.Extents = append(h.Extents, l)
	}
	return h.bytes() <= float64(size-openQCDHeader)
}

func openOpenQCD(f *File) error {
	b := make([]byte, openQCDHeader)
	if err := readAt(f.r, b, 0); err != nil {
		return err
	}
	f.Group, f.Rows, f.Precision, f.ByteOrder = group.SU3, 3, 64, binary.LittleEndian
	f.Extents = make([]int, 4)
	for k := range 4 {
		f.Extents[openQCDAxis(k)] = int(binary.LittleEndian.Uint32(b[4*k:]))
	}
	f.where.plaquette = 16
	f.Plaquette = &Claim{math.Float64frombits(binary.LittleEndian.Uint64(b[16:])) / 3, 4 * Tolerance64}
	f.data = span{openQCDHeader, f.size - openQCDHeader}
	return nil
}

func layOpenQCD(h Header) (layout, error) {
	if err := h.only(4, group.SU3); err != nil {
		return layout{}, err
	}
	records := 1
	for _, l := range h.Extents {
		if l%2 != 0 {
			return layout{}, fmt.Errorf("%s needs even extents, not %v", OpenQCD, h.Extents)
		}
		records *= l
	}
	place := func(x []int, record, k int) int {
		// The points come in pairs along x3 (our z), one of which is odd.
		half := h.Extents[2] / 2
		x[2] = 2 * (record % half)
		record /= half
		for _, mu := range []int{1, 0, 3} {
			x[mu] = record % h.Extents[mu]
			record /= h.Extents[mu]
		}
		x[2] += 1 - (x[0]+x[1]+x[3])%2
		mu := openQCDAxis(k / 2)
		if k%2 == 1 {
			x[mu] = (x[mu] + h.Extents[mu] - 1) % h.Extents[mu]
		}
		return mu
	}
	return layout{records: records / 2, links: 8, place: place}, nil
}
