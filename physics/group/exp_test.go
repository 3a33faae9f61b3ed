package group_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

func expOf(g group.Group, x []float64) group.Matrix {
	m := g.NewMatrix()
	g.Exp(m, x)
	return m
}

// Exp and DExp against 192-bit arithmetic, over sizes and spectra.
func TestExpAndDExpAgainstOracle(t *testing.T) {
	sizes := []float64{1e-9, 0x1p-13, 1e-3, 0.1, 0.99, 1, 1.01, math.Pi, 2 * math.Pi, 30}
	for _, g := range append(groups, su(6)) {
		worstExp, worstDExp, cases := 0.0, 0.0, 0
		for k, size := range sizes {
			for _, shape := range shapes {
				if g.N() > 4 && (shape == "axis" || k%3 != 0) {
					continue // the oracle is slow there
				}
				s := rng.New(7).Child(g.String() + shape).Site(uint64(k))
				x, y := vector(g, shape, size, &s), vector(g, "generic", 1, &s)
				want, wantJ := oracle(g, x, y)
				name := fmt.Sprint(g, " ", shape, " ", size)

				e := deviation(expOf(g, x), want) / expBound(g, x)
				assert.LessOrEqual(t, e, 1.0, "Exp, %s", name)
				j := make([]float64, g.Dim())
				g.DExp(j, x, y)
				d := distance(j, wantJ) / dexpBound(g, x)
				assert.LessOrEqual(t, d, 1.0, "DExp, %s", name)
				worstExp, worstDExp, cases = math.Max(worstExp, e), math.Max(worstDExp, d), cases+1
			}
		}
		require.GreaterOrEqual(t, cases, 20)
		t.Logf("%v: %d cases, largest error/bound: Exp %.3f, DExp %.3f", g, cases, worstExp, worstDExp)
	}
}

// Degenerate spectra that are exact in floating point, where formulas with
// differences of eigenvalues divide zero by zero.
func TestExpAtExactDegeneracies(t *testing.T) {
	for _, g := range groups[1:] {
		zero := make([]float64, g.Dim())
		assert.Equal(t, unit(g), expOf(g, zero), "%v: exp(0) = 1 exactly", g)

		for _, size := range []float64{1e-9, 0.7, 3, 30} {
			// The last diagonal generator: diag(1, ..., 1, -(N-1)) c.
			x := make([]float64, g.Dim())
			x[len(x)-1] = size
			n := g.N()
			c := size / math.Sqrt(float64(2*n*(n-1)))
			want := g.NewMatrix()
			for i := range n {
				want[i*n+i] = cmplx.Rect(1, c)
			}
			want[n*n-1] = cmplx.Rect(1, -float64(n-1)*c)
			assert.LessOrEqual(t, deviation(expOf(g, x), want), expBound(g, x), "%v %g", g, size)
		}

		// |x| that underflows: nothing may turn into NaN.
		tiny := make([]float64, g.Dim())
		tiny[0], tiny[1] = 5e-324, 1e-170
		assert.LessOrEqual(t, deviation(expOf(g, tiny), unit(g)), 1e-170, "%v", g)
		j := make([]float64, g.Dim())
		g.DExp(j, tiny, tiny)
		assert.LessOrEqual(t, distance(j, tiny), 1e-300)

		// What is not finite, or whose square is not, comes out as NaN.
		for _, bad := range []float64{math.NaN(), math.Inf(1), 1e200} {
			for a := range zero {
				x := make([]float64, g.Dim())
				x[a] = bad
				for _, z := range expOf(g, x) {
					assert.True(t, cmplx.IsNaN(z), "%v %g", g, bad)
				}
				g.DExp(j, x, zero)
				for _, v := range j {
					assert.True(t, math.IsNaN(v), "%v %g", g, bad)
				}
			}
		}
	}
	x := []float64{math.Inf(1)}
	assert.True(t, cmplx.IsNaN(expOf(group.U1, x)[0]))
}

func TestExpIsInTheGroup(t *testing.T) {
	forAll(t, func(r recipe) []bound {
		g, x := groups[r.Group], r.x()
		m, b := expOf(g, x), expBound(groups[r.Group], r.x())
		inverse := expOf(g, negative(x))
		half := make([]float64, len(x))
		for a := range x {
			half[a] = x[a] / 2
		}
		h := expOf(g, half)
		// N elements of error b enter an element of a product, each twice.
		pb := 2 * float64(g.N()) * b
		return []bound{
			{"unitarity and determinant", g.Unitarity(m), pb},
			{"exp(x) exp(-x) = 1", deviation(product(m, inverse), unit(g)), pb},
			{"exp(-x) = exp(x)†", deviation(inverse, dagger(m)), 2 * b},
			{"exp(x) = exp(x/2)²", deviation(m, product(h, h)), pb},
		}
	})
}

// exp commutes with gauge rotations: W exp(x) W† = exp(Ad_W x).
func TestExpIsCovariant(t *testing.T) {
	forAll(t, func(r recipe) []bound {
		g, x, w := groups[r.Group], r.x(), r.haar("w")
		rotated := make([]float64, len(x))
		g.Adjoint(rotated, w, x)
		want := product(product(w, expOf(g, x)), dagger(w))
		n := float64(g.N())
		// Ad errs by 4 (N+2)² u |x| at most (two products, then traces).
		return []bound{{
			"W exp(x) W† = exp(Ad_W x)", deviation(expOf(g, rotated), want),
			2*n*expBound(g, x) + 4*(n+2)*(n+2)*u*norm(x),
		}}
	})
}

