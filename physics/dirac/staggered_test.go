package dirac_test

import (
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
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

var subsets = []lattice.Subset{lattice.All, lattice.Even, lattice.Odd}

// staggered returns the operator of the case, bound to u.
func staggered(c verify.Case, u *gauge.Field) *dirac.Staggered {
	d, err := dirac.NewStaggered(u.Geometry(), u.Group(), c.Mass, c.Boundary)
	if err != nil {
		panic(err)
	}
	d.Bind(u)
	return d
}

func noise(c verify.Case, d *dirac.Staggered, name string) *fermion.Field {
	f := d.NewField()
	f.Gaussian(c.Stream(name), lattice.All)
	return f
}

// on returns v with zeros on the sites that are not in s.
func on(u *reference.Links, v []complex128, s lattice.Subset) []complex128 {
	if s == lattice.All {
		return v
	}
	even := reference.EvenPart(u, v)
	if s == lattice.Even {
		return even
	}
	odd := make([]complex128, len(v))
	for i := range v {
		odd[i] = v[i] - even[i]
	}
	return odd
}

// applyBound is the error of an element of D x: 2 D products of a matrix and a
// vector with components up to 7 (normal numbers), (N+2) roundings each of a
// length of at most 7 sqrt N, halved in D; and the mass term.
func applyBound(c verify.Case) float64 {
	n := float64(c.GaugeGroup().N())
	return 2 * verify.Roundoff * 7 * (float64(len(c.Extents))*(n+2)*math.Sqrt(n) + c.Mass)
}

// D, D^†, D^†D and D from one parity against the dense operator, with whatever
// boundary phases.
func TestStaggeredTwin(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 64, Even: true, Cold: true, Volume: 256}, func(c verify.Case) (results []verify.Result) {
		geo := c.Geometry()
		u := c.Links(geo, "links")
		d := staggered(c, u)
		ref := verify.Links(u)
		op := reference.Staggered(ref, c.Mass, c.Phases())
		src, dst := noise(c, d, "source"), noise(c, d, "what was there")
		x := verify.Vector(src)
		size := float64(2*geo.Dims()) + c.Mass // of D, as a matrix norm
		check := func(law string, want []complex128, s lattice.Subset, bound float64) {
			results = append(results, verify.Result{
				Law: law, Measured: verify.Distance(on(ref, verify.Vector(dst), s), on(ref, want, s)), Bound: bound, Because: "round-off of the hops",
			})
		}
		d.Apply(dst, src)
		check("D", op.Apply(x), lattice.All, applyBound(c))
		d.ApplyDagger(dst, src)
		check("D^†", op.ApplyDagger(x), lattice.All, applyBound(c))
		for _, s := range subsets {
			dst.Gaussian(c.Stream("what was there"), lattice.All)
			before := verify.Vector(dst)
			d.ApplyNormal(dst, src, s)
			check("D^†D", op.ApplyDagger(op.Apply(on(ref, x, s))), s, 2*size*applyBound(c))
			if s != lattice.All {
				after := verify.Vector(dst)
				results = append(results, verify.Result{
					Law: "D^†D leaves the other parity alone", Because: "exact",
					Measured: verify.Distance(on(ref, after, s.Other()), on(ref, before, s.Other())),
				})
			}
			d.ApplyFrom(dst, src, s)
			check("D from a subset", op.Apply(on(ref, x, s)), lattice.All, applyBound(c))
		}
		return results
	})
}

