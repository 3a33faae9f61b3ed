package reference_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/reference"
)

// A function of D^†D by eigenvectors: f = 1/x is the pseudofermion action, which inverts,
// and other powers and the ratio of two operators converge to their derivatives.
func TestFunctionAction(t *testing.T) {
	t.Parallel()
	c := latticeCase{N: 2, Extents: []int{4, 2}, Seed: 7}
	bc := reference.AntiperiodicTime(2)
	u, a := c.links(), c.algebra()
	small := func(site, mu int) reference.Matrix { return a(site, mu).ScaleBy(0.3) }
	for what, build := range map[string]func(u *reference.Links, m float64) *reference.Operator{
		"staggered": func(u *reference.Links, m float64) *reference.Operator { return reference.Staggered(u, m, bc) },
		"Wilson":    func(u *reference.Links, m float64) *reference.Operator { return reference.WilsonDirac(u, m, bc) },
	} {
		op := build(u.Along(small), 0.5)
		phi := c.vector(op.Dim())
		want, err := reference.PseudofermionAction(op, phi)
		require.NoError(t, err)
		power := func(u *reference.Links, p float64) reference.Real {
			s, err := reference.FunctionAction(build(u, 0.5), phi,
				func(x float64) float64 { return math.Pow(x, p) }, func(x float64) float64 { return p * math.Pow(x, p-1) })
			require.NoError(t, err)
			return s
		}
		got := power(u.Along(small), -1)
		// condition of D^†D times round-off, and 1e-10 of divided differences
		assert.InEpsilon(t, want.V, got.V, 1e-11, what)
		assert.InEpsilon(t, want.D, got.D, 1e-9, what)
		assert.True(t, differencesConverge(t, what, func(h float64) float64 { return power(u.Moved(h, small), -0.25).V }, power(u.Along(small), -0.25).D))

		ratio := func(u *reference.Links, m float64) reference.Real {
			s, err := reference.RatioAction(build(u, 0.5), build(u, m), phi)
			require.NoError(t, err)
			return s
		}
		assert.True(t, differencesConverge(t, what, func(h float64) float64 { return ratio(u.Moved(h, small), 0.8).V }, ratio(u.Along(small), 0.8).D))
		same := ratio(u.Along(small), 0.5) // W = D: |phi|^2 whatever the links are
		square := 0.
		for _, z := range phi {
			square += real(z)*real(z) + imag(z)*imag(z)
		}
		assert.InEpsilon(t, square, same.V, 1e-12, what)
		assert.InDelta(t, 0, same.D, 1e-10*square, what)
	}
}
