package solver

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Mixed solves A x = b by conjugate gradients in single precision, within a
// correction of the defect in double precision,
//
//	r = b - A x,  A y = r to a part of what is left (single),  x += y,
//
// until the residual, always that of x in double precision, is below the
// tolerance. It reaches what CG reaches, or says that it cannot: where A is so
// badly conditioned that single precision gives no correction at all.
//
// A acts on fields of either precision. Mixed keeps its work vectors: one per
// goroutine. Nothing is allocated after the first solve of a shape.
type Mixed struct {
	Tolerance     float64 // relative residual
	MaxIterations int
	// Stop is as that of CG.
	Stop func() error

	d       defect
	history []float64
}

// reduction is how far one inner solve goes: single precision ends at 6e-8 times
// the condition number's root or so, and a search that begins anew loses what it
// knew of the spectrum, so that many short ones cost more.
const reduction = 1e-4

// Solve sets x to the solution of A x = b on the sites of s.
//
// Cost: in single precision one application and three sweeps over vectors an
// iteration, in double precision one application for each 1e-4 of tolerance.
// Errors: *NotConverged, after MaxIterations or when the residual does not fall
// to a quarter in an inner solve.
func (c *Mixed) Solve(x *fermion.Field, a Operator, b *fermion.Field, s lattice.Subset) (Report, error) {
	x.Zero(s)
	bb := b.Norm2(s)
	if bb == 0 {
		return Report{}, nil
	}
	c.d.prepare(b)
	c.d.r.Copy(b, s)
	l := search{a: a, s: s, stop: c.Stop, unit: bb, history: c.history[:0]}
	report, err := c.d.converge(&l, x, b, bb, c.Tolerance, c.MaxIterations)
	c.history = l.history
	return report, err
}

// defect is the residual in double precision, and what a search in single precision
// needs.
type defect struct {
	r           *fermion.Field // double
	y, q, p, ap *fermion.Field // single
}

func (d *defect) prepare(b *fermion.Field) {
	if d.r == nil || !d.r.SameShape(b) {
		single := func() *fermion.Field { return b.LikeIn(lattice.Float32) }
		*d = defect{b.Like(), single(), single(), single(), single()}
	}
}

// converge continues from x and its residual d.r, of square rr, until the recomputed
// residual meets the tolerance. l says all but the fields of a search.
func (d *defect) converge(l *search, x, b *fermion.Field, rr, tolerance float64, most int) (report Report, err error) {
	l.r, l.p, l.ap = d.q, d.p, d.ap
	bb, goal := l.unit, tolerance*tolerance*l.unit
	for {
		// the defect as a unit vector, in reach of single precision whatever b is
		size := math.Sqrt(rr)
		d.r.Scale(1/size, l.s)
		d.q.Copy(d.r, l.s)
		d.y.Zero(l.s)
		l.unit = bb / rr
		aim := max(reduction*reduction, goal/rr/4)
		n, err := l.iterate(d.y, d.q.Norm2(l.s), aim, most-report.Iterations)
		report.Iterations += n
		report.Applications += n
		report.History = l.history
		if err != nil {
			return report, err
		}
		x.Axpy(size, d.y, l.s)
		last := rr
		rr = residual(d.r, l.a, x, b, l.s)
		report.Applications++
		report.Residual = math.Sqrt(rr / bb)
		switch {
		case rr <= goal:
			return report, nil
		case !(rr < last/16) || report.Iterations >= most:
			return report, &NotConverged{Report: report, Tolerance: tolerance}
		}
	}
}
