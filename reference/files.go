package reference

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
)

// LIMERecord returns the data of the first record of the given type in a LIME
// file: records are a 144-byte header (magic 0x456789ab, data length in bytes
// 8...15 big-endian, type from byte 16 on, zero-padded) and data padded to 8
// bytes. It is an error if there is none or the file is cut short.
func LIMERecord(file []byte, kind string) ([]byte, error) {
	const header = 144
	for len(file) > 0 {
		if len(file) < header || binary.BigEndian.Uint32(file) != 0x456789ab {
			return nil, fmt.Errorf("reference: not a LIME record header")
		}
		length := binary.BigEndian.Uint64(file[8:])
		name := file[16:header]
		file = file[header:]
		if length > uint64(len(file)) {
			return nil, fmt.Errorf("reference: LIME record of %d bytes is cut short", length)
		}
		if len(kind) < len(name) && string(name[:len(kind)]) == kind && name[len(kind)] == 0 {
			return file[:length], nil
		}
		file = file[min((length+7)/8*8, uint64(len(file))):]
	}
	return nil, fmt.Errorf("reference: no LIME record of type %q", kind)
}

// LinksFromILDG returns the links in the data of an ildg-binary-data record:
// big-endian reals, slowest to fastest t, z, y, x, mu, row, column, re/im. The
// size tells 64-bit from 32-bit reals; any other size is an error.
func LinksFromILDG(data []byte, extents []int, n int) (*Links, error) {
	reals := 2 * n * n * len(extents)
	for _, e := range extents {
		reals *= e
	}
	values := make([]float64, reals)
	switch len(data) {
	case 8 * reals:
		for i := range values {
			values[i] = math.Float64frombits(binary.BigEndian.Uint64(data[8*i:]))
		}
	case 4 * reals:
		for i := range values {
			values[i] = float64(math.Float32frombits(binary.BigEndian.Uint32(data[4*i:])))
		}
	default:
		return nil, fmt.Errorf("reference: %d bytes for %d reals", len(data), reals)
	}
	return linksFromReals(values, extents, n), nil
}

// LinksFromText returns links written one real a line: sites with x fastest, then
// mu, row, column, re/im (the Bridge++ text format). A line that is no number, or
// a wrong number of lines, is an error.
func LinksFromText(r io.Reader, extents []int, n int) (*Links, error) {
	reals := 2 * n * n * len(extents)
	for _, e := range extents {
		reals *= e
	}
	values := make([]float64, 0, reals)
	lines := bufio.NewScanner(r)
	lines.Split(bufio.ScanWords)
	for lines.Scan() {
		v, err := strconv.ParseFloat(lines.Text(), 64)
		if err != nil {
			return nil, fmt.Errorf("reference: value %d: %w", len(values), err)
		}
		values = append(values, v)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(values) != reals {
		return nil, fmt.Errorf("reference: %d reals where %d were expected", len(values), reals)
	}
	return linksFromReals(values, extents, n), nil
}

// linksFromReals takes reals in the order site (x fastest), mu, row, column, re/im.
func linksFromReals(values []float64, extents []int, n int) *Links {
	return NewLinks(extents, n, func([]int, int) []complex128 {
		m := make([]complex128, n*n)
		for i := range m {
			m[i] = complex(values[2*i], values[2*i+1])
		}
		values = values[2*n*n:]
		return m
	})
}
