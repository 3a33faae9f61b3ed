package verify_test

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// smear is a layer with a planted bug.
type smear struct {
	covnet.Layer
	forward  func(l covnet.Layer, v, u *gauge.Field)
	backward func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra)
}

func (s *smear) Forward(v, u *gauge.Field) {
	if s.forward != nil {
		s.forward(s.Layer, v, u)
		return
	}
	s.Layer.Forward(v, u)
}

func (s *smear) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	if s.backward != nil {
		s.backward(s.Layer, du, dtheta, dv)
		return
	}
	s.Layer.Backward(du, dtheta, dv)
}

// turned multiplies the links of v by the phases that f gives.
func turned(v *gauge.Field, f func(m group.Matrix, x []int, mu int) complex128) {
	m, x := v.Group().NewMatrix(), make([]int, v.Geometry().Dims())
	for site := range v.Geometry().Volume() {
		v.Geometry().Coordinates(x, site)
		for mu := range x {
			v.At(m, x, mu)
			z := f(m, x, mu)
			for i := range m {
				m[i] *= z
			}
			v.Set(x, mu, m)
		}
	}
}

func stoutLayer(plant func() smear) verify.Subject {
	return verify.OfLayer("stout layer", func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
		l, err := verify.BuildStout(covnet.Shared)(c, geo)
		s := plant()
		s.Layer = l
		return &s, err
	}, verify.Has(verify.Translations, verify.ChargeConjugation), verify.TwinOfLayer(verify.TwinStout(covnet.Shared)))
}

func layerMutants() (list []mutant) {
	add := func(law, bug string, plant func() smear) {
		list = append(list, mutant{area: "stout layer", bug: bug, law: law, subject: stoutLayer(plant)})
	}
	forward := func(law, bug string, f func(l covnet.Layer, v, u *gauge.Field)) {
		add(law, bug, func() smear { return smear{forward: f} })
	}
	backward := func(law, bug string, f func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra)) {
		add(law, bug, func() smear { return smear{backward: f} })
	}
	// The trace of Omega added where it should be removed leaves a phase exp(i
	// delta), delta as small as the weights; SU(2) has no such trace.
	forward("group", "trace removed with the wrong sign, not seen by SU(2)", func(l covnet.Layer, v, u *gauge.Field) {
		l.Forward(v, u)
		if u.Group().N() < 3 {
			return
		}
		w, m := gauge.NewField(u.Geometry(), u.Group()), u.Group().NewMatrix()
		w.Copy(v)
		turned(v, func(_ group.Matrix, x []int, mu int) complex128 {
			w.At(m, x, mu)
			return cmplx.Exp(complex(0, 0.01*l.Params()[0]*imag(group.Trace(m))))
		})
	})
	forward("group", "links left 1e-6 outside the group", func(l covnet.Layer, v, u *gauge.Field) {
		l.Forward(v, u)
		turned(v, func(_ group.Matrix, _ []int, mu int) complex128 { return complex(1+1e-6*float64(mu), 0) })
	})
	forward("gauge", "a phase that depends on one element of the link", func(l covnet.Layer, v, u *gauge.Field) {
		l.Forward(v, u)
		turned(v, func(m group.Matrix, _ []int, _ int) complex128 { return cmplx.Exp(complex(0, 1e-4*real(m[0]))) })
	})
	forward("identity", "weights off by 1e-3", func(l covnet.Layer, v, u *gauge.Field) {
		for i := range l.Params() {
			l.Params()[i] += 1e-3
		}
		l.Forward(v, u)
		for i := range l.Params() {
			l.Params()[i] -= 1e-3
		}
	})
	forward("identity", "a layer that does nothing", func(_ covnet.Layer, v, u *gauge.Field) { v.Copy(u) })
	forward("pure", "input changed", func(l covnet.Layer, v, u *gauge.Field) {
		l.Forward(v, u)
		u.Raw()[0][0] += 1e-15
	})
	add("pure", "output kept from other links", func() smear {
		var first *gauge.Field
		return smear{forward: func(l covnet.Layer, v, u *gauge.Field) {
			l.Forward(v, u)
			if first == nil {
				first = gauge.NewField(u.Geometry(), u.Group())
				first.Copy(v)
			}
			v.Copy(first)
		}}
	})
	forward("symmetries", "a term that is odd under charge conjugation", func(l covnet.Layer, v, u *gauge.Field) {
		l.Forward(v, u)
		turned(v, func(group.Matrix, []int, int) complex128 { return cmplx.Exp(complex(0, 1e-3)) })
	})

	backward("backward", "cotangent with the wrong sign", func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		f := gauge.NewAlgebra(du.Geometry(), du.Group())
		l.Backward(f, dtheta, dv)
		du.Add(-1, f)
	})
	backward("backward", "cotangent of the staples left out", func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		l.Backward(gauge.NewAlgebra(du.Geometry(), du.Group()), dtheta, dv)
		du.Add(1, dv)
	})
	backward("backward", "gradient of the weights twice too large", func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		l.Backward(du, dtheta, dv)
		for i := range dtheta {
			dtheta[i] *= 2
		}
	})
	backward("backward at the identity", "no gradient at zero weights", func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		l.Backward(du, dtheta, dv)
		sum := 0.0
		for _, w := range l.Params() {
			sum += math.Abs(w)
		}
		if sum == 0 {
			clear(dtheta)
		}
	})
	backward("backward", "gradient of the last weight missing", func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		l.Backward(du, dtheta, dv)
		if n := len(dtheta); n > 0 {
			dtheta[n-1] = 0
		}
	})
	backward("backward", "cotangent of one direction left out", func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		before := gauge.NewAlgebra(du.Geometry(), du.Group())
		before.Copy(du)
		l.Backward(du, dtheta, dv)
		without(func(_ *lattice.Geometry, _ []int, mu int) bool { return mu == 0 })(du, before, 1, nil)
	})
	backward("backward adds", "cotangent set, not added", func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		du.Zero()
		l.Backward(du, dtheta, dv)
	})
	backward("backward adds", "gradient set, not added", func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		clear(dtheta)
		l.Backward(du, dtheta, dv)
	})
	backward("backward adds", "another cotangent without a gradient", func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		l.Backward(du, dtheta, dv)
		if dtheta == nil {
			du.Add(1e-9, dv)
		}
	})
	return list
}

