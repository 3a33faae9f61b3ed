package covnet

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// FlowAction says which action a gradient flow descends,
//
//	dV/dt = -g0^2 (dS/dV) V = [sum_k theta_k C_k V^†]_TA V,
//
// theta = 1 - 8 c1 for the staples of plaquettes and c1 for those of rectangles [L].
type FlowAction struct {
	Name string
	C1   float64
	// Zeuthen applies 1 + (1/12) nabla^*_mu nabla_mu to the exponent, the covariant
	// second difference along the link's own direction [RS].
	Zeuthen bool
}

// WilsonFlow descends the plaquette action.
func WilsonFlow() FlowAction { return FlowAction{Name: "wilson"} }

// SymanzikFlow descends the tree-level improved action.
func SymanzikFlow() FlowAction { return FlowAction{Name: "symanzik", C1: gauge.Symanzik} }

// ZeuthenFlow is free of all errors of order a^2 at tree level [RS].
func ZeuthenFlow() FlowAction {
	return FlowAction{Name: "zeuthen", C1: gauge.Symanzik, Zeuthen: true}
}

// exponent returns Q of the flow, up to what Zeuthen does to it.
func (a FlowAction) exponent(u *gauge.Field, t float64) (*exponent, error) {
	d := u.Geometry().Dims()
	terms, theta := []Term{PlaquetteTerm(d)}, []float64{t * (1 - 8*a.C1)}
	if a.C1 != 0 {
		terms, theta = append(terms, RectangleTerm(d)), append(theta, t*a.C1)
	}
	e, err := newExponent(u, Shared, terms)
	if err != nil {
		return nil, err
	}
	copy(e.rho, theta)
	return e, nil
}

// Layer returns the flow to the time t as a layer of a network, in steps of a scheme.
//
// Errors: Zeuthen flow, which is no sum of paths with weights; as [NewODE].
func (a FlowAction) Layer(u *gauge.Field, scheme Scheme, t float64, steps int) (*ODE, error) {
	if a.Zeuthen {
		return nil, fmt.Errorf("covnet: %s flow as a layer (allowed: flows of plaquettes and rectangles)", a.Name)
	}
	e, err := a.exponent(u, t)
	if err != nil {
		return nil, err
	}
	o, err := NewODE(u, scheme, steps, Shared, e.terms...)
	if err != nil {
		return nil, err
	}
	copy(o.Params(), e.rho)
	return o, nil
}

// MaxStep returns the largest stable step of RK3 for the flow in d dimensions. On smooth
// links a wave of momentum p decays at a rate of at most (p_hat_mu^2 = 4 everywhere)
//
//	4 d max(1, 1 - 8 c1), times 1 - 4/12 for Zeuthen,
//
// and RK3 multiplies it by 1 + z + z^2/2 + z^3/6, z = -eps rate, which is below 1 in modulus for
// z > -2.5127. A larger step blows such waves up until nothing else is left.
func (a FlowAction) MaxStep(d int) float64 {
	rate := 4 * float64(d) * max(1, 1-8*a.C1)
	if a.Zeuthen {
		rate *= 1 - 4./12
	}
	const root = 2.512745326618329 // of 2 - x + x^2/2 - x^3/6
	return root / rate
}

// MinTolerance returns the smallest tolerance of adaptive steps for SU(n): the two solutions
// are products of some three matrices each, and round to about 8 n 2^-53 in the norm, N^2 times
// what Adapt compares. Below, no step would pass but by chance.
func MinTolerance(n int) float64 { return 8 * 0x1p-53 / float64(n) }

// Flow follows a gradient flow, step by step, and gives the links on its way.
//
// Along an exact flow the action that it descends falls. A step after which it has
// risen, by more than round-off, is an error, and the links are then useless.
//
// It keeps scratch: one per goroutine.
type Flow struct {
	*stepper
	u       *gauge.Field
	t       float64
	action  *gauge.Action // that falls
	s, rise float64       // its last value; what round-off may add to it
	maxStep float64
	least   float64           // tolerance
	z       [2]*gauge.Algebra // of the first stages, for the second-order solution
	old     *gauge.Field      // at the beginning of a step
	other   *gauge.Field      // the second-order solution
	gap     gap
}

// NewFlow returns the flow of an action by the scheme RK3 that begins at a copy of u.
//
// Errors: a path of the action that leaves the ghost shell of a divided direction.
func NewFlow(u *gauge.Field, a FlowAction) (*Flow, error) {
	e, err := a.exponent(u, 1)
	if err != nil {
		return nil, err
	}
	geo, g := u.Geometry(), u.Group()
	f := &Flow{stepper: newStepper(u, e, RK3()), u: gauge.NewField(geo, g), old: gauge.NewField(geo, g), other: gauge.NewField(geo, g)}
	if f.action, err = gauge.NewRectangleAction(geo, g, 1, a.C1); err != nil {
		return nil, err
	}
	f.maxStep, f.least = a.MaxStep(geo.Dims()), MinTolerance(g.N())
	// The mean trace of a loop of up to 6 links rounds by 12 N u, u = 2^-53; a step takes
	// each link off the group by some 8 N u; sums of a chunk of sites round by u for each
	// of up to a thousand terms. There are D(D-1)/2 plaquettes and D(D-1) rectangles a site.
	d := float64(geo.Dims())
	loops := float64(geo.Volume()) * d * (d - 1) / 2 * (math.Abs(1-8*a.C1) + 2*math.Abs(a.C1))
	f.rise = float64(64*g.N()+1000) * 0x1p-53 * loops
	f.z = [2]*gauge.Algebra{gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)}
	f.gap = gap{geo: geo, ops: kernel.For(g), partial: make([]float64, geo.Chunks(lattice.All))}
	if a.Zeuthen {
		f.after = newSecondDifference(u).add
	}
	f.Reset(u)
	return f, nil
}

