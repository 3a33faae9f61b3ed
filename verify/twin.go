package verify

import (
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
)

// Links returns u as the reference holds links. u must not be divided among
// processes.
func Links(u *gauge.Field) *reference.Links {
	g := u.Group()
	return reference.NewLinks(u.Geometry().Extents(), g.N(), func(x []int, mu int) []complex128 {
		m := g.NewMatrix()
		u.At(m, x, mu)
		return m
	})
}

// Field returns the links of the reference on a geometry of the same extents.
func Field(geo *lattice.Geometry, g group.Group, l *reference.Links) *gauge.Field {
	u := gauge.NewField(geo, g)
	x := make([]int, geo.Dims())
	for site := range l.Volume() {
		geo.Coordinates(x, site)
		for mu := range x {
			u.Set(x, mu, group.Matrix(l.At(site, mu).V))
		}
	}
	return u
}

// Vector returns the components of f in the reference's order: site, spin,
// colour.
func Vector(f *fermion.Field) []complex128 {
	v := make([]complex128, f.Geometry().Volume()*f.Group().N()*f.Spins())
	GatherVector(v, f)
	return v
}

// SetVector sets f to components in the reference's order.
func SetVector(f *fermion.Field, v []complex128) {
	geo, n := f.Geometry(), f.Group().N()*f.Spins()
	x := make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		f.Set(x, v[site*n:][:n])
	}
}

// LinksAlong returns u as the reference holds links, with the derivative along
// U -> exp(i h P) U.
func LinksAlong(u *gauge.Field, p *gauge.Algebra) *reference.Links {
	geo, g := u.Geometry(), u.Group()
	omega, x := make([]float64, g.Dim()), make([]int, geo.Dims())
	return Links(u).Along(func(site, mu int) reference.Matrix {
		geo.Coordinates(x, site)
		p.At(omega, x, mu)
		return reference.AlgebraElement(g.N(), omega)
	})
}

// TwinAction is an independent program for the value of an action and its
// derivative along the direction that the links have. It returns also the
// relative error that solves may leave in the action that it is compared with.
type TwinAction func(c Case, a action.Action, u *reference.Links) (s reference.Real, solves float64, err error)

// TwinOfAction adds the comparison of an action with an independent program.
func TwinOfAction(twin TwinAction) Option { return func(o *settings) { o.twinAction = twin } }
