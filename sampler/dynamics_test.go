package sampler_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

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

func newTheory(c verify.Case) *theory {
	geo := c.Geometry()
	t := &theory{u: c.Links(geo, "links"), p: gauge.NewAlgebra(geo, c.GaugeGroup())}
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

// condition returns how much a trajectory enlarges small errors, measured on
// copies that start 1e-6 off in links and in momenta, times the square root of
// the number of components that a random direction may miss of the worst one.
// The map is symplectic: backwards it is the same number.
func (t *theory) condition(d *sampler.Dynamics, tau float64, s rng.Stream) float64 {
	const off = 1e-6
	end := t.copy()
	check(d.Integrate(end.u, end.p, tau))
	q := gauge.NewAlgebra(t.u.Geometry(), t.u.Group())
	worst := 1.0
	for k := range uint64(2) {
		q.Gaussian(s.At(k))
		near := t.copy()
		if k == 0 {
			near.u.Drift(off, q)
		} else {
			near.p.Add(off, q)
		}
		check(d.Integrate(near.u, near.p, tau))
		worst = max(worst, distance(near, end)/(off*sqrt(q.Norm2())))
	}
	return worst * sqrt(float64(t.components()))
}

func (t *theory) components() int {
	return 2 * t.u.Geometry().Volume() * t.u.Geometry().Dims() * t.u.Group().Dim()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// rounding returns the round-off that the kicks and drifts of a trajectory add:
// of each product of matrices (N+2) ulp an element, of exp twice that, of a
// momentum one ulp; of a force what verify measures, and twice kappa <= 1 + D²/m²
// times the residual of a solve.
func (t *theory) rounding(c verify.Case, tau float64) float64 {
	noise, size := 0.0, 0.0
	for _, l := range t.levels() {
		_, f, err := verify.Noise(l.Force, t.u, c.Stream("noise"))
		check(err)
		noise += 32 * f
		a := gauge.NewAlgebra(t.u.Geometry(), t.u.Group())
		check(l.Force.AddForce(a, 1, t.u))
		size += sqrt(a.Norm2())
	}
	dims := float64(len(c.Extents))
	kappa := 1 + dims*dims/c.Mass/c.Mass
	sweeps := 1.0 // kicks or drifts of the innermost level
	for _, l := range t.levels() {
		sweeps *= float64(len(l.Scheme.Drifts) * l.Steps)
	}
	links := 4 * float64(t.u.Group().N()+2) * ulp * sqrt(float64(t.components()))
	return sweeps*(links+ulp*sqrt(t.p.Norm2())) + sweeps*tau*(noise+2*kappa*solved*size)
}

var domain = verify.Domain{Cases: 24, Volume: 16, Cold: true}

// There and back again, by -tau and by turning the momenta around.
func TestDynamicsIsReversible(t *testing.T) {
	verify.Run(t, domain, func(c verify.Case) []verify.Result {
		th := newTheory(c)
		d := must(sampler.NewDynamics(th.u, th.levels()))
		tau := 3 * th.h
		bound := 2 * th.rounding(c, tau) * th.condition(d, tau, c.Stream("condition"))
		start, z := th.copy(), th.copy()
		check(d.Integrate(z.u, z.p, tau))
		moved := distance(z, start)
		turned := point{gauge.NewField(z.u.Geometry(), z.u.Group()), gauge.NewAlgebra(z.u.Geometry(), z.u.Group())}
		turned.u.Copy(z.u)
		turned.p.Add(-1, z.p)
		check(d.Integrate(z.u, z.p, -tau))
		check(d.Integrate(turned.u, turned.p, tau))
		turned.p.Scale(-1)
		result := func(law string, measured float64) verify.Result {
			return verify.Result{
				Law: law, Measured: measured, Bound: bound, Vacuous: !(bound < 1e-6*moved),
				Because: "round-off of all kicks and drifts times the measured growth of small errors",
			}
		}
		return []verify.Result{
			result("back by -tau", distance(z, start)),
			result("back by -P", distance(turned, start)),
		}
	})
}

// Rotated links, momenta and quarks end rotated.
func TestDynamicsIsGaugeCovariant(t *testing.T) {
	verify.Run(t, domain, func(c verify.Case) []verify.Result {
		th := newTheory(c)
		d := must(sampler.NewDynamics(th.u, th.levels()))
		tau := 3 * th.h
		bound := 2 * th.rounding(c, tau) * th.condition(d, tau, c.Stream("condition"))
		rotation := gauge.NewTransformation(th.u.Geometry(), th.u.Group())
		rotation.Random(c.Stream("rotation"))
		want, z := th.copy(), th.copy()
		check(d.Integrate(want.u, want.p, tau))
		moved := distance(want, z)
		want.u.Transform(rotation)
		want.p.Transform(rotation)
		z.u.Transform(rotation)
		z.p.Transform(rotation)
		th.sum.Transform(rotation)
		check(d.Integrate(z.u, z.p, tau))
		return []verify.Result{{
			Law: "the end is rotated", Measured: distance(z, want), Bound: bound, Vacuous: !(bound < 1e-6*moved),
			Because: "round-off of all kicks and drifts times the measured growth of small errors",
		}}
	})
}

// energy returns H of the sum of the levels' actions.
func energy(levels []sampler.Level, z point) float64 {
	h := z.p.Norm2() / 2
	for _, l := range levels {
		h += must(l.Force.Value(z.u))
	}
	return h
}

// At fixed trajectory length dH = c h^order + O(h^(order+2)): a symmetric scheme
// conserves a modified H with even powers of h only. The rms over four starts is
// taken, lest c vanish. The slope of its logarithm from h/2 to h/4 may be off by a
// quarter of what it was from h to h/2 and by a tenth.
func TestOrderOfTheEnergyError(t *testing.T) {
	for _, test := range []struct {
		c      verify.Case
		levels uint64 // as in newTheory
		steps  int    // of the outermost level, for second order
	}{
		{verify.Case{Group: "U(1)", Extents: []int{4, 4}, Beta: 1}, 0, 4},
		{verify.Case{Group: "SU(2)", Extents: []int{3, 2, 3}, Beta: 2.7, C1: gauge.Symanzik}, 0, 8},
		{verify.Case{Group: "SU(2)", Extents: []int{4, 2}, Beta: 2.7}, 1, 8},
		{verify.Case{Group: "SU(3)", Extents: []int{4, 2}, Beta: 5.7}, 2, 4},
		{verify.Case{Group: "SU(2)", Extents: []int{2, 2, 2, 2}, Beta: 2.7}, 2, 4},
		{verify.Case{Group: "SU(4)", Extents: []int{3, 2}, Beta: 2.7}, 3, 4},
	} {
		if testing.Short() && test.c.Group != "SU(2)" {
			continue
		}
		for k, scheme := range sampler.Schemes() {
			test.c.Boundary = dirac.AntiperiodicTime(len(test.c.Extents))
			test.c.Mass, test.c.Roughness = 1, .4
			steps := test.steps
			if scheme.Order == 4 {
				steps = max(2, steps/2)
			}
			var rms [3]float64
			for start := range uint64(4) {
				test.c.Seed = test.levels + 4*(uint64(k)+3*start)
				th := newTheory(test.c)
				before := energy(th.levels(), th.copy())
				for i := range rms {
					levels := th.levels()
					for j := range levels {
						levels[j].Scheme = scheme
					}
					levels[0].Steps = steps << i
					z := th.copy()
					check(must(sampler.NewDynamics(th.u, levels)).Integrate(z.u, z.p, .5))
					dh := energy(levels, z) - before
					rms[i] += dh * dh / 4
				}
			}
			first, second := math.Log2(rms[0]/rms[1])/2, math.Log2(rms[1]/rms[2])/2
			name := scheme.Name + " " + test.c.String()
			assert.InDelta(t, scheme.Order, second, abs(first-float64(scheme.Order))/4+.1, name)
			assert.InDelta(t, scheme.Order, first, 1, name)
			require.Less(t, sqrt(rms[2]), .05, name)
			require.Greater(t, sqrt(rms[2]), 1e-10, name) // above round-off
		}
	}
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

// The Jacobian of (U, P) -> (U', P') has determinant one, U being moved by
// exp(i omega^a T_a) from the left on both sides, which leaves the Haar measure
// alone. Five-point stencils at h = .02 err by h⁴/30 of a fifth derivative: for
// determinants of matrices of 16 and 48 rows that is below 1e-5, and a kick or
// drift that scales volumes does it by per cents.
func TestDynamicsPreservesVolume(t *testing.T) {
	for _, name := range []string{"U(1)", "SU(2)"} {
		for levels := range uint64(4) {
			for k := range uint64(len(sampler.Schemes())) {
				c := verify.Case{
					Group: name, Extents: []int{2, 2}, Boundary: []int{1, -1}, Beta: 2, Mass: 1, Roughness: .7,
					Seed: levels + 4*k,
				}
				th := newTheory(c)
				d := must(sampler.NewDynamics(th.u, th.levels()))
				n := th.components()
				jacobian := mat.NewDense(n, n, nil)
				const h = .02
				end := th.copy()
				check(d.Integrate(end.u, end.p, .5))
				moved := func(k int, by float64) []float64 {
					z := th.copy()
					q := gauge.NewAlgebra(z.u.Geometry(), z.u.Group())
					component(q, k%(n/2), by)
					if k < n/2 {
						z.u.Drift(1, q)
					} else {
						z.p.Add(1, q)
					}
					check(d.Integrate(z.u, z.p, .5))
					return coordinates(z, end)
				}
				for k := range n {
					a, b := moved(k, h), moved(k, -h)
					a2, b2 := moved(k, 2*h), moved(k, -2*h)
					for i := range n {
						jacobian.Set(i, k, (8*(a[i]-b[i])-(a2[i]-b2[i]))/(12*h))
					}
				}
				assert.InDelta(t, 1, mat.Det(jacobian), 1e-4, c.String())
			}
		}
		if testing.Short() {
			break
		}
	}
}

// component sets one component of a zero field: (site, mu, a), a fastest.
func component(q *gauge.Algebra, k int, value float64) {
	geo, dim := q.Geometry(), q.Group().Dim()
	x, c := make([]int, geo.Dims()), make([]float64, dim)
	c[k%dim] = value
	geo.Coordinates(x, k/dim/geo.Dims())
	q.Set(x, k/dim%geo.Dims(), c)
}

// coordinates returns those of z about end, [U U_end^†]_TA and P - P_end: to
// third order in small displacements the ones of exp(i omega).
func coordinates(z, end point) []float64 {
	geo, g := z.u.Geometry(), z.u.Group()
	x := make([]int, geo.Dims())
	a, b, m := g.NewMatrix(), g.NewMatrix(), g.NewMatrix()
	v, w := make([]float64, g.Dim()), make([]float64, g.Dim())
	var links, momenta []float64
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range x {
			z.u.At(a, x, mu)
			end.u.At(b, x, mu)
			group.MulDagger(m, a, b)
			g.TA(v, m)
			links = append(links, v...)
			z.p.At(v, x, mu)
			end.p.At(w, x, mu)
			for i := range v {
				momenta = append(momenta, v[i]-w[i])
			}
		}
	}
	return append(links, momenta...)
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
		return []verify.Result{{
			Law: "an idle level changes nothing", Measured: distance(a, b),
			Bound:   8 * th.rounding(c, tau) * th.condition(plain, tau, c.Stream("condition")),
			Because: "round-off of all kicks and drifts times the measured growth of small errors",
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
