package covnet_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

func newFlow(u *gauge.Field, a covnet.FlowAction) *covnet.Flow {
	f, err := covnet.NewFlow(u, a)
	if err != nil {
		panic(err)
	}
	return f
}

// step goes a step that must succeed.
func step(f *covnet.Flow, eps float64) {
	if err := f.Step(eps); err != nil {
		panic(err)
	}
}

// Bridge++ prints t^2 E by the plaquettes after four steps of .01 by its RK3, with
// the exponential to eighth order: .01^9/9! is nothing. All 12 digits and more.
func TestFlowOfBridge(t *testing.T) {
	f, err := format.Open(dataFile(t, "bridgepp/conf_04040408.txt.gz"), format.Shape{Extents: []int{4, 4, 4, 8}, Group: group.SU3})
	require.NoError(t, err)
	defer f.Close()
	u, err := f.Read()
	require.NoError(t, err)
	flow := newFlow(u, covnet.WilsonFlow())
	for range 4 {
		require.NoError(t, flow.Step(.01))
	}
	e := observe.NewEnergyPlaquette(u.Geometry(), u.Group()).Measure(flow.Links())
	assert.InDelta(t, .04, flow.Time(), 1e-15)
	assert.InEpsilon(t, .0154888237555128, .04*.04*e, 1e-12)
}

// The twin takes the same steps with matrices. A step of eps .05 multiplies errors by
// no more than exp(eps |dQ|) with |dQ| below a hundred, whatever the links; some hundred
// roundings of 2^-53 are then below 1e-12.
func TestFlowTwin(t *testing.T) {
	forAll(t, 15, generator{sites: 24}, func(r recipe) (b []bound) {
		u := r.links()
		d := len(r.Extents)
		const eps = .05
		for _, a := range []covnet.FlowAction{covnet.WilsonFlow(), covnet.SymanzikFlow(), covnet.ZeuthenFlow()} {
			flow := newFlow(u, a)
			step(flow, eps)
			step(flow, eps/2)
			layer := reference.Layer{
				reference.PlaquetteStaples(d, reference.Shared(reference.Constant(1-8*a.C1))),
				reference.RectangleStaples(d, reference.Shared(reference.Constant(a.C1))),
			}
			z := func(u *reference.Links) []reference.Matrix {
				if a.Zeuthen {
					return reference.SecondDifference(u, layer.Exponent(u))
				}
				return layer.Exponent(u)
			}
			twin := reference.RK3(reference.RK3(verify.Links(u), eps, z), eps/2, z)
			b = append(b, bound{a.Name, apart(flow.Links(), twin), 1e-12})
		}
		return b
	})
}

// apart returns the largest distance of an element from the twin's.
func apart(u *gauge.Field, twin *reference.Links) float64 {
	worst, mine := 0.0, verify.Links(u)
	for i := range twin.U {
		worst = max(worst, math.Sqrt(mine.U[i].Sub(twin.U[i]).Norm2()))
	}
	return worst
}

// Flow and gauge transformations may be exchanged.
func TestFlowIsGaugeCovariant(t *testing.T) {
	forAll(t, 20, generator{}, func(r recipe) (b []bound) {
		u := r.links()
		for _, a := range []covnet.FlowAction{covnet.SymanzikFlow(), covnet.ZeuthenFlow()} {
			flow := newFlow(u, a)
			step(flow, .05)
			v := gauge.NewField(u.Geometry(), u.Group())
			v.Copy(flow.Links())
			v.Transform(r.rotation(u))
			w := gauge.NewField(u.Geometry(), u.Group())
			w.Copy(u)
			w.Transform(r.rotation(u))
			flow.Reset(w)
			step(flow, .05)
			b = append(b, bound{a.Name, apart(v, verify.Links(flow.Links())), 1e-12})
		}
		return b
	})
}

