package verify

import (
	"slices"

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
// zeta_mu(n) = (-1)^(n_{mu+1} + … + n_{D-1}) [GS]. StaggeredReflections and
// StaggeredRotations are those of staggered fields, on all or on even sites, with the
// signs that keep the phases eta. Boundary says that the phases of Case.Boundary are
// those of the links that leave the last slice.
const (
	Translations Symmetry = iota
	EvenTranslations
	Shifts
	Reflections
	Rotations
	StaggeredReflections
	StaggeredRotations
	ChargeConjugation
	Boundary
)

// Hypercubic returns all symmetries of the lattice, and charge conjugation.
func Hypercubic() []Symmetry {
	return []Symmetry{Translations, Reflections, Rotations, ChargeConjugation}
}

// Staggered returns the symmetries of staggered fields on even sites, and charge
// conjugation.
func Staggered() []Symmetry {
	return []Symmetry{EvenTranslations, StaggeredReflections, StaggeredRotations, ChargeConjugation}
}

// move is one symmetry operation: the site x becomes that of site(x), its link of
// direction mu the one that axis(mu) tells, daggered and one site back if it is
// reversed, complex conjugate if charges are.
type move struct {
	name      string
	site      func(x []int) (y []int)
	axis      func(mu int) (nu int, reversed bool) // nil: as they are
	conjugate bool
	sign      func(x []int) int // of a staggered field, an exponent of -1; nil: zero
}

const noMoves = "the lattice allows none of these symmetries: extents or boundaries are unequal"

// moves returns one operation of each symmetry that the lattice of c allows,
// chosen by its seed.
func moves(c Case, of []Symmetry) (list []move) {
	d := len(c.Extents)
	r := c.Draw("symmetry")
	for _, s := range of {
		mu := int(r.Uint64N(uint64(d)))
		switch s {
		case Translations:
			list = append(list, translation(mu, 1+int(r.Uint64N(uint64(c.Extents[mu]-1)))))
		case EvenTranslations:
			list = append(list, translation(mu, 2))
		case Shifts:
			m := translation(mu, 1)
			m.name = "shift"
			m.sign = func(x []int) (n int) {
				for _, k := range x[mu+1:] {
					n += k
				}
				return n
			}
			list = append(list, m)
		case Reflections, StaggeredReflections:
			list = append(list, reflection(mu))
		case Rotations, StaggeredRotations:
			for by := 1; by < d; by++ {
				nu := (mu + by) % d
				if c.Extents[nu] == c.Extents[mu] && (s == Rotations || c.Boundary[nu] == c.Boundary[mu]) {
					list = append(list, exchange(mu, nu), rotation(mu, nu))
					break
				}
			}
		case ChargeConjugation:
			list = append(list, move{name: "charge conjugation", site: slices.Clone[[]int], conjugate: true})
		}
	}
	return list
}

func translation(mu, by int) move {
	return move{name: "translation", site: func(x []int) []int {
		y := slices.Clone(x)
		y[mu] += by
		return y
	}}
}

// reflection is n_mu -> -n_mu: the link to n+mu is the dagger of that from -n-mu.
// Hops in mu change their sign, which a staggered field undoes by (-1)^{n_mu}:
// extents are even, and the phases eta of -n are those of n.
func reflection(mu int) move {
	return move{
		name: "reflection",
		site: func(x []int) []int {
			y := slices.Clone(x)
			y[mu] = -y[mu]
			return y
		},
		axis: func(nu int) (int, bool) { return nu, nu == mu },
		sign: func(x []int) int { return x[mu] },
	}
}

// exchange is n_mu <-> n_nu, R for short. The phases eta_a(n) = (-1)^(sum of n_b, b < a)
// and those of R,
//
//	eta_a(n) eta_{R a}(R n) = (-1)^(sum over b of n_b [(b < a) differs from (R b < R a)]),
//
// differ by the coordinates whose order with a is another. The sign (-1)^Q, Q the sum
// of n_a n_b over all pairs that change their order, takes just this factor from n to
// n + a.
func exchange(mu, nu int) move {
	swap := func(a int) int {
		switch a {
		case mu:
			return nu
		case nu:
			return mu
		}
		return a
	}
	return move{
		name: "exchange of axes",
		site: func(x []int) []int {
			y := slices.Clone(x)
			y[mu], y[nu] = y[nu], y[mu]
			return y
		},
		axis: func(a int) (int, bool) { return swap(a), false },
		sign: func(x []int) (q int) {
			for b := range x {
				for a := range b {
					if swap(a) > swap(b) {
						q += x[a] * x[b]
					}
				}
			}
			return q
		},
	}
}

// rotation is that of the plane of mu and nu by 90 degrees: an exchange of what is
// reflected.
func rotation(mu, nu int) move {
	first, then := reflection(mu), exchange(mu, nu)
	return move{
		name: "rotation",
		site: func(x []int) []int { return first.site(then.site(x)) },
		axis: func(a int) (int, bool) {
			b, _ := then.axis(a)
			return first.axis(b)
		},
		sign: func(x []int) int { return then.sign(x) + first.sign(then.site(x)) },
	}
}

// link returns where the link of direction mu at x comes from, and whether that is
// passed the other way.
func (m move) link(x []int, mu int) (y []int, nu int, reversed bool) {
	y = m.site(x)
	if m.axis == nil {
		return y, mu, false
	}
	if nu, reversed = m.axis(mu); reversed {
		y[nu]--
	}
	return y, nu, reversed
}

// links returns the image of u.
func (m move) links(u *gauge.Field) *gauge.Field {
	v := gauge.NewField(u.Geometry(), u.Group())
	a, b := u.Group().NewMatrix(), u.Group().NewMatrix()
	eachLink(u.Geometry(), func(x []int, mu int) {
		y, nu, dagger := m.link(x, mu)
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

// vector sets dst to the image of src: a component that comes from beyond a border
// takes the phase of the boundary.
func (m move) vector(dst, src *fermion.Field, boundary []int) {
	geo := src.Geometry()
	v, x := make([]complex128, src.Group().N()*src.Spins()), make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		y := m.site(x)
		phase := complex(1, 0)
		if m.sign != nil && m.sign(x)%2 != 0 {
			phase = -1
		}
		for mu := range y {
			if y[mu] < 0 || y[mu] >= geo.Extent(mu) {
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
