package sampler_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// small returns SU(2) with quarks on 4 x 4, and its parts.
func small(extents []int, options ...lattice.Option) (u *gauge.Field, sg *gauge.Action, sf *action.TwoFlavour, operator func(mass float64) *dirac.Staggered) {
	geo := must(lattice.New(extents, options...))
	u = gauge.NewField(geo, group.SU2)
	sg = must(gauge.NewRectangleAction(geo, group.SU2, 2, 0))
	operator = func(mass float64) *dirac.Staggered {
		return must(dirac.NewStaggered(geo, group.SU2, mass, dirac.AntiperiodicTime(len(extents))))
	}
	sf = must(action.NewTwoFlavour(operator(.5), lattice.Even, action.Tight()))
	return u, sg, sf, operator
}

// A guide that is the target seen through a network without layers and another
// operator of the same mass is HMC bit for bit: the empty network adds 1 times
// the target's force to zero, which rounds nothing, the operator computes from
// the same links the same numbers, and Metropolis looks at the target alone.
// Split over two levels' worth of terms it would add in another order.
func TestTheTargetAsGuideIsHMC(t *testing.T) {
	history := func(wrap bool) (dh []float64, links []lattice.Vec) {
		u, sg, sf, operator := small([]int{4, 4})
		target := action.Sum{sg, sf}
		var guide action.Action = target
		if wrap {
			seen := action.Sum{sg, must(sf.With(operator(.5)))}
			guide = covnet.NewEffective(u, covnet.NewNetwork(u), seen)
		}
		h := must(sampler.NewSLHMC(u, target, []sampler.Level{{Force: guide, Scheme: sampler.Omelyan2(), Steps: 3}}, 1))
		require.Equal(t, !wrap, h.HMC())
		u.Hot(rng.New(3))
		for i := range uint64(20) {
			tr, err := h.Step(u, rng.New(4).At(i))
			require.NoError(t, err)
			require.Equal(t, tr.Target, tr.Guide)
			require.Equal(t, tr.DeltaH, tr.GuideDeltaH)
			dh = append(dh, tr.DeltaH)
		}
		return dh, slices.Clone(u.Raw())
	}
	dh, links := history(false)
	dh2, links2 := history(true)
	require.Equal(t, dh, dh2)
	require.True(t, slices.Equal(links, links2))
}

// HMC is recognised by its terms, in any order and on any levels.
func TestHMC(t *testing.T) {
	u, sg, sf, operator := small([]int{2, 2})
	heavy := must(sf.With(operator(.7)))
	level := func(a action.Action) sampler.Level {
		return sampler.Level{Force: a, Scheme: sampler.Leapfrog(), Steps: 1}
	}
	target := action.Sum{sg, sf}
	for _, test := range []struct {
		guide []sampler.Level
		hmc   bool
	}{
		{[]sampler.Level{level(target)}, true},
		{[]sampler.Level{level(sf), level(sg)}, true},
		{[]sampler.Level{level(action.Sum{sf, action.Sum{sg}})}, true},
		{[]sampler.Level{level(sg)}, false},
		{[]sampler.Level{level(heavy), level(sg)}, false},
		{[]sampler.Level{level(action.Sum{sg, sg})}, false},
		{[]sampler.Level{level(target), level(sg)}, false},
	} {
		assert.Equal(t, test.hmc, must(sampler.NewSLHMC(u, target, test.guide, 1)).HMC())
	}
}

// What the record says, for HMC and for a guide of its own.
func TestTrajectory(t *testing.T) {
	for _, mass := range []float64{.5, .8} {
		u, sg, sf, operator := small([]int{4, 4})
		target := action.Sum{sg, sf}
		guide := target
		if mass != .5 {
			guide = action.Sum{sg, must(sf.With(operator(mass)))}
		}
		h := must(sampler.NewSLHMC(u, target, []sampler.Level{{Force: guide, Scheme: sampler.Leapfrog(), Steps: 4}}, .5))
		u.Hot(rng.New(1))
		before := slices.Clone(u.Raw())
		tr, err := h.Step(u, rng.New(9))
		require.NoError(t, err)
		start, end := h.Proposal()
		assert.True(t, slices.Equal(before, start.Raw()))
		size := abs(tr.Target[0]) + tr.Kinetic[0]
		assert.InDelta(t, must(target.Value(start)), tr.Target[0], 1e-11*size)
		assert.InDelta(t, must(target.Value(end)), tr.Target[1], 1e-11*size)
		assert.InDelta(t, must(guide.Value(start)), tr.Guide[0], 1e-11*size)
		assert.InDelta(t, must(guide.Value(end)), tr.Guide[1], 1e-11*size)
		assert.InDelta(t, tr.Kinetic[1]-tr.Kinetic[0]+tr.Target[1]-tr.Target[0], tr.DeltaH, 8*ulp*size)
		assert.InDelta(t, tr.Kinetic[1]-tr.Kinetic[0]+tr.Guide[1]-tr.Guide[0], tr.GuideDeltaH, 8*ulp*size)
		assert.Equal(t, 5, tr.Forces[0].Kicks)
		forces, values := 5, 2 // the heat bath on even sites takes a solve
		if mass != .5 {
			values = 4
			assert.Greater(t, abs(tr.DeltaH), 2*abs(tr.GuideDeltaH))
		}
		assert.Equal(t, forces+values, tr.Work.Solves)
		if tr.Accepted {
			assert.Less(t, sqrt(links2(u, end)), 1e-13)
		} else {
			assert.True(t, slices.Equal(before, u.Raw()))
		}
	}
}

