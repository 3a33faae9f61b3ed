package verify

import (
	"math"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/reference"
)

// layerBackward: Backward of the force of an action at U' is the derivative of
// S[U'[U]] along a random direction over all links and along one over all
// weights.
func layerBackward(l layer, where string) []Result {
	g := l.u.Group()
	s := must(gauge.NewRectangleAction(l.geo, g, 2, gauge.Symanzik))
	dv, du, p := gauge.NewAlgebra(l.geo, g), gauge.NewAlgebra(l.geo, g), gauge.NewAlgebra(l.geo, g)
	check(s.AddForce(dv, 1, l.forward(l.u)))
	if l.c.Roughness == 0 { // S is stationary: any cotangent will do, against a linear functional
		return layerBackwardLinear(l, where)
	}
	theta := l.net.Params()
	dtheta, q := make([]float64, len(theta)), make([]float64, len(theta))
	l.net.Backward(du, dtheta, dv)
	p.Gaussian(l.c.Stream("direction"))
	r := l.c.Draw("direction of weights")
	for i := range q {
		q[i] = r.Normal()
	}
	value := func(u *gauge.Field) float64 { return must(s.Value(l.forward(u))) }
	return compare(l, where, value, du, dtheta, p, q, 1e-6*math.Sqrt(dv.Norm2()))
}

// layerBackwardLinear is layerBackward of the functional sum Re tr A U', which is
// not stationary on cold links.
func layerBackwardLinear(l layer, where string) []Result {
	g := l.u.Group()
	a := gauge.NewField(l.geo, g)
	a.Hot(l.c.Stream("functional"))
	m, w := g.NewMatrix(), g.NewMatrix()
	overlap := func(v *gauge.Field) float64 {
		total := 0.0
		eachLink(l.geo, func(x []int, mu int) {
			a.At(m, x, mu)
			v.At(w, x, mu)
			for i := range m {
				total += real(m[i])*real(w[i]) + imag(m[i])*imag(w[i])
			}
		})
		return total
	}
	// d Re tr(A^† exp(i omega T) V) = -omega Im tr(T V A^†)
	dv := gauge.NewAlgebra(l.geo, g)
	va, f := g.NewMatrix(), make([]float64, g.Dim())
	v := l.forward(l.u)
	eachLink(l.geo, func(x []int, mu int) {
		a.At(m, x, mu)
		v.At(w, x, mu)
		group.MulDagger(va, w, m)
		for i := range f {
			t := g.NewMatrix()
			group.Mul(t, g.Generator(i), va)
			f[i] = -imag(group.Trace(t))
		}
		dv.Set(x, mu, f)
	})
	theta := l.net.Params()
	du, p := gauge.NewAlgebra(l.geo, g), gauge.NewAlgebra(l.geo, g)
	dtheta, q := make([]float64, len(theta)), make([]float64, len(theta))
	l.net.Backward(du, dtheta, dv)
	p.Gaussian(l.c.Stream("direction"))
	r := l.c.Draw("direction of weights")
	for i := range q {
		q[i] = r.Normal()
	}
	return compare(l, where+", cold", func(u *gauge.Field) float64 { return overlap(l.forward(u)) }, du, dtheta, p, q, 1e-6*math.Sqrt(dv.Norm2()))
}

// compare holds the derivatives against extrapolated differences of value.
func compare(l layer, where string, value func(*gauge.Field) float64, du *gauge.Algebra, dtheta []float64, p *gauge.Algebra, q []float64, signal float64) []Result {
	theta := l.net.Params()
	v := gauge.NewField(l.geo, l.u.Group())
	s0, noise := value(l.u), 0.0
	for k := range jitters {
		Jitter(v, l.u, l.c.Stream("jitter").At(uint64(k)))
		noise += (value(v) - s0) * (value(v) - s0) / jitters
	}
	noise = math.Sqrt(noise) + 4*Roundoff*(math.Abs(s0)+float64(l.geo.Volume()))
	want, boundU, because := slope(func(h float64) float64 {
		v.Copy(l.u)
		v.Drift(h, p)
		return value(v)
	}, noise, firstStep)
	at := append([]float64(nil), theta...)
	wantTheta, boundTheta, becauseTheta := slope(func(h float64) float64 {
		for i := range theta {
			theta[i] = at[i] + h*q[i]
		}
		return value(l.u)
	}, noise, firstStep/4)
	copy(theta, at)
	along := 0.0
	for i := range q {
		along += dtheta[i] * q[i]
	}
	results := []Result{{
		Law: "cotangent of the links" + where, Measured: math.Abs(du.Dot(p) - want), Bound: boundU,
		Because: because, Vacuous: !(boundU < math.Max(signal, 1e-4*math.Sqrt(du.Norm2()))),
	}}
	if len(theta) > 0 {
		results = append(results, Result{
			Law: "gradient of the weights" + where, Measured: math.Abs(along - wantTheta), Bound: boundTheta,
			Because: becauseTheta, Vacuous: !(boundTheta < math.Max(signal, 1e-4*math.Abs(wantTheta))),
		})
	}
	return results
}

