package dirac

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
)

// cloverPlane says what sigma_munu is on the halves of g_5 = 1 and -1: a sign times
// the Pauli matrix k. In two dimensions a half is one spin and the matrix 1; three have
// no halves.
//
//	sigma_munu = (i/2) [g_mu, g_nu] = i g_mu g_nu:
//	sigma_ij = -eps_ijk s_k, sigma_k4 = s_k on the upper half, -s_k on the lower
type cloverPlane struct {
	mu, nu, k int
	sign      [2]float64
}

func cloverPlanes(d int) []cloverPlane {
	if d == 2 {
		return []cloverPlane{{0, 1, 0, [2]float64{-1, 1}}}
	}
	planes := []cloverPlane{{0, 1, 2, [2]float64{-1, -1}}, {0, 2, 1, [2]float64{1, 1}}, {1, 2, 0, [2]float64{-1, -1}}}
	for k := 0; k < 3 && d == 4; k++ {
		planes = append(planes, cloverPlane{k, 3, k, [2]float64{1, -1}})
	}
	return planes
}

// Anti-Hermitian matrices i (x^a T_a + x_tr / N) are kept by their components: those of the
// algebra and, where N > 2, the trace x_tr. SU(2) has none, and that of U(1) is x.

// elementSize returns the Vecs of such components.
func elementSize(o *kernel.Ops) int {
	if o.N > 2 {
		return o.A + 1
	}
	return o.A
}

// setComponents sets x to the components of the anti-Hermitian part of m.
func setComponents(o *kernel.Ops, x, m []lattice.Vec) {
	o.TA(x[:o.A], m)
	if o.N > 2 {
		x[o.A] = lattice.Vec{}
		o.ImTr(&x[o.A], 1, m)
	}
}

// setHermitian sets h, N x N complex numbers, to x^a T_a + x_tr / N; m is scratch, a
// matrix.
func setHermitian(o *kernel.Ops, h, x, m []lattice.Vec) {
	n := o.N
	o.Element(m, 1, x)
	for i := range n {
		for j := range n {
			re, im := &h[2*(i*n+j)], &h[2*(i*n+j)+1]
			switch {
			case n == 2 && i == 1: // (-conj m_01, conj m_00) / i
				a, b := &m[2-2*j], &m[3-2*j]
				sign := float64(1 - 2*j)
				for l := range lattice.Lanes {
					re[l], im[l] = sign*b[l], sign*a[l]
				}
			default:
				a, b := &m[2*(i*n+j)], &m[2*(i*n+j)+1]
				for l := range lattice.Lanes {
					re[l], im[l] = b[l], -a[l]
				}
			}
		}
		if n > 2 {
			d := &h[2*i*(n+1)]
			for l := range lattice.Lanes {
				d[l] += x[o.A][l] / float64(n)
			}
		}
	}
}

// fromHermitian is the inverse: it sets x to the components of i h.
func fromHermitian(o *kernel.Ops, x, h, m []lattice.Vec) {
	n := o.N
	if n == 2 { // the traceless part, of which m has the first row
		for l := range lattice.Lanes {
			m[0][l], m[1][l] = 0, (h[0][l]-h[6][l])/2
			m[2][l], m[3][l] = -h[3][l], h[2][l]
		}
	} else {
		for k := 0; k < 2*n*n; k += 2 {
			for l := range lattice.Lanes {
				m[k][l], m[k+1][l] = -h[k+1][l], h[k][l]
			}
		}
	}
	setComponents(o, x, m)
}

// addPauli adds s_k (x) h to a packed matrix of 2N x 2N, or h to one of N x N.
func addPauli(a, h []lattice.Vec, n, spins, k int) {
	size := n * spins
	at := func(i, j int) (re, im *lattice.Vec) { return &h[2*(i*n+j)], &h[2*(i*n+j)+1] }
	diagonal := func(first int, sign float64) {
		for i := range n {
			re, _ := at(i, i)
			d := &a[first+i]
			for l := range lattice.Lanes {
				d[l] += sign * re[l]
			}
			for j := range i {
				re, im := at(i, j)
				e := kernel.Below(size, first+i, first+j)
				for l := range lattice.Lanes {
					a[e][l] += sign * re[l]
					a[e+1][l] += sign * im[l]
				}
			}
		}
	}
	if spins == 1 || k == 2 {
		diagonal(0, 1)
		if spins == 2 {
			diagonal(n, -1)
		}
		return
	}
	for i := range n { // the lower left of s_1 and s_2 are 1 and i
		for j := range n {
			re, im := at(i, j)
			e := kernel.Below(size, n+i, j)
			for l := range lattice.Lanes {
				if k == 0 {
					a[e][l] += re[l]
					a[e+1][l] += im[l]
				} else {
					a[e][l] -= im[l]
					a[e+1][l] += re[l]
				}
			}
		}
	}
}

// addTracePauli adds c tr_spin(s_k g) to h, the reverse of addPauli.
func addTracePauli(h []lattice.Vec, c float64, g []lattice.Vec, n, spins, k int) {
	size := n * spins
	diagonal := func(first int, c float64) {
		for i := range n {
			d := &h[2*i*(n+1)]
			for l := range lattice.Lanes {
				d[l] += c * g[first+i][l]
			}
			for j := range i {
				e := kernel.Below(size, first+i, first+j)
				addHermitianPair(h, n, i, j, c, &g[e], &g[e+1])
			}
		}
	}
	if spins == 1 || k == 2 {
		diagonal(0, c)
		if spins == 2 {
			diagonal(n, -c)
		}
		return
	}
	// with b the lower left of g: b + b^†, or -i (b - b^†)
	for i := range n {
		for j := range n {
			e := kernel.Below(size, n+i, j)
			re, im := g[e], g[e+1]
			if k == 1 {
				re = g[e+1]
				for l := range im {
					im[l] = -g[e][l]
				}
			}
			addHermitianPair(h, n, i, j, c, &re, &im)
		}
	}
}

// addHermitianPair adds c z to element (i, j) and its conjugate to (j, i).
func addHermitianPair(h []lattice.Vec, n, i, j int, c float64, re, im *lattice.Vec) {
	p, q := 2*(i*n+j), 2*(j*n+i)
	for l := range lattice.Lanes {
		h[p][l] += c * re[l]
		h[p+1][l] += c * im[l]
		h[q][l] += c * re[l]
		h[q+1][l] -= c * im[l]
	}
}
