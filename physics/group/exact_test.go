package group_test

import (
	"math/big"

	"github.com/slhmc/slhmc/physics/group"
)

// The oracle: the Taylor series of exp(A) and of its derivative along B, summed
// in 192-bit arithmetic straight from the definition, no scaling, no structure.
// For |A| <= 21 (|x| = 30) terms grow to e^21 = 2^31, which leaves 160 bits.

const oracleBits = 192

type bigComplex struct{ re, im big.Float }

type bigMatrix []bigComplex

func newBig(n int) bigMatrix {
	m := make(bigMatrix, n*n)
	for i := range m {
		m[i].re.SetPrec(oracleBits)
		m[i].im.SetPrec(oracleBits)
	}
	return m
}

// bigElement returns i Σ_a x^a T_a from the definition of the T_a.
func bigElement(g group.Group, x []float64) bigMatrix {
	n := g.N()
	m := newBig(n)
	if g == group.U1 {
		m[0].im.SetFloat64(x[0])
		return m
	}
	a := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			m[i*n+j].im.SetFloat64(x[a] / 2)
			m[j*n+i].im.SetFloat64(x[a] / 2)
			m[i*n+j].re.SetFloat64(x[a+1] / 2)
			m[j*n+i].re.SetFloat64(-x[a+1] / 2)
			a += 2
		}
	}
	for l := 1; l < n; l++ {
		c := bigFloat(x[a])
		c.Quo(c, new(big.Float).Sqrt(bigFloat(float64(2*l*(l+1)))))
		for i := range l {
			m[i*n+i].im.Add(&m[i*n+i].im, c)
		}
		c.Mul(c, bigFloat(float64(-l)))
		m[l*n+l].im.Add(&m[l*n+l].im, c)
		a++
	}
	return m
}

func bigFloat(v float64) *big.Float {
	return new(big.Float).SetPrec(oracleBits).SetFloat64(v)
}

// addProduct adds a b to dst.
func addProduct(dst, a, b bigMatrix, n int) {
	t := bigFloat(0)
	for i := range n {
		for j := range n {
			d := &dst[i*n+j]
			for k := range n {
				p, q := &a[i*n+k], &b[k*n+j]
				d.re.Add(&d.re, t.Mul(&p.re, &q.re))
				d.re.Sub(&d.re, t.Mul(&p.im, &q.im))
				d.im.Add(&d.im, t.Mul(&p.re, &q.im))
				d.im.Add(&d.im, t.Mul(&p.im, &q.re))
			}
		}
	}
}

// oracle returns exp(i x^a T_a) and J(x) y.
func oracle(g group.Group, x, y []float64) (group.Matrix, []float64) {
	n := g.N()
	a, b := bigElement(g, x), bigElement(g, y)
	power, tangent := newBig(n), newBig(n) // A^k/k! and its derivative
	sum, dsum := newBig(n), newBig(n)
	for i := range n {
		power[i*n+i].re.SetInt64(1)
		sum[i*n+i].re.SetInt64(1)
	}
	for k := 1; k < 200; k++ {
		next, dnext := newBig(n), newBig(n)
		addProduct(next, a, power, n)
		addProduct(dnext, a, tangent, n)
		addProduct(dnext, b, power, n)
		f := bigFloat(float64(k))
		small := true
		for i := range next {
			for _, v := range []*big.Float{&next[i].re, &next[i].im, &dnext[i].re, &dnext[i].im} {
				v.Quo(v, f)
				small = small && (v.Sign() == 0 || v.MantExp(nil) < -100)
			}
			sum[i].re.Add(&sum[i].re, &next[i].re)
			sum[i].im.Add(&sum[i].im, &next[i].im)
			dsum[i].re.Add(&dsum[i].re, &dnext[i].re)
			dsum[i].im.Add(&dsum[i].im, &dnext[i].im)
		}
		power, tangent = next, dnext
		if small && k > 40 {
			break
		}
	}
	// z = dexp exp(-A) with exp(-A) = exp(A)†.
	inverse, z := newBig(n), newBig(n)
	for i := range n {
		for j := range n {
			inverse[i*n+j].re.Set(&sum[j*n+i].re)
			inverse[i*n+j].im.Neg(&sum[j*n+i].im)
		}
	}
	addProduct(z, dsum, inverse, n)
	j := make([]float64, g.Dim())
	g.TA(j, rounded(z))
	return rounded(sum), j
}

func rounded(m bigMatrix) group.Matrix {
	r := make(group.Matrix, len(m))
	for i := range m {
		re, _ := m[i].re.Float64()
		im, _ := m[i].im.Float64()
		r[i] = complex(re, im)
	}
	return r
}
