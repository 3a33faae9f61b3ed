package covnet_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// The derivatives of c S_m[U^NN[U]] by the mass and by c, with the weights
// between: by c it is S itself; by the mass, with D = m + D_h and D_h
// anti-Hermitian,
//
//	dS/dm = -2 m phi^† (D^†D)^-2 phi,
//
// which the five-point stencil finds with an error of h⁴ S⁽⁵⁾/30: S is a sum of
// a/(m² + l), l in [0, D²], whose fifth derivative at m = 1 is largest at l = 0,
// 6! a, with sum a = |phi|²: 2.4e-7 |phi|² at h = .01. The noise is 1e-13 S/h.
func TestMassAndCoefficient(t *testing.T) {
	forAll(t, 20, generator{even: true, sites: 16, depth: 2}, func(r recipe) []bound {
		u := r.links()
		net := r.network(u)
		s, _ := r.quarks(u, 1)
		e, err := covnet.NewEffectiveSum(u, covnet.Part{Network: net, Action: s, C: 1, Train: []string{"mass", covnet.Coefficient}})
		if err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		n := e.NumParams()
		theta, grad := make([]float64, n), make([]float64, n)
		e.Params(theta)
		theta[n-1] = 1.5
		if err := e.SetParams(theta); err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		const scale = -.7
		if err := e.AddParamGradient(grad, scale, u); err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		value := func(k int, by float64) float64 {
			moved := make([]float64, n)
			copy(moved, theta)
			moved[k] += by
			if err := e.SetParams(moved); err != nil {
				panic(err)
			}
			v, err := e.Value(u)
			if err != nil {
				panic(err)
			}
			return v
		}
		const h = .01
		byMass := (8*(value(n-2, h)-value(n-2, -h)) - (value(n-2, 2*h) - value(n-2, -2*h))) / (12 * h)
		full := value(n-1, 0)
		phi2 := s.Phi().Norm2(lattice.All)
		mass := theta[n-2]
		bounds := []bound{
			{"mass read back", abs(mass - 1), 0},
			{"by the mass", abs(grad[n-2] - scale*byMass), 3e-7 * phi2},
			{"by c", abs(grad[n-1] - scale*full/1.5), 1e-11 * phi2},
		}
		// the weights' derivatives are c times those at c = 1
		plain := covnet.NewEffective(u, net, s)
		dw := make([]float64, net.NumParams())
		if err := plain.AddParamGradient(dw, 1.5*scale, u); err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		f, g := gauge.NewAlgebra(u.Geometry(), u.Group()), gauge.NewAlgebra(u.Geometry(), u.Group())
		for _, err := range []error{e.AddForce(f, 1, u), plain.AddForce(g, 1.5, u)} {
			if err != nil {
				return []bound{{err.Error(), 1, 0}}
			}
		}
		f.Add(-1, g)
		bounds = append(bounds, bound{"c in the force", norm(f), 8 * ulp * norm(g)})
		w := r.weights(len(dw))
		for k := range dw { // a weight per site is a sum over one link, a shared one over all
			allowed := r.errors(w).fresh * r.errors(w).weights * 2 * phi2 * sqrt(float64(r.volume()*len(r.Extents)))
			bounds = append(bounds, bound{"c in the weights", abs(dw[k] - grad[k]), allowed})
		}
		return bounds
	})
}

