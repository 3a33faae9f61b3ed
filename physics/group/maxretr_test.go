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

// along returns Re tr(V†m).
func along(v, m group.Matrix) (sum float64) {
	for i, z := range v {
		sum += real(cmplx.Conj(z) * m[i])
	}
	return sum
}

// climb raises Re tr(V†m) from v by rotations in the planes of two colours, each to its
// maximum (the heat bath's subgroups): with A the 2 x 2 part of V†m, the rotation is the
// quaternion along A.
func climb(v, m group.Matrix, n int) group.Matrix {
	for range 200 {
		for p := range n {
			for q := p + 1; q < n; q++ {
				a := product(dagger(v), m)
				x := a[p*n+p] + cmplx.Conj(a[q*n+q])
				y := a[p*n+q] - cmplx.Conj(a[q*n+p])
				r := math.Hypot(cmplx.Abs(x), cmplx.Abs(y))
				if r == 0 {
					continue
				}
				x, y = x/complex(r, 0), y/complex(r, 0)
				rotation := make(group.Matrix, n*n)
				for i := range n {
					rotation[i*n+i] = 1
				}
				rotation[p*n+p], rotation[p*n+q], rotation[q*n+p], rotation[q*n+q] = x, y, -cmplx.Conj(y), cmplx.Conj(x)
				v = product(v, rotation)
			}
		}
	}
	return v
}

// Nothing in the group lies further along m: not the polar projection, nor what climbing
// in subgroups reaches from there and from anywhere. Where det m > 0 the two
// projections agree.
func TestProjectMaxReTr(t *testing.T) {
	if testing.Short() {
		t.Skip("numerics, for the full run")
	}
	differ := 0
	for _, g := range groups {
		n := g.N()
		for k := range 12 {
			s := rng.New(11).Child("m").Site(uint64(100*n + k))
			m := g.NewMatrix()
			for i := range m {
				m[i] = complex(s.Normal(), s.Normal())
			}
			polar := append(group.Matrix{}, m...)
			require.NoError(t, g.Project(polar))
			v := append(group.Matrix{}, m...)
			require.NoError(t, g.ProjectMaxReTr(v))
			tol := 64 * float64((n+2)*(n+2)) * u
			assert.LessOrEqual(t, g.Unitarity(v), tol, "%v", g)
			best := along(climb(polar, m, n), m)
			for start := range 6 {
				h, s := g.NewMatrix(), rng.New(12).Child("start").Site(uint64(start))
				g.Haar(h, &s)
				best = max(best, along(climb(h, m, n), m))
			}
			size := math.Sqrt(along(m, m))
			if n > 1 { // the phase of U(1) is no rotation of two colours
				// climbing is linear: 200 sweeps end at 1e-8 of a flat maximum or better
				assert.InDelta(t, best, along(v, m), 1e-8*size, "%v %d", g, k)
			}
			assert.GreaterOrEqual(t, along(v, m), best-tol*size, "%v %d", g, k)
			assert.GreaterOrEqual(t, along(v, m), along(polar, m)-tol*size)
			if along(v, m) > along(polar, m)+1e-3*size {
				differ++
			}

			// covariant: as the maximum is
			w, c := g.NewMatrix(), group.Matrix(nil)
			g.Haar(w, &s)
			c = product(w, m)
			require.NoError(t, g.ProjectMaxReTr(c))
			assert.LessOrEqual(t, deviation(c, product(w, v)), 1e-9, "%v %d", g, k)

			x := product(polar, positive(g, 100, &s))
			v = append(group.Matrix{}, x...)
			require.NoError(t, g.ProjectMaxReTr(v))
			assert.LessOrEqual(t, deviation(v, polar), 100*tol, "det > 0")
		}
	}
	assert.Greater(t, differ, 20, "the two projections differ where N > 2, and for SU(2) off the quaternions")
}

func TestProjectMaxReTrErrors(t *testing.T) {
	for _, g := range groups {
		for _, bad := range []complex128{0, cmplx.NaN(), complex(math.Inf(1), 0)} {
			m := g.NewMatrix()
			for i := range m {
				m[i] = bad
			}
			assert.ErrorIs(t, g.ProjectMaxReTr(m), group.ErrSingular)
		}
	}
	m := unit(group.SU3)
	assert.Zero(t, testing.AllocsPerRun(5, func() { _ = group.SU3.ProjectMaxReTr(m) }))
}
