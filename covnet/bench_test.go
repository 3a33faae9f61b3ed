package covnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// BenchmarkTalkNetwork times the network of the default system, forward and
// backward, per site of the lattice.
func BenchmarkTalkNetwork(b *testing.B) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		geo, err := lattice.New([]int{4, 4, 4, 4})
		require.NoError(b, err)
		u := gauge.NewField(geo, g)
		u.Rough(.3, rng.New(1))
		net, err := covnet.NewTalkNetwork(u)
		require.NoError(b, err)
		require.NoError(b, net.SetParams([]float64{-.005, .005, -.005, -.005, .005, -.005}))
		f, dv := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		dv.Gaussian(rng.New(2))
		net.Forward(u)
		for _, pass := range []struct {
			name string
			run  func()
		}{
			{"forward", func() { net.Forward(u) }},
			{"backward", func() { net.Backward(f, nil, dv) }},
		} {
			b.Run(g.String()+"/"+pass.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					pass.run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(geo.Volume()), "ns/site")
			})
		}
	}
}
