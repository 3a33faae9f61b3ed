package group_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

// positive returns a Hermitian positive matrix V diag(d) V† with eigenvalues
// from 1/condition to 1.
func positive(g group.Group, condition float64, s *rng.Source) group.Matrix {
	v, d := g.NewMatrix(), g.NewMatrix()
	g.Haar(v, s)
	n := g.N()
	for i := range n {
		e := 0.0
		if n > 1 {
			e = float64(i) / float64(n-1)
		}
		d[i*n+i] = complex(math.Pow(condition, -e), 0)
	}
	return product(product(v, d), dagger(v))
}

// m = c U H with U in the group, H positive and c > 0 projects to U.
func TestProjectFindsThePolarFactor(t *testing.T) {
	forAll(t, func(r recipe) []bound {
		g, s := groups[r.Group], r.source("h")
		want := r.haar("u")
		n := float64(g.N())
		condition := math.Pow(10, 6*s.Float64())
		scaling := math.Pow(10, 600*s.Float64()-300)
		m := product(want, positive(g, condition, s))
		for i := range m {
			m[i] *= complex(scaling, 0)
		}
		p := append(group.Matrix{}, m...)
		if err := g.Project(p); err != nil {
			return []bound{{err.Error(), math.NaN(), 0}}
		}
		// The polar factor moves by at most 1/σ_N = κ times the change of m
		// [H08, section 8.2], here (N+2)² u from the products that made m and a few
		// times that from the iteration.
		tol := 8 * (n + 2) * (n + 2) * u
		again := append(group.Matrix{}, p...)
		err := g.Project(again)
		if err != nil {
			return []bound{{err.Error(), math.NaN(), 0}}
		}
		// The polar factor is covariant: Project(V m W†) = V Project(m) W†.
		v, w := r.haar("v"), r.haar("w")
		c := product(product(v, m), dagger(w))
		if err := g.Project(c); err != nil {
			return []bound{{err.Error(), math.NaN(), 0}}
		}
		return []bound{
			{"U H projects to U", deviation(p, want), tol * condition},
			{"in the group", g.Unitarity(p), tol},
			{"idempotent", deviation(again, p), tol},
			{"covariant", deviation(c, product(product(v, p), dagger(w))), 2 * tol * condition},
		}
	})
}

// The phase of the determinant is shared by all rows.
func TestProjectRemovesThePhase(t *testing.T) {
	for _, g := range groups[1:] {
		s := rng.New(6).Child("phase").Site(uint64(g.N()))
		w, n := g.NewMatrix(), float64(g.N())
		g.Haar(w, &s)
		for _, phi := range []float64{-3, -0.5, 1e-8, 1, 3.1} { // of the determinant
			m := append(group.Matrix{}, w...)
			for i := range m {
				m[i] *= cmplx.Rect(2.5, phi/n)
			}
			require.NoError(t, g.Project(m))
			assert.LessOrEqual(t, deviation(m, w), 8*(n+2)*(n+2)*u, "%v %g", g, phi)
		}
	}
	m := group.Matrix{3 - 4i}
	require.NoError(t, group.U1.Project(m))
	assert.LessOrEqual(t, cmplx.Abs(m[0]-(0.6-0.8i)), 2*u, "U(1) keeps the phase")
}

func TestProjectErrors(t *testing.T) {
	for _, g := range groups {
		rankOne := g.NewMatrix()
		for i := range rankOne {
			rankOne[i] = 1
		}
		notFinite, infinite := unit(g), unit(g)
		notFinite[0] = cmplx.NaN()
		infinite[0] = complex(0, math.Inf(-1))
		bad := []group.Matrix{g.NewMatrix(), notFinite, infinite}
		if g.N() > 1 {
			s := rng.New(6).Child("singular").Site(0)
			bad = append(bad, rankOne, positive(g, 1e17, &s))
		}
		for _, m := range bad {
			before := append(group.Matrix{}, m...)
			assert.ErrorIs(t, g.Project(m), group.ErrSingular, "%v", g)
			for i := range m {
				assert.True(t, m[i] == before[i] || cmplx.IsNaN(m[i]), "m is unchanged")
			}
		}
	}
	m := group.Matrix{complex(5e-324, 0)}
	require.NoError(t, group.U1.Project(m))
	assert.Equal(t, group.Matrix{1}, m, "small is not singular")
}

func TestReunitarize(t *testing.T) {
	forAll(t, func(r recipe) []bound {
		g, s := groups[r.Group], r.source("noise")
		want := r.haar("u")
		n := float64(g.N())
		const off = 1e-10
		m := append(group.Matrix{}, want...)
		for i := range m {
			m[i] += complex(off*s.Normal(), off*s.Normal())
		}
		g.Reunitarize(m)
		// Elements of noise reach 6 sqrt 2 off; each of the N rows and the phase
		// take up at most N of them.
		return []bound{
			{"in the group", g.Unitarity(m), 4 * (n + 2) * u},
			{"moves little", deviation(m, want), 12 * (n + 1) * off},
		}
	})
	for _, g := range groups {
		m := unit(g)
		g.Reunitarize(m)
		assert.Equal(t, unit(g), m, "%v: the unit matrix stays as it is", g)
	}
}

func TestUnitaritySeesEveryElement(t *testing.T) {
	for _, g := range groups {
		for i := range g.NewMatrix() {
			m := unit(g)
			m[i] += 0.001
			assert.Greater(t, g.Unitarity(m), 0.0009, "%v element %d", g, i)
			m[i] = cmplx.NaN()
			assert.True(t, math.IsNaN(g.Unitarity(m)))
		}
		if g != group.U1 {
			m := unit(g)
			for i := range m {
				m[i] *= cmplx.Rect(1, 0.01)
			}
			assert.InDelta(t, 0.01*float64(g.N()), g.Unitarity(m), 1e-4, "a unitary matrix off SU(N)")
		}
	}
}
