package solver

import (
	"fmt"

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

// Solver solves A x = b, A Hermitian and positive: [CG] or [Mixed].
type Solver interface {
	// Solve sets x to the solution of A x = b on the sites of s.
	Solve(x *fermion.Field, a Operator, b *fermion.Field, s lattice.Subset) (Report, error)
}

// Report says what a solve took.
type Report struct {
	Iterations   int
	Applications int     // of A
	Residual     float64 // relative, recomputed; of several equations the largest
	// Residuals are those of each equation of a solve with shifts; nil otherwise.
	Residuals []float64
	// History is the relative residual as the recursion has it after each iteration,
	// of several equations the largest: what no convergence is concluded from.
	// Like Residuals, it is overwritten by the solver's next solve.
	History []float64
}

// NotConverged is the error of a solve that has not reached its tolerance.
type NotConverged struct {
	Report
	Tolerance float64
	Shift     *Failed // which of several equations; nil where there is one
}

// Failed is the equation of a solve with shifts that has not converged.
type Failed struct {
	Index    int
	Shift    float64
	Residual float64 // relative, recomputed
}

func (e *NotConverged) Error() string {
	if f := e.Shift; f != nil {
		return fmt.Sprintf("solver: relative residual %.3g of shift %d (%g) after %d iterations, tolerance %.3g", f.Residual, f.Index, f.Shift, e.Iterations, e.Tolerance)
	}
	return fmt.Sprintf("solver: relative residual %.3g after %d iterations, tolerance %.3g", e.Residual, e.Iterations, e.Tolerance)
}
