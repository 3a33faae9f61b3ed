package bench_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/sampler"
)

// site reports nanoseconds per site, and GFLOP/s for an operation of so many
// flops per site.
func site(b *testing.B, geo *lattice.Geometry, flops float64) {
	sites := float64(geo.Volume()) * float64(b.N)
	b.ReportMetric(b.Elapsed().Seconds()*1e9/sites, "ns/site")
	if flops > 0 {
		b.ReportMetric(flops*sites/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	}
}

func cube(b *testing.B, l int, options ...lattice.Option) *lattice.Geometry {
	geo, err := lattice.New([]int{l, l, l, l}, options...)
	require.NoError(b, err)
	return geo
}

// BenchmarkRoofline measures what one core can do at most: fused additions in
// registers, and the triad x = y + a z in each level of memory.
func BenchmarkRoofline(b *testing.B) {
	b.Run("peak", func(b *testing.B) {
		flops := 0
		for b.Loop() {
			flops += kernel.Peak(1 << 16)
		}
		b.ReportMetric(float64(flops)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	})
	for _, size := range []struct {
		name  string
		bytes int
	}{{"16KiB", 16 << 10}, {"512KiB", 512 << 10}, {"8MiB", 8 << 20}, {"256MiB", 256 << 20}} {
		b.Run("triad/"+size.name, func(b *testing.B) {
			n := size.bytes / 3 / 64
			x, y, z := make([]lattice.Vec, n), make([]lattice.Vec, n), make([]lattice.Vec, n)
			for b.Loop() {
				kernel.Double().Triad(x, y, 1, z)
			}
			b.ReportMetric(float64(3*64*n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
		})
	}
}

// BenchmarkGauge times the forces and moves of links.
func BenchmarkGauge(b *testing.B) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 16} {
			geo := cube(b, l)
			u, f := gauge.NewField(geo, g), gauge.NewAlgebra(geo, g)
			u.Hot(rng.New(1))
			f.Gaussian(rng.New(2))
			s, err := gauge.NewRectangleAction(geo, g, 5.6, gauge.Wilson)
			require.NoError(b, err)
			name := fmt.Sprintf("%v/L=%d", g, l)
			b.Run("force/"+name, func(b *testing.B) {
				for b.Loop() {
					require.NoError(b, s.AddForce(f, 1e-9, u))
				}
				site(b, geo, map[group.Group]float64{group.SU3: 10656}[g])
			})
			b.Run("drift/"+name, func(b *testing.B) {
				for b.Loop() {
					u.Drift(0.05, f)
				}
				site(b, geo, 0)
			})
			b.Run("reunitarize/"+name, func(b *testing.B) {
				for b.Loop() {
					u.Reunitarize()
				}
				site(b, geo, 0)
			})
			b.Run("momenta/"+name, func(b *testing.B) {
				for b.Loop() {
					f.Gaussian(rng.New(2))
				}
				site(b, geo, 0)
			})
		}
	}
}

// BenchmarkStout times a layer of plaquettes.
func BenchmarkStout(b *testing.B) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		geo := cube(b, 8)
		u, v := gauge.NewField(geo, g), gauge.NewField(geo, g)
		u.Hot(rng.New(1))
		layer, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(4))
		require.NoError(b, err)
		layer.Params()[0] = 0.1
		du, dv := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		dv.Gaussian(rng.New(2))
		b.Run(fmt.Sprintf("forward/%v/L=8", g), func(b *testing.B) {
			for b.Loop() {
				layer.Forward(v, u)
			}
			site(b, geo, 0)
		})
		layer.Forward(v, u)
		b.Run(fmt.Sprintf("backward/%v/L=8", g), func(b *testing.B) {
			for b.Loop() {
				layer.Backward(du, nil, dv)
			}
			site(b, geo, 0)
		})
	}
}

