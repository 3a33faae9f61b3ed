package group_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/group"
)

// counter does arithmetic and counts real operations.
type counter struct {
	g     group.Group
	flops float64
}

// r returns the real number x that took so many operations.
func (k *counter) r(x float64, flops float64) float64 {
	k.flops += flops
	return x
}
func (k *counter) mul(a, b complex128) complex128 { k.flops += 6; return a * b }
func (k *counter) add(a, b complex128) complex128 { k.flops += 2; return a + b }
func (k *counter) scale(c float64, a complex128) complex128 {
	k.flops += 2
	return complex(c*real(a), c*imag(a))
}

func (k *counter) product(a, b group.Matrix) group.Matrix {
	n, c := k.g.N(), k.g.NewMatrix()
	for i := range n {
		for j := range n {
			c[i*n+j] = k.mul(a[i*n], b[j])
			for l := 1; l < n; l++ {
				c[i*n+j] = k.add(c[i*n+j], k.mul(a[i*n+l], b[l*n+j]))
			}
		}
	}
	return c
}

// each returns f of the elements of a and b.
func each(a, b group.Matrix, f func(a, b complex128) complex128) group.Matrix {
	c := make(group.Matrix, len(a))
	for i := range c {
		c[i] = f(a[i], b[i])
	}
	return c
}

// plus adds c times the unit matrix, one operation an element if c is real.
func (k *counter) plus(c complex128, a group.Matrix) group.Matrix {
	flops := 1.0
	if imag(c) != 0 {
		flops = 2
	}
	for i := 0; i < len(a); i += k.g.N() + 1 {
		a[i] += c
		k.flops += flops
	}
	return a
}

// trace returns tr(a b).
func (k *counter) trace(a, b group.Matrix) complex128 {
	t, b := complex128(0), dagger(b)
	for i := range a {
		x := k.mul(a[i], cmplx.Conj(b[i]))
		if i == 0 {
			t = x
		} else {
			t = k.add(t, x)
		}
	}
	return t
}