// Reset begins again, at t = 0 with a copy of u.
func (f *Flow) Reset(u *gauge.Field) {
	f.u.Copy(u)
	f.t, f.s = 0, math.Inf(1)
}

// Links returns the links at the present time: the flow's own, not to be changed.
func (f *Flow) Links() *gauge.Field { return f.u }

// Time returns the flow time, in lattice units.
func (f *Flow) Time() float64 { return f.t }

// Step goes a step of size eps. The error of RK3 is of order eps^4 a step.
//
// Errors: eps is not positive or above [FlowAction.MaxStep]; the action has risen.
func (f *Flow) Step(eps float64) error {
	if !(eps > 0 && eps <= f.maxStep) {
		return fmt.Errorf("covnet: flow step %v (allowed: above 0, to %.4g where it becomes unstable)", eps, f.maxStep)
	}
	if err := f.begin(); err != nil {
		return err
	}
	f.step(f.u, eps)
	f.t += eps
	return f.descend()
}

// begin takes the action of the first links.
func (f *Flow) begin() (err error) {
	if math.IsInf(f.s, 1) {
		f.s, err = f.action.Value(f.u)
	}
	return err
}

// descend compares the action with its last value. Errors: it has risen, or is no number.
func (f *Flow) descend() error {
	s, err := f.action.Value(f.u)
	if err != nil {
		return err
	}
	if !(s <= f.s+f.rise) {
		return fmt.Errorf("covnet: at flow time %v the action has risen from %.8g to %.8g, which no flow does: the step is too large for these links", f.t, f.s, s)
	}
	f.s = s
	return nil
}

// Adapt goes one step, of size eps or less, whose error is below the tolerance, and
// returns the size to try next. The error is the distance from the second-order
// solution that is had from the same stages [FR, appendix D],
//
//	V' = exp(-Z_0 + 2 Z_1) V,  d = max |V_mu(n) - V'_mu(n)| / N^2,  eps <- 0.95 eps (tolerance/d)^(1/3),
//
// |.| the Frobenius norm; no step is larger than [FlowAction.MaxStep], whatever the
// tolerance. Errors: an eps or a tolerance that is not positive; one below
// [MinTolerance], or steps that have become too small to change the time; the action has
// risen.
func (f *Flow) Adapt(eps, tolerance float64) (next float64, err error) {
	switch {
	case !(eps > 0 && tolerance > 0):
		return 0, fmt.Errorf("covnet: adaptive step %v with tolerance %v (allowed: both above 0)", eps, tolerance)
	case tolerance < f.least:
		return 0, fmt.Errorf("covnet: adaptive step at t = %v: no step is small enough for a tolerance of %v, which round-off exceeds (allowed: at least %.2g)", f.t, tolerance, f.least)
	}
	if err := f.begin(); err != nil {
		return 0, err
	}
	eps = min(eps, f.maxStep)
	f.old.Copy(f.u)
	for f.t+eps > f.t {
		for i := range f.scheme.A {
			f.look(i, f.u, eps)
			if i < 2 {
				f.z[i].Copy(f.q)
			}
			f.move(i, f.u)
		}
		f.z[0].Scale(-1)
		f.z[0].Add(2, f.z[1])
		f.other.Copy(f.old)
		f.other.Drift(1, f.z[0])
		d := f.gap.between(f.u, f.other)
		next = min(eps*min(.95*math.Cbrt(tolerance/d), 4), f.maxStep)
		if d <= tolerance {
			f.t += eps
			return next, f.descend()
		}
		if math.IsNaN(next) {
			break
		}
		eps = next
		f.u.Copy(f.old)
	}
	return 0, fmt.Errorf("covnet: adaptive step at t = %v: no step is small enough for a tolerance of %v", f.t, tolerance)
}

// gap finds the largest distance of links of two fields.
type gap struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	u, v    []lattice.Vec
	partial []float64
}

// between returns max |u - v| / N^2.
func (g *gap) between(u, v *gauge.Field) float64 {
	g.u, g.v = u.Raw(), v.Raw()
	g.geo.Sweep(g, lattice.All)
	worst := 0.0
	for _, x := range g.partial {
		worst = max(worst, x) // keeps NaN
	}
	twice := 1.0
	if g.ops.N == 2 { // a quaternion is half of the matrix
		twice = 2
	}
	return g.geo.Max(math.Sqrt(twice*worst)) / float64(g.ops.N*g.ops.N)
}

// Do is the sweep of between.
func (g *gap) Do(r lattice.Range) {
	worst := 0.0
	for k := r.Lo * g.geo.Dims(); k < r.Hi*g.geo.Dims(); k++ {
		var sum lattice.Vec
		for i := k * g.ops.M; i < (k+1)*g.ops.M; i++ {
			for l := range sum {
				d := g.u[i][l] - g.v[i][l]
				sum[l] += d * d
			}
		}
		for _, x := range sum[:g.geo.ActiveLanes()] {
			worst = max(worst, x)
		}
	}
	g.partial[r.Chunk] = worst
}
