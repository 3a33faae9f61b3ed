package group

import "math"

// DExp sets dst = J(x) y, the left-trivialised derivative of the exponential map:
//
//	d/ds exp(i(x + s y)^a T_a) exp(-i x^a T_a) |_{s=0} = i Σ_a dst^a T_a
//	J(x) = Σ_k ad_x^k/(k+1)!,    i (ad_x y)^a T_a = [i x^a T_a, i y^b T_b].
//
// J(x) x = x, and J = 1 for U(1). Where U = exp(ix) is moved by the vector
// e (δU = i e^a T_a U) when x moves by δx: e = J(x) δx.
//
// SU(2) in closed form; SU(3) from the derivative of the Cayley-Hamilton
// coefficients [MP04] and SU(N) from the series, both of x/2^s with
// |x|/2^s <= 1, doubled s times: J(2x) = (1 + Ad_exp(x)) J(x)/2. Degenerate
// eigenvalues need no care. The error is below 4 (N+2) u |y| max(1, |x|).
//
// dst may be x or y.
func (g Group) DExp(dst, x, y []float64) { g.dexp(dst, x, y, 1) }

// DExpTranspose sets dst = J(x)^T y, which is J(-x) y because ad_x is
// antisymmetric in this basis. It takes a gradient with respect to the group
// element to the gradient with respect to x: with dS = f^a e^a where
// δU = i e^a T_a U, the derivative along δx^a is J(x)^T f. Accuracy and aliasing
// are those of DExp.
func (g Group) DExpTranspose(dst, x, y []float64) { g.dexp(dst, x, y, -1) }

// dexp sets dst = J(sign x) y.
func (g Group) dexp(dst, x, y []float64, sign float64) {
	g.checkVector(dst)
	g.checkVector(x)
	g.checkVector(y)
	r := length(x)
	if !(r <= math.MaxFloat64) {
		for i := range dst {
			dst[i] = math.NaN()
		}
		return
	}
	switch g.n {
	case 1:
		dst[0] = y[0]
		return
	case 2:
		dexpSU2(dst, x, y, r, sign)
		return
	}
	var buf [8 * 16]complex128
	nn := g.n * g.n
	w := scratch(buf[:], 8*nn)
	a, b, v, z, work := w[:nn], w[nn:2*nn], w[2*nn:3*nn], w[3*nn:4*nn], w[4*nn:]
	s := halvings(r)
	r = math.Ldexp(r, -s)
	g.element(a, x, math.Ldexp(sign, -s))
	g.element(b, y, 1)
	if g.n == 3 {
		tangentSU3(z, v, a, b, work)
	} else {
		commutatorSeries(z, a, b, r, work)
		if s > 0 {
			expTaylor(v, a, r, work)
		}
	}
	for t, vz := work[:nn], work[nn:2*nn]; s > 0; s-- {
		Mul(vz, v, z)
		MulDagger(t, vz, v)
		for i := range z {
			z[i] = scale(0.5, z[i]+t[i])
		}
		Mul(t, v, v)
		copy(v, t)
	}
	g.TA(dst, z)
}

// dexpSU2 uses ad_x y = -x × y, whose eigenvalues are 0, ±i r with r = |x|:
//
//	J(x) y = y - c1 x × y + c2 x × (x × y)
//	c1 = (1 - cos r)/r² = (sin(r/2)/(r/2))²/2,    c2 = (1 - sin(r)/r)/r².
//
// c1 is written without cancellation. c2 cancels as r -> 0, but what enters is
// c2 r², which is right to u; below r = 2^-13 its limit 1/6 leaves out r⁴/120
// there, less than u/50.
func dexpSU2(dst, x, y []float64, r, sign float64) {
	h, c2 := 1.0, 1.0/6
	if r != 0 {
		h = math.Sin(r/2) / (r / 2)
	}
	if r >= 0x1p-13 {
		c2 = (1 - math.Sin(r)/r) / (r * r)
	}
	c1 := sign * h * h / 2
	x0, x1, x2 := x[0], x[1], x[2]
	y0, y1, y2 := y[0], y[1], y[2]
	u0, u1, u2 := x1*y2-x2*y1, x2*y0-x0*y2, x0*y1-x1*y0
	dst[0] = y0 - c1*u0 + c2*(x1*u2-x2*u1)
	dst[1] = y1 - c1*u1 + c2*(x2*u0-x0*u2)
	dst[2] = y2 - c1*u2 + c2*(x0*u1-x1*u0)
}

// tangentSU3 sets v = exp(A) and z = d/ds exp(A + s B) exp(-A) at s = 0 for
// |x| <= 1. The coefficients of exp(A) = p0 + p1 A + p2 A² depend on A through
// a = tr A²/2 and d = det A, which change by a' = tr(AB) and d' = tr(A²B)
// (the adjugate of A is A² - a), hence
//
//	exp' = p0' + p1' A + p2' A² + p1 B + p2 (AB + BA)
//
// and the p' follow from Horner's rule of expSU3 differentiated step by step.
func tangentSU3(z, v, a, b, work Matrix) {
	a2, ab, dv := work[:9], work[9:18], work[18:27]
	mul3(a2, a, a)
	mul3(ab, a, b)
	c := characteristic(a, a2)
	var dd complex128
	for i := range 3 {
		for j := range 3 {
			dd += a2[i*3+j] * b[j*3+i]
		}
	}
	p, dp := c.hornerTangent(cayley{real(ab[0] + ab[4] + ab[8]), dd})
	polynomialSU3(v, p, a, a2)
	polynomialSU3(dv, dp, a, a2)
	for i := range 3 {
		for j := range 3 {
			// BA = (AB)† for anti-Hermitian A and B.
			k, l := i*3+j, j*3+i
			ba := complex(real(ab[l]), -imag(ab[l]))
			dv[k] += p[1]*b[k] + p[2]*(ab[k]+ba)
		}
	}
	MulDagger(z, dv, v)
}

// hornerTangent returns horner and its derivative along dc.
func (c cayley) hornerTangent(dc cayley) (p, dp [3]complex128) {
	p[0] = 1
	for k := taylorDegree; k >= 1; k-- {
		f := reciprocal[k]
		dp = [3]complex128{
			scale(f, dc.d*p[2]+c.d*dp[2]),
			scale(f, dp[0]+scale(dc.a, p[2])+scale(c.a, dp[2])),
			scale(f, dp[1]),
		}
		p = [3]complex128{
			1 + scale(f, c.d*p[2]),
			scale(f, p[0]+scale(c.a, p[2])),
			scale(f, p[1]),
		}
	}
	return p, dp
}

// commutatorSeries sets z = Σ_k ad_A^k B/(k+1)! for |x| = r <= 1. The
// eigenvalues of ad_A are i times differences of those of A/i and at most |x| in
// modulus, so that term k has norm at most r^k/(k+1)! |B|; the sum ends where
// this is below 2^-56. For anti-Hermitian A and Z, [A, Z] = AZ - (AZ)†.
func commutatorSeries(z, a, b Matrix, r float64, work Matrix) {
	n, nn := size(a), len(a)
	term, at := work[:nn], work[nn:2*nn]
	copy(z, b)
	copy(term, b)
	bound := 1.0
	for k := 1; ; k++ {
		f := 1 / float64(k+1)
		bound *= r * f
		if bound < 0x1p-56 {
			return
		}
		Mul(at, a, term)
		for i := range n {
			for j := range n {
				p, q := at[i*n+j], at[j*n+i]
				c := scale(f, p-complex(real(q), -imag(q)))
				term[i*n+j] = c
				z[i*n+j] += c
			}
		}
	}
}
