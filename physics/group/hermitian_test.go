package group_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/group"
)

// h = v diag(l) v†, v unitary and l ascending, for random matrices, for such with
// coinciding eigenvalues, and for diagonal ones; the errors are some N u |h|.
func TestDiagonalize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := 1 + r.IntN(7)
		a := make(group.Matrix, n*n)
		for i := range a {
			a[i] = complex(r.NormFloat64(), r.NormFloat64())
		}
		h, d := make(group.Matrix, n*n), make(group.Matrix, n*n)
		switch r.IntN(3) {
		case 0:
			group.DaggerMul(h, a, a)
		case 1: // 1 + 2 v v†: all but one coincide
			for i := range n {
				for j := range n {
					h[i*n+j] = 2 * a[i*n] * cmplx.Conj(a[j*n])
				}
				h[i*n+i]++
			}
		case 2:
			for i := range n {
				h[i*n+i] = complex(real(a[i]), 0)
			}
		}
		size := 0.0
		for _, z := range h {
			size = math.Max(size, cmplx.Abs(z))
		}
		values, v, w := make([]float64, n), make(group.Matrix, n*n), slices.Clone(h)
		assert.Zero(t, testing.AllocsPerRun(1, func() {
			copy(w, h)
			group.Diagonalize(values, v, w)
		}))
		assert.True(t, slices.IsSorted(values))
		bound := 64 * float64(n) * 0x1p-53
		for i := range n {
			d[i*n+i] = complex(values[i], 0)
		}
		vd, back, unit := make(group.Matrix, n*n), make(group.Matrix, n*n), make(group.Matrix, n*n)
		group.Mul(vd, v, d)
		group.MulDagger(back, vd, v)
		group.MulDagger(unit, v, v)
		for i := range n {
			for j := range n {
				assert.LessOrEqual(t, cmplx.Abs(back[i*n+j]-h[i*n+j]), bound*size*float64(n))
				want := complex128(0)
				if i == j {
					want = 1
				}
				assert.LessOrEqual(t, cmplx.Abs(unit[i*n+j]-want), bound)
			}
		}
	}
	assert.Panics(t, func() { group.Diagonalize(nil, make(group.Matrix, 4), make(group.Matrix, 4)) })
}
