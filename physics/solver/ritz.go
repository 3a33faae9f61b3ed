package solver

// ritz is the tridiagonal matrix of Lanczos that conjugate gradients leave behind [PS],
//
//	T_jj = 1/alpha_j + beta_{j-1}/alpha_{j-1},   T_{j,j+1}^2 = beta_j / alpha_j^2,
//
// whose eigenvalues, the Ritz values of A, close in on the ends of its spectrum from
// within, as far as the source has a part of them.
type ritz struct {
	diagonal []float64
	squares  []float64 // T_{j-1,j}^2
	alpha    float64   // of the last step
	ratio    float64   // beta/alpha of the last step
}

func (t *ritz) clear() { *t = ritz{diagonal: t.diagonal[:0], squares: t.squares[:0], alpha: 1} }

// add takes the numbers of one step.
func (t *ritz) add(alpha, beta float64) {
	t.diagonal = append(t.diagonal, 1/alpha+t.ratio)
	t.squares = append(t.squares, t.ratio/t.alpha)
	t.alpha, t.ratio = alpha, beta/alpha
}

// below returns the number of eigenvalues below x: of negative pivots of T - x.
func (t *ritz) below(x float64) (n int) {
	pivot := 1.
	for i, d := range t.diagonal {
		pivot = d - x - t.squares[i]/pivot
		if pivot == 0 {
			pivot = 0x1p-1000
		}
		if pivot < 0 {
			n++
		}
	}
	return n
}

// ends returns the smallest and the largest eigenvalue to a relative 1e-9, by bisection
// between zero and the largest sum of a row; zero if there is none.
func (t *ritz) ends() (lo, hi float64) {
	n := len(t.diagonal)
	if n == 0 {
		return 0, 0
	}
	most := 0. // of a positive matrix the largest element is on the diagonal
	for _, d := range t.diagonal {
		most = max(most, d)
	}
	find := func(k int) float64 { // the k-th eigenvalue
		a, b := 0., 3*most
		for b-a > 1e-9*b {
			x := (a + b) / 2
			if t.below(x) >= k {
				b = x
			} else {
				a = x
			}
		}
		return (a + b) / 2
	}
	return find(1), find(n)
}

// Spectrum returns the smallest and the largest eigenvalue of A as the last solve has
// seen them, zero where it had no iterations. Both lie within the spectrum's ends. A
// solve that has come far has seen the ends: its residual's factor on an eigenvector
// that its source has a part of is small only where a Ritz value is near.
//
// Cost: a few hundred flops for each iteration of that solve.
func (m *MultiShift) Spectrum() (lo, hi float64) { return m.w.k.ritz.ends() }

// Spectrum is that of MultiShift, of A in single precision.
func (m *MixedMultiShift) Spectrum() (lo, hi float64) { return m.w.k.ritz.ends() }
