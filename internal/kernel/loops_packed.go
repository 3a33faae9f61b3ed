package kernel

import (
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Below returns where element (i, j) of the lower triangle of a packed n x n matrix
// begins, i > j (see Hops.Block).
func Below(n, i, j int) int { return n + i*(i-1) + 2*j }

// PackedVector returns Hops.Block for n x n matrices, n <= 2 group.MaxN.
func PackedVector[F lattice.Real](n int) [2]packedVector[F] {
	return [2]packedVector[F]{
		func(dst, a, src []lattice.VecOf[F], re, im F) {
			var t [4 * group.MaxN]lattice.VecOf[F]
			packedProduct(n, t[:2*n], a, src, re, im)
			copy(dst, t[:2*n])
		},
		func(dst, a, src []lattice.VecOf[F], re, im F) {
			var t [4 * group.MaxN]lattice.VecOf[F]
			packedProduct(n, t[:2*n], a, src, re, im)
			for k := range t[:2*n] {
				for l := range lattice.Lanes {
					dst[k][l] += t[k][l]
				}
			}
		},
	}
}

func packedProduct[F lattice.Real](n int, t, a, src []lattice.VecOf[F], re, im F) {
	for i := range n {
		d, xr, xi, tr, ti := &a[i], &src[2*i], &src[2*i+1], &t[2*i], &t[2*i+1]
		for l := range lattice.Lanes {
			tr[l], ti[l] = (d[l]+re)*xr[l]-im*xi[l], (d[l]+re)*xi[l]+im*xr[l]
		}
	}
	for i := range n {
		xr, xi, tr, ti := &src[2*i], &src[2*i+1], &t[2*i], &t[2*i+1]
		for j := range i {
			k := Below(n, i, j)
			ar, ai, yr, yi, sr, si := &a[k], &a[k+1], &src[2*j], &src[2*j+1], &t[2*j], &t[2*j+1]
			for l := range lattice.Lanes {
				tr[l] += ar[l]*yr[l] - ai[l]*yi[l]
				ti[l] += ar[l]*yi[l] + ai[l]*yr[l]
				sr[l] += ar[l]*xr[l] + ai[l]*xi[l]
				si[l] += ar[l]*xi[l] - ai[l]*xr[l]
			}
		}
	}
}

// PackedOuter returns Outer for n x n matrices.
func PackedOuter(n int) func(a, x, y []Vec) {
	return func(a, x, y []Vec) {
		for i := range n {
			xr, xi, yr, yi, d := &x[2*i], &x[2*i+1], &y[2*i], &y[2*i+1], &a[i]
			for l := range lattice.Lanes {
				d[l] = 2 * (xr[l]*yr[l] + xi[l]*yi[l])
			}
			for j := range i {
				ur, ui, vr, vi := &x[2*j], &x[2*j+1], &y[2*j], &y[2*j+1]
				k := Below(n, i, j)
				re, im := &a[k], &a[k+1]
				for l := range lattice.Lanes {
					re[l] = xr[l]*vr[l] + xi[l]*vi[l] + yr[l]*ur[l] + yi[l]*ui[l]
					im[l] = xi[l]*vr[l] - xr[l]*vi[l] + yi[l]*ur[l] - yr[l]*ui[l]
				}
			}
		}
	}
}

// PackedInvert returns Invert for n x n matrices, n <= 2 group.MaxN. With b column k of a and
// d its diagonal element, a sweep replaces a_ij by a_ij - b_i b_j^* / d, b by b/d and d by
// -1/d: after all of them a is -a^-1.
func PackedInvert(n int) func(a, d []Vec) {
	return func(a, d []Vec) {
		for k := range n {
			d[k] = a[k]
			packedSweep(n, a, k)
		}
		for k := range a[:n*n] {
			for l := range lattice.Lanes {
				a[k][l] = -a[k][l]
			}
		}
	}
}

func packedSweep(n int, a []Vec, k int) {
	var b [4 * group.MaxN]Vec
	var inverse Vec
	for l := range inverse {
		inverse[l] = 1 / a[k][l]
	}
	for i := range n {
		switch {
		case i > k:
			e := Below(n, i, k)
			b[2*i], b[2*i+1] = a[e], a[e+1]
		case i < k:
			e := Below(n, k, i)
			b[2*i] = a[e]
			for l := range lattice.Lanes {
				b[2*i+1][l] = -a[e+1][l]
			}
		}
	}
	for i := range n {
		if i == k {
			continue
		}
		var cr, ci Vec // b_i / d
		for l := range cr {
			cr[l], ci[l] = b[2*i][l]*inverse[l], b[2*i+1][l]*inverse[l]
		}
		for l := range lattice.Lanes {
			a[i][l] -= cr[l]*b[2*i][l] + ci[l]*b[2*i+1][l]
		}
		for j := range i {
			if j == k {
				continue
			}
			e := Below(n, i, j)
			re, im, ur, ui := &a[e], &a[e+1], &b[2*j], &b[2*j+1]
			for l := range lattice.Lanes {
				re[l] -= cr[l]*ur[l] + ci[l]*ui[l]
				im[l] -= ci[l]*ur[l] - cr[l]*ui[l]
			}
		}
		if i > k {
			e := Below(n, i, k)
			a[e], a[e+1] = cr, ci
		} else {
			e := Below(n, k, i)
			a[e] = cr
			for l := range ci {
				a[e+1][l] = -ci[l]
			}
		}
	}
	for l := range inverse {
		a[k][l] = -inverse[l]
	}
}
