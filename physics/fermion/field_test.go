package fermion_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mathext"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/verify"
)

// subsets of the lattice: all sites, and the parities if there are.
func subsets(geo *lattice.Geometry) []lattice.Subset {
	if geo.EvenOdd() {
		return []lattice.Subset{lattice.All, lattice.Even, lattice.Odd}
	}
	return []lattice.Subset{lattice.All}
}

// in reports, per component of verify.Vector, whether its site is in s.
func in(f *fermion.Field, s lattice.Subset) []bool {
	geo, n := f.Geometry(), f.Group().N()*f.Spins()
	member := make([]bool, geo.Volume()*n)
	x := make([]int, geo.Dims())
	for i := range member {
		geo.Coordinates(x, i/n)
		sum := 0
		for _, c := range x {
			sum += c
		}
		member[i] = s == lattice.All || (sum%2 == 0) == (s == lattice.Even)
	}
	return member
}

func spins(c verify.Case) int { return []int{1, 2, 4}[c.Draw("spins").Uint64N(3)] }

// Every operation does on its subset what plain loops do, and nothing elsewhere.
func TestLinearAlgebra(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 48, Volume: 192}, func(c verify.Case) (results []verify.Result) {
		geo := c.Geometry()
		f := fermion.NewField(geo, c.GaugeGroup(), spins(c))
		g := f.Like()
		const a = -0.7
		for _, s := range subsets(geo) {
			f.Gaussian(c.Stream("f"), lattice.All)
			g.Gaussian(c.Stream("g"), lattice.All)
			x, y, member := verify.Vector(f), verify.Vector(g), in(f, s)
			sites := 0
			var dot complex128
			norm, size := 0.0, 0.0
			for i := range x {
				if member[i] {
					sites++
					dot += cmplx.Conj(x[i]) * y[i]
					norm += real(x[i])*real(x[i]) + imag(x[i])*imag(x[i])
					size += cmplx.Abs(x[i])*cmplx.Abs(y[i]) + cmplx.Abs(x[i])*cmplx.Abs(x[i])
				}
			}
			sum := verify.Roundoff * float64(sites) * size
			results = append(results,
				verify.Result{Law: "Dot", Measured: cmplx.Abs(f.Dot(g, s) - dot), Bound: sum, Because: "a plain sum"},
				verify.Result{Law: "ReDot", Measured: math.Abs(f.ReDot(g, s) - real(dot)), Bound: sum, Because: "a plain sum"},
				verify.Result{Law: "Norm2", Measured: math.Abs(f.Norm2(s) - norm), Bound: sum, Because: "a plain sum"},
				verify.Result{Law: "Components", Measured: math.Abs(float64(f.Components(s) - sites)), Because: "exact"},
			)
			alone := func(law string) {
				outside := 0
				for i, z := range verify.Vector(f) {
					if !member[i] && z != x[i] {
						outside++
					}
				}
				results = append(results, verify.Result{Law: law + " leaves other sites alone", Measured: float64(outside), Because: "exact"})
				f.Gaussian(c.Stream("f"), lattice.All)
			}
			check := func(law string, want func(x, y complex128) complex128) {
				worst := 0.0
				for i, z := range verify.Vector(f) {
					if member[i] {
						worst = math.Max(worst, cmplx.Abs(z-want(x[i], y[i]))/(cmplx.Abs(x[i])+cmplx.Abs(y[i])))
					}
				}
				results = append(results, verify.Result{Law: law, Measured: worst, Bound: 4 * verify.Roundoff, Because: "two roundings of each part"})
				alone(law)
			}
			f.Axpy(a, g, s)
			check("Axpy", func(x, y complex128) complex128 { return x + a*y })
			f.Xpay(g, a, s)
			check("Xpay", func(x, y complex128) complex128 { return y + a*x })
			const z = .5 - .25i
			f.Caxpy(z, g, s)
			check("Caxpy", func(x, y complex128) complex128 { return x + z*y })
			f.Cxpay(g, z, s)
			check("Cxpay", func(x, y complex128) complex128 { return y + z*x })
			p, r := g.Like(), f.Like()
			p.Copy(g, lattice.All)
			r.Copy(f, lattice.All)
			f.AxpyXpay(a, p, r, -a, s)
			check("AxpyXpay", func(x, y complex128) complex128 { return x + a*y })
			f.Copy(p, s)
			check("AxpyXpay, p", func(x, y complex128) complex128 { return x - a*y })
			f.Scale(a, s)
			check("Scale", func(x, _ complex128) complex128 { return a * x })
			f.Copy(g, s)
			check("Copy", func(_, y complex128) complex128 { return y })
			f.Zero(s)
			check("Zero", func(_, _ complex128) complex128 { return 0 })
			f.Gaussian(c.Stream("g"), s)
			check("Gaussian", func(_, y complex128) complex128 { return y })
			got := f.AxpyNorm2(a, g, s)
			results = append(results, verify.Result{
				Law: "AxpyNorm2", Measured: math.Abs(got - f.Norm2(s)), Bound: verify.Roundoff * float64(sites) * got, Because: "a plain sum",
			})
			check("AxpyNorm2", func(x, y complex128) complex128 { return x + a*y })
			f.Z2(c.Stream("z2"), s)
			signs := 0.0
			for i, z := range verify.Vector(f) {
				if member[i] && z != 1 && z != -1 {
					signs++
				}
			}
			results = append(results, verify.Result{Law: "Z2 is signs", Measured: signs, Because: "exact"})
			alone("Z2")
		}
		return results
	})
}

