package kernel

import (
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// packedEntry returns element (i, j) of a packed matrix in one lane.
func packedEntry(a []Vec, n, i, j, l int) complex128 {
	if i == j {
		return complex(a[i][l], 0)
	}
	if i < j {
		return cmplx.Conj(packedEntry(a, n, j, i, l))
	}
	k := Below(n, i, j)
	return complex(a[k][l], a[k+1][l])
}

func component(v []Vec, i, l int) complex128 { return complex(v[2*i][l], v[2*i+1][l]) }

// A packed matrix on a vector, set and added, in place too, and outer products,
// against single numbers. An element is a sum of n products of normal numbers, and as
// many roundings.
func TestPacked(t *testing.T) {
	precisions(t, func(t *testing.T, o *Ops, h *Hops[float64], r *rng.Source, unit float64) {
		n := 2 * o.N
		tol := float64(8*(n+2)*n) * 36 * unit
		a, x, y := random(n*n, r), random(2*n, r), random(2*n, r)
		const re, im = 0.75, -1.25
		set, sum, same, outer := guarded(y), guarded(y), guarded(x), guarded(a)
		h.Block[0](set[:2*n], a, x, re, im)
		h.Block[1](sum[:2*n], a, x, re, im)
		h.Block[0](same[:2*n], a, same[:2*n], re, im)
		o.Outer(outer[:n*n], x, y)
		for name, v := range map[string][]Vec{"Block": set, "Block, added": sum, "Block in place": same, "Outer": outer} {
			intact(t, v, name)
		}
		for l := range lattice.Lanes {
			for i := range n {
				want := complex(re, im) * component(x, i, l)
				for j := range n {
					want += packedEntry(a, n, i, j, l) * component(x, j, l)
				}
				require.InDelta(t, 0, cmplx.Abs(want-component(set, i, l)), tol, "Block")
				require.InDelta(t, 0, cmplx.Abs(want-component(same, i, l)), tol, "Block in place")
				require.InDelta(t, 0, cmplx.Abs(want+component(y, i, l)-component(sum, i, l)), tol, "Block, added")
				for j := range i + 1 {
					z := component(x, i, l)*cmplx.Conj(component(y, j, l)) + component(y, i, l)*cmplx.Conj(component(x, j, l))
					require.InDelta(t, 0, cmplx.Abs(z-packedEntry(outer, n, i, j, l)), tol, "Outer")
				}
			}
		}
	})
}

// The inverse of a positive matrix, and its pivots: the first is the first element, and
// their product is the determinant, here by that of the inverse. With x x^† + 4 the
// condition is below 1 + (4 n^2)/4, and the inverse no larger than 1/4.
func TestInvert(t *testing.T) {
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		n := 2 * o.N
		a, d, e := make([]Vec, n*n), make([]Vec, n), make([]Vec, n)
		x := random(2*n, r)
		o.Outer(a, x, x)
		for k := range n {
			for l := range lattice.Lanes {
				a[k][l] += 4 + float64(k)
			}
		}
		inverse := guarded(a)
		o.Invert(inverse[:n*n], d)
		intact(t, inverse, "Invert")
		again := append([]Vec(nil), inverse[:n*n]...)
		o.Invert(again, e)
		tol := float64(8*(n+2)*n*n) * float64(1+n*n) * eps
		for l := range lattice.Lanes {
			product := 1.
			for i := range n {
				product *= d[i][l] * e[i][l]
				for j := range n {
					z := complex(0, 0)
					if i == j {
						z = -1
					}
					for k := range n {
						z += packedEntry(a, n, i, k, l) * packedEntry(inverse, n, k, j, l)
					}
					require.InDelta(t, 0, cmplx.Abs(z), tol)
					require.InDelta(t, 0, cmplx.Abs(packedEntry(a, n, i, j, l)-packedEntry(again, n, i, j, l)), 100*tol)
				}
			}
			require.Equal(t, a[0][l], d[0][l])
			require.InDelta(t, 1, product, tol)
		}
	})
}

// What makes clover's blocks and takes traces with them, in every set that of the portable
// one, which package dirac holds against another program: sums of some ten numbers below 6.
func TestCloverBlocks(t *testing.T) {
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		if o.CloverBlocks == nil {
			t.Skip("none for this many colours")
		}
		plain := Sets()[0].Ops(o.Group)
		size, square := 6*o.A, 2*4*o.N*o.N
		if o.N == 3 {
			size += 6
		}
		q, g := random(size, r), random(square, r)
		a, b, x, y := guarded(random(square, r)), make([]Vec, square), guarded(random(size, r)), make([]Vec, size)
		o.CloverBlocks(a, 1.5, -0.5, q)
		plain.CloverBlocks(b, 1.5, -0.5, q)
		o.CloverTraces(x, 1.5, -0.5, g)
		plain.CloverTraces(y, 1.5, -0.5, g)
		intact(t, a, "CloverBlocks")
		intact(t, x, "CloverTraces")
		const tol = 10 * 10 * 6 * eps
		for l := range lattice.Lanes {
			require.InDeltaSlice(t, lane(b, l), lane(a[:square], l), tol)
			require.InDeltaSlice(t, lane(y, l), lane(x[:size], l), tol)
		}
	})
}
