package verify_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// outcome is what one run computes of everything that crosses the borders
// between processes.
type outcome struct {
	// of each site or link by itself: the same bits on any process grid
	links, rotated, dirac, hops, phi, noise []complex128
	gaugeForce, rotatedForce                []float64
	// from global sums: the same up to their rounding
	solution   []complex128
	quarkForce []float64
	end        []complex128
	sums       [][]float64 // per rank: plaquette, S, |P|^2, S of quarks, dH
	accepted   []bool      // per rank
}

func newOutcome(extents []int, g group.Group, ranks int) *outcome {
	sites := verify.Case{Extents: extents}.Volume()
	links := sites * len(extents)
	matrices := func() []complex128 { return make([]complex128, links*g.N()*g.N()) }
	vector := func() []complex128 { return make([]complex128, sites*g.N()) }
	return &outcome{
		links: matrices(), rotated: matrices(), dirac: vector(), hops: vector(), phi: vector(), noise: vector(),
		gaugeForce: make([]float64, links*g.Dim()), rotatedForce: make([]float64, links*g.Dim()),
		solution: vector(), quarkForce: make([]float64, links*g.Dim()),
		end: matrices(), sums: make([][]float64, ranks), accepted: make([]bool, ranks),
	}
}

// compute fills in what this process has. With jitter the trajectory starts
// from links changed by round-off.
func (o *outcome) compute(geo *lattice.Geometry, g group.Group, jitter bool) error {
	s := rng.New(11)
	u := gauge.NewField(geo, g)
	u.Rough(0.5, s.Child("links"))
	verify.GatherLinks(o.links, u)

	sg, err := gauge.NewRectangleAction(geo, g, 2.5, gauge.Symanzik)
	if err != nil {
		return err
	}
	f, p := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
	if err := sg.AddForce(f, 1, u); err != nil {
		return err
	}
	verify.GatherAlgebra(o.gaugeForce, f)
	imported := gauge.NewField(geo, g)
	imported.Import(u.Export(nil))
	again := gauge.NewAlgebra(geo, g)
	if err := sg.AddForce(again, 1, imported); err != nil {
		return err
	}
	again.Add(-1, f)
	if again.Norm2() != 0 {
		return fmt.Errorf("links that were imported have another force")
	}
	value, err := sg.Value(u)
	if err != nil {
		return err
	}
	plaquette, err := gauge.NewLoopSum(geo, g, gauge.Plaquettes(geo.Dims(), 1))
	if err != nil {
		return err
	}
	p.Gaussian(s.Child("momenta"))

	rotation := gauge.NewTransformation(geo, g)
	rotation.Random(s.Child("rotation"))
	v := gauge.NewField(geo, g)
	v.Copy(u)
	v.Transform(rotation)
	verify.GatherLinks(o.rotated, v)
	f.Zero()
	if err := sg.AddForce(f, 1, v); err != nil {
		return err
	}
	verify.GatherAlgebra(o.rotatedForce, f)

	d, err := dirac.NewStaggered(geo, g, 0.4, dirac.AntiperiodicTime(geo.Dims()))
	if err != nil {
		return err
	}
	d.Bind(u)
	x, y := d.NewField(), d.NewField()
	x.Gaussian(s.Child("noise"), lattice.All)
	verify.GatherVector(o.noise, x)
	d.Apply(y, x)
	verify.GatherVector(o.dirac, y)
	z := d.NewField() // nobody has fetched its ghosts
	z.Gaussian(s.Child("other noise"), lattice.All)
	for mu := range geo.Dims() {
		y.AddHop(0.3, u, z, mu, 1, lattice.Even)
		y.AddHop(-0.7, u, z, mu, -1, lattice.All)
	}
	verify.GatherVector(o.hops, y)
	cg := solver.CG{Tolerance: 1e-12, MaxIterations: 1000}
	if _, err := cg.Solve(y, d, x, lattice.All); err != nil {
		return err
	}
	verify.GatherVector(o.solution, y)
	// single precision has ghosts of its own
	rounded := gauge.NewSingle(geo, g)
	rounded.Round(u)
	d.Bind(rounded)
	mixed := solver.Mixed{Tolerance: 1e-12, MaxIterations: 1000}
	if _, err := mixed.Solve(z, d, x, lattice.All); err != nil {
		return err
	}
	z.Axpy(-1, y, lattice.All)
	if off, bound := z.Norm2(lattice.All), x.Norm2(lattice.All)*math.Pow(2e-12/(0.4*0.4), 2); off > bound { // |A^-1| times both residuals
		return fmt.Errorf("solution in mixed precision is off by %g, allowed %g", off, bound)
	}

	sf, err := action.NewTwoFlavour(d, lattice.Even, action.Tight())
	if err != nil {
		return err
	}
	quarks, err := sf.Refresh(u, s.Child("phi"))
	if err != nil {
		return err
	}
	verify.GatherVector(o.phi, sf.Phi())
	f.Zero()
	if err := sf.AddForce(f, 1, u); err != nil {
		return err
	}
	verify.GatherAlgebra(o.quarkForce, f)

	sum := action.Sum{sg, sf}
	hmc, err := sampler.NewSLHMC(u, sum, []sampler.Level{{Force: sum, Scheme: sampler.Omelyan2(), Steps: 3}}, 0.5)
	if err != nil {
		return err
	}
	if jitter {
		verify.Jitter(v, u, s.Child("jitter"))
		u.Copy(v)
	}
	t, err := hmc.Step(u, s.Child("hmc"))
	if err != nil {
		return err
	}
	_, end := hmc.Proposal()
	verify.GatherLinks(o.end, end)
	o.accepted[geo.Rank()] = t.Accepted
	o.sums[geo.Rank()] = []float64{plaquette.ReTr(u), value, p.Norm2(), quarks, t.DeltaH}
	return nil
}

