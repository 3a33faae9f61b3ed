package sampler_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

func abs(x float64) float64  { return math.Abs(x) }
func sqrt(x float64) float64 { return math.Sqrt(x) }
func acos(x float64) float64 { return math.Acos(x) }

const (
	ulp    = verify.Roundoff
	solved = 1e-13 // relative residual of the solves in the properties
)

// theory is the actions of a case on its links, and dynamics that use all of
// them, chosen by its seed.
type theory struct {
	u      *gauge.Field
	sum    action.Sum             // gauge action, quarks where extents allow
	quarks *action.TwoFlavour     // nil without
	p      *gauge.Algebra         // momenta
	levels func() []sampler.Level // one, two or three time scales; thin links or smeared
	h      float64                // a step that resolves the largest frequency
}

func newTheory(c verify.Case) *theory { return theoryOn(c, c.Links(c.Geometry(), "links")) }

func theoryOn(c verify.Case, u *gauge.Field) *theory {
	geo := u.Geometry()
	t := &theory{u: u, p: gauge.NewAlgebra(geo, c.GaugeGroup())}
	t.p.Gaussian(c.Stream("momenta"))
	sg := must(gauge.NewRectangleAction(geo, c.GaugeGroup(), c.Beta, c.C1))
	t.sum = action.Sum{sg}
	if geo.EvenOdd() {
		d := must(dirac.NewStaggered(geo, c.GaugeGroup(), c.Mass, c.Boundary))
		t.quarks = must(action.NewTwoFlavour(d, lattice.Even, action.Tolerances{Action: solved, Force: solved, MaxIterations: 2000}))
		must(t.quarks.Refresh(t.u, c.Stream("quarks")))
		t.sum = append(t.sum, t.quarks)
	}
	// A link is in 2(D-1) plaquettes of four links and 6(D-1) rectangles of six:
	// omega² <= beta/N tr T T 4 (D-1) (|c0| 2 + |c1| 9), and for U(1) twice that.
	k := c.Beta / float64(c.GaugeGroup().N()) * float64(4*(geo.Dims()-1)) * (abs(1-8*c.C1)*2 + abs(c.C1)*9)
	t.h = .5 / sqrt(1+k)
	schemes := sampler.Schemes()
	scheme := func(i uint64) sampler.Scheme { return schemes[(c.Seed/4+i)%uint64(len(schemes))] }
	zero := must(gauge.NewRectangleAction(geo, c.GaugeGroup(), .5, 0))
	t.levels = func() []sampler.Level {
		switch c.Seed % 4 {
		case 0:
			return []sampler.Level{{Force: t.sum, Scheme: scheme(0), Steps: 3}}
		case 1: // a smeared guide
			net := must(covnet.NewTalkNetwork(t.u))
			if err := net.SetParams([]float64{.1, .05, -.05, .05, .02, .1}); err != nil {
				panic(err)
			}
			return []sampler.Level{{Force: covnet.NewEffective(t.u, net, t.sum), Scheme: scheme(0), Steps: 2}}
		case 2:
			return []sampler.Level{{Force: t.sum[len(t.sum)-1], Scheme: scheme(0), Steps: 1}, {Force: sg, Scheme: scheme(1), Steps: 2}}
		default:
			return []sampler.Level{
				{Force: t.sum[len(t.sum)-1], Scheme: scheme(0), Steps: 1},
				{Force: zero, Scheme: scheme(1), Steps: 1},
				{Force: sg, Scheme: scheme(2), Steps: 1},
			}
		}
	}
	return t
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// point is a point of phase space.
type point struct {
	u *gauge.Field
	p *gauge.Algebra
}

func (t *theory) copy() point {
	z := point{gauge.NewField(t.u.Geometry(), t.u.Group()), gauge.NewAlgebra(t.u.Geometry(), t.u.Group())}
	z.u.Copy(t.u)
	z.p.Copy(t.p)
	return z
}

// distance returns the norm of the difference, over all links and components.
func distance(a, b point) float64 {
	d := gauge.NewAlgebra(a.p.Geometry(), a.p.Group())
	d.Copy(a.p)
	d.Add(-1, b.p)
	return sqrt(d.Norm2() + links2(a.u, b.u))
}

// links2 returns the sum of |u_ij - v_ij|².
func links2(u, v *gauge.Field) float64 {
	s, x := 0.0, make([]int, u.Geometry().Dims())
	a, b := u.Group().NewMatrix(), u.Group().NewMatrix()
	for site := range u.Geometry().Volume() {
		u.Geometry().Coordinates(x, site)
		for mu := range x {
			u.At(a, x, mu)
			v.At(b, x, mu)
			for i := range a {
				z := a[i] - b[i]
				s += real(z)*real(z) + imag(z)*imag(z)
			}
		}
	}
	return s
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// Each integrator obeys the laws of integrators: reversible, covariant, volume
// preserving, of its order.
func TestSchemesAreRight(t *testing.T) {
	for _, s := range sampler.Schemes() {
		t.Run(s.Name, func(t *testing.T) { verify.Scheme(t, s, verify.With(verify.Suite{Cases: 6, Volume: 16})) })
	}
}

// So do trajectories of smeared guides and of up to three time scales.
func TestDynamicsIsRight(t *testing.T) {
	verify.Dynamics(t, func(c verify.Case, u *gauge.Field) (verify.Motion, verify.Integrator, error) {
		th := theoryOn(c, u)
		m := verify.Motion{Levels: th.levels(), Tau: 3 * th.h}
		if th.quarks != nil {
			d := float64(len(c.Extents)) // the condition of D^†D is at most 1 + D²/m²
			m.Phi, m.Solves = th.quarks, 2*solved*(1+d*d/c.Mass/c.Mass)
		}
		by, err := sampler.NewDynamics(u, m.Levels)
		return m, by, err
	}, verify.With(verify.Suite{Cases: 16, Volume: 16}))
}

// energy returns H of the sum of the levels' actions.
func energy(levels []sampler.Level, z point) float64 {
	h := z.p.Norm2() / 2
	for _, l := range levels {
		h += must(l.Force.Value(z.u))
	}
	return h
}

// Omelyan's scheme has about a tenth of the leapfrog's error at equal step: the
// reason why it exists, and true only of the right coefficient.
func TestOmelyanBeatsLeapfrog(t *testing.T) {
	if testing.Short() {
		t.Skip("many small steps")
	}
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4, 2}, Boundary: []int{1, 1, -1}, Beta: 5.7, Mass: 1, Roughness: .4}
	rms := map[string]float64{}
	for start := range uint64(8) {
		c.Seed = 4 * start
		th := newTheory(c)
		for _, scheme := range sampler.Schemes() {
			levels := []sampler.Level{{Force: th.sum, Scheme: scheme, Steps: 16}}
			z := th.copy()
			before := energy(levels, z)
			check(must(sampler.NewDynamics(th.u, levels)).Integrate(z.u, z.p, 1))
			rms[scheme.Name] += math.Pow(energy(levels, z)-before, 2)
		}
	}
	ratio := sqrt(rms["omelyan2"] / rms["leapfrog"])
	assert.Less(t, ratio, .25)
	assert.Less(t, rms["omelyan4"], rms["omelyan2"])
}

