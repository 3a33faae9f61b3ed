package verify

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/sampler"
)

// Motion is molecular dynamics to be judged.
type Motion struct {
	Levels []sampler.Level
	Tau    float64              // length of a trajectory
	Phi    action.Pseudofermion // what has to be refreshed, and turned with the links; nil: nothing
	Solves float64              // relative error that solves may leave in forces
}

// Integrator moves links and momenta for a time; *sampler.Dynamics is one.
type Integrator interface {
	Integrate(u *gauge.Field, p *gauge.Algebra, tau float64) error
}

// MotionBuilder makes the dynamics of a case for links like u, or answers
// ErrUnsupported.
type MotionBuilder func(c Case, u *gauge.Field) (Motion, Integrator, error)

// Dynamics judges the molecular dynamics of one's own forces.
func Dynamics(t TB, build MotionBuilder, options ...Option) {
	t.Helper()
	test(t, OfDynamics(t.Name(), build, options...), newSettings(options))
}

// Scheme judges an integrator by its coefficients, and by trajectories of gauge
// fields, with staggered quarks where extents allow, on one and two time scales.
func Scheme(t TB, s sampler.Scheme, options ...Option) {
	t.Helper()
	test(t, OfScheme(t.Name(), s, options...), newSettings(options))
}

// OfDynamics returns molecular dynamics as a subject.
func OfDynamics(name string, build MotionBuilder, options ...Option) Subject {
	o := newSettings(options)
	on := func(name string, cost, volume int, law func(m motion) []Result) Law {
		return Law{Name: name, Cost: cost, Volume: volume, Check: func(c Case) []Result { return law(newMotion(build, c)) }}
	}
	laws := []Law{
		on("reversible", 1, 32, reversible),
		on("gauge", 1, 32, motionCovariant),
		on("moves", 1, 32, motionMoves),
	}
	if o.within.Fixed == nil { // a Jacobian takes a tiny lattice
		laws = append(laws, Law{Name: "volume", Cost: 3, Volume: 4, Check: func(c Case) []Result { return volume(c, build) }})
	}
	return Subject{Name: name, Domain: o.within, Laws: laws}
}

// OfScheme returns an integrator as a subject.
func OfScheme(name string, s sampler.Scheme, options ...Option) Subject {
	subject := OfDynamics(name, Standard(s), options...)
	subject.Laws = append(subject.Laws,
		Law{Name: "coefficients", Cost: 1000, Check: func(Case) []Result { return coefficients(s) }},
		Law{Name: "order", Cost: 3, Volume: 16, Check: func(c Case) []Result { return order(c, s) }},
	)
	return subject
}

// Standard returns the dynamics that a scheme is judged by.
func Standard(s sampler.Scheme) MotionBuilder {
	return func(c Case, u *gauge.Field) (Motion, Integrator, error) {
		geo := u.Geometry()
		sg, err := gauge.NewRectangleAction(geo, u.Group(), c.Beta, c.C1)
		if err != nil {
			return Motion{}, nil, err
		}
		// A link is in 2(D-1) plaquettes of four links and 6(D-1) rectangles of six:
		// omega² <= beta/N tr T T 4 (D-1) (|c0| 2 + |c1| 9), and for U(1) twice that.
		k := c.Beta / float64(u.Group().N()) * float64(4*(geo.Dims()-1)) * (math.Abs(1-8*c.C1)*2 + math.Abs(c.C1)*9)
		m := Motion{Tau: 1.5 / math.Sqrt(1+k)}
		sum := action.Sum{sg}
		if geo.EvenOdd() {
			d, err := dirac.NewStaggered(geo, u.Group(), c.Mass, c.Boundary)
			if err != nil {
				return Motion{}, nil, err
			}
			q, err := action.NewTwoFlavour(d, lattice.Even, action.Tolerances{Action: 1e-13, Force: 1e-13, MaxIterations: 5000})
			if err != nil {
				return Motion{}, nil, err
			}
			sum, m.Phi = append(sum, q), q
			dims := float64(geo.Dims()) // the condition of D^†D is at most 1 + D²/m²
			m.Solves = 2e-13 * (1 + dims*dims/c.Mass/c.Mass)
		}
		m.Levels = []sampler.Level{{Force: sum, Scheme: s, Steps: 3}}
		if c.Seed%2 == 1 && m.Phi != nil {
			m.Levels = []sampler.Level{{Force: m.Phi, Scheme: s, Steps: 1}, {Force: sg, Scheme: s, Steps: 2}}
		}
		d, err := sampler.NewDynamics(u, m.Levels)
		return m, d, err
	}
}