// psi(n) turns by G(n), each spin alike, as plain products do.
func TestTransform(t *testing.T) {
	verify.Run(t, verify.Domain{}, func(c verify.Case) (results []verify.Result) {
		geo, g := c.Geometry(), c.GaugeGroup()
		f := fermion.NewField(geo, g, spins(c))
		rotation := gauge.NewTransformation(geo, g)
		rotation.Random(c.Stream("rotation"))
		n, x, m := g.N(), make([]int, geo.Dims()), g.NewMatrix()
		for _, s := range subsets(geo) {
			f.Gaussian(c.Stream("f"), lattice.All)
			want, member := verify.Vector(f), in(f, s)
			size := 0.0
			for i := 0; i < len(want); i += n {
				if !member[i] {
					continue
				}
				geo.Coordinates(x, i/(n*f.Spins()))
				rotation.At(m, x)
				turned := make([]complex128, n)
				for a := range n {
					for b := range n {
						turned[a] += m[a*n+b] * want[i+b]
						size = math.Max(size, cmplx.Abs(want[i+b]))
					}
				}
				copy(want[i:], turned)
			}
			f.Transform(rotation, s)
			results = append(results, verify.Result{
				Law: fmt.Sprintf("turned on subset %d", s), Measured: verify.Distance(verify.Vector(f), want),
				Bound: 2 * verify.Roundoff * float64(n+2) * math.Sqrt(float64(n)) * size, Because: "a matrix times a vector",
			})
		}
		return results
	})
}

// Noise belongs to the site, whatever the layout: the numbers of its stream, in
// order spin, colour, real and imaginary part, over sqrt 2.
func TestNoiseOfSites(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 24}, func(c verify.Case) []verify.Result {
		f := fermion.NewField(c.Geometry(), c.GaugeGroup(), spins(c))
		f.Gaussian(c.Stream("f"), lattice.All)
		v := verify.Vector(f)
		n := len(v) / c.Volume()
		worst := 0.0
		for site := range c.Volume() {
			r := c.Stream("f").Site(uint64(site))
			for k := range n {
				a := r.Normal()
				b := r.Normal()
				worst = math.Max(worst, cmplx.Abs(v[site*n+k]-complex(a, b)/math.Sqrt2))
			}
		}
		return []verify.Result{{Law: "noise of the site", Measured: worst, Bound: 16 * verify.Roundoff, Because: "two roundings of |xi| < 7"}}
	})
}

