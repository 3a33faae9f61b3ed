package group_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

// The order of the generators, entry by entry, for SU(3).
func TestGeneratorsSU3(t *testing.T) {
	h, s := complex(0.5, 0), complex(1/math.Sqrt(12), 0)
	hi := complex(0, 0.5)
	for a, want := range []group.Matrix{
		{0, h, 0, h, 0, 0, 0, 0, 0},
		{0, -hi, 0, hi, 0, 0, 0, 0, 0},
		{0, 0, h, 0, 0, 0, h, 0, 0},
		{0, 0, -hi, 0, 0, 0, hi, 0, 0},
		{0, 0, 0, 0, 0, h, 0, h, 0},
		{0, 0, 0, 0, 0, -hi, 0, hi, 0},
		{h, 0, 0, 0, -h, 0, 0, 0, 0},
		{s, 0, 0, 0, s, 0, 0, 0, -2 * s},
	} {
		assert.LessOrEqual(t, deviation(want, group.SU3.Generator(a)), u, "T_%d", a)
	}
	assert.Equal(t, group.Matrix{1}, group.U1.Generator(0))
}

// Hermitian, traceless, tr T_a T_b = δ_ab/2, Σ T_a T_a = C_F, and complete:
//
//	Σ_a (T_a)_ij (T_a)_kl = (δ_il δ_jk - δ_ij δ_kl/N)/2.
//
// Entries have at most three roundings; sums of N² products of them stay below
// 4 N u.
func TestGenerators(t *testing.T) {
	for _, g := range append(groups[1:], su(6)) {
		n := g.N()
		tol := 4 * float64(n) * u
		var all []group.Matrix
		for a := range g.Dim() {
			all = append(all, g.Generator(a))
		}
		casimir := g.NewMatrix()
		for a, ta := range all {
			assert.Equal(t, dagger(ta), ta)
			assert.LessOrEqual(t, cmplx.Abs(group.Trace(ta)), tol)
			for b, tb := range all {
				want := complex128(0)
				if a == b {
					want = 0.5
				}
				assert.LessOrEqual(t, cmplx.Abs(group.Trace(product(ta, tb))-want), tol)
			}
			for i, z := range product(ta, ta) {
				casimir[i] += z
			}
		}
		for i, z := range unit(g) {
			assert.LessOrEqual(t, cmplx.Abs(casimir[i]-complex(g.Casimir(), 0)*z), 4*tol)
		}
		delta := func(i, j int) float64 {
			if i == j {
				return 1
			}
			return 0
		}
		worst := 0.0
		for ij := range n * n {
			for kl := range n * n {
				i, j, k, l := ij/n, ij%n, kl/n, kl%n
				var sum complex128
				for _, ta := range all {
					sum += ta[ij] * ta[kl]
				}
				want := (delta(i, l)*delta(j, k) - delta(i, j)*delta(k, l)/float64(n)) / 2
				worst = math.Max(worst, cmplx.Abs(sum-complex(want, 0)))
			}
		}
		assert.LessOrEqual(t, worst, tol, "%v completeness", g)
	}
}

