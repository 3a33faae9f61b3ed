//go:build long

package sampler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/sampler"
)

// production is HMC of SU(3) on 4^4 with two even-odd flavours of an operator, whose mean
// plaquette other programs know.
type production struct {
	beta         float64
	operator     func(geo *lattice.Geometry) dirac.EvenOdd
	steps        int
	trajectories int
	want, error  float64
}

// agrees runs it, the first fifth being forgotten. Four standard errors of the difference
// are a false alarm of 6e-5.
func (p production) agrees(t *testing.T) {
	geo := must(lattice.New([]int{4, 4, 4, 4}))
	u := gauge.NewField(geo, group.SU3)
	u.Rough(0.5, rng.New(3).Child("start"))
	d := p.operator(geo)
	sg := must(gauge.NewRectangleAction(geo, group.SU3, p.beta, gauge.Wilson))
	quarks := must(action.NewTwoFlavour(must(dirac.NewSchur(d, lattice.Even)), lattice.Even, action.Tight()))
	target := action.Sum{sg, quarks, action.NewDeterminant(d, lattice.Odd)}
	s := must(sampler.NewSLHMC(u, target, []sampler.Level{
		{Force: target[1:], Scheme: sampler.Omelyan2(), Steps: p.steps}, {Force: sg, Scheme: sampler.Omelyan2(), Steps: 2},
	}, 1))
	plaquette := must(gauge.NewLoopSum(geo, group.SU3, gauge.Plaquettes(4, 1/float64(6*256*3))))
	var history []float64
	accepted := 0
	for k := range p.trajectories {
		trajectory, err := s.Step(u, rng.New(4).At(uint64(k)))
		require.NoError(t, err)
		if trajectory.Accepted {
			accepted++
		}
		if k >= p.trajectories/5 {
			history = append(history, plaquette.ReTr(u))
		}
		if k%100 == 99 {
			u.Reunitarize()
		}
	}
	e := must(statistics.Gamma(history))
	t.Logf("plaquette %.5f(%.5f), tau %.1f, theirs %.5f(%.5f), acceptance %.2f", e.Value, e.Error, e.TauInt, p.want, p.error, float64(accepted)/float64(p.trajectories))
	assert.Less(t, statistics.Sigma(e.Value, e.Error, p.want, p.error), 4.)
}

// tmLQCD: the value that its sample input hmc0 gives.
func TestLongTwistedMassPlaquette(t *testing.T) {
	production{beta: 6, steps: 3, trajectories: 12000, want: 0.62457, error: 0.00007, operator: func(geo *lattice.Geometry) dirac.EvenOdd {
		d := must(dirac.NewWilson(geo, group.SU3, dirac.KappaMass(0.177, 4), []complex128{1, 1, 1, -1}))
		check(d.SetTwist(0.5)) // 2 kappa mu = 0.177
		return d
	}}.agrees(t)
}

// Clover quarks, c_sw = 1.76.
func TestLongCloverPlaquette(t *testing.T) {
	production{beta: 5.6, steps: 4, trajectories: 8000, want: 0.5905, error: 0.0003, operator: func(geo *lattice.Geometry) dirac.EvenOdd {
		return must(dirac.NewClover(geo, group.SU3, dirac.KappaMass(0.138, 4), 1.76, []complex128{1, 1, 1, -1}))
	}}.agrees(t)
}
