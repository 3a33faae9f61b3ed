package verify_test

import (
	"math"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// chemical is an operator of isospin with a planted bug; nil functions leave it as it is.
type chemical struct {
	*dirac.Isospin
	apply, dagger func(dst, src *fermion.Field)
	derivative    func(f *gauge.Algebra, c float64, y, x *fermion.Field)
	hop           func(dst, src *fermion.Field, s lattice.Subset, dagger bool)
}

func (d *chemical) Apply(dst, src *fermion.Field) {
	if d.apply != nil {
		d.apply(dst, src)
		return
	}
	d.Isospin.Apply(dst, src)
}

func (d *chemical) ApplyDagger(dst, src *fermion.Field) {
	if d.dagger != nil {
		d.dagger(dst, src)
		return
	}
	d.Isospin.ApplyDagger(dst, src)
}

func (d *chemical) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	if d.derivative != nil {
		d.derivative(f, c, y, x)
		return
	}
	d.Isospin.AddDerivative(f, c, y, x)
}

func (d *chemical) Hop(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	if d.hop != nil {
		d.hop(dst, src, s, dagger)
		return
	}
	d.Isospin.Hop(dst, src, s, dagger)
}

// in returns the operator of a case in a background.
func in(c verify.Case, geo *lattice.Geometry, b dirac.Background) *dirac.Staggered {
	d, err := dirac.NewStaggeredIn(geo, c.GaugeGroup(), c.Mass, c.Boundary, b)
	must(err)
	return d
}

func backgroundMutants() (list []mutant) {
	list = append(list, magneticMutants()...)
	return append(list, potentialMutants()...)
}

func magneticMutants() (list []mutant) {
	add := func(law, bug string, groups []string, plant func(c verify.Case, geo *lattice.Geometry, d *hops)) {
		list = append(list, mutant{area: "magnetic field", bug: bug, law: law, subject: verify.OfOperator("staggered operator in a magnetic field", func(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
			d := &hops{Staggered: in(c, geo, verify.MagneticField(c))}
			plant(c, geo, d)
			return d, nil
		}, verify.Within(verify.Domain{Even: true, Groups: groups}), verify.TwinOfOperator(verify.TwinMagnetic))})
	}
	other := func(bug string, change func(b *dirac.Background)) {
		add("twin", bug, nil, func(c verify.Case, geo *lattice.Geometry, d *hops) {
			b := verify.MagneticField(c)
			change(&b)
			d.Staggered = in(c, geo, b)
		})
	}
	other("charge of the other sign", func(b *dirac.Background) { b.Charge = -b.Charge })
	other("charge in units of e", func(b *dirac.Background) { b.Charge *= 3 })
	other("directions of the plane exchanged", func(b *dirac.Background) { b.Plane[0], b.Plane[1] = b.Plane[1], b.Plane[0] })
	// links that undo phases; a block of SU(2) has no room for them
	unitary := []string{"U(1)", "SU(3)"}
	without := func(bug string, in func(b dirac.Background, mu int) bool) {
		add("twin", bug, unitary, func(c verify.Case, _ *lattice.Geometry, d *hops) {
			b := verify.MagneticField(c)
			phase := reference.Magnetic(c.Extents, b.Plane[0], b.Plane[1], -b.Charge*b.Flux)
			d.bind = func(u *gauge.Field) {
				d.Staggered.Bind(phased(u, func(x []int, mu int) complex128 {
					if in(b, mu) {
						return phase(x, mu)
					}
					return 1
				}))
			}
		})
	}
	without("no twist at the border: a flux that is not quantised", func(b dirac.Background, mu int) bool { return mu == b.Plane[0] })
	without("phases at the border alone", func(b dirac.Background, mu int) bool { return mu == b.Plane[1] })
	add("derivative", "derivative without the phases of the field", nil, func(c verify.Case, geo *lattice.Geometry, d *hops) {
		d.derivative = func(f *gauge.Algebra, k float64, y, x *fermion.Field) {
			without := in(c, geo, dirac.Background{})
			without.Bind(c.Links(geo, "links"))
			without.AddDerivative(f, k, y, x)
		}
	})
	return list
}

func phased(u *gauge.Field, phase func(x []int, mu int) complex128) *gauge.Field {
	v, m, x := gauge.NewField(u.Geometry(), u.Group()), u.Group().NewMatrix(), make([]int, u.Geometry().Dims())
	for site := range u.Geometry().Volume() {
		u.Geometry().Coordinates(x, site)
		for mu := range x {
			u.At(m, x, mu)
			for i := range m {
				m[i] *= phase(x, mu)
			}
			v.Set(x, mu, m)
		}
	}
	return v
}