// motion is the dynamics of a case at a point of phase space.
type motion struct {
	Motion
	c  Case
	by Integrator
	z  point
}

// point is a point of phase space.
type point struct {
	u *gauge.Field
	p *gauge.Algebra
}

func newMotion(build MotionBuilder, c Case) motion {
	geo := c.Geometry()
	z := point{c.Links(geo, "links"), gauge.NewAlgebra(geo, c.GaugeGroup())}
	z.p.Gaussian(c.Stream("momenta"))
	m, by, err := build(c, z.u)
	check(err)
	if m.Phi != nil {
		must(m.Phi.Refresh(z.u, c.Stream("phi")))
	}
	return motion{Motion: m, c: c, by: by, z: z}
}

func (z point) copy() point {
	w := point{gauge.NewField(z.u.Geometry(), z.u.Group()), gauge.NewAlgebra(z.u.Geometry(), z.u.Group())}
	w.u.Copy(z.u)
	w.p.Copy(z.p)
	return w
}

// to returns the norm of the difference, over all links and components.
func (z point) to(w point) float64 {
	d := gauge.NewAlgebra(z.p.Geometry(), z.p.Group())
	d.Copy(z.p)
	d.Add(-1, w.p)
	return math.Sqrt(d.Norm2() + distance2(z.u, w.u))
}

func (m motion) run(z point, tau float64) point {
	w := z.copy()
	check(m.by.Integrate(w.u, w.p, tau))
	return w
}

func (z point) components() int {
	return 2 * z.u.Geometry().Volume() * z.u.Geometry().Dims() * z.u.Group().Dim()
}

// allowed bounds what round-off and solves leave at the end of a trajectory: what
// kicks and drifts add, times the growth of small errors.
//
// Of each product of matrices (N+2) ulp an element, of exp twice that, of a
// momentum one ulp; of a force what Noise measures, and what solves leave. Growth is measured on copies that start 1e-6 off
// in links and in momenta, times the square root of the number of components that
// a random direction may miss of the worst one: the map is symplectic, backwards
// it is the same number.
func (m motion) allowed() float64 {
	noise, size, sweeps := 0.0, 0.0, 1.0
	for _, l := range m.Levels {
		_, f, err := Noise(l.Force, m.z.u, m.c.Stream("noise"))
		check(err)
		noise += margin * f
		a := gauge.NewAlgebra(m.z.u.Geometry(), m.z.u.Group())
		check(l.Force.AddForce(a, 1, m.z.u))
		size += math.Sqrt(a.Norm2())
		sweeps *= float64(len(l.Scheme.Drifts) * l.Steps)
	}
	links := 4 * float64(m.z.u.Group().N()+2) * Roundoff * math.Sqrt(float64(m.z.components()))
	rounding := sweeps*(links+Roundoff*math.Sqrt(m.z.p.Norm2())) + sweeps*m.Tau*(noise+m.Solves*size)

	const off = 1e-6
	end, q, growth := m.run(m.z, m.Tau), gauge.NewAlgebra(m.z.u.Geometry(), m.z.u.Group()), 1.0
	for k := range uint64(2) {
		q.Gaussian(m.c.Stream("condition").At(k))
		near := m.z.copy()
		if k == 0 {
			near.u.Drift(off, q)
		} else {
			near.p.Add(off, q)
		}
		growth = max(growth, m.run(near, m.Tau).to(end)/(off*math.Sqrt(q.Norm2())))
	}
	return 2 * rounding * growth * math.Sqrt(float64(m.z.components()))
}

