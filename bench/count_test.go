package bench_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// counter does complex arithmetic and counts real operations.
type counter struct{ flops float64 }

func (k *counter) mul(a, b complex128) complex128 { k.flops += 6; return a * b }
func (k *counter) add(a, b complex128) complex128 { k.flops += 2; return a + b }

// product returns a b, row by row.
func (k *counter) product(n int, a, b []complex128) []complex128 {
	columns := len(b) / n
	c := make([]complex128, n*columns)
	for i := range n {
		for j := range columns {
			s := k.mul(a[i*n], b[j])
			for l := 1; l < n; l++ {
				s = k.add(s, k.mul(a[i*n+l], b[l*columns+j]))
			}
			c[i*columns+j] = s
		}
	}
	return c
}

// sum returns a + b, or b where there is no a yet.
func (k *counter) sum(a, b []complex128) []complex128 {
	if a == nil {
		return b
	}
	c := make([]complex128, len(a))
	for i := range c {
		c[i] = k.add(a[i], b[i])
	}
	return c
}

func scaled(c complex128, a []complex128) []complex128 {
	b := make([]complex128, len(a))
	for i := range a {
		b[i] = c * a[i]
	}
	return b
}

func dagger(n int, a []complex128) []complex128 {
	b := make([]complex128, len(a))
	for i := range n {
		for j := range n {
			b[j*n+i] = cmplx.Conj(a[i*n+j])
		}
	}
	return b
}

// grid reads a 4^4 lattice site by site.
type grid struct {
	t *testing.T
	g group.Group
	u *gauge.Field
}

func newGrid(t *testing.T, g group.Group) grid {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	require.NoError(t, err)
	u := gauge.NewField(geo, g)
	u.Hot(rng.New(3))
	return grid{t, g, u}
}

func (r grid) sites(f func(x []int)) {
	geo := r.u.Geometry()
	x := make([]int, geo.Dims())
	for s := range geo.Volume() {
		geo.Coordinates(x, s)
		f(x)
	}
}

func (r grid) link(x []int, mu int) []complex128 {
	m := make(group.Matrix, r.g.N()*r.g.N())
	require.True(r.t, r.u.At(m, x, mu))
	return m
}

// step returns x + sign mu.
func step(x []int, mu, sign int) []int {
	y := append([]int(nil), x...)
	y[mu] = (y[mu] + sign + 4) % 4
	return y
}

func find(t *testing.T, kernel string, g group.Group, l int) *bench.Case {
	t.Helper()
	for _, c := range bench.Table() {
		if c.Kernel == kernel && c.Group == g && c.L == l && c.Workers == 1 && c.Precision == lattice.Float64 {
			return &c
		}
	}
	t.Fatalf("no case %s %v %d^4", kernel, g, l)
	return nil
}

// The flops of the hop, counted while it is done in the textbook's way, and done
// rightly: the operator gives the same field.
func TestHopFlopsByCounting(t *testing.T) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		n, r := g.N(), newGrid(t, g)
		d, err := dirac.NewStaggered(r.u.Geometry(), g, 0, []int{1, 1, 1, 1})
		require.NoError(t, err)
		d.Bind(r.u)
		x, y := d.NewField(), d.NewField()
		x.Gaussian(rng.New(4), lattice.All)
		d.Apply(y, x)
		at := func(site []int) []complex128 {
			v := make([]complex128, n)
			require.True(t, x.At(v, site))
			return v
		}
		var k counter
		want := make([]complex128, n)
		r.sites(func(site []int) {
			var sum []complex128
			eta := complex128(0.5)
			for mu := range 4 {
				forward := k.product(n, r.link(site, mu), at(step(site, mu, 1)))
				back := step(site, mu, -1)
				backward := k.product(n, dagger(n, r.link(back, mu)), at(back))
				sum = k.sum(sum, scaled(eta, forward))
				sum = k.sum(sum, scaled(-eta, backward))
				if site[mu]%2 != 0 {
					eta = -eta
				}
			}
			require.True(t, y.At(want, site))
			for i := range sum {
				require.InDelta(t, 0, cmplx.Abs(sum[i]-want[i]), 1e-12) // of 8 N products of size 1
			}
		})
		c := find(t, "staggered-dslash", g, 4)
		assert.Equal(t, k.flops, c.Once.Flops, g)
		// two hops of half the sites each
		assert.Equal(t, k.flops, find(t, "staggered-normal", g, 4).Once.Flops, g)
	}
	assert.Equal(t, 570., find(t, "staggered-dslash", group.SU3, 4).Once.Flops/256)
}

