package verify

import (
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Symmetry is one that a subject may have beyond gauge covariance. Which ones
// it has is a matter of its weights and boundaries, so the caller says.
type Symmetry int

// The symmetries. Those of the lattice act on links; EvenTranslations and
// ChargeConjugation act on pseudofermions and vectors too, in the way of
// operators with real coefficients and phases that have period two. Shifts are
// translations by one site of staggered fields on all sites, which take the signs
// zeta_mu(n) = (-1)^(n_{mu+1} + … + n_{D-1}) [GS]. Boundary says that the phases of
// Case.Boundary are those of the links that leave the last slice.
const (
	Translations Symmetry = iota
	EvenTranslations
	Shifts
	Reflections
	Rotations
	ChargeConjugation
	Boundary
)

// Hypercubic returns all symmetries of the lattice, and charge conjugation.
func Hypercubic() []Symmetry {
	return []Symmetry{Translations, Reflections, Rotations, ChargeConjugation}
}

// move is one symmetry operation: the link of direction mu at x becomes that of
// nu at y, daggered if reflected, complex conjugate if charges are.
type move struct {
	name      string
	source    func(x []int, mu int) (y []int, nu int, dagger bool)
	conjugate bool
	zeta      func(x []int) float64 // of a staggered field; nil: one
}

// moves returns one operation of each symmetry that the lattice of c allows,
// chosen by its seed.
func moves(c Case, of []Symmetry) (list []move) {
	d := len(c.Extents)
	r := c.Draw("symmetry")
	stay := func(x []int, mu int) ([]int, int, bool) { return x, mu, false }
	for _, s := range of {
		mu := int(r.Uint64N(uint64(d)))
		switch s {
		case Translations, EvenTranslations:
			by := 1 + int(r.Uint64N(uint64(c.Extents[mu]-1)))
			if s == EvenTranslations {
				by = 2
			}
			list = append(list, move{name: "translation", source: func(x []int, nu int) ([]int, int, bool) {
				y := append([]int(nil), x...)
				y[mu] += by
				return y, nu, false
			}})
		case Shifts:
			list = append(list, move{name: "shift", source: func(x []int, nu int) ([]int, int, bool) {
				y := append([]int(nil), x...)
				y[mu]++
				return y, nu, false
			}, zeta: func(x []int) float64 {
				n := 0
				for _, k := range x[mu+1:] {
					n += k
				}
				return 1 - 2*float64(n%2)
			}})
		case Reflections: // n_mu -> -n_mu: the link to n+mu is the dagger of that from -n-mu
			list = append(list, move{name: "reflection", source: func(x []int, nu int) ([]int, int, bool) {
				y := append([]int(nil), x...)
				y[mu] = -y[mu]
				if nu == mu {
					y[mu]--
				}
				return y, nu, nu == mu
			}})
		case Rotations:
			for other := range d {
				if other == mu || c.Extents[other] != c.Extents[mu] {
					continue
				}
				list = append(list, move{name: "exchange of axes", source: func(x []int, nu int) ([]int, int, bool) {
					y := append([]int(nil), x...)
					y[mu], y[other] = y[other], y[mu]
					switch nu {
					case mu:
						nu = other
					case other:
						nu = mu
					}
					return y, nu, false
				}})
				break
			}
		case ChargeConjugation:
			list = append(list, move{name: "charge conjugation", source: stay, conjugate: true})
		}
	}
	return list
}

// links returns the image of u.
func (m move) links(u *gauge.Field) *gauge.Field {
	v := gauge.NewField(u.Geometry(), u.Group())
	a, b := u.Group().NewMatrix(), u.Group().NewMatrix()
	eachLink(u.Geometry(), func(x []int, mu int) {
		y, nu, dagger := m.source(x, mu)
		u.At(a, wrapped(y, u.Geometry()), nu)
		copy(b, a)
		if dagger {
			group.Dagger(b, a)
		}
		if m.conjugate {
			for i, z := range b {
				b[i] = complex(real(z), -imag(z))
			}
		}
		v.Set(x, mu, b)
	})
	return v
}

// vector sets dst to the image of src under a translation or charge
// conjugation: a component that comes from beyond the border takes the phase of
// the boundary.
func (m move) vector(dst, src *fermion.Field, boundary []int) {
	geo := src.Geometry()
	v, x := make([]complex128, src.Group().N()*src.Spins()), make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		y, _, _ := m.source(x, 0)
		phase := complex(1, 0)
		if m.zeta != nil {
			phase = complex(m.zeta(x), 0)
		}
		for mu := range y {
			if y[mu] >= geo.Extent(mu) {
				phase *= complex(float64(boundary[mu]), 0)
			}
		}
		src.At(v, wrapped(y, geo))
		for i, z := range v {
			if m.conjugate {
				z = complex(real(z), -imag(z))
			}
			v[i] = phase * z
		}
		dst.Set(x, v)
	}
}

func wrapped(x []int, geo *lattice.Geometry) []int {
	for mu := range x {
		x[mu] = (x[mu] + geo.Extent(mu)) % geo.Extent(mu)
	}
	return x
}

func eachLink(geo *lattice.Geometry, visit func(x []int, mu int)) {
	x := make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range x {
			visit(x, mu)
		}
	}
}
