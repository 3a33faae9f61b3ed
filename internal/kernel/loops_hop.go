package kernel

import (
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// hopLoops returns the operations on quark fields for any N.
func hopLoops[F lattice.Real](n int) Hops[F] {
	var o Hops[F]
	for dagger := range 2 {
		o.MulVec[dagger] = func(dst, a []lattice.VecOf[F], ma int, v []lattice.VecOf[F], mv int) {
			clear(dst[:2*n])
			addHop(n, dst, 1, a, ma, dagger == 1, v, mv)
		}
		o.AddMulVec[dagger] = func(dst []lattice.VecOf[F], c F, a []lattice.VecOf[F], ma int, v []lattice.VecOf[F], mv int) {
			addHop(n, dst, c, a, ma, dagger == 1, v, mv)
		}
	}
	o.Hop = func(dst []lattice.VecOf[F], c F, links []lattice.VecOf[F], stride int, src []lattice.VecOf[F], nbr []lattice.Entry, dims int, ca F, add []lattice.VecOf[F], lo, hi int) {
		for b := lo; b < hi; b++ {
			var sum [2 * group.MaxN]lattice.VecOf[F]
			for mu := range dims {
				e := nbr[2*dims*b+mu]
				addHop(n, sum[:2*n], F(1), links[(mu*stride+b)*2*n*n:], 0, false, src[e.Block()*2*n:], e.Mask())
				e = nbr[2*dims*b+dims+mu]
				addHop(n, sum[:2*n], -1, links[(mu*stride+e.Block())*2*n*n:], e.Mask(), true, src[e.Block()*2*n:], e.Mask())
			}
			for k, s := range sum[:2*n] {
				d := &dst[b*2*n+k]
				if add != nil {
					x := &add[b*2*n+k]
					for l := range s {
						d[l] = c*s[l] + ca*x[l]
					}
					continue
				}
				for l := range s {
					d[l] = c * s[l]
				}
			}
		}
	}
	o.Block = PackedVector[F](2 * n)
	for k := range o.Wilson {
		o.Wilson[k] = wilsonLoops[F](n, k == 1)
	}
	return o
}

// addHop adds c w x or c w^† x to sum.
func addHop[F lattice.Real](n int, sum []lattice.VecOf[F], c F, w []lattice.VecOf[F], mw int, dagger bool, x []lattice.VecOf[F], mx int) {
	for i := range n {
		re, im := &sum[2*i], &sum[2*i+1]
		for j := range n {
			wr, wi, s := element(n, w, i, j, dagger)
			xr, xi := &x[2*j], &x[2*j+1]
			for l := range lattice.Lanes {
				lw, lx := (l^mw)&7, (l^mx)&7
				re[l] += c * (wr[lw]*xr[lx] - s*wi[lw]*xi[lx])
				im[l] += c * (wr[lw]*xi[lx] + s*wi[lw]*xr[lx])
			}
		}
	}
}
