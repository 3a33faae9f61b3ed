package verify_test

import (
	"math"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// dexpSU2 sets dst to the derivative of exp in SU(2), ad_x y = -x × y:
//
//	J y = s y + (1 - s) x̂ (x̂·y) - (1 - cos r)/r x̂ × y,  r = |x|, s = sin(r)/r.
func dexpSU2(dst, x, y []float64, s func(r float64) float64) {
	r := math.Sqrt(x[0]*x[0] + x[1]*x[1] + x[2]*x[2])
	if r == 0 {
		copy(dst, y)
		return
	}
	e := [3]float64{x[0] / r, x[1] / r, x[2] / r}
	along := e[0]*y[0] + e[1]*y[1] + e[2]*y[2]
	turn := 2 * math.Pow(math.Sin(r/2), 2) / r
	var out [3]float64
	for a := range 3 {
		b, c := (a+1)%3, (a+2)%3
		out[a] = s(r)*y[a] + (1-s(r))*e[a]*along - turn*(e[b]*y[c]-e[c]*y[b])
	}
	copy(dst, out[:])
}

// closedForm is the functions of package group with dexpSU2 for SU(2).
func closedForm() verify.Exponential {
	f := verify.GroupFunctions()
	f.DExp = func(g group.Group, dst, x, y []float64) {
		if g.N() != 2 {
			g.DExp(dst, x, y)
			return
		}
		dexpSU2(dst, x, y, func(r float64) float64 { return math.Sin(r) / r })
	}
	return f
}

func exponentialMutants() (list []mutant) {
	add := func(law, bug string, plant func(f *verify.Exponential)) {
		f := verify.GroupFunctions()
		plant(&f)
		list = append(list, mutant{area: "exponential", bug: bug, law: law, subject: verify.OfExponential("exponential", f)})
	}
	right := verify.GroupFunctions()
	su2 := func(s func(r float64) float64) func(f *verify.Exponential) {
		return func(f *verify.Exponential) {
			f.DExp = func(g group.Group, dst, x, y []float64) {
				if g.N() != 2 {
					right.DExp(g, dst, x, y)
					return
				}
				dexpSU2(dst, x, y, s)
			}
		}
	}
	add("derivative", "SU(2): cos q for sin(q)/q in the derivative", su2(math.Cos))
	add("derivative", "derivative leaves what was there at Q = 0", func(f *verify.Exponential) {
		f.DExp = func(g group.Group, dst, x, y []float64) {
			for _, v := range x {
				if v != 0 {
					right.DExp(g, dst, x, y)
					return
				}
			}
		}
	})
	add("derivative", "transpose forgotten", func(f *verify.Exponential) { f.DExpTranspose = f.DExp })
	add("derivative", "derivative taken for the identity", func(f *verify.Exponential) {
		f.DExp = func(_ group.Group, dst, _, y []float64) { copy(dst, y) }
		f.DExpTranspose = f.DExp
	})
	add("twin", "generators normalised to tr T_a T_b = delta_ab", func(f *verify.Exponential) {
		f.Exp = func(g group.Group, dst group.Matrix, x []float64) {
			y := make([]float64, len(x))
			for a := range x {
				y[a] = math.Sqrt2 * x[a]
			}
			right.Exp(g, dst, y)
		}
	})
	add("twin", "exp(-Q) for exp(Q)", func(f *verify.Exponential) {
		f.Exp = func(g group.Group, dst group.Matrix, x []float64) {
			m := g.NewMatrix()
			right.Exp(g, m, x)
			group.Dagger(dst, m)
		}
	})
	add("group", "Taylor series of exp cut at fourth order", func(f *verify.Exponential) {
		f.Exp = func(g group.Group, dst group.Matrix, x []float64) {
			n := g.N()
			a := reference.AlgebraElement(n, x)
			sum, term := reference.Identity(n), reference.Identity(n)
			for k := 1; k <= 4; k++ {
				term = term.Mul(a).ScaleBy(complex(1/float64(k), 0))
				sum = sum.Add(term)
			}
			copy(dst, sum.V)
		}
	})
	add("group", "phase of the determinant kept in the projection", func(f *verify.Exponential) {
		f.Project = func(g group.Group, m group.Matrix) error {
			phase := group.Det(m)
			if err := right.Project(g, m); err != nil || g.N() == 1 {
				return err
			}
			z := phase / complex(math.Hypot(real(phase), imag(phase)), 0)
			angle := math.Atan2(imag(z), real(z)) / float64(g.N())
			for i := range m {
				m[i] *= complex(math.Cos(angle), math.Sin(angle))
			}
			return nil
		}
	})
	add("components", "TA is Hermitian", func(f *verify.Exponential) {
		f.TA = func(g group.Group, x []float64, m group.Matrix) {
			n := g.NewMatrix()
			for i := range m {
				n[i] = 1i * m[i]
			}
			right.TA(g, x, n)
		}
	})
	add("components", "TA twice too large", func(f *verify.Exponential) {
		f.TA = func(g group.Group, x []float64, m group.Matrix) {
			right.TA(g, x, m)
			for a := range x {
				x[a] *= 2
			}
		}
	})
	add("components", "trace kept in the last component", func(f *verify.Exponential) {
		f.TA = func(g group.Group, x []float64, m group.Matrix) {
			right.TA(g, x, m)
			if g.N() > 1 {
				x[len(x)-1] += imag(group.Trace(m)) / float64(g.N())
			}
		}
	})
	return list
}

func numberMutants() (list []mutant) {
	random := func(law, bug string, plant func(f *verify.Random)) {
		f := verify.Generator()
		plant(&f)
		list = append(list, mutant{area: "random numbers", bug: bug, law: law, subject: verify.OfRandom("random numbers", f)})
	}
	right := verify.Generator()
	random("distribution", "normal deviates of variance 1.1", func(f *verify.Random) {
		f.Normal = func(r *rng.Source) float64 { return math.Sqrt(1.1) * r.Normal() }
	})
	random("distribution", "flat deviates for normal ones", func(f *verify.Random) {
		f.Normal = func(r *rng.Source) float64 { return math.Sqrt(12) * (r.Float64() - 0.5) }
	})
	random("distribution", "half of Box-Muller with ln u for -2 ln u", func(f *verify.Random) {
		f.Normal = func(r *rng.Source) float64 {
			return math.Sqrt(-math.Log(1-r.Float64())) * math.Cos(2*math.Pi*r.Float64())
		}
	})
	random("distribution", "uniform deviates squared", func(f *verify.Random) {
		f.Uniform = func(r *rng.Source) float64 { u := r.Float64(); return u * u }
	})
	random("distribution", "uniform deviates of (-1, 1)", func(f *verify.Random) {
		f.Uniform = func(r *rng.Source) float64 { return 2*r.Float64() - 1 }
	})
	random("distribution", "two sites share their numbers", func(f *verify.Random) {
		f.Site = func(s rng.Stream, n int) rng.Source { return right.Site(s, n/2) }
	})
	random("streams", "trajectory ignored", func(f *verify.Random) { f.At = func(s rng.Stream, _ uint64) rng.Stream { return s } })
	random("streams", "purpose ignored", func(f *verify.Random) { f.Child = func(s rng.Stream, _ string) rng.Stream { return s } })
	random("streams", "trajectory added to the site", func(f *verify.Random) {
		shift := 0
		f.At = func(s rng.Stream, trajectory uint64) rng.Stream { shift = int(trajectory); return s }
		f.Site = func(s rng.Stream, n int) rng.Source { return right.Site(s, n+shift) }
	})

	sum := func(bug string, f func(x []float64) float64) {
		list = append(list, mutant{area: "sums", bug: bug, law: "compensated", subject: verify.OfSum("sums", f)})
	}
	sum("sum without compensation", func(x []float64) float64 {
		s := 0.0
		for _, v := range x {
			s += v
		}
		return s
	})
	sum("compensation forgets which term is larger", func(x []float64) float64 {
		s, c := 0.0, 0.0
		for _, v := range x {
			y := v - c
			t := s + y
			c = (t - s) - y
			s = t
		}
		return s
	})
	sum("compensation not added in the end", func(x []float64) float64 {
		s, c := 0.0, 0.0
		for _, v := range x {
			t := s + v
			c += (s - t) + v
			s = t
		}
		_ = c
		return s
	})
	sum("last term left out", func(x []float64) float64 { return lattice.Neumaier(x[:len(x)-1]) })

	optimizer := func(law, bug, name string, plant func(d verify.Descent) verify.Descent) {
		build := verify.Optimizers()[name]
		list = append(list, mutant{area: "memory of training", bug: bug, law: law, subject: verify.OfOptimizer(name, func() verify.Descent { return plant(build()) })})
	}
	optimizer("resumes", "memory not restored", "momentum", func(d verify.Descent) verify.Descent { return &forgetful{Descent: d} })
	optimizer("resumes", "number of steps not restored", "adam", func(d verify.Descent) verify.Descent { return &forgetful{Descent: d, last: true} })
	optimizer("resumes", "memory of another size taken", "adam", func(d verify.Descent) verify.Descent { return &forgetful{Descent: d, any: true} })
	optimizer("descends", "climbs", "sgd", func(d verify.Descent) verify.Descent { return climber{d} })
	optimizer("descends", "rate too large for the bowl", "sgd", func(verify.Descent) verify.Descent { return sampler.NewSGD(0.6) })
	return list
}

func trainingMutants() (list []mutant) {
	add := func(law, bug string, plant func(g, before []float64, loss float64) float64) {
		list = append(list, mutant{area: "training", bug: bug, law: law, subject: verify.OfTraining("loss", verify.BuildPupil,
			func() sampler.Loss { return lossy{sampler.DeltaLoss{}, plant} }, 1e-8, verify.Within(verify.Domain{Even: true}))})
	}
	scale := func(k float64) func(g, before []float64, loss float64) float64 {
		return func(g, before []float64, loss float64) float64 {
			for i := range g {
				g[i] = before[i] + k*(g[i]-before[i])
			}
			return loss
		}
	}
	add("gradient", "factor two of the loss missing in its gradient", scale(0.5))
	add("gradient", "gradient of the coefficient missing", func(g, before []float64, loss float64) float64 {
		g[len(g)-1] = before[len(g)-1]
		return loss
	})
	add("gradient", "gradient of the loss set, not added", func(g, before []float64, loss float64) float64 {
		for i := range g {
			g[i] -= before[i]
		}
		return loss
	})
	add("gradient", "gradient of the mass missing", func(g, before []float64, loss float64) float64 {
		g[len(g)-2] = before[len(g)-2]
		return loss
	})
	add("descends", "gradient of the loss with the wrong sign", scale(-1))
	guide := func(bug string, plant func(g, before []float64, e *covnet.Effective, c float64)) {
		list = append(list, mutant{area: "training", bug: bug, law: "parameters", subject: verify.OfTrainable("guide", func(c verify.Case, u *gauge.Field) (verify.Pupil, error) {
			p, err := verify.BuildPupil(c, u)
			p.Guide = pupil{p.Guide.(*covnet.Effective), plant}
			return p, err
		}, 1e-8, verify.Within(verify.Domain{Even: true}))})
	}
	guide("gradient of the weights without the coefficient", func(g, before []float64, e *covnet.Effective, _ float64) {
		for i := range e.Network().NumParams() {
			g[i] = before[i] + (g[i]-before[i])/coefficient(e)
		}
	})
	guide("gradient of the coefficient with the coefficient", func(g, before []float64, e *covnet.Effective, _ float64) {
		k := len(g) - 1
		g[k] = before[k] + (g[k]-before[k])*coefficient(e)
	})
	guide("gradients of mass and coefficient exchanged", func(g, before []float64, _ *covnet.Effective, _ float64) {
		k := len(g) - 1
		g[k], g[k-1] = before[k]+g[k-1]-before[k-1], before[k-1]+g[k]-before[k]
	})
	guide("factor of the gradient of the coefficient ignored", func(g, before []float64, _ *covnet.Effective, c float64) {
		k := len(g) - 1
		g[k] = before[k] + (g[k]-before[k])/c
	})
	return list
}

// coefficient returns the last parameter of a guide.
func coefficient(e *covnet.Effective) float64 {
	theta := make([]float64, e.NumParams())
	e.Params(theta)
	return theta[len(theta)-1]
}

// pupil is a guide with a planted bug.
type pupil struct {
	*covnet.Effective
	plant func(g, before []float64, e *covnet.Effective, c float64)
}

func (p pupil) AddParamGradient(g []float64, c float64, u *gauge.Field) error {
	before := append([]float64(nil), g...)
	err := p.Effective.AddParamGradient(g, c, u)
	p.plant(g, before, p.Effective, c)
	return err
}

// lossy is a loss with a planted bug.
type lossy struct {
	sampler.Loss
	plant func(g, before []float64, loss float64) float64
}

func (l lossy) Gradient(g []float64, guide sampler.Trainable, target action.Action, start, end *gauge.Field) (float64, error) {
	before := append([]float64(nil), g...)
	v, err := l.Loss.Gradient(g, guide, target, start, end)
	return l.plant(g, before, v), err
}

// forgetful is an optimizer that does not restore its memory, or the last number
// of it, or takes any.
type forgetful struct {
	verify.Descent
	last, any bool
}

func (f *forgetful) SetState(state []float64, n int) error {
	switch {
	case f.any:
		_ = f.Descent.SetState(state, n)
		return nil
	case f.last:
		s := append([]float64(nil), state...)
		if len(s) > 0 {
			s[len(s)-1] = 0
		}
		return f.Descent.SetState(s, n)
	}
	if err := f.Descent.SetState(state, n); err != nil {
		return err
	}
	return f.Descent.SetState(nil, n)
}

type climber struct{ verify.Descent }

func (c climber) Step(theta, g []float64) {
	minus := make([]float64, len(g))
	for i := range g {
		minus[i] = -g[i]
	}
	c.Descent.Step(theta, minus)
}