func TestElementAndTA(t *testing.T) {
	forAll(t, func(r recipe) []bound {
		g, x := groups[r.Group], r.x()
		n := g.N()
		m := g.NewMatrix()
		g.Element(m, x)

		sum := g.NewMatrix()
		for a, xa := range x {
			for i, z := range g.Generator(a) {
				sum[i] += complex(0, xa) * z
			}
		}
		back := make([]float64, len(x))
		g.TA(back, m)

		// A Hermitian matrix and a multiple of the unit matrix are invisible to TA
		// (for U(1): the real part only).
		h := gaussian(g, r.source("h"))
		shifted := g.NewMatrix()
		copy(shifted, m)
		for i, z := range dagger(h) {
			shifted[i] += h[i] + z
		}
		if n > 1 {
			for i := 0; i < n*n; i += n + 1 {
				shifted[i] += 1000i
			}
		}
		kept := make([]float64, len(x))
		g.TA(kept, shifted)

		// TA by its definition: x^a = 2 tr(T_a X), X = (w - w†)/(2i), any w.
		w := gaussian(g, r.source("w"))
		ta, definition := make([]float64, len(x)), make([]float64, len(x))
		g.TA(ta, w)
		anti := g.NewMatrix()
		for i, z := range dagger(w) {
			anti[i] = (w[i] - z) / 2i
		}
		for a := range x {
			definition[a] = 2 * real(group.Trace(product(g.Generator(a), anti)))
			if g == group.U1 {
				definition[a] /= 2 // T = 1 has tr T T = 1
			}
		}
		// Diagonal elements: N+1 roundings of at most |x| each; N of them in TA.
		tol := 2 * float64(n*(n+1)) * u
		return []bound{
			{"Element = i Σ x^a T_a", deviation(m, sum), tol * norm(x)},
			{"TA(Element(x)) = x", distance(back, x), tol * norm(x)},
			{"TA(Element(x) + Hermitian + i c) = x", distance(kept, x), tol * (1000 + norm(x))},
			{"TA by traces with T_a", distance(ta, definition), 2 * tol * norm(ta)},
			{
				"tr (x^a T_a)² = |x|²/2", math.Abs(-real(group.Trace(product(m, m))) - square(g)*norm(x)*norm(x)),
				4 * tol * norm(x) * norm(x),
			},
		}
	})
}

// square returns tr T_a T_a.
func square(g group.Group) float64 {
	if g == group.U1 {
		return 1
	}
	return 0.5
}

func TestAdjoint(t *testing.T) {
	forAll(t, func(r recipe) []bound {
		g, x := groups[r.Group], r.x()
		v, w := r.haar("v"), r.haar("w")
		n := float64(g.N())
		one, two, both := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
		g.Adjoint(one, w, x)
		g.Adjoint(two, v, one)
		g.Adjoint(both, product(v, w), x)
		y := r.y("y")
		yw := make([]float64, len(x))
		g.Adjoint(yw, w, y)

		a, b := g.NewMatrix(), g.NewMatrix()
		g.Element(a, x)
		g.Element(b, one)
		tol := 4 * (n + 2) * (n + 2) * u * norm(x) // two products and N traces
		return []bound{
			{"u A u† from products", deviation(product(product(w, a), dagger(w)), b), tol},
			{"Ad_v Ad_w = Ad_vw", distance(two, both), 3 * tol},
			{"orthogonal", math.Abs(dot(one, yw) - dot(x, y)), 2 * tol},
		}
	})
}

// The structure constants: [T_a, T_b] = i f_abc T_c gives ad_x y = -f(x, y), and
// DExp at first order is y + ad_x y/2. For SU(2) f = ε.
func TestStructure(t *testing.T) {
	g := group.SU2
	for a := range 3 {
		ta, tb, tc := g.Generator(a), g.Generator((a+1)%3), g.Generator((a+2)%3)
		ab, ba := product(ta, tb), product(tb, ta)
		for i := range ab {
			assert.Equal(t, 1i*tc[i], ab[i]-ba[i])
		}
	}
	for _, g := range groups {
		s := rng.New(4).Child(g.String()).Site(0)
		x, y := vector(g, "generic", 1, &s), vector(g, "generic", 1, &s)
		a, b := g.NewMatrix(), g.NewMatrix()
		g.Element(a, x)
		g.Element(b, y)
		c := product(a, b)
		for i, z := range product(b, a) {
			c[i] -= z
		}
		ad := make([]float64, g.Dim())
		g.TA(ad, c)
		const h = 0x1p-26
		for i := range x {
			x[i] *= h
			ad[i] = y[i] + h/2*ad[i]
		}
		// The next term is h²/6 = 3.7e-17.
		assert.LessOrEqual(t, distance(dexpOf(g, x, y), ad), h*h/6+dexpBound(g, x), "%v", g)
	}
}
