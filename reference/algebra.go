package reference

import (
	"math"
	"math/cmplx"
)

// TA returns the traceless anti-Hermitian part
//
//	[M]_TA = (M - M^†)/2 - tr(M - M^†)/(2N),
//
// for N = 1 (U(1)) with the trace kept: i Im M.
// Source: [MP, eq. (2)] up to their factor -i.
func (a Matrix) TA() Matrix {
	b := a.Sub(a.Dagger()).ScaleBy(0.5)
	if a.N == 1 {
		return b
	}
	tr := b.Trace()
	b = Matrix{N: a.N, V: append([]complex128(nil), b.V...), D: append([]complex128(nil), b.D...)}
	n := complex(float64(a.N), 0)
	for i := range a.N {
		b.V[i*a.N+i] -= tr.V / n
		if b.D != nil {
			b.D[i*a.N+i] -= tr.D / n
		}
	}
	return b
}

// Exp returns exp(a) by a scaled and squared Taylor series, its derivative by
// the same series in dual numbers. No property of a is used.
//
//	exp(a) = [ sum_{k<=20} (a/2^s)^k / k! ]^(2^s),   |a/2^s| <= 1/2 (row-sum norm);
//
// the first term left out is below 0.5^21/21! = 1e-26.
func (a Matrix) Exp() Matrix {
	squarings := 0
	for norm := rowSumNorm(a); norm > 0.5; norm /= 2 {
		squarings++
	}
	x := a.ScaleBy(complex(math.Ldexp(1, -squarings), 0))
	one := Identity(a.N)
	e := one
	for k := 20; k >= 1; k-- { // Horner: e = 1 + x/k (1 + x/(k+1) (...))
		e = one.Add(x.Mul(e).ScaleBy(complex(1/float64(k), 0)))
	}
	for range squarings {
		e = e.Mul(e)
	}
	return e
}

func rowSumNorm(a Matrix) float64 {
	norm := 0.0
	for i := range a.N {
		s := 0.0
		for j := range a.N {
			s += cmplx.Abs(a.At(i, j))
		}
		norm = math.Max(norm, s)
	}
	return norm
}

// Generators returns the Hermitian generators T_a of SU(N), tr T_a T_b =
// delta_ab/2, in the order of the package comment; for N = 1 the single T = 1.
//
// The l-th diagonal one (l = 1 ... N-1) is diag(1, ..., 1, -l, 0, ...)/sqrt(2 l (l+1)).
func Generators(n int) []Matrix {
	if n == 1 {
		return []Matrix{Identity(1)}
	}
	var ts []Matrix
	for i := range n {
		for j := i + 1; j < n; j++ {
			s := make([]complex128, n*n)
			s[i*n+j], s[j*n+i] = 0.5, 0.5
			a := make([]complex128, n*n)
			a[i*n+j], a[j*n+i] = -0.5i, 0.5i
			ts = append(ts, NewMatrix(n, s), NewMatrix(n, a))
		}
	}
	for l := 1; l < n; l++ {
		d := make([]complex128, n*n)
		norm := 1 / math.Sqrt(float64(2*l*(l+1)))
		for i := range l {
			d[i*n+i] = complex(norm, 0)
		}
		d[l*n+l] = complex(-float64(l)*norm, 0)
		ts = append(ts, NewMatrix(n, d))
	}
	return ts
}

// AlgebraElement returns i sum_a omega^a T_a, anti-Hermitian. It panics unless
// there is one component for each generator (N^2-1, or 1 for U(1)).
func AlgebraElement(n int, omega []float64) Matrix {
	ts := Generators(n)
	if len(omega) != len(ts) {
		panic("reference: one component per generator needed")
	}
	a := NewMatrix(n, make([]complex128, n*n))
	for i, t := range ts {
		a = a.Add(t.ScaleBy(complex(0, omega[i])))
	}
	return a
}

// Determinant returns det a by Gaussian elimination (value only). It is 0 for
// a singular matrix.
func (a Matrix) Determinant() complex128 {
	lu, err := Factor(a)
	if err != nil {
		return 0
	}
	logAbs, phase := lu.LogDet()
	return complex(math.Exp(logAbs), 0) * phase
}
