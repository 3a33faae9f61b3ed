package rational

import (
	"fmt"
	"math"
	"math/big"
)

// Limits of what is asked for; New and Within say so when they are passed.
const (
	maxDegree = 100
	minError  = 1e-40
	minRatio  = 1.01
	maxRatio  = 1e16
	minEnd    = 1e-100
	maxEnd    = 1e100
)

// Approximation is the best rational approximation of a power on an interval,
//
//	r(x) = a_0 + sum_i a_i / (x + b_i)
//
// in double precision, with the proof that it is the best one.
//
// It does not change once made.
type Approximation struct {
	power  Power
	lo, hi float64

	constant float64
	residues []float64
	shifts   []float64

	certificate Certificate

	problem *problem   // the normalised solution for the size of the power
	center  *big.Float // sqrt(lo hi): x = center y
}

// New returns the best approximation of x^power of the given degree on [lo, hi].
//
// Shapes and units: power with 0 < |Num/Den| < 1 and Den <= 1024; 1 <= degree <= 100; hi/lo from 1.01 to 1e16, both within
// 1e-100 and 1e100.
// Cost: 20 to 40 ms for degree 12, most of a second for 46.
// Errors: an argument outside these ranges, a degree that leaves no digit right.
// Source: [Z, St], and the package comment for the method.
func New(power Power, lo, hi float64, degree int) (*Approximation, error) {
	if err := check(power, lo, hi); err != nil {
		return nil, err
	}
	if degree < 1 || degree > maxDegree {
		return nil, fmt.Errorf("rational: degree %d: it must be from 1 to %d", degree, maxDegree)
	}
	return best(power, lo, hi, degree)
}

// Within returns the approximation of x^power of the smallest degree whose relative error on [lo, hi] is at most bound.
//
// Shapes and units: as in [New]; 1e-40 <= bound < 1. The bound is on the approximation; double precision adds
// [Approximation.RoundOff].
// Cost: two or three calls of New, since the error of each degree is known beforehand to a few percent.
// Errors: those of New; a bound that degree 100 does not reach.
func Within(power Power, lo, hi, bound float64) (*Approximation, error) {
	if err := check(power, lo, hi); err != nil {
		return nil, err
	}
	if !(bound >= minError && bound < 1) {
		return nil, fmt.Errorf("rational: relative error %g: it must be from %g to below 1", bound, minError)
	}
	m := newNome(math.Sqrt(lo) / math.Sqrt(hi))
	_, log := m.height(power.size().Float(), 0)
	degree := (math.Log(bound) - log) / (2 * math.Log(m.conjugate))
	if degree > maxDegree+1 {
		return nil, fmt.Errorf("rational: x^(%s) on [%g, %g] to %g needs about degree %.0f, above %d", power, lo, hi, bound, degree, maxDegree)
	}
	n := min(max(1, int(math.Ceil(degree))), maxDegree)
	a, err := best(power, lo, hi, n)
	if err != nil {
		return nil, err
	}
	for ; a.MaxError() > bound; n++ {
		if n == maxDegree {
			return nil, fmt.Errorf("rational: x^(%s) on [%g, %g] to %g: degree %d reaches %.3g", power, lo, hi, bound, n, a.MaxError())
		}
		if a, err = best(power, lo, hi, n+1); err != nil {
			return nil, err
		}
	}
	for n = a.Degree(); n > 1; n-- {
		smaller, err := best(power, lo, hi, n-1)
		if err != nil {
			return nil, err
		}
		if smaller.MaxError() > bound {
			break
		}
		a = smaller
	}
	return a, nil
}

func check(power Power, lo, hi float64) error {
	if err := power.check(); err != nil {
		return err
	}
	if !(lo >= minEnd && hi <= maxEnd && lo < hi) { // also refuses NaN
		return fmt.Errorf("rational: interval [%g, %g]: it needs %g <= lo < hi <= %g", lo, hi, minEnd, maxEnd)
	}
	if ratio := hi / lo; ratio < minRatio || ratio > maxRatio {
		return fmt.Errorf("rational: interval [%g, %g]: hi/lo = %g must be from %g to %g", lo, hi, ratio, minRatio, maxRatio)
	}
	return nil
}

// best solves for arguments that are in range.
func best(power Power, lo, hi float64, degree int) (*Approximation, error) {
	p := newProblem(power.size(), lo, hi, degree)
	if err := p.remez(); err != nil {
		return nil, fmt.Errorf("rational: x^(%s) on [%g, %g], degree %d: %w", power, lo, hi, degree, err)
	}
	return p.approximation(power, p.sqrt(p.mul(p.of(lo), p.of(hi))), lo, hi)
}

// approximation writes the solution for the given sign of the power and center of the interval, and proves it.
func (p *problem) approximation(power Power, center *big.Float, lo, hi float64) (*Approximation, error) {
	a := &Approximation{power: power, lo: lo, hi: hi, problem: p, center: center}
	var err error
	if a.certificate, err = p.prove(power, center); err == nil {
		a.constant, a.residues, a.shifts, err = p.fractions(power, center)
	}
	if err != nil {
		return nil, fmt.Errorf("rational: x^(%s) on [%g, %g], degree %d: %w", power, lo, hi, len(p.zeros), err)
	}
	return a, nil
}

// Inverse returns the best approximation of x^(-power) on the same interval, which is
//
//	(1 - MaxError^2) / r(x)
//
// with the zeros of r for poles, and the same error.
//
// Errors: none that New would not have had.
func (a *Approximation) Inverse() (*Approximation, error) {
	return a.problem.approximation(Power{-a.power.Num, a.power.Den}, a.center, a.lo, a.hi)
}

// Scaled returns the best approximation of the same power on [factor lo, factor hi], without a new search:
//
//	factor^power r(x / factor)
//
// Errors: a factor that is not positive, an interval outside 1e-100 and 1e100.
func (a *Approximation) Scaled(factor float64) (*Approximation, error) {
	lo, hi := factor*a.lo, factor*a.hi
	if !(factor > 0 && lo >= minEnd && hi <= maxEnd) {
		return nil, fmt.Errorf("rational: factor %g for [%g, %g]: it must be positive and keep the ends within %g and %g", factor, a.lo, a.hi, minEnd, maxEnd)
	}
	return a.problem.approximation(a.power, a.problem.mul(a.center, a.problem.of(factor)), lo, hi)
}

// Power returns the exponent.
func (a *Approximation) Power() Power { return a.power }

// Interval returns the ends of the interval.
func (a *Approximation) Interval() (lo, hi float64) { return a.lo, a.hi }

// Degree returns the number of poles.
func (a *Approximation) Degree() int { return len(a.shifts) }

// Constant returns a_0.
func (a *Approximation) Constant() float64 { return a.constant }

// Residues returns a copy of the a_i, in the order of the shifts.
func (a *Approximation) Residues() []float64 { return append([]float64(nil), a.residues...) }

// Shifts returns a copy of the b_i, ascending: the first system is the worst conditioned one.
func (a *Approximation) Shifts() []float64 { return append([]float64(nil), a.shifts...) }

// MaxError returns the largest |r(x) x^(-power) - 1| on the interval, of the exact r.
func (a *Approximation) MaxError() float64 { return a.certificate.Most }

// Certificate returns the proof that no other quotient of this degree has a smaller error.
func (a *Approximation) Certificate() Certificate { return a.certificate.clone() }