func potentialMutants() (list []mutant) {
	imaginary := func(law, bug string, change func(c verify.Case, b *dirac.Background)) {
		list = append(list, mutant{area: "imaginary potential", bug: bug, law: law, subject: verify.OfOperator("staggered operator at imaginary potential", func(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
			b := verify.ImaginaryPotential(c)
			change(c, &b)
			return in(c, geo, b), nil
		}, verify.Within(verify.Domain{Even: true}), verify.TwinOfOperator(verify.TwinImaginary), verify.Free(verify.FreeImaginary))})
	}
	imaginary("free", "potential on the last slice alone", func(_ verify.Case, b *dirac.Background) {
		b.Angles[len(b.Angles)-1] += b.Potential
		b.Potential = 0
	})
	imaginary("free", "potential divided by the temperature", func(c verify.Case, b *dirac.Background) {
		b.Potential /= float64(c.Extents[len(c.Extents)-1])
	})
	imaginary("twin", "angles of the boundary of the other sign", func(_ verify.Case, b *dirac.Background) {
		for mu := range b.Angles {
			b.Angles[mu] = -b.Angles[mu]
		}
	})
	add := func(law, bug string, plant func(c verify.Case, geo *lattice.Geometry, d *chemical)) {
		list = append(list, mutant{area: "isospin", bug: bug, law: law, subject: verify.OfOperator("staggered operator of isospin", func(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
			d, err := verify.BuildIsospin(c, geo)
			if err != nil {
				return nil, err
			}
			i := &chemical{Isospin: d.(*dirac.Isospin)}
			plant(c, geo, i)
			return i, nil
		}, verify.Within(verify.Domain{Even: true}), verify.TwinOfOperator(verify.TwinIsospin))})
	}
	add("twin", "potential of the other sign", func(c verify.Case, geo *lattice.Geometry, d *chemical) {
		var err error
		d.Isospin, err = dirac.NewIsospin(geo, c.GaugeGroup(), c.Mass, -verify.IsospinPotential(c), c.Boundary, dirac.Background{})
		must(err)
	})
	// D = S + F - B, of hops in space, forward and backward in time: with an imaginary
	// potential of pi it is S - F + B.
	add("twin", "potential of the same sign in hops backward", func(c verify.Case, geo *lattice.Geometry, d *chemical) {
		none, turned := in(c, geo, dirac.Background{}), in(c, geo, dirac.Background{Potential: math.Pi})
		d.apply = func(dst, src *fermion.Field) {
			u, e := c.Links(geo, "links"), math.Exp(verify.IsospinPotential(c))
			none.Bind(u)
			turned.Bind(u)
			t := src.Like()
			none.Apply(dst, src)
			turned.Apply(t, src)
			dst.Scale((1+e)/2, lattice.All)
			dst.Axpy((1-e)/2, t, lattice.All)
		}
	})
	add("adjoint", "D† = m - H: of the same potential", func(c verify.Case, _ *lattice.Geometry, d *chemical) {
		d.dagger = func(dst, src *fermion.Field) {
			d.Isospin.Apply(dst, src)
			dst.Scale(-1, lattice.All)
			dst.Axpy(2*c.Mass, src, lattice.All)
		}
	})
	add("derivative", "derivative without the potential", func(c verify.Case, geo *lattice.Geometry, d *chemical) {
		d.derivative = func(f *gauge.Algebra, k float64, y, x *fermion.Field) {
			without := in(c, geo, dirac.Background{})
			without.Bind(c.Links(geo, "links"))
			without.AddDerivative(f, k, y, x)
		}
	})
	add("derivative", "derivative of the adjoint", func(_ verify.Case, _ *lattice.Geometry, d *chemical) {
		d.derivative = func(f *gauge.Algebra, k float64, y, x *fermion.Field) { d.Isospin.AddDerivative(f, k, x, y) }
	})
	add("parities", "adjoint hop of the same potential", func(_ verify.Case, _ *lattice.Geometry, d *chemical) {
		d.hop = func(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
			d.Isospin.Hop(dst, src, s, false)
			if dagger {
				dst.Scale(-1, s)
			}
		}
	})
	return list
}
