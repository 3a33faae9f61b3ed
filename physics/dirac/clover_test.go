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

// Weights of directions weigh hops, not plaquettes.
func TestAnisotropicClover(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{2, 2, 2, 4}, Mass: 0.3, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	u, p := c.Links(geo, "links"), gauge.NewAlgebra(geo, c.GaugeGroup())
	p.Gaussian(c.Stream("direction"))
	phases := wilsonPhases(4)[0]
	links := verify.LinksAlong(u, p)
	d, op := cloverPair(t, c, phases, u, links)
	require.NoError(t, d.SetTwist(0))
	weights := []float64{0.4, 0.5, 0.6, 1}
	require.NoError(t, d.SetAnisotropy(weights))
	d.Bind(u)
	w, err := dirac.NewWilson(geo, c.GaugeGroup(), c.Mass, phases)
	require.NoError(t, err)
	require.NoError(t, w.SetAnisotropy(weights))
	w.Bind(u)
	x, y, got, want := d.NewField(), d.NewField(), d.NewField(), d.NewField()
	x.Gaussian(c.Stream("x"), lattice.All)
	y.Gaussian(c.Stream("y"), lattice.All)

	// C is what the twin has beyond its Wilson operator
	plain := reference.TwistedDirac(links, c.Mass, 0.7, phases)
	term, change := op.Apply(verify.Vector(x)), op.ApplyDerivative(verify.Vector(x))
	for i, z := range plain.Apply(verify.Vector(x)) {
		term[i] -= z
	}
	for i, z := range plain.ApplyDerivative(verify.Vector(x)) {
		change[i] -= z
	}
	w.Apply(want, x)
	sum := verify.Vector(want)
	for i, z := range term {
		sum[i] += z
	}
	d.Apply(got, x)
	assert.Less(t, verify.Distance(verify.Vector(got), sum), 1e-12)
	f, g := gauge.NewAlgebra(geo, c.GaugeGroup()), gauge.NewAlgebra(geo, c.GaugeGroup())
	d.AddDerivative(f, 1, y, x)
	w.AddDerivative(g, 1, y, x)
	f.Add(-1, g)
	slope := 0.
	for i, z := range verify.Vector(y) {
		slope += 2 * (real(z)*real(change[i]) + imag(z)*imag(change[i]))
	}
	assert.InDelta(t, slope, f.Dot(p), 1e-10)
	assert.Greater(t, math.Abs(slope), 1.)
}

// Every component of the derivatives by itself: of D, and of ln |det A| on a parity by
// differences of fourth order, whose error is h^4 and u/h.
func TestCloverDerivativeOfEachLink(t *testing.T) {
	for _, c := range []verify.Case{
		{Group: "U(1)", Extents: []int{2, 4}, Mass: 0.3, Roughness: 1, Seed: 7},
		{Group: "SU(2)", Extents: []int{2, 2, 2}, Mass: 0.3, Roughness: 1, Seed: 7},
		{Group: "SU(3)", Extents: []int{2, 2, 2, 2}, Mass: 0.3, Roughness: 1, Seed: 7},
	} {
		geo, g := c.Geometry(), c.GaugeGroup()
		u, v := c.Links(geo, "links"), gauge.NewField(geo, g)
		phases := wilsonPhases(geo.Dims())[1]
		d, _ := cloverPair(t, c, phases, u, verify.Links(u))
		f, p := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		d.AddLogDetBlockDerivative(f, -2, lattice.Odd)
		at := func(h float64) float64 {
			v.Copy(u)
			v.Drift(h, p)
			d.Bind(v)
			return -2 * d.LogDetBlock(lattice.Odd)
		}
		got, one, n := make([]float64, g.Dim()), make([]float64, g.Dim()), make([]int, geo.Dims())
		for site := 0; site < geo.Volume(); site += 3 {
			geo.Coordinates(n, site)
			for mu := range n {
				f.At(got, n, mu)
				a := (site + mu) % g.Dim()
				clear(one)
				one[a] = 1
				p.Zero()
				p.Set(n, mu, one)
				const h = 1e-3
				want := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
				assert.InDelta(t, want, got[a], 1e-10, "%v site %v direction %d", g, n, mu)
			}
		}
	}
}

