package group

import "math/cmplx"

// Matrix is a square complex matrix, row-major: element (i,j) at i*N+j. N is
// recovered from the length.
type Matrix []complex128

// NewMatrix returns an N x N matrix of zeros.
func (g Group) NewMatrix() Matrix { return make(Matrix, g.n*g.n) }

// Identity sets dst to the unit matrix.
func (g Group) Identity(dst Matrix) {
	g.checkMatrix(dst)
	clear(dst)
	for i := range g.n {
		dst[i*g.n+i] = 1
	}
}

// Mul sets dst = a b. dst must not alias a or b.
func Mul(dst, a, b Matrix) {
	n := checkProduct(dst, a, b)
	switch n {
	case 2:
		mul2(dst, a, b)
		return
	case 3:
		mul3(dst, a, b)
		return
	case 4:
		mul4(dst, a, b)
		return
	}
	for i := range n {
		row, to := a[i*n:i*n+n], dst[i*n:i*n+n]
		clear(to)
		for k, c := range row {
			from := b[k*n : k*n+n]
			for j := range to {
				to[j] += c * from[j]
			}
		}
	}
}

func mul2(dst, a, b Matrix) {
	_, _, _ = dst[3], a[3], b[3]
	for i := 0; i < 4; i += 2 {
		x, y := a[i], a[i+1]
		dst[i] = x*b[0] + y*b[2]
		dst[i+1] = x*b[1] + y*b[3]
	}
}

func mul3(dst, a, b Matrix) {
	_, _, _ = dst[8], a[8], b[8]
	for i := 0; i < 9; i += 3 {
		x, y, z := a[i], a[i+1], a[i+2]
		dst[i] = x*b[0] + y*b[3] + z*b[6]
		dst[i+1] = x*b[1] + y*b[4] + z*b[7]
		dst[i+2] = x*b[2] + y*b[5] + z*b[8]
	}
}

func mul4(dst, a, b Matrix) {
	_, _, _ = dst[15], a[15], b[15]
	for i := 0; i < 16; i += 4 {
		w, x, y, z := a[i], a[i+1], a[i+2], a[i+3]
		dst[i] = w*b[0] + x*b[4] + y*b[8] + z*b[12]
		dst[i+1] = w*b[1] + x*b[5] + y*b[9] + z*b[13]
		dst[i+2] = w*b[2] + x*b[6] + y*b[10] + z*b[14]
		dst[i+3] = w*b[3] + x*b[7] + y*b[11] + z*b[15]
	}
}

// MulDagger sets dst = a b†. dst must not alias a or b.
func MulDagger(dst, a, b Matrix) {
	n := checkProduct(dst, a, b)
	for i := range n {
		row, to := a[i*n:i*n+n], dst[i*n:i*n+n]
		for j := range to {
			var s complex128
			for k, c := range b[j*n : j*n+n] {
				s += row[k] * cmplx.Conj(c)
			}
			to[j] = s
		}
	}
}

// DaggerMul sets dst = a† b. dst must not alias a or b.
func DaggerMul(dst, a, b Matrix) {
	n := checkProduct(dst, a, b)
	for i := range n {
		to := dst[i*n : i*n+n]
		clear(to)
		for k := range n {
			c := cmplx.Conj(a[k*n+i])
			for j, d := range b[k*n : k*n+n] {
				to[j] += c * d
			}
		}
	}
}

// Dagger sets dst = a†. dst must not alias a.
func Dagger(dst, a Matrix) {
	n := checkProduct(dst, a, a)
	for i := range n {
		for j := range n {
			dst[i*n+j] = cmplx.Conj(a[j*n+i])
		}
	}
}

// Trace returns Σ_i a_ii.
func Trace(a Matrix) complex128 {
	n := size(a)
	var s complex128
	for i := 0; i < n*n; i += n + 1 {
		s += a[i]
	}
	return s
}

// Det returns the determinant: by cofactors up to N = 3, by elimination with
// row pivots above.
func Det(a Matrix) complex128 {
	switch n := size(a); n {
	case 1:
		return a[0]
	case 2:
		return a[0]*a[3] - a[1]*a[2]
	case 3:
		return a[0]*(a[4]*a[8]-a[5]*a[7]) +
			a[1]*(a[5]*a[6]-a[3]*a[8]) +
			a[2]*(a[3]*a[7]-a[4]*a[6])
	default:
		var buf [16]complex128
		w := scratch(buf[:], n*n)
		copy(w, a)
		return eliminate(w, n)
	}
}

// eliminate destroys a and returns its determinant.
func eliminate(a Matrix, n int) complex128 {
	det := complex128(1)
	for k := range n {
		p := pivotRow(a, n, k)
		if p != k {
			swapRows(a, n, p, k)
			det = -det
		}
		d := a[k*n+k]
		det *= d
		if d == 0 {
			return 0
		}
		for i := k + 1; i < n; i++ {
			f := a[i*n+k] / d
			for j := k + 1; j < n; j++ {
				a[i*n+j] -= f * a[k*n+j]
			}
		}
	}
	return det
}

// pivotRow returns the row i >= k whose element (i,k) is largest.
func pivotRow(a Matrix, n, k int) int {
	best, most := k, abs1(a[k*n+k])
	for i := k + 1; i < n; i++ {
		if s := abs1(a[i*n+k]); s > most {
			best, most = i, s
		}
	}
	return best
}

func swapRows(a Matrix, n, i, j int) {
	x, y := a[i*n:i*n+n], a[j*n:j*n+n]
	for k := range x {
		x[k], y[k] = y[k], x[k]
	}
}

// size returns N of an N x N matrix.
func size(a Matrix) int {
	for n := 1; n*n <= len(a); n++ {
		if n*n == len(a) {
			return n
		}
	}
	panic("group: matrix is not square")
}

func checkProduct(dst, a, b Matrix) int {
	n := size(dst)
	if len(a) != len(dst) || len(b) != len(dst) {
		panic("group: matrices differ in size")
	}
	if &dst[0] == &a[0] || &dst[0] == &b[0] {
		panic("group: dst aliases an operand")
	}
	return n
}

// scratch returns n elements: of stack if they fit there, new ones otherwise.
func scratch(stack Matrix, n int) Matrix {
	if n <= len(stack) {
		return stack[:n]
	}
	return make(Matrix, n)
}
