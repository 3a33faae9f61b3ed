package rational

import "math"

// nome carries what the elliptic functions of modulus k = 1/kappa need: q = exp(-pi K'/K) and q' = exp(-pi K/K').
type nome struct{ q, conjugate float64 }

// newNome finds the nomes from K'/K = agm(1, k') / agm(1, k) [DLMF 22.20].
func newNome(k float64) nome {
	ratio := mean(1, math.Sqrt((1-k)*(1+k))) / mean(1, k)
	return nome{math.Exp(-math.Pi * ratio), math.Exp(-math.Pi / ratio)}
}

// mean returns the arithmetic-geometric mean of positive numbers.
func mean(a, b float64) float64 {
	for range 64 { // converges quadratically: ten steps from 1 and 1e-300
		a, b = (a+b)/2, math.Sqrt(a*b)
	}
	return a
}

// zero returns k sc(f K', k')^2, the place at the fraction f of the way along the negative axis: 0 at f = 0, 1 in the
// middle, infinity at f = 1.
//
//	theta_1(iv, q)^2 / (i theta_4(iv, q))^2,  e^v = q^(-f/2)
//
// by Jacobi's imaginary transformation; the sums converge fast because q, not q', is small for a long interval.
func (m nome) zero(f float64) float64 {
	if f > 0.5 { // the symmetry k sc(K' - u)^2 = 1 / (k sc(u)^2), where the alternating sums would cancel
		return 1 / m.zero(1-f)
	}
	var above float64
	below := 1.0
	for n := 0.0; ; n++ {
		sign := 1 - 2*math.Mod(n, 2)
		// q^((n+1/2)^2) 2 sinh((2n+1) v) and 2 q^(n^2) cosh(2 n v), n >= 1, with the exponents joined
		e := (n + 0.5) * (n + 0.5)
		s := math.Pow(m.q, e-(n+0.5)*f) - math.Pow(m.q, e+(n+0.5)*f)
		above += sign * s
		if n > 0 {
			below += sign * (math.Pow(m.q, n*n-n*f) + math.Pow(m.q, n*n+n*f))
		}
		if s < 1e-19*above {
			return (above / below) * (above / below)
		}
	}
}

// extremum returns dn(f K', k')^2 / k, the place at the fraction f of the way from kappa (f = 0) down to 1/kappa.
//
//	theta_3(iv, q)^2 / theta_2(iv, q)^2
func (m nome) extremum(f float64) float64 {
	if f > 0.5 {
		return 1 / m.extremum(1-f)
	}
	var below float64
	above := 1.0
	for n := 0.0; ; n++ {
		e := (n + 0.5) * (n + 0.5)
		s := math.Pow(m.q, e-(n+0.5)*f) + math.Pow(m.q, e+(n+0.5)*f)
		below += s
		if n > 0 {
			above += math.Pow(m.q, n*n-n*f) + math.Pow(m.q, n*n+n*f)
		}
		if s < 1e-19*below {
			return (above / below) * (above / below)
		}
	}
}

// start returns the zeros z_i (ascending) and the extrema y_j (descending from kappa, those above 1) from which the
// exchange begins.
//
// Near 0 the best approximation sees x^alpha alone, and zeros and poles lie along f like the zeros of the Bessel functions of
// orders -alpha and alpha, pi f (n + 1/2) = j_k = pi (k - 1/4 -+ alpha/2) + O(1/k): equal distances, exact for alpha = 1/2 [Z].
// For alpha near 1 the first zero falls to j_1 = 2 sqrt(1 - alpha) (1 + (1 - alpha)/4 ...) by its power series; the next factor is
// made to meet pi/2 at alpha = 1/2 and 2.4048 at 0.
func (m nome) start(alpha float64, degree int) (zeros, extrema []float64) {
	step := 1 / (float64(degree) + 0.5)
	rest := 1 - alpha
	zeros = append(zeros, m.zero(step*2/math.Pi*math.Sqrt(rest)*(1+0.24043*rest-0.03798*rest*rest)))
	for k := 2; k <= degree; k++ {
		zeros = append(zeros, m.zero(step*(float64(k)-0.25-alpha/2)))
	}
	for j := range degree + 1 {
		extrema = append(extrema, m.extremum(step*float64(j)/2))
	}
	return zeros, extrema
}

// height returns the error that degree n will have, 4 sin(pi alpha) q'^(2n+1), and its logarithm: Zolotarev's for
// alpha = 1/2 to first order in itself, for the others the limit of small errors [St].
func (m nome) height(alpha float64, degree int) (size, log float64) {
	log = math.Log(4*math.Sin(math.Pi*alpha)) + float64(2*degree+1)*math.Log(m.conjugate)
	return math.Exp(log), log
}
