package theory

import (
	"errors"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// more is the plaquette action once more, with a coupling of its own; heavy, quarks.
func more() []config.Action {
	return []config.Action{
		Own(config.Action{Name: "more", Doc: "The plaquette action once more.", Numbers: []config.Number{{Name: "beta", Doc: "Coupling."}}},
			func(geo *lattice.Geometry, g group.Group, numbers map[string]float64) (action.Action, error) {
				if numbers["beta"] < 0 {
					return nil, errors.New("beta is negative")
				}
				return gauge.NewRectangleAction(geo, g, numbers["beta"], gauge.Wilson)
			}),
		Own(config.Action{Name: "heavy", Doc: "Quarks.", Numbers: []config.Number{{Name: "mass", Doc: "Mass."}}},
			func(geo *lattice.Geometry, g group.Group, numbers map[string]float64) (action.Action, error) {
				d, err := dirac.NewStaggered(geo, g, numbers["mass"], dirac.AntiperiodicTime(geo.Dims()))
				if err != nil {
					return nil, err
				}
				return action.NewTwoFlavour(d, lattice.All, action.Tight())
			}),
	}
}

func withOwn(t *testing.T, set ...string) *config.Config {
	t.Helper()
	var overrides []config.Override
	for _, s := range append([]string{"lattice.extents=[4,4]", "quarks.flavours=2", "hmc.gauge_steps=2"}, set...) {
		o, err := config.ParseOverride(s)
		require.NoError(t, err)
		overrides = append(overrides, o)
	}
	c, err := config.Parse("default", config.Default(), overrides, more()...)
	require.NoError(t, err)
	return c
}

// beta in two parts is beta, in HMC and with the guide, on each level.
func TestOwnActions(t *testing.T) {
	run := func(set ...string) (hmc, slhmc sampler.Trajectory, r *sampler.Run) {
		r, _, err := Build(withOwn(t, set...), lattice.NewPool(1), true)
		require.NoError(t, err)
		before := gauge.NewField(r.Links.Geometry(), r.Links.Group())
		before.Copy(r.Links)
		hmc, err = r.Phases[0].Sampler.Step(r.Links, rng.New(1))
		require.NoError(t, err)
		r.Links.Copy(before)
		slhmc, err = r.Phases[3].Sampler.Step(r.Links, rng.New(1))
		require.NoError(t, err)
		return hmc, slhmc, r
	}
	hmc, slhmc, _ := run("gauge.beta=2.7")
	twoHMC, twoSLHMC, r := run("gauge.beta=2.0", "actions.more.beta=0.7", "actions.more.level=-1")
	// dH is a difference of sums of a hundred terms along tens of steps
	assert.InDelta(t, hmc.DeltaH, twoHMC.DeltaH, 1e-10)
	assert.InDelta(t, slhmc.DeltaH, twoSLHMC.DeltaH, 1e-10)
	assert.True(t, r.Phases[0].Sampler.HMC(), "the target moves by its own force")
	assert.False(t, r.Phases[3].Sampler.HMC())
	outer, _, r := run("gauge.beta=2.0", "actions.more.beta=0.7")
	assert.NotEqual(t, twoHMC.DeltaH, outer.DeltaH, "on the outer level")
	assert.True(t, r.Phases[0].Sampler.HMC())
	assert.Len(t, outer.Forces, 2)

	_, _, err := Build(withOwn(t, "actions.more.beta=-1"), lattice.NewPool(1), true)
	assert.EqualError(t, err, "actions.more: beta is negative")
	_, err = Possible(withOwn(t, "actions.more.beta=-1"), true)
	assert.EqualError(t, err, "actions.more: beta is negative")
}

// They are judged like all else, in the dynamics too.
func TestOwnSubjects(t *testing.T) {
	c := withOwn(t, "actions.more.beta=0.7", "actions.heavy.mass=0.6", "hmc.steps=3")
	subjects, err := Subjects(c, verify.Quick())
	require.NoError(t, err)
	laws, suite := regexp.MustCompile("^((more|heavy)/(force|gauge|heat bath)|S?L?HMC dynamics/(gauge|reversible)|SLHMC/record)$"), verify.Suite{Name: "quick", Volume: 16, Draws: 50}
	verdicts := verify.Judge(subjects, 1, nil, verify.With(suite), verify.Only(laws), verify.Within(verify.Domain{Cases: 1}))
	require.Len(t, verdicts, 10)
	for _, v := range verdicts {
		assert.True(t, v.OK(), "%v", v)
	}
}