// exp by the eigenvectors of the Hermitian X = P + iQ, in the real embedding
// [[P, -Q], [Q, P]], of which f takes cos and sin: exp(iX) = cos X + i sin X.
func TestExpAgainstEigenvectors(t *testing.T) {
	forAll(t, func(r recipe) []bound {
		g, x := groups[r.Group], r.x()
		n := g.N()
		m := g.NewMatrix()
		g.Element(m, x)
		h := mat.NewSymDense(2*n, nil)
		for i := range n {
			for j := range n {
				p, q := imag(m[i*n+j]), -real(m[i*n+j])
				h.SetSym(i, j, p)
				h.SetSym(n+i, n+j, p)
				h.SetSym(n+i, j, q)
			}
		}
		var eigen mat.EigenSym
		if !eigen.Factorize(h, true) {
			return []bound{{"eigen decomposition", math.NaN(), 0}}
		}
		var v mat.Dense
		eigen.VectorsTo(&v)
		want := g.NewMatrix()
		for k, lambda := range eigen.Values(nil) {
			sin, cos := math.Sincos(lambda)
			for i := range n {
				for j := range n {
					top, bottom := v.At(i, k)*v.At(j, k), v.At(n+i, k)*v.At(j, k)
					// cos = C + iS, sin = C' + iS' blocks; cos + i sin.
					want[i*n+j] += complex(cos*top-sin*bottom, cos*bottom+sin*top)
				}
			}
		}
		// The symmetric eigensolver is backward stable with about 4 (2N)² u |X|.
		return []bound{{
			"eigenvectors", deviation(expOf(g, x), want),
			expBound(g, x) + 16*float64(n*n)*u*(1+norm(x)),
		}}
	})
}

// The trigonometric form of [MP04, eqs. (23)-(33)] where it is stable: away from
// degenerate eigenvalues (c_0 = ±c_0max) and from zero.
func TestExpSU3AgainstMorningstarPeardon(t *testing.T) {
	g := group.SU3
	checked := 0
	for site := range uint64(500) {
		s := rng.New(3).Child("mp").Site(site)
		x := vector(g, "generic", 0.5+5*s.Float64(), &s)
		q := g.NewMatrix()
		g.Element(q, x)
		for i, z := range q {
			q[i] = complex(imag(z), -real(z))
		}
		q2 := product(q, q)
		c0, c1 := real(group.Det(q)), real(group.Trace(q2))/2
		c0max := 2 * math.Pow(c1/3, 1.5)
		theta := math.Acos(c0 / c0max)
		uu, w := math.Sqrt(c1/3)*math.Cos(theta/3), math.Sqrt(c1)*math.Sin(theta/3)
		den := 9*uu*uu - w*w
		if math.Abs(c0) > 0.9*c0max {
			continue
		}
		xi := math.Sin(w) / w
		e2, e1, cw := cmplx.Rect(1, 2*uu), cmplx.Rect(1, -uu), math.Cos(w)
		h0 := complex(uu*uu-w*w, 0)*e2 + e1*complex(8*uu*uu*cw, 2*uu*(3*uu*uu+w*w)*xi)
		h1 := complex(2*uu, 0)*e2 - e1*complex(2*uu*cw, -(3*uu*uu-w*w)*xi)
		h2 := e2 - e1*complex(cw, 3*uu*xi)
		want := g.NewMatrix()
		for i := range want {
			want[i] = (h1*q[i] + h2*q2[i]) / complex(den, 0)
		}
		for i := 0; i < 9; i += 4 {
			want[i] += h0 / complex(den, 0)
		}
		// With |c0| <= .9 c0max: w >= .15 sqrt c1, 9u²-w² >= .55 c1 and sin θ >= .43. The
		// quotients and the arc cosine (condition 1/sin θ) magnify the errors of the
		// terms, which for |x| <= 5.5 are a few u max(1, |x|), by less than 25.
		assert.LessOrEqual(t, deviation(expOf(g, x), want), 25*expBound(g, x), "site %d", site)
		checked++
	}
	require.Greater(t, checked, 200)
}

func TestNothingAllocates(t *testing.T) {
	for _, g := range []group.Group{group.U1, group.SU2, group.SU3, su(4), su(5)} {
		s := rng.New(1).Site(0)
		x, y := vector(g, "generic", 3, &s), vector(g, "generic", 1, &s)
		j := make([]float64, g.Dim())
		m, w := g.NewMatrix(), g.NewMatrix()
		limit := 0.0
		if g.N() > 4 {
			limit = 2
		}
		for name, f := range map[string]func(){
			"Exp":           func() { g.Exp(m, x) },
			"DExp":          func() { g.DExp(j, x, y) },
			"DExpTranspose": func() { g.DExpTranspose(j, x, y) },
			"Element":       func() { g.Element(m, x) },
			"TA":            func() { g.TA(j, m) },
			"Haar":          func() { g.Haar(w, &s) },
			"Adjoint":       func() { g.Adjoint(j, w, y) },
			"Mul":           func() { group.Mul(m, w, w) },
			"Det":           func() { group.Det(w) },
			"Reunitarize":   func() { g.Reunitarize(w) },
			"Project":       func() { _ = g.Project(w) },
			"Unitarity":     func() { g.Unitarity(w) },
		} {
			assert.LessOrEqual(t, testing.AllocsPerRun(20, f), limit, "%v %s", g, name)
		}
	}
}
