package sampler_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// torus is the plaquette action on a 2 x 2 torus, with a field of staggered
// quarks on its even sites if mass > 0: small enough to draw its links exactly,
// by rejection.
type torus struct {
	group group.Group
	beta  float64
	mass  float64

	u      *gauge.Field
	gauge  *gauge.Action
	quarks *action.TwoFlavour
	target action.Action
	plaq   *gauge.LoopSum
}

func (s *torus) prepare() {
	geo := must(lattice.New([]int{2, 2}))
	s.u = gauge.NewField(geo, s.group)
	s.gauge = must(gauge.NewRectangleAction(geo, s.group, s.beta, 0))
	s.target = s.gauge
	s.plaq = must(gauge.NewLoopSum(geo, s.group, gauge.Plaquettes(2, 1/float64(4*s.group.N()))))
	if s.mass > 0 {
		s.quarks = must(action.NewTwoFlavour(s.operator(s.mass), lattice.Even, action.Tight()))
		s.target = action.Sum{s.gauge, s.quarks}
	}
}

func (s *torus) operator(mass float64) *dirac.Staggered {
	return must(dirac.NewStaggered(s.u.Geometry(), s.group, mass, dirac.AntiperiodicTime(2)))
}

// heavy returns the quarks' action seen with another mass.
func (s *torus) heavy(mass float64) *action.TwoFlavour { return must(s.quarks.With(s.operator(mass))) }

func (s *torus) coupling(beta float64) *gauge.Action {
	return must(gauge.NewRectangleAction(s.u.Geometry(), s.group, beta, 0))
}

func (s *torus) network(w ...float64) *covnet.Network {
	net := must(covnet.NewTalkNetwork(s.u))
	check(net.SetParams(w))
	return net
}

// draw sets u to links distributed as exp(-S_g) det D (the determinant of D^†D
// on the even sites): Haar-random ones, kept with this probability, S_g being
// positive and the determinant's N V/2 eigenvalues below m² + D².
func (s *torus) draw(stream rng.Stream) {
	for try := uint64(0); ; try++ {
		s.u.Hot(stream.Child("links").At(try))
		source := stream.Child("kept").At(try).Site(0)
		if math.Log(source.Float64()) >= -must(s.gauge.Value(s.u)) {
			continue
		}
		if s.mass == 0 {
			return
		}
		op := reference.Staggered(verify.Links(s.u), s.mass, reference.AntiperiodicTime(2))
		logDet, _ := must(reference.NewNormal(op)).LogDet()
		if math.Log(source.Float64()) < logDet-2*float64(s.group.N())*math.Log(s.mass*s.mass+4) {
			return
		}
	}
}

func (s *torus) plaquette() float64 { return s.plaq.ReTr(s.u) }

// score returns a mean of independent numbers in standard errors from zero.
func score(x []float64) float64 {
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / float64(len(x))
	}
	if square == 0 {
		return math.Inf(1) // nothing has moved
	}
	return abs(mean) / sqrt(square/float64(len(x)))
}

// Steps from independent draws of the target, for guides good and bad. Exact
// laws over all proposals, whatever the guide:
//
//	<exp(-dH)> = 1,   E[b] = 0 with b = 1 for dH < 0, 0 at 0, -exp(-dH) else,
//	acceptance = 2 P(dH < 0) + P(dH = 0),
//
// and after the step the links have the target's distribution still: the
// plaquette has not moved on average, and is the exact one where that is known.
// The quarks' action is one for each of their components after the heat bath.
//
// Every score is below 6 standard errors: a false alarm of 2e-9 each for means
// of a thousand independent numbers, 1e-7 for all of them and any seed. That is
// for numbers without heavy tails: <exp(-dH)> is left out below 70 % acceptance,
// where it rests on rare large values that no sample holds.
func TestStepKeepsTheTarget(t *testing.T) {
	equilibrium(t, 1500)
}

