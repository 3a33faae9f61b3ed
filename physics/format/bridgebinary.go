package format

import (
	"encoding/binary"
	"fmt"
	"io"
)

// bridgeBinaryCodec is the binary format of Bridge++ [B]: the same reals, 64 bits,
// big endian, and nothing else. Nothing tells it from other data but that it is
// of the right size, and that its links are in the group.
//
// Its Fortran formats have the marks of Fortran's records around them, in the byte
// order of the machine, with the direction fastest or (JLQCD) slowest.
func bridgeBinaryCodec() codec {
	return codec{
		kind: BridgeBinary, extensions: []string{"bin"},
		begins: func([]byte, int64) bool { return true },
		open:   openBridgeBinary,
		lay:    func(h Header) (layout, error) { return layAxes(h), nil },
		encode: func(h *Header) error {
			return choose(h, []int{64}, []binary.ByteOrder{binary.BigEndian})
		},
		frame: func(Header) (before, after []byte) { return nil, nil },
	}
}

func openBridgeBinary(f *File) error {
	f.Precision, f.ByteOrder, f.data.length = 64, binary.BigEndian, f.size
	bare := *f
	marks, err := findMarks(f)
	if err != nil {
		return err
	}
	if marks != nil {
		f.r, f.size, f.ByteOrder = marks, marks.size(), marks.order
		f.data.length = f.size
		if err := f.choose([]axesOf{{axes: DirectionFastest}, {axes: DirectionSlowest}}); err != nil {
			return at(0, "%w", err)
		}
		guess := *f
		if err := guess.infer(); err == nil && guess.complete() {
			f.note("%v", marks)
			return nil
		}
		*f = bare
	}
	f.Axes = f.axes
	guess := *f
	if err := guess.infer(); err != nil || !guess.complete() {
		return at(0, "the file begins like none of the formats, and is no %s of %v by its size and first links (allowed: %v)", f.Kind, f.told, Kinds())
	}
	return nil
}

// marks is what stands between the marks of Fortran's unformatted records, of equal
// lengths: each has its length before and behind it.
type marks struct {
	r      io.ReaderAt
	order  binary.ByteOrder
	width  int64 // of a mark
	length int64 // of a record
	count  int64
}

func (m *marks) size() int64 { return m.length * m.count }

func (m *marks) String() string {
	return fmt.Sprintf("%d Fortran records, with marks of %d bytes", m.count, m.width)
}

// findMarks returns the marks of a file, nil if it has none.
func findMarks(f *File) (*marks, error) {
	if f.size < 16 {
		return nil, nil
	}
	b := make([]byte, 8)
	if err := readAt(f.r, b, 0); err != nil {
		return nil, err
	}
	for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
		for _, width := range []int64{4, 8} {
			m := &marks{r: f.r, order: order, width: width, length: markOf(b, width, order)}
			if m.length < 1 || m.length > f.size || f.size%(m.length+2*width) != 0 {
				continue
			}
			m.count = f.size / (m.length + 2*width)
			if there, err := m.verify(); there || err != nil {
				return m, err
			}
		}
	}
	return nil, nil
}

func markOf(b []byte, width int64, order binary.ByteOrder) int64 {
	if width == 4 {
		return int64(order.Uint32(b))
	}
	return int64(order.Uint64(b))
}

// verify says whether all marks are there.
func (m *marks) verify() (bool, error) {
	b := make([]byte, m.width)
	for i := range m.count {
		for _, where := range []int64{0, m.width + m.length} {
			if err := readAt(m.r, b, i*(m.length+2*m.width)+where); err != nil {
				return false, err
			}
			if markOf(b, m.width, m.order) != m.length {
				return false, nil
			}
		}
	}
	return true, nil
}

// ReadAt reads what stands between the marks.
func (m *marks) ReadAt(p []byte, offset int64) (n int, err error) {
	for n < len(p) && offset < m.size() {
		record, within := offset/m.length, offset%m.length
		part := p[n:min(len(p), n+int(m.length-within))]
		k, err := m.r.ReadAt(part, record*(m.length+2*m.width)+m.width+within)
		n += k
		if k < len(part) {
			return n, err
		}
		offset += int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
