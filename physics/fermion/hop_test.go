package fermion_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// component reads one spin of v at a site.
func component(v []complex128, site, spin, spins, n int) []complex128 {
	return v[(site*spins+spin)*n:][:n]
}

// Hops in all directions, the derivative they contribute and site weights,
// against explicit steps on the twin's links: each spin alike, on the subset
// only.
func TestHops(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 40, Volume: 96}, func(c verify.Case) (results []verify.Result) {
		geo, g := c.Geometry(), c.GaugeGroup()
		n, spins := g.N(), spins(c)
		u := c.Links(geo, "links")
		ref := verify.Links(u)
		f, src := fermion.NewField(geo, g, spins), fermion.NewField(geo, g, spins)
		src.Gaussian(c.Stream("source"), lattice.All)
		x := verify.Vector(src)
		const a = -0.6
		// |x| < 7, a product of N terms; AddForce sums twice as many per spin
		bound := 4 * verify.Roundoff * 7 * float64(n+3) * math.Sqrt(float64(n))
		for _, s := range subsets(geo) {
			for mu := range geo.Dims() {
				for _, sign := range []int{1, -1} {
					f.Gaussian(c.Stream("what was there"), lattice.All)
					want, member := verify.Vector(f), in(f, s)
					f.AddHop(a, u, src, mu, sign, s)
					for site := range geo.Volume() {
						link, next := ref.Follow(site, []int{sign * (mu + 1)})
						for spin := range spins {
							to, from := component(want, site, spin, spins, n), component(x, next, spin, spins, n)
							if !member[site*spins*n] {
								continue
							}
							for i := range n {
								for k := range n {
									to[i] += a * link.At(i, k) * from[k]
								}
							}
						}
					}
					results = append(results, verify.Result{
						Law: fmt.Sprintf("hop by %+d along %d on subset %d", sign, mu, s), Measured: verify.Distance(verify.Vector(f), want),
						Bound: bound, Because: "a matrix times a vector",
					})
				}
				results = append(results, verify.Result{
					Law: fmt.Sprintf("force along %d on subset %d", mu, s), Measured: addForce(c, u, ref, src, mu, s, a),
					Bound: 8 * verify.Roundoff * 49 * float64(spins*n*(n+3)), Because: "an outer product of spins x N^2 terms",
				})
			}
			f.Gaussian(c.Stream("what was there"), lattice.All)
			want, member := verify.Vector(f), in(f, s)
			weight := func(x []int) float64 { return float64(3*x[0]-x[len(x)-1]) / 7 }
			f.MulSites(fermion.NewSites(geo, weight), s)
			for i := range want {
				if member[i] {
					want[i] *= complex(weight(ref.Coordinates(i/(n*spins))), 0)
				}
			}
			results = append(results, verify.Result{Law: "site weights", Measured: verify.Distance(verify.Vector(f), want), Because: "exact"})
		}
		return results
	})
}

// addForce returns the largest deviation of AddForce from
// 2 Re <y(n), i T_a U_mu(n) x(n+mu)> on s, 0 elsewhere, added to what was there.
func addForce(c verify.Case, u *gauge.Field, ref *reference.Links, src *fermion.Field, mu int, s lattice.Subset, a float64) float64 {
	geo, g := u.Geometry(), u.Group()
	n, spins := g.N(), src.Spins()
	y := src.Like()
	y.Gaussian(c.Stream("y"), lattice.All)
	force, start := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
	force.Gaussian(c.Stream("force"))
	start.Copy(force)
	fermion.AddForce(force, a, u, y, src, mu, s)
	xs, ys, member := verify.Vector(src), verify.Vector(y), in(src, s)
	worst := 0.0
	got, before := make([]float64, g.Dim()), make([]float64, g.Dim())
	for site := range geo.Volume() {
		at := ref.Coordinates(site)
		for nu := range geo.Dims() {
			force.At(got, at, nu)
			start.At(before, at, nu)
			for k, generator := range reference.Generators(n) {
				want := before[k]
				if nu == mu && member[site*spins*n] {
					tu := generator.Mul(ref.At(site, mu))
					next := ref.Step(site, mu+1)
					for spin := range spins {
						to, from := component(ys, site, spin, spins, n), component(xs, next, spin, spins, n)
						for i := range n {
							for j := range n {
								want += a * 2 * real(cmplx.Conj(to[i])*1i*tu.At(i, j)*from[j])
							}
						}
					}
				}
				worst = math.Max(worst, math.Abs(got[k]-want))
			}
		}
	}
	return worst
}

func TestHopMisuse(t *testing.T) {
	geo := verify.Case{Extents: []int{4, 4}}.Geometry()
	f, u := fermion.NewField(geo, group.SU2, 1), gauge.NewField(geo, group.SU2)
	const hop = "fermion: a hop goes to another field, by +1 or -1"
	assert.PanicsWithValue(t, hop, func() { f.AddHop(1, u, f, 0, 1, lattice.All) })
	assert.PanicsWithValue(t, hop, func() { f.AddHop(1, u, f.Like(), 0, 2, lattice.All) })
	assert.PanicsWithValue(t, "fermion: links of another geometry, group or precision", func() { f.AddHop(1, gauge.NewField(geo, group.SU3), f.Like(), 0, 1, lattice.All) })
	assert.PanicsWithValue(t, "fermion: force of another geometry or group", func() {
		fermion.AddForce(gauge.NewAlgebra(geo, group.SU3), 1, u, f, f, 0, lattice.All)
	})
	other := fermion.NewSites(verify.Case{Extents: []int{4, 4}}.Geometry(), func([]int) float64 { return 1 })
	assert.PanicsWithValue(t, "fermion: site weights of another geometry", func() { f.MulSites(other, lattice.All) })
	g := f.Like()
	assert.Zero(t, testing.AllocsPerRun(5, func() {
		f.AddHop(1, u, g, 1, -1, lattice.Even)
		f.AddHop(1, u, g, 0, 1, lattice.All)
	}))
}
