package statistics

import (
	"fmt"
	"math"
	"math/bits"

	"gonum.org/v1/gonum/dsp/fourier"
)

// autocorrelation returns, for t = 0 ... T with T half the longest replica,
//
//	Gamma(t) = sum_r sum_i d_{i,r} d_{i+t,r} / sum_r max(0, N_r - t)
//
// which is the paper's where t is less than each N_r: there 1/(N - R t). A replica shorter than that says nothing
// of Gamma(t), and takes nothing away from what the longer ones say.
//
// Each sum over i is a convolution: with n >= N_r + T + 1 and zeros behind the data,
// the inverse Fourier transform of |transform of d|², where nothing wraps around.
func autocorrelation(replicas [][]float64) []float64 {
	longest := 0
	for _, d := range replicas {
		longest = max(longest, len(d))
	}
	gamma := make([]float64, longest/2+1)
	pairs := make([]int, len(gamma))
	var transform *fourier.FFT
	var padded []float64
	var spectrum []complex128
	for _, d := range replicas {
		lags := min(len(gamma), len(d))
		n := 1 << bits.Len(uint(len(d)+lags-1)) // a power of two above N_r + T
		if transform == nil || transform.Len() != n {
			transform = fourier.NewFFT(n)
			padded = make([]float64, n)
			spectrum = make([]complex128, n/2+1)
		}
		clear(padded[copy(padded, d):])
		transform.Coefficients(spectrum, padded)
		for k, c := range spectrum {
			spectrum[k] = complex(real(c)*real(c)+imag(c)*imag(c), 0)
		}
		transform.Sequence(padded, spectrum) // n times the inverse
		for t := range lags {
			gamma[t] += padded[t] / float64(n)
			pairs[t] += len(d) - t
		}
	}
	for t := range gamma {
		gamma[t] /= float64(pairs[t])
	}
	return gamma
}

// window returns the first W >= 1 at which the error of cutting rho off falls below
// the statistical one [W, section 3.3], g(W) <= 0 with
//
//	g(W) = exp(-W/tau) - tau/sqrt(W N),   tau = S/ln(1/|a|),   a = G/(1 + G),
//	G    = sum_{t=1}^{W} rho(t) = tau_int(W) - 1/2
//
// a is that of rho(t) = a^t with this G: the paper's formula, which has G > 0, in a
// form that covers G < 0 too, where the paper stops at once and so gives an error
// 14 % too small for rho(t) = (-0.3)^t. For G <= -1/2, |a| >= 1, it goes on.
func window(gamma []float64, s float64, n int) (int, error) {
	sum := 0.0
	for w := 1; w < len(gamma); w++ {
		sum += gamma[w] / gamma[0]
		if sum <= -0.5 {
			continue
		}
		tau := s / math.Log((1+sum)/math.Abs(sum))
		if math.Exp(-float64(w)/tau) <= tau/math.Sqrt(float64(w)*float64(n)) {
			return w, nil
		}
	}
	return 0, fmt.Errorf("%w: no window up to t = %d, where tau_int is %.3g", ErrNoWindow, len(gamma)-1, sum+0.5)
}

// floor returns the least C(W) that is believed: with G(w) = sum_{t=1}^{w} rho(t),
//
//	2 Gamma(0) (1/2 - min(sqrt(W/N), 1/4)),  if no w <= W has G(w) < -2.5 sqrt(w/N),  else 0
//
// An error below that of independent entries must be earned. The rho(t) of such entries scatter by 1/sqrt(N), and
// so G(w) by sqrt(w/N). What lies within 2.5 standard deviations is taken for noise, and counts as one at most; and
// as 1/4, which is a factor sqrt(1/2) in the error, where N is so small that one is of the order of 1/2 itself. On
// 12 independent numbers the error would else be below 0.3 of the naive one in 5 % of cases, and cover 0.59 instead
// of 0.66; so the mean error of independent entries is within 2 % of the exact one from N = 10 on.
func floor(gamma []float64, w, n int) float64 {
	sum := 0.0
	for v := 1; v <= w; v++ {
		sum += gamma[v] / gamma[0]
		if sum < -2.5*math.Sqrt(float64(v)/float64(n)) {
			return 0
		}
	}
	return 2 * gamma[0] * (0.5 - min(math.Sqrt(float64(w)/float64(n)), 0.25))
}

// partialSum returns C(W) = Gamma(0) + 2 sum_{t=1}^{W} Gamma(t).
func partialSum(gamma []float64, w int) float64 {
	c := gamma[0]
	for _, x := range gamma[1 : w+1] {
		c += 2 * x
	}
	return c
}

// correlations returns rho(t) for t = 0 ... 2W and its error [L, (E.11)],
//
//	error² = (1/N) sum_k [rho(k + t) + rho(k - t) - 2 rho(t) rho(k)]²
//
// The paper sums from k = 1 to t + Lambda for a Lambda beyond the correlations; here
// |k - t| <= W, outside of which the terms are noise.
func correlations(gamma []float64, w, n int) (rho, sigma []float64) {
	at := func(t int) float64 {
		if t < 0 {
			t = -t
		}
		if t >= len(gamma) {
			return 0
		}
		return gamma[t] / gamma[0]
	}
	length := min(2*w, len(gamma)-1) + 1
	rho, sigma = make([]float64, length), make([]float64, length)
	for t := range rho {
		rho[t] = at(t)
		sum := 0.0
		for k := max(1, t-w); k <= t+w; k++ {
			x := at(k+t) + at(k-t) - 2*rho[t]*at(k)
			sum += x * x
		}
		sigma[t] = math.Sqrt(sum / float64(n))
	}
	return rho, sigma
}