func TestParametersOfAnEffectiveAction(t *testing.T) {
	r := recipe{N: 2, Extents: []int{4, 2}, Rough: hot, Weight: .1, Seed: 1, Layers: []layer{{"shared", []string{"plaquette", "rectangle"}}}}
	u := r.links()
	s, _ := r.quarks(u, .8)
	e := covnet.NewEffective(u, r.network(u), s)
	require.Equal(t, 2, e.NumParams())
	e, err := covnet.NewEffectiveSum(u, covnet.Part{Network: r.network(u), Action: s, C: 1, Train: []string{"mass", covnet.Coefficient}})
	require.NoError(t, err)
	require.NoError(t, e.SetParams([]float64{.1, .2, .9, 1.25}))
	assert.Equal(t, .9, s.Mass())
	got := make([]float64, 4)
	e.Params(got)
	assert.Equal(t, []float64{.1, .2, .9, 1.25}, got)
	require.ErrorContains(t, e.SetParams(got[:3]), "3 parameters for an action of 4")
	assert.Panics(t, func() { _ = e.AddParamGradient(make([]float64, 3), 1, u) })
	require.NotZero(t, e.Network().NumParams())

	_, err = covnet.NewEffectiveSum(u, covnet.Part{Action: gaugeAction(u), C: 1, Train: []string{"mass"}})
	require.ErrorContains(t, err, "has no mass to train")

	before := action.WorkOf(e)
	_, err = e.Value(u)
	require.NoError(t, err)
	assert.Equal(t, 1, action.WorkOf(e).Minus(before).Solves)

	// an action that fails leaves the force alone
	bad, err := action.NewTwoFlavour(s.Operator(), lattice.All, action.Tolerances{Action: 1e-12, Force: 1e-12, MaxIterations: 1})
	require.NoError(t, err)
	bad.Phi().Gaussian(r.stream("phi"), lattice.All)
	f := gauge.NewAlgebra(u.Geometry(), u.Group())
	require.Error(t, covnet.NewEffective(u, r.network(u), bad).AddForce(f, 1, u))
	assert.Zero(t, f.Norm2())
}

// A network without layers is the identity, to the bit, with the gradient of it.
func TestEmptyNetwork(t *testing.T) {
	r := recipe{N: 3, Extents: []int{3, 4}, Rough: hot, Seed: 2}
	u := r.links()
	net := covnet.NewNetwork(u)
	require.Same(t, u, net.Forward(u))
	e := covnet.NewEffective(u, net, gaugeAction(u))
	f, g := gauge.NewAlgebra(u.Geometry(), u.Group()), gauge.NewAlgebra(u.Geometry(), u.Group())
	require.NoError(t, e.AddForce(f, 1, u))
	require.NoError(t, gaugeAction(u).AddForce(g, 1, u))
	f.Add(-1, g)
	require.Zero(t, f.Norm2())
	require.False(t, math.Signbit(f.Norm2()))
}

// The talk's network has six weights in the order (plaquette, space, time), the
// same as layers built by hand.
func TestTalkNetwork(t *testing.T) {
	terms := []string{"plaquette", "polyakov space", "polyakov time"}
	r := recipe{N: 2, Extents: []int{2, 3, 4, 2}, Rough: hot, Weight: .1, Seed: 4, Layers: []layer{{"shared", terms}, {"shared", terms}}}
	u := r.links()
	talk, err := covnet.NewTalkNetwork(u)
	require.NoError(t, err)
	require.Equal(t, 6, talk.NumParams())
	w := make([]float64, 6)
	talk.Params(w)
	require.Equal(t, make([]float64, 6), w)
	byHand := r.network(u)
	byHand.Params(w)
	require.NoError(t, talk.SetParams(w))
	require.Zero(t, deviation(talk.Forward(u), byHand.Forward(u)))
}

// unknownLayer and unknownAction hide what they could say of their arithmetic.
type unknownLayer struct{ covnet.Layer }

type unknownAction struct{ action.Action }

// The work of an effective action is that of the action and of the network's passes;
// what does not count is told call by call.
func TestEffectiveWork(t *testing.T) {
	r := recipe{N: 2, Extents: []int{4, 2}, Rough: hot, Weight: .1, Seed: 1, Layers: []layer{{"shared", []string{"plaquette", "rectangle"}}}}
	u := r.links()
	s, _ := r.quarks(u, .8)
	net := r.network(u)
	e := covnet.NewEffective(u, net, s)
	f := gauge.NewAlgebra(u.Geometry(), u.Group())
	require.NoError(t, e.AddForce(f, 1, u))
	want := s.Work()
	want.Add(net.Work())
	assert.Equal(t, want, e.Work())
	assert.Zero(t, e.Work().Uncounted)
	force := net.Work().Flops
	require.NoError(t, e.AddParamGradient(make([]float64, e.NumParams()), 1, u))
	assert.Greater(t, net.Work().Flops, 2*force, "with the derivatives by the weights")

	plaquettes, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(u.Geometry().Dims()))
	require.NoError(t, err)
	e = covnet.NewEffective(u, covnet.NewNetwork(u, unknownLayer{plaquettes}), unknownAction{s})
	_, err = e.Value(u)
	require.NoError(t, err)
	require.NoError(t, e.AddForce(f, 1, u))
	assert.Equal(t, action.Work{Uncounted: 5}, e.Work(), "two calls of the action, three passes of the layer")
}
