package verify_test

import (
	"errors"
	"math"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// integrator is one with a planted bug.
type integrator func(u *gauge.Field, p *gauge.Algebra, tau float64) error

func (i integrator) Integrate(u *gauge.Field, p *gauge.Algebra, tau float64) error {
	return i(u, p, tau)
}

func dynamicsMutants() (list []mutant) {
	scheme := func(law, bug string, s sampler.Scheme, plant func(s *sampler.Scheme)) {
		s.Kicks, s.Drifts = append([]float64(nil), s.Kicks...), append([]float64(nil), s.Drifts...)
		plant(&s)
		list = append(list, mutant{area: "integrator", bug: bug, law: law, subject: verify.OfScheme("scheme", s)})
	}
	scheme("coefficients", "kicks add up to less than one", sampler.Omelyan2(), func(s *sampler.Scheme) { s.Kicks[1] -= 1e-4 })
	scheme("coefficients", "a coefficient of single precision", sampler.Omelyan4(), func(s *sampler.Scheme) { s.Drifts[2] = float64(float32(s.Drifts[2])) })
	scheme("reversible", "asymmetric: half a kick moved from the end to the start", sampler.Leapfrog(), func(s *sampler.Scheme) { s.Kicks = []float64{1, 0} })
	scheme("reversible", "asymmetric drifts", sampler.Omelyan2(), func(s *sampler.Scheme) { s.Drifts = []float64{0.45, 0.55} })
	scheme("order", "fourth order with a wrong digit", sampler.Omelyan4(), func(s *sampler.Scheme) {
		s.Drifts[1] += 0.002
		s.Drifts[2] -= 0.004
		s.Drifts[3] += 0.002
	})
	scheme("order", "gradient uphill", sampler.ForceGradient(), func(s *sampler.Scheme) { s.Gradients = []float64{0, -1. / 24, 0} })
	scheme("order", "gradient twice as long", sampler.ForceGradient(), func(s *sampler.Scheme) { s.Gradients = []float64{0, 1. / 12, 0} })
	scheme("coefficients", "a gradient for every kick but one", sampler.ForceGradient(), func(s *sampler.Scheme) { s.Gradients = []float64{0, 1. / 24} })
	scheme("order", "coefficient of [B,[A,B]] for a gradient", sampler.ABADABADABA(), func(s *sampler.Scheme) {
		for k := range s.Gradients {
			s.Gradients[k] *= s.Kicks[k] / 2
		}
	})
	scheme("order", "gradients of the wrong kicks", sampler.BADABADAB(), func(s *sampler.Scheme) {
		s.Gradients[1], s.Gradients[2], s.Gradients[3] = 0, s.Gradients[1], 0
	})
	scheme("order", "second order called fourth", sampler.Omelyan2(), func(s *sampler.Scheme) { s.Order = 4 })

	scheme("mean order", "half a kick moved from the end to the start: first order", sampler.Leapfrog(), func(s *sampler.Scheme) { s.Kicks = []float64{1, 0} })
	scheme("mean order", "second order called fourth, in equilibrium", sampler.Omelyan2(), func(s *sampler.Scheme) { s.Order = 4 })
	by := func(bug string, plant func(p *gauge.Algebra, h float64)) {
		list = append(list, mutant{area: "integrator", bug: bug, law: "mean order", subject: verify.OfScheme("scheme", sampler.Omelyan2(),
			verify.By(func(u *gauge.Field, levels []sampler.Level) (verify.Integrator, error) {
				d, err := sampler.NewDynamics(u, levels)
				return integrator(func(u *gauge.Field, p *gauge.Algebra, tau float64) error {
					h := tau / float64(levels[0].Steps)
					plant(p, h)
					err := d.Integrate(u, p, tau)
					plant(p, h)
					return err
				}), err
			}))})
	}
	by("momenta lose h² of themselves: |dH| ~ h^2, and <dH> too", func(p *gauge.Algebra, h float64) { p.Scale(1 - h*h/20) })
	by("momenta bent by h² p³: no volume is kept", func(p *gauge.Algebra, h float64) {
		for k := range p.Raw() {
			for l, x := range p.Raw()[k] {
				p.Raw()[k][l] = x - h*h*x*x*x/60
			}
		}
	})

	motion := func(law, bug string, plant func(by verify.Integrator, m verify.Motion) integrator) {
		build := verify.Standard(sampler.Omelyan2())
		list = append(list, mutant{area: "integrator", bug: bug, law: law, cases: 24, subject: verify.OfDynamics("dynamics",
			func(c verify.Case, u *gauge.Field) (verify.Motion, verify.Integrator, error) {
				m, by, err := build(c, u)
				return m, plant(by, m), err
			})})
	}
	motion("reversible", "last kick left out", func(by verify.Integrator, m verify.Motion) integrator {
		return func(u *gauge.Field, p *gauge.Algebra, tau float64) error {
			if err := by.Integrate(u, p, tau); err != nil {
				return err
			}
			f := gauge.NewAlgebra(u.Geometry(), u.Group())
			err := m.Levels[0].Force.AddForce(f, 1, u)
			p.Add(tau/float64(m.Levels[0].Steps)*m.Levels[0].Scheme.Kicks[0], f)
			return err
		}
	})
	motion("reversible", "momenta lose 1e-4 on the way", func(by verify.Integrator, _ verify.Motion) integrator {
		return func(u *gauge.Field, p *gauge.Algebra, tau float64) error {
			p.Scale(1 - 1e-4)
			return by.Integrate(u, p, tau)
		}
	})
	motion("reversible", "a step that depends on where it begins", func(by verify.Integrator, _ verify.Motion) integrator {
		return func(u *gauge.Field, p *gauge.Algebra, tau float64) error {
			n := float64(u.Geometry().Volume() * u.Geometry().Dims() * u.Group().Dim())
			return by.Integrate(u, p, tau*(1+0.01*p.Norm2()/n))
		}
	})
	motion("reversible", "force of another strength backwards in time", func(by verify.Integrator, _ verify.Motion) integrator {
		return func(u *gauge.Field, p *gauge.Algebra, tau float64) error {
			if tau < 0 {
				tau *= 1 + 1e-4
			}
			return by.Integrate(u, p, tau)
		}
	})
	motion("gauge", "a field that does not turn added to the momenta", func(by verify.Integrator, _ verify.Motion) integrator {
		return func(u *gauge.Field, p *gauge.Algebra, tau float64) error {
			q := gauge.NewAlgebra(u.Geometry(), u.Group())
			q.Gaussian(rng.New(1))
			p.Add(0.01, q)
			return by.Integrate(u, p, tau)
		}
	})
	list[len(list)-1].law = "gauge"
	motion("moves", "no step is made", func(verify.Integrator, verify.Motion) integrator {
		return func(*gauge.Field, *gauge.Algebra, float64) error { return nil }
	})
	motion("moves", "moves even in no time", func(by verify.Integrator, _ verify.Motion) integrator {
		return func(u *gauge.Field, p *gauge.Algebra, tau float64) error {
			u.Drift(1e-6, p)
			return by.Integrate(u, p, tau)
		}
	})
	// p -> p + p³/20 before and back after: reversible, but no kick or drift
	motion("volume", "reversible but not volume preserving", func(by verify.Integrator, _ verify.Motion) integrator {
		each := func(p *gauge.Algebra, f func(x float64) float64) {
			for k := range p.Raw() {
				for l, x := range p.Raw()[k] {
					p.Raw()[k][l] = f(x)
				}
			}
		}
		return func(u *gauge.Field, p *gauge.Algebra, tau float64) error {
			each(p, func(x float64) float64 { return x + x*x*x/20 })
			err := by.Integrate(u, p, tau)
			each(p, func(y float64) float64 {
				x := y
				for range 60 {
					x -= (x + x*x*x/20 - y) / (1 + 3*x*x/20)
				}
				return x
			})
			return err
		}
	})
	return list
}

// stepper is a sampler with a planted bug.
type stepper struct {
	verify.Stepper
	step func(s verify.Stepper, u *gauge.Field, stream rng.Stream) (sampler.Trajectory, error)
}

func (s stepper) Step(u *gauge.Field, stream rng.Stream) (sampler.Trajectory, error) {
	return s.step(s.Stepper, u, stream)
}

// shown is a sampler that shows other momenta, told in its energy too.
type shown struct {
	verify.Stepper
	p      *gauge.Algebra
	change func(p *gauge.Algebra)
}

func (s *shown) Step(u *gauge.Field, stream rng.Stream) (sampler.Trajectory, error) {
	t, err := s.Stepper.Step(u, stream)
	if err != nil {
		return t, err
	}
	p := s.Stepper.(*sampler.SLHMC).Momenta()
	s.p = gauge.NewAlgebra(p.Geometry(), p.Group())
	s.p.Copy(p)
	s.change(s.p)
	t.Kinetic[0] = s.p.Norm2() / 2
	return t, nil
}

func (s *shown) Momenta() *gauge.Algebra { return s.p }

// decided is a sampler with another decision.
func decided(accept func(t sampler.Trajectory, x float64) bool) func(s verify.Stepper, u *gauge.Field, stream rng.Stream) (sampler.Trajectory, error) {
	return func(s verify.Stepper, u *gauge.Field, stream rng.Stream) (sampler.Trajectory, error) {
		t, err := s.Step(u, stream)
		if err != nil {
			return t, err
		}
		r := stream.Child("planted decision").Site(0)
		start, end := s.Proposal()
		if t.Accepted = accept(t, r.Float64()); t.Accepted {
			u.Copy(end)
			u.Reunitarize()
		} else {
			u.Copy(start)
		}
		return t, nil
	}
}

func samplerMutants() (list []mutant) {
	torus := verify.Within(verify.Domain{Fixed: &verify.Case{Group: "U(1)", Extents: []int{2, 2}, Boundary: []int{1, 1}, Beta: 1.5, Mass: 1}})
	add := func(law, bug string, draws int, build verify.SystemBuilder, within verify.Option, plant func(s verify.Stepper, u *gauge.Field, stream rng.Stream) (sampler.Trajectory, error)) {
		list = append(list, mutant{area: "sampler", bug: bug, law: law, draws: draws, subject: verify.OfSampler("sampler",
			func(c verify.Case, u *gauge.Field) (verify.System, error) {
				s, err := build(c, u)
				s.Sampler = stepper{s.Sampler, plant}
				return s, err
			}, within)})
	}
	type bug = func(s verify.Stepper, u *gauge.Field, stream rng.Stream) (sampler.Trajectory, error)
	hmc := func(law, name string, draws int, plant bug) {
		add(law, name, draws, verify.BuildTorus, torus, plant)
	}
	after := func(change func(t *sampler.Trajectory, s verify.Stepper, u *gauge.Field)) bug {
		return func(s verify.Stepper, u *gauge.Field, stream rng.Stream) (sampler.Trajectory, error) {
			t, err := s.Step(u, stream)
			change(&t, s, u)
			return t, err
		}
	}
	hmc("equilibrium", "every proposal accepted", 4000, decided(func(sampler.Trajectory, float64) bool { return true }))
	hmc("equilibrium", "exp(dH) for exp(-dH)", 4000, decided(func(t sampler.Trajectory, x float64) bool { return x < math.Exp(t.DeltaH) }))
	hmc("equilibrium", "accepts below exp(-dH/2)", 8000, decided(func(t sampler.Trajectory, x float64) bool { return x < math.Exp(-t.DeltaH/2) }))
	quarks := verify.Within(verify.Domain{Fixed: &verify.Case{Group: "SU(2)", Extents: []int{2, 2}, Boundary: []int{1, -1}, Beta: 1.5, Mass: 0.7}})
	add("equilibrium", "Metropolis with the effective action", 2500, verify.BuildTalkSLHMC(0.15), quarks,
		decided(func(t sampler.Trajectory, x float64) bool { return x < math.Exp(-t.GuideDeltaH) }))
	add("record", "energy of the guide told as the target's", 0, verify.BuildTalkSLHMC(0.15), quarks,
		after(func(t *sampler.Trajectory, _ verify.Stepper, _ *gauge.Field) { t.Target[1] = t.Guide[1] }))
	hmc("record", "dH without the kinetic energy", 0, after(func(t *sampler.Trajectory, _ verify.Stepper, _ *gauge.Field) { t.DeltaH = t.Target[1] - t.Target[0] }))
	hmc("record", "the end kept though refused", 0, after(func(t *sampler.Trajectory, s verify.Stepper, u *gauge.Field) {
		if _, end := s.Proposal(); !t.Accepted {
			u.Copy(end)
		}
	}))
	hmc("record", "the start kept though accepted", 0, after(func(_ *sampler.Trajectory, s verify.Stepper, u *gauge.Field) {
		start, _ := s.Proposal()
		u.Copy(start)
	}))
	hmc("momenta", "momenta of variance 1.2", 1000, after(func(t *sampler.Trajectory, _ verify.Stepper, _ *gauge.Field) { t.Kinetic[0] *= 1.2 }))
	drawn := func(bug string, change func(p []float64)) {
		list = append(list, mutant{area: "sampler", bug: bug, law: "momenta", draws: 2000, subject: verify.OfSampler("sampler",
			func(c verify.Case, u *gauge.Field) (verify.System, error) {
				s, err := verify.BuildTorus(c, u)
				s.Sampler = &shown{Stepper: s.Sampler, change: func(p *gauge.Algebra) {
					v, x := make([]float64, p.Group().Dim()), make([]int, 2)
					for site := range p.Geometry().Volume() {
						p.Geometry().Coordinates(x, site)
						p.At(v, x, 1)
						change(v)
						p.Set(x, 1, v)
					}
				}}
				return s, err
			}, verify.Within(verify.Domain{Fixed: &verify.Case{Group: "SU(2)", Extents: []int{2, 2}, Boundary: []int{1, 1}, Beta: 1.5, Mass: 1}}))})
	}
	drawn("one component of the momenta wider, another narrower", func(p []float64) {
		p[0] *= math.Sqrt(1.25)
		p[1] *= math.Sqrt(0.75)
	})
	drawn("two components of the momenta correlated", func(p []float64) { p[0] = 0.8*p[0] + 0.6*p[1] })
	drawn("flat momenta of the right variance", func(p []float64) { p[2] = math.Sqrt(12) * (math.Erfc(-p[2]/math.Sqrt2)/2 - 0.5) })
	drawn("one component of the momenta off by a fifth of its width", func(p []float64) { p[2] += 0.2 })
	hmc("momenta", "the same momenta in each trajectory", 1000, func(s verify.Stepper, u *gauge.Field, _ rng.Stream) (sampler.Trajectory, error) {
		return s.Step(u, rng.New(3))
	})
	// dH alone tells, whatever is accepted
	start := func(bug string, build verify.SystemBuilder, within verify.Option, starts verify.Starts, plant bug) {
		list = append(list, mutant{area: "sampler", bug: bug, law: "independent starts", draws: 2000, subject: verify.OfSampler("sampler",
			func(c verify.Case, u *gauge.Field) (verify.System, error) {
				s, err := build(c, u)
				if plant != nil {
					s.Sampler = stepper{s.Sampler, plant}
				}
				return s, err
			}, within, verify.From(starts))})
	}
	start("dH twice too large", verify.BuildTorus, torus, verify.TorusStart, after(func(t *sampler.Trajectory, _ verify.Stepper, _ *gauge.Field) { t.DeltaH *= 2 }))
	start("another coupling in dH", func(c verify.Case, u *gauge.Field) (verify.System, error) {
		s, err := verify.BuildTorus(c, u)
		c.Beta *= 2
		other, err2 := verify.BuildTorus(c, u)
		s.Sampler = other.Sampler
		return s, errors.Join(err, err2)
	}, torus, verify.TorusStart, nil)
	start("starts of another coupling", verify.BuildTorus, torus, func(c verify.Case, u *gauge.Field, s rng.Stream) error {
		c.Beta *= 1.2
		return verify.TorusStart(c, u, s)
	}, nil)
	hmc("repeatable", "the stream is ignored", 0, func() bug {
		calls := uint64(0)
		return func(s verify.Stepper, u *gauge.Field, _ rng.Stream) (sampler.Trajectory, error) {
			calls++
			return s.Step(u, rng.New(3).At(calls))
		}
	}())
	list = append(list, mutant{
		area: "sampler", bug: "another coupling is sampled", law: "equilibrium", draws: 8000,
		subject: verify.OfSampler("sampler", func(c verify.Case, u *gauge.Field) (verify.System, error) {
			s, err := verify.BuildTorus(c, u)
			if err != nil {
				return s, err
			}
			c.Beta *= 1.2
			other, err := verify.BuildTorus(c, u)
			s.Sampler = other.Sampler
			return s, err
		}, torus),
	}, mutant{
		area: "sampler", bug: "SLHMC samples the mass of its guide", law: "equilibrium", draws: 5000, cases: 8,
		subject: verify.OfSampler("sampler", func(c verify.Case, u *gauge.Field) (verify.System, error) {
			s, err := verify.BuildTalkHMC(c, u)
			if err != nil {
				return s, err
			}
			c.Mass = 0.1
			other, err := verify.BuildTalkHMC(c, u)
			s.Sampler = other.Sampler
			return s, err
		}, quarks),
	}, mutant{
		area: "sampler", bug: "the guide's mass off by 1e-9 where it should be the target's", law: "identical",
		subject: verify.OfSampler("sampler", func(c verify.Case, u *gauge.Field) (verify.System, error) {
			c.Mass *= 1 + 1e-9
			return verify.BuildTalkTarget(true)(c, u)
		}, quarks, verify.Identical(verify.BuildTalkTarget(false))),
	}, mutant{
		area: "sampler", bug: "quarks of the other boundary in time", law: "agreement", draws: 1500, cases: 4,
		subject: verify.OfSampler("sampler", func(c verify.Case, u *gauge.Field) (verify.System, error) {
			c.Boundary = []int{1, 1}
			return verify.BuildTalkHMC(c, u)
		}, verify.Within(verify.Domain{Fixed: &verify.Case{Group: "SU(2)", Extents: []int{2, 2}, Boundary: []int{1, -1}, Beta: 0.5, Mass: 0.1}}), verify.Against(verify.BuildTalkHMC)),
	}, mutant{
		area: "sampler", bug: "quarks left out of the target", law: "agreement", draws: 1500, cases: 8,
		subject: verify.OfSampler("sampler", func(c verify.Case, u *gauge.Field) (verify.System, error) {
			return verify.BuildTorus(c, u)
		}, verify.Within(verify.Domain{Fixed: &verify.Case{Group: "SU(2)", Extents: []int{2, 2}, Boundary: []int{1, -1}, Beta: 0.5, Mass: 0.1}}), verify.Against(verify.BuildTalkHMC)),
	})
	memory := func(law, bug string, keep float64, rule verify.Rule, afterwards func(g *general, refused bool, s rng.Stream), claims ...verify.Option) {
		list = append(list, mutant{area: "sampler", bug: bug, law: law, draws: 1000, subject: verify.OfSampler("sampler",
			buildGeneral(keep, rule, afterwards), append(claims, tinyTorus, verify.Persistent(0.7))...)})
	}
	memory("refreshment", "momenta that persist do not turn at a refusal", 0.7, verify.Metropolis, func(g *general, refused bool, _ rng.Stream) {
		if refused {
			g.p.Copy(g.drawn)
		}
	})
	memory("refreshment", "momenta that persist are drawn anew after a refusal", 0.7, verify.Metropolis, func(g *general, refused bool, s rng.Stream) {
		if refused {
			g.p.Gaussian(s.Child("anew"))
		}
	})
	memory("refreshment", "momenta persist by another factor", 0.6, verify.Metropolis, turns)
	memory("refreshment", "momenta at the end of what was refused persist", 0.7, verify.Metropolis, func(*general, bool, rng.Stream) {})
	memory("equilibrium", "Barker's rule claimed, Metropolis' followed", 0.7, verify.Metropolis, turns, verify.Accepts(barker))
	half := func(t sampler.Trajectory) float64 { return math.Min(1, math.Exp(-t.DeltaH/2)) }
	memory("equilibrium", "a rule that does not keep exp(-H)", 0.7, half, turns, verify.Accepts(half))
	hmc("equilibrium", "dH off by 0.3 in the decision", 4000, decided(func(t sampler.Trajectory, x float64) bool { return x < math.Exp(-t.DeltaH-0.3) }))
	hmc("equilibrium", "accepted if exp(-dH) is above 1/2", 4000, decided(func(t sampler.Trajectory, _ float64) bool { return math.Exp(-t.DeltaH) > 0.5 }))
	hits := func(law, bug string, rule func(before, now, after float64) float64) {
		list = append(list, mutant{area: "sampler", bug: bug, law: law, draws: 1000, subject: verify.OfSampler("sampler",
			buildHits(rule), tinyTorus, verify.Local(), verify.From(verify.TorusStart))})
	}
	hits("equilibrium", "every hit of a link accepted", func(_, _, _ float64) float64 { return 1 })
	hits("independent starts", "hits of links judged by the action before the sweep", func(before, _, after float64) float64 { return math.Exp(before - after) })
	hits("moves", "no hit of a link accepted", func(_, _, _ float64) float64 { return 0 })
	return list
}