func farthest(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = math.Max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

// Two processes, whichever direction they divide and whether or not the lanes
// cut it too, compute what one does. What belongs to a site is computed by the
// same operations in the same order: the same bits. Global sums are added in
// another order, which solutions, forces of quarks and trajectories inherit.
func TestTwoRanks(t *testing.T) {
	cases := []struct {
		g       group.Group
		extents []int
		grids   [][]int
	}{
		{group.U1, []int{4, 4}, [][]int{{2, 1}, {1, 2}, {2, 2}}},
		{group.SU3, []int{8, 12}, [][]int{{2, 1}, {1, 2}}},
		{verify.Groups()[3], []int{4, 2, 6}, [][]int{{2, 1, 1}}},
		{group.SU3, []int{4, 8, 4}, [][]int{{2, 1, 1}, {1, 2, 1}, {1, 1, 2}}},
		{group.SU2, []int{4, 4, 4, 4}, [][]int{{2, 1, 1, 1}, {1, 2, 1, 1}, {1, 1, 2, 1}, {1, 1, 1, 2}}},
		{group.SU2, []int{4, 4, 2, 8}, [][]int{{1, 1, 1, 2}, {2, 1, 1, 2}}},
	}
	if testing.Short() {
		cases = cases[:2]
	}
	for _, c := range cases {
		one, moved := newOutcome(c.extents, c.g, 1), newOutcome(c.extents, c.g, 1)
		geo, err := lattice.New(c.extents)
		require.NoError(t, err)
		require.NoError(t, one.compute(geo, c.g, false))
		require.NoError(t, moved.compute(geo, c.g, true))
		for _, grid := range c.grids {
			t.Run(fmt.Sprint(c.g, c.extents, grid), func(t *testing.T) {
				ranks := 1
				for _, n := range grid {
					ranks *= n
				}
				two := newOutcome(c.extents, c.g, ranks)
				require.NoError(t, verify.Ranks(c.extents, grid, func(geo *lattice.Geometry) {
					assert.NoError(t, two.compute(geo, c.g, false))
				}))
				assert.True(t, slices.Equal(one.links, two.links), "links")
				assert.True(t, slices.Equal(one.rotated, two.rotated), "rotated links")
				assert.True(t, slices.Equal(one.gaugeForce, two.gaugeForce), "gauge force")
				assert.True(t, slices.Equal(one.rotatedForce, two.rotatedForce), "gauge force of rotated links")
				assert.True(t, slices.Equal(one.noise, two.noise), "noise")
				assert.True(t, slices.Equal(one.phi, two.phi), "phi")
				assert.True(t, slices.Equal(one.dirac, two.dirac), "D x")
				assert.True(t, slices.Equal(one.hops, two.hops), "hops")

				// A solve to a tolerance leaves the solution wrong by as much of itself times the
				// condition of D†D, in either run and differently where one needs an iteration
				// more. Forces have two such factors and are solved to 1e-10.
				const m, tau = 0.4, 0.5
				condition := 1 + float64(len(c.extents)*len(c.extents))/(m*m)
				largest := func(v []float64) float64 { return farthest(v, make([]float64, len(v))) }
				offX := 2 * 1e-12 * condition * verify.Distance(one.solution, make([]complex128, len(one.solution)))
				offF := 4 * 1e-10 * condition * largest(one.quarkForce)
				assert.Less(t, verify.Distance(one.solution, two.solution), offX, "solution")
				assert.Less(t, farthest(one.quarkForce, two.quarkForce), offF, "force of quarks")

				for _, sums := range two.sums {
					assert.Equal(t, two.sums[0], sums, "all ranks have the same sums")
					for i, name := range []string{"plaquette", "S", "kinetic term", "S of quarks"} {
						// thousands of terms, rounded at random, a few units of the sum's last place each way
						assert.InDelta(t, one.sums[0][i], sums[i], 1e-12*math.Max(1, math.Abs(sums[i])), name)
					}
				}
				// Forces off by offF move links by tau^2 of it, and H by tau times its product with
				// the momenta, whose signs are random; round-off does what it does to one process.
				spread := verify.Distance(one.end, moved.end)
				assert.Less(t, verify.Distance(one.end, two.end), 32*spread+tau*tau*offF, "end of a trajectory")
				random := math.Sqrt(float64(len(one.quarkForce)))
				assert.InDelta(t, one.sums[0][4], two.sums[0][4], 1e-11*random+6*tau*random*offF, "dH")
				for _, accepted := range two.accepted {
					assert.Equal(t, one.accepted[0], accepted)
				}
			})
		}
	}
	require.ErrorContains(t, verify.Ranks([]int{6, 4}, []int{2, 1}, nil), "cannot be divided among 2")
}

// Workers share one lattice: one, two and four of them give the same bits of a
// trajectory.
func TestWorkersOfTrajectory(t *testing.T) {
	cases, counts := []struct {
		g       group.Group
		extents []int
	}{{group.SU3, []int{8, 12}}, {group.SU2, []int{4, 4, 4, 4}}, {group.SU3, []int{4, 6, 6}}}, []int{1, 2, 4}
	if testing.Short() {
		cases, counts = cases[:1], counts[:2]
	}
	for _, c := range cases {
		var want *outcome
		for _, workers := range counts {
			pool := lattice.NewPool(workers)
			geo, err := lattice.New(c.extents, lattice.WithPool(pool))
			require.NoError(t, err)
			got := newOutcome(c.extents, c.g, 1)
			require.NoError(t, got.compute(geo, c.g, false))
			if want == nil {
				want = got
			}
			assert.Equal(t, want, got, "%v %v: %d workers", c.g, c.extents, workers)
			pool.Close()
		}
	}
}
