package group

import (
	"math"
	"math/cmplx"
)

// Diagonalize sets values to the eigenvalues of the Hermitian matrix h, in ascending
// order, and the columns of v to its eigenvectors: h = v diag(values) v†. h is
// destroyed.
//
// By cyclic Jacobi rotations [GV]: quadratic convergence, accurate to a few u |h| for
// coinciding eigenvalues too, and nothing is allocated. Any size; for large ones
// there are faster ways.
func Diagonalize(values []float64, v, h Matrix) {
	n := checkProduct(v, h, h)
	if len(values) != n {
		panic("group: a value is needed for every row")
	}
	clear(v)
	for i := range n {
		v[i*n+i] = 1
	}
	const sweeps = 60 // some ten are enough for any matrix
	for range sweeps {
		off, all := 0.0, 0.0
		for i, z := range h {
			a := norm2(z)
			all += a
			if i/n != i%n {
				off += a
			}
		}
		if off <= 0x1p-104*all {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				jacobi(h, v, n, p, q)
			}
		}
	}
	for i := range n {
		values[i] = real(h[i*n+i])
	}
	for i := range n { // by selection: columns move with their values
		least := i
		for k := i + 1; k < n; k++ {
			if values[k] < values[least] {
				least = k
			}
		}
		values[i], values[least] = values[least], values[i]
		for r := range n {
			v[r*n+i], v[r*n+least] = v[r*n+least], v[r*n+i]
		}
	}
}

// jacobi makes h_pq vanish. With h_pq = r e^(iα) a phase of column q makes the problem
// real; t = tan θ is the smaller root of t² + 2 τ t - 1 = 0, τ = (h_qq - h_pp)/(2r).
func jacobi(h, v Matrix, n, p, q int) {
	z := h[p*n+q]
	r := cmplx.Abs(z)
	if r == 0 {
		return
	}
	tau := (real(h[q*n+q]) - real(h[p*n+p])) / (2 * r)
	t := 1 / (math.Abs(tau) + math.Sqrt(1+tau*tau))
	if tau < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(1+t*t)
	s := scale(t*c/r, z) // sin θ e^(iα)
	conj := cmplx.Conj(s)
	for i := range n {
		a, b := h[i*n+p], h[i*n+q]
		h[i*n+p], h[i*n+q] = scale(c, a)-conj*b, s*a+scale(c, b)
		a, b = v[i*n+p], v[i*n+q]
		v[i*n+p], v[i*n+q] = scale(c, a)-conj*b, s*a+scale(c, b)
	}
	for j := range n {
		a, b := h[p*n+j], h[q*n+j]
		h[p*n+j], h[q*n+j] = scale(c, a)-s*b, conj*a+scale(c, b)
	}
	h[p*n+q], h[q*n+p] = 0, 0
}
