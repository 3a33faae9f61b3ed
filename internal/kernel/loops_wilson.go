package kernel

import (
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// half[mu] is the matrix m with which 1 ∓ g_mu has the upper half u ± m d: i
// times a Pauli matrix in space, -1 in time (see Wilson).
var half = [4][2][2]complex128{
	{{0, 1i}, {1i, 0}}, {{0, 1}, {-1, 0}}, {{1i, 0}, {0, -1i}}, {{-1, 0}, {0, -1}},
}

// wilsonLoops returns Wilson for any N.
func wilsonLoops(n int) func(dst []Vec, c float64, links []Vec, stride int, src []Vec, nbr []lattice.Entry, ca float64, add []Vec, lo, hi int) {
	v := 8 * n
	return func(dst []Vec, c float64, links []Vec, stride int, src []Vec, nbr []lattice.Entry, ca float64, add []Vec, lo, hi int) {
		for b := lo; b < hi; b++ {
			var sum [8 * group.MaxN]Vec
			for k := range 8 {
				mu, backward := k/2, k%2 == 1
				e, at, sign := nbr[8*b+mu], lattice.At(b), 1.
				if backward {
					e, sign = nbr[8*b+4+mu], -1
					at = e
				}
				x := src[e.Block()*v:][:v]
				w := links[(mu*stride+at.Block())*2*n*n:]
				for s := range 2 {
					// h = u_s ± (m d)_s, then its product, lower half ∓ m of it (time: the reverse)
					var h, t [2 * group.MaxN]Vec
					copy(h[:2*n], x[2*n*s:])
					for r, m := range half[mu][s] {
						addNumber(h[:2*n], complex(sign, 0)*m, x[2*n*(2+r):])
					}
					addHop(n, t[:2*n], 1, w, at.Mask(), backward, h[:2*n], e.Mask())
					addNumber(sum[2*n*s:][:2*n], 1, t[:2*n])
					if mu < 3 {
						sign = -sign
					}
					for r := range 2 {
						addNumber(sum[2*n*(2+r):][:2*n], complex(sign, 0)*half[mu][r][s], t[:2*n])
					}
					if mu < 3 {
						sign = -sign
					}
				}
			}
			for k, s := range sum[:v] {
				d := &dst[b*v+k]
				for l := range s {
					a := 0.
					if add != nil {
						a = ca * add[b*v+k][l]
					}
					d[l] = c*s[l] + a
				}
			}
		}
	}
}

// addNumber adds c x to y, complex numbers in pairs of Vecs.
func addNumber(y []Vec, c complex128, x []Vec) {
	re, im := real(c), imag(c)
	for k := 0; k < len(y); k += 2 {
		for l := range lattice.Lanes {
			y[k][l] += re*x[k][l] - im*x[k+1][l]
			y[k+1][l] += re*x[k+1][l] + im*x[k][l]
		}
	}
}
