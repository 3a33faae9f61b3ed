package verify_test

import (
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// improved is a clover operator with a planted bug; nil functions leave it as it is.
type improved struct {
	*dirac.Clover
	derivative func(f *gauge.Algebra, c float64, y, x *fermion.Field)
	inverse    func(dst, src *fermion.Field, s lattice.Subset, dagger bool)
	block      func(dst, src *fermion.Field, s lattice.Subset, dagger bool)
	logDet     func(s lattice.Subset) float64
	blockForce func(f *gauge.Algebra, c float64, s lattice.Subset)
	parameter  func(name string, y, x *fermion.Field) float64
	logDetBy   func(name string, s lattice.Subset) float64
}

func (d *improved) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	if d.derivative != nil {
		d.derivative(f, c, y, x)
		return
	}
	d.Clover.AddDerivative(f, c, y, x)
}

func (d *improved) BlockInverse(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	if d.inverse != nil {
		d.inverse(dst, src, s, dagger)
		return
	}
	d.Clover.BlockInverse(dst, src, s, dagger)
}

func (d *improved) Block(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	if d.block != nil {
		d.block(dst, src, s, dagger)
		return
	}
	d.Clover.Block(dst, src, s, dagger)
}

func (d *improved) LogDetBlock(s lattice.Subset) float64 {
	if d.logDet != nil {
		return d.logDet(s)
	}
	return d.Clover.LogDetBlock(s)
}

func (d *improved) AddLogDetBlockDerivative(f *gauge.Algebra, c float64, s lattice.Subset) {
	if d.blockForce != nil {
		d.blockForce(f, c, s)
		return
	}
	d.Clover.AddLogDetBlockDerivative(f, c, s)
}

func (d *improved) ParameterDerivative(name string, y, x *fermion.Field) float64 {
	if d.parameter != nil && name == "csw" {
		return d.parameter(name, y, x)
	}
	return d.Clover.ParameterDerivative(name, y, x)
}

func (d *improved) LogDetBlockParameterDerivative(name string, s lattice.Subset) float64 {
	if d.logDetBy != nil && name == "csw" {
		return d.logDetBy(name, s)
	}
	return d.Clover.LogDetBlockParameterDerivative(name, s)
}

// on returns the part of a field on s.
func on(x *fermion.Field, s lattice.Subset) *fermion.Field {
	y := x.Like()
	y.Copy(x, s)
	return y
}

func cloverMutants() (list []mutant) {
	add := func(law, bug string, plant func(c verify.Case, d *improved), options ...verify.Option) {
		options = append(options, verify.TwinOfOperator(verify.TwinTwistedClover), verify.Parameters("mass", "twist", "csw"))
		list = append(list, mutant{area: "clover operator", bug: bug, law: law, subject: verify.OfOperator("twisted clover operator", func(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
			d, err := verify.BuildTwistedClover(c, geo)
			if err != nil {
				return nil, err
			}
			s := &improved{Clover: d.(*dirac.Clover)}
			plant(c, s)
			return s, nil
		}, options...)})
	}
	scale := func(space, time float64) func(_ verify.Case, d *improved) {
		return func(_ verify.Case, d *improved) {
			s, t := d.CSW()
			must(d.SetCSW(space*s, time*t))
		}
	}
	even := verify.Within(verify.Domain{Even: true})
	add("twin", "sigma of the other sign", scale(-1, -1))
	add("twin", "F of the leaves' mean, over 4 in place of 8", scale(2, 2))
	add("twin", "no planes with time", scale(1, 0))
	add("twin", "electric planes of the other sign", scale(1, -1))
	add("derivative", "derivative without the clover term", func(_ verify.Case, d *improved) { d.derivative = d.Wilson.AddDerivative })
	add("derivative", "derivative without the corners that are odd", func(_ verify.Case, d *improved) {
		d.derivative = func(f *gauge.Algebra, c float64, y, x *fermion.Field) {
			y0, x0 := on(y, lattice.Even), on(x, lattice.Even)
			d.Clover.AddDerivative(f, c, y0, x0)
			d.Wilson.AddDerivative(f, -c, y0, x0)
			d.Wilson.AddDerivative(f, c, y, x)
		}
	}, even)
	add("derivative", "derivative of the clover term twice, x y^† and y x^† each counted", func(_ verify.Case, d *improved) {
		d.derivative = func(f *gauge.Algebra, c float64, y, x *fermion.Field) {
			d.Clover.AddDerivative(f, 2*c, y, x)
			d.Wilson.AddDerivative(f, -c, y, x)
		}
	})
	add("parities", "force of ln det A of the other sign", func(_ verify.Case, d *improved) {
		d.blockForce = func(f *gauge.Algebra, c float64, s lattice.Subset) { d.Clover.AddLogDetBlockDerivative(f, -c, s) }
	}, even)
	add("parities", "force of ln det A of the other parity", func(_ verify.Case, d *improved) {
		d.blockForce = func(f *gauge.Algebra, c float64, s lattice.Subset) {
			d.Clover.AddLogDetBlockDerivative(f, c, s.Other())
		}
	}, even)
	add("parities", "inverse block with the twisted mass of the other sign", func(_ verify.Case, d *improved) {
		d.inverse = func(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
			d.Clover.BlockInverse(dst, src, s, !dagger)
		}
	}, even)
	add("parities", "inverse block of the links before", func(c verify.Case, d *improved) {
		other, err := verify.BuildTwistedClover(c, d.NewField().Geometry())
		must(err)
		d.inverse = other.(*dirac.Clover).BlockInverse
	}, even)
	add("parities", "inverse block in single precision", func(_ verify.Case, d *improved) {
		d.inverse = func(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
			d.Clover.BlockInverse(dst, src, s, dagger)
			dst.Scale(1+0x1p-25, s)
		}
	}, even)
	add("parities", "block without the clover term", func(_ verify.Case, d *improved) { d.block = d.Wilson.Block }, even)
	add("determinant", "ln det A without the clover term", func(_ verify.Case, d *improved) { d.logDet = d.Wilson.LogDetBlock }, even)
	add("determinant", "ln det A of the other parity", func(_ verify.Case, d *improved) {
		d.logDet = func(s lattice.Subset) float64 { return d.Clover.LogDetBlock(s.Other()) }
	}, even)
	add("parameters", "derivative by c_sw is C, not C / c_sw", func(_ verify.Case, d *improved) {
		d.parameter = func(name string, y, x *fermion.Field) float64 {
			s, _ := d.CSW()
			return s * d.Clover.ParameterDerivative(name, y, x)
		}
	})
	add("parameters", "derivative of ln det A by c_sw of the other parity", func(_ verify.Case, d *improved) {
		d.logDetBy = func(name string, s lattice.Subset) float64 {
			return d.Clover.LogDetBlockParameterDerivative(name, s.Other())
		}
	}, even)
	return list
}