// layerAdds: Backward adds to what is there, with or without the gradient, and
// is linear in the cotangent.
func layerAdds(l layer) []Result {
	g := l.u.Group()
	dv, du, start, alone := gauge.NewAlgebra(l.geo, g), gauge.NewAlgebra(l.geo, g), gauge.NewAlgebra(l.geo, g), gauge.NewAlgebra(l.geo, g)
	dv.Gaussian(l.c.Stream("cotangent"))
	n := len(l.net.Params())
	gradient, sum := make([]float64, n), make([]float64, n)
	l.forward(l.u)
	l.net.Backward(alone, gradient, dv)
	start.Gaussian(l.c.Stream("start"))
	du.Copy(start)
	for i := range sum {
		sum[i] = 1.5
	}
	l.net.Backward(du, sum, dv)
	du.Add(-1, start)
	du.Add(-1, alone)
	size := math.Sqrt(start.Norm2()) + math.Sqrt(alone.Norm2())
	worst, largest := 0.0, 1.5
	for i := range sum {
		worst = math.Max(worst, math.Abs(sum[i]-1.5-gradient[i]))
		largest = math.Max(largest, math.Abs(gradient[i]))
	}
	without := gauge.NewAlgebra(l.geo, g)
	l.net.Backward(without, nil, dv)
	results := []Result{
		{Law: "Backward adds to the cotangent", Measured: math.Sqrt(du.Norm2()), Bound: 16 * Roundoff * size, Because: "round-off of additions"},
		{Law: "Backward adds to the gradient", Measured: worst, Bound: 16 * Roundoff * largest * math.Sqrt(float64(l.geo.Volume())), Because: "round-off of additions"},
		exact("same cotangent without the gradient", differ(without.Raw(), alone.Raw())),
	}
	dv.Scale(-2) // a power of two rounds nothing
	twice := gauge.NewAlgebra(l.geo, g)
	l.net.Backward(twice, nil, dv)
	twice.Add(2, alone)
	return append(results, Result{
		Law: "linear in the cotangent", Measured: math.Sqrt(twice.Norm2()), Bound: 64 * Roundoff * size, Because: "round-off of additions",
		Vacuous: !(alone.Norm2() > 0),
	})
}

// layerTwin: U', the cotangent and the gradient of an independent program.
func layerTwin(l layer, twin TwinLayer) []Result {
	g := l.u.Group()
	allowed := 2 * l.roundoff()
	theta := l.net.Params()
	p := gauge.NewAlgebra(l.geo, g)
	p.Gaussian(l.c.Stream("direction"))
	r := l.c.Draw("direction of weights")
	fixed, moving := make([]reference.Real, len(theta)), make([]reference.Real, len(theta))
	for i, w := range theta {
		fixed[i], moving[i] = reference.Constant(w), reference.Real{V: w, D: r.Normal()}
	}
	v := l.forward(l.u)
	results := []Result{{
		Law: "U' of the twin", Measured: distance(v, Field(l.geo, g, twin(l.c, fixed, Links(l.u)))), Bound: allowed, Because: becauseLayer, Vacuous: !(allowed < 1e-6),
	}}
	s := must(gauge.NewRectangleAction(l.geo, g, 2, gauge.Symanzik))
	value := func(u *reference.Links) reference.Real {
		return reference.GaugeAction(u, 2, reference.RectangleAction(len(l.c.Extents), reference.SymanzikC1))
	}
	dv, du, dtheta := gauge.NewAlgebra(l.geo, g), gauge.NewAlgebra(l.geo, g), make([]float64, len(theta))
	check(s.AddForce(dv, 1, v))
	l.net.Backward(du, dtheta, dv)
	along, size, magnitude := 0.0, 0.0, 0.0
	for i := range theta {
		along += dtheta[i] * moving[i].D
		magnitude += math.Abs(dtheta[i] * moving[i].D)
		size = math.Max(size, math.Abs(moving[i].D))
	}
	// both programs to the 1e-12 that the design asks for: of the cotangents times
	// the way that links go, and of the force at U' times the way that links go if
	// a weight does, at most about as far as the weight
	links := math.Sqrt(float64(l.geo.Volume() * l.geo.Dims()))
	boundU := 1e-12 * (math.Sqrt(dv.Norm2()) + math.Sqrt(du.Norm2())) * math.Sqrt(p.Norm2())
	boundTheta := 1e-12 * (math.Sqrt(dv.Norm2())*links*size + magnitude)
	return append(results,
		Result{Law: "cotangent of the twin", Measured: math.Abs(du.Dot(p) - value(twin(l.c, fixed, LinksAlong(l.u, p))).D), Bound: boundU, Because: "1e-12 of the cotangents"},
		Result{Law: "gradient of the twin", Measured: math.Abs(along - value(twin(l.c, moving, Links(l.u))).D), Bound: boundTheta, Because: "1e-12 of the force along all links"},
	)
}
