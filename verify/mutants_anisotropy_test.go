package verify_test

import (
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/verify"
)

// weighed is an anisotropic Wilson operator with a planted bug; nil functions leave it
// as it is.
type weighed struct {
	*dirac.Wilson
	derivative func(f *gauge.Algebra, c float64, y, x *fermion.Field)
	parameter  func(name string, y, x *fermion.Field) float64
	logDet     func(name string, s lattice.Subset) float64
}

func (d *weighed) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	if d.derivative != nil {
		d.derivative(f, c, y, x)
		return
	}
	d.Wilson.AddDerivative(f, c, y, x)
}

func (d *weighed) ParameterDerivative(name string, y, x *fermion.Field) float64 {
	if d.parameter != nil {
		return d.parameter(name, y, x)
	}
	return d.Wilson.ParameterDerivative(name, y, x)
}

func (d *weighed) LogDetBlockParameterDerivative(name string, s lattice.Subset) float64 {
	if d.logDet != nil {
		return d.logDet(name, s)
	}
	return d.Wilson.LogDetBlockParameterDerivative(name, s)
}

func anisotropyMutants() (list []mutant) {
	add := func(law, bug string, build verify.OperatorBuilder, plant func(c verify.Case, d *weighed), options ...verify.Option) {
		list = append(list, mutant{area: "anisotropic Wilson operator", bug: bug, law: law, subject: verify.OfOperator("anisotropic Wilson operator", func(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
			d, err := build(c, geo)
			if err != nil {
				return nil, err
			}
			s := &weighed{Wilson: d.(*dirac.Wilson)}
			plant(c, s)
			return s, nil
		}, options...)})
	}
	twin := verify.TwinOfOperator(verify.TwinAnisotropic)
	add("twin", "a diagonal that knows no weights", verify.BuildAnisotropic, func(c verify.Case, d *weighed) {
		d.SetMass(c.Mass + float64(len(c.Extents)) - sum(verify.Anisotropy(c)))
	}, twin)
	add("twin", "weights in the order of another code, time first", verify.BuildAnisotropic, func(c verify.Case, d *weighed) {
		w := verify.Anisotropy(c)
		must(d.SetAnisotropy(append(w[len(w)-1:len(w):len(w)], w[:len(w)-1]...)))
	}, twin)
	add("twin", "weights forgotten", verify.BuildAnisotropic, func(c verify.Case, d *weighed) {
		ones := make([]float64, len(c.Extents))
		for nu := range ones {
			ones[nu] = 1
		}
		must(d.SetAnisotropy(ones))
	}, twin)
	add("derivative", "derivative without weights", verify.BuildAnisotropic, func(c verify.Case, d *weighed) {
		d.derivative = func(f *gauge.Algebra, k float64, y, x *fermion.Field) {
			other, err := dirac.NewWilson(f.Geometry(), f.Group(), c.Mass, c.Phases())
			must(err)
			other.Bind(c.Links(f.Geometry(), "links"))
			other.AddDerivative(f, k, y, x)
		}
	}, twin)
	parameters := verify.Parameters("mass", "twist")
	add("parameters", "derivative by the twisted mass without i", verify.BuildTwisted, func(_ verify.Case, d *weighed) {
		d.parameter = func(_ string, y, x *fermion.Field) float64 { return 2 * y.ReDot(x, lattice.All) }
	}, parameters)
	add("parameters", "derivative by the twisted mass of the other sign", verify.BuildTwisted, func(_ verify.Case, d *weighed) {
		d.parameter = func(name string, y, x *fermion.Field) float64 { return d.Wilson.ParameterDerivative(name, x, y) }
	}, parameters)
	add("parameters", "derivative of ln det A as if there were no twisted mass", verify.BuildTwisted, func(_ verify.Case, d *weighed) {
		d.logDet = func(name string, s lattice.Subset) float64 {
			if name == "twist" {
				return 0
			}
			return float64(d.NewField().Components(s)) / (float64(d.NewField().Geometry().Dims()) + d.Mass())
		}
	}, parameters)
	list = append(list, mutant{area: "anisotropic gauge action", bug: "anisotropy upside down", law: "twin", subject: verify.OfAction("anisotropic gauge action", func(c verify.Case, geo *lattice.Geometry) (action.Action, error) {
		return gauge.NewAnisotropicAction(geo, c.GaugeGroup(), c.Beta, 1/2.5)
	}, verify.TwinOfAction(verify.TwinAnisotropicGauge))})
	list = append(list, mutant{area: "observable", bug: "pion of one source spin only", law: "twin", subject: verify.OfObservable("pion of Wilson quarks", func(c verify.Case, u *gauge.Field) ([]float64, error) {
		d, err := verify.BuildWilson(c, u.Geometry())
		must(err)
		d.Bind(u)
		p, err := observe.NewPion(d, 1e-12)
		must(err)
		g, e := make([]float64, c.Extents[len(c.Extents)-1]), make([]complex128, d.NewField().Components(lattice.All)/c.Volume())
		for a := range u.Group().N() {
			b := d.NewField()
			clear(e)
			e[a] = 1
			b.Set(make([]int, len(c.Extents)), e)
			must(p.Add(g, b))
		}
		return g, nil
	}, verify.TwinWilsonPion, 1e-9, verify.Within(verify.Domain{Volume: 24}))})
	return list
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}
