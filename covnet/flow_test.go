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
		flow.Step(.01)
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
			flow.Step(eps)
			flow.Step(eps / 2)
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
			flow.Step(.05)
			v := gauge.NewField(u.Geometry(), u.Group())
			v.Copy(flow.Links())
			v.Transform(r.rotation(u))
			w := gauge.NewField(u.Geometry(), u.Group())
			w.Copy(u)
			w.Transform(r.rotation(u))
			flow.Reset(w)
			flow.Step(.05)
			b = append(b, bound{a.Name, apart(v, verify.Links(flow.Links())), 1e-12})
		}
		return b
	})
}

// flowTo returns u at time t by steps of eps.
func flowTo(u *gauge.Field, t float64, steps int) *gauge.Field {
	f := newFlow(u, covnet.WilsonFlow())
	for range steps {
		f.Step(t / float64(steps))
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
			flow.Step(.02)
		}
	}
	cold := recipe{N: 2, Extents: []int{4, 4}}.links()
	flow := newFlow(cold, covnet.ZeuthenFlow())
	flow.Step(.1)
	assert.Zero(t, apart(flow.Links(), verify.Links(cold)))
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
	flow.Step(.01)
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
	want.Step(.05)
	assert.Zero(t, testing.AllocsPerRun(2, func() { want.Step(.01) }))
	want.Reset(r.links2(want))
	want.Step(.05)
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
