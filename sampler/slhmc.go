package sampler

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// SLHMC draws from exp(-Target) by trajectories along a guide [TN]. With a guide
// made of the target's own terms it is HMC.
//
// It keeps scratch: one per goroutine.
type SLHMC struct {
	target   action.Action
	dynamics *Dynamics
	tau      float64
	hmc      bool
	terms    []action.Action // of target and guide, each once
	silent   int             // how many of them do not count their work

	p     *gauge.Algebra
	drawn *gauge.Algebra // the momenta that the trajectory began with
	start *gauge.Field   // where the trajectory began
	end   *gauge.Field   // what it proposed
}

// Trajectory tells what one trajectory did.
type Trajectory struct {
	DeltaH      float64     // of the target: what Metropolis judged
	GuideDeltaH float64     // of the guide: the error of the integrator alone
	Accepted    bool        //
	Kinetic     [2]float64  // 1/2 sum (P^a)^2 at start and end
	Target      [2]float64  // target action at start and end
	Guide       [2]float64  // guide action at start and end
	Forces      []ForceNorm // per level of the guide; overwritten by the next trajectory
	Work        action.Work // of target, guide and integrator; random numbers aside

	Unconditional bool  // accepted whatever dH was
	Failure       error // why the proposal was refused without a dH; nil: it has one
}

// NewSLHMC returns a sampler of the target with the guide's levels, over
// trajectories of length tau. The guide must be reversible; pseudofermions are
// those of the target.
//
// Errors: tau not positive; an unusable level.
func NewSLHMC(u *gauge.Field, target action.Action, guide []Level, tau float64) (*SLHMC, error) {
	if !(tau > 0) || math.IsInf(tau, 0) {
		return nil, fmt.Errorf("sampler: trajectory length %v (allowed: positive)", tau)
	}
	d, err := NewDynamics(u, guide)
	if err != nil {
		return nil, err
	}
	s := &SLHMC{
		target: target, dynamics: d, tau: tau,
		p:     gauge.NewAlgebra(u.Geometry(), u.Group()),
		drawn: gauge.NewAlgebra(u.Geometry(), u.Group()),
		start: gauge.NewField(u.Geometry(), u.Group()),
		end:   gauge.NewField(u.Geometry(), u.Group()),
	}
	var of []action.Action
	for _, l := range guide {
		of = terms(of, l.Force)
	}
	s.hmc = sameTerms(terms(nil, target), of)
	for _, a := range terms(of, target) {
		if !slices.ContainsFunc(s.terms, func(b action.Action) bool { return same(a, b) }) {
			s.terms = append(s.terms, a)
			if !action.Counts(a) {
				s.silent++
			}
		}
	}
	return s, nil
}

// terms appends the terms of a, sums flattened.
func terms(list []action.Action, a action.Action) []action.Action {
	sum, ok := a.(action.Sum)
	if !ok {
		return append(list, a)
	}
	for _, t := range sum {
		list = terms(list, t)
	}
	return list
}

// sameTerms reports whether a and b are the same actions in any order.
func sameTerms(a, b []action.Action) bool {
	if len(a) != len(b) {
		return false
	}
	b = slices.Clone(b)
	for _, x := range a {
		i := slices.IndexFunc(b, func(y action.Action) bool { return same(x, y) })
		if i < 0 {
			return false
		}
		b = slices.Delete(b, i, i+1)
	}
	return true
}

// same reports whether x and y are one action.
func same(x, y action.Action) bool {
	return reflect.TypeOf(y).Comparable() && reflect.TypeOf(x).Comparable() && x == y
}

// HMC reports whether the guide is the target.
func (s *SLHMC) HMC() bool { return s.hmc }

// Proposal returns the links that the last trajectory started from and those
// that it proposed, before they are overwritten by the next: what training
// looks at.
func (s *SLHMC) Proposal() (start, end *gauge.Field) { return s.start, s.end }

// Momenta returns the momenta that the last trajectory began with, before they are
// overwritten by the next.
func (s *SLHMC) Momenta() *gauge.Algebra { return s.drawn }

// Step replaces u by the next configuration: the end of a trajectory, or u
// itself if Metropolis refuses it. Momenta, pseudofermions and the decision are
// drawn from children of stream, which must be at a trajectory of its own.
// Links are put back into the group after an accepted trajectory.
//
// Errors: a solve that failed, or an energy that is not a number; u is then
// unchanged.
func (s *SLHMC) Step(u *gauge.Field, stream rng.Stream) (Trajectory, error) {
	return s.step(u, stream, rules{})
}

// rules are what a run may do besides Metropolis.
type rules struct {
	unconditional bool // accept whatever dH is: not exact, on the way to equilibrium only
	refuse        bool // a proposal that fails is refused
}

