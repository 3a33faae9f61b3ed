package statistics

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// GammaMethod is Wolff's method of error analysis [W] with its one parameter. The
// zero value takes S = 1.5, as the paper does.
type GammaMethod struct {
	// S guesses tau_exp/tau_int for the choice of the window: the error of cutting
	// rho off is estimated for a decay with tau_exp = S tau_int. 1 to 2 is sensible;
	// larger values give longer windows, less bias and more noise.
	S float64
}

// Gamma returns the mean of a series, or of replicas (Gamma(a, b, ...)), with its
// error by the Gamma method with S = 1.5. It is GammaMethod{}.Mean.
func Gamma(replicas ...[]float64) (Estimate, error) { return GammaMethod{}.Mean(replicas...) }

// GammaDerived returns a function of means of several series with its error by the
// Gamma method with S = 1.5. It is GammaMethod{}.Derived.
func GammaDerived(f func(means []float64) float64, replicas ...[][]float64) (Estimate, error) {
	return GammaMethod{}.Derived(f, replicas...)
}

// Mean returns the mean of a series with its error; see Derived, of which it is the
// case of one observable and f(a) = a.
func (m GammaMethod) Mean(replicas ...[]float64) (Estimate, error) {
	wrapped := make([][][]float64, len(replicas))
	for r := range replicas {
		wrapped[r] = replicas[r : r+1]
	}
	return m.Derived(func(means []float64) float64 { return means[0] }, wrapped...)
}

// Derived returns f of the means of several observables, with its error:
// replicas[r][alpha][i] is entry i of observable alpha in replica r.
//
//	F = f(abar), abar the mean over all R replicas; for R >= 2 without its bias of
//	    order 1/N: (R F - Fbar)/(R - 1), Fbar = sum_r (N_r/N) f(abar_r)
//	Gamma(t) = sum_r sum_i d_{i,r} d_{i+t,r} / sum_r max(0, N_r - t),
//	           d = sum_alpha (df/da_alpha)(a_alpha - abar_alpha)     [W, (31)]
//	C(W)     = Gamma(0) + 2 sum_{t=1}^{W} Gamma(t),  Gamma(t) <- Gamma(t) + C(W)/N,
//	           which raises C(W) by 1 + (2W + 1)/N [W, (49)]
//	Error²   = C(W)/N;   ErrorOfError = Error sqrt((W + 1/2)/N)
//	TauInt   = C(W)/(2 Gamma(0));
//	TauIntError² = (4/N)(W + 1/2 - TauInt) TauInt²     [W, (42)], after [MS]
//
//	Q        = P(chi² with R - 1 degrees > sum_r N_r (f(abar_r) - Fbar)²/C(W))
//
// with the window W of [W, section 3.3]. The derivatives are taken as there, by
// central differences over ± the error that independent entries would have; the
// step is at least 2^-26 of the mean, as rounding would spoil a smaller one.
//
// Two things differ from the paper. The window may be as long as half of the longest
// replica, not of the shortest: a short one does not take the estimate away. And a
// tau_int below 1/2 must be earned: to 1/2 - min(sqrt(W/N), 1/4) it is raised at least,
// unless some sum of rho up to w <= W is below -2.5 sqrt(w/N), which of independent
// entries hardly any is.
//
// A series without fluctuations (constant, or a function that does not depend on
// the means) has Error 0, TauInt 1/2, Window 0 and Rho = [1].
//
// f must not keep its argument. Cost: Fourier transforms, O(N log N).
// Errors: ErrTooShort, ErrNotFinite, ErrNoWindow; the Estimate is then zero.
// Panics: no observables, replicas that differ in their number, observables of a
// replica that differ in length, S < 0.
func (m GammaMethod) Derived(f func(means []float64) float64, replicas ...[][]float64) (Estimate, error) {
	s := m.S
	if s == 0 {
		s = 1.5
	}
	if !(s > 0) {
		panic("statistics: GammaMethod with negative S")
	}
	d, err := newData(replicas)
	if err != nil {
		return Estimate{}, err
	}
	value, bias, scatter, err := d.values(f)
	if err != nil {
		return Estimate{}, err
	}
	deviations, unit, err := d.project(f)
	if err != nil {
		return Estimate{}, err
	}
	e := Estimate{Value: value - bias, N: d.n, TauInt: 0.5, Q: 1, Rho: []float64{1}, RhoError: []float64{0}}
	if unit == 0 {
		return e, nil
	}

	n := float64(d.n)
	gamma := autocorrelation(deviations)
	w, err := window(gamma, s, d.n)
	if err != nil {
		return Estimate{}, err
	}
	// positive, for window ends where rho sums to more than -1/2
	c := max(partialSum(gamma, w), floor(gamma, w, d.n))
	for t := range gamma {
		gamma[t] += c / n
	}
	c *= 1 + (2*float64(w)+1)/n

	e.Window = w
	e.Error = unit * math.Sqrt(c/n)
	e.ErrorOfError = e.Error * math.Sqrt((float64(w)+0.5)/n)
	e.TauInt = c / (2 * gamma[0])
	e.TauIntError = 2 * e.TauInt * math.Sqrt(math.Max(0, float64(w)+0.5-e.TauInt)/n)
	e.Rho, e.RhoError = correlations(gamma, w, d.n)
	if len(scatter) > 1 {
		chi := 0.0
		for _, x := range scatter {
			chi += (x / unit) * (x / unit) / c
		}
		e.Q = mathext.GammaIncRegComp(float64(len(scatter)-1)/2, chi/2)
	}
	if !finite(e.Error) {
		return Estimate{}, fmt.Errorf("error: %w", ErrNotFinite)
	}
	return e, nil
}
