package solver

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Solver solves A x = b: [CG] or [Mixed].
type Solver interface {
	// Solve sets x to the solution of A x = b on the sites of s.
	Solve(x *fermion.Field, a Operator, b *fermion.Field, s lattice.Subset) (Report, error)
}

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

	r, ar       *fermion.Field // double
	y, p, q, ap *fermion.Field // single
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
	if c.r == nil || !c.r.SameShape(b) {
		c.r, c.ar = b.Like(), b.Like()
		single := func() *fermion.Field { return b.LikeIn(lattice.Float32) }
		c.y, c.p, c.q, c.ap = single(), single(), single(), single()
	}
	x.Zero(s)
	c.r.Copy(b, s)
	var report Report
	bb := b.Norm2(s)
	if bb == 0 {
		return report, nil
	}
	goal := c.Tolerance * c.Tolerance * bb
	rr := bb
	for {
		// the defect as a unit vector, in reach of single precision whatever b is
		size := math.Sqrt(rr)
		c.r.Scale(1/size, s)
		c.q.Copy(c.r, s)
		c.y.Zero(s)
		aim := max(reduction*reduction, goal/rr/4)
		n, _ := iterate(c.y, a, c.q, c.p, c.ap, c.q.Norm2(s), aim, c.MaxIterations-report.Iterations, s, nil)
		report.Iterations += n
		report.Applications += n + 1
		x.Axpy(size, c.y, s)
		a.ApplyNormal(c.ar, x, s)
		c.r.Copy(b, s)
		last := rr
		rr = c.r.AxpyNorm2(-1, c.ar, s)
		report.Residual = math.Sqrt(rr / bb)
		switch {
		case rr <= goal:
			return report, nil
		case !(rr < last/16) || report.Iterations >= c.MaxIterations:
			return report, &NotConverged{report, c.Tolerance}
		}
	}
}