// flowTo returns u at time t by steps of eps.
func flowTo(u *gauge.Field, t float64, steps int) *gauge.Field {
	f := newFlow(u, covnet.WilsonFlow())
	for range steps {
		step(f, t/float64(steps))
	}
	return f.Links()
}

// RK3 is of third order: the error of a fixed time falls by 8 when steps are halved,
// up to a relative order eps: 20 % from 4 steps to 8, and half of it for each halving.
func TestFlowOrder(t *testing.T) {
	r := recipe{N: 3, Extents: []int{4, 4, 4, 4}, Rough: .5, Seed: 3}
	u := r.links()
	const time = .2
	exact := verify.Links(flowTo(u, time, 256))
	coarse, fine := apart(flowTo(u, time, 16), exact), apart(flowTo(u, time, 32), exact)
	assert.InDelta(t, 8, coarse/fine, .8)
	assert.Greater(t, coarse, 1e-8, "there is an error")
}

// The action that is descended falls all the way; E(t) does with it, and the flow
// of unit links stands still.
func TestFlowDescends(t *testing.T) {
	for _, a := range []covnet.FlowAction{covnet.WilsonFlow(), covnet.SymanzikFlow()} {
		r := recipe{N: 3, Extents: []int{4, 4, 4, 4}, Rough: .7, Seed: 5}
		u := r.links()
		s, err := gauge.NewRectangleAction(u.Geometry(), u.Group(), 1, a.C1)
		require.NoError(t, err)
		flow := newFlow(u, a)
		last := math.Inf(1)
		for range 20 {
			v, err := s.Value(flow.Links())
			require.NoError(t, err)
			assert.Less(t, v, last)
			last = v
			step(flow, .02)
		}
	}
	cold := recipe{N: 2, Extents: []int{4, 4}}.links()
	flow := newFlow(cold, covnet.ZeuthenFlow())
	step(flow, .1)
	assert.Zero(t, apart(flow.Links(), verify.Links(cold)))
}

// The fastest decay of a plane wave is the rate that MaxStep says, in 2, 3 and 4
// dimensions: the largest eigenvalue, over all p_hat_mu^2 = x_mu of 0 … 4, of
//
//	K_mu,nu = delta_mu,nu sum_rho x_rho q_mu,rho - sqrt(x_mu x_nu) q_mu,nu,  q_mu,nu = 1 - c1 (x_mu + x_nu),
//
// times 1 - x_mu/12 for Zeuthen, by power iteration.
func TestMaxStep(t *testing.T) {
	for _, a := range []covnet.FlowAction{covnet.WilsonFlow(), covnet.SymanzikFlow(), covnet.ZeuthenFlow()} {
		for d := 2; d <= 4; d++ {
			fastest, x := 0.0, make([]float64, d)
			for code := range int(math.Pow(5, float64(d))) {
				for mu := range x {
					x[mu] = float64(code % 5)
					code /= 5
				}
				fastest = max(fastest, rate(a, x))
			}
			assert.InEpsilon(t, 2.512745326618329/fastest, a.MaxStep(d), 1e-6, "%s in %d dimensions", a.Name, d)
		}
	}
	const z = 2.512745326618329
	assert.InDelta(t, -1, 1-z+z*z/2-z*z*z/6, 1e-14)
}

// rate is that eigenvalue.
func rate(a covnet.FlowAction, x []float64) (length float64) {
	d := len(x)
	v, w := []float64{1, -.73, .41, .17}[:d], make([]float64, d)
	for range 40 {
		for mu := range d {
			w[mu] = 0
			for nu := range d {
				q := 1 - a.C1*(x[mu]+x[nu])
				if nu != mu {
					w[mu] += x[nu]*q*v[mu] - math.Sqrt(x[mu]*x[nu])*q*v[nu]
				}
			}
			if a.Zeuthen {
				w[mu] *= 1 - x[mu]/12
			}
		}
		length = 0
		for _, z := range w {
			length += z * z
		}
		if length = math.Sqrt(length); length == 0 {
			return 0
		}
		for mu := range v {
			v[mu] = w[mu] / length
		}
	}
	return length
}

