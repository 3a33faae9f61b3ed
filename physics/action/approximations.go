package action

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/rational"
)

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

// drawn are the fields of an action and of those that look at it.
type drawn struct {
	phi   []*fermion.Field
	count int // of heat baths
}

// sharedWith says why fields of op cannot be those of other.
func (d *drawn) sharedWith(b *drawn, op, other dirac.Operator) error {
	if len(b.phi) != len(d.phi) {
		return fmt.Errorf("action: %d rational fields seen as %d", len(d.phi), len(b.phi))
	}
	_, err := shared(d.phi[0], b.phi[0], op, other)
	return err
}
