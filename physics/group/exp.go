package group

import "math"

// Exp sets dst to the group element
//
//	dst = exp(i Σ_a x^a T_a)
//
// SU(2) in closed form; SU(3) by the Cayley-Hamilton theorem and SU(N) by a
// Taylor polynomial, both of x/2^s with |x|/2^s <= 1, squared s times. Nothing
// divides by differences of eigenvalues: degenerate and nearly degenerate ones
// need no care. An element errs by less than 2 (N+2) u max(1, |x|) (against
// 192-bit arithmetic up to N = 16 and |x| = 30 by a quarter of that). Like every
// method that rounds x first, the error grows with |x|: near 10^15 no digit is
// left.
func (g Group) Exp(dst Matrix, x []float64) {
	g.checkMatrix(dst)
	g.checkVector(x)
	switch g.n {
	case 1:
		sin, cos := math.Sincos(x[0])
		dst[0] = complex(cos, sin)
		return
	case 2:
		expSU2(dst, x, length(x)/2)
		return
	}
	var buf [5 * 16]complex128
	nn := g.n * g.n
	w := scratch(buf[:], 5*nn)
	a, work := w[:nn], w[nn:]
	r := length(x)
	s := halvings(r)
	g.element(a, x, math.Ldexp(1, -s))
	if g.n == 3 {
		expSU3(dst, a, work)
	} else {
		expTaylor(dst, a, math.Ldexp(r, -s), work)
	}
	for ; s > 0; s-- {
		Mul(work[:nn], dst, dst)
		copy(dst, work)
	}
}

// halvings returns the smallest s >= 0, or one more, with r/2^s <= 1.
func halvings(r float64) int {
	if r <= 1 {
		return 0
	}
	_, s := math.Frexp(r)
	return s
}

// expSU2 sets dst = cos q + i sin(q)/q (x·σ/2) with q = |x|/2. The quotient is
// accurate for every q but 0.
func expSU2(dst Matrix, x []float64, q float64) {
	sin, cos := math.Sincos(q)
	s := 0.5
	if q != 0 {
		s = sin / (2 * q)
	}
	dst[0] = complex(cos, s*x[2])
	dst[1] = complex(s*x[1], s*x[0])
	dst[2] = complex(-s*x[1], s*x[0])
	dst[3] = complex(cos, -s*x[2])
}

// taylorDegree is the degree K at which exp(A) is cut for |x| <= 1: the spectral
// norm of A is at most |x| sqrt((N-1)/(2N)) < 1/sqrt 2, and what is left out of
// exp and of its derivative is below
//
//	2^-(K+1)/2/(K+1)! (1 + 1/K) = 8.3e-18 = .08 u,    3^-K/2/K! = 7.3e-18 (SU(3)).
const taylorDegree = 16

// expSU3 sets dst = exp(A) for an anti-Hermitian traceless 3 x 3 matrix A of
// |x| <= 1. With A³ = a A + d, a = tr A²/2 and d = det A, the Taylor polynomial
// reduces to p0 + p1 A + p2 A², whose coefficients come from Horner's rule
// q <- 1 + A q/k, k = K ... 1:
//
//	p0 <- 1 + d p2/k,  p1 <- (p0 + a p2)/k,  p2 <- p1/k.
//
// The coefficients are those of [MP04, eq. (19)] (f_j = i^-j p_j for A = iQ)
// but entire functions of a and d here, with no quotient that could be 0/0.
func expSU3(dst, a, work Matrix) {
	a2 := work[:9]
	mul3(a2, a, a)
	p := characteristic(a, a2).horner()
	polynomialSU3(dst, p, a, a2)
}

// cayley holds the coefficients of A³ = a A + d.
type cayley struct {
	a float64
	d complex128
}

func characteristic(a, a2 Matrix) cayley {
	return cayley{real(a2[0]+a2[4]+a2[8]) / 2, Det(a)}
}

// horner returns p0, p1, p2 of expSU3.
func (c cayley) horner() [3]complex128 {
	p0, p1, p2 := complex128(1), complex128(0), complex128(0)
	for k := taylorDegree; k >= 1; k-- {
		f := reciprocal[k]
		p0, p1, p2 = 1+scale(f, c.d*p2), scale(f, p0+scale(c.a, p2)), scale(f, p1)
	}
	return [3]complex128{p0, p1, p2}
}

// polynomialSU3 sets dst = p0 + p1 A + p2 A².
func polynomialSU3(dst Matrix, p [3]complex128, a, a2 Matrix) {
	for i := range dst {
		dst[i] = p[1]*a[i] + p[2]*a2[i]
	}
	for i := 0; i < 9; i += 4 {
		dst[i] += p[0]
	}
}

// expTaylor sets dst = exp(A) for an anti-Hermitian A of |x| = r <= 1 by the
// Taylor polynomial of the lowest degree 4m <= 16 that leaves out less than
// 2^-56, in blocks of four powers [PS73]: m + 2 products of matrices.
// work holds four matrices.
func expTaylor(dst, a Matrix, r float64, work Matrix) {
	n := len(a)
	a2, a3, a4, t := work[:n], work[n:2*n], work[2*n:3*n], work[3*n:4*n]
	Mul(a2, a, a)
	Mul(a3, a2, a)
	Mul(a4, a2, a2)

	blocks := 1
	for next := r * math.Sqrt2 / 2; blocks < taylorDegree/4; blocks++ {
		k := 4*blocks + 1
		if math.Pow(next, float64(k))*inverseFactorial[k] < 0x1p-56 {
			break
		}
	}
	top := 4 * blocks
	for i := range dst {
		dst[i] = scale(inverseFactorial[top], a4[i])
	}
	for b := blocks - 1; b >= 0; b-- {
		if b < blocks-1 {
			Mul(t, dst, a4)
			copy(dst, t)
		}
		c := inverseFactorial[4*b:]
		for i := range dst {
			dst[i] += scale(c[1], a[i]) + scale(c[2], a2[i]) + scale(c[3], a3[i])
		}
		for i, step := 0, size(a)+1; i < n; i += step {
			dst[i] += complex(c[0], 0)
		}
	}
}

// inverseFactorial[k] = 1/k!, k = 0 ... taylorDegree.
var inverseFactorial = [taylorDegree + 1]float64{
	1, 1, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320,
	1. / 362880, 1. / 3628800, 1. / 39916800, 1. / 479001600, 1. / 6227020800,
	1. / 87178291200, 1. / 1307674368000, 1. / 20922789888000,
}

// reciprocal[k] = 1/k, k = 1 ... taylorDegree.
var reciprocal = [taylorDegree + 1]float64{
	0, 1, 1. / 2, 1. / 3, 1. / 4, 1. / 5, 1. / 6, 1. / 7, 1. / 8,
	1. / 9, 1. / 10, 1. / 11, 1. / 12, 1. / 13, 1. / 14, 1. / 15, 1. / 16,
}
