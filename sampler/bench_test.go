package sampler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// talk returns HMC of the talk's system: SU(2), 4^4, beta 2.7, m .3, four
// staggered tastes, antiperiodic time, tau 1 in 8 Omelyan steps.
func talk(t testing.TB, pool *lattice.Pool) (*gauge.Field, *sampler.SLHMC) {
	geo, err := lattice.New([]int{4, 4, 4, 4}, lattice.WithPool(pool))
	require.NoError(t, err)
	u := gauge.NewField(geo, group.SU2)
	sg, err := gauge.NewRectangleAction(geo, group.SU2, 2.7, gauge.Wilson)
	require.NoError(t, err)
	d, err := dirac.NewStaggered(geo, group.SU2, .3, dirac.AntiperiodicTime(4))
	require.NoError(t, err)
	sf, err := action.NewTwoFlavour(d, lattice.Even, action.Tight())
	require.NoError(t, err)
	s := action.Sum{sg, sf}
	h, err := sampler.NewSLHMC(u, s, []sampler.Level{{Force: s, Scheme: sampler.Omelyan2(), Steps: 8}}, 1)
	require.NoError(t, err)
	return u, h
}

func BenchmarkTrajectory(b *testing.B) {
	pool := lattice.NewPool(1)
	defer pool.Close()
	u, h := talk(b, pool)
	u.Hot(rng.New(1))
	s := rng.New(7).Child("hmc")
	i := uint64(0)
	step := func() {
		if _, err := h.Step(u, s.At(i)); err != nil {
			b.Fatal(err)
		}
		i++
	}
	for i < 30 { // towards equilibrium
		step()
	}
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
}
