package reference

import (
	"errors"
	"math"
	"math/cmplx"
)

// ErrSingular says that a matrix has no inverse.
var ErrSingular = errors.New("reference: singular matrix")

// LU is the factorisation P A = L U with partial pivoting (largest modulus in
// the column), L unit lower triangular.
type LU struct {
	n     int
	a     []complex128 // L below the diagonal, U on and above it
	swaps []int        // row k was exchanged with row swaps[k] at step k
}

// panel is the number of columns eliminated before the rest of the matrix is
// touched once: 32 rows of 3072 complex numbers are 1.5 MiB, an L2 cache.
const panel = 32

// Factor returns the LU factorisation of the value of a, or ErrSingular when a
// pivot is exactly zero or not a number.
//
// Cost: 8/3 n^3 flops; n = 768 takes a few tenths of a second.
func Factor(a Matrix) (*LU, error) {
	n := a.N
	f := &LU{n: n, a: append([]complex128(nil), a.V...), swaps: make([]int, n)}
	for k0 := 0; k0 < n; k0 += panel {
		k1 := min(k0+panel, n)
		if err := f.factorPanel(k0, k1); err != nil {
			return nil, err
		}
		for i := k0 + 1; i < n; i++ { // the columns right of the panel
			f.subtractRows(f.row(i)[k1:], f.a, i, k0, min(i, k1), n, k1)
		}
	}
	return f, nil
}

// factorPanel eliminates columns k0 ... k1-1 below the diagonal, within the
// panel only; row exchanges apply to whole rows.
func (f *LU) factorPanel(k0, k1 int) error {
	for k := k0; k < k1; k++ {
		p, largest := k, 0.0
		for i := k; i < f.n; i++ {
			if m := cmplx.Abs(f.a[i*f.n+k]); m > largest {
				p, largest = i, m
			}
		}
		if largest == 0 || math.IsInf(largest, 0) {
			return ErrSingular
		}
		f.swaps[k] = p
		swapRows(f.row(k), f.row(p))
		inverse := 1 / f.a[k*f.n+k]
		pivot := f.row(k)[k+1 : k1]
		for i := k + 1; i < f.n; i++ {
			r := f.row(i)
			r[k] *= inverse
			l := r[k]
			for j, z := range pivot {
				r[k+1+j] -= l * z
			}
		}
	}
	return nil
}

func (f *LU) row(i int) []complex128 { return f.a[i*f.n : (i+1)*f.n] }

// subtractRows does dst -= sum_{from<=k<to} a_ik row_k, where row_k is the part
// from column `start` on of row k of an array of the given width, four rows per
// pass to spare memory traffic.
func (f *LU) subtractRows(dst, rows []complex128, i, from, to, width, start int) {
	part := func(k int) []complex128 { return rows[k*width+start:][:len(dst)] }
	a := f.row(i)
	k := from
	for ; k+4 <= to; k += 4 {
		l0, l1, l2, l3 := a[k], a[k+1], a[k+2], a[k+3]
		r0, r1, r2, r3 := part(k), part(k+1), part(k+2), part(k+3)
		for j := range dst {
			dst[j] -= l0*r0[j] + l1*r1[j] + l2*r2[j] + l3*r3[j]
		}
	}
	for ; k < to; k++ {
		l, r := a[k], part(k)
		for j := range dst {
			dst[j] -= l * r[j]
		}
	}
}

func swapRows(a, b []complex128) {
	for j := range a {
		a[j], b[j] = b[j], a[j]
	}
}

// LogDet returns ln |det A| and the phase det A / |det A|.
func (f *LU) LogDet() (logAbs float64, phase complex128) {
	phase = 1
	for k := range f.n {
		d := f.a[k*f.n+k]
		abs := cmplx.Abs(d)
		logAbs += math.Log(abs)
		phase *= d / complex(abs, 0)
		if f.swaps[k] != k {
			phase = -phase
		}
	}
	return logAbs, phase / complex(cmplx.Abs(phase), 0)
}

// Inverse returns A^{-1}. Cost: 16/3 n^3 flops.
func (f *LU) Inverse() Matrix {
	return NewMatrix(f.n, f.solveColumns(Identity(f.n).V, f.n))
}

// Solve returns A^{-1} b.
func (f *LU) Solve(b []complex128) []complex128 {
	if len(b) != f.n {
		panic("reference: vector does not fit the matrix")
	}
	return f.solveColumns(append([]complex128(nil), b...), 1)
}

// solveColumns overwrites the n x width array b by A^{-1} b and returns it.
func (f *LU) solveColumns(b []complex128, width int) []complex128 {
	n := f.n
	row := func(i int) []complex128 { return b[i*width : (i+1)*width] }
	for k := range n {
		swapRows(row(k), row(f.swaps[k]))
	}
	for i := range n {
		f.subtractRows(row(i), b, i, 0, i, width, 0)
	}
	for i := n - 1; i >= 0; i-- {
		f.subtractRows(row(i), b, i, i+1, n, width, 0)
		inverse := 1 / f.a[i*n+i]
		r := row(i)
		for j := range r {
			r[j] *= inverse
		}
	}
	return b
}

// SolveDagger returns (A^†)^{-1} b, from A^† = U^† L^† P.
func (f *LU) SolveDagger(b []complex128) []complex128 {
	if len(b) != f.n {
		panic("reference: vector does not fit the matrix")
	}
	n := f.n
	x := append([]complex128(nil), b...)
	for i := range n { // U^† y = b, column by column of U^† = row by row of U
		x[i] /= cmplx.Conj(f.a[i*n+i])
		for j := i + 1; j < n; j++ {
			x[j] -= cmplx.Conj(f.a[i*n+j]) * x[i]
		}
	}
	for i := n - 1; i >= 0; i-- { // L^† z = y
		for j := range i {
			x[j] -= cmplx.Conj(f.a[i*n+j]) * x[i]
		}
	}
	for k := n - 1; k >= 0; k-- { // x = P^T z
		p := f.swaps[k]
		x[k], x[p] = x[p], x[k]
	}
	return x
}
