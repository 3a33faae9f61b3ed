package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// A plaquette's components and trace, and the derivative of the four leaves that it is,
// against single matrices: each link exp(i omega T_a) U is linear in omega, so that i T_a U
// in its place gives the derivative. Tolerance: products of four unitary matrices with
// elements below 6 N^2.
func TestLeaves(t *testing.T) {
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		g, n := o.Group, o.N
		tol := 100 * float64(n*n*n) * 36 * eps
		for _, masks := range [][2]int{{0, 0}, {1, 0}, {0, 4}, {6, 3}, {5, 7}} {
			mask := [4]int{0, masks[0], 0, masks[1]}
			var link [4][]Vec
			for k := range link {
				link[k] = make([]Vec, o.M)
				for l := range lattice.Lanes {
					m := g.NewMatrix()
					g.Haar(m, r)
					o.Set(link[k], l, m)
				}
			}
			size := o.A
			if n > 2 {
				size++
			}
			x, y, phi := guarded(random(size, r)), guarded(random(4*o.A, r)), random(4*o.A+1, r)
			o.Leaf(x, link[0], link[1], masks[0], link[2], link[3], masks[1])
			o.LeafBack(y, phi, link[0], link[1], masks[0], link[2], link[3], masks[1])
			intact(t, x, "Leaf")
			intact(t, y, "LeafBack")
			for l := range lattice.Lanes {
				var u, p [4]group.Matrix
				for k := range u {
					u[k] = plain(o, link[k], l, mask[k], false)
				}
				turned := func(c, m group.Matrix) group.Matrix { // c^† m c
					d := g.NewMatrix()
					group.Dagger(d, c)
					return product2(o, d, product2(o, m, c))
				}
				for k := range p {
					p[k] = g.NewMatrix()
					g.Element(p[k], lane(phi[k*o.A:][:o.A], l))
				}
				for i := 0; i < n && n > 2; i++ {
					p[0][i*n+i] += complex(0, phi[4*o.A][l]/float64(n))
				}
				p[1] = turned(u[0], p[1])
				p[2] = turned(product2(o, u[0], u[1]), p[2])
				p[3] = turned(u[2], p[3])
				trace := func(u [4]group.Matrix, first int, with group.Matrix) (sum complex128) {
					v := [4]group.Matrix{u[0], u[1], g.NewMatrix(), g.NewMatrix()}
					group.Dagger(v[2], u[3])
					group.Dagger(v[3], u[2])
					m := with
					for k := range v {
						m = product2(o, m, v[(first+k)%4])
					}
					for i := range n {
						sum += m[i*n+i]
					}
					return sum
				}
				unit := func(a int) group.Matrix {
					c, h := make([]float64, o.A), g.NewMatrix()
					c[a] = 1
					g.Element(h, c)
					return h
				}
				for a := range o.A {
					require.InDelta(t, -real(trace(u, 0, unit(a)))/o.Index, x[a][l], tol, "Leaf, component %d", a)
				}
				if n > 2 {
					one := g.NewMatrix()
					for i := range n {
						one[i*(n+1)] = 1
					}
					require.InDelta(t, imag(trace(u, 0, one)), x[o.A][l], tol, "Leaf, trace")
				}
				for k := range u {
					got := lane(y[k*o.A:][:o.A], l)
					if k%2 == 1 && n > 1 { // carried: back to the start of the link
						h := g.NewMatrix()
						g.Element(h, got)
						g.TA(got, turned(u[k-1], h))
					}
					for a := range o.A {
						moved, sum := u, 0.
						moved[k] = product2(o, unit(a), u[k])
						for corner, with := range p {
							sum += real(trace(moved, corner, with))
						}
						require.InDelta(t, sum, -o.Index*got[a], tol, "link %d, component %d, lane %d, masks %v", k, a, l, masks)
					}
				}
			}
		}
	})
}
