package dirac_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// Weights of directions, for all groups, dimensions, and phases that the laws do not
// draw, in both precisions: D, D^† and the derivative are those of the dense operator,
// to the bounds of TestWilsonTwin and TestWilsonSingle (weights are below 1.4).
func TestAnisotropicTwin(t *testing.T) {
	for _, c := range wilsonCases() {
		geo, g := c.Geometry(), c.GaugeGroup()
		u, p, single := c.Links(geo, "links"), gauge.NewAlgebra(geo, g), gauge.NewSingle(geo, g)
		p.Gaussian(c.Stream("direction"))
		single.Round(u)
		n, dims := float64(g.N()), float64(geo.Dims())
		element := 1.4 * 2 * verify.Roundoff * 7 * 4 * dims * (n + 4) * math.Sqrt(n)
		for k, phases := range wilsonPhases(geo.Dims()) {
			name := fmt.Sprint(c.Group, " ", c.Extents, " phases ", k)
			d, err := dirac.NewWilson(geo, g, c.Mass, phases)
			require.NoError(t, err)
			d.Bind(single)
			require.NoError(t, d.SetAnisotropy(verify.Anisotropy(c)))
			d.Bind(u)
			op := reference.AnisotropicDirac(verify.LinksAlong(u, p), c.Mass, verify.Anisotropy(c), phases)
			x, y, dst := d.NewField(), d.NewField(), d.NewField()
			x.Gaussian(c.Stream("x"), lattice.All)
			y.Gaussian(c.Stream("y"), lattice.All)
			x1 := x.LikeIn(lattice.Float32)
			x1.Copy(x, lattice.All)
			dst1 := x1.Like()
			require.Panics(t, func() { d.Apply(dst1, x1) }, "links in single precision have other weights")
			d.Bind(single)
			for i, of := range []struct {
				apply func(dst, src *fermion.Field)
				want  []complex128
			}{{d.Apply, op.Apply(verify.Vector(x))}, {d.ApplyDagger, op.ApplyDagger(verify.Vector(x))}} {
				of.apply(dst, x)
				assert.Less(t, verify.Distance(verify.Vector(dst), of.want), element, "%s %d", name, i)
				of.apply(dst1, x1)
				assert.Less(t, verify.Distance(verify.Vector(dst1), of.want), element*0x1p-24/verify.Roundoff, "%s %d", name, i)
			}

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

// Weights of 1 are those of a new operator, to the bit.
func TestIsotropicWeights(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{2, 2, 2, 4}, Mass: -0.2, Roughness: 1, Seed: 9}
	u := c.Links(c.Geometry(), "links")
	var got [2][]complex128
	for k := range got {
		d, err := dirac.NewWilson(u.Geometry(), u.Group(), c.Mass, wilsonPhases(4)[1])
		require.NoError(t, err)
		if k == 1 {
			require.NoError(t, d.SetAnisotropy([]float64{1, 1, 1, 1}))
		}
		d.Bind(u)
		x, y := d.NewField(), d.NewField()
		x.Gaussian(c.Stream("x"), lattice.All)
		d.Apply(y, x)
		got[k] = verify.Vector(y)
	}
	assert.Equal(t, got[0], got[1])
}

// What cannot be is refused, and changes nothing.
func TestAnisotropyRefuses(t *testing.T) {
	geo := verify.Case{Extents: []int{2, 4, 2}}.Geometry()
	d, err := dirac.NewWilson(geo, group.SU2, 0.1, []complex128{1, 1, 1})
	require.NoError(t, err)
	assert.ErrorContains(t, d.SetAnisotropy([]float64{1, 1}), "2 weights of 3 directions")
	assert.ErrorContains(t, d.SetAnisotropy([]float64{1, math.NaN(), 1}), "weight NaN of direction 1")
	assert.Equal(t, []string{"mass"}, d.Parameters())
	assert.PanicsWithValue(t, `dirac: *dirac.Wilson has no parameter "twist"`, func() { d.Parameter("twist") })
	require.NoError(t, d.SetParameter("mass", 0.3))
	assert.Equal(t, 0.3, d.Mass())
	assert.ErrorContains(t, d.SetParameter("mass", math.Inf(-1)), "mass -Inf")
	// D is still d + m on a site
	x, y := d.NewField(), d.NewField()
	verify.SetVector(x, []complex128{0: 1, 63: 0})
	d.Apply(y, x)
	assert.InDelta(t, 3.3, real(verify.Vector(y)[0]), 1e-15)
}
