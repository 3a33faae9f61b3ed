package dirac_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// c_sw of the planes in space and with time in these tests.
const cswSpace, cswTime = 1.3, -0.8

func cloverPair(t *testing.T, c verify.Case, phases []complex128, u *gauge.Field, links *reference.Links) (*dirac.Clover, *reference.Operator) {
	t.Helper()
	d, err := dirac.NewClover(u.Geometry(), u.Group(), c.Mass, 0, phases)
	require.NoError(t, err)
	require.NoError(t, d.SetCSW(cswSpace, cswTime))
	d.Bind(u)
	twist := 0.7
	if len(c.Extents) == 3 {
		twist = 0
	} else {
		require.NoError(t, d.SetTwist(twist))
	}
	return d, reference.AnisotropicClover(links, c.Mass, cswSpace, cswTime, twist, phases)
}

// D, D^† and the derivative against the dense operator and dual numbers, for phases
// that the laws do not draw, and the bounds of TestWilsonTwin: the clover term adds up to
// 4 N products to the 8 d N of the hops.
func TestCloverTwin(t *testing.T) {
	for _, c := range wilsonCases() {
		geo, g := c.Geometry(), c.GaugeGroup()
		u, p := c.Links(geo, "links"), gauge.NewAlgebra(geo, g)
		p.Gaussian(c.Stream("direction"))
		n, dims := float64(g.N()), float64(geo.Dims())
		element := 2 * verify.Roundoff * 7 * 4 * (dims + 1) * (n + 4) * math.Sqrt(n)
		for k, phases := range wilsonPhases(geo.Dims()) {
			name := fmt.Sprint(c.Group, " ", c.Extents, " phases ", k)
			d, op := cloverPair(t, c, phases, u, verify.LinksAlong(u, p))
			x, y, dst := d.NewField(), d.NewField(), d.NewField()
			x.Gaussian(c.Stream("x"), lattice.All)
			y.Gaussian(c.Stream("y"), lattice.All)
			d.Apply(dst, x)
			assert.Less(t, verify.Distance(verify.Vector(dst), op.Apply(verify.Vector(x))), element, name)
			d.ApplyDagger(dst, x)
			assert.Less(t, verify.Distance(verify.Vector(dst), op.ApplyDagger(verify.Vector(x))), element, name)

			f := gauge.NewAlgebra(geo, g)
			d.AddDerivative(f, -1.5, y, x)
			want, v := 0.0, verify.Vector(y)
			for i, z := range op.ApplyDerivative(verify.Vector(x)) {
				want += 2 * (real(v[i])*real(z) + imag(v[i])*imag(z))
			}
			bound := 1.5 * 8 * n * element * math.Sqrt(p.Norm2()*float64(geo.Volume()))
			assert.Less(t, bound, 1e-8*math.Sqrt(f.Norm2()), name)
			assert.InDelta(t, -1.5*want, f.Dot(p), bound, name)
		}
	}
}