// A level whose force vanishes only divides the time of the level within.
func TestIdleLevel(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 8, Volume: 16}, func(c verify.Case) []verify.Result {
		th := newTheory(c)
		idle := must(gauge.NewRectangleAction(th.u.Geometry(), th.u.Group(), 0, 0))
		scheme := sampler.Schemes()[c.Seed%3]
		nested := must(sampler.NewDynamics(th.u, []sampler.Level{
			{Force: idle, Scheme: sampler.Leapfrog(), Steps: 2}, {Force: th.sum, Scheme: scheme, Steps: 3},
		}))
		plain := must(sampler.NewDynamics(th.u, []sampler.Level{{Force: th.sum, Scheme: scheme, Steps: 6}}))
		tau := 3 * th.h
		a, b := th.copy(), th.copy()
		check(nested.Integrate(a.u, a.p, tau))
		check(plain.Integrate(b.u, b.p, tau))
		// Links that are off by a few units in the last place end off by this much.
		noise := 0.0
		for k := range uint64(6) {
			near := th.copy()
			verify.Jitter(near.u, th.u, c.Stream("jitter").At(k))
			check(plain.Integrate(near.u, near.p, tau))
			noise = max(noise, distance(near, b))
		}
		return []verify.Result{{
			Law: "an idle level changes nothing", Measured: distance(a, b), Bound: 32 * noise,
			Because: "32 x the change of the end when links change by round-off", Vacuous: !(32*noise < 1e-6*distance(b, th.copy())),
		}}
	})
}

// recorder keeps the norms of an action's forces, per link.
type recorder struct {
	action.Action
	norms []float64
}

func (r *recorder) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	mine := gauge.NewAlgebra(u.Geometry(), u.Group())
	if err := r.Action.AddForce(mine, c, u); err != nil {
		return err
	}
	r.norms = append(r.norms, mine.Norm2()/float64(u.Geometry().Volume()*u.Geometry().Dims()))
	f.Add(1, mine)
	return nil
}

// The norms are those of the forces that were used, each kick counted once; the
// second trajectory forgets the first. A mean of k numbers rounds 3 k times.
func TestForceNorms(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Beta: 2, Mass: 1, Roughness: .7}
	th := newTheory(c)
	forces := []*recorder{{Action: th.quarks}, {Action: th.sum[0]}}
	d := must(sampler.NewDynamics(th.u, []sampler.Level{
		{Force: forces[0], Scheme: sampler.Omelyan2(), Steps: 3}, {Force: forces[1], Scheme: sampler.Leapfrog(), Steps: 2},
	}))
	kicks := []int{3*2 + 1, 3 * 2 * (2 + 1)}
	z := th.copy()
	for range 2 {
		for _, f := range forces {
			f.norms = nil
		}
		require.NoError(t, d.Integrate(z.u, z.p, 1))
		for i, n := range d.Forces() {
			require.Equal(t, kicks[i], n.Kicks)
			require.Len(t, forces[i].norms, n.Kicks)
			mean := 0.0
			for _, x := range forces[i].norms {
				mean += x / float64(n.Kicks)
			}
			assert.InEpsilon(t, mean, n.Mean2, 4*float64(n.Kicks)*ulp)
			assert.Equal(t, slices.Max(forces[i].norms), n.Max2)
		}
	}
}