// The flops of the gauge force by staples, and that these are the force's: its
// component along each generator is beta/N tr T_a T_a [U A]_TA.
func TestForceFlopsByCounting(t *testing.T) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		n, r := g.N(), newGrid(t, g)
		s, err := gauge.NewRectangleAction(r.u.Geometry(), g, 5.6, gauge.Wilson)
		require.NoError(t, err)
		f := gauge.NewAlgebra(r.u.Geometry(), g)
		require.NoError(t, s.AddForce(f, 1, r.u))
		var k counter
		size, got := 0.0, make([]float64, g.Dim())
		r.sites(func(x []int) {
			for mu := range 4 {
				var sum []complex128
				for nu := range 4 {
					if nu == mu {
						continue
					}
					ahead, back := step(x, mu, 1), step(x, nu, -1)
					// U_nu(x+mu) U_mu(x+nu)^† U_nu(x)^†
					up := k.product(n, r.link(ahead, nu), dagger(n, r.link(step(x, nu, 1), mu)))
					sum = k.sum(sum, k.product(n, up, dagger(n, r.link(x, nu))))
					// U_nu(x+mu-nu)^† U_mu(x-nu)^† U_nu(x-nu)
					down := k.product(n, dagger(n, r.link(step(ahead, nu, -1), nu)), dagger(n, r.link(back, mu)))
					sum = k.sum(sum, k.product(n, down, r.link(back, nu)))
				}
				w := k.product(n, r.link(x, mu), sum)
				// |F|^2 = sum_a (F^a)^2 from the traceless anti-Hermitian part
				var trace complex128
				for i := range n {
					trace += (w[i*n+i] - cmplx.Conj(w[i*n+i])) / 2
				}
				norm := 0.0
				for i := range n {
					for j := range n {
						a := (w[i*n+j] - cmplx.Conj(w[j*n+i])) / 2
						if i == j {
							a -= trace / complex(float64(n), 0)
						}
						norm += real(a)*real(a) + imag(a)*imag(a)
					}
				}
				// F^a = (beta/N) a_a/2, and norm = tr A A^† = (1/2) sum_a a_a^2
				require.True(t, f.At(got, x, mu))
				have := 0.0
				for _, v := range got {
					have += v * v
				}
				want := norm / 2 * math.Pow(5.6/float64(n), 2)
				size = math.Max(size, want)
				require.InDelta(t, 1, have/want, 1e-10)
			}
		})
		require.Positive(t, size)
		assert.Equal(t, k.flops, find(t, "gauge-force", g, 4).Once.Flops, g)
	}
	assert.Equal(t, 10656., find(t, "gauge-force", group.SU3, 4).Once.Flops/256)
}

// Wilson's hop by counting one site: two-spin projections, matrices, sums.
func TestWilsonFlopsByCounting(t *testing.T) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		n := g.N()
		var k counter
		link, colour := make([]complex128, n*n), make([]complex128, n)
		var sum [4][]complex128
		for range 8 {
			for upper := range 2 {
				half := k.product(n, link, k.sum(colour, colour))
				sum[upper], sum[upper+2] = k.sum(sum[upper], half), k.sum(sum[upper+2], half)
			}
		}
		assert.Equal(t, k.flops, find(t, "wilson-hop", g, 4).Once.Flops/256, g)
	}
	assert.Equal(t, 1320., find(t, "wilson-hop", group.SU3, 4).Once.Flops/256)
}

// A Schur complement takes a hop, as its operator does; the derivative one more hop, and
// on each link four terms of half spinors, matrices on vectors and outer products.
func TestSchurFlopsByCounting(t *testing.T) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		n, geo := g.N(), newGrid(t, g).u.Geometry()
		var k counter
		link, colour := make([]complex128, n*n), make([]complex128, n)
		var sum []complex128
		for range 4 {
			far, near := k.sum(colour, colour), k.sum(colour, colour)
			outer := make([]complex128, n*n)
			for i, z := range k.product(n, link, far) {
				for j, w := range near {
					outer[i*n+j] = k.mul(z, cmplx.Conj(w))
				}
			}
			sum = k.sum(sum, outer)
		}
		term := k.flops + 2*float64(g.Dim())
		hop := find(t, "wilson-hop", g, 4).Once.Flops
		assert.Equal(t, 2*hop, find(t, "wilson-normal-evenodd", g, 4).Once.Flops)
		assert.Equal(t, hop/2, find(t, "wilson-hop-evenodd", g, 4).Once.Flops)
		assert.Equal(t, hop+4*256*term, find(t, "wilson-force", g, 4).Once.Flops)

		d, err := dirac.NewWilson(geo, g, 0.1, []complex128{1, 1, 1, 1})
		require.NoError(t, err)
		s, err := dirac.NewSchur(d, lattice.Even)
		require.NoError(t, err)
		for _, on := range []lattice.Subset{lattice.All, lattice.Even} {
			assert.Equal(t, 2*hop, s.NormalFlops(on))
			assert.Equal(t, hop+4*256*term, s.DerivativeFlops(on))
			assert.Equal(t, 2*hop, d.NormalFlops(lattice.All))
			assert.Equal(t, 4*256*term, d.DerivativeFlops(on))
		}
		assert.Zero(t, s.NormalFlops(lattice.Odd)+s.DerivativeFlops(lattice.Odd))
		_, counted := dirac.CountedOf(s)
		assert.True(t, counted)
		s, err = dirac.NewSchur(struct{ dirac.EvenOdd }{d}, lattice.Even)
		require.NoError(t, err)
		_, counted = dirac.CountedOf(s)
		assert.False(t, counted, "an operator that does not count")
	}
}

