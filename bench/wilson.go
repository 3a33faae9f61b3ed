package bench

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// wilson returns the cases of Wilson's hop, of the kernel alone.
func wilson() (t []Case) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 12, 16, 24} {
			for _, workers := range []int{1, 2} {
				for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
					c := Case{Kernel: "wilson-hop", Group: g, L: l, Workers: workers, Precision: p, Short: l == 8 && workers == 1}
					c.Once, c.Build = wilsonCount(&c), buildWilson[float64]
					if p == lattice.Float32 {
						c.Build = buildWilson[float32]
					}
					t = append(t, c)
				}
			}
		}
	}
	return t
}

// wilsonCount is the cost of the hop: for each of eight neighbours a projection
// to two spins (a sum of two vectors each), two matrices on vectors, and a sum of
// four spins but for the first; 1320 flops a site for SU(3). Links and the
// source are read once, the destination is written.
func wilsonCount(c *Case) Count {
	v := vectorReals(c.Group)
	neighbours := 2.0 * directions
	links, half := traffic(c)
	return Count{c.Sites() * (neighbours*2*(v+c.Group.VectorFlops()) + (neighbours-1)*4*v), links + 2*4*2*half}
}

// wilsonHop is a sweep of the kernel.
type wilsonHop[F lattice.Real] struct {
	geo           *lattice.Geometry
	ops           *kernel.Hops[F]
	links, x, dst []lattice.VecOf[F]
}

// Do does a range of even blocks and the odd ones in the same places.
func (h *wilsonHop[F]) Do(r lattice.Range) {
	hop := func(lo, hi int) {
		h.ops.Wilson[0](h.dst, .5, h.links, h.geo.Blocks(), h.x, h.geo.Neighbours(), 0, nil, lo, hi)
	}
	h.geo.Alternate(r, hop)
}

func buildWilson[F lattice.Real](c *Case, geo *lattice.Geometry) (Call, error) {
	ops := kernel.For(c.Group)
	h := &wilsonHop[F]{geo: geo}
	switch hops := any(&h.ops).(type) {
	case **kernel.Hops[float64]:
		*hops = &ops.Hops
	case **kernel.Hops[float32]:
		*hops = &ops.Single
	}
	// numbers of size one: the values do not matter
	r := rng.New(1).Site(0)
	fill := func(n int) []lattice.VecOf[F] {
		v := lattice.Make[F](n)
		for k := range v {
			for l := range v[k] {
				v[k][l] = F(r.Float64() - 0.5)
			}
		}
		return v
	}
	h.links, h.x, h.dst = fill(geo.Blocks()*directions*ops.M), fill(geo.Blocks()*4*ops.V), fill(geo.Blocks()*4*ops.V)
	return func() (int, error) { geo.Sweep(h, lattice.Even); return 0, nil }, nil
}
