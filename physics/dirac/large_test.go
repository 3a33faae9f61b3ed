package dirac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Lattices that caches do not hold are gone through slice by slice: what comes out
// is what whole parities give, hop by hop, for either precision and any number of
// workers.
func TestLargeLattices(t *testing.T) {
	if testing.Short() {
		t.Skip("megabytes")
	}
	for _, extents := range [][]int{{12, 12, 12, 12}, {8, 4, 4, 128}, {256, 260}} {
		for _, workers := range []int{1, 3} {
			pool := lattice.NewPool(workers)
			geo, err := lattice.New(extents, lattice.WithPool(pool))
			require.NoError(t, err)
			u := gauge.NewField(geo, group.SU3)
			u.Rough(0.7, rng.New(1))
			rounded := gauge.NewSingle(geo, group.SU3)
			rounded.Round(u)
			const mass = 0.3
			d, err := dirac.NewStaggered(geo, group.SU3, mass, dirac.AntiperiodicTime(len(extents)))
			require.NoError(t, err)
			d.Bind(u)
			d.Bind(rounded)
			for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
				unit := 0x1p-53
				if p == lattice.Float32 {
					unit = 0x1p-24
				}
				field := d.NewField().LikeIn(p)
				x, y, even, odd := field.Like(), field.Like(), field.Like(), field.Like()
				x.Gaussian(rng.New(2), lattice.All)
				d.Apply(y, x)
				d.ApplyFrom(even, x, lattice.Even) // D of the even sites alone: one whole parity at a time
				d.ApplyFrom(odd, x, lattice.Odd)
				y.Axpy(-1, even, lattice.All)
				y.Axpy(-1, odd, lattice.All)
				// each component: 24 products and as many additions
				bound := 48 * unit * math.Sqrt(x.Norm2(lattice.All)) * 8
				assert.Less(t, math.Sqrt(y.Norm2(lattice.All)), bound, "D on %v, %d workers", extents, workers)

				d.ApplyNormal(y, x, lattice.Even)
				product := x.ReDot(y, lattice.Even)
				y.Zero(lattice.Even)
				// the same products, of |x|² size or less, summed in other chunks
				assert.InEpsilon(t, product, d.ApplyNormalDot(y, x, lattice.Even), 64*unit, "<x, D†D x> on %v, %d workers", extents, workers)
				d.ApplyFrom(odd, even, lattice.Odd) // D_h of D_h x
				y.Axpy(1, odd, lattice.Even)
				y.Axpy(-mass*mass, x, lattice.Even)
				assert.Less(t, math.Sqrt(y.Norm2(lattice.Even)), 8*bound, "D†D on %v, %d workers", extents, workers)
				assert.Greater(t, even.Norm2(lattice.Odd), x.Norm2(lattice.Even)/10)
			}
			pool.Close()
		}
	}
}

// The same of Wilson quarks: D, whose parities go through the lattice together, and its
// Schur complement, with a twist and without one, are what whole parities give.
func TestLargeWilson(t *testing.T) {
	if testing.Short() {
		t.Skip("megabytes")
	}
	extents := []int{8, 4, 8, 128}
	for _, workers := range []int{1, 3} {
		pool := lattice.NewPool(workers)
		geo, err := lattice.New(extents, lattice.WithPool(pool))
		require.NoError(t, err)
		u := gauge.NewField(geo, group.SU3)
		u.Rough(0.7, rng.New(1))
		rounded := gauge.NewSingle(geo, group.SU3)
		rounded.Round(u)
		d, err := dirac.NewWilson(geo, group.SU3, 0.3, dirac.Phases(dirac.AntiperiodicTime(len(extents))))
		require.NoError(t, err)
		require.NoError(t, d.SetTwist(0.2*float64(workers-1)))
		d.Bind(u)
		d.Bind(rounded)
		for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
			unit := 0x1p-53
			if p == lattice.Float32 {
				unit = 0x1p-24
			}
			x := d.NewField().LikeIn(p)
			y, want, part := x.Like(), x.Like(), x.Like()
			x.Gaussian(rng.New(2), lattice.All)
			// each component: 8 hops of 12 products and as many additions, the block
			bound := 2 * 200 * unit * math.Sqrt(x.Norm2(lattice.All))
			d.Apply(y, x)
			for _, s := range subsets[1:] {
				d.Hop(want, x, s, false)
				d.Block(part, x, s, false)
			}
			want.Axpy(1, part, lattice.All)
			y.Axpy(-1, want, lattice.All)
			assert.Less(t, math.Sqrt(y.Norm2(lattice.All)), bound, "D on %v, %d workers", extents, workers)
			for _, s := range subsets[1:] {
				whole, err := dirac.NewSchur(d, s)
				require.NoError(t, err)
				parts, err := dirac.NewSchur(apart{d}, s)
				require.NoError(t, err)
				product := whole.ApplyNormalDot(y, x, s)
				// the same products, |S x|² in sum, added in other chunks
				assert.InEpsilon(t, x.ReDot(y, s), product, 1024*unit, "<x, S†S x> on %v, %d workers", extents, workers)
				parts.ApplyNormal(want, x, s)
				y.Axpy(-1, want, s)
				// S is below 10
				assert.Less(t, math.Sqrt(y.Norm2(s)), 2*10*bound, "S†S on %v, %d workers", extents, workers)
			}
		}
		pool.Close()
	}
}