// <x, Dy> = <D†x, y>; eps D eps = D† with eps = (-1)^(sum of coordinates); D†D
// maps even fields to even ones and is positive.
func TestStaggeredSymmetries(t *testing.T) {
	verify.Run(t, verify.Domain{Even: true, Volume: 256}, func(c verify.Case) []verify.Result {
		u := c.Links(c.Geometry(), "links")
		d := staggered(c, u)
		x, y, a, b := noise(c, d, "x"), noise(c, d, "y"), d.NewField(), d.NewField()
		d.Apply(a, y)
		d.ApplyDagger(b, x)
		n := float64(x.Components(lattice.All))
		results := []verify.Result{{
			Law: "<x, Dy> = <D†x, y>", Measured: cmplx.Abs(x.Dot(a, lattice.All) - b.Dot(y, lattice.All)),
			Bound: n * 2 * applyBound(c), Because: "round-off of the hops, linear in the volume",
			Vacuous: !(n*2*applyBound(c) < 1e-6*math.Sqrt(n)),
		}}
		results = append(results, func() verify.Result {
			x.Scale(-1, lattice.Odd)
			d.Apply(a, x)
			a.Scale(-1, lattice.Odd)
			return verify.Result{Law: "eps D eps = D†", Measured: verify.Distance(verify.Vector(a), verify.Vector(b)), Bound: applyBound(c), Because: "round-off of the hops"}
		}())
		for _, s := range subsets[1:] {
			x.Zero(s.Other())
			d.Apply(a, x)
			d.ApplyDagger(b, a)
			positive := x.ReDot(b, s) - c.Mass*c.Mass*x.Norm2(s)
			// half of the sites see the whole source, where hops cancel
			results = append(results,
				verify.Result{Law: "D†D keeps the parity", Measured: math.Sqrt(b.Norm2(s.Other())), Bound: math.Sqrt(n) * 4 * applyBound(c) * float64(2*len(c.Extents)), Because: "hops cancel up to round-off"},
				verify.Result{Law: "<x, D†D x> >= m^2 <x, x>", Measured: -positive, Bound: n * verify.Roundoff * 100, Because: "round-off"},
			)
			x = noise(c, d, "x")
		}
		return results
	})
}

// D(U^G) G x = G D(U) x.
func TestStaggeredCovariance(t *testing.T) {
	verify.Run(t, verify.Domain{Even: true, Volume: 128}, func(c verify.Case) []verify.Result {
		u := c.Links(c.Geometry(), "links")
		d := staggered(c, u)
		rotation := gauge.NewTransformation(u.Geometry(), u.Group())
		rotation.Random(c.Stream("rotation"))
		x, y, z := noise(c, d, "x"), d.NewField(), d.NewField()
		d.Apply(y, x)
		f := gauge.NewAlgebra(u.Geometry(), u.Group())
		d.AddDerivative(f, 1, noise(c, d, "y"), x)
		before := verify.Vector(y)
		y.Transform(rotation, lattice.All)

		u.Transform(rotation)
		x.Transform(rotation, lattice.All)
		d.Bind(u)
		d.Apply(z, x)
		other := noise(c, d, "y")
		other.Transform(rotation, lattice.All)
		turned := gauge.NewAlgebra(u.Geometry(), u.Group())
		d.AddDerivative(turned, 1, other, x)
		f.Transform(rotation)
		size := math.Sqrt(f.Norm2())
		turned.Add(-1, f)
		n := float64(c.GaugeGroup().N())
		return []verify.Result{
			{
				Law: "D is covariant", Measured: verify.Distance(verify.Vector(z), verify.Vector(y)), Bound: 8 * applyBound(c), Because: "round-off of the hops and of the rotations",
				Vacuous: !(verify.Distance(before, verify.Vector(y)) > 0.1),
			},
			{
				Law: "the derivative is covariant", Measured: math.Sqrt(turned.Norm2()), Bound: 16 * verify.Roundoff * (n + 2) * n * size, Because: "round-off of the products",
				Vacuous: !(size > 0.1),
			},
		}
	})
}

