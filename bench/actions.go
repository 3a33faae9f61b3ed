package bench

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/rng"
)

// actions returns values and forces of staggered quarks on even sites, of mass 0.05 on
// hot links, to residuals of 1e-10: two tastes with as many poles in both, and four over
// those of mass 0.2.
func actions() (t []Case) {
	for _, l := range []int{4, 8, 16} {
		for _, workers := range []int{1, 2} {
			c := Case{Group: group.SU3, L: l, Workers: workers}
			value, force, ratio := c, c, c
			value.Kernel, value.Once, value.Iteration, value.Build = "rational-action", rationalValueCount(&c), multiShiftCount(&c), rationalAction(false)
			force.Kernel, force.Once, force.Iteration, force.Build = "rational-force", rationalForceCount(&c), multiShiftCount(&c), rationalAction(true)
			ratio.Kernel, ratio.Once, ratio.Iteration, ratio.Build = "ratio-force", quarkForceCount(&c), iterationCount(&c), ratioForce
			t = append(t, value, force, ratio)
		}
	}
	return t
}

// numbers are the real numbers of half a vector, with one read of it.
func numbers(c *Case) Count {
	_, half := traffic(c)
	return Count{c.Sites() / 2 * vectorReals(c.Group), half}
}

// multiShiftCount is the cost of an iteration with shifts: D^†D, a product, r += a p with
// a norm and an update, 2 + 4 + 2 flops a number and 2 + 3 + 3 vectors, and the shifts.
func multiShiftCount(c *Case) Count {
	return normalCount(c).plus(8, numbers(c)).plus(1, shiftsCount(c, poles/float64(spins)))
}

// shiftedResidualsCount is the cost of the residuals of all equations: D^†D, the shift,
// and r += a p with a norm.
func shiftedResidualsCount(c *Case) Count {
	return Count{}.plus(poles, normalCount(c).plus(6, numbers(c)))
}

// rationalValueCount is the cost of the action, iterations aside: residuals, and the sum
// of all fractions with its norm.
func rationalValueCount(c *Case) Count {
	return shiftedResidualsCount(c).plus(2*(poles+2), numbers(c))
}

// rationalForceCount is the cost of the force: residuals, and for each pole D on half a
// vector and the derivative.
func rationalForceCount(c *Case) Count {
	links, half := traffic(c)
	return shiftedResidualsCount(c).plus(poles, Count{c.Sites() / 2 * hopFlops(c.Group), links + 3*half}).plus(poles, derivativeCount(c))
}

// rationalAction returns a builder of the value, or of the force.
func rationalAction(force bool) func(*Case, *lattice.Geometry) (Call, error) {
	return func(c *Case, geo *lattice.Geometry) (Call, error) {
		d, _, _, err := quark(c, geo)
		if err != nil {
			return nil, err
		}
		// D^†D is between m^2 and m^2 + 4^2: an error that takes twelve poles
		r := action.Approximations{
			Power: rational.Power{Num: 1, Den: 2}, Fields: 1, Action: 5e-9, Force: 5e-9,
			Interval: action.Interval{Lo: 0.0025 / 1.01, Hi: 16.0025},
		}
		a, err := action.NewRational(d, lattice.Even, r, action.Tolerances{Action: 1e-10, Force: 1e-10, MaxIterations: 10000})
		if err != nil {
			return nil, err
		}
		if n, m := a.Poles(); n != poles || m != poles {
			return nil, fmt.Errorf("bench: %d and %d poles", n, m)
		}
		a.Phi()[0].Gaussian(rng.New(2), lattice.Even)
		return timed(c, geo, a, force), nil
	}
}

func ratioForce(c *Case, geo *lattice.Geometry) (Call, error) {
	light, _, _, err := quark(c, geo)
	if err != nil {
		return nil, err
	}
	heavy, err := dirac.NewStaggered(geo, c.Group, 0.2, dirac.AntiperiodicTime(directions))
	if err != nil {
		return nil, err
	}
	a, err := action.NewRatio(light, heavy, lattice.Even, action.Tolerances{Action: 1e-10, Force: 1e-10, MaxIterations: 10000})
	if err != nil {
		return nil, err
	}
	a.Phi().Gaussian(rng.New(2), lattice.Even)
	return timed(c, geo, a, true), nil
}

// timed returns a call of the value or of the force of an action on hot links, and its
// iterations.
func timed(c *Case, geo *lattice.Geometry, a action.Action, force bool) Call {
	u, f := gauge.NewField(geo, c.Group), gauge.NewAlgebra(geo, c.Group)
	u.Hot(rng.New(1))
	return func() (int, error) {
		before, err := action.WorkOf(a), error(nil)
		if force {
			err = a.AddForce(f, 1e-9, u)
		} else {
			_, err = a.Value(u)
		}
		return action.WorkOf(a).Minus(before).Iterations, err
	}
}