// <|xi_i|^2> = 1 with real and imaginary parts alike and independent. |xi|^2 is
// Gamma(n, 1); each of the probabilities leaves its interval in 1e-7 of all
// seeds.
func TestGaussianMoments(t *testing.T) {
	geo := verify.Case{Extents: []int{8, 4, 4, 4}}.Geometry()
	for _, g := range verify.Groups() {
		f := fermion.NewField(geo, g, 2)
		f.Gaussian(rng.New(1).Child("noise"), lattice.All)
		n := float64(f.Components(lattice.All))
		p := mathext.GammaIncReg(n, f.Norm2(lattice.All))
		assert.True(t, 5e-8 < p && p < 1-5e-8, "%v: |xi|^2 = %v of %v", g, f.Norm2(lattice.All), n)
		var sum, square, next complex128
		re := 0.0
		v := verify.Vector(f)
		for i, z := range v {
			sum += z
			square += z * z
			next += cmplx.Conj(z) * v[(i+1)%len(v)]
			re += real(z) * real(z)
		}
		// Re and Im of these sums have variances n/2, n and n/2; deviates beyond 5.5 have 4e-8.
		assert.Less(t, math.Max(math.Abs(real(sum)), math.Abs(imag(sum)))/math.Sqrt(n/2), 5.5)
		assert.Less(t, math.Max(math.Abs(real(square)), math.Abs(imag(square)))/math.Sqrt(n), 5.5)
		assert.Less(t, math.Max(math.Abs(real(next)), math.Abs(imag(next)))/math.Sqrt(n/2), 5.5)
		p = mathext.GammaIncReg(n/2, re)
		assert.True(t, 5e-8 < p && p < 1-5e-8, "%v: real parts %v of %v", g, re, n/2)

		f.Z2(rng.New(1).Child("signs"), lattice.All)
		sum, next = 0, 0
		v = verify.Vector(f)
		for i, z := range v {
			sum += z
			next += z * v[(i+1)%len(v)]
		}
		assert.Less(t, math.Abs(real(sum))/math.Sqrt(n), 5.5)
		assert.Less(t, math.Abs(real(next))/math.Sqrt(n), 5.5)
	}
}

// Any number of workers: the same bits, reductions included, and nothing
// allocated.
func TestWorkers(t *testing.T) {
	var want []any
	for _, workers := range []int{1, 2, 4} {
		pool := lattice.NewPool(workers)
		geo, err := lattice.New([]int{4, 4, 4, 8}, lattice.WithPool(pool))
		require.NoError(t, err)
		f := fermion.NewField(geo, group.SU3, 1)
		g := f.Like()
		var got []any
		for s, subset := range []lattice.Subset{lattice.All, lattice.Even, lattice.Odd} {
			f.Gaussian(rng.New(1).Child("f"), lattice.All)
			g.Gaussian(rng.New(1).Child("g").At(uint64(s)), lattice.All)
			got = append(got, f.AxpyNorm2(0.3, g, subset), f.Dot(g, subset))
			f.Xpay(g, 1/f.Norm2(subset), subset)
			got = append(got, verify.Vector(f))
			if workers > 1 {
				continue // the runtime may allocate for workers that fall asleep
			}
			assert.Zero(t, testing.AllocsPerRun(5, func() {
				f.Gaussian(rng.New(1).Child("f"), subset)
				f.Axpy(0.1, g, subset)
				f.Xpay(g, 0.1, subset)
				f.Scale(0.5, subset)
				f.Dot(g, subset)
				f.AxpyNorm2(0.1, g, subset)
				f.Copy(g, subset)
			}))
		}
		if want == nil {
			want = got
		}
		assert.Equal(t, want, got, "%d workers", workers)
		pool.Close()
	}
}

func TestMisuse(t *testing.T) {
	geo := verify.Case{Extents: []int{3, 4}}.Geometry()
	f := fermion.NewField(geo, group.SU2, 1)
	assert.PanicsWithValue(t, "fermion: fields of different shape or precision", func() { f.Axpy(1, fermion.NewField(geo, group.SU2, 2), lattice.All) })
	assert.PanicsWithValue(t, "fermion: fields of different shape or precision", func() { f.Copy(fermion.NewField(geo, group.SU3, 1), lattice.All) })
	assert.PanicsWithValue(t, "fermion: a field needs a spin", func() { fermion.NewField(geo, group.SU2, 0) })
	assert.PanicsWithValue(t, "lattice: parity of a lattice with an odd extent", func() { f.Norm2(lattice.Even) })
	assert.True(t, f.SameShape(f.Like()))
	assert.False(t, f.SameShape(fermion.NewField(verify.Case{Extents: []int{3, 4}}.Geometry(), group.SU2, 1)))

	f.Set([]int{-1, 5}, []complex128{1, 2i})
	v := make([]complex128, 2)
	require.True(t, f.At(v, []int{2, 1}))
	assert.Equal(t, []complex128{1, 2i}, v)
	assert.InDelta(t, 5, f.Norm2(lattice.All), 0)
}
