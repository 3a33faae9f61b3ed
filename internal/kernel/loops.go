package kernel

import "github.com/slhmc/slhmc/physics/lattice"

// loops returns the products for any N: the same sums as the generated ones,
// over colour in loops, over lanes innermost.
func loops(n int) Ops {
	var o Ops
	for daggers := range 4 {
		da, db := daggers&1 != 0, daggers&2 != 0
		add := func(dst []Vec, c float64, a []Vec, ma int, b []Vec, mb int) {
			for i := range n {
				for j := range n {
					re, im := dot(n, a, i, da, ma, b, j, db, mb)
					accumulate(dst[2*(i*n+j):], c, &re, &im)
				}
			}
		}
		o.AddMul[daggers] = add
		o.Mul[daggers] = func(dst, a []Vec, ma int, b []Vec, mb int) {
			clear(dst[:2*n*n])
			add(dst, 1, a, ma, b, mb)
		}
	}
	for dagger := range 2 {
		o.MulVec[dagger] = func(dst, a []Vec, ma int, v []Vec, mv int) {
			clear(dst[:2*n])
			for i := range n {
				for k := range n {
					ar, ai, sign := element(n, a, i, k, dagger == 1)
					vr, vi := &v[2*k], &v[2*k+1]
					dr, di := &dst[2*i], &dst[2*i+1]
					for l := range lattice.Lanes {
						la, lv := (l^ma)&7, (l^mv)&7
						dr[l] += ar[la]*vr[lv] - sign*ai[la]*vi[lv]
						di[l] += ar[la]*vi[lv] + sign*ai[la]*vr[lv]
					}
				}
			}
		}
	}
	o.AddOuter = func(dst []Vec, c float64, v []Vec, mv int, w []Vec, mw int) {
		for i := range n {
			for j := range n {
				vr, vi, wr, wi := &v[2*i], &v[2*i+1], &w[2*j], &w[2*j+1]
				var re, im Vec
				for l := range lattice.Lanes {
					lv, lw := (l^mv)&7, (l^mw)&7
					re[l] = vr[lv]*wr[lw] + vi[lv]*wi[lw]
					im[l] = vi[lv]*wr[lw] - vr[lv]*wi[lw]
				}
				accumulate(dst[2*(i*n+j):], c, &re, &im)
			}
		}
	}
	o.Hop = func(dst []Vec, c float64, links, src []Vec, nbr []lattice.Entry, steps int, ca float64, add []Vec, lo, hi int) {
		for b := lo; b < hi; b++ {
			hopBlock(n, dst[b*2*n:][:2*n], c, links[b*steps*2*n*n:], src, nbr[b*steps:][:steps])
			if add != nil {
				for k, a := range add[b*2*n:][:2*n] {
					for l := range a {
						dst[b*2*n+k][l] += ca * a[l]
					}
				}
			}
		}
	}
	return o
}

func hopBlock(n int, dst []Vec, c float64, links, src []Vec, nbr []lattice.Entry) {
	for i := range n {
		var re, im Vec
		for k, e := range nbr {
			x, m := src[e.Block()*2*n:], e.Mask()
			for j := range n {
				w := links[2*((k*n+i)*n+j):]
				wr, wi, xr, xi := &w[0], &w[1], &x[2*j], &x[2*j+1]
				for l := range lattice.Lanes {
					lx := (l ^ m) & 7
					re[l] += wr[l]*xr[lx] - wi[l]*xi[lx]
					im[l] += wr[l]*xi[lx] + wi[l]*xr[lx]
				}
			}
		}
		for l := range lattice.Lanes {
			dst[2*i][l], dst[2*i+1][l] = c*re[l], c*im[l]
		}
	}
}

// element returns a_ij, or (a^†)_ij with its sign of the imaginary part.
func element(n int, a []Vec, i, j int, dagger bool) (re, im *Vec, sign float64) {
	if dagger {
		k := 2 * (j*n + i)
		return &a[k], &a[k+1], -1
	}
	k := 2 * (i*n + j)
	return &a[k], &a[k+1], 1
}

// dot returns element (i, j) of a product.
func dot(n int, a []Vec, i int, da bool, ma int, b []Vec, j int, db bool, mb int) (re, im Vec) {
	for k := range n {
		ar, ai, sa := element(n, a, i, k, da)
		br, bi, sb := element(n, b, k, j, db)
		for l := range lattice.Lanes {
			la, lb := (l^ma)&7, (l^mb)&7
			xr, xi, yr, yi := ar[la], sa*ai[la], br[lb], sb*bi[lb]
			re[l] += xr*yr - xi*yi
			im[l] += xr*yi + xi*yr
		}
	}
	return re, im
}

func accumulate(dst []Vec, c float64, re, im *Vec) {
	for l := range lattice.Lanes {
		dst[0][l] += c * re[l]
		dst[1][l] += c * im[l]
	}
}
