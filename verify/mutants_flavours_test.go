package verify_test

import (
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/verify"
)

// flavours is what quark actions with parameters have in common.
type flavours interface {
	action.Pseudofermion
	action.Parametric
	Phi() *fermion.Field
}

// planted is a quark action with a planted bug; nil functions leave it as it is.
type planted[A flavours] struct {
	flavours
	a           A
	value       func(u *gauge.Field) (float64, error)
	force       func(f *gauge.Algebra, c float64, u *gauge.Field) error
	refresh     func(u *gauge.Field, s rng.Stream) (float64, error)
	derivatives func(dst []float64, names []string, u *gauge.Field) error
}

func (p *planted[A]) Value(u *gauge.Field) (float64, error) {
	if p.value != nil {
		return p.value(u)
	}
	return p.a.Value(u)
}

func (p *planted[A]) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	if p.force != nil {
		return p.force(f, c, u)
	}
	return p.a.AddForce(f, c, u)
}

func (p *planted[A]) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	if p.refresh != nil {
		return p.refresh(u, s)
	}
	return p.a.Refresh(u, s)
}

func (p *planted[A]) ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error {
	if p.derivatives != nil {
		return p.derivatives(dst, names, u)
	}
	return p.a.ParameterDerivatives(dst, names, u)
}

// operatorOf makes the operator of a case whose mass is more by that.
func operatorOf(build verify.OperatorBuilder, c verify.Case, geo *lattice.Geometry, more float64) dirac.Operator {
	c.Mass += more
	d, err := build(c, geo)
	must(err)
	return d
}

func ratioMutants() (list []mutant) {
	type ratio = *planted[*action.Ratio]
	add := func(law, bug string, build verify.OperatorBuilder, s lattice.Subset, plant func(c verify.Case, geo *lattice.Geometry, p ratio)) {
		list = append(list, mutant{area: "ratio", bug: bug, law: law, subject: verify.OfPseudofermion("ratio", func(c verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
			a, err := verify.BuildRatio(build, s)(c, geo)
			if err != nil {
				return nil, err
			}
			p := &planted[*action.Ratio]{flavours: a.(flavours), a: a.(*action.Ratio)}
			plant(c, geo, p)
			return p, nil
		}, verify.Within(verify.Domain{Even: true}), verify.Accuracy(1e-11, 1e-10), verify.Has(verify.EvenTranslations), verify.Parameters("mass", "heavy mass"), verify.TwinOfAction(verify.TwinRatio(verify.TwinStaggered)))})
	}
	schur := verify.BuildSchur(verify.BuildWilson)
	// inverted returns W over D of the same phi.
	inverted := func(build verify.OperatorBuilder, c verify.Case, geo *lattice.Geometry, a *action.Ratio) *action.Ratio {
		b, err := a.With(operatorOf(build, c, geo, 0.5), operatorOf(build, c, geo, 0))
		must(err)
		return b
	}
	for _, even := range []struct {
		name  string
		build verify.OperatorBuilder
	}{{"staggered", verify.BuildStaggered}, {"even-odd", schur}} {
		add("heat bath", even.name+": heat bath of the inverted ratio", even.build, lattice.Even, func(c verify.Case, geo *lattice.Geometry, p ratio) {
			b := inverted(even.build, c, geo, p.a)
			p.refresh = func(u *gauge.Field, s rng.Stream) (float64, error) {
				if _, err := b.Refresh(u, s); err != nil {
					return 0, err
				}
				return p.a.Value(u)
			}
		})
		add("force", even.name+": force of another heavy mass", even.build, lattice.Even, func(c verify.Case, geo *lattice.Geometry, p ratio) {
			b, err := p.a.With(operatorOf(even.build, c, geo, 0), operatorOf(even.build, c, geo, 0.501))
			must(err)
			p.force = b.AddForce
		})
	}
	add("heat bath", "S on even staggered sites is |xi|^2, without its solve", verify.BuildStaggered, lattice.Even, func(_ verify.Case, _ *lattice.Geometry, p ratio) {
		p.refresh = func(u *gauge.Field, s rng.Stream) (float64, error) {
			_, err := p.a.Refresh(u, s)
			xi := p.Phi().Like()
			xi.Gaussian(s, lattice.Even)
			return xi.Norm2(lattice.Even), err
		}
	})
	add("heat bath", "heat bath D^† xi of the light operator alone", schur, lattice.Even, func(c verify.Case, geo *lattice.Geometry, p ratio) {
		d := operatorOf(schur, c, geo, 0)
		p.refresh = func(u *gauge.Field, s rng.Stream) (float64, error) {
			d.Bind(u)
			xi, phi := p.Phi().Like(), p.Phi().Like()
			xi.Gaussian(s, lattice.Even)
			d.ApplyDagger(phi, xi)
			p.Phi().Copy(phi, lattice.Even)
			return p.a.Value(u)
		}
	})
	add("force", "force without that of the heavy operator", schur, lattice.Even, func(c verify.Case, geo *lattice.Geometry, p ratio) {
		w := operatorOf(schur, c, geo, 0.5)
		light, err := action.NewTwoFlavour(operatorOf(schur, c, geo, 0), lattice.Even, exactly)
		must(err)
		p.force = func(f *gauge.Algebra, k float64, u *gauge.Field) error { // psi as if it knew no links
			w.Bind(u)
			psi := p.Phi().Like()
			w.ApplyDagger(psi, p.Phi())
			light.Phi().Copy(psi, lattice.Even)
			return light.AddForce(f, k, u)
		}
	})
	add("twin", "the inverted ratio, consistently", verify.BuildStaggered, lattice.Even, func(c verify.Case, geo *lattice.Geometry, p ratio) {
		p.a = inverted(verify.BuildStaggered, c, geo, p.a)
	})
	add("parameters", "derivative by the heavy mass of the other sign", verify.BuildStaggered, lattice.Even, func(_ verify.Case, _ *lattice.Geometry, p ratio) {
		p.derivatives = func(dst []float64, names []string, u *gauge.Field) error {
			err := p.a.ParameterDerivatives(dst, names, u)
			for i, name := range names {
				if name == "heavy mass" {
					dst[i] = -dst[i]
				}
			}
			return err
		}
	})
	return list
}
