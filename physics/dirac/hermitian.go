package dirac

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Hermitian n x n matrices of the sites of a block are packed in n^2 Vecs: first the
// diagonal, then the rows of the lower triangle, real and imaginary parts.

// entry returns element (i, j) of a packed matrix in one lane.
func entry(a []lattice.Vec, n, i, j, l int) complex128 {
	switch {
	case i == j:
		return complex(a[i][l], 0)
	case i > j:
		k := kernel.Below(n, i, j)
		return complex(a[k][l], a[k+1][l])
	}
	k := kernel.Below(n, j, i)
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
				k := kernel.Below(n, i, j)
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
	n       int
	fast    func(a, d []lattice.Vec)
	d, keep []lattice.Vec // pivots, and the matrices as they were
	full    []complex128  // one matrix and its inverse
}

func newInverter(n int, fast func(a, d []lattice.Vec)) inverter {
	return inverter{n, fast, make([]lattice.Vec, n), make([]lattice.Vec, n*n), make([]complex128, 2*n*n)}
}

// invert sets a to its inverse in the first lanes and returns ln |det a|. Positive
// matrices need no pivoting (see kernel.Ops.Invert). Others go one by one, with it; where
// there is no inverse, all elements are infinite.
func (v *inverter) invert(a []lattice.Vec, lanes int) (logs lattice.Vec) {
	copy(v.keep, a)
	v.fast(a, v.d)
	for l := range lanes {
		det, least := 1., math.Inf(1)
		for _, d := range v.d {
			det *= d[l]
			least = min(least, d[l]) // NaN if d is
		}
		if least > 0 && det > 0 && det < math.Inf(1) {
			logs[l] = math.Log(det)
		} else {
			logs[l] = v.pivot(a, v.keep, l)
		}
	}
	return logs
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
			e, z := kernel.Below(n, i, j), (row(i)[n+j]+cmplx.Conj(row(j)[n+i]))/2
			a[e][l], a[e+1][l] = real(z), imag(z)
		}
		a[i][l] = real(row(i)[n+i])
	}
	return log
}
