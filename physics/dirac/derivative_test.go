package dirac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// dual returns d 2 Re <y, D x> along p, by dual numbers.
func dual(c verify.Case, u *gauge.Field, p *gauge.Algebra, y, x []complex128) float64 {
	geo, g := u.Geometry(), u.Group()
	omega, n := make([]float64, g.Dim()), make([]int, geo.Dims())
	links := verify.Links(u).Along(func(site, mu int) reference.Matrix {
		geo.Coordinates(n, site)
		p.At(omega, n, mu)
		return reference.AlgebraElement(g.N(), omega)
	})
	s := 0.0
	for i, z := range reference.Staggered(links, c.Mass, c.Phases()).ApplyDerivative(x) {
		s += 2 * (real(y[i])*real(z) + imag(y[i])*imag(z))
	}
	return s
}

// AddDerivative against dual numbers along a random direction of all links, on
// all sites and from either parity; it adds with its coefficient; what the two
// parities add is what all sites do.
//
// An element of the derivative is the trace of T_a with the outer product of two
// vectors of N normal numbers, four of them: round-off (N+2) u of N, times the
// components it is summed over.
func TestDerivative(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 40, Even: true, Volume: 128}, func(c verify.Case) (results []verify.Result) {
		geo, g := c.Geometry(), c.GaugeGroup()
		u := c.Links(geo, "links")
		d := staggered(c, u)
		x, y := noise(c, d, "x"), noise(c, d, "y")
		p := gauge.NewAlgebra(geo, g)
		p.Gaussian(c.Stream("direction"))
		ref := verify.Links(u)
		n := float64(g.N())
		element := 8 * verify.Roundoff * (n + 2) * n
		links := float64(geo.Volume() * geo.Dims() * g.Dim())

		parts := gauge.NewAlgebra(geo, g)
		for _, s := range subsets {
			f := gauge.NewAlgebra(geo, g)
			f.Gaussian(c.Stream("start"))
			start := f.Dot(p)
			const scale = -1.5
			if s == lattice.All {
				d.AddDerivative(f, scale, y, x)
			} else {
				d.AddDerivativeFrom(f, scale, y, x, s)
				d.AddDerivativeFrom(parts, scale, y, x, s)
			}
			want := dual(c, u, p, verify.Vector(y), on(ref, verify.Vector(x), s))
			bound := (2*element + 4*verify.Roundoff) * links
			results = append(results, verify.Result{
				Law: "derivative of the twin", Measured: math.Abs(f.Dot(p) - start - scale*want), Bound: bound,
				Because: "round-off of the outer products, linear in the volume", Vacuous: !(bound < 1e-6*math.Sqrt(f.Norm2())),
			})
		}
		d.AddDerivative(parts, 1.5, y, x)
		return append(results, verify.Result{
			Law: "the parities add up", Measured: math.Sqrt(parts.Norm2()), Bound: element * math.Sqrt(links), Because: "round-off of the outer products",
		})
	})
}

// Every component of every link of a small lattice by itself.
func TestDerivativeOfEachLink(t *testing.T) {
	for _, g := range verify.Groups() {
		c := verify.Case{Group: g.String(), Extents: []int{2, 4}, Boundary: []int{-1, -1}, Mass: 0.3, Roughness: 1, Seed: 7}
		geo := c.Geometry()
		u := c.Links(geo, "links")
		d := staggered(c, u)
		x, y := noise(c, d, "x"), noise(c, d, "y")
		f, p := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		d.AddDerivative(f, 1, y, x)
		got, one, n := make([]float64, g.Dim()), make([]float64, g.Dim()), make([]int, 2)
		for site := range geo.Volume() {
			geo.Coordinates(n, site)
			for mu := range n {
				require.True(t, f.At(got, n, mu))
				for a := range got {
					clear(one)
					one[a] = 1
					p.Zero()
					p.Set(n, mu, one)
					want := dual(c, u, p, verify.Vector(y), verify.Vector(x))
					assert.InDelta(t, want, got[a], 1e-13, "%v site %v direction %d component %d", g, n, mu, a)
				}
			}
		}
	}
}
