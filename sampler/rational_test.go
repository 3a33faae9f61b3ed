package sampler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// Staggered quarks on 2^4 by RHMC, SU(2) at beta 2.7 and m = 1 with antiperiodic time,
// against links drawn by a heat bath without quarks and reweighted by dense determinants,
// by another program: plaquette and (1/V) tr D^-1. Two tastes are one field, one and one,
// or a heavier mass and the ratio to it; four are the plain action, or two rational fields.
//
// Means by the Gamma method; five standard errors are a false alarm of 6e-7 each.
func TestRationalQuarksAgreeWithReweighting(t *testing.T) {
	n := 100
	if testing.Short() {
		n = 30
	}
	rationalQuarks(t, n, "Nf = 2: a ratio")
}

func rationalQuarks(t *testing.T, n int, only ...string) {
	const beta, mass = 2.7, 1
	geo := must(lattice.New([]int{2, 2, 2, 2}))
	u := gauge.NewField(geo, group.SU2)
	sg := must(gauge.NewRectangleAction(geo, group.SU2, beta, gauge.Wilson))
	plaquette := must(gauge.NewLoopSum(geo, group.SU2, gauge.Plaquettes(4, 1./(96*2))))
	operator := func(m float64) *dirac.Staggered {
		return must(dirac.NewStaggered(geo, group.SU2, m, dirac.AntiperiodicTime(4)))
	}
	var memo rational.Memo
	power := func(num, den, fields int) action.Approximations {
		return action.Approximations{Power: rational.Power{Num: num, Den: den}, Fields: fields, Action: 1e-12, Force: 1e-6, Memo: &memo}
	}
	field := func(m float64, r action.Approximations) action.Action {
		return must(action.NewRational(operator(m), lattice.Even, r, action.Tight()))
	}
	over := func(m, heavy float64, r action.Approximations) action.Action {
		return must(action.NewRationalRatio(operator(m), operator(heavy), lattice.Even, r, action.Tight()))
	}
	type value struct{ mean, err float64 }
	two, four := [2]value{{.706321, 75e-6}, {.601016, 333e-6}}, [2]value{{.712495, 136e-6}, {.540471, 246e-6}}
	for _, system := range []struct {
		name   string
		quarks action.Sum
		want   [2]value
	}{
		{"Nf = 2: a field", action.Sum{field(mass, power(1, 2, 1))}, two},
		{"Nf = 2: 1 + 1", action.Sum{field(mass, power(1, 4, 1)), field(mass, power(1, 4, 1))}, two},
		{"Nf = 2: a ratio", action.Sum{field(1.5, power(1, 2, 1)), over(mass, 1.5, power(1, 2, 1))}, two},
		{"Nf = 4: two fields", action.Sum{field(mass, power(1, 1, 2))}, four},
		{"Nf = 4: plain", action.Sum{must(action.NewTwoFlavour(operator(mass), lattice.Even, action.Tight()))}, four},
	} {
		if len(only) > 0 && system.name != only[0] {
			continue
		}
		var got [2][]float64
		levels := []sampler.Level{{Force: system.quarks, Scheme: sampler.Omelyan2(), Steps: 2}, {Force: sg, Scheme: sampler.Omelyan2(), Steps: 2}}
		trajectories(u, append(action.Sum{sg}, system.quarks...), levels, n, func() {
			got[0] = append(got[0], plaquette.ReTr(u))
			d := must(reference.NewNormal(reference.Staggered(verify.Links(u), mass, reference.AntiperiodicTime(4))))
			got[1] = append(got[1], real(d.TraceInverse())/16)
		})
		for i, name := range []string{"plaquette", "condensate"} {
			e, want := must(statistics.Gamma(got[i])), system.want[i]
			t.Logf("%s, %s: %.6f(%.6f), reweighted %.6f(%.6f)", system.name, name, e.Value, e.Error, want.mean, want.err)
			assert.Less(t, statistics.Sigma(e.Value, e.Error, want.mean, want.err), 5., "%s, %s", system.name, name)
		}
	}
}
