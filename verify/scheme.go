package verify

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/sampler"
)

// Scheme judges an integrator by its coefficients, and by trajectories of gauge
// fields, with staggered quarks where extents allow, on one and two time scales.
func Scheme(t TB, s sampler.Scheme, options ...Option) {
	t.Helper()
	test(t, OfScheme(t.Name(), s, options...), newSettings(options))
}

// OfScheme returns an integrator as a subject.
func OfScheme(name string, s sampler.Scheme, options ...Option) Subject {
	by := newSettings(options).by
	build := Standard(s)
	subject := OfDynamics(name, func(c Case, u *gauge.Field) (Motion, Integrator, error) {
		m, _, err := build(c, u)
		if err != nil {
			return m, nil, err
		}
		d, err := by(u, m.Levels)
		return m, d, err
	}, options...)
	subject.Laws = append(subject.Laws,
		Law{Name: "coefficients", Cost: 1000, Check: func(Case) []Result { return coefficients(s) }},
		Law{Name: "order", Cost: 3, Volume: 16, Check: func(c Case) []Result { return order(c, s, by) }},
		Law{Name: "mean order", Cost: 6, Volume: 16, Check: func(c Case) []Result { return meanOrder(c, s, by) }},
	)
	return subject
}

// IntegratorBuilder makes an integrator of levels for links like u.
type IntegratorBuilder func(u *gauge.Field, levels []sampler.Level) (Integrator, error)

// By says which program integrates by the coefficients of a scheme;
// sampler.NewDynamics without.
func By(build IntegratorBuilder) Option { return func(o *settings) { o.by = build } }

func dynamics(u *gauge.Field, levels []sampler.Level) (Integrator, error) {
	return sampler.NewDynamics(u, levels)
}

// standardTau is the length of a trajectory over the shortest time of the gauge field.
const standardTau = 1.5

// Standard returns the dynamics that a scheme is judged by.
func Standard(s sampler.Scheme) MotionBuilder {
	return func(c Case, u *gauge.Field) (Motion, Integrator, error) {
		geo := u.Geometry()
		sg, err := gauge.NewRectangleAction(geo, u.Group(), c.Beta, c.C1)
		if err != nil {
			return Motion{}, nil, err
		}
		m := Motion{Tau: standardTau / math.Sqrt(1+c.stiffness())}
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

// stiffness bounds the square of the frequencies of the gauge field. A link is in
// 2(D-1) plaquettes of four links and 6(D-1) rectangles of six:
// omega² <= beta/N tr T T 4 (D-1) (|c0| 2 + |c1| 9), and for U(1) twice that.
func (c Case) stiffness() float64 {
	return c.Beta / float64(c.GaugeGroup().N()) * float64(4*(len(c.Extents)-1)) * (math.Abs(1-8*c.C1)*2 + math.Abs(c.C1)*9)
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
	if len(s.Kicks) != len(s.Drifts)+1 || s.Gradients != nil && len(s.Gradients) != len(s.Kicks) {
		broken = 1
	}
	_, gradientSkew := sum(s.Gradients)
	return []Result{
		exact("a kick more than drifts, and a gradient for each if for any", broken),
		{Law: "kicks add up to one", Measured: math.Abs(kicks - 1), Bound: ulps, Because: "round-off of sums"},
		{Law: "drifts add up to one", Measured: math.Abs(drifts - 1), Bound: ulps, Because: "round-off of sums"},
		{Law: "kicks read the same backwards", Measured: kickSkew, Bound: ulps, Because: "round-off of differences"},
		{Law: "drifts read the same backwards", Measured: driftSkew, Bound: ulps, Because: "round-off of differences"},
		{Law: "gradients read the same backwards", Measured: gradientSkew, Bound: ulps, Because: "round-off of differences"},
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
func order(c Case, s sampler.Scheme, by IntegratorBuilder) []Result {
	c.C1 = 0
	c.Roughness = min(c.Roughness, 1) // a random field is at no minimum
	const starts, halvings = 8, 3
	steps := 8 // at 4, small fields can be far from the asymptotic order
	var rms [halvings]float64
	for start := range uint64(starts) {
		c.Seed = 2*(c.Seed/2) + 2*start // one time scale
		m := newMotion(Standard(s), c)
		before := m.energy(m.z)
		for i := range rms {
			m.Levels[0].Steps = steps << i
			m.by = must(by(m.z.u, m.Levels))
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
