package verify

import (
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
