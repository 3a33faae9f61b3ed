package bench_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// BenchmarkTalk times trajectories of [TN]'s system, SU(2) on 4^4 with four
// staggered tastes: beta 2.7, m 0.3, tau 1, 8 Omelyan steps, residuals 1e-10 in
// the force and 1e-12 in the action, from equilibrium.
func BenchmarkTalk(b *testing.B) {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	require.NoError(b, err)
	u := gauge.NewField(geo, group.SU2)
	u.Hot(rng.New(1).Child("start"))
	sg, err := gauge.NewRectangleAction(geo, group.SU2, 2.7, gauge.Wilson)
	require.NoError(b, err)
	quark := func(m float64) *dirac.Staggered {
		d, err := dirac.NewStaggered(geo, group.SU2, m, dirac.AntiperiodicTime(4))
		require.NoError(b, err)
		return d
	}
	sf, err := action.NewTwoFlavour(quark(0.3), lattice.Even, action.Tight())
	require.NoError(b, err)
	target := action.Sum{sg, sf}

	heavy, err := sf.With(quark(0.4))
	require.NoError(b, err)
	net, err := covnet.NewTalkNetwork(u)
	require.NoError(b, err)
	require.NoError(b, net.SetParams([]float64{-.0045, .005, -.005, -.0045, .005, -.005}))
	guide := action.Sum{sg, covnet.NewEffective(u, net, heavy)}

	step := uint64(0)
	for _, c := range []struct {
		name  string
		guide action.Action
		first uint64 // trajectories to equilibrium
	}{{"HMC", target, 50}, {"SLHMC", guide, 5}} {
		s, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: c.guide, Scheme: sampler.Omelyan2(), Steps: 8}}, 1)
		require.NoError(b, err)
		next := func() sampler.Trajectory {
			t, err := s.Step(u, rng.New(1).Child("run").At(step))
			require.NoError(b, err)
			step++
			return t
		}
		for range c.first {
			next()
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			iterations := 0
			for b.Loop() {
				iterations += next().Work.Iterations
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1e3/float64(b.N), "ms/trajectory")
			b.ReportMetric(float64(iterations)/float64(b.N), "CG/trajectory")
		})
	}
}