const becauseMotion = "round-off of all kicks and drifts times the measured growth of small errors"

// reversible: back by -tau, and by -P.
func reversible(m motion) []Result {
	bound := m.allowed()
	end := m.run(m.z, m.Tau)
	moved := end.to(m.z)
	turned := end.copy()
	turned.p.Scale(-1)
	turned = m.run(turned, m.Tau)
	turned.p.Scale(-1)
	vacuous := !(bound < 1e-3*moved)
	return []Result{
		{Law: "back by -tau", Measured: m.run(end, -m.Tau).to(m.z), Bound: bound, Because: becauseMotion, Vacuous: vacuous},
		{Law: "back by -P", Measured: turned.to(m.z), Bound: bound, Because: becauseMotion, Vacuous: vacuous},
	}
}

// motionCovariant: rotated links, momenta and quarks end rotated.
func motionCovariant(m motion) []Result {
	bound := m.allowed()
	turn := gauge.NewTransformation(m.z.u.Geometry(), m.z.u.Group())
	turn.Random(m.c.Stream("rotation"))
	want := m.run(m.z, m.Tau)
	moved := want.to(m.z)
	want.u.Transform(turn)
	want.p.Transform(turn)
	start := m.z.copy()
	start.u.Transform(turn)
	start.p.Transform(turn)
	if m.Phi != nil {
		m.Phi.Transform(turn)
	}
	return []Result{{
		Law: "the end is rotated", Measured: m.run(start, m.Tau).to(want), Bound: bound, Because: becauseMotion, Vacuous: !(bound < 1e-3*moved),
	}}
}

// motionMoves: half a trajectory and its other half are the same as all of it only if
// time is what moves: a trajectory of no length moves nothing.
func motionMoves(m motion) []Result {
	still := m.run(m.z, 0).to(m.z)
	idle := 0
	if !(m.run(m.z, m.Tau).to(m.z) > 1e-3*math.Sqrt(float64(m.z.components()))*min(1, m.Tau)) {
		idle = 1
	}
	rounding := 64 * Roundoff * float64(m.z.u.Group().N()+2) * math.Sqrt(float64(m.z.components()))
	for _, l := range m.Levels {
		rounding *= float64(2 + len(l.Scheme.Drifts)*l.Steps)
	}
	return []Result{
		{Law: "no time, no motion", Measured: still, Bound: rounding, Because: "round-off of exp(0) U"},
		exact("a trajectory moves", idle),
	}
}

// coefficients: kicks and drifts add up to one and read the same backwards.
func coefficients(s sampler.Scheme) []Result {
	sum := func(x []float64) (sum, skew float64) {
		for i := range x {
			sum += x[i]
			skew = math.Max(skew, math.Abs(x[i]-x[len(x)-1-i]))
		}
		return sum, skew
	}
	kicks, kickSkew := sum(s.Kicks)
	drifts, driftSkew := sum(s.Drifts)
	ulps := 4 * Roundoff * float64(len(s.Kicks)+len(s.Drifts))
	broken := 0
	if len(s.Kicks) != len(s.Drifts)+1 {
		broken = 1
	}
	return []Result{
		exact("a kick more than drifts", broken),
		{Law: "kicks add up to one", Measured: math.Abs(kicks - 1), Bound: ulps, Because: "round-off of sums"},
		{Law: "drifts add up to one", Measured: math.Abs(drifts - 1), Bound: ulps, Because: "round-off of sums"},
		{Law: "kicks read the same backwards", Measured: kickSkew, Bound: ulps, Because: "round-off of differences"},
		{Law: "drifts read the same backwards", Measured: driftSkew, Bound: ulps, Because: "round-off of differences"},
	}
}

// energy returns H of the sum of the levels' actions.
func (m motion) energy(z point) float64 {
	h := z.p.Norm2() / 2
	for _, l := range m.Levels {
		h += must(l.Force.Value(z.u))
	}
	return h
}

