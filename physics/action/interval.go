package action

import (
	"math"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
)

// Spectrum says where D^†D has its eigenvalues, and for which the approximations of a
// [Rational] are made.
type Spectrum struct {
	Lo, Hi   float64  // smallest and largest, as last measured; zero: not yet
	Interval Interval // of the next trajectory
	Widened  int      // how often it had to be made wider
}

// Interval is what a spectrum is expected in, and all that approximations depend on.
type Interval struct {
	Lo, Hi float64
	Delta  float64 // W^†W - D^†D of a ratio
}

// The approximations hold beyond the interval by as much as a measurement of the
// spectrum may fall short: that of the lower end by some per cent, when a solve stops
// before it has resolved it.
const (
	belowLo = 0.95
	aboveHi = 1.01
)

// around returns the ends of an interval for a measured spectrum, with room for its
// fluctuations: the lower end moves by its own size, the upper one hardly.
func around(lo, hi float64) (float64, float64) { return lo / 2, 1.1 * hi }

// holds reports whether a measured spectrum is inside.
func (i Interval) holds(lo, hi float64) bool { return i.Lo <= lo && hi <= i.Hi }

// Spectrum returns what has been measured, and the interval.
func (a *Rational) Spectrum() Spectrum { return a.spectrum }

// SetInterval sets the interval that the next trajectory begins with: that of a run
// which is continued. Errors: those of rational.Within.
func (a *Rational) SetInterval(i Interval) error {
	if err := a.build(i); err != nil {
		return err
	}
	if err := a.buildForce(i); err != nil {
		return err
	}
	a.spectrum.Interval = i
	return nil
}

// SetSpectrum makes s what Spectrum returns, so that a goes on where another action stood:
// without an interval it is as new. Errors: those of SetInterval; a is then as it was.
func (a *Rational) SetSpectrum(s Spectrum) error {
	if s == a.spectrum {
		return nil
	}
	if s.Interval.Hi == 0 {
		a.made, a.forced = Interval{}, Interval{}
		a.bath, a.value, a.force = nil, nil, nil
	} else if err := a.SetInterval(s.Interval); err != nil {
		return err
	}
	a.spectrum = s
	return nil
}

// Poles returns the number of poles in the action, of which there are as many in the
// heat bath, and in the force; zero before the interval is known.
func (a *Rational) Poles() (action, force int) {
	if a.force == nil {
		return 0, 0
	}
	return len(a.value.shifts), len(a.force.shifts)
}

// prepare binds the links, and makes heat bath and action for the interval, which is
// measured where none is known yet.
func (a *Rational) prepare(u *gauge.Field) error {
	a.light.bind(u)
	delta, i := a.delta(), &a.spectrum.Interval
	if i.Hi == 0 {
		if err := a.measure(); err != nil {
			return err
		}
		i.Lo, i.Hi = around(a.spectrum.Lo, a.spectrum.Hi)
		i.Delta = delta
	}
	if math.Abs(delta-i.Delta) > (i.Lo+min(delta, i.Delta))/slack {
		i.Delta = delta
	}
	if a.made != *i {
		if err := a.build(*i); err != nil {
			return err
		}
	}
	if a.force == nil {
		if err := a.buildForce(*i); err != nil {
			return err
		}
	}
	for _, r := range []*root{a.bath, a.value, a.force} {
		if r.delta != delta {
			r.compose(delta)
		}
	}
	return nil
}

// slack is what the ends of W^†W's interval are widened by, so that delta may move by a
// part of the lower one before the approximations are made again: a mass is trained in
// small steps, and the price is a pole.
const slack = 2

// measure takes the spectrum from a solve of noise: it has a part of every eigenvector.
func (a *Rational) measure() error {
	noise := a.y.Like()
	noise.Gaussian(rng.New(0).Child("spectrum"), a.light.sub)
	a.room(1)
	report, err := a.by.action.SolveShifts(a.x[:1], a.light.normal, []solver.Shift{{Tolerance: spectrumTolerance}}, noise, a.light.sub)
	a.light.count(report, 1)
	a.spectrum.Lo, a.spectrum.Hi = a.by.action.Spectrum()
	return err
}