// On unit links plane waves are eigenvectors of D†D, with m^2 + sum sin^2 p_mu,
// and the dense inverse has the free condensate as its trace.
func TestFreeSpectrum(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 24, Even: true, Volume: 96}, func(c verify.Case) []verify.Result {
		geo, n := c.Geometry(), c.GaugeGroup().N()
		d := staggered(c, gauge.NewField(geo, c.GaugeGroup()))
		src, dst := d.NewField(), d.NewField()
		x, worst := make([]int, geo.Dims()), 0.0
		for i, p := range reference.Momenta(c.Extents, c.Phases()) {
			wave := make([]complex128, geo.Volume()*n)
			for site := range geo.Volume() {
				geo.Coordinates(x, site)
				phase := 0.0
				for mu := range x {
					phase += p[mu] * float64(x[mu])
				}
				wave[site*n+i%n] = cmplx.Exp(complex(0, phase))
			}
			verify.SetVector(src, wave)
			d.ApplyNormal(dst, src, lattice.All)
			eigenvalue := c.Mass * c.Mass
			for mu := range p {
				eigenvalue += math.Sin(p[mu]) * math.Sin(p[mu])
			}
			for k := range wave {
				wave[k] *= complex(eigenvalue, 0)
			}
			worst = math.Max(worst, verify.Distance(verify.Vector(dst), wave))
		}
		lu, err := reference.Factor(dense(d))
		if err != nil {
			panic(err)
		}
		condensate := real(lu.Inverse().Trace().V) / float64(geo.Volume())
		logDet, _ := lu.LogDet()
		exact := 0.0
		for _, z := range reference.FreeStaggeredSpectrum(c.Extents, n, c.Mass, c.Phases()) {
			exact += math.Log(cmplx.Abs(z))
		}
		// |D| <= sqrt(m^2 + D), |D^-1| <= 1/m; phases p.x are rounded at up to 2 pi 6 per direction
		dims, size := float64(geo.Dims()), float64(geo.Volume()*n)
		condition := math.Sqrt(c.Mass*c.Mass+dims) / c.Mass
		return []verify.Result{
			{Law: "plane waves", Measured: worst, Bound: 8 * verify.Roundoff * (dims*40 + 8*dims) * (c.Mass*c.Mass + dims), Because: "round-off of phases and hops"},
			{Law: "free condensate", Measured: math.Abs(condensate - reference.FreeStaggeredCondensate(c.Extents, n, c.Mass, c.Phases())), Bound: 16 * verify.Roundoff * size * condition * condition * float64(n), Because: "round-off of the dense inverse"},
			{Law: "free determinant", Measured: math.Abs(logDet - exact), Bound: 16 * verify.Roundoff * size * size * condition, Because: "round-off of the dense factorisation"},
		}
	})
}

// dense returns the matrix of d, column by column.
func dense(d *dirac.Staggered) reference.Matrix {
	src, dst := d.NewField(), d.NewField()
	n := src.Components(lattice.All)
	m := reference.NewMatrix(n, make([]complex128, n*n))
	e := make([]complex128, n)
	for j := range n {
		e[j] = 1
		verify.SetVector(src, e)
		d.Apply(dst, src)
		for i, z := range verify.Vector(dst) {
			m.V[i*n+j] = z
		}
		e[j] = 0
	}
	return m
}

