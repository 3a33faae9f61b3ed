package bench

import (
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// stoutPaths are those of a stout layer along a link: 2 (d-1) staples of three links
// and, in the talk's network, the line of l - 1 links that closes a Polyakov loop.
func stoutPaths(c *Case, talk bool) (lengths []float64) {
	for range 2 * (directions - 1) {
		lengths = append(lengths, 3)
	}
	if talk {
		lengths = append(lengths, float64(c.L-1))
	}
	return lengths
}

// layersOf is the number of layers.
func layersOf(talk bool) float64 {
	if talk {
		return 2
	}
	return 1
}

// forwardCount is the cost of the layers' outputs: on each link the sum of all paths,
// m - 1 products for one of m links, times the link; its exponential; and a product.
// Links are read, others written.
func forwardCount(c *Case, talk bool) Count {
	u, _, links := fields(c)
	g, paths := c.Group, stoutPaths(c, talk)
	flops := (float64(len(paths))-1)*g.AddFlops() + 2*g.MulFlops() + g.ExpFlops()
	for _, m := range paths {
		flops += (m - 1) * g.MulFlops()
	}
	return Count{}.plus(layersOf(talk), Count{links * flops, 2 * u})
}

// backwardCount is the cost of the cotangents, weights aside: on each link those of
// the exponential, rotated (two products) and added; Phi U, and Phi with the closed
// paths; and for each link of each path a path as long that has Phi U in its place, all
// summed and closed. Links of both sides and the cotangent are read, the other one is
// read and written.
func backwardCount(c *Case, talk bool) Count {
	u, p, links := fields(c)
	g := c.Group
	flops := g.TangentFlops() + 2*g.MulFlops() + float64(g.Dim()) + 2*g.MulFlops() + g.MulFlops()
	sums := -1.0
	for _, m := range stoutPaths(c, talk) {
		flops += m * (m - 1) * g.MulFlops()
		sums += m
	}
	return Count{}.plus(layersOf(talk), Count{links * (flops + sums*g.AddFlops()), 2*u + 3*p})
}

// network returns the cases of stout layers, and of the talk's network of two
// layers of plaquettes and Polyakov loops.
func network() (t []Case) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 12, 16} {
			for _, workers := range []int{1, 2} {
				c := Case{Group: g, L: l, Workers: workers, Short: l == 8 && workers == 1}
				pass := []Case{c, c, c, c}
				for i, kernel := range []string{"stout-forward", "stout-backward", "talk-network-forward", "talk-network-backward"} {
					count := forwardCount
					if i%2 == 1 {
						count = backwardCount
					}
					pass[i].Kernel, pass[i].Once = kernel, count(&c, i >= 2)
					if i >= 2 {
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
