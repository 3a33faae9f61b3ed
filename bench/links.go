package bench

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// directions of all lattices here.
const directions = 4

// linkBytes is a matrix in memory, SU(2) being a quaternion.
func linkBytes(g group.Group) float64 { return 8 * float64(kernel.For(g).M) }

// algebraBytes is an algebra element in memory.
func algebraBytes(g group.Group) float64 { return 8 * float64(g.Dim()) }

// hot returns random links and momenta.
func hot(geo *lattice.Geometry, g group.Group) (*gauge.Field, *gauge.Algebra) {
	u, p := gauge.NewField(geo, g), gauge.NewAlgebra(geo, g)
	u.Hot(rng.New(1))
	p.Gaussian(rng.New(2))
	return u, p
}

// fields returns the bytes of all links, and of an algebra field, and the number of
// links.
func fields(c *Case) (u, p, links float64) {
	links = directions * c.Sites()
	return links * linkBytes(c.Group), links * algebraBytes(c.Group), links
}

// forceCount is the cost of the force of plaquettes: on each link the sum of 2 (d-1)
// staples of two products each, and its product with the link; traces are left out.
// Links are read, forces read and written.
func forceCount(c *Case) Count {
	u, p, links := fields(c)
	g, staples := c.Group, 2*(directions-1.)
	return Count{links * (2*staples*g.MulFlops() + (staples-1)*g.AddFlops() + g.MulFlops()), u + 2*p}
}

// valueCount is the cost of their action: at each site three products for each of
// d(d-1)/2 plaquettes, and their sum. Links are read.
func valueCount(c *Case) Count {
	u, _, _ := fields(c)
	g, planes := c.Group, directions*(directions-1.)/2
	return Count{c.Sites() * (3*planes*g.MulFlops() + (planes-1)*g.AddFlops()), u}
}

// driftCount is the cost of U <- exp(i eps P) U: eps P, the exponential, a product.
// Momenta are read, links read and written.
func driftCount(c *Case) Count {
	u, p, links := fields(c)
	g := c.Group
	return Count{links * (float64(g.Dim()) + g.ExpFlops() + g.MulFlops()), 2*u + p}
}

// momentaCount is the cost of normal numbers by Box and Muller: for two of them a
// logarithm, times -2, a root, an angle, its sine and cosine, and two products, each
// one operation; random bits are left out. Momenta are written.
func momentaCount(c *Case) Count {
	_, p, links := fields(c)
	return Count{links * float64(c.Group.Dim()) * 8 / 2, p}
}

// reunitarizeCount is the cost of the process of Gram and Schmidt for all rows but
// the last: for each row before, a scalar product (8N - 2) and a multiple of that row
// subtracted (8N), then the norm (4N - 1), its inverse root (2) and 2N products. The
// last row is that of the cofactors, conjugated: for SU(3) three of two complex
// products and a difference, for SU(2) none. Links are read and written.
func reunitarizeCount(c *Case) Count {
	u, _, links := fields(c)
	n := float64(c.Group.N())
	flops := 0.0
	for row := range c.Group.N() - 1 {
		flops += float64(row)*(16*n-2) + 6*n + 1
	}
	if c.Group == group.SU3 {
		flops += 3 * (6 + 6 + 2)
	}
	return Count{links * flops, 2 * u}
}

// links returns the cases of fields of links.
func links() (t []Case) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 12, 16, 24} {
			for _, workers := range []int{1, 2} {
				c := Case{Group: g, L: l, Workers: workers, Short: l == 8 && workers == 1}
				force := c
				force.Kernel, force.Once, force.Build = "gauge-force", forceCount(&c), gaugeForce
				drift := c
				drift.Kernel, drift.Once = "gauge-drift", driftCount(&c)
				drift.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
					u, p := hot(geo, c.Group)
					return func() (int, error) { u.Drift(0.05, p); return 0, nil }, nil
				}
				project := c
				project.Kernel, project.Once = "gauge-reunitarize", reunitarizeCount(&c)
				project.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
					u, _ := hot(geo, c.Group)
					return func() (int, error) { u.Reunitarize(); return 0, nil }, nil
				}
				momenta := c
				momenta.Kernel, momenta.Once = "gauge-momenta", momentaCount(&c)
				momenta.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
					p := gauge.NewAlgebra(geo, c.Group)
					return func() (int, error) { p.Gaussian(rng.New(2)); return 0, nil }, nil
				}
				t = append(t, force, drift, project, momenta)
			}
		}
	}
	return t
}

// gaugeForce adds the force of Wilson's action.
func gaugeForce(c *Case, geo *lattice.Geometry) (Call, error) {
	u, f := hot(geo, c.Group)
	s, err := gauge.NewRectangleAction(geo, c.Group, 5.6, gauge.Wilson)
	if err != nil {
		return nil, err
	}
	return func() (int, error) { return 0, s.AddForce(f, 1e-9, u) }, nil
}