// faulty is an action that fails, or is not a number, at its n-th use.
type faulty struct {
	action.Action
	uses int
	nan  bool
}

var errFaulty = errors.New("faulty")

func (f *faulty) Value(u *gauge.Field) (float64, error) {
	if f.uses--; f.uses == 0 {
		if f.nan {
			return math.NaN(), nil
		}
		return 0, errFaulty
	}
	return f.Action.Value(u)
}

func (f *faulty) AddForce(a *gauge.Algebra, c float64, u *gauge.Field) error {
	if f.uses--; f.uses == 0 {
		return errFaulty
	}
	return f.Action.AddForce(a, c, u)
}

// Whatever fails, the links stay as they were: a solver, the value before or
// after, a force on the way, an energy that is not a number.
func TestStepThatFailsChangesNothing(t *testing.T) {
	u, sg, _, operator := small([]int{4, 4})
	u.Hot(rng.New(1))
	before := slices.Clone(u.Raw())
	step := func(a action.Action) error {
		h := must(sampler.NewSLHMC(u, a, []sampler.Level{{Force: a, Scheme: sampler.Leapfrog(), Steps: 2}}, 1))
		_, err := h.Step(u, rng.New(2))
		require.True(t, slices.Equal(before, u.Raw()), "links have changed")
		return err
	}
	for _, sub := range []lattice.Subset{lattice.Even, lattice.All} { // fails in the heat bath, in the force
		sf := must(action.NewTwoFlavour(operator(.5), sub, action.Tolerances{Action: 1e-12, Force: 1e-10, MaxIterations: 1}))
		require.Error(t, step(action.Sum{sg, sf}))
	}
	for uses := 1; uses <= 5; uses++ { // value, three forces, value
		require.ErrorIs(t, step(&faulty{Action: sg, uses: uses}), errFaulty)
	}
	for _, uses := range []int{1, 5} {
		require.ErrorContains(t, step(&faulty{Action: sg, uses: uses, nan: true}), "not a number")
	}
}

// The same bits with 1, 2 and 4 workers: target, guide and decision.
func TestStepDoesNotDependOnWorkers(t *testing.T) {
	history := func(workers int) (dh []float64, links []lattice.Vec) {
		pool := lattice.NewPool(workers)
		defer pool.Close()
		u, sg, sf, operator := small([]int{4, 4, 4, 4}, lattice.WithPool(pool))
		net := must(covnet.NewTalkNetwork(u))
		require.NoError(t, net.SetParams([]float64{.05, .01, .02, .03, .01, -.01}))
		guide := []sampler.Level{
			{Force: covnet.NewEffective(u, net, must(sf.With(operator(.8)))), Scheme: sampler.Omelyan2(), Steps: 1},
			{Force: sg, Scheme: sampler.Leapfrog(), Steps: 2},
		}
		h := must(sampler.NewSLHMC(u, action.Sum{sg, sf}, guide, .3))
		u.Hot(rng.New(3))
		require.Greater(t, u.Geometry().Chunks(lattice.All), 4, "nothing to share")
		for i := range uint64(2) {
			tr := must(h.Step(u, rng.New(4).At(i)))
			dh = append(dh, tr.DeltaH, tr.GuideDeltaH, tr.Forces[0].Mean2)
		}
		return dh, slices.Clone(u.Raw())
	}
	dh, links := history(1)
	for _, workers := range []int{2, 4} {
		dh2, links2 := history(workers)
		require.Equal(t, dh, dh2, "%d workers", workers)
		require.True(t, slices.Equal(links, links2), "%d workers", workers)
	}
}

func TestNothingIsAllocatedInAStep(t *testing.T) {
	for _, workers := range []int{1, 2} {
		if testing.Short() {
			break // trajectories of 10 ms
		}
		pool := lattice.NewPool(workers)
		u, h := talk(t, pool)
		u.Rough(.3, rng.New(1))
		i := uint64(0)
		require.Zero(t, testing.AllocsPerRun(3, func() {
			check(second(h.Step(u, rng.New(2).At(i))))
			i++
		}), "HMC, %d workers", workers)
		pool.Close()
	}
	u, sg, sf, operator := small([]int{4, 4})
	net := must(covnet.NewTalkNetwork(u))
	h := must(sampler.NewSLHMC(u, action.Sum{sg, sf}, []sampler.Level{
		{Force: covnet.NewEffective(u, net, must(sf.With(operator(.8)))), Scheme: sampler.Omelyan4(), Steps: 1},
		{Force: sg, Scheme: sampler.Leapfrog(), Steps: 2},
	}, .5))
	i := uint64(0)
	require.Zero(t, testing.AllocsPerRun(20, func() {
		check(second(h.Step(u, rng.New(2).At(i))))
		i++
	}), "SLHMC")
}