func equilibrium(t *testing.T, n int) {
	if testing.Short() {
		n /= 4
	}
	leapfrog := func(a action.Action, steps int) []sampler.Level {
		return []sampler.Level{{Force: a, Scheme: sampler.Leapfrog(), Steps: steps}}
	}
	zero, bad := []float64{0, 0, 0, 0, 0, 0}, []float64{.4, -.3, .5, -.3, .4, -.2}
	for _, test := range []struct {
		name  string
		torus torus
		guide func(s *torus) []sampler.Level
		tau   float64
	}{
		{"HMC U(1)", torus{group: group.U1, beta: 1}, func(s *torus) []sampler.Level { return leapfrog(s.target, 2) }, 1.2},
		{"HMC SU(2)", torus{group: group.SU2, beta: 1.2}, func(s *torus) []sampler.Level { return leapfrog(s.target, 1) }, .7},
		{"HMC SU(3)", torus{group: group.SU3, beta: 1}, func(s *torus) []sampler.Level { return leapfrog(s.target, 1) }, 1.7},
		{"another coupling", torus{group: group.U1, beta: 1}, func(s *torus) []sampler.Level { return leapfrog(s.coupling(2), 4) }, 1.5},
		{"no force at all", torus{group: group.SU2, beta: 1.2}, func(s *torus) []sampler.Level { return leapfrog(s.coupling(0), 1) }, .7},
		{"bad network on the gauge action", torus{group: group.U1, beta: 1.5}, func(s *torus) []sampler.Level {
			return leapfrog(covnet.NewEffective(s.u, s.network(bad...), s.gauge), 4)
		}, .6},
		{"HMC with quarks", torus{group: group.U1, beta: .5, mass: .7}, func(s *torus) []sampler.Level {
			return []sampler.Level{{Force: s.quarks, Scheme: sampler.Leapfrog(), Steps: 2}, {Force: s.gauge, Scheme: sampler.Omelyan2(), Steps: 1}}
		}, 1.5},
		{"heavier quarks, zero weights", torus{group: group.U1, beta: .5, mass: .7}, func(s *torus) []sampler.Level {
			return leapfrog(action.Sum{s.gauge, covnet.NewEffective(s.u, s.network(zero...), s.heavy(1.2))}, 3)
		}, 1.2},
		{"heavier quarks, bad weights", torus{group: group.U1, beta: .5, mass: .7}, func(s *torus) []sampler.Level {
			return leapfrog(action.Sum{s.gauge, covnet.NewEffective(s.u, s.network(bad...), s.heavy(1.2))}, 3)
		}, 1.2},
	} {
		s := test.torus
		s.prepare()
		h := must(sampler.NewSLHMC(s.u, s.target, test.guide(&s), test.tau))
		stream := rng.New(11).Child(test.name)
		known := reference.Plaquette2D(s.group.N(), s.beta, 4) // without quarks
		var exp, bounded, acceptance, moved, exact, bath []float64
		accepted, moves := 0, 0
		for i := range n {
			s.draw(stream.Child("start").Child(strconv.Itoa(i)))
			before := s.plaquette()
			tr, err := h.Step(s.u, stream.Child("step").At(uint64(i)))
			require.NoError(t, err)
			b, a := 0.0, 0.0
			switch {
			case tr.DeltaH < 0:
				b, a = 1, -2
			case tr.DeltaH > 0:
				b = -math.Exp(-tr.DeltaH)
			default:
				a = -1
			}
			if tr.Accepted {
				a++
				accepted++
			}
			if s.plaquette() != before {
				moves++
			}
			exp = append(exp, math.Exp(-tr.DeltaH)-1)
			bounded, acceptance = append(bounded, b), append(acceptance, a)
			moved = append(moved, s.plaquette()-before)
			if start, _ := h.Proposal(); s.mass > 0 {
				bath = append(bath, tr.Target[0]-must(s.gauge.Value(start))-float64(s.quarks.Components()))
			} else {
				exact = append(exact, s.plaquette()-known)
			}
		}
		rate := float64(accepted) / float64(n)
		if rate > .7 {
			assert.Less(t, score(exp), 6.0, "%s: <exp(-dH)>", test.name)
		}
		assert.Less(t, score(bounded), 6.0, "%s: E[b]", test.name)
		assert.Less(t, score(acceptance), 6.0, "%s: acceptance", test.name)
		assert.Less(t, score(moved), 6.0, "%s: the plaquette has moved", test.name)
		if s.mass == 0 {
			assert.Less(t, score(exact), 6.0, "%s: exact plaquette", test.name)
		} else {
			assert.Less(t, score(bath), 6.0, "%s: <S> of the heat bath", test.name)
		}
		assert.Equal(t, accepted, moves, test.name)
		assert.True(t, rate > .05 && rate < .98, "%s: acceptance %.2f tests nothing", test.name, rate)
		t.Logf("%-32s acceptance %.2f, scores: exp(-dH) %.1f, b %.1f, acceptance %.1f, plaquette %.1f", test.name, rate,
			score(exp), score(bounded), score(acceptance), score(moved))
	}
}

// In equilibrium <dH> is positive: half of <dH²> where dH is small. Exactly,
// 0 = <exp(-dH) - 1> and |exp(-x) - 1 + x - x²/2| <= |x|³ exp(|x|)/6. Independent
// starts; 6 standard errors.
func TestMeanEnergyError(t *testing.T) {
	s := torus{group: group.U1, beta: 1}
	s.prepare()
	h := must(sampler.NewSLHMC(s.u, s.target, []sampler.Level{{Force: s.target, Scheme: sampler.Leapfrog(), Steps: 8}}, 2))
	stream := rng.New(5)
	mean, square, error2, rest := 0.0, 0.0, 0.0, 0.0
	const n = 1000
	for i := range n {
		s.draw(stream.Child("start").Child(strconv.Itoa(i)))
		dh := must(h.Step(s.u, stream.Child("step").At(uint64(i)))).DeltaH
		mean += dh / n
		square += dh * dh / n
		error2 += math.Pow(dh-dh*dh/2, 2) / n / n
		rest += math.Pow(abs(dh), 3) * math.Exp(abs(dh)) / 6 / n
	}
	assert.InDelta(t, square/2, mean, 6*sqrt(error2)+rest)
	assert.Greater(t, square, 1e-5)
	assert.Less(t, rest, square/10)
}
