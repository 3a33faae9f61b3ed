package action

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
)

// Rational is the pseudofermion action of a power of D^†D, for any number of flavours
// [CK],
//
//	weight det(D^†D)^alpha,   S = sum_j |r(D^†D) phi_j|^2,   r(x) ~ x^(-alpha/2n),
//
// of n fields phi_j: alpha is Nf/2 for Wilson quarks, and for staggered ones on a parity
// Nf/4 in four dimensions, Nf/2 in two. With X_k = (D^†D + b_k)^-1 phi and Y_k = D X_k
// the force is that of phi^† f(D^†D) phi, f(x) = a_0 + sum_k a_k/(x + b_k) ~ x^(-alpha/n),
// which may be known with a larger error:
//
//	dS = -2 sum_k a_k Re <Y_k, dD X_k>.
//
// The ratio to a heavy operator W has the weight (det(D^†D)/det(W^†W))^alpha, for
// operators that differ in their masses only (dirac.Shifted): W^†W = D^†D + delta, and
// the power is that of x / (x + delta).
//
// Every value of the action, and the heat bath, checks the interval that r is made for
// against the spectrum of D^†D that its solves have seen. Where the interval does not
// hold it, it is made wider and S is computed again; forces follow with the next phi, for
// molecular dynamics would not be reversible. So S is that power to the error that was
// asked for wherever it is computed, and a trajectory that leaves the interval is judged
// as any other. [Rational.Spectrum] tells of it.
//
// It keeps scratch, one field for each pole among it: one per goroutine.
type Rational struct {
	pair  // heavy is nil without W
	power rational.Power
	r     Approximations
	t     Tolerances
	by    multiSolvers
	phi   *drawn
	draw  int // the phi that forces are for
	x     []*fermion.Field
	y     *fermion.Field
	sum   *gauge.Algebra // of the forces of several fields, lest half of them be added

	bath, value  *root
	force        *root
	made, forced Interval // that they are for
	spectrum     Spectrum
}

// Approximations says which power is wanted, and how well its approximations shall
// know it.
type Approximations struct {
	Power  rational.Power // alpha
	Fields int            // n, below which alpha is
	// Action bounds the relative error of r, Force that of f: the first is seen by
	// Metropolis, the other one costs acceptance.
	Action, Force float64
	// Poles is how many f has whatever its error; 0: as many as Force wants.
	Poles int
	// Interval is what the spectrum of D^†D is expected in. Zero: it is measured.
	Interval Interval
	// Memo finds the approximations; actions may share one. Nil: one of its own.
	Memo *rational.Memo
}

// drawn are the fields of an action and of those that look at it.
type drawn struct {
	phi   []*fermion.Field
	count int // of heat baths
}

type multiSolvers struct{ action, force solver.MultiSolver }

// NewRational returns the action of op on the sites of sub. phi is zero until Refresh. op
// is bound to whatever links are passed, as that of [NewTwoFlavour]. Tolerances are
// those of each equation of a multi-shift solve; only forces iterate in single precision.
//
// Errors: sub is a parity, but op's D^†D mixes them; a power that is not between 0 and
// the number of fields; an error of the action beyond 1e-3 over the number of
// components; what rational.Within does not allow.
func NewRational(op dirac.Operator, sub lattice.Subset, r Approximations, t Tolerances) (*Rational, error) {
	return newRational(op, nil, sub, r, t)
}

// NewRationalRatio returns that of light over heavy. Errors: those of NewRational;
// operators that differ in more than a shift of D^†D.
func NewRationalRatio(light, heavy dirac.Operator, sub lattice.Subset, r Approximations, t Tolerances) (*Rational, error) {
	if err := checkShifted(light, heavy); err != nil {
		return nil, fmt.Errorf("%w in one rational function (see NewQuotient)", err)
	}
	return newRational(light, heavy, sub, r, t)
}

