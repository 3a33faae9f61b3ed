package solver

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Operator is Hermitian and positive definite on the sites of a subset.
type Operator interface {
	// ApplyNormal sets dst = A src on the sites of s.
	ApplyNormal(dst, src *fermion.Field, s lattice.Subset)
}

// Dotter is the power of an operator that forms a product with its result while
// that is in the cache.
type Dotter interface {
	// ApplyNormalDot is ApplyNormal, and returns Re <src, A src> on s, over all
	// processes: what src.ReDot(dst, s) would.
	ApplyNormalDot(dst, src *fermion.Field, s lattice.Subset) float64
}

// applyDot sets dst = A src and returns <src, A src>.
func applyDot(a Operator, dst, src *fermion.Field, s lattice.Subset) float64 {
	if d, ok := a.(Dotter); ok {
		return d.ApplyNormalDot(dst, src, s)
	}
	a.ApplyNormal(dst, src, s)
	return src.ReDot(dst, s)
}

// Report says what a solve took.
type Report struct {
	Iterations   int
	Applications int     // of A
	Residual     float64 // relative, recomputed
}

// NotConverged is the error of a solve that has not reached its tolerance.
type NotConverged struct {
	Report
	Tolerance float64
}

func (e *NotConverged) Error() string {
	return fmt.Sprintf("solver: relative residual %.3g after %d iterations, tolerance %.3g", e.Residual, e.Iterations, e.Tolerance)
}

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
}

// iterate continues from x and its residual r, of square rr, until the recursion
// takes that below goal, most iterations are done, or stop has an error; p and ap are
// scratch.
func iterate(x *fermion.Field, a Operator, r, p, ap *fermion.Field, rr, goal float64, most int, s lattice.Subset, stop func() error) (n int, err error) {
	p.Copy(r, s)
	for ; rr > goal && n < most; n++ {
		if stop != nil {
			if err := stop(); err != nil {
				return n, err
			}
		}
		alpha := rr / applyDot(a, ap, p, s)
		next := r.AxpyNorm2(-alpha, ap, s)
		x.AxpyXpay(alpha, p, r, next/rr, s)
		rr = next
	}
	return n, nil
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
	r, p, ap := c.r, c.p, c.ap
	x.Zero(s)
	r.Copy(b, s)
	var report Report
	bb := b.Norm2(s)
	if bb == 0 {
		return report, nil
	}
	goal := c.Tolerance * c.Tolerance * bb
	rr, last := bb, bb
	for {
		n, err := iterate(x, a, r, p, ap, rr, goal, c.MaxIterations-report.Iterations, s, c.Stop)
		report.Iterations += n
		report.Applications += n
		if err != nil {
			return report, err
		}
		a.ApplyNormal(ap, x, s)
		report.Applications++
		r.Copy(b, s)
		rr = r.AxpyNorm2(-1, ap, s)
		report.Residual = math.Sqrt(rr / bb)
		switch {
		case rr <= goal:
			return report, nil
		case !(rr < last/2) || report.Iterations >= c.MaxIterations:
			return report, &NotConverged{report, c.Tolerance}
		}
		last = rr
	}
}