// step is Step under rules.
//
// A proposal that fails, in molecular dynamics or at its end, may be refused, and
// exp(-S) stays the equilibrium: Metropolis refuses by min(1, exp(-dH)) times an
// indicator, 1 if nothing fails, and detailed balance asks that the indicator be
// the same for a trajectory (u, P) -> (u', P') and its reverse (u', -P') -> (u, -P),
// phi being the same. Both pass through the same links, where the same solves start
// from zero and so fail alike (to round-off: of trajectories within it of a limit).
// One solve is done on one way only: the action at the end, for at the start the
// heat bath may give it. So before a proposal is accepted, the action is solved at
// its start too, one more solve for each accepted trajectory. For the same reason a
// heat bath that has drawn phi and fails to find its action (*action.Drawn) is a
// refusal. Not exact is to go on after one that fails to draw: nothing says from
// what distribution the fields are for which that does not fail.
func (s *SLHMC) step(u *gauge.Field, stream rng.Stream, r rules) (Trajectory, error) {
	var t Trajectory
	work := s.work()
	err := s.draw(u, stream, &t)
	if err != nil && !errors.As(err, new(*action.Drawn)) {
		return t, err
	}
	accept := stream.Child("metropolis").Site(0)
	if t.Failure = err; err == nil {
		t.Failure = s.propose(u, &t)
	}
	if t.Failure == nil {
		t.Accepted = accept.Float64() < math.Exp(-t.DeltaH)
		if t.Accepted && r.refuse {
			_, t.Failure = s.target.Value(s.start)
		}
	}
	if t.Failure != nil {
		if !r.refuse {
			return t, t.Failure
		}
		t.Accepted = false
	} else if r.unconditional {
		t.Accepted, t.Unconditional = true, true
	}
	t.Forces = s.dynamics.Forces()
	t.Work = s.work().Minus(work)
	t.Work.Flops += 2 * s.dynamics.sumFlops // the kinetic energies
	t.Work.Uncounted += s.silent
	if t.Accepted {
		u.Copy(s.end)
		u.Reunitarize()
	}
	return t, nil
}

// draw draws momenta and pseudofermions at u.
func (s *SLHMC) draw(u *gauge.Field, stream rng.Stream, t *Trajectory) (err error) {
	s.dynamics.forget()
	nan := math.NaN() // until they are known
	t.Kinetic[1], t.Target[1], t.DeltaH, t.GuideDeltaH = nan, nan, nan, nan
	t.Guide = [2]float64{nan, nan}
	s.drawn.Gaussian(stream.Child("momenta"))
	s.p.Copy(s.drawn)
	if f, ok := s.target.(action.Pseudofermion); ok {
		t.Target[0], err = f.Refresh(u, stream.Child(pseudofermions))
	} else {
		t.Target[0], err = s.target.Value(u)
	}
	t.Kinetic[0] = s.p.Norm2() / 2
	s.start.Copy(u)
	s.end.Copy(u)
	return err
}

// propose moves along the guide, and takes the energies at the end.
func (s *SLHMC) propose(u *gauge.Field, t *Trajectory) (err error) {
	if t.Guide[0], err = s.guide(u, t.Target[0]); err != nil {
		return err
	}
	if err := s.dynamics.Integrate(s.end, s.p, s.tau); err != nil {
		return err
	}
	t.Kinetic[1] = s.p.Norm2() / 2
	if t.Target[1], err = s.target.Value(s.end); err != nil {
		return err
	}
	if t.Guide[1], err = s.guide(s.end, t.Target[1]); err != nil {
		return err
	}
	t.DeltaH = difference(t.Kinetic, t.Target)
	t.GuideDeltaH = difference(t.Kinetic, t.Guide)
	if math.IsNaN(t.DeltaH) {
		return fmt.Errorf("sampler: dH is not a number (S %v, K %v)", t.Target, t.Kinetic)
	}
	return nil
}

// difference returns H1 - H0, compensated: both are large.
func difference(k, s [2]float64) float64 {
	parts := [4]float64{k[1], -k[0], s[1], -s[0]}
	return lattice.Neumaier(parts[:])
}

// guide returns the guide's action, which for HMC is the target's.
func (s *SLHMC) guide(u *gauge.Field, target float64) (float64, error) {
	if s.hmc {
		return target, nil
	}
	total := 0.0
	for _, l := range s.dynamics.levels {
		v, err := l.Force.Value(u)
		if err != nil {
			return 0, err
		}
		total += v
	}
	return total, nil
}

// work returns what has been spent so far.
func (s *SLHMC) work() action.Work {
	w := action.Work{Flops: s.dynamics.spent}
	for _, a := range s.terms {
		w.Add(action.WorkOf(a))
	}
	return w
}
