package dirac

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/physics/lattice"
)

// Hermitian n x n matrices of the sites of a block are packed in n^2 Vecs: first the
// diagonal, then the rows of the lower triangle, real and imaginary parts.

// below returns where element (i, j) of the lower triangle begins, i > j.
func below(n, i, j int) int { return n + i*(i-1) + 2*j }

// addHermitian sets dst = (a + z) src for a packed matrix a, or adds it. dst may be src:
// t is scratch of the size of a vector.
func addHermitian[F lattice.Real](dst, a, src []lattice.VecOf[F], z complex128, add bool, t []lattice.VecOf[F]) {
	n := len(dst) / 2
	zr, zi := F(real(z)), F(imag(z))
	for i := range n {
		d, xr, xi := &a[i], &src[2*i], &src[2*i+1]
		tr, ti := &t[2*i], &t[2*i+1]
		for l := range lattice.Lanes {
			re := d[l] + zr
			tr[l], ti[l] = re*xr[l]-zi*xi[l], re*xi[l]+zi*xr[l]
		}
	}
	k := n
	for i := 1; i < n; i++ {
		xr, xi, tr, ti := &src[2*i], &src[2*i+1], &t[2*i], &t[2*i+1]
		for j := range i {
			ar, ai := &a[k], &a[k+1]
			yr, yi, sr, si := &src[2*j], &src[2*j+1], &t[2*j], &t[2*j+1]
			for l := range lattice.Lanes {
				re, im := ar[l], ai[l]
				tr[l] += re*yr[l] - im*yi[l]
				ti[l] += re*yi[l] + im*yr[l]
				sr[l] += re*xr[l] + im*xi[l]
				si[l] += re*xi[l] - im*xr[l]
			}
			k += 2
		}
	}
	if !add {
		copy(dst, t[:2*n])
		return
	}
	for k := range dst {
		for l := range lattice.Lanes {
			dst[k][l] += t[k][l]
		}
	}
}

// addOuter adds x y^† + y x^† to a packed matrix.
func addOuter(a, x, y []lattice.Vec) {
	n := len(x) / 2
	for i := range n {
		xr, xi, yr, yi, d := &x[2*i], &x[2*i+1], &y[2*i], &y[2*i+1], &a[i]
		for l := range lattice.Lanes {
			d[l] += 2 * (xr[l]*yr[l] + xi[l]*yi[l])
		}
		for j := range i {
			ur, ui, vr, vi := &x[2*j], &x[2*j+1], &y[2*j], &y[2*j+1]
			k := below(n, i, j)
			re, im := &a[k], &a[k+1]
			for l := range lattice.Lanes {
				re[l] += xr[l]*vr[l] + xi[l]*vi[l] + yr[l]*ur[l] + yi[l]*ui[l]
				im[l] += xi[l]*vr[l] - xr[l]*vi[l] + yi[l]*ur[l] - yr[l]*ui[l]
			}
		}
	}
}

// entry returns element (i, j) of a packed matrix in one lane.
func entry(a []lattice.Vec, n, i, j, l int) complex128 {
	switch {
	case i == j:
		return complex(a[i][l], 0)
	case i > j:
		k := below(n, i, j)
		return complex(a[k][l], a[k+1][l])
	}
	k := below(n, j, i)
	return complex(a[k][l], -a[k+1][l])
}

// setProduct sets dst = a b of packed matrices that commute.
func setProduct(dst, a, b []lattice.Vec, n int) {
	for l := range lattice.Lanes {
		for i := range n {
			for j := range i + 1 {
				var s complex128
				for k := range n {
					s += entry(a, n, i, k, l) * entry(b, n, k, j, l)
				}
				if i == j {
					dst[i][l] = real(s)
					continue
				}
				k := below(n, i, j)
				dst[k][l], dst[k+1][l] = real(s), imag(s)
			}
		}
	}
}

// traceProduct returns tr a b of packed matrices.
func traceProduct(a, b []lattice.Vec, n int) (sum lattice.Vec) {
	for k := range n * n {
		w := 1.
		if k >= n {
			w = 2
		}
		for l := range lattice.Lanes {
			sum[l] += w * a[k][l] * b[k][l]
		}
	}
	return sum
}

// inverter inverts packed matrices of the sites of a block.
type inverter struct {
	n    int
	d    []lattice.Vec // a column
	full []complex128  // one matrix and its inverse
}

func newInverter(n int) inverter {
	return inverter{n, make([]lattice.Vec, 2*n), make([]complex128, 2*n*n)}
}