// Single precision is double precision, rounded, inverse blocks too.
func TestCloverSingle(t *testing.T) {
	for _, c := range wilsonCases() {
		geo := c.Geometry()
		u, single := c.Links(geo, "links"), gauge.NewSingle(geo, c.GaugeGroup())
		single.Round(u)
		d, _ := cloverPair(t, c, wilsonPhases(geo.Dims())[0], u, verify.Links(u))
		d.Bind(single)
		x := d.NewField()
		x.Gaussian(c.Stream("x"), lattice.All)
		want, x1 := d.NewField(), x.LikeIn(lattice.Float32)
		x1.Copy(x, lattice.All)
		got := x1.Like()
		n := float64(c.GaugeGroup().N())
		bound := 2 * 0x1p-24 * 7 * 8 * float64(geo.Dims()+1) * (n + 4) * math.Sqrt(n)
		for k, apply := range []func(dst, src *fermion.Field){
			d.Apply, d.ApplyDagger,
			func(dst, src *fermion.Field) { d.Block(dst, src, lattice.All, true) },
			func(dst, src *fermion.Field) { d.BlockInverse(dst, src, lattice.All, false) },
		} {
			apply(want, x)
			apply(got, x1)
			assert.Less(t, verify.Distance(verify.Vector(want), verify.Vector(got)), bound, "%v %v %d", c.Group, c.Extents, k)
		}
	}
}

// A block that is not positive is inverted with pivoting, one that has no inverse gives
// infinities.
func TestCloverBlocksOfAnySign(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{2, 2, 2, 4}, Mass: -4, Roughness: 1, Seed: 5}
	geo := c.Geometry()
	u := c.Links(geo, "links")
	d, err := dirac.NewClover(geo, c.GaugeGroup(), c.Mass, 1, wilsonPhases(4)[0])
	require.NoError(t, err)
	d.Bind(u)
	x, y, z := d.NewField(), d.NewField(), d.NewField()
	x.Gaussian(c.Stream("x"), lattice.All)
	d.BlockInverse(y, x, lattice.All, false)
	d.Block(z, y, lattice.All, false)
	// traceless blocks have eigenvalues of either sign; the smallest of 192 of size 1 is
	// about 1e-3, and 36 products round
	assert.Less(t, verify.Distance(verify.Vector(x), verify.Vector(z)), 1e-10)
	n := len(verify.Vector(x))
	m := reference.NewMatrix(n, denseMatrix(func(dst, src *fermion.Field) { d.Block(dst, src, lattice.All, false) }, x, y, n))
	f, err := reference.Factor(m)
	require.NoError(t, err)
	want, _ := f.LogDet()
	assert.InDelta(t, want, d.LogDetBlock(lattice.All), 1e-9)

	u.Cold()
	d.Bind(u)
	x.Gaussian(c.Stream("x"), lattice.All)
	d.BlockInverse(y, x, lattice.Odd, false)
	assert.False(t, y.Norm2(lattice.Odd) < math.Inf(1))
	assert.False(t, d.LogDetBlock(lattice.Odd) > math.Inf(-1))
}

// Nothing is allocated after the first call.
func TestCloverAllocations(t *testing.T) {
	for _, c := range wilsonCases() {
		geo, g := c.Geometry(), c.GaugeGroup()
		if !geo.EvenOdd() {
			continue
		}
		u, single := c.Links(geo, "links"), gauge.NewSingle(geo, g)
		single.Round(u)
		d, _ := cloverPair(t, c, wilsonPhases(geo.Dims())[0], u, verify.Links(u))
		s, err := dirac.NewSchur(d, lattice.Even)
		require.NoError(t, err)
		x, y, f := d.NewField(), d.NewField(), gauge.NewAlgebra(geo, g)
		x1 := x.LikeIn(lattice.Float32)
		y1 := x1.Like()
		for name, do := range map[string]func(){
			"D":                        func() { d.Bind(u); d.Apply(y, x); d.ApplyDagger(y, x) },
			"D in single precision":    func() { d.Bind(u); d.Bind(single); d.Apply(y1, x1); s.Apply(y1, x1) },
			"AddDerivative":            func() { d.Bind(u); d.AddDerivative(f, 1, y, x) },
			"Schur":                    func() { d.Bind(u); s.Apply(y, x); s.AddDerivative(f, 1, y, x) },
			"LogDetBlock":              func() { d.Bind(u); d.LogDetBlock(lattice.Odd) },
			"AddLogDetBlockDerivative": func() { d.Bind(u); d.AddLogDetBlockDerivative(f, 1, lattice.Odd) },
			"ParameterDerivative": func() {
				d.Bind(u)
				d.ParameterDerivative("csw", y, x)
				d.LogDetBlockParameterDerivative("csw", lattice.Odd)
			},
		} {
			do()
			assert.Zero(t, testing.AllocsPerRun(2, do), fmt.Sprint(g, c.Extents, name))
		}
	}
}

