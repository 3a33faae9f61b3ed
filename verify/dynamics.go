package verify

import (
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
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

// OfDynamics returns molecular dynamics as a subject.
func OfDynamics(name string, build MotionBuilder, options ...Option) Subject {
	o := newSettings(options)
	on := func(name string, cost, volume int, law func(m motion) []Result) Law {
		return Law{Name: name, Cost: cost, Volume: volume, Check: func(c Case) []Result { return law(newMotion(build, c)) }}
	}
	return Subject{Name: name, Domain: o.within, Laws: []Law{
		on("reversible", 1, 32, reversible),
		on("gauge", 1, 32, motionCovariant),
		on("moves", 1, 32, motionMoves),
		{Name: "volume", Cost: 3, Volume: 4, Strict: true, Check: func(c Case) []Result { return volume(c, build) }}, // a Jacobian
	}}
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
