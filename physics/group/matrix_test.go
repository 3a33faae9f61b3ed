package group_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

func gaussian(g group.Group, s *rng.Source) group.Matrix {
	m := g.NewMatrix()
	for i := range m {
		m[i] = complex(s.Normal(), s.Normal())
	}
	return m
}

// The products against their definitions, element by element.
func TestProducts(t *testing.T) {
	for _, g := range append(groups, su(6)) {
		n := g.N()
		s := rng.New(2).Child("product").Site(uint64(n))
		a, b, got := gaussian(g, &s), gaussian(g, &s), g.NewMatrix()
		at := func(m group.Matrix, i, j int) complex128 { return m[i*n+j] }
		for name, c := range map[string]struct {
			f    func(dst, a, b group.Matrix)
			term func(i, j, k int) complex128
		}{
			"ab":  {group.Mul, func(i, j, k int) complex128 { return at(a, i, k) * at(b, k, j) }},
			"ab†": {group.MulDagger, func(i, j, k int) complex128 { return at(a, i, k) * cmplx.Conj(at(b, j, k)) }},
			"a†b": {group.DaggerMul, func(i, j, k int) complex128 { return cmplx.Conj(at(a, k, i)) * at(b, k, j) }},
		} {
			for i := range got {
				got[i] = cmplx.NaN() // dst is overwritten, not added to
			}
			c.f(got, a, b)
			for i := range n {
				for j := range n {
					var want complex128
					size := 0.0
					for k := range n {
						want += c.term(i, j, k)
						size += cmplx.Abs(c.term(i, j, k))
					}
					// Two sums of n complex products, each off by (n+2) u Σ|terms|.
					assert.LessOrEqual(t, cmplx.Abs(got[i*n+j]-want), 2*float64(n+2)*u*size, "%v %s", g, name)
				}
			}
		}
		group.Dagger(got, a)
		var trace complex128
		for i := range n {
			trace += at(a, i, i)
			for j := range n {
				assert.Equal(t, cmplx.Conj(at(a, j, i)), at(got, i, j))
			}
		}
		assert.Equal(t, trace, group.Trace(a))
	}
}

// det by Leibniz' sum over permutations.
func TestDeterminant(t *testing.T) {
	for _, g := range append(groups, su(6)) {
		n := g.N()
		s := rng.New(2).Child("det").Site(uint64(n))
		for range 5 {
			a := gaussian(g, &s)
			want, size := leibniz(a, n, 0, 0)
			// Elimination with pivots is backward stable, with growth <= 2^(n-1).
			assert.LessOrEqual(t, cmplx.Abs(group.Det(a)-want), math.Ldexp(float64(4*n)*u*size, n-1), "%v", g)
		}
		// The sign of an odd permutation, and an exactly singular matrix.
		p := unit(g)
		if n > 1 {
			for j := range n {
				p[j], p[n+j] = p[n+j], p[j]
			}
			assert.Equal(t, complex128(-1), group.Det(p))
			copy(p[n:2*n], p[:n])
		} else {
			p[0] = 0
		}
		assert.Equal(t, complex128(0), group.Det(p))
	}
}

// leibniz returns Σ_π sign Π and the sum of the moduli, rows from i on, columns
// not in used.
func leibniz(a group.Matrix, n, i int, used uint) (complex128, float64) {
	if i == n {
		return 1, 1
	}
	var sum complex128
	size, sign := 0.0, complex128(1)
	for j := range n {
		if used>>j&1 == 1 {
			continue
		}
		d, s := leibniz(a, n, i+1, used|1<<j)
		sum += sign * a[i*n+j] * d
		size += cmplx.Abs(a[i*n+j]) * s
		sign = -sign
	}
	return sum, size
}
