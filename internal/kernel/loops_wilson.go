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
func wilsonLoops[F lattice.Real](n int, adjoint bool) wilsonHop[F] {
	size := 8 * n
	return func(dst []lattice.VecOf[F], c F, links []lattice.VecOf[F], stride int, src []lattice.VecOf[F], nbr []lattice.Entry, ca F, add []lattice.VecOf[F], lo, hi int) {
		for b := lo; b < hi; b++ {
			var sum [8 * group.MaxN]lattice.VecOf[F]
			for k := range 8 {
				mu, backward := k/2, k%2 == 1
				e, at, sign := nbr[8*b+mu], lattice.At(b), F(1)
				if backward {
					e, sign = nbr[8*b+4+mu], -1
					at = e
				}
				if adjoint {
					sign = -sign
				}
				x := src[e.Block()*size:][:size]
				w := links[(mu*stride+at.Block())*2*n*n:]
				for s := range 2 {
					// h = u_s ± (m d)_s, then its product, lower half ∓ m of it (time: the reverse)
					var h, t [2 * group.MaxN]lattice.VecOf[F]
					copy(h[:2*n], x[2*n*s:])
					for r, m := range half[mu][s] {
						addNumber(h[:2*n], sign, m, x[2*n*(2+r):])
					}
					addHop(n, t[:2*n], F(1), w, at.Mask(), backward, h[:2*n], e.Mask())
					addNumber(sum[2*n*s:][:2*n], F(1), 1, t[:2*n])
					if mu < 3 {
						sign = -sign
					}
					for r := range 2 {
						addNumber(sum[2*n*(2+r):][:2*n], sign, half[mu][r][s], t[:2*n])
					}
					if mu < 3 {
						sign = -sign
					}
				}
			}
			for k, s := range sum[:size] {
				d := &dst[b*size+k]
				for l := range s {
					a := F(0)
					if add != nil {
						a = ca * add[b*size+k][l]
					}
					d[l] = c*s[l] + a
				}
			}
		}
	}
}

// addWilsonLoops returns AddWilson for any N: the force of each spin's part alone.
func (o *Ops) addWilsonLoops(mu int) wilsonForce {
	n := o.N
	return func(f []Vec, c float64, u, x, y, xp []Vec, mp int, yp []Vec) {
		for k, side := range [2][2][]Vec{{xp, y}, {yp, x}} {
			sign := 1. // of the lower half in 1 ∓ g_mu
			if k == 1 {
				sign = -1
			}
			for s := range 2 {
				var h [2][2 * group.MaxN]Vec
				for i, v := range side {
					copy(h[i][:2*n], v[2*n*s:])
					for r, m := range half[mu][s] {
						addNumber(h[i][:2*n], sign, m, v[2*n*(2+r):])
					}
				}
				o.addForceLoops(f, c, u, h[0][:], mp, h[1][:])
			}
		}
	}
}

// addNumber adds sign c x to y, complex numbers in pairs of Vecs.
func addNumber[F lattice.Real](y []lattice.VecOf[F], sign F, c complex128, x []lattice.VecOf[F]) {
	re, im := sign*F(real(c)), sign*F(imag(c))
	for k := 0; k < len(y); k += 2 {
		for l := range lattice.Lanes {
			y[k][l] += re*x[k][l] - im*x[k+1][l]
			y[k+1][l] += re*x[k+1][l] + im*x[k][l]
		}
	}
}
