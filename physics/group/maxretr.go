package group

import (
	"math"
	"math/cmplx"
)

// ProjectMaxReTr replaces m by the group element V that is largest along it,
//
//	Re tr(V†m) = max.
//
// For U(1), and wherever det m > 0 (sums of SU(2) elements among them), that is Project;
// beyond, the two differ by the way the phase of det m is shared: with m = W H, H = E diag(h) E† positive (polar
// decomposition),
//
//	V = W E diag(e^{iθ}) E†,  Re tr(V†m) = Σ h_k cos θ_k,  Σ θ_k = -arg(det W) = Θ,
//
// for at the maximum ΣX - X†Σ is a multiple of 1 with X = diag(e^{iθ}) in the basis E,
// which makes X commute with H². There h_k sin θ_k is the same for all k, and
// only the smallest, h_1, may have cos θ_1 < 0:
//
//	Θ = θ_1 + Σ_{k>1} arcsin((h_1/h_k) sin θ_1),
//
// rising from 0 at θ_1 = 0 and met once by |Θ| <= π (beyond π/2 the right-hand side is
// concave and ends at π). The error is about κ u with κ the condition number of m, more
// where the maximum is flat.
//
// Errors: ErrSingular; m is then unchanged.
func (g Group) ProjectMaxReTr(m Matrix) error {
	g.checkMatrix(m)
	if g.n == 1 {
		return g.Project(m)
	}
	var buf [5 * 16]complex128
	var real64 [4]float64
	n, nn := g.n, g.n*g.n
	s := scratch(buf[:], 5*nn)
	w, x, y, h, e := s[:nn], s[nn:2*nn], s[2*nn:3*nn], s[3*nn:4*nn], s[4*nn:]
	values := real64[:]
	if n > len(values) {
		values = make([]float64, n)
	}
	values = values[:n]
	largest := 0.0
	for _, z := range m {
		largest = math.Max(largest, math.Max(math.Abs(real(z)), math.Abs(imag(z)))) // keeps NaN
	}
	if !(largest > 0 && largest <= math.MaxFloat64) {
		return ErrSingular
	}
	for i, z := range m {
		w[i] = complex(real(z)/largest, imag(z)/largest)
	}
	copy(e, w)
	if err := polar(w, x, y, n); err != nil {
		return err
	}
	DaggerMul(h, w, e)
	for i := range n { // exactly Hermitian
		for j := range i + 1 {
			z := scale(.5, h[i*n+j]+cmplx.Conj(h[j*n+i]))
			h[i*n+j], h[j*n+i] = z, cmplx.Conj(z)
		}
	}
	Diagonalize(values, e, h)
	total := -cmplx.Phase(Det(w))
	first := shareOfSmallest(values, math.Abs(total))
	if total < 0 {
		first = -first
	}
	sine := math.Sin(first)
	// W E diag(e^{iθ}) E†; the last angle takes what round-off has left of the sum.
	left := total
	for k := range n {
		angle := left
		switch {
		case k == n-1:
		case k == 0:
			angle = first
		default:
			angle = math.Asin(values[0] / values[k] * sine)
		}
		left -= angle
		phase := cmplx.Rect(1, angle)
		for i := range n {
			y[i*n+k] = e[i*n+k] * phase
		}
	}
	MulDagger(x, y, e)
	Mul(m, w, x)
	return nil
}

// shareOfSmallest returns θ_1 in [0, π] with θ_1 + Σ_{k>1} arcsin((h_1/h_k) sin θ_1) = total,
// by bisection: 60 halvings are below the last bit.
func shareOfSmallest(h []float64, total float64) float64 {
	lo, hi := 0.0, math.Pi
	for range 60 {
		mid := (lo + hi) / 2
		sum, sine := mid, math.Sin(mid)
		for _, v := range h[1:] {
			sum += math.Asin(h[0] / v * sine)
		}
		if sum < total {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}