// What cannot be is refused, what is set is told.
func TestCloverRefuses(t *testing.T) {
	geo := verify.Case{Extents: []int{2, 4}}.Geometry()
	phases := []complex128{1, 1}
	_, err := dirac.NewClover(geo, group.SU2, 0.1, math.NaN(), phases)
	require.ErrorContains(t, err, "c_sw NaN")
	_, err = dirac.NewClover(geo, group.SU2, math.NaN(), 1, phases)
	require.ErrorContains(t, err, "mass NaN")
	d, err := dirac.NewClover(geo, group.SU2, 0.1, 1.5, phases)
	require.NoError(t, err)
	require.Error(t, d.SetCSW(1, math.Inf(1)))
	require.NoError(t, d.SetCSW(1, 2))
	require.NoError(t, d.SetParameter("csw", 1.5))
	space, time := d.CSW()
	assert.Equal(t, []float64{1.5, 2.5}, []float64{space, time})
	assert.Equal(t, []string{"mass", "twist", "csw"}, d.Parameters())
	assert.Panics(t, func() { d.Parameter("kappa") })
	assert.Panics(t, func() { x := d.NewField(); d.Apply(x, x) })
	assert.Panics(t, func() { d.AddLogDetBlockDerivative(gauge.NewAlgebra(geo, group.SU3), 1, lattice.Odd) })
}

// cloverApart is an operator whose hops and blocks Schur must take one by one.
type cloverApart struct{ *dirac.Clover }

// In one pass or in two, with or without the product: the Schur complement and its
// derivative are those that hop, block and inverse make. Bounds as in TestFusedSchur.
func TestCloverFused(t *testing.T) {
	for _, c := range wilsonCases() {
		geo := c.Geometry()
		if !geo.EvenOdd() {
			continue
		}
		u, single := c.Links(geo, "links"), gauge.NewSingle(geo, c.GaugeGroup())
		single.Round(u)
		d, _ := cloverPair(t, c, wilsonPhases(geo.Dims())[1], u, verify.Links(u))
		d.Bind(single)
		whole, err := dirac.NewSchur(d, lattice.Odd)
		require.NoError(t, err)
		parts, err := dirac.NewSchur(cloverApart{d}, lattice.Odd)
		require.NoError(t, err)
		for p, unit := range map[lattice.Precision]float64{lattice.Float64: verify.Roundoff, lattice.Float32: 0x1p-24} {
			x := d.NewField().LikeIn(p)
			x.Gaussian(c.Stream("x"), lattice.All)
			got, want := x.Like(), x.Like()
			bound := 10 * 2 * unit * 8 * float64(geo.Dims()) * 7 * math.Sqrt(12*float64(geo.Volume()))
			whole.Apply(got, x)
			parts.Apply(want, x)
			assert.Less(t, verify.Distance(verify.Vector(got), verify.Vector(want)), bound, "%v %v", c.Group, c.Extents)
			product := whole.ApplyNormalDot(got, x, lattice.All)
			parts.ApplyNormal(want, x, lattice.All)
			assert.InEpsilon(t, x.ReDot(want, lattice.All), product, 100*8*float64(geo.Dims())*unit)
		}
		x, y := d.NewField(), d.NewField()
		x.Gaussian(c.Stream("x"), lattice.All)
		y.Gaussian(c.Stream("y"), lattice.All)
		f, g := gauge.NewAlgebra(geo, c.GaugeGroup()), gauge.NewAlgebra(geo, c.GaugeGroup())
		whole.AddDerivative(f, 1, y, x)
		parts.AddDerivative(g, 1, y, x)
		size := math.Sqrt(g.Norm2())
		f.Add(-1, g)
		assert.Less(t, math.Sqrt(f.Norm2()), 1e-13*size)
	}
}
