package dirac_test

import (
	"fmt"
	"math"
	"math/cmplx"
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

// wilsonCases are all groups in all dimensions.
func wilsonCases() (list []verify.Case) {
	for _, g := range verify.Groups() {
		for _, extents := range [][]int{{4, 3}, {2, 4}, {2, 3, 4}, {4, 2, 2}, {2, 2, 2, 4}, {3, 2, 2, 2}} {
			list = append(list, verify.Case{Group: g.String(), Extents: extents, Mass: 0.3, Roughness: 1, Seed: 5})
		}
	}
	return list
}

// real and complex boundary phases of d directions.
func wilsonPhases(d int) [][]complex128 {
	signs := []complex128{1, -1, 1, -1}
	angles := []complex128{cmplx.Rect(1, 0.4), -1, cmplx.Rect(1, -1.3), cmplx.Rect(1, 2.2)}
	return [][]complex128{signs[:d], angles[:d]}
}

func wilsonPair(t *testing.T, c verify.Case, phases []complex128, u *gauge.Field, links *reference.Links) (*dirac.Wilson, *reference.Operator) {
	t.Helper()
	d, err := dirac.NewWilson(u.Geometry(), u.Group(), c.Mass, phases)
	require.NoError(t, err)
	d.Bind(u)
	if len(c.Extents) == 3 {
		require.Error(t, d.SetTwist(0.7))
		return d, reference.WilsonDirac(links, c.Mass, phases)
	}
	require.NoError(t, d.SetTwist(0.7))
	return d, reference.TwistedDirac(links, c.Mass, 0.7, phases)
}

// D, D^† and the derivative against the dense operator and dual numbers, for phases
// that the laws do not draw.
//
// An element of D x is a sum of 2 d spins products of a matrix and a vector of
// normal numbers (below 7), each of (N+2) roundings; the derivative is such a product
// with another vector, of N more terms, summed over links and components as round-off
// would at worst.
func TestWilsonTwin(t *testing.T) {
	for _, c := range wilsonCases() {
		geo, g := c.Geometry(), c.GaugeGroup()
		u, p := c.Links(geo, "links"), gauge.NewAlgebra(geo, g)
		p.Gaussian(c.Stream("direction"))
		n, dims := float64(g.N()), float64(geo.Dims())
		element := 2 * verify.Roundoff * 7 * 4 * dims * (n + 4) * math.Sqrt(n)
		for k, phases := range wilsonPhases(geo.Dims()) {
			name := fmt.Sprint(c.Group, " ", c.Extents, " phases ", k)
			d, op := wilsonPair(t, c, phases, u, verify.LinksAlong(u, p))
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

// Every component of the derivative by itself.
func TestWilsonDerivativeOfEachLink(t *testing.T) {
	for _, c := range []verify.Case{
		{Group: "U(1)", Extents: []int{2, 3}, Mass: 0.3, Roughness: 1, Seed: 7},
		{Group: "SU(2)", Extents: []int{2, 2, 2, 2}, Mass: 0.3, Roughness: 1, Seed: 7},
		{Group: "SU(3)", Extents: []int{2, 3}, Mass: 0.3, Roughness: 1, Seed: 7},
	} {
		geo, g := c.Geometry(), c.GaugeGroup()
		u := c.Links(geo, "links")
		for _, phases := range wilsonPhases(geo.Dims()) {
			d, _ := wilsonPair(t, c, phases, u, verify.Links(u))
			x, y := d.NewField(), d.NewField()
			x.Gaussian(c.Stream("x"), lattice.All)
			y.Gaussian(c.Stream("y"), lattice.All)
			f, p := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
			d.AddDerivative(f, 1, y, x)
			got, one, n := make([]float64, g.Dim()), make([]float64, g.Dim()), make([]int, geo.Dims())
			for site := range geo.Volume() {
				geo.Coordinates(n, site)
				for mu := range n {
					f.At(got, n, mu)
					a := (site + mu) % g.Dim()
					clear(one)
					one[a] = 1
					p.Zero()
					p.Set(n, mu, one)
					op := reference.WilsonDirac(verify.LinksAlong(u, p), c.Mass, phases)
					want, v := 0.0, verify.Vector(y)
					for i, z := range op.ApplyDerivative(verify.Vector(x)) {
						want += 2 * (real(v[i])*real(z) + imag(v[i])*imag(z))
					}
					// sums of 2 x 4 spins x N^2 products of normal numbers
					assert.InDelta(t, want, got[a], 1e-13, "%v %v site %v direction %d", g, phases, n, mu)
				}
			}
		}
	}
}

// Central differences of 2 Re <y, D x> approach the derivative as h^2.
func TestWilsonDerivativeOrder(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{2, 2, 2, 4}, Mass: -0.2, Roughness: 1, Seed: 9}
	geo := c.Geometry()
	u, v, p := c.Links(geo, "links"), gauge.NewField(geo, group.SU3), gauge.NewAlgebra(geo, group.SU3)
	p.Gaussian(c.Stream("direction"))
	d, _ := wilsonPair(t, c, wilsonPhases(4)[1], u, verify.Links(u))
	x, y, dst := d.NewField(), d.NewField(), d.NewField()
	x.Gaussian(c.Stream("x"), lattice.All)
	y.Gaussian(c.Stream("y"), lattice.All)
	f := gauge.NewAlgebra(geo, group.SU3)
	d.AddDerivative(f, 1, y, x)
	at := func(h float64) float64 {
		v.Copy(u)
		v.Drift(h, p)
		d.Bind(v)
		d.Apply(dst, x)
		return 2 * y.ReDot(dst, lattice.All)
	}
	off := func(h float64) float64 { return math.Abs((at(h)-at(-h))/(2*h) - f.Dot(p)) }
	// the next order leaves h^2 of it; round-off is 1e-11 / h
	assert.InDelta(t, 2, math.Log2(off(2e-2)/off(1e-2)), 0.02)
	assert.InDelta(t, 2, math.Log2(off(1e-2)/off(5e-3)), 0.02)
}

// Single precision is double precision, rounded: each of 2 d spins (N+4) operations
// on numbers below 7.
func TestWilsonSingle(t *testing.T) {
	for _, c := range wilsonCases() {
		geo, g := c.Geometry(), c.GaugeGroup()
		u, single := c.Links(geo, "links"), gauge.NewSingle(geo, c.GaugeGroup())
		single.Round(u)
		for _, phases := range wilsonPhases(geo.Dims()) {
			d, _ := wilsonPair(t, c, phases, u, verify.Links(u))
			x := d.NewField()
			x.Gaussian(c.Stream("x"), lattice.All)
			want, x1 := d.NewField(), x.LikeIn(lattice.Float32)
			x1.Copy(x, lattice.All)
			got := x1.Like()
			require.Panics(t, func() { d.Apply(got, x1) }, "not bound to single links")
			d.Bind(single)
			n := float64(g.N())
			bound := 2 * 0x1p-24 * 7 * 8 * float64(geo.Dims()) * (n + 4) * math.Sqrt(n)
			for k, apply := range []func(dst, src *fermion.Field){d.Apply, d.ApplyDagger} {
				apply(want, x)
				apply(got, x1)
				assert.Less(t, verify.Distance(verify.Vector(want), verify.Vector(got)), bound, "%v %v %d", g, c.Extents, k)
			}
		}
	}
}

// Nothing is allocated after the first call.
func TestWilsonAllocations(t *testing.T) {
	for _, c := range wilsonCases() {
		geo, g := c.Geometry(), c.GaugeGroup()
		u := c.Links(geo, "links")
		for _, phases := range wilsonPhases(geo.Dims()) {
			d, _ := wilsonPair(t, c, phases, u, verify.Links(u))
			x, y, f := d.NewField(), d.NewField(), gauge.NewAlgebra(geo, g)
			for name, do := range map[string]func(){
				"Bind":          func() { d.Bind(u) },
				"Apply":         func() { d.Apply(y, x) },
				"ApplyDagger":   func() { d.ApplyDagger(y, x) },
				"AddDerivative": func() { d.AddDerivative(f, 1, y, x) },
			} {
				do()
				assert.Zero(t, testing.AllocsPerRun(2, do), fmt.Sprint(g, c.Extents, name))
			}
		}
	}
}

// What cannot be is refused.
func TestWilsonRefuses(t *testing.T) {
	geo := verify.Case{Extents: []int{2, 4}}.Geometry()
	for want, boundary := range map[string][]complex128{
		"1 boundary phases in 2 dimensions":        {1},
		"(allowed: modulus 1)":                     {1, 0.5},
		"boundary phase (NaN+NaNi) in direction 0": {cmplx.NaN(), 1},
	} {
		_, err := dirac.NewWilson(geo, group.SU2, 0.1, boundary)
		assert.ErrorContains(t, err, want)
	}
	_, err := dirac.NewWilson(geo, group.SU2, math.NaN(), []complex128{1, 1})
	assert.ErrorContains(t, err, "mass NaN")
	d, err := dirac.NewWilson(geo, group.SU2, dirac.KappaMass(0.2, 2), []complex128{1, 1})
	require.NoError(t, err)
	assert.InDelta(t, 0.5, d.Mass(), 1e-15)
	assert.ErrorContains(t, d.SetTwist(math.Inf(1)), "twisted mass +Inf")
	assert.Panics(t, func() { x := d.NewField(); d.Apply(x, x) })
	assert.Panics(t, func() { d.Apply(d.NewField(), fermion.NewField(geo, group.SU2, 1)) })
	assert.Equal(t, []complex128{1, -1}, dirac.Phases([]int{1, -1}))
}