// networkMutants are consistent layers that are not the ones that were asked for.
func networkMutants() (list []mutant) {
	add := func(law, bug string, build verify.LayerBuilder, options ...verify.Option) {
		list = append(list, mutant{area: "network", bug: bug, law: law, cases: 24, subject: verify.OfLayer("network", build, options...)})
	}
	talk := verify.TwinOfLayer(verify.TwinTalk)
	add("twin", "a setting of two layers that builds one", func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
		u := gauge.NewField(geo, c.GaugeGroup())
		one, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(geo.Dims()), covnet.PolyakovSpace(geo), covnet.PolyakovTime(geo))
		return &padded{one, make([]float64, 6)}, err
	}, talk)
	twoLayers := func(lines bool, order [3]int) verify.LayerBuilder {
		return func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
			u := gauge.NewField(geo, c.GaugeGroup())
			var layers []covnet.Layer
			for range 2 {
				terms := []covnet.Term{covnet.PlaquetteTerm(geo.Dims()), covnet.PolyakovSpace(geo), covnet.PolyakovTime(geo)}
				for k := range terms {
					if k == 0 {
						continue
					}
					for mu := range terms[k].Paths {
						for i := range terms[k].Paths[mu] {
							if lines {
								terms[k].Paths[mu][i].Coefficient = float64(geo.Extent(mu))
							}
						}
					}
				}
				l, err := covnet.NewStout(u, covnet.Shared, terms[order[0]], terms[order[1]], terms[order[2]])
				if err != nil {
					return nil, err
				}
				layers = append(layers, l)
			}
			return verify.OfNetwork(covnet.NewNetwork(u, layers...)), nil
		}
	}
	add("twin", "Polyakov loops counted L times", twoLayers(true, [3]int{0, 1, 2}), talk)
	add("twin", "weights of space and time exchanged", twoLayers(false, [3]int{0, 2, 1}), talk)
	add("symmetries", "staples of one side only", func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
		t := covnet.PlaquetteTerm(geo.Dims())
		for mu := range t.Paths {
			var upper []gauge.Loop
			for _, p := range t.Paths[mu] {
				if p.Path[0] > 0 {
					upper = append(upper, p)
				}
			}
			t.Paths[mu] = upper
		}
		return covnet.NewStout(gauge.NewField(geo, c.GaugeGroup()), covnet.Shared, t)
	}, verify.Has(verify.Hypercubic()...))
	// A link smeared otherwise when it is passed backwards: the phase of the plaquette at
	// its start alone.
	add("symmetries", "another link backwards than its dagger", func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
		l, err := verify.BuildTalk(c, geo)
		first := gauge.Loop{Path: gauge.Path{1, 2, -1, -2}, Coefficient: 1}
		return &smear{Layer: l, forward: func(l covnet.Layer, v, u *gauge.Field) {
			l.Forward(v, u)
			sum, err := gauge.NewLoopSum(u.Geometry(), u.Group(), []gauge.Loop{first})
			if err != nil {
				panic(err)
			}
			z := cmplx.Exp(complex(0, 1e-3*sum.ImTr(u)))
			turned(v, func(_ group.Matrix, _ []int, mu int) complex128 {
				if mu == 0 {
					return z
				}
				return 1
			})
		}}, err
	}, verify.Has(verify.Reflections))
	site := func(bug string, plant smear) {
		add("shared", bug, func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
			l, err := verify.BuildStout(covnet.PerSite)(c, geo)
			s := plant
			s.Layer = l
			return &s, err
		}, verify.Shares(verify.BuildStout(covnet.Shared)))
	}
	site("the weight of one site counts twice", smear{forward: func(l covnet.Layer, v, u *gauge.Field) {
		l.Params()[1] *= 2
		l.Forward(v, u)
		l.Params()[1] /= 2
	}})
	site("no gradient of the weight of one site", smear{backward: func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		l.Backward(du, dtheta, dv)
		if dtheta != nil {
			dtheta[1] = 0
		}
	}})
	divided := func(bug string, plant smear) {
		add("ranks", bug, func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
			l, err := verify.BuildLocalStout(c, geo)
			s := plant
			s.Layer = l
			return &s, err
		}, verify.Divided())
	}
	divided("gradient of one process of two", smear{backward: func(l covnet.Layer, du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
		l.Backward(du, dtheta, dv)
		for i := range dtheta {
			dtheta[i] *= float64(du.Geometry().LocalVolume()) / float64(du.Geometry().Volume())
		}
	}})
	divided("links on the border between processes are not smeared", smear{forward: func(l covnet.Layer, v, u *gauge.Field) {
		l.Forward(v, u)
		geo, m := u.Geometry(), u.Group().NewMatrix()
		x := make([]int, geo.Dims())
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			for mu := range x {
				if geo.Divided(mu) && x[mu] == geo.Extent(mu)/2 && u.At(m, x, mu) {
					v.Set(x, mu, m)
				}
			}
		}
	}})
	add("twin", "weights per direction in another order", func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
		l, err := verify.BuildStout(covnet.PerDirection)(c, geo)
		if err != nil {
			return nil, err
		}
		return &exchanged{l, make([]float64, len(l.Params())), geo.Dims()}, nil
	}, verify.TwinOfLayer(verify.TwinStout(covnet.PerDirection)))
	return list
}

