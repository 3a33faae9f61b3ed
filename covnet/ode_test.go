package covnet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// By Euler's scheme an ODE of three steps is three stout layers with a third of the
// weights: links, cotangents and the sum of the derivatives by weights agree.
func TestODEIsStout(t *testing.T) {
	forAll(t, 15, generator{sites: 24}, func(r recipe) (b []bound) {
		u := r.links()
		d := len(r.Extents)
		theta := r.normals("theta", 2)
		ode, err := covnet.NewODE(u, covnet.Euler(), 3, covnet.Shared, covnet.PlaquetteTerm(d), covnet.RectangleTerm(d))
		if err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		var layers []covnet.Layer
		for range 3 {
			s, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(d), covnet.RectangleTerm(d))
			if err != nil {
				return []bound{{err.Error(), 1, 0}}
			}
			for k := range theta {
				ode.Params()[k] = .1 * theta[k]
				s.Params()[k] = .1 * theta[k] / 3
			}
			layers = append(layers, s)
		}
		net := covnet.NewNetwork(u, layers...)
		v := gauge.NewField(u.Geometry(), u.Group())
		ode.Forward(v, u)
		b = append(b, bound{"links", apart(v, verify.Links(net.Forward(u))), 1e-12})
		dv := r.direction(u)
		one, other := gauge.NewAlgebra(u.Geometry(), u.Group()), gauge.NewAlgebra(u.Geometry(), u.Group())
		g1, g2 := make([]float64, 2), make([]float64, 6)
		ode.Backward(one, g1, dv)
		net.Backward(other, g2, dv)
		size := norm(one)
		one.Add(-1, other)
		b = append(b, bound{"cotangent", norm(one), 1e-11 * size})
		for k := range g1 {
			sum := (g2[k] + g2[k+2] + g2[k+4]) / 3
			b = append(b, bound{"weight", abs(g1[k] - sum), 1e-11 * (size + abs(sum)) * float64(r.volume())})
		}
		return b
	})
}

// Back through the steps of RK3: the derivatives by links and weights are those of
// the twin's dual numbers.
func TestODEBackwardIsTheExactDerivative(t *testing.T) {
	forAll(t, 8, generator{sites: 12}, func(r recipe) (b []bound) {
		u := r.links()
		d := len(r.Extents)
		ode, err := covnet.NewODE(u, covnet.RK3(), 2, covnet.Shared, covnet.PlaquetteTerm(d), covnet.RectangleTerm(d))
		if err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		theta, dtheta := r.normals("theta", 2), r.normals("direction of weights", 2)
		for k := range theta {
			theta[k] *= .1
			ode.Params()[k] = theta[k]
		}
		s := gaugeAction(u)
		e := covnet.NewEffective(u, covnet.NewNetwork(u, ode), s)
		f, p, grad := gauge.NewAlgebra(u.Geometry(), u.Group()), r.direction(u), make([]float64, 2)
		for _, err := range []error{e.AddForce(f, 1, u), e.AddParamGradient(grad, 1, u)} {
			if err != nil {
				return []bound{{err.Error(), 1, 0}}
			}
		}
		twin := func(u *reference.Links, d0, d1 float64) reference.Real {
			layer := reference.Layer{
				reference.PlaquetteStaples(d, reference.Shared(reference.Real{V: theta[0], D: d0})),
				reference.RectangleStaples(d, reference.Shared(reference.Real{V: theta[1], D: d1})),
			}
			for range 2 {
				u = reference.RK3(u, .5, layer.Exponent)
			}
			return twinGaugeAction(u)
		}
		links := verify.Links(u)
		byLinks, byWeights := twin(links.Along(along(p)), 0, 0), twin(links, dtheta[0], dtheta[1])
		n := sqrt(float64(r.volume() * d))
		size := r.outputForce() * n
		return append(b,
			bound{"links", abs(f.Dot(p) - byLinks.D), 1e-12 * size * norm(p)},
			bound{"weights", abs(dot(grad, dtheta) - byWeights.D), 1e-12 * size * n * (abs(dtheta[0]) + abs(dtheta[1])) * 10})
	})
}

// The fixed weights of a flow make the layer end where the flow does, bit by bit.
func TestFlowLayer(t *testing.T) {
	r := recipe{N: 3, Extents: []int{4, 4, 2}, Rough: .5, Seed: 1}
	u := r.links()
	for _, a := range []covnet.FlowAction{covnet.WilsonFlow(), covnet.SymanzikFlow()} {
		layer, err := a.Layer(u, covnet.RK3(), .2, 4)
		require.NoError(t, err)
		v := gauge.NewField(u.Geometry(), u.Group())
		layer.Forward(v, u)
		flow := newFlow(u, a)
		for range 4 {
			step(flow, .05)
		}
		// t/4 times the weights, or a quarter of t times them
		assert.LessOrEqual(t, apart(v, verify.Links(flow.Links())), 1e-14)
	}
	_, err := covnet.ZeuthenFlow().Layer(u, covnet.RK3(), 1, 1)
	assert.ErrorContains(t, err, "zeuthen flow as a layer")
	_, err = covnet.NewODE(u, covnet.RK3(), 0, covnet.Shared, covnet.PlaquetteTerm(3))
	assert.ErrorContains(t, err, "allowed: at least 1")
	_, err = covnet.NewODE(u, covnet.Scheme{Name: "none"}, 1, covnet.Shared, covnet.PlaquetteTerm(3))
	assert.ErrorContains(t, err, `scheme "none"`)
	_, err = covnet.NewODE(u, covnet.RK3(), 1, covnet.Shared)
	assert.ErrorContains(t, err, "needs a term")
}
