package sampler_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// wilsonTheory is gauge fields and two flavours of Wilson quarks, on all sites or
// even-odd.
func wilsonTheory(t *testing.T, u *gauge.Field, s lattice.Subset) action.Sum {
	t.Helper()
	geo, g := u.Geometry(), u.Group()
	sg, err := gauge.NewRectangleAction(geo, g, 4, gauge.Wilson)
	require.NoError(t, err)
	d, err := dirac.NewWilson(geo, g, -0.3, dirac.Phases(dirac.AntiperiodicTime(4)))
	require.NoError(t, err)
	if s == lattice.All {
		sf, err := action.NewTwoFlavour(d, s, precise())
		require.NoError(t, err)
		return action.Sum{sg, sf}
	}
	schur, err := dirac.NewSchur(d, s)
	require.NoError(t, err)
	sf, err := action.NewTwoFlavour(schur, s, precise())
	require.NoError(t, err)
	return action.Sum{sg, sf, action.NewDeterminant(d, s.Other())}
}

// The energy error of Wilson quarks in four dimensions is that of the scheme: dH of
// one trajectory falls by 4 when the step is halved, but for the next order, here
// steps of 1/40 whose square is below one per cent of the rate of change.
func TestWilsonTrajectory(t *testing.T) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, sub := range []lattice.Subset{lattice.All, lattice.Even} {
			name := fmt.Sprint(g, " ", sub)
			geo, err := lattice.New([]int{2, 2, 2, 4})
			require.NoError(t, err)
			start := gauge.NewField(geo, g)
			start.Rough(0.6, rng.New(11).Child("links"))
			u := gauge.NewField(geo, g)
			theory := wilsonTheory(t, u, sub)
			var dh []float64
			for _, steps := range []int{20, 40} {
				u.Copy(start)
				s, err := sampler.NewSLHMC(u, theory, []sampler.Level{{Force: theory, Scheme: sampler.Omelyan2(), Steps: steps}}, 0.5)
				require.NoError(t, err)
				trajectory, err := s.Step(u, rng.New(5))
				require.NoError(t, err)
				dh = append(dh, math.Abs(trajectory.DeltaH))
			}
			assert.InDelta(t, 2, math.Log2(dh[0]/dh[1]), 0.1, "%s %v", name, dh)
			assert.Less(t, dh[0], 0.1, name)
		}
	}
}