// spectrumTolerance is that of the solve which measures the spectrum where nothing is
// known of it: far enough to resolve the lower end, see solver.MultiShift.Spectrum.
const spectrumTolerance = 1e-10

// look takes the spectrum from the last solve, and reports whether the interval holds
// it. Where it does not the next one is wider.
func (a *Rational) look(by solver.MultiSolver) bool {
	lo, hi := by.Spectrum()
	if hi == 0 {
		return true // nothing was solved
	}
	a.spectrum.Lo, a.spectrum.Hi = lo, hi
	if a.spectrum.Interval.holds(lo, hi) {
		return true
	}
	lo, hi = around(lo, hi)
	i := &a.spectrum.Interval
	i.Lo, i.Hi = min(lo, i.Lo), max(hi, i.Hi)
	a.spectrum.Widened++
	return false
}

// build makes heat bath and action for an interval. With r(x) ~ x^(-alpha/2) of relative
// error e, its best inverse times 1/(1 - e^2) is 1/r: S of the heat bath is |xi|^2 though
// neither is a power.
func (a *Rational) build(i Interval) error {
	value, e, err := a.approximate(-1, 2, i, a.within(a.r.Action))
	if err != nil {
		return err
	}
	bath, _, err := a.approximate(1, 2, i, a.within(a.r.Action))
	if err != nil {
		return err
	}
	for k := range bath {
		bath[k] = bath[k].scaled(1 / (1 - e[k]*e[k]))
	}
	a.value = newRoot(value[0], value[1], i.Delta, a.t.Action)
	a.bath = newRoot(bath[0], bath[1], i.Delta, a.t.Action)
	a.made = i
	a.room(len(a.value.shifts))
	return nil
}

// buildForce makes the force for an interval.
func (a *Rational) buildForce(i Interval) error {
	find := a.within(a.r.Force)
	if a.r.Poles > 0 {
		find = func(p rational.Power, lo, hi float64) (*rational.Approximation, error) {
			return a.r.Memo.New(p, lo, hi, a.r.Poles)
		}
	}
	force, _, err := a.approximate(-1, 1, i, find)
	if err != nil {
		return err
	}
	a.force = newRoot(force[0], force[1], i.Delta, a.t.Force)
	a.forced = i
	a.room(len(a.force.shifts))
	return nil
}

// finder finds an approximation of a power on an interval.
type finder func(p rational.Power, lo, hi float64) (*rational.Approximation, error)

// within finds those of a relative error.
func (a *Rational) within(bound float64) finder {
	return func(p rational.Power, lo, hi float64) (*rational.Approximation, error) {
		return a.r.Memo.Within(p, lo, hi, bound)
	}
}

// approximate returns the approximations, and their errors, of x^(sign alpha/(n root))
// and, for a ratio, of the inverse power of W^†W, whose spectrum lies delta higher; 1
// without one.
func (a *Rational) approximate(sign, root int, i Interval, find finder) (f [2]fractions, e [2]float64, err error) {
	lo, hi := belowLo*i.Lo, aboveHi*i.Hi
	f[1].constant = 1
	for k := range f[:a.factors()] {
		r, err := find(rational.Power{Num: sign * a.power.Num, Den: root * a.power.Den}, lo, hi)
		if err != nil {
			return f, e, err
		}
		f[k], e[k] = fractions{r.Constant(), r.Residues(), r.Shifts()}, r.MaxError()
		sign = -sign
		lo, hi = (lo+i.Delta)/slack, slack*(hi+i.Delta)
	}
	return f, e, nil
}

// factors is the number of operators.
func (a *Rational) factors() int {
	if a.heavy == nil {
		return 1
	}
	return 2
}

// delta returns W^†W - D^†D, zero without W.
func (a *Rational) delta() float64 {
	if a.heavy == nil {
		return 0
	}
	return a.heavy.op.(dirac.Shifted).NormalShift() - a.light.op.(dirac.Shifted).NormalShift()
}

// room makes fields for the solutions of so many equations.
func (a *Rational) room(n int) {
	for len(a.x) < n {
		a.x = append(a.x, a.y.Like())
	}
}
