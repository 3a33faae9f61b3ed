// Package newaction adds a fermion action to slhmc from outside: staggered quarks
// with an isospin chemical potential.
//
// # Conventions
//
//	D(mu) = m + 1/2 sum_nu eta_nu(n) [ w_nu U_nu(n) delta_{n+nu} - 1/w_nu U_nu(n-nu)^† delta_{n-nu} ],
//
// with w = exp(mu) in time and 1 in space. D(mu)^† = m - (hops of -mu), so D^†D is
// the operator of one field at mu and one at -mu: isospin, without a sign problem.
//
// # References
//
//	[HK] P. Hasenfratz, F. Karsch, Phys. Lett. B 125 (1983) 308 (exp(mu) on time links)
//	[KS] J. Kogut, D. Sinclair, hep-lat/0202028 (isospin, staggered quarks)
package newaction

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// Isospin is the operator D(mu). It keeps a copy of the links that carries the
// phases eta and the sign of the antiperiodic boundary in time.
type Isospin struct {
	mass, mu float64
	links    *gauge.Field
	phase    []float64 // of the link in direction nu at site: [site * D + nu]
}

// NewIsospin returns the operator on unit links, antiperiodic in time.
//
// Errors: an odd extent, on which staggered phases do not close.
func NewIsospin(geo *lattice.Geometry, g group.Group, mass, mu float64) (*Isospin, error) {
	if !geo.EvenOdd() {
		return nil, fmt.Errorf("newaction: staggered fermions on extents %v (allowed: all even)", geo.Extents())
	}
	d := &Isospin{mass: mass, mu: mu, links: gauge.NewField(geo, g)}
	x := make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		eta := 1.0 // (-1)^(x_0 + … + x_{nu-1})
		for nu := range x {
			phase := eta
			if nu == geo.Dims()-1 && x[nu] == geo.Extent(nu)-1 {
				phase = -phase
			}
			d.phase = append(d.phase, phase)
			if x[nu]%2 != 0 {
				eta = -eta
			}
		}
	}
	d.Bind(gauge.NewField(geo, g))
	return d, nil
}

// Bind copies the links of D, with their phases.
func (d *Isospin) Bind(u *gauge.Field) {
	geo := u.Geometry()
	m, x := u.Group().NewMatrix(), make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for nu := range x {
			u.At(m, x, nu)
			for i := range m {
				m[i] *= complex(d.phase[site*len(x)+nu], 0)
			}
			d.links.Set(x, nu, m)
		}
	}
}

// NewField returns a zero field that D acts on.
func (d *Isospin) NewField() *fermion.Field {
	return fermion.NewField(d.links.Geometry(), d.links.Group(), 1)
}

// weight returns w_nu at mu.
func (d *Isospin) weight(nu int, mu float64) float64 {
	if nu == d.links.Geometry().Dims()-1 {
		return math.Exp(mu)
	}
	return 1
}

// Apply sets dst = D(mu) src.
func (d *Isospin) Apply(dst, src *fermion.Field) { d.apply(dst, src, 1, d.mu) }

// ApplyDagger sets dst = D(mu)^† src: hops with the other sign, at -mu.
func (d *Isospin) ApplyDagger(dst, src *fermion.Field) { d.apply(dst, src, -1, -d.mu) }

func (d *Isospin) apply(dst, src *fermion.Field, sign, mu float64) {
	dst.Copy(src, lattice.All)
	dst.Scale(d.mass, lattice.All)
	for nu := range d.links.Geometry().Dims() {
		w := d.weight(nu, mu)
		dst.AddHop(sign*w/2, d.links, src, nu, +1, lattice.All)
		dst.AddHop(-sign/w/2, d.links, src, nu, -1, lattice.All)
	}
}

// AddDerivative adds c d/d omega 2 Re <y, D x>: the forward hop is the outer
// product of x and y on its link, the backward hop, 2 Re <y, U^† x> = 2 Re <x, U
// y>, that of y and x.
func (d *Isospin) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	for nu := range d.links.Geometry().Dims() {
		w := d.weight(nu, d.mu)
		fermion.AddForce(f, c*w/2, d.links, y, x, nu, lattice.All)
		fermion.AddForce(f, -c/w/2, d.links, x, y, nu, lattice.All)
	}
}

// Build makes the action S = phi^† (D^†D)^-1 phi of a case, at mu = 0.3.
func Build(c verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
	d, err := NewIsospin(geo, c.GaugeGroup(), c.Mass, 0.3)
	if err != nil {
		return nil, verify.ErrUnsupported
	}
	return action.NewTwoFlavour(d, lattice.All, action.Tight())
}