// BenchmarkStaggered times the operator, its force and the solver, on one and on
// two workers.
func BenchmarkStaggered(b *testing.B) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 12, 16, 24} {
			for _, workers := range []int{1, 2} {
				pool := lattice.NewPool(workers)
				geo := cube(b, l, lattice.WithPool(pool))
				u := gauge.NewField(geo, g)
				u.Hot(rng.New(1))
				d, err := dirac.NewStaggered(geo, g, 0.05, dirac.AntiperiodicTime(4))
				require.NoError(b, err)
				d.Bind(u)
				x, y := d.NewField(), d.NewField()
				x.Gaussian(rng.New(2), lattice.All)
				n := float64(g.N())
				name := fmt.Sprintf("%v/L=%d/workers=%d", g, l, workers)
				b.Run("dslash/"+name, func(b *testing.B) {
					for b.Loop() {
						d.Apply(y, x)
					}
					site(b, geo, 8*n*8*n-2*n)
				})
				b.Run("normal/"+name, func(b *testing.B) {
					for b.Loop() {
						d.ApplyNormal(y, x, lattice.Even)
					}
					site(b, geo, 8*n*8*n-2*n)
				})
				b.Run("cg/"+name, func(b *testing.B) {
					// a fixed number of iterations: the cost of one
					const iterations = 50
					c := solver.CG{Tolerance: 1e-30, MaxIterations: iterations}
					for b.Loop() {
						_, _ = c.Solve(y, d, x, lattice.Even) // not converged is meant
					}
					b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N)/iterations, "us/iteration")
				})
				single := gauge.NewSingle(geo, g)
				single.Round(u)
				d.Bind(single)
				for kind, c := range map[string]solver.Solver{
					"double": &solver.CG{Tolerance: 1e-10, MaxIterations: 10000}, "mixed": &solver.Mixed{Tolerance: 1e-10, MaxIterations: 10000},
				} {
					b.Run("solve/"+kind+"/"+name, func(b *testing.B) {
						iterations := 0
						for b.Loop() {
							r, err := c.Solve(y, d, x, lattice.Even)
							require.NoError(b, err)
							iterations += r.Iterations
						}
						b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "ms/solve")
						b.ReportMetric(float64(iterations)/float64(b.N), "iterations")
					})
				}
				f := gauge.NewAlgebra(geo, g)
				b.Run("force/"+name, func(b *testing.B) {
					for b.Loop() {
						d.AddDerivativeFrom(f, 1e-9, y, x, lattice.Even)
					}
					site(b, geo, 0)
				})
				pool.Close()
			}
		}
	}
}

// BenchmarkTrajectories times the ones that other codes were timed on: SU(3) on
// 8^4 at beta 5.6, without quarks (Omelyan, 20 steps) and with four staggered
// tastes of mass 0.05 from a unit start (leapfrog, 20 steps, residual 1e-8).
func BenchmarkTrajectories(b *testing.B) {
	geo := cube(b, 8)
	u := gauge.NewField(geo, group.SU3)
	sg, err := gauge.NewRectangleAction(geo, group.SU3, 5.6, gauge.Wilson)
	require.NoError(b, err)
	b.Run("gauge", func(b *testing.B) {
		u.Hot(rng.New(1))
		s, err := sampler.NewSLHMC(u, sg, []sampler.Level{{Force: sg, Scheme: sampler.Omelyan2(), Steps: 20}}, 1)
		require.NoError(b, err)
		step := uint64(0)
		for b.Loop() {
			_, err := s.Step(u, rng.New(1).At(step))
			require.NoError(b, err)
			step++
		}
		b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "ms/trajectory")
	})
	b.Run("staggered", func(b *testing.B) {
		d, err := dirac.NewStaggered(geo, group.SU3, 0.05, dirac.AntiperiodicTime(4))
		require.NoError(b, err)
		sf, err := action.NewTwoFlavour(d, lattice.Even, action.Tolerances{Action: 1e-8, Force: 1e-8, MaxIterations: 10000})
		require.NoError(b, err)
		target := action.Sum{sg, sf}
		s, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: target, Scheme: sampler.Leapfrog(), Steps: 20}}, 1)
		require.NoError(b, err)
		iterations := 0
		for b.Loop() {
			u.Cold()
			t, err := s.Step(u, rng.New(1).At(0))
			require.NoError(b, err)
			iterations += t.Work.Iterations
		}
		b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "ms/trajectory")
		b.ReportMetric(float64(iterations)/float64(b.N), "CG/trajectory")
	})
}
