package bench

import (
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// directions of all lattices here.
const directions = 4

// product is the flops of the product of two N x N matrices: N^2 elements of N
// complex products (6) and N-1 sums (2).
func product(g group.Group) float64 {
	n := float64(g.N())
	return n * n * (8*n - 2)
}

// mulVec is the flops of a matrix on a colour vector: N elements of N products
// and N-1 sums.
func mulVec(g group.Group) float64 {
	n := float64(g.N())
	return n * (8*n - 2)
}

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

// links returns the cases of fields of links.
func links() (t []Case) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 12, 16, 24} {
			for _, workers := range []int{1, 2} {
				c := Case{Group: g, L: l, Workers: workers, Short: l == 8 && workers == 1}
				n := directions * c.Sites()
				u, p := n*linkBytes(g), n*algebraBytes(g)

				// The sum of 2 (d-1) staples of two products each, and its product
				// with the link; traces are left out. Links are read, forces read
				// and written.
				force := c
				force.Kernel, force.Build = "gauge-force", gaugeForce
				matrix := 2 * float64(g.N()*g.N())
				staples := 2 * (directions - 1.)
				force.Once = Count{n * (2*staples*product(g) + (staples-1)*matrix + product(g)), u + 2*p}

				// U <- exp(i eps P) U: momenta read, links read and written.
				drift := c
				drift.Kernel, drift.Once = "gauge-drift", Count{Bytes: 2*u + p}
				drift.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
					u, p := hot(geo, c.Group)
					return func() (int, error) { u.Drift(0.05, p); return 0, nil }, nil
				}
				project := c
				project.Kernel, project.Once = "gauge-reunitarize", Count{Bytes: 2 * u}
				project.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
					u, _ := hot(geo, c.Group)
					return func() (int, error) { u.Reunitarize(); return 0, nil }, nil
				}
				momenta := c
				momenta.Kernel, momenta.Once = "gauge-momenta", Count{Bytes: p}
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

// network returns the cases of stout layers, and of the talk's network of two
// layers of plaquettes and Polyakov loops.
func network() (t []Case) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 12, 16} {
			for _, workers := range []int{1, 2} {
				c := Case{Group: g, L: l, Workers: workers, Short: l == 8 && workers == 1}
				n := directions * c.Sites()
				u, p := n*linkBytes(g), n*algebraBytes(g)

				// A layer reads links and writes links; backward it reads the links
				// of both sides and the cotangent, and adds to that of the input.
				// Exponentials have no count.
				pass := []Case{c, c, c, c}
				for i, kernel := range []string{"stout-forward", "stout-backward", "talk-network-forward", "talk-network-backward"} {
					pass[i].Kernel, pass[i].Once.Bytes = kernel, 2*u
					if i%2 == 1 {
						pass[i].Once.Bytes = 2*u + 3*p
					}
					if i >= 2 { // two layers
						pass[i].Once.Bytes *= 2
						pass[i].Short = l == 4 && workers == 1
					}
					pass[i].Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
						u, p := hot(geo, c.Group)
						net, err := layers(u, i >= 2)
						if err != nil {
							return nil, err
						}
						net.Forward(u)
						du := gauge.NewAlgebra(geo, c.Group)
						return func() (int, error) {
							if i%2 == 0 {
								net.Forward(u)
							} else {
								net.Backward(du, nil, p)
							}
							return 0, nil
						}, nil
					}
				}
				t = append(t, pass...)
			}
		}
	}
	return t
}

// layers returns one stout layer of plaquettes, or the talk's network.
func layers(u *gauge.Field, talk bool) (*covnet.Network, error) {
	if talk {
		net, err := covnet.NewTalkNetwork(u)
		if err != nil {
			return nil, err
		}
		return net, net.SetParams([]float64{-.005, .005, -.005, -.005, .005, -.005})
	}
	layer, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(directions))
	if err != nil {
		return nil, err
	}
	layer.Params()[0] = 0.1
	return covnet.NewNetwork(u, layer), nil
}
