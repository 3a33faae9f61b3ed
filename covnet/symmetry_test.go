package covnet_test

import (
	"slices"
	"testing"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// A symmetry is a map of the links.
type symmetry struct {
	name string
	// source returns the link that comes to (x, mu), and whether reversed.
	source    func(x []int, mu int) (y []int, nu int, dagger bool)
	conjugate bool
}

func (s symmetry) image(u *gauge.Field) *gauge.Field {
	v := gauge.NewField(u.Geometry(), u.Group())
	m, h := u.Group().NewMatrix(), u.Group().NewMatrix()
	eachLink(u.Geometry(), func(x []int, mu int) {
		y, nu, dagger := s.source(x, mu)
		u.At(m, y, nu)
		if dagger {
			group.Dagger(h, m)
			copy(m, h)
		}
		if s.conjugate {
			for i, z := range m {
				m[i] = complex(real(z), -imag(z))
			}
		}
		v.Set(x, mu, m)
	})
	return v
}

func translation(by []int) symmetry {
	return symmetry{name: "translation", source: func(x []int, mu int) ([]int, int, bool) {
		y := slices.Clone(x)
		for nu := range y {
			y[nu] -= by[nu]
		}
		return y, mu, false
	}}
}

// reflection turns an axis around: U_axis(n) becomes the dagger of the link that
// ends where it began, so a layer must treat both orientations of a link alike.
func reflection(axis int) symmetry {
	return symmetry{name: "inverse orientation", source: func(x []int, mu int) ([]int, int, bool) {
		y := slices.Clone(x)
		y[axis] = -y[axis]
		if mu == axis {
			y[axis]--
		}
		return y, mu, mu == axis
	}}
}

// exchange swaps two axes of equal extents.
func exchange(a, b int) symmetry {
	return symmetry{name: "exchange of axes", source: func(x []int, mu int) ([]int, int, bool) {
		y := slices.Clone(x)
		y[a], y[b] = y[b], y[a]
		switch mu {
		case a:
			mu = b
		case b:
			mu = a
		}
		return y, mu, false
	}}
}

func conjugation() symmetry {
	return symmetry{
		name:      "charge conjugation",
		source:    func(x []int, mu int) ([]int, int, bool) { return x, mu, false },
		conjugate: true,
	}
}

// displacement is a random translation.
func (r recipe) displacement() []int {
	s := r.stream("displacement").Site(0)
	by := make([]int, len(r.Extents))
	for mu, e := range r.Extents {
		by[mu] = int(s.Uint64N(uint64(e)))
	}
	return by
}

// Networks of terms without a preferred direction commute with the symmetries of
// the lattice and with charge conjugation, which take no rounding themselves.
func TestForwardHasTheSymmetriesOfTheLattice(t *testing.T) {
	isotropic := []string{"plaquette", "rectangle", "polyakov"}
	forAll(t, 100, generator{sites: 81}, func(r recipe) []bound {
		for i, l := range r.Layers {
			terms := make([]string, len(l.Terms))
			for k := range terms {
				terms[k] = isotropic[(k+int(r.Seed%3))%3]
			}
			r.Layers[i] = layer{"shared", terms}
		}
		u := r.links()
		net := r.network(u)
		symmetries := []symmetry{translation(r.displacement()), reflection(int(r.Seed % uint64(len(r.Extents)))), conjugation()}
		for a, e := range r.Extents[1:] {
			if e == r.Extents[0] {
				symmetries = append(symmetries, exchange(0, a+1))
			}
		}
		v := gauge.NewField(u.Geometry(), u.Group())
		v.Copy(net.Forward(u))
		allowed := r.errors(r.weights(net.NumParams())).forward
		var bounds []bound
		for _, s := range symmetries {
			bounds = append(bounds, bound{s.name, deviation(net.Forward(s.image(u)), s.image(v)), allowed})
		}
		return bounds
	})
}

// Any network, weights per site included, is covariant under translations if its
// weights are translated too.
func TestWeightsPerSiteMoveWithTheLattice(t *testing.T) {
	forAll(t, 60, generator{sites: 81}, func(r recipe) []bound {
		r.Layers[0].Sharing = "per site"
		u := r.links()
		net := r.network(u)
		w := r.weights(net.NumParams())
		geo, by := u.Geometry(), r.displacement()
		moved := slices.Clone(w)
		first, x := 0, make([]int, len(by))
		for _, l := range r.Layers {
			switch l.Sharing {
			case "shared":
				first += len(l.Terms)
			case "per direction":
				first += len(l.Terms) * geo.Dims()
			default:
				for range len(l.Terms) * geo.Dims() {
					for site := range geo.Volume() {
						geo.Coordinates(x, site)
						for mu := range x {
							x[mu] += by[mu]
						}
						moved[first+geo.Index(x)] = w[first+site]
					}
					first += geo.Volume()
				}
			}
		}
		shift := translation(by)
		v := shift.image(net.Forward(u))
		if err := net.SetParams(moved); err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		return []bound{{"deviation", deviation(net.Forward(shift.image(u)), v), r.errors(w).forward}}
	})
}