// padded is a layer with weights that do nothing after its own.
type padded struct {
	covnet.Layer
	theta []float64
}

func (p *padded) Params() []float64 { return p.theta }

func (p *padded) Forward(v, u *gauge.Field) {
	copy(p.Layer.Params(), p.theta)
	p.Layer.Forward(v, u)
}

func (p *padded) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	if dtheta != nil {
		dtheta = dtheta[:len(p.Layer.Params())]
	}
	p.Layer.Backward(du, dtheta, dv)
}

// exchanged is a layer whose weights of directions 0 and 1 are exchanged.
type exchanged struct {
	covnet.Layer
	theta []float64
	dims  int
}

func (e *exchanged) Params() []float64 { return e.theta }

func (e *exchanged) swapped(dst, src []float64) {
	copy(dst, src)
	for k := 0; k < len(src); k += e.dims {
		dst[k], dst[k+1] = src[k+1], src[k]
	}
}

func (e *exchanged) Forward(v, u *gauge.Field) {
	e.swapped(e.Layer.Params(), e.theta)
	e.Layer.Forward(v, u)
}

func (e *exchanged) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	if dtheta == nil {
		e.Layer.Backward(du, nil, dv)
		return
	}
	mine, swapped := make([]float64, len(dtheta)), make([]float64, len(dtheta))
	e.Layer.Backward(du, mine, dv)
	e.swapped(swapped, mine)
	for i, g := range swapped {
		dtheta[i] += g
	}
}