// The fastest wave, p = (pi, …, pi) with A_mu = ± a (transverse), decays by steps below
// MaxStep and grows by steps above: then the action rises and the flow says so, where a
// step may be that large at all. The links are weak: a^2 = 1e-8 of the rate.
func TestFlowIsUnstable(t *testing.T) {
	for _, a := range []covnet.FlowAction{covnet.WilsonFlow(), covnet.SymanzikFlow(), covnet.ZeuthenFlow()} {
		geo, err := lattice.New([]int{4, 4})
		require.NoError(t, err)
		u, x := gauge.NewField(geo, group.U1), make([]int, 2)
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			for mu := range 2 {
				s, c := math.Sincos(1e-4 * float64((1-2*mu)*(1-2*((x[0]+x[1])%2))))
				u.Set(x, mu, group.Matrix{complex(c, s)})
			}
		}
		energy := observe.NewEnergyPlaquette(geo, group.U1)
		most := a.MaxStep(2)
		flow := newFlow(u, a)
		before := energy.Measure(u)
		step(flow, .99*most)
		after := energy.Measure(flow.Links())
		z := -.99 * 2.512745326618329
		assert.InEpsilon(t, math.Pow(1+z+z*z/2+z*z*z/6, 2), after/before, 1e-4, a.Name)
		assert.ErrorContains(t, flow.Step(1.001*most), "where it becomes unstable")
		for _, bad := range []float64{0, -.01, math.NaN(), math.Inf(1)} {
			assert.ErrorContains(t, flow.Step(bad), "allowed: above 0")
		}
	}
	// Links that are rougher than they were a step ago: what no flow does, but a step that
	// is too large for them.
	u := recipe{N: 2, Extents: []int{4, 4}, Rough: .5, Seed: 2}.links()
	flow := newFlow(u, covnet.WilsonFlow())
	step(flow, .05)
	u.Rough(.9, rng.New(8))
	flow.Links().Copy(u)
	assert.ErrorContains(t, flow.Step(.01), "the action has risen from")
}

// A tolerance that round-off exceeds is refused at once, at t = 0 too; the smallest that
// is allowed is met; one that is loose is no reason to step beyond stability.
func TestToleranceOfFlow(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4} {
		u := recipe{N: n, Extents: []int{4, 4}, Rough: .8, Seed: 7}.links()
		flow := newFlow(u, covnet.WilsonFlow())
		for _, tolerance := range []float64{1e-17, 1e-30, 1e-300} {
			_, err := flow.Adapt(.01, tolerance)
			assert.ErrorContains(t, err, "which round-off exceeds (allowed: at least")
			assert.Zero(t, flow.Time())
		}
		next := .01
		for range 20 {
			var err error
			next, err = flow.Adapt(next, covnet.MinTolerance(n))
			require.NoError(t, err)
		}
		assert.Greater(t, flow.Time(), 1e-5)
		flow.Reset(u)
		for range 20 {
			before := flow.Time()
			_, err := flow.Adapt(1e300, math.MaxFloat64)
			require.NoError(t, err)
			assert.LessOrEqual(t, flow.Time()-before, covnet.WilsonFlow().MaxStep(2)*(1+1e-12))
		}
	}
}

