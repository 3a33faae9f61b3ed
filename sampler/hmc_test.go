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

// talk returns the talk's system with HMC.
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

func TestTry(t *testing.T) {
	u, h := talk(t, lattice.NewPool(1))
	u.Hot(rng.New(1))
	pl, _ := gauge.NewLoopSum(u.Geometry(), u.Group(), gauge.Plaquettes(4, 1))
	s := rng.New(7).Child("hmc")
	acc, sum, n, dh := 0, 0.0, 0, 0.0
	for i := range 600 {
		tr, err := h.Step(u, s.At(uint64(i)))
		require.NoError(t, err)
		if i > 100 {
			n++
			sum += pl.ReTr(u) / float64(256*6*2)
			dh += tr.DeltaH
			if tr.Accepted {
				acc++
			}
		}
		if i%100 == 0 {
			t.Log(tr.DeltaH, tr.Work, tr.Forces, tr.Kinetic, tr.Target)
		}
	}
	t.Log(float64(acc)/float64(n), sum/float64(n), dh/float64(n))
}

func BenchmarkTrajectory(b *testing.B) {
	u, h := talk(b, lattice.NewPool(1))
	u.Hot(rng.New(1))
	s := rng.New(7).Child("hmc")
	i := uint64(0)
	for ; i < 30; i++ {
		h.Step(u, s.At(i))
	}
	b.ReportAllocs()
	for b.Loop() {
		h.Step(u, s.At(i))
		i++
	}
}
