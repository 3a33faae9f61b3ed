package sampler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// rig is a small system with staggered quarks on the even sites, and the talk's
// network with mass and coefficient trainable as a guide that shares phi.
type rig struct {
	u       *gauge.Field
	gauge   *gauge.Action
	quark   *action.TwoFlavour
	sampled action.Sum
	guide   *covnet.Effective
}

const (
	rigMass      = 0.3
	rigGuideMass = 0.45
)

// precise leaves nothing of the solver in a comparison.
func precise() action.Tolerances {
	return action.Tolerances{Action: 1e-14, Force: 1e-14, MaxIterations: 10000}
}

func newRig(t testing.TB, g group.Group, tolerances action.Tolerances, pool *lattice.Pool, extents ...int) *rig {
	t.Helper()
	geo, err := lattice.New(extents, lattice.WithPool(pool))
	require.NoError(t, err)
	r := &rig{u: gauge.NewField(geo, g)}
	r.u.Rough(0.6, rng.New(11).Child("links"))
	r.gauge, err = gauge.NewRectangleAction(geo, g, 2, gauge.Wilson)
	require.NoError(t, err)
	operator := func(mass float64) *dirac.Staggered {
		d, err := dirac.NewStaggered(geo, g, mass, dirac.AntiperiodicTime(len(extents)))
		require.NoError(t, err)
		return d
	}
	r.quark, err = action.NewTwoFlavour(operator(rigMass), lattice.Even, tolerances)
	require.NoError(t, err)
	r.sampled = action.Sum{r.gauge, r.quark}
	seen, err := r.quark.With(operator(rigGuideMass))
	require.NoError(t, err)
	net, err := covnet.NewTalkNetwork(r.u)
	require.NoError(t, err)
	r.guide, err = covnet.NewEffectiveSum(r.u, covnet.Part{Network: net, Action: seen, C: 1, Train: []string{"mass", covnet.Coefficient}})
	require.NoError(t, err)
	return r
}

// su2 returns the rig that most tests use: a trajectory takes about a millisecond.
func su2(t testing.TB) *rig {
	return newRig(t, group.SU2, action.Tight(), lattice.NewPool(1), 4, 4)
}

func (r *rig) theta() []float64 {
	theta := make([]float64, r.guide.NumParams())
	r.guide.Params(theta)
	return theta
}

// hmc and slhmc return samplers of the rig.
func (r *rig) hmc(t testing.TB) *sampler.SLHMC { return r.along(t, r.quark) }

func (r *rig) slhmc(t testing.TB) *sampler.SLHMC { return r.along(t, r.guide) }

func (r *rig) along(t testing.TB, quark action.Action) *sampler.SLHMC {
	s, err := sampler.NewSLHMC(r.u, r.sampled, []sampler.Level{
		{Force: quark, Scheme: sampler.Omelyan2(), Steps: 2, Terms: []string{"quarks"}}, {Force: r.gauge, Scheme: sampler.Leapfrog(), Steps: 2},
	}, 0.5)
	require.NoError(t, err)
	return s
}
