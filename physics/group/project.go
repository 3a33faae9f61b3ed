package group

import (
	"errors"
	"math"
	"math/cmplx"
)

// ErrSingular is returned by Project for a matrix that has no nearest group
// element to working precision: zero, singular, of a condition number above
// 2^50, or with an element that is not finite.
var ErrSingular = errors.New("group: cannot project a singular matrix")

// Project replaces m by the group element that belongs to it: its unitary polar
// factor, with the phase of the determinant shared equally by all elements,
//
//	W = m (m†m)^{-1/2},    m <- W exp(-i arg(det W)/N),    -π < arg <= π.
//
// W is the unitary matrix nearest to m. For U(1), m <- m/|m|. The error is
// about κ u with κ the condition number of m.
//
// Errors: ErrSingular; m is then unchanged.
//
// Source: scaled Newton iteration X <- (γX + X^-†/γ)/2 with
// γ² = |X^-1|_F/|X|_F [H08, section 8.6].
func (g Group) Project(m Matrix) error {
	g.checkMatrix(m)
	largest := 0.0
	for _, z := range m {
		largest = math.Max(largest, math.Max(math.Abs(real(z)), math.Abs(imag(z)))) // keeps NaN
	}
	if !(largest > 0 && largest <= math.MaxFloat64) {
		return ErrSingular
	}
	if g.n == 1 {
		z := complex(real(m[0])/largest, imag(m[0])/largest)
		m[0] = scale(1/cmplx.Abs(z), z)
		return nil
	}
	var buf [3 * 16]complex128
	n, nn := g.n, g.n*g.n
	w := scratch(buf[:], 3*nn)
	x, y, t := w[:nn], w[nn:2*nn], w[2*nn:]
	for i, z := range m {
		x[i] = complex(real(z)/largest, imag(z)/largest)
	}
	if err := polar(x, y, t, n); err != nil {
		return err
	}
	phase := cmplx.Rect(1, -cmplx.Phase(Det(x))/float64(n))
	for i, z := range x {
		m[i] = z * phase
	}
	return nil
}

// polar replaces x by its unitary polar factor. y and t are scratch.
//
// A singular value σ = 1 + e becomes 1 + (γσ-1)²/2 + ..., where γ = 1 - (mean of
// e) near the end: convergence is quadratic, and the step that moves x by less
// than 2^-27 has left an error below u/2. With this γ about ten steps suffice
// for any κ < 2^50; the cap is not reached.
func polar(x, y, t Matrix, n int) error {
	const maxSteps = 40
	for range maxSteps {
		copy(t, x)
		if !invert(y, t, n) {
			return ErrSingular
		}
		fx, fy := frobenius(x), frobenius(y)
		if !(fx*fy < 0x1p50) {
			return ErrSingular
		}
		gamma := math.Sqrt(fy / fx)
		moved := 0.0
		for i := range n {
			for j := range n {
				old := x[i*n+j]
				z := scale(gamma/2, old) + scale(0.5/gamma, cmplx.Conj(y[j*n+i]))
				x[i*n+j] = z
				moved += norm2(z - old)
			}
		}
		if moved < 0x1p-54 {
			return nil
		}
	}
	return ErrSingular
}

func frobenius(a Matrix) float64 {
	s := 0.0
	for _, z := range a {
		s += norm2(z)
	}
	return math.Sqrt(s)
}

// invert sets dst = a^-1 by Gauss-Jordan elimination with row pivots, destroying
// a. It reports false for an exactly singular a.
func invert(dst, a Matrix, n int) bool {
	clear(dst)
	for i := range n {
		dst[i*n+i] = 1
	}
	for k := range n {
		if p := pivotRow(a, n, k); p != k {
			swapRows(a, n, p, k)
			swapRows(dst, n, p, k)
		}
		d := a[k*n+k]
		if d == 0 {
			return false
		}
		d = 1 / d
		for j := range n {
			a[k*n+j] *= d
			dst[k*n+j] *= d
		}
		for i := range n {
			f := a[i*n+k]
			if i == k || f == 0 {
				continue
			}
			for j := range n {
				a[i*n+j] -= f * a[k*n+j]
				dst[i*n+j] -= f * dst[k*n+j]
			}
		}
	}
	return true
}

// Reunitarize moves m back onto the group at little cost: its rows are
// orthonormalised from the first to the last and the last one takes the phase
// that makes the determinant 1. For U(1), m <- m/|m|.
//
// For m within round-off of the group, where it moves m by no more than m is
// off; anything else belongs to Project. A singular m gives NaN.
func (g Group) Reunitarize(m Matrix) {
	g.checkMatrix(m)
	n := g.n
	if n == 1 {
		m[0] = scale(1/cmplx.Abs(m[0]), m[0])
		return
	}
	orthonormalize(m, n)
	d := Det(m)
	phase := scale(1/cmplx.Abs(d), cmplx.Conj(d))
	for j := n * (n - 1); j < n*n; j++ {
		m[j] *= phase
	}
}

// orthonormalize applies the Gram-Schmidt process to the rows of m, first row
// first. Every row is made orthogonal to the previous ones twice, which is enough
// for rows that are independent to working precision [GL05].
func orthonormalize(m Matrix, n int) {
	for i := range n {
		row := m[i*n : i*n+n]
		for range 2 {
			for j := range i {
				done := m[j*n : j*n+n]
				var c complex128
				for k, z := range row {
					c += z * cmplx.Conj(done[k])
				}
				for k := range row {
					row[k] -= c * done[k]
				}
			}
		}
		f := 1 / frobenius(row)
		for k := range row {
			row[k] = scale(f, row[k])
		}
	}
}

// Unitarity returns how far m is from the group: the largest of |(m m†)_ij - δ_ij|
// over all i, j and, for SU(N), |det m - 1|. NaN if m holds one.
func (g Group) Unitarity(m Matrix) float64 {
	g.checkMatrix(m)
	n := g.n
	if n == 1 {
		return math.Abs(norm2(m[0]) - 1)
	}
	// Squares are compared: the root of the largest is taken at the end. A NaN
	// stays, for nothing is larger.
	worst := norm2(Det(m) - 1)
	for i := range n {
		p := m[i*n : i*n+n]
		for j := range i + 1 {
			re, im := 0.0, 0.0
			for k, b := range m[j*n : j*n+n] {
				a := p[k]
				re += real(a)*real(b) + imag(a)*imag(b)
				im += imag(a)*real(b) - real(a)*imag(b)
			}
			if i == j {
				re--
			}
			if d := re*re + im*im; d > worst || math.IsNaN(d) {
				worst = d
			}
		}
	}
	return math.Sqrt(worst)
}
