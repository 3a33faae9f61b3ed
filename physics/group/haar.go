package group

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/physics/rng"
)

// Haar sets dst to a random element, distributed by the Haar measure exactly.
//
// SU(N): the rows of a matrix of independent complex Gaussians, filled row by row
// with 2N² normal deviates of r, real part first, are orthonormalised; the
// triangular factor has a positive diagonal, so the unitary one is Haar on U(N)
// [M07]. Then the last row takes the phase that makes the determinant 1. This
// map f from U(N) to SU(N) obeys f(UV) = f(U)V for V in SU(N), so its image is
// invariant under right multiplication, which only Haar is. For SU(2) the first
// row is a normalised quaternion.
//
// U(1): exp(2πi Float64).
func (g Group) Haar(dst Matrix, r *rng.Source) {
	g.checkMatrix(dst)
	if g.n == 1 {
		dst[0] = cmplx.Rect(1, 2*math.Pi*r.Float64())
		return
	}
	for i := range dst {
		re := r.Normal()
		dst[i] = complex(re, r.Normal())
	}
	g.Reunitarize(dst)
}