// Adaptive steps end where many small steps do, to their tolerance a step, and grow
// where links have become smooth.
func TestFlowAdapts(t *testing.T) {
	r := recipe{N: 2, Extents: []int{4, 4, 4, 4}, Rough: .8, Seed: 7}
	u := r.links()
	for tolerance, most := range map[float64]int{1e-4: 60, 1e-6: 250} {
		flow := newFlow(u, covnet.WilsonFlow())
		next, steps, first := .5, 0, 0.
		var err error
		for flow.Time() < 1 {
			before := flow.Time()
			next, err = flow.Adapt(min(next, 1-flow.Time()), tolerance)
			require.NoError(t, err)
			if steps == 0 {
				first = flow.Time() - before
			}
			steps++
			require.Less(t, steps, most, "an error of third order a step needs no more")
		}
		assert.Less(t, first, .5, "the first step was too large")
		assert.Greater(t, next, first)
		// d is the error of the second-order solution, above that of the third; N^2 = 4.
		assert.Less(t, apart(flow.Links(), verify.Links(flowTo(u, flow.Time(), 200))), 4*tolerance*float64(steps))
	}
	flow := newFlow(u, covnet.WilsonFlow())
	_, err := flow.Adapt(0, 1e-4)
	assert.ErrorContains(t, err, "allowed: both above 0")
	for _, tolerance := range []float64{0, math.NaN()} {
		_, err = flow.Adapt(.1, tolerance)
		assert.ErrorContains(t, err, "allowed: both above 0")
	}
	// a step that round-off of the links allows is too small to change the time
	step(flow, .01)
	at := flow.Time()
	_, err = flow.Adapt(.1, 1e-40)
	assert.ErrorContains(t, err, "no step is small enough")
	assert.Equal(t, at, flow.Time())
	v := gauge.NewField(u.Geometry(), u.Group())
	v.Set([]int{0, 0, 0, 0}, 0, group.Matrix{complex(math.NaN(), 0), 0, 0, 1})
	_, err = newFlow(v, covnet.WilsonFlow()).Adapt(.1, 1e-4)
	assert.ErrorContains(t, err, "no step is small enough")
}

// The next step that an accepted one proposes, .95 eps (tolerance/d)^(1/3), tells the
// distance d of its two solutions: that of the steps done here with forces of the
// plaquette action, beta = 2N in Luescher's normalisation, of matrices on every link.
// Relative round-off of 1e-16/d, some 1e-13, is divided by three.
func TestFlowErrorEstimate(t *testing.T) {
	const eps, tolerance = .05, 1e-2
	for _, g := range []group.Group{group.SU2, group.SU3} {
		r := recipe{N: g.N(), Extents: []int{4, 4, 4, 4}, Rough: .5, Seed: 3}
		for _, at := range [][]int{{0, 0, 0, 0}, {3, 2, 1, 3}} { // where d is largest
			u := r.links()
			far := g.NewMatrix()
			g.Haar(far, ptr(rng.New(5).Site(1)))
			u.Set(at, 3, far)
			flow := newFlow(u, covnet.WilsonFlow())
			next, err := flow.Adapt(eps, tolerance)
			require.NoError(t, err)
			require.Equal(t, eps, flow.Time(), "the first step is accepted")

			s, err := gauge.NewRectangleAction(u.Geometry(), g, 2*float64(g.N()), 0)
			require.NoError(t, err)
			var z [3]*gauge.Algebra
			v, low := gauge.NewField(u.Geometry(), g), gauge.NewField(u.Geometry(), g)
			v.Copy(u)
			low.Copy(u)
			move := gauge.NewAlgebra(u.Geometry(), g)
			for i, c := range [][3]float64{{1. / 4}, {-17. / 36, 8. / 9}, {17. / 36, -8. / 9, 3. / 4}} {
				z[i] = gauge.NewAlgebra(u.Geometry(), g)
				require.NoError(t, s.AddForce(z[i], -eps, v))
				move.Zero()
				for k := range i + 1 {
					move.Add(c[k], z[k])
				}
				v.Drift(1, move)
			}
			require.Less(t, apart(v, verify.Links(flow.Links())), 1e-12, "the same step")
			move.Zero()
			move.Add(-1, z[0])
			move.Add(2, z[1])
			low.Drift(1, move)
			d, a, b := 0., g.NewMatrix(), g.NewMatrix()
			site := make([]int, 4)
			for n := range u.Geometry().Volume() {
				u.Geometry().Coordinates(site, n)
				for mu := range 4 {
					v.At(a, site, mu)
					low.At(b, site, mu)
					sum := 0.
					for k := range a {
						sum += real((a[k] - b[k]) * cmplx.Conj(a[k]-b[k]))
					}
					d = max(d, math.Sqrt(sum))
				}
			}
			d /= float64(g.N() * g.N())
			require.Less(t, d, tolerance)
			require.Greater(t, d, tolerance/64, "the step does not grow by more than 4")
			assert.InEpsilon(t, d, tolerance*math.Pow(.95*eps/next, 3), 1e-10, "%v, %v", g, at)
		}
	}
}