func TestBadStaggered(t *testing.T) {
	geo := verify.Case{Extents: []int{4, 2}}.Geometry()
	for _, c := range []struct {
		extents  []int
		mass     float64
		boundary []int
		want     string
	}{
		{[]int{4, 3}, 1, []int{1, 1}, "extents [4 3] (allowed: all even)"},
		{[]int{4, 2}, 1, []int{1}, "1 boundary phases in 2 dimensions"},
		{[]int{4, 2}, 1, []int{1, 0}, "boundary phase 0 in direction 1 (allowed: 1, -1)"},
		{[]int{4, 2}, math.NaN(), []int{1, 1}, "mass NaN"},
		{[]int{4, 2}, math.Inf(-1), []int{1, 1}, "mass -Inf"},
	} {
		_, err := dirac.NewStaggered(verify.Case{Extents: c.extents}.Geometry(), group.SU2, c.mass, c.boundary)
		assert.ErrorContains(t, err, c.want)
	}
	d, err := dirac.NewStaggered(geo, group.SU2, 1, dirac.AntiperiodicTime(2))
	require.NoError(t, err)
	x := d.NewField()
	assert.PanicsWithValue(t, "dirac: source is destination", func() { d.Apply(x, x) })
	assert.PanicsWithValue(t, "dirac: links of another geometry or group", func() { d.Bind(gauge.NewField(geo, group.SU3)) })
	assert.PanicsWithValue(t, "dirac: staggered operator on fields of another shape", func() { d.Apply(x, fermion.NewField(geo, group.SU2, 2)) })
	assert.Equal(t, []int{1, 1, -1}, dirac.AntiperiodicTime(3))
	d.SetMass(0.25)
	assert.Equal(t, 0.25, d.Mass())
}

func TestWorkersAndAllocations(t *testing.T) {
	var want []any
	for _, workers := range []int{1, 2, 4} {
		pool := lattice.NewPool(workers)
		geo, err := lattice.New([]int{4, 4, 4, 8}, lattice.WithPool(pool))
		require.NoError(t, err)
		for _, g := range verify.Groups() {
			u, f := gauge.NewField(geo, g), gauge.NewAlgebra(geo, g)
			u.Hot(rng.New(1))
			d, err := dirac.NewStaggered(geo, g, 0.3, dirac.AntiperiodicTime(4))
			require.NoError(t, err)
			x, y := d.NewField(), d.NewField()
			x.Gaussian(rng.New(2), lattice.All)
			do := func() {
				d.Bind(u)
				d.ApplyNormal(y, x, lattice.Even)
				d.ApplyFrom(y, x, lattice.Even)
				f.Zero()
				d.AddDerivativeFrom(f, 0.5, y, x, lattice.Even)
			}
			do()
			if workers == 1 { // the runtime may allocate for workers that fall asleep
				assert.Zero(t, testing.AllocsPerRun(3, do))
			}
			if g == group.SU3 {
				got := []any{verify.Vector(y), f.Raw(), f.Norm2()}
				if want == nil {
					want = got
				}
				assert.Equal(t, want, got, "%d workers", workers)
			}
		}
		pool.Close()
	}
}

// The product that a solver asks for is that of the fields, bit for bit.
func TestApplyNormalDot(t *testing.T) {
	for _, extents := range [][]int{{4, 4, 4, 4}, {2, 6, 4}, {4, 4}} {
		for _, workers := range []int{1, 2} {
			pool := lattice.NewPool(workers)
			geo, err := lattice.New(extents, lattice.WithPool(pool))
			require.NoError(t, err)
			u := gauge.NewField(geo, group.SU3)
			u.Rough(0.7, rng.New(1))
			single := gauge.NewSingle(geo, group.SU3)
			single.Round(u)
			d, err := dirac.NewStaggered(geo, group.SU3, 0.3, dirac.AntiperiodicTime(len(extents)))
			require.NoError(t, err)
			d.Bind(u)
			d.Bind(single)
			for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
				x := d.NewField().LikeIn(p)
				x.Gaussian(rng.New(2), lattice.All)
				y, z := x.Like(), x.Like()
				for _, s := range []lattice.Subset{lattice.Even, lattice.Odd, lattice.All} {
					d.ApplyNormal(y, x, s)
					assert.Equal(t, x.ReDot(y, s), d.ApplyNormalDot(z, x, s), "%v, %d workers, %v, subset %v", extents, workers, p, s)
					z.Axpy(-1, y, s)
					assert.Zero(t, z.Norm2(s))
					assert.Positive(t, y.Norm2(s))
				}
				assert.Zero(t, testing.AllocsPerRun(3, func() { d.ApplyNormalDot(z, x, lattice.Even) }))
			}
			pool.Close()
		}
	}
}
