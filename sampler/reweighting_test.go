package sampler_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// lines are c Re tr of lines around a lattice of extents 2, of the other sign where they
// wind around antiperiodic time.
func lines(c float64) []gauge.Loop {
	var loops []gauge.Loop
	for mu := 1; mu <= 4; mu++ {
		if mu == 4 {
			c = -c
		}
		loops = append(loops, gauge.Loop{Path: gauge.Path{mu, mu}, Coefficient: c})
	}
	return loops
}

// trajectories makes n trajectories of an action on 2^4 of SU(2), after some that it forgets, and
// calls measure after each.
func trajectories(u *gauge.Field, target action.Action, levels []sampler.Level, n int, measure func()) {
	s := must(sampler.NewSLHMC(u, target, levels, 1))
	for k := range n + 50 {
		must(s.Step(u, rng.New(2).At(uint64(k))))
		if k >= 50 {
			measure()
		}
	}
}

// Two flavours of Wilson quarks on 2^4 by HMC, on all sites and even-odd, against links
// drawn without quarks and reweighted by dense determinants, which no pseudofermion,
// solver or force has to do with:
//
//	<O> = <O w>_0 / <w>_0,   w = |det D|^2 exp(S_0 - S_g).
//
// S_0 has the two shortest loops of the expansion of ln det D in hops, plaquettes and lines
// around the lattice, so that w varies by 7 % (without, by e^9) and the quarks, which move
// the plaquette from .637 to .680, are no small correction to it.
//
// Means by the Gamma method; five standard errors are a false alarm of 6e-7 each.
func TestWilsonQuarksAgreeWithReweighting(t *testing.T) {
	n := 250
	if testing.Short() {
		n = 60
	}
	reweighting(t, n)
}

func reweighting(t *testing.T, n int) {
	const beta, mass, beta0, c0 = 2.3, 0, 2.3257, -0.3704
	geo := must(lattice.New([]int{2, 2, 2, 2}))
	u := gauge.NewField(geo, group.SU2)
	observables := []*gauge.LoopSum{
		must(gauge.NewLoopSum(geo, group.SU2, gauge.Plaquettes(4, 1./(96*2)))),
		must(gauge.NewLoopSum(geo, group.SU2, lines(1./(64*2)))),
	}
	names := []string{"plaquette", "line"}

	s0 := must(gauge.NewAction(geo, group.SU2, 1, append(gauge.Plaquettes(4, beta0), lines(c0)...)))
	sg := must(gauge.NewRectangleAction(geo, group.SU2, beta, gauge.Wilson))
	var logs []float64
	drawn := make([][]float64, len(observables))
	skip := 0
	trajectories(u, s0, []sampler.Level{{Force: s0, Scheme: sampler.Omelyan2(), Steps: 3}}, 3*n, func() {
		if skip++; skip%3 != 0 { // determinants cost more than trajectories
			return
		}
		d := must(reference.NewNormal(reference.WilsonDirac(verify.Links(u), mass, reference.AntiperiodicTime(4))))
		logDet, _ := d.LogDet()
		logs = append(logs, 2*logDet+must(s0.Value(u))-must(sg.Value(u)))
		for i, o := range observables {
			drawn[i] = append(drawn[i], o.ReTr(u))
		}
	})
	var w []float64
	spread := 0.0
	for _, l := range logs {
		w = append(w, math.Exp(l-logs[0]))
		spread = math.Max(spread, math.Abs(l-logs[0]))
	}
	assert.Less(t, spread, 1., "weights of one size")
	var want []statistics.Estimate
	for _, x := range drawn {
		weighed := make([]float64, len(x))
		for i := range x {
			weighed[i] = x[i] * w[i]
		}
		want = append(want, must(statistics.GammaDerived(func(m []float64) float64 { return m[0] / m[1] }, [][]float64{weighed, w})))
	}

	for _, s := range []lattice.Subset{lattice.All, lattice.Even} {
		d := must(dirac.NewWilson(geo, group.SU2, mass, dirac.Phases(dirac.AntiperiodicTime(4))))
		target, of := action.Sum{sg}, dirac.Operator(d)
		if s == lattice.Even {
			of = must(dirac.NewSchur(d, s))
			target = append(target, action.NewDeterminant(d, s.Other()))
		}
		quarks := must(action.NewTwoFlavour(of, s, action.Tight()))
		target = append(target, quarks)
		got := make([][]float64, len(observables))
		levels := []sampler.Level{{Force: target[1:], Scheme: sampler.Omelyan2(), Steps: 3}, {Force: sg, Scheme: sampler.Leapfrog(), Steps: 2}}
		trajectories(u, target, levels, n, func() {
			for i, o := range observables {
				got[i] = append(got[i], o.ReTr(u))
			}
		})
		for i, x := range got {
			e, name := must(statistics.Gamma(x)), fmt.Sprint(names[i], ", parity ", s)
			t.Logf("%s: HMC %.5f(%.5f), reweighted %.5f(%.5f)", name, e.Value, e.Error, want[i].Value, want[i].Error)
			assert.Less(t, statistics.Sigma(e.Value, e.Error, want[i].Value, want[i].Error), 5., name)
		}
	}
}