// Terms with names are told apart: the norms are those of the forces that each would
// have alone, the trajectory and the norm of their sum are the same bits as without, and
// nothing is allocated. A difference of two sums of k numbers is off by a few units in
// the last place of the sums.
func TestForceNormsOfTerms(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Beta: 2, Mass: 1, Roughness: .7}
	th := newTheory(c)
	terms := []*recorder{{Action: th.sum[0]}, {Action: th.quarks}, {Action: th.sum[0]}}
	sum := action.Sum{terms[0], terms[1], terms[2]}
	for _, scheme := range []sampler.Scheme{sampler.Omelyan2(), sampler.ForceGradient(), sampler.ABADABA()} {
		levels := []sampler.Level{{Force: sum, Scheme: scheme, Steps: 3}}
		plain := must(sampler.NewDynamics(th.u, levels))
		levels[0].Terms = []string{"gauge", "quarks", "gauge again"}
		named := must(sampler.NewDynamics(th.u, levels))
		a, b := th.copy(), th.copy()
		require.NoError(t, plain.Integrate(a.u, a.p, .5))
		for range 2 { // the second one forgets the first
			b = th.copy()
			for _, r := range terms {
				r.norms = nil
			}
			require.NoError(t, named.Integrate(b.u, b.p, .5))
		}
		assert.Zero(t, distance(a, b), scheme.Name)
		n := named.Forces()[0]
		want := plain.Forces()[0]
		assert.Equal(t, []any{want.Mean2, want.Max2, want.Kicks}, []any{n.Mean2, n.Max2, n.Kicks})
		assert.Nil(t, want.Terms)
		require.Len(t, n.Terms, 3)
		for k, x := range n.Terms {
			assert.Equal(t, levels[0].Terms[k], x.Name)
			assert.Positive(t, x.Seconds)
			mean, largest, kicks := 0.0, 0.0, 0.0
			for i, size := range terms[k].norms {
				if gradient := scheme.Gradients != nil; gradient && looksAhead(scheme, i) {
					continue
				}
				kicks++
				mean += size
				largest = max(largest, size)
			}
			assert.EqualValues(t, n.Kicks, kicks)
			assert.InEpsilon(t, mean/kicks, x.Mean2, 1e-12, "%s: %s", scheme.Name, x.Name)
			assert.InEpsilon(t, largest, x.Max2, 1e-12, "%s: %s", scheme.Name, x.Name)
		}
		levels[0].Force = action.Sum{th.sum[0], th.sum[0]}
		levels[0].Terms = []string{"one", "two"}
		quiet := must(sampler.NewDynamics(th.u, levels))
		assert.Zero(t, testing.AllocsPerRun(2, func() { check(quiet.Integrate(b.u, b.p, .1)) }))
	}
	_, err := sampler.NewDynamics(th.u, []sampler.Level{{Force: sum, Scheme: sampler.Leapfrog(), Steps: 1, Terms: []string{"gauge"}}})
	require.ErrorContains(t, err, "level 0 of the guide: 1 names for 3 terms")
}

// looksAhead reports whether the i-th force of a trajectory is the one by which the links
// are moved to where a kick with a gradient takes its own.
func looksAhead(s sampler.Scheme, i int) bool {
	var ahead []bool // of the forces of a step, the first kick aside
	for k := range s.Drifts {
		if s.Kicks[k+1] == 0 {
			continue
		}
		if s.Gradients[k+1] != 0 {
			ahead = append(ahead, true)
		}
		ahead = append(ahead, false)
	}
	if s.Kicks[0] != 0 {
		i--
	}
	return i >= 0 && ahead[i%len(ahead)]
}

func TestUnusableDynamics(t *testing.T) {
	u := newTheory(verify.Case{Group: "U(1)", Extents: []int{2, 2}, Boundary: []int{1, 1}, Beta: 1, Mass: 1}).u
	s := must(gauge.NewRectangleAction(u.Geometry(), u.Group(), 1, 0))
	_, err := sampler.NewDynamics(u, nil)
	require.ErrorContains(t, err, "at least one level")
	for _, l := range []sampler.Level{
		{Scheme: sampler.Leapfrog(), Steps: 1},
		{Force: s, Scheme: sampler.Leapfrog()},
		{Force: s, Steps: 1},
	} {
		_, err = sampler.NewDynamics(u, []sampler.Level{l})
		require.ErrorContains(t, err, "level 0 of the guide")
	}
	for _, tau := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		_, err = sampler.NewSLHMC(u, s, []sampler.Level{{Force: s, Scheme: sampler.Leapfrog(), Steps: 1}}, tau)
		require.ErrorContains(t, err, "trajectory length")
	}
}