func ptr[T any](x T) *T { return &x }

// Two processes flow as one does, and a step allocates nothing.
func TestFlowOnRanksAndFree(t *testing.T) {
	r := recipe{N: 3, Extents: []int{4, 4, 4, 4}, Rough: .6, Seed: 9}
	want := newFlow(r.links(), covnet.ZeuthenFlow())
	step(want, .05)
	assert.Zero(t, testing.AllocsPerRun(2, func() { step(want, .01) }))
	want.Reset(r.links2(want))
	step(want, .05)
	twin := verify.Links(want.Links())
	done := make(chan float64)
	for _, comm := range lattice.InProcess(2) {
		geo, err := lattice.New(r.Extents, lattice.WithComm(comm, []int{1, 1, 1, 2}))
		require.NoError(t, err)
		go func() {
			u := gauge.NewField(geo, groupOf(r.N))
			u.Rough(r.Rough, r.stream("links"))
			flow := newFlow(u, covnet.ZeuthenFlow())
			_, err := flow.Adapt(.05, 1)
			if err != nil {
				panic(err)
			}
			m, x, worst := u.Group().NewMatrix(), make([]int, 4), 0.0
			for site := range geo.Volume() {
				geo.Coordinates(x, site)
				for mu := range 4 {
					if flow.Links().At(m, x, mu) {
						for k, z := range twin.At(site, mu).V {
							worst = max(worst, math.Hypot(real(z-m[k]), imag(z-m[k])))
						}
					}
				}
			}
			done <- worst
		}()
	}
	for range 2 {
		assert.LessOrEqual(t, <-done, 1e-13)
	}
}

// links2 returns the links of r on the lattice of a flow.
func (r recipe) links2(f *covnet.Flow) *gauge.Field {
	u := gauge.NewField(f.Links().Geometry(), f.Links().Group())
	u.Rough(r.Rough, r.stream("links"))
	return u
}

// Any number of workers flows and smears to the same bits.
func TestFlowAndSmearingWorkers(t *testing.T) {
	r := recipe{N: 3, Extents: []int{4, 4, 4, 4}, Rough: .6, Seed: 11}
	var want []float64
	for _, workers := range []int{1, 2, 4} {
		pool := lattice.NewPool(workers)
		geo, err := lattice.New(r.Extents, lattice.WithPool(pool))
		require.NoError(t, err)
		u := gauge.NewField(geo, groupOf(r.N))
		u.Rough(r.Rough, r.stream("links"))
		hyp, err := covnet.NewHYP(u, [3]float64{.4, .4, .3})
		require.NoError(t, err)
		smeared, f := gauge.NewField(geo, u.Group()), gauge.NewAlgebra(geo, u.Group())
		hyp.Forward(smeared, u)
		grad := make([]float64, 3)
		hyp.Backward(f, grad, r.direction(u))
		flow := newFlow(smeared, covnet.ZeuthenFlow())
		next, err := flow.Adapt(.05, 1e-5)
		require.NoError(t, err)
		got := append(grad, f.Norm2(), next, observe.NewEnergy(geo, u.Group()).Measure(flow.Links()))
		if want == nil {
			want = got
		}
		assert.Equal(t, want, got, "%d workers", workers)
		pool.Close()
	}
}
