package format

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/bits"
	"strconv"
	"strings"
)

// Checksum holds the sums that a format takes over its data as they stand in the
// file: two in SciDAC and MILC files, one in NERSC files.
type Checksum []uint32

// String returns the sums in hexadecimal, as other codes print them.
func (c Checksum) String() string {
	s := make([]string, len(c))
	for i, v := range c {
		s[i] = fmt.Sprintf("%x", v)
	}
	return strings.Join(s, " ")
}

// parseSum reads a hexadecimal number of 32 bits, as codes print them.
func parseSum(text string) (uint32, error) {
	v, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(text), "0x"), 16, 32)
	return uint32(v), err
}

// adder adds the bytes of a record to the sums of a format. Records are added in
// the order of the file.
type adder struct {
	sums int
	add  func(c Checksum, record int64, data []byte, order binary.ByteOrder)
}

// scidacSum [SciDAC]: with c_r the CRC-32 of the bytes of the site with
// lexicographic number r,
//
//	A = xor_r rotl(c_r, r mod 29),  B = xor_r rotl(c_r, r mod 31).
func scidacSum() adder {
	return adder{2, func(c Checksum, r int64, data []byte, _ binary.ByteOrder) {
		crc := crc32.ChecksumIEEE(data)
		c[0] ^= bits.RotateLeft32(crc, int(r%29))
		c[1] ^= bits.RotateLeft32(crc, int(r%31))
	}}
}

// milcSum [MILC]: with w_i the 32-bit words, counted through the file,
//
//	A = xor_i rotl(w_i, i mod 29),  B = xor_i rotl(w_i, i mod 31).
func milcSum() adder {
	return adder{2, func(c Checksum, r int64, data []byte, order binary.ByteOrder) {
		first := r * int64(len(data)/4)
		p, q := int(first%29), int(first%31)
		for ; len(data) >= 4; data = data[4:] {
			w := order.Uint32(data)
			c[0] ^= bits.RotateLeft32(w, p)
			c[1] ^= bits.RotateLeft32(w, q)
			if p++; p == 29 {
				p = 0
			}
			if q++; q == 31 {
				q = 0
			}
		}
	}}
}

// nerscSum [NERSC]: the sum of the 32-bit words modulo 2^32. The two halves of a
// 64-bit real are words, in either order.
func nerscSum() adder {
	return adder{1, func(c Checksum, _ int64, data []byte, order binary.ByteOrder) {
		var s uint64
		if order == binary.ByteOrder(binary.BigEndian) {
			for ; len(data) >= 8; data = data[8:] {
				v := binary.BigEndian.Uint64(data)
				s += v>>32 + v&0xffffffff
			}
		} else {
			for ; len(data) >= 8; data = data[8:] {
				v := binary.LittleEndian.Uint64(data)
				s += v>>32 + v&0xffffffff
			}
		}
		c[0] += uint32(s)
	}}
}