// order: at fixed trajectory length dH = c h^order + O(h^(order+2)), a symmetric
// scheme having a conserved modified H with even powers of h only. The rms over
// eight starts is taken, lest c vanish. The slope of its logarithm from h/2 to h/4
// may be off by a quarter of what it was from h to h/2 and by a tenth. For a wrong
// coefficient the order is two, or none.
func order(c Case, s sampler.Scheme) []Result {
	c.C1 = 0
	c.Roughness = min(c.Roughness, 1) // a random field is at no minimum
	const starts, halvings = 8, 3
	steps := 4
	var rms [halvings]float64
	for start := range uint64(starts) {
		c.Seed = 2*(c.Seed/2) + 2*start // one time scale
		m := newMotion(Standard(s), c)
		before := m.energy(m.z)
		for i := range rms {
			m.Levels[0].Steps = steps << i
			m.by = must(sampler.NewDynamics(m.z.u, m.Levels))
			dh := m.energy(m.run(m.z, m.Tau)) - before
			rms[i] += dh * dh / starts
		}
	}
	series := Series{Title: "Energy error along a trajectory", XLabel: "step of the trajectory's length", YLabel: "rms dH", Log: true}
	for i, x := range rms {
		series.X, series.Y = append(series.X, 1/float64(steps<<i)), append(series.Y, math.Sqrt(x))
	}
	first, second := math.Log2(rms[0]/rms[1])/2, math.Log2(rms[1]/rms[2])/2
	series.Note = fmt.Sprintf("fitted order %.3f, expected %d", second, s.Order)
	bound := math.Abs(first-float64(s.Order))/4 + 0.1
	return []Result{
		{
			Law: fmt.Sprintf("|dH| ~ h^%d", s.Order), Measured: math.Abs(second - float64(s.Order)), Bound: bound,
			Because: fmt.Sprintf("the next order: %.3f, then %.3f, rms dH %.2g", first, second, math.Sqrt(rms[2])),
			Vacuous: bound > 0.4 || math.Sqrt(rms[2]) < 1e-11, Series: []Series{series},
		},
	}
}

// volume: the Jacobian of (U, P) -> (U', P') has determinant one, U being moved
// by exp(i omega^a T_a) from the left on both sides, which leaves the Haar measure
// alone. Five-point stencils at h = .02 err by h⁴/30 of a fifth derivative: for
// determinants of matrices of 16 and 48 rows that is below 1e-5, and a kick or
// drift that scales volumes does it by per cents.
func volume(c Case, build MotionBuilder) []Result {
	c.Extents, c.Boundary, c.C1 = []int{2, 2}, []int{1, -1}, 0
	c.Beta = min(c.Beta, 2)
	if c.GaugeGroup().N() > 2 {
		c.Group = "SU(2)"
	}
	m := newMotion(build, c)
	const h = .02
	n, end := m.z.components(), m.run(m.z, m.Tau)
	jacobian := mat.NewDense(n, n, nil)
	moved := func(k int, by float64) []float64 {
		z, q := m.z.copy(), gauge.NewAlgebra(m.z.u.Geometry(), m.z.u.Group())
		component(q, k%(n/2), by)
		if k < n/2 {
			z.u.Drift(1, q)
		} else {
			z.p.Add(1, q)
		}
		return coordinates(m.run(z, m.Tau), end)
	}
	for k := range n {
		a, b, a2, b2 := moved(k, h), moved(k, -h), moved(k, 2*h), moved(k, -2*h)
		for i := range n {
			jacobian.Set(i, k, (8*(a[i]-b[i])-(a2[i]-b2[i]))/(12*h))
		}
	}
	return []Result{{Law: "the volume of phase space is kept", Measured: math.Abs(mat.Det(jacobian) - 1), Bound: 1e-4, Because: "five-point stencils"}}
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
	g := z.u.Group()
	a, b, m := g.NewMatrix(), g.NewMatrix(), g.NewMatrix()
	v, w := make([]float64, g.Dim()), make([]float64, g.Dim())
	var links, momenta []float64
	eachLink(z.u.Geometry(), func(x []int, mu int) {
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
	})
	return append(links, momenta...)
}