func newRational(op, heavy dirac.Operator, sub lattice.Subset, r Approximations, t Tolerances) (*Rational, error) {
	if r.Fields < 1 {
		return nil, fmt.Errorf("action: rational action of %d fields (allowed: at least 1)", r.Fields)
	}
	if r.Power.Den < 1 || r.Power.Num < 1 || r.Power.Num >= r.Power.Den*r.Fields {
		return nil, fmt.Errorf("action: power %v of a determinant by %d rational fields (allowed: above 0, below the number of fields)", r.Power, r.Fields)
	}
	a := &Rational{r: r, t: t, power: lowest(r.Power, r.Fields), y: op.NewField(), phi: &drawn{}}
	if n := a.y.Components(sub); !(r.Action*float64(n) <= mostMiss) {
		return nil, fmt.Errorf("action: relative error %g of a rational action of %d components (allowed: at most %g over their number)", r.Action, n, mostMiss)
	}
	var err error
	if a.light, err = newQuark(op, sub, t.Mixed); err != nil {
		return nil, err
	}
	if heavy != nil {
		if a.heavy, err = newQuark(heavy, sub, false); err != nil {
			return nil, err
		}
	}
	for range r.Fields {
		a.phi.phi = append(a.phi.phi, op.NewField())
	}
	if r.Memo == nil {
		a.r.Memo = new(rational.Memo)
	}
	if r.Fields > 1 {
		a.sum = gauge.NewAlgebra(a.y.Geometry(), a.y.Group())
	}
	a.by = multiSolvers{&solver.MultiShift{MaxIterations: t.MaxIterations}, &solver.MultiShift{MaxIterations: t.MaxIterations}}
	if t.Mixed {
		a.by.force = &solver.MixedMultiShift{MaxIterations: t.MaxIterations}
	}
	if r.Interval.Hi != 0 {
		i := r.Interval
		i.Delta = a.delta()
		if err := a.SetInterval(i); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// mostMiss bounds the relative error of the action's approximation times the number of
// components: S, that many on average, is then the same function at both ends of a
// trajectory to four times that, whichever intervals the two were made for.
const mostMiss = 1e-3

// lowest is the power of each of n fields, in lowest terms.
func lowest(p rational.Power, n int) rational.Power {
	a, b := p.Num, p.Den*n
	for b != 0 {
		a, b = b, a%b
	}
	return rational.Power{Num: p.Num / a, Den: p.Den * n / a}
}

// With returns the action of the same phi - shared, not copied - seen through another
// operator, other approximations of as many fields, and other tolerances: how a guide
// follows its target. It is refreshed through a. heavy is nil where a has none.
func (a *Rational) With(op, heavy dirac.Operator, r Approximations, t Tolerances) (*Rational, error) {
	build := func() (*Rational, error) { return NewRational(op, a.light.sub, r, t) }
	if heavy != nil {
		build = func() (*Rational, error) { return NewRationalRatio(op, heavy, a.light.sub, r, t) }
	}
	b, err := build()
	if err != nil {
		return nil, err
	}
	if err := a.phi.sharedWith(b.phi, op, a.light.op); err != nil {
		return nil, err
	}
	b.phi = a.phi
	return b, nil
}

// sharedWith says why fields of op cannot be those of other.
func (d *drawn) sharedWith(b *drawn, op, other dirac.Operator) error {
	if len(b.phi) != len(d.phi) {
		return fmt.Errorf("action: %d rational fields seen as %d", len(d.phi), len(b.phi))
	}
	_, err := shared(d.phi[0], b.phi[0], op, other)
	return err
}

// Operator returns D.
func (a *Rational) Operator() dirac.Operator { return a.light.op }

// Phi returns the pseudofermion fields, which live on the subset only.
func (a *Rational) Phi() []*fermion.Field { return a.phi.phi }

// solve sets the first x to the solutions for b of the equations of r.
func (a *Rational) solve(by solver.MultiSolver, r *root, b *fermion.Field) error {
	report, err := by.SolveShifts(a.x[:len(r.equations)], a.light.normal, r.equations, b, a.light.sub)
	a.light.count(report, len(r.equations))
	return err
}

// Value returns S. Cost: one multi-shift solve for each field, and another one where the
// interval does not hold the spectrum.
// Errors: *solver.NotConverged with the shift; those of rational.Within for a wider
// interval.
func (a *Rational) Value(u *gauge.Field) (float64, error) {
	s := 0.
	for _, phi := range a.phi.phi {
		if err := a.apply(a.y, straight, phi, u); err != nil {
			return 0, err
		}
		s += a.y.Norm2(a.light.sub)
	}
	return s, nil
}

// Refresh sets phi_j = 1/r(D^†D) xi_j, xi_j Gaussian on the subset, so that S is |xi|^2.
// Cost, errors: those of Value.
func (a *Rational) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	value := 0.
	for j, phi := range a.phi.phi {
		a.y.Gaussian(s.Child(termName(j)), a.light.sub)
		if err := a.apply(phi, inverse, a.y, u); err != nil {
			return 0, err
		}
		value += a.y.Norm2(a.light.sub)
	}
	a.phi.count++
	return value, nil
}

// straight and inverse are r and 1/r.
func straight(a *Rational) *root { return a.value }
func inverse(a *Rational) *root  { return a.bath }

// apply sets y = r(D^†D) b or that of 1/r, for an interval that holds the spectrum.
func (a *Rational) apply(y *fermion.Field, of func(*Rational) *root, b *fermion.Field, u *gauge.Field) error {
	for {
		if err := a.prepare(u); err != nil {
			return err
		}
		if err := a.solve(a.by.action, of(a), b); err != nil {
			return err
		}
		if a.look(a.by.action) {
			a.combine(y, of(a), b)
			return nil
		}
	}
}

// combine sets y = r(D^†D) b from the solutions for b, and counts it and a norm.
func (a *Rational) combine(y *fermion.Field, r *root, b *fermion.Field) {
	for range len(r.shifts) + 2 {
		a.light.dot()
	}
	r.combine(y, b, a.x, a.light.sub)
}

// AddForce adds f += c F. Cost: one multi-shift solve for each field, and for each pole
// one application of D and its derivative.
// Errors: *solver.NotConverged with the shift.
func (a *Rational) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	if err := a.prepareForce(u); err != nil {
		return err
	}
	sum := f
	if a.sum != nil {
		a.sum.Zero()
		sum = a.sum
	}
	for _, phi := range a.phi.phi {
		if err := a.solveForce(phi); err != nil {
			return err
		}
		for k, residue := range a.force.residues {
			a.light.apply(a.y, a.x[k])
			a.light.addDerivative(sum, -c*residue, a.y, a.x[k])
		}
	}
	if a.sum != nil {
		f.Add(1, a.sum)
	}
	return nil
}

// prepareForce makes the force for the interval, once for each phi.
func (a *Rational) prepareForce(u *gauge.Field) error {
	if err := a.prepare(u); err != nil {
		return err
	}
	if a.draw == a.phi.count || a.forced == a.spectrum.Interval {
		a.draw = a.phi.count
		return nil
	}
	a.draw = a.phi.count
	return a.buildForce(a.spectrum.Interval)
}

// solveForce sets x to the X_k of a phi. What it sees of the spectrum in double precision
// is for the next one: a guide is asked for little but forces.
func (a *Rational) solveForce(phi *fermion.Field) error {
	err := a.solve(a.by.force, a.force, phi)
	if err == nil && !a.t.Mixed {
		a.look(a.by.force)
	}
	return err
}

// Components returns the number of complex components of all phi.
func (a *Rational) Components() int {
	return len(a.phi.phi) * a.y.Components(a.light.sub)
}

// Transform rotates phi.
func (a *Rational) Transform(t *gauge.Transformation) {
	for _, phi := range a.phi.phi {
		phi.Transform(t, a.light.sub)
	}
}

// Work returns the work so far.
func (a *Rational) Work() Work { return a.light.work }
