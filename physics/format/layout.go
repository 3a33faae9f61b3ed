package format

import (
	"encoding/binary"
	"math"

	"github.com/slhmc/slhmc/physics/group"
)

// layout is how the links follow one another in a file: records of equally many
// links, which belong to the site that place says.
type layout struct {
	records, links int
	// place sets x to the site of link k of a record and returns its direction.
	place func(x []int, record, k int) (mu int)
	sum   adder
}

// lexicographic is the order of most formats: a record is a site, the first
// coordinate running fastest, and holds its links in the order of directions.
func lexicographic(extents []int) layout {
	records := 1
	for _, l := range extents {
		records *= l
	}
	return layout{records: records, links: len(extents), place: func(x []int, record, k int) int {
		if k == 0 {
			for mu, l := range extents {
				x[mu] = record % l
				record /= l
			}
		}
		return k
	}}
}

// putReals writes the elements of m.
func putReals(dst []byte, m []complex128, precision int, order binary.ByteOrder) {
	for k, z := range m {
		if precision == 32 {
			order.PutUint32(dst[8*k:], math.Float32bits(float32(real(z))))
			order.PutUint32(dst[8*k+4:], math.Float32bits(float32(imag(z))))
		} else {
			order.PutUint64(dst[16*k:], math.Float64bits(real(z)))
			order.PutUint64(dst[16*k+8:], math.Float64bits(imag(z)))
		}
	}
}

// reals reads the elements of m. Each order and precision has its own loop: this
// is where a large file spends its time.
func reals(m []complex128, b []byte, precision int, order binary.ByteOrder) {
	switch {
	case precision == 64 && order == binary.ByteOrder(binary.BigEndian):
		for k := range m {
			m[k] = complex(math.Float64frombits(binary.BigEndian.Uint64(b[16*k:])), math.Float64frombits(binary.BigEndian.Uint64(b[16*k+8:])))
		}
	case precision == 64:
		for k := range m {
			m[k] = complex(math.Float64frombits(binary.LittleEndian.Uint64(b[16*k:])), math.Float64frombits(binary.LittleEndian.Uint64(b[16*k+8:])))
		}
	default:
		for k := range m {
			m[k] = complex(float64(math.Float32frombits(order.Uint32(b[8*k:]))), float64(math.Float32frombits(order.Uint32(b[8*k+4:]))))
		}
	}
}

// completeLast sets the last row of a matrix of SU(N) from the others: it is the
// only one that is orthogonal to them and makes the determinant 1,
//
//	m_(N-1)j = (-1)^(N-1+j) conj det(m without row N-1 and column j).
func completeLast(m group.Matrix, minor group.Matrix, n int) {
	for j := range n {
		for i := range n - 1 {
			copy(minor[i*(n-1):], m[i*n:i*n+j])
			copy(minor[i*(n-1)+j:(i+1)*(n-1)], m[i*n+j+1:(i+1)*n])
		}
		d := group.Det(minor)
		if (n-1+j)%2 == 1 {
			d = -d
		}
		m[(n-1)*n+j] = complex(real(d), -imag(d))
	}
}

// transpose exchanges rows and columns.
func transpose(m group.Matrix, n int) {
	for i := range n {
		for j := range i {
			m[i*n+j], m[j*n+i] = m[j*n+i], m[i*n+j]
		}
	}
}