// paths multiplies along so many links, adds up, and returns what that takes.
func (k *counter) paths(n int, lengths ...int) (sum []complex128) {
	m := make([]complex128, n*n)
	for _, l := range lengths {
		p := m
		for range l - 1 {
			p = k.product(n, p, m)
		}
		sum = k.sum(sum, p)
	}
	return sum
}

// The flops of networks and of the gauge action's value are those that their packages
// count from the compiled paths, and on one link those counted here.
func TestLinkFlopsByCounting(t *testing.T) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		u := newGrid(t, g).u
		geo, n := u.Geometry(), g.N()
		talk, err := covnet.NewTalkNetwork(u)
		require.NoError(t, err)
		layer, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(4))
		require.NoError(t, err)
		du, dv := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		staples := []int{3, 3, 3, 3, 3, 3}
		for name, net := range map[string]*covnet.Network{"stout": covnet.NewNetwork(u, layer), "talk-network": talk} {
			layers, paths := 1., staples
			if name == "talk-network" {
				layers, paths = 2, append(staples[:6:6], 3)
			}
			var forward, backward counter
			forward.paths(n, paths...)
			var marked []int // for every link of a path, one as long
			for _, l := range paths {
				for range l {
					marked = append(marked, l)
				}
			}
			backward.paths(n, marked...)
			links := layers * 4 * 256
			flops := net.Work().Flops
			net.Forward(u)
			spent := net.Work().Flops - flops
			assert.Equal(t, find(t, name+"-forward", g, 4).Once.Flops, float64(spent), name)
			// closed, exponentiated, multiplied
			assert.Equal(t, links*(forward.flops+2*g.MulFlops()+g.ExpFlops()), float64(spent), name)
			flops = net.Work().Flops
			net.Backward(du, nil, dv)
			spent = net.Work().Flops - flops
			assert.Equal(t, find(t, name+"-backward", g, 4).Once.Flops, float64(spent), name)
			// e^-Q dv e^Q, Phi U, U A Phi and the closed paths are five products
			assert.Equal(t, links*(backward.flops+5*g.MulFlops()+g.TangentFlops()+float64(g.Dim())), float64(spent), name)
		}
		assert.Equal(t, find(t, "gauge-drift", g, 4).Once.Flops, u.DriftFlops())
		s, err := gauge.NewRectangleAction(geo, g, 5.6, gauge.Wilson)
		require.NoError(t, err)
		before := s.Flops()
		require.NoError(t, s.AddForce(du, 1, u))
		assert.Equal(t, find(t, "gauge-force", g, 4).Once.Flops, float64(s.Flops()-before))
		var value counter
		value.paths(n, 4, 4, 4, 4, 4, 4)
		before = s.Flops()
		_, err = s.Value(u)
		require.NoError(t, err)
		assert.Equal(t, 256*value.flops, float64(s.Flops()-before))
	}
}

