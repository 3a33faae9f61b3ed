package format

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/physics/group"
)

const npyMagic = "\x93NUMPY"

// numpyCodec is a NumPy array file [NPY] of complex numbers in C order, of shape
// (t, z, y, x, D, N, N) or (D, t, z, y, x, N, N): the last two are row and column. An
// array in Fortran order has the same numbers with all indices reversed in meaning:
// (row, column, D, x, y, z, t) or (row, column, x, y, z, t, D), or the shape of the C
// order if no other fits. The first is written.
// A shape that fits both is decided by what was told, or by the links.
func numpyCodec() codec {
	return codec{
		kind: NumPy, extensions: []string{"npy"},
		begins: func(start []byte, _ int64) bool { return bytes.HasPrefix(start, []byte(npyMagic)) },
		open:   openNumPy,
		lay:    func(h Header) (layout, error) { return layAxes(h), nil },
		encode: func(h *Header) error {
			h.Axes = DirectionFastest
			return choose(h, []int{64, 32}, []binary.ByteOrder{binary.LittleEndian, binary.BigEndian})
		},
		frame: func(h Header) (before, after []byte) { return h.npy(), nil },
	}
}

// npyDict matches the dictionary as NumPy writes it, keys in order.
func npyDict() *regexp.Regexp {
	return regexp.MustCompile(`^\{'descr': *'([<>])c(8|16)' *, *'fortran_order': *(True|False) *, *'shape': *\(([0-9, ]*)\) *,? *\} *\n$`)
}

func openNumPy(f *File) error {
	b := make([]byte, min(f.size, most))
	if err := readAt(f.r, b, 0); err != nil {
		return err
	}
	if len(b) < 12 {
		return at(f.size, "the header of a NumPy file is cut short")
	}
	begin, length := 10, int(binary.LittleEndian.Uint16(b[8:]))
	switch b[6] {
	case 1:
	case 2, 3:
		begin, length = 12, int(min(binary.LittleEndian.Uint32(b[8:]), most))
	default:
		return at(6, "version %d of NumPy's format (allowed: 1, 2, 3)", b[6])
	}
	if length > len(b)-begin {
		return at(8, "a header of %d bytes, the file has %d more (allowed: %d)", length, len(b)-begin, most)
	}
	text := b[begin : begin+length]
	words := npyDict().FindSubmatch(text)
	if words == nil {
		return at(int64(begin), "%q is no array of complex numbers (allowed: {'descr': '<c16', 'fortran_order': False, 'shape': (…), }, with <c8, >c8, >c16, True)", bytes.TrimSpace(text))
	}
	f.where.shape = int64(begin)
	f.ByteOrder = map[string]binary.ByteOrder{"<": binary.LittleEndian, ">": binary.BigEndian}[string(words[1])]
	f.Precision = map[string]int{"8": 32, "16": 64}[string(words[2])]
	f.columns = string(words[3]) == "True"
	f.data = span{int64(begin + length), f.size - int64(begin+length)}
	if err := f.npyShape(string(words[4])); err != nil {
		return at(int64(begin), "%w", err)
	}
	return nil
}

// npyShape reads the shape of an array.
func (f *File) npyShape(text string) error {
	const allowed = "(t, …, x, D, N, N), (D, t, …, x, N, N), or their reverse in Fortran order, D from 2 to 4"
	var shape []int
	for s := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(text), ","), ",") {
		l, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return fmt.Errorf("shape (%s): %q (allowed: %s)", text, s, allowed)
		}
		shape = append(shape, l)
	}
	if !f.columns {
		slices.Reverse(shape)
	}
	fits := npyFits(shape)
	if len(fits) == 0 && f.columns { // an array of the C shape, saved in Fortran order
		if slices.Reverse(shape); len(npyFits(shape)) > 0 {
			fits = npyFits(shape)
			if err := f.transposeArray(shape); err != nil {
				return fmt.Errorf("shape (%s): %w", text, err)
			}
		}
	}
	if len(fits) == 0 {
		return fmt.Errorf("shape (%s) (allowed: %s)", text, allowed)
	}
	f.Group, f.Rows = group.U1, shape[0]
	if f.Rows > 1 {
		var err error
		if f.Group, err = group.SU(f.Rows); err != nil {
			return err
		}
	}
	if err := f.choose(fits); err != nil {
		return fmt.Errorf("shape (%s): %w", text, err)
	}
	return nil
}

// npyFits returns the orders of axes that a shape fits, the fastest axis first.
func npyFits(shape []int) (fits []axesOf) {
	d := len(shape) - 3
	if d < 2 || d > 4 || shape[0] != shape[1] || shape[0] < 1 || shape[0] > group.MaxN {
		return nil
	}
	if shape[2] == d {
		fits = append(fits, axesOf{DirectionFastest, shape[3:]})
	}
	if shape[d+2] == d {
		fits = append(fits, axesOf{DirectionSlowest, shape[2 : d+2]})
	}
	return fits
}

// transposeArray puts the elements of an array whose first index runs fastest in C
// order, in memory for two copies; shape has the last index first.
func (f *File) transposeArray(shape []int) error {
	element := int64(f.Precision / 4)
	size := element
	strides := make([]int64, len(shape)) // in the file
	for k, l := range slices.Backward(shape) {
		strides[k] = size
		if l < 1 || int64(l) > f.data.length/size { // also guards the product
			return fmt.Errorf("more than the %d bytes of the data", f.data.length)
		}
		size *= int64(l)
	}
	from, to := make([]byte, size), make([]byte, 0, size)
	if err := readAt(f.r, from, f.data.offset); err != nil {
		return err
	}
	index := make([]int, len(shape))
	for range size / element {
		where := int64(0)
		for k, i := range index {
			where += int64(i) * strides[k]
		}
		to = append(to, from[where:where+element]...)
		for k := range index { // the last index of the array is the first here
			if index[k]++; index[k] < shape[k] {
				break
			}
			index[k] = 0
		}
	}
	f.r, f.columns = bytes.NewReader(to), false
	f.data, f.size = span{0, size}, size
	f.note("an array in Fortran order; bytes are counted in its C order")
	return nil
}

// npy is the header of h, padded so that the data begin at a multiple of 64.
func (h Header) npy() []byte {
	shape := ""
	for _, l := range slices.Backward(h.Extents) {
		shape += strconv.Itoa(l) + ", "
	}
	n := h.Group.N()
	dict := fmt.Sprintf("{'descr': '%sc%d', 'fortran_order': False, 'shape': (%s%d, %d, %d), }",
		map[binary.ByteOrder]string{binary.LittleEndian: "<", binary.BigEndian: ">"}[h.ByteOrder], h.Precision/4, shape, len(h.Extents), n, n)
	length := (10+len(dict)+1+63)/64*64 - 10
	b := append([]byte(npyMagic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(length))
	b = append(b, dict...)
	return append(append(b, bytes.Repeat([]byte{' '}, length-len(dict)-1)...), '\n')
}
