package solver

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// CG solves A x = b by conjugate gradients [HS].
//
// It keeps its work vectors: one per goroutine. The zero value of the fields
// is not useful; nothing is allocated after the first solve of a shape.
type CG struct {
	Tolerance     float64 // relative residual
	MaxIterations int
	// Stop is asked before each iteration; its error ends the solve. Nil: nobody asks.
	Stop func() error

	r, p, ap *fermion.Field
	history  []float64
}

// Solve sets x to the solution of A x = b on the sites of s.
//
// Where the recursion claims convergence the residual is recomputed, and the
// iteration goes on from it if it is too large.
//
// Cost: one application and three sweeps over vectors an iteration, two where A is a
// [Dotter].
// Errors: *NotConverged, after MaxIterations or when round-off lets the
// residual fall no more; that of Stop, as it is.
func (c *CG) Solve(x *fermion.Field, a Operator, b *fermion.Field, s lattice.Subset) (Report, error) {
	if c.r == nil || !c.r.SameShape(b) {
		c.r, c.p, c.ap = b.Like(), b.Like(), b.Like()
	}
	x.Zero(s)
	c.r.Copy(b, s)
	bb := b.Norm2(s)
	if bb == 0 {
		return Report{}, nil
	}
	l := search{a: a, r: c.r, p: c.p, ap: c.ap, s: s, stop: c.Stop, unit: bb, history: c.history[:0]}
	report, err := l.converge(x, b, bb, c.Tolerance, c.MaxIterations)
	c.history = l.history
	return report, err
}

// search is a conjugate gradient iteration: the operator, the residual of what has
// been found, and scratch.
type search struct {
	a        Operator
	r, p, ap *fermion.Field
	s        lattice.Subset
	stop     func() error
	unit     float64 // |b|^2, that residuals in the history are relative to
	history  []float64
}

// iterate continues from x and its residual, of square rr, until the recursion
// takes that below goal, most iterations are done, or stop has an error.
func (l *search) iterate(x *fermion.Field, rr, goal float64, most int) (n int, err error) {
	l.p.Copy(l.r, l.s)
	for ; rr > goal && n < most; n++ {
		if l.stop != nil {
			if err := l.stop(); err != nil {
				return n, err
			}
		}
		alpha := rr / applyDot(l.a, l.ap, l.p, l.s)
		next := l.r.AxpyNorm2(-alpha, l.ap, l.s)
		x.AxpyXpay(alpha, l.p, l.r, next/rr, l.s)
		rr = next
		l.history = append(l.history, math.Sqrt(rr/l.unit))
	}
	return n, nil
}

// converge continues from x and its residual, of square rr, until the recomputed
// residual meets the tolerance.
func (l *search) converge(x, b *fermion.Field, rr, tolerance float64, most int) (report Report, err error) {
	goal := tolerance * tolerance * l.unit
	for {
		n, err := l.iterate(x, rr, goal, most-report.Iterations)
		report.Iterations += n
		report.Applications += n
		report.History = l.history
		if err != nil {
			return report, err
		}
		last := rr
		rr = residual(l.r, l.a, x, b, l.s)
		report.Applications++
		report.Residual = math.Sqrt(rr / l.unit)
		switch {
		case rr <= goal:
			return report, nil
		case !(rr < last/2) || report.Iterations >= most:
			return report, &NotConverged{Report: report, Tolerance: tolerance}
		}
	}
}

// residual sets r = b - A x and returns its square.
func residual(r *fermion.Field, a Operator, x, b *fermion.Field, s lattice.Subset) float64 {
	a.ApplyNormal(r, x, s)
	r.Xpay(b, -1, s)
	return r.Norm2(s)
}