func second[T any](_ T, err error) error { return err }

// Without a force the proposal is exp(i tau P) U: the momenta, read from U(1)
// links, are N(0,1) by the test of Kolmogorov and Smirnov, independent from one
// trajectory to the next. P(sqrt(n) D > 2.9) = 2 exp(-2 2.9²) = 1e-7. The kinetic
// energy of n components has the mean n/2 and the variance n/2, to 6 standard
// errors.
func TestMomentaAreNormal(t *testing.T) {
	geo := must(lattice.New([]int{4, 6}))
	u := gauge.NewField(geo, group.U1)
	free := must(gauge.NewRectangleAction(geo, group.U1, 0, 0))
	const tau = .25 // |P| < pi/tau = 12.6
	h := must(sampler.NewSLHMC(u, free, []sampler.Level{{Force: free, Scheme: sampler.Leapfrog(), Steps: 1}}, tau))
	var p, products, energies []float64
	const trajectories = 150
	for i := range uint64(trajectories) {
		tr := must(h.Step(u, rng.New(6).At(i)))
		require.True(t, tr.Accepted) // dH = 0
		start, end := h.Proposal()
		n := len(p)
		x, a, b := make([]int, 2), group.U1.NewMatrix(), group.U1.NewMatrix()
		energy := 0.0
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			for mu := range 2 {
				start.At(a, x, mu)
				end.At(b, x, mu)
				z := b[0] * complex(real(a[0]), -imag(a[0]))
				v := math.Atan2(imag(z), real(z)) / tau
				if i > 0 {
					products = append(products, v*p[len(p)-48])
				}
				p = append(p, v)
				energy += v * v / 2
			}
		}
		require.Len(t, p, n+48)
		assert.InEpsilon(t, energy, tr.Kinetic[0], 1e-12)
		energies = append(energies, energy)
	}
	slices.Sort(p)
	d, n := 0.0, float64(len(p))
	for i, v := range p {
		f := .5 * math.Erfc(-v/math.Sqrt2)
		d = max(d, abs(f-float64(i)/n), abs(f-float64(i+1)/n))
	}
	assert.Less(t, d*sqrt(n), 2.9)
	assert.Less(t, score(products), 6.0)
	for i, e := range energies {
		energies[i] = e - 24
	}
	assert.Less(t, score(energies), 6.0)
	for i, e := range energies {
		energies[i] = e*e - 24
	}
	assert.Less(t, score(energies), 6.0)
}

// An accepted trajectory ends in the group, however many there were before.
func TestLinksStayInTheGroup(t *testing.T) {
	geo := must(lattice.New([]int{4, 4}))
	for _, g := range verify.Groups() {
		u := gauge.NewField(geo, g)
		s := must(gauge.NewRectangleAction(geo, g, 3, 0))
		h := must(sampler.NewSLHMC(u, s, []sampler.Level{{Force: s, Scheme: sampler.Omelyan2(), Steps: 3}}, 1))
		for i := range uint64(50) {
			require.NoError(t, second(h.Step(u, rng.New(8).At(i))))
		}
		// one product of rows orthonormalised in N (N+2) roundings
		assert.Less(t, u.Unitarity(), 4*float64(g.N()*(g.N()+2))*ulp, g.String())
	}
}

// silent hides that an action counts its work.
type silent struct{ action.Action }

// Work is that of each action once, also of one that is in target and guide; with an
// action that does not count, the flops are not known.
func TestWork(t *testing.T) {
	r := su2(t)
	s := r.slhmc(t)
	before := r.gauge.Flops()
	first, err := s.Step(r.u, rng.New(1).At(0))
	require.NoError(t, err)
	assert.Zero(t, first.Work.Uncounted)
	assert.Greater(t, first.Work.Flops, r.gauge.Flops()-before)
	quark, guide := action.WorkOf(r.quark), action.WorkOf(r.guide)
	second, err := s.Step(r.u, rng.New(1).At(1))
	require.NoError(t, err)
	spent := action.WorkOf(r.quark).Minus(quark)
	spent.Add(action.WorkOf(r.guide).Minus(guide))
	assert.Equal(t, spent.Solves, second.Work.Solves)
	assert.Less(t, spent.Flops, second.Work.Flops)

	quiet, err := sampler.NewSLHMC(r.u, silent{r.gauge}, []sampler.Level{{Force: r.gauge, Scheme: sampler.Leapfrog(), Steps: 1}}, 0.5)
	require.NoError(t, err)
	step, err := quiet.Step(r.u, rng.New(1).At(2))
	require.NoError(t, err)
	assert.Equal(t, 1, step.Work.Uncounted)
}
