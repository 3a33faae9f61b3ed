package group

import "math"

// diagonal returns 1/sqrt(2 l (l+1)), the normalisation of the l-th diagonal
// generator.
func diagonal(l int) float64 { return 1 / math.Sqrt(float64(2*l*(l+1))) }

// Generator returns T_a, 0 <= a < Dim, as a new matrix, in the order and
// normalisation of the package comment. Panics: a out of range.
func (g Group) Generator(a int) Matrix {
	if a < 0 || a >= g.Dim() {
		panic("group: generator index out of range")
	}
	x := make([]float64, g.Dim())
	x[a] = 1
	m := g.NewMatrix()
	g.Element(m, x)
	for i, z := range m {
		m[i] = complex(imag(z), -real(z))
	}
	return m
}

// Element sets dst to the anti-Hermitian matrix of the algebra vector x:
//
//	dst = i Σ_a x^a T_a
func (g Group) Element(dst Matrix, x []float64) {
	g.checkMatrix(dst)
	g.checkVector(x)
	g.element(dst, x, 1)
}

// element sets dst = i s Σ_a x^a T_a.
func (g Group) element(dst Matrix, x []float64, s float64) {
	n := g.n
	if n == 1 {
		dst[0] = complex(0, s*x[0])
		return
	}
	a, half := 0, s/2
	for i := range n {
		dst[i*n+i] = 0
		for j := i + 1; j < n; j++ {
			re, im := half*x[a+1], half*x[a]
			dst[i*n+j] = complex(re, im)
			dst[j*n+i] = complex(-re, im)
			a += 2
		}
	}
	// From the last generator down, sum = Σ_{l>i} x_l/sqrt(2 l (l+1)) is what
	// the ones of all later generators add to the i-th diagonal element.
	sum := 0.0
	for i := n - 1; i >= 0; i-- {
		d := sum
		if i > 0 {
			c := s * x[a+i-1] * diagonal(i)
			d -= float64(i) * c
			sum += c
		}
		dst[i*n+i] = complex(0, d)
	}
}

// TA sets x to the algebra vector of the traceless anti-Hermitian part of m:
//
//	i Σ_a x^a T_a = [m]_TA = (m - m†)/2 - tr(m - m†)/(2N)
//
// that is x^a = Im tr((m - m†) T_a). For U(1) the trace is kept: x = Im m.
func (g Group) TA(x []float64, m Matrix) {
	g.checkVector(x)
	g.checkMatrix(m)
	n := g.n
	if n == 1 {
		x[0] = imag(m[0])
		return
	}
	a := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			p, q := m[i*n+j], m[j*n+i]
			x[a] = imag(p) + imag(q)
			x[a+1] = real(p) - real(q)
			a += 2
		}
	}
	// Differences of diagonal elements, so that a large trace does not cost digits.
	for l := 1; l < n; l++ {
		last, sum := imag(m[l*n+l]), 0.0
		for i := range l {
			sum += imag(m[i*n+i]) - last
		}
		x[a] = 2 * diagonal(l) * sum
		a++
	}
}

// Adjoint sets dst to y in the adjoint representation of u:
//
//	i Σ_a dst^a T_a = u (i Σ_a y^a T_a) u†
//
// u is unitary; otherwise the traceless anti-Hermitian part of the right-hand
// side is taken. dst may be y.
func (g Group) Adjoint(dst []float64, u Matrix, y []float64) {
	g.checkVector(dst)
	g.checkMatrix(u)
	g.checkVector(y)
	if g.n == 1 {
		dst[0] = y[0]
		return
	}
	var buf [3 * 16]complex128
	nn := g.n * g.n
	w := scratch(buf[:], 3*nn)
	a, ua, b := w[:nn], w[nn:2*nn], w[2*nn:]
	g.element(a, y, 1)
	Mul(ua, u, a)
	MulDagger(b, ua, u)
	g.TA(dst, b)
}

// length returns |x|.
func length(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v * v
	}
	return math.Sqrt(s)
}
