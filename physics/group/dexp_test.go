package group_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

func dexpOf(g group.Group, x, y []float64) []float64 {
	j := make([]float64, len(x))
	g.DExp(j, x, y)
	return j
}

// quotient returns the central difference of s -> exp(i(x+sy)) exp(-ix) at 0.
func quotient(g group.Group, x, y []float64, h float64) []float64 {
	shifted := func(s float64) group.Matrix {
		z := make([]float64, len(x))
		for a := range x {
			z[a] = x[a] + s*y[a]
		}
		return expOf(g, z)
	}
	d, m := shifted(h), shifted(-h)
	for i := range d {
		d[i] = (d[i] - m[i]) / complex(2*h, 0)
	}
	group.MulDagger(m, d, expOf(g, x))
	z := make([]float64, len(x))
	g.TA(z, m)
	return z
}

// The error of the central difference falls as h²: 4 for each halving, up to
// the next order, h^4, relative to it (h|y|)² = 1/64 and less, and round-off,
// expBound/h = 2e-13 against errors of 1e-5 and more.
func TestDExpFiniteDifferenceOrder(t *testing.T) {
	for _, g := range groups {
		for site := range uint64(5) {
			s := rng.New(11).Child(g.String()).Site(site)
			x, y := vector(g, "generic", 0.5+float64(site), &s), vector(g, "generic", 1, &s)
			exact := dexpOf(g, x, y)
			var e [4]float64
			for k := range e {
				e[k] = distance(quotient(g, x, y, math.Ldexp(1, -3-k)), exact)
			}
			assert.Greater(t, e[3], 1e-7, "a vanishing error would say nothing")
			for k := range e[1:] {
				assert.InDelta(t, 4, e[k]/e[k+1], 0.1, "%v site %d halving %d", g, site, k)
			}
		}
	}
}

func TestDExpLaws(t *testing.T) {
	forAll(t, func(r recipe) []bound {
		g, x, y, z := groups[r.Group], r.x(), r.y("y"), r.y("z")
		b := dexpBound(g, x)
		jy := dexpOf(g, x, y)
		jtz := make([]float64, len(x))
		g.DExpTranspose(jtz, x, z)

		// J(x) = Ad_exp(x) J(-x)
		ad := make([]float64, len(x))
		g.Adjoint(ad, expOf(g, x), dexpOf(g, negative(x), y))

		// [J(x) y]: x -> J(x) x = x
		jx := dexpOf(g, x, x)

		// Covariance: J(Ad_W x) Ad_W y = Ad_W J(x) y
		w := r.haar("w")
		wx, wy, wj := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
		g.Adjoint(wx, w, x)
		g.Adjoint(wy, w, y)
		g.Adjoint(wj, w, jy)

		n := float64(g.N())
		adError := 4 * (n + 2) * (n + 2) * u // of Adjoint on a vector of length 1
		// Richardson extrapolation (4 D(h) - D(2h))/3 with h = 2^-9 leaves h^4/30
		// times the fifth derivative, whose norm is at most |Y|^5 sqrt(2N) < 4.
		// Round-off: D(h) has elements off by expBound/h, the vector by sqrt 2 N times
		// that, the extrapolation by 4/3 + 1/6 times that.
		h := 0x1p-9
		d1, d2 := quotient(g, x, y, h), quotient(g, x, y, 2*h)
		for a := range d1 {
			d1[a] = (4*d1[a] - d2[a]) / 3
		}
		return []bound{
			{"<z, J y> = <J^T z, y>", math.Abs(dot(z, jy) - dot(jtz, y)), 2 * b},
			{"J(x) = Ad_exp(x) J(-x)", distance(ad, jy), 2*b + adError + 4*n*expBound(g, x)},
			{"J(x) x = x", distance(jx, x), b * norm(x)},
			{"covariance", distance(dexpOf(g, wx, wy), wj), 2*b + adError*(2+norm(x))},
			{"finite differences", distance(d1, jy), h*h*h*h + 3*n*expBound(g, x)/h},
		}
	})
}

// dst may be x or y: same bits.
func TestDExpAliasing(t *testing.T) {
	for _, g := range groups {
		s := rng.New(5).Child("alias").Site(uint64(g.N()))
		x, y := vector(g, "generic", 2, &s), vector(g, "generic", 1, &s)
		want := dexpOf(g, x, y)
		inX, inY := append([]float64{}, x...), append([]float64{}, y...)
		g.DExp(inX, inX, y)
		g.DExp(inY, x, inY)
		assert.Equal(t, want, inX, "%v", g)
		assert.Equal(t, want, inY, "%v", g)

		m := expOf(g, x)
		wantAd := make([]float64, g.Dim())
		g.Adjoint(wantAd, m, y)
		g.Adjoint(y, m, y)
		assert.Equal(t, wantAd, y, "%v", g)
	}
}

// SU(2): J turns y around x by known angles. For y ⟂ x of length 1 and |x| = r,
// <y, J y> = sin(r)/r and <x × y, J y>/r = -(1 - cos r)/r.
func TestDExpSU2IsARotation(t *testing.T) {
	for _, r := range []float64{1e-9, 0x1.fp-14, 0x1p-13, 1e-3, 0.3, 1, math.Pi, 30} {
		j := dexpOf(group.SU2, []float64{0, 0, r}, []float64{1, 0, 0})
		sin, cos := math.Sincos(r)
		// x × y = r e_2; 1 - cos r = 2 sin²(r/2) without its cancellation.
		half := math.Sin(r / 2)
		assert.InDelta(t, sin/r, j[0], 4*u, "r = %g", r)
		assert.InDelta(t, -2*half*half/r, j[1], 4*u, "r = %g", r)
		assert.Zero(t, j[2])
		assert.InDelta(t, 1-cos, 2*half*half, 4*u)
	}
}