// The flops of a trajectory, derived from the numbers of its forces, solves and
// drifts, are those that the sampler counts while it does one.
func TestTrajectoryFlops(t *testing.T) {
	for _, c := range []struct {
		kernel    string
		g         group.Group
		l         int
		scheme    sampler.Scheme
		steps     int
		quarks    bool
		network   bool
		solves    int
		tolerance float64
	}{
		{"trajectory-gauge", group.SU3, 8, sampler.Omelyan2(), 20, false, false, 0, 0},
		{"trajectory-staggered", group.SU3, 8, sampler.Leapfrog(), 20, true, false, 21 + 2, 1e-2},
		{"trajectory-wilson", group.SU3, 8, sampler.Omelyan2(), 20, true, false, 41 + 1, 1e-2},
		{"trajectory-talk-HMC", group.SU2, 4, sampler.Omelyan2(), 8, true, false, 17 + 2, 1e-10},
		{"trajectory-talk-SLHMC", group.SU2, 4, sampler.Omelyan2(), 8, true, true, 17 + 4, 1e-10},
	} {
		geo, err := lattice.New([]int{c.l, c.l, c.l, c.l})
		require.NoError(t, err)
		u := gauge.NewField(geo, c.g)
		sg, err := gauge.NewRectangleAction(geo, c.g, 5.6, gauge.Wilson)
		require.NoError(t, err)
		target := action.Sum{sg}
		guide := action.Sum{sg}
		if c.quarks {
			d, err := dirac.NewStaggered(geo, c.g, 0.5, dirac.AntiperiodicTime(4))
			require.NoError(t, err)
			tolerances := action.Tolerances{Action: c.tolerance, Force: c.tolerance, MaxIterations: 1000}
			sf, err := action.NewTwoFlavour(d, lattice.Even, tolerances)
			require.NoError(t, err)
			target, guide = append(target, sf), append(guide, sf)
			if c.network {
				net, err := covnet.NewTalkNetwork(u)
				require.NoError(t, err)
				e, err := dirac.NewStaggered(geo, c.g, 0.6, dirac.AntiperiodicTime(4))
				require.NoError(t, err)
				seen, err := sf.With(e)
				require.NoError(t, err)
				guide[1] = covnet.NewEffective(u, net, seen)
			}
		}
		levels := []sampler.Level{{Force: guide, Scheme: c.scheme, Steps: c.steps}}
		if c.kernel == "trajectory-wilson" {
			d, err := dirac.NewWilson(geo, c.g, 0.5, []complex128{1, 1, 1, -1})
			require.NoError(t, err)
			schur, err := dirac.NewSchur(d, lattice.Even)
			require.NoError(t, err)
			tolerances := action.Tolerances{Action: c.tolerance, Force: c.tolerance, MaxIterations: 1000}
			target[1], err = action.NewTwoFlavour(schur, lattice.Even, tolerances)
			require.NoError(t, err)
			levels[0].Force = target[1]
			levels = append(levels, sampler.Level{Force: sg, Scheme: c.scheme, Steps: 4})
		}
		s, err := sampler.NewSLHMC(u, target, levels, 1)
		require.NoError(t, err)
		for range 2 { // what is counted is that of the last one
			step, err := s.Step(u, rng.New(5).At(0))
			require.NoError(t, err)
			w := step.Work
			require.Equal(t, c.solves, w.Solves, c.kernel)
			require.Equal(t, w.Iterations+w.Solves, w.Applications, "one residual a solve")
			assert.Zero(t, w.Uncounted)
			assert.Equal(t, find(t, c.kernel, c.g, c.l).Count(float64(w.Iterations)).Flops, float64(w.Flops), c.kernel)
		}
	}
}

// The flops of rational actions, their forces and that of a ratio are those that the
// actions count while they are timed.
func TestActionFlops(t *testing.T) {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	require.NoError(t, err)
	u, f := gauge.NewField(geo, group.SU3), gauge.NewAlgebra(geo, group.SU3)
	u.Hot(rng.New(1))
	staggered := func(m float64) *dirac.Staggered {
		d, err := dirac.NewStaggered(geo, group.SU3, m, dirac.AntiperiodicTime(4))
		require.NoError(t, err)
		return d
	}
	tolerances := action.Tolerances{Action: 1e-10, Force: 1e-10, MaxIterations: 1000}
	root, err := action.NewRational(staggered(0.05), lattice.Even, action.Approximations{
		Power: rational.Power{Num: 1, Den: 2}, Fields: 1, Action: 5e-9, Force: 5e-9, Interval: action.Interval{Lo: 0.0025 / 1.01, Hi: 16.0025},
	}, tolerances)
	require.NoError(t, err)
	ratio, err := action.NewRatio(staggered(0.05), staggered(0.2), lattice.Even, tolerances)
	require.NoError(t, err)
	for _, phi := range []*fermion.Field{root.Phi()[0], ratio.Phi()} {
		phi.Gaussian(rng.New(2), lattice.Even)
	}
	for kernel, do := range map[string]struct {
		a  action.Worker
		do func() error
	}{
		"rational-action": {root, func() error { _, err := root.Value(u); return err }},
		"rational-force":  {root, func() error { return root.AddForce(f, 1, u) }},
		"ratio-force":     {ratio, func() error { return ratio.AddForce(f, 1, u) }},
	} {
		before := do.a.Work()
		require.NoError(t, do.do())
		w := do.a.Work().Minus(before)
		assert.Equal(t, find(t, kernel, group.SU3, 4).Count(float64(w.Iterations)).Flops, float64(w.Flops), kernel)
	}
}
