package sampler_test

import (
	"errors"
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

var errTooLarge = errors.New("too large")

// fragile is a pseudofermion of one component, S = phi² w(u) with w = exp(-kappa S_p),
// S_p the plaquette action of coupling 1: its heat bath weighs u by w^(-1/2), which
// makes it another kappa/2 of coupling. It fails where S is too large, as a solve does
// where the spectrum is.
type fragile struct {
	plaquette    *gauge.Action // coupling 1
	kappa        float64
	value, force float64 // above these S the action and the force fail
	solves       bool    // the heat bath asks for the action
	phi          float64
	heatBath     error
}

func (f *fragile) weight(u *gauge.Field) float64 {
	return math.Exp(-f.kappa * must(f.plaquette.Value(u)))
}

func (f *fragile) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	source := s.Site(0)
	eta, _ := source.Normals()
	f.phi = eta / math.Sqrt(2*f.weight(u))
	if s, err := f.Value(u); f.solves {
		if err != nil {
			return 0, &action.Drawn{Err: err}
		}
		return s, nil
	}
	return eta * eta / 2, f.heatBath
}

func (f *fragile) s(u *gauge.Field) float64 { return f.phi * f.phi * f.weight(u) }

func (f *fragile) Value(u *gauge.Field) (float64, error) {
	s := f.s(u)
	if s > f.value {
		return 0, errTooLarge
	}
	return s, nil
}

func (f *fragile) AddForce(a *gauge.Algebra, c float64, u *gauge.Field) error {
	s := f.s(u)
	if s > f.force {
		return errTooLarge
	}
	return f.plaquette.AddForce(a, -c*f.kappa*s, u)
}

func (f *fragile) Components() int                 { return 1 }
func (f *fragile) Transform(*gauge.Transformation) {}

// A proposal that fails counts as refused and leaves the distribution alone, whether
// it is the action at the end that fails or the molecular dynamics: from independent
// draws of the target, the plaquette does not move on average. Its change is a mean of
// independent numbers, below 5.5 standard errors but once in 2e7 times.
//
// Without the solve at the start a trajectory could leave the links and pseudofermions
// whose action fails, to which none comes back: then it moves by 15 standard errors.
func TestRefusedFailuresAreExact(t *testing.T) {
	const beta, kappa = 1.2, 1.5
	never := math.Inf(1)
	for name, f := range map[string]*fragile{
		"action": {kappa: kappa, value: 0.8, force: never},
		"force":  {kappa: kappa, value: never, force: 1},
		"both":   {kappa: kappa, value: 0.6, force: 1.2},
		"start":  {kappa: kappa, value: 0.8, force: never, solves: true},
	} {
		drawn := &torus{group: group.U1, beta: beta - kappa/2}
		drawn.prepare()
		f.plaquette = drawn.coupling(1)
		target := action.Sum{drawn.coupling(beta), f}
		s := must(sampler.NewSLHMC(drawn.u, target, []sampler.Level{{Force: target, Scheme: sampler.Omelyan2(), Steps: 4}}, 1))
		require.True(t, s.HMC(), "else the guide's action is solved at the start too")
		n, failed, accepted := 8000, 0, 0
		if testing.Short() {
			n = 2000
		}
		var moved []float64
		for i := range n {
			stream := rng.New(11).Child(name).At(uint64(i))
			drawn.draw(rng.New(11).Child(name).Child(strconv.Itoa(i))) // its tries are At(0), At(1), …
			before := drawn.plaquette()
			tr, err := s.StepRefusing(drawn.u, stream)
			require.NoError(t, err)
			moved = append(moved, drawn.plaquette()-before)
			if tr.Failure != nil {
				failed++
				require.False(t, tr.Accepted)
				require.Equal(t, before, drawn.plaquette(), "refused")
			}
			if tr.Accepted {
				accepted++
			}
		}
		assert.Greater(t, failed, n/20, name)
		assert.Greater(t, accepted, n/5, name)
		assert.Less(t, score(moved), 5.5, name)
		t.Logf("%s: %d of %d failed, %d accepted, moved by %.2f standard errors", name, failed, n, accepted, score(moved))
	}
}

// A heat bath that fails is an error under any rule.
func TestFailedHeatBathStops(t *testing.T) {
	drawn := &torus{group: group.U1, beta: 1}
	drawn.prepare()
	f := &fragile{plaquette: drawn.coupling(1), kappa: 1, value: 1, force: 1, heatBath: errTooLarge}
	s := must(sampler.NewSLHMC(drawn.u, action.Sum{drawn.gauge, f}, []sampler.Level{{Force: drawn.gauge, Scheme: sampler.Omelyan2(), Steps: 2}}, 1))
	before := drawn.u.Export(nil)
	_, err := s.StepRefusing(drawn.u, rng.New(1))
	require.ErrorIs(t, err, errTooLarge)
	assert.Equal(t, before, drawn.u.Export(nil))
}
