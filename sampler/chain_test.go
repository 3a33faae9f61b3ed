package sampler_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
)

// chain is a history of plaquettes and energy errors.
type chain struct {
	plaquette, exp []float64
	acceptance     float64
}

// run makes a chain of n trajectories after n/10 of thermalisation from a hot
// start.
func run(u *gauge.Field, h *sampler.SLHMC, n int, stream rng.Stream) chain {
	geo := u.Geometry()
	planes := geo.Dims() * (geo.Dims() - 1) / 2
	plaq := must(gauge.NewLoopSum(geo, u.Group(), gauge.Plaquettes(geo.Dims(), 1/float64(u.Group().N()*geo.Volume()*planes))))
	u.Hot(stream.Child("start"))
	var c chain
	for i := range n + n/10 {
		tr := must(h.Step(u, stream.At(uint64(i))))
		if i < n/10 {
			continue
		}
		c.plaquette = append(c.plaquette, plaq.ReTr(u))
		c.exp = append(c.exp, math.Exp(-tr.DeltaH))
		if tr.Accepted {
			c.acceptance += 1 / float64(n)
		}
	}
	return c
}

// Plaquettes of two-dimensional gauge theory by short HMC chains against the
// character expansion on the same torus, within 5 standard errors of the Gamma
// method: 6e-7 for a normal law, 1e-5 with errors that are themselves uncertain
// by 10 %. <exp(-dH)> = 1 likewise.
func TestExactPlaquettesInTwoDimensions(t *testing.T) { exactPlaquettes(t, 2500) }

func exactPlaquettes(t *testing.T, n int) {
	if testing.Short() {
		n /= 5
	}
	for _, test := range []struct {
		group group.Group
		beta  float64
		steps int
	}{{group.U1, 2, 3}, {group.SU2, 2.7, 3}, {group.SU3, 5.7, 3}} {
		geo := must(lattice.New([]int{4, 4}))
		u := gauge.NewField(geo, test.group)
		s := must(gauge.NewRectangleAction(geo, test.group, test.beta, 0))
		h := must(sampler.NewSLHMC(u, s, []sampler.Level{{Force: s, Scheme: sampler.Omelyan2(), Steps: test.steps}}, 1.5))
		c := run(u, h, n, rng.New(1).Child(test.group.String()))
		want := reference.Plaquette2D(test.group.N(), test.beta, 16)
		got, exp := must(statistics.Gamma(c.plaquette)), must(statistics.Gamma(c.exp))
		assert.Less(t, statistics.Sigma(got.Value, got.Error, want, 0), 5.0, "%v: %v(%v), exactly %v", test.group, got.Value, got.Error, want)
		assert.Less(t, statistics.Sigma(exp.Value, exp.Error, 1, 0), 5.0, "%v: <exp(-dH)> %v(%v)", test.group, exp.Value, exp.Error)
		assert.Greater(t, c.acceptance, .5)
		t.Logf("%v beta %v: plaquette %.5f(%.5f), exactly %.5f; tau_int %.1f, acceptance %.2f, <exp(-dH)> %.4f(%.4f)",
			test.group, test.beta, got.Value, got.Error, want, got.TauInt, c.acceptance, exp.Value, exp.Error)
	}
}

// SU(2) with staggered quarks on 4 x 4: HMC, and SLHMC with heavier quarks seen
// through the talk's network with zero and with deliberately bad weights, and
// with another gauge coupling, sample one distribution. 5 standard errors, as
// above.
func TestAnyGuideAgreesWithHMC(t *testing.T) { agreement(t, 800) }

func agreement(t *testing.T, n int) {
	if testing.Short() {
		n /= 5
	}
	var hmc statistics.Estimate
	for _, test := range []struct {
		name    string
		weights []float64 // nil: HMC
		beta    float64
	}{
		{"HMC", nil, 2},
		{"zero weights", make([]float64, 6), 2},
		{"bad weights", []float64{-.1, .2, .1, .15, -.2, .1}, 2},
		{"another coupling", make([]float64, 6), 1.6},
	} {
		u, sg, sf, operator := small([]int{4, 4})
		target := action.Sum{sg, sf}
		guide := []sampler.Level{{Force: target, Scheme: sampler.Omelyan2(), Steps: 3}}
		if test.weights != nil {
			net := must(covnet.NewTalkNetwork(u))
			check(net.SetParams(test.weights))
			other := must(gauge.NewRectangleAction(u.Geometry(), u.Group(), test.beta, 0))
			guide = []sampler.Level{
				{Force: covnet.NewEffective(u, net, must(sf.With(operator(.7)))), Scheme: sampler.Omelyan2(), Steps: 2},
				{Force: other, Scheme: sampler.Omelyan2(), Steps: 2},
			}
		}
		h := must(sampler.NewSLHMC(u, target, guide, 1))
		c := run(u, h, n, rng.New(2).Child(test.name))
		got, exp := must(statistics.Gamma(c.plaquette)), must(statistics.Gamma(c.exp))
		if test.weights == nil {
			hmc = got
		}
		assert.Less(t, statistics.Sigma(got.Value, got.Error, hmc.Value, hmc.Error), 5.0, "%s: %v(%v), HMC %v(%v)",
			test.name, got.Value, got.Error, hmc.Value, hmc.Error)
		assert.Less(t, statistics.Sigma(exp.Value, exp.Error, 1, 0), 5.0, "%s: <exp(-dH)> %v(%v)", test.name, exp.Value, exp.Error)
		assert.True(t, c.acceptance > .1, "%s: acceptance %v", test.name, c.acceptance)
		t.Logf("%-16s plaquette %.4f(%.4f), tau_int %.1f, acceptance %.2f, <exp(-dH)> %.3f(%.3f)",
			test.name, got.Value, got.Error, got.TauInt, c.acceptance, exp.Value, exp.Error)
	}
}
