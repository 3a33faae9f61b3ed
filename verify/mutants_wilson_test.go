package verify_test

import (
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// spinors is a Wilson operator with a planted bug; nil functions leave it as it is.
type spinors struct {
	*dirac.Wilson
	apply, dagger func(dst, src *fermion.Field)
	derivative    func(f *gauge.Algebra, c float64, y, x *fermion.Field)
	hop, inverse  func(dst, src *fermion.Field, s lattice.Subset, dagger bool)
	logDet        func(s lattice.Subset) float64
	blockForce    func(f *gauge.Algebra, c float64)
}

func (d *spinors) Apply(dst, src *fermion.Field) {
	if d.apply != nil {
		d.apply(dst, src)
		return
	}
	d.Wilson.Apply(dst, src)
}

func (d *spinors) ApplyDagger(dst, src *fermion.Field) {
	if d.dagger != nil {
		d.dagger(dst, src)
		return
	}
	d.Wilson.ApplyDagger(dst, src)
}

func (d *spinors) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	if d.derivative != nil {
		d.derivative(f, c, y, x)
		return
	}
	d.Wilson.AddDerivative(f, c, y, x)
}

func (d *spinors) Hop(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	if d.hop != nil {
		d.hop(dst, src, s, dagger)
		return
	}
	d.Wilson.Hop(dst, src, s, dagger)
}

func (d *spinors) BlockInverse(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	if d.inverse != nil {
		d.inverse(dst, src, s, dagger)
		return
	}
	d.Wilson.BlockInverse(dst, src, s, dagger)
}

func (d *spinors) LogDetBlock(s lattice.Subset) float64 {
	if d.logDet != nil {
		return d.logDet(s)
	}
	return d.Wilson.LogDetBlock(s)
}

func (d *spinors) AddLogDetBlockDerivative(f *gauge.Algebra, c float64, _ lattice.Subset) {
	if d.blockForce != nil {
		d.blockForce(f, c)
	}
}

func wilsonMutants() (list []mutant) {
	add := func(law, bug string, plant func(c verify.Case, d *spinors)) {
		list = append(list, mutant{area: "Wilson operator", bug: bug, law: law, subject: verify.OfOperator("twisted mass operator", func(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
			d, err := verify.BuildTwisted(c, geo)
			if err != nil {
				return nil, err
			}
			s := &spinors{Wilson: d.(*dirac.Wilson)}
			plant(c, s)
			return s, nil
		}, verify.Divided(), verify.Has(verify.Boundary, verify.Translations), verify.TwinOfOperator(verify.TwinTwisted))})
	}
	add("twin", "r = -1: D and its adjoint exchanged", func(_ verify.Case, d *spinors) {
		d.apply, d.dagger = d.Wilson.ApplyDagger, d.Wilson.Apply
	})
	add("twin", "twisted mass of the other sign", func(_ verify.Case, d *spinors) { must(d.SetTwist(-d.Twist())) })
	add("twin", "mass of one dimension too many", func(c verify.Case, d *spinors) { d.SetMass(c.Mass + 1) })
	add("adjoint", "twisted mass not conjugate in the adjoint", func(_ verify.Case, d *spinors) {
		mu := d.Twist()
		d.dagger = func(dst, src *fermion.Field) {
			must(d.SetTwist(-mu))
			d.Wilson.ApplyDagger(dst, src)
			must(d.SetTwist(mu))
		}
	})
	add("derivative", "derivative of half the size", func(_ verify.Case, d *spinors) {
		d.derivative = func(f *gauge.Algebra, c float64, y, x *fermion.Field) { d.Wilson.AddDerivative(f, c/2, y, x) }
	})
	add("derivative", "derivative of the adjoint", func(_ verify.Case, d *spinors) {
		d.derivative = func(f *gauge.Algebra, c float64, y, x *fermion.Field) { d.Wilson.AddDerivative(f, c, x, y) }
	})
	add("derivative", "derivative without boundary phases", func(c verify.Case, d *spinors) {
		d.derivative = func(f *gauge.Algebra, k float64, y, x *fermion.Field) {
			ones := make([]complex128, len(c.Extents))
			for mu := range ones {
				ones[mu] = 1
			}
			other, err := dirac.NewWilson(f.Geometry(), f.Group(), c.Mass, ones)
			must(err)
			other.Bind(c.Links(f.Geometry(), "links"))
			other.AddDerivative(f, k, y, x)
		}
	})
	add("parities", "dagger of the hop lost", func(_ verify.Case, d *spinors) {
		d.hop = func(dst, src *fermion.Field, s lattice.Subset, _ bool) { d.Wilson.Hop(dst, src, s, false) }
	})
	add("parities", "hop writes on both parities", func(_ verify.Case, d *spinors) {
		d.hop = func(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
			d.Wilson.Hop(dst, src, s.Other(), dagger)
			d.Wilson.Hop(dst, src, s, dagger)
		}
	})
	add("parities", "inverse block with the twisted mass of the other sign", func(_ verify.Case, d *spinors) {
		d.inverse = func(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
			d.Wilson.BlockInverse(dst, src, s, !dagger)
		}
	})
	add("parities", "inverse block in single precision", func(_ verify.Case, d *spinors) {
		d.inverse = func(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
			d.Wilson.BlockInverse(dst, src, s, dagger)
			dst.Scale(1+0x1p-25, s)
		}
	})
	add("determinant", "ln det A in single precision", func(_ verify.Case, d *spinors) {
		d.logDet = func(s lattice.Subset) float64 { return float64(float32(d.Wilson.LogDetBlock(s))) }
	})
	add("determinant", "ln det A of all sites", func(_ verify.Case, d *spinors) {
		d.logDet = func(lattice.Subset) float64 { return d.Wilson.LogDetBlock(lattice.All) }
	})
	add("parities", "ln det A with a force where there is none", func(_ verify.Case, d *spinors) {
		d.blockForce = func(f *gauge.Algebra, c float64) { f.Add(c, gaussian(f)) }
	})
	return list
}

func gaussian(f *gauge.Algebra) *gauge.Algebra {
	g := gauge.NewAlgebra(f.Geometry(), f.Group())
	g.Gaussian(verify.Case{Seed: 5}.Stream("force"))
	return g
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