// invert sets a to its inverse in the first lanes, keep being scratch of its size, and
// returns ln |det a|. Positive matrices are inverted by sweeps without pivoting, which are
// the decomposition L D L^† with D > 0: stable. Others go one by one, with pivoting; where
// there is no inverse, all elements are infinite.
func (v *inverter) invert(a, keep []lattice.Vec, lanes int) (logs lattice.Vec) {
	n := v.n
	copy(keep, a[:n*n])
	det := lattice.Vec{1, 1, 1, 1, 1, 1, 1, 1}
	least := lattice.Vec{}
	for l := range least {
		least[l] = math.Inf(1)
	}
	for k := range n {
		p := a[k]
		for l := range lattice.Lanes {
			det[l] *= p[l]
			least[l] = min(least[l], p[l]) // NaN if p is
		}
		v.sweep(a, k)
	}
	for k := range n * n {
		for l := range lattice.Lanes {
			a[k][l] = -a[k][l]
		}
	}
	for l := range lanes {
		if least[l] > 0 && det[l] < math.Inf(1) && det[l] > 0 {
			logs[l] = math.Log(det[l])
		} else {
			logs[l] = v.pivot(a, keep, l)
		}
	}
	return logs
}

// sweep replaces, with b column k of a and d its diagonal element, a_ij by
// a_ij - b_i b_j^* / d, b by b/d and d by -1/d: after all of them a is -a^-1.
func (v *inverter) sweep(a []lattice.Vec, k int) {
	n, b := v.n, v.d
	var inverse lattice.Vec
	for l := range inverse {
		inverse[l] = 1 / a[k][l]
	}
	for i := range n {
		br, bi := &b[2*i], &b[2*i+1]
		switch {
		case i > k:
			e := below(n, i, k)
			*br, *bi = a[e], a[e+1]
		case i < k:
			e := below(n, k, i)
			*br = a[e]
			for l := range bi {
				bi[l] = -a[e+1][l]
			}
		}
	}
	for i := range n {
		if i == k {
			continue
		}
		var cr, ci lattice.Vec // b_i / d
		for l := range cr {
			cr[l], ci[l] = b[2*i][l]*inverse[l], b[2*i+1][l]*inverse[l]
		}
		d := &a[i]
		for l := range d {
			d[l] -= cr[l]*b[2*i][l] + ci[l]*b[2*i+1][l]
		}
		for j := range i {
			if j == k {
				continue
			}
			e := below(n, i, j)
			re, im, ur, ui := &a[e], &a[e+1], &b[2*j], &b[2*j+1]
			for l := range lattice.Lanes {
				re[l] -= cr[l]*ur[l] + ci[l]*ui[l]
				im[l] -= ci[l]*ur[l] - cr[l]*ui[l]
			}
		}
		if i > k {
			e := below(n, i, k)
			a[e], a[e+1] = cr, ci
		} else {
			e := below(n, k, i)
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

// pivot sets lane l of a to the inverse of that of from, by Gauss and Jordan with
// pivoting, and returns ln |det|.
func (v *inverter) pivot(a, from []lattice.Vec, l int) (log float64) {
	n := v.n
	row := func(i int) []complex128 { return v.full[2*n*i:][:2*n] }
	for i := range n {
		r := row(i)
		for j := range n {
			r[j], r[n+j] = entry(from, n, i, j, l), 0
		}
		r[n+i] = 1
	}
	for k := range n {
		best := k
		for i := k + 1; i < n; i++ {
			if cmplx.Abs(row(i)[k]) > cmplx.Abs(row(best)[k]) {
				best = i
			}
		}
		r, s := row(k), row(best)
		for j := range r {
			r[j], s[j] = s[j], r[j]
		}
		size := cmplx.Abs(r[k])
		if !(size > 0) {
			for e := range n * n {
				a[e][l] = math.Inf(1)
			}
			return math.Log(size)
		}
		log += math.Log(size)
		p := 1 / r[k]
		for j := range r {
			r[j] *= p
		}
		for i := range n {
			if c := row(i)[k]; i != k {
				for j, z := range r {
					row(i)[j] -= c * z
				}
			}
		}
	}
	for i := range n {
		for j := range i {
			e, z := below(n, i, j), (row(i)[n+j]+cmplx.Conj(row(j)[n+i]))/2
			a[e][l], a[e+1][l] = real(z), imag(z)
		}
		a[i][l] = real(row(i)[n+i])
	}
	return log
}