// tangent returns exp(i x), counted by k, and J(x) y, the rest of which m counts.
func tangent(k, m *counter, x, y []float64) (e group.Matrix, j []float64) {
	g := k.g
	i := func(x []float64) group.Matrix { // conversions are not counted
		a := g.NewMatrix()
		g.Element(a, x)
		return a
	}
	ta := func(a group.Matrix) []float64 {
		v := make([]float64, g.Dim())
		g.TA(v, a)
		return v
	}
	switch g.N() {
	case 1:
		return group.Matrix{complex(k.r(math.Cos(x[0]), 1), k.r(math.Sin(x[0]), 1))}, y
	case 2:
		r2 := k.r(x[0]*x[0]+x[1]*x[1]+x[2]*x[2], 5)
		r := k.r(math.Sqrt(r2), 1)
		q := k.r(r/2, 1)
		s, c := k.r(k.r(math.Sin(q), 1)/r, 1), k.r(math.Cos(q), 1)
		v := [3]float64{k.r(s*x[0], 1), k.r(s*x[1], 1), k.r(s*x[2], 1)}
		e = group.Matrix{complex(c, v[2]), complex(v[1], v[0]), complex(-v[1], v[0]), complex(c, -v[2])}
		c1 := m.r(m.r(1-m.r(math.Cos(r), 1), 1)/r2, 1)
		c2 := m.r(m.r(1-m.r(m.r(math.Sin(r), 1)/r, 1), 1)/r2, 1)
		cross := func(a, b []float64) []float64 {
			return []float64{m.r(a[1]*b[2]-a[2]*b[1], 3), m.r(a[2]*b[0]-a[0]*b[2], 3), m.r(a[0]*b[1]-a[1]*b[0], 3)}
		}
		u := cross(x, y)
		w := cross(x, u)
		for a := range 3 {
			j = append(j, m.r(y[a]-c1*u[a]+c2*w[a], 4))
		}
		return e, j
	case 3:
		// A = i H, H^3 = alpha H + delta
		hermitian := func(x []float64) group.Matrix {
			return each(i(x), i(x), func(a, _ complex128) complex128 { return -1i * a })
		}
		h, b := hermitian(x), hermitian(y)
		h2, hb := k.product(h, h), m.product(h, b)
		alpha, delta := k.r(real(h2[0]+h2[4]+h2[8])/2, 3), k.r(real(k.trace(h, h2))/3, 1)
		dAlpha, dDelta := m.r(real(hb[0]+hb[4]+hb[8]), 2), real(m.trace(h2, b))
		inverse := [19]float64{1}
		for n := 1; n < len(inverse); n++ {
			inverse[n] = inverse[n-1] / float64(n)
		}
		var p, dp [3]complex128
		for n := 18; n >= 0; n-- {
			dp = [3]complex128{
				1i * m.add(m.scale(dDelta, p[2]), m.scale(delta, dp[2])),
				1i * m.add(dp[0], m.add(m.scale(dAlpha, p[2]), m.scale(alpha, dp[2]))), 1i * dp[1],
			}
			p = [3]complex128{
				1i*k.scale(delta, p[2]) + complex(k.r(inverse[n], 1), 0), 1i * k.add(p[0], k.scale(alpha, p[2])), 1i * p[1],
			}
		}
		polynomial := func(k *counter, p [3]complex128) group.Matrix {
			return k.plus(p[0], each(h, h2, func(a, b complex128) complex128 { return k.add(k.mul(p[1], a), k.mul(p[2], b)) }))
		}
		e = polynomial(k, p)
		anti := each(hb, dagger(hb), m.add)
		d := each(b, anti, func(b, a complex128) complex128 { return m.add(m.mul(p[1], b), m.mul(p[2], a)) })
		return e, ta(m.product(each(polynomial(m, dp), d, m.add), dagger(e)))
	}
	a, b := i(x), i(y)
	for n := 18; n >= 1; n-- {
		t := a
		if e != nil {
			t = k.product(a, e)
		}
		e = k.plus(1, each(t, t, func(t, _ complex128) complex128 { return k.scale(1/float64(n), t) }))
	}
	z, t := b, b
	for n := 1; n < 18; n++ {
		at := m.product(a, t)
		t = each(at, dagger(at), func(p, q complex128) complex128 { return m.scale(1/float64(n+1), m.add(p, -q)) })
		z = each(z, t, m.add)
	}
	return e, ta(z)
}

// The operations of the exponential and its derivative, counted while both are done
// in the textbook's way, and done rightly: they agree with Exp and DExp to some
// hundred roundings of numbers of size one.
func TestFlopsByCounting(t *testing.T) {
	su4, err := group.SU(4)
	require.NoError(t, err)
	for _, g := range []group.Group{group.U1, group.SU2, group.SU3, su4} {
		x, y, want := make([]float64, g.Dim()), make([]float64, g.Dim()), make([]float64, g.Dim())
		for a := range x {
			x[a], y[a] = .2*math.Sin(float64(1+a)), math.Cos(float64(3*a))
		}
		k := counter{g: g}
		k.product(g.NewMatrix(), g.NewMatrix())
		assert.Equal(t, k.flops, g.MulFlops(), g)

		k = counter{g: g}
		rest := counter{g: g}
		e, j := tangent(&k, &rest, x, y)
		m := g.NewMatrix()
		g.Exp(m, x)
		g.DExp(want, x, y)
		for i := range m {
			assert.InDelta(t, 0, cmplx.Abs(m[i]-e[i]), 1e-13, g)
		}
		for a := range want {
			assert.InDelta(t, want[a], j[a], 1e-13, g)
		}
		assert.Equal(t, k.flops, g.ExpFlops(), g)
		assert.Equal(t, k.flops+rest.flops, g.TangentFlops(), g)
	}
	assert.Equal(t, 66., group.SU3.VectorFlops())
}
