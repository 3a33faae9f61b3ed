package covnet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// parts makes an effective action of three parts: two that see the links through one
// network, the first a sum of two actions, and one that sees the links themselves.
func parts(t *testing.T) (u *gauge.Field, e *covnet.Effective, each []covnet.Part) {
	r := recipe{N: 2, Extents: []int{4, 2}, Rough: hot, Weight: .1, Seed: 1, Layers: []layer{{"shared", []string{"plaquette", "rectangle"}}}}
	u = r.links()
	net := r.network(u)
	light, _ := r.quarks(u, .8)
	heavy, _ := r.quarks(u, 1.1)
	bare, _ := r.quarks(u, .9)
	each = []covnet.Part{
		{Network: net, Action: action.Sum{light, gaugeAction(u)}, C: 1.5, Train: []string{"mass"}},
		{Action: bare, C: .7},
		{Network: net, Action: heavy, C: -.4, Train: []string{covnet.Coefficient, "mass"}},
	}
	e, err := covnet.NewEffectiveSum(u, each...)
	require.NoError(t, err)
	return u, e, each
}

// A sum of parts is the sum of the actions of each part alone: value and force to some
// round-off of ten terms, and the gradient by every parameter, in the order of networks
// and then parts.
func TestParts(t *testing.T) {
	u, e, each := parts(t)
	assert.Equal(t, 2+1+2, e.NumParams())
	assert.Len(t, e.Networks(), 2, "that of two parts, and none")
	theta := make([]float64, 5)
	e.Params(theta)
	assert.Equal(t, []float64{.8, -.4, 1.1}, theta[2:])

	f, g := gauge.NewAlgebra(u.Geometry(), u.Group()), gauge.NewAlgebra(u.Geometry(), u.Group())
	total, grad, want := 0., make([]float64, 5), make([]float64, 5)
	for i, p := range each {
		alone, err := covnet.NewEffectiveSum(u, p)
		require.NoError(t, err)
		v, err := alone.Value(u)
		require.NoError(t, err)
		total += v
		require.NoError(t, alone.AddForce(g, 1, u))
		d := make([]float64, alone.NumParams())
		require.NoError(t, alone.AddParamGradient(d, .5, u))
		if i != 1 {
			want[0], want[1] = want[0]+d[0], want[1]+d[1]
			copy(want[map[int]int{0: 2, 2: 3}[i]:], d[2:])
		}
	}
	got, err := e.Value(u)
	require.NoError(t, err)
	assert.InEpsilon(t, total, got, 1e-13)
	require.NoError(t, e.AddForce(f, 1, u))
	f.Add(-1, g)
	assert.Less(t, norm(f), 1e-13*norm(g))
	require.NoError(t, e.AddParamGradient(grad, .5, u))
	assert.InEpsilonSlice(t, want, grad, 1e-9)

	require.NoError(t, e.SetParams([]float64{0, 0, .5, 2, 1.2}))
	e.Params(theta)
	assert.Equal(t, []float64{0, 0, .5, 2, 1.2}, theta)
}

// What is selected from an effective action adds up to it, knows its parameters as they
// are, and counts its own work.
func TestSelect(t *testing.T) {
	u, e, each := parts(t)
	pure := each[0].Action.(action.Sum)[1]
	one := e.Select(func(part int, term action.Action) bool { return part == 0 && term == pure })
	rest := e.Select(func(part int, term action.Action) bool { return part != 0 || term != pure })
	assert.Nil(t, e.Select(func(int, action.Action) bool { return false }))
	require.NoError(t, e.SetParams([]float64{.05, -.02, .5, 2, 1.2}))
	want, err := e.Value(u)
	require.NoError(t, err)
	a, err := one.Value(u)
	require.NoError(t, err)
	b, err := rest.Value(u)
	require.NoError(t, err)
	assert.InEpsilon(t, want, a+b, 1e-12)
	f := gauge.NewAlgebra(u.Geometry(), u.Group())
	require.NoError(t, one.AddForce(f, 1, u))
	require.NoError(t, rest.AddForce(f, 1, u))
	require.NoError(t, e.AddForce(f, -1, u))
	assert.Less(t, norm(f), 1e-10)

	before, solves := one.Work(), rest.Work().Solves
	_, err = rest.Value(u)
	require.NoError(t, err)
	assert.Equal(t, before, one.Work())
	assert.Equal(t, solves+3, rest.Work().Solves)
}

// A part that fails leaves the force as it was, whatever the parts before it have done.
func TestFailingPart(t *testing.T) {
	u, _, each := parts(t)
	quark := each[1].Action.(*action.TwoFlavour)
	bad, err := action.NewTwoFlavour(quark.Operator(), lattice.All, action.Tolerances{Action: 1e-12, Force: 1e-12, MaxIterations: 1})
	require.NoError(t, err)
	bad.Phi().Copy(quark.Phi(), lattice.All)
	e, err := covnet.NewEffectiveSum(u, each[0], covnet.Part{Action: bad, C: 1})
	require.NoError(t, err)
	f := gauge.NewAlgebra(u.Geometry(), u.Group())
	require.Error(t, e.AddForce(f, 1, u))
	assert.Zero(t, f.Norm2())
}
