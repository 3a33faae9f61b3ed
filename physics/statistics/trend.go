package statistics

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// DriftAlarm is how often, at most, a series whose mean stands still is said to drift.
const DriftAlarm = 1e-3

// Trend is how the mean of a series still moves in its second half.
type Trend struct {
	Change float64 // of the mean from the begin of that half to its end, by a straight line
	Error  float64 // one standard deviation
	P      float64 // probability of such a trend, or a larger one, if the mean stands still
	N      int     // entries of that half
}

// Drifts tells whether the mean still moves: P < DriftAlarm.
func (t Trend) Drifts() bool { return t.P < DriftAlarm }

// LateTrend fits a straight line to the second half of a series, x_i = a + b (i - ibar), i = 1 ... n, and tells
// whether it rises or falls: what thermalisation should have ended looks like this. A transient that is over by the
// middle of the series does not show, and need not.
//
//	Change = b n,   Error² = n² C/sum_i (i - ibar)²,   P1 = P(|t_nu| > |Change|/Error)
//
// with C = Gamma(0) + 2 sum_{t=1}^{W} Gamma(t), W as in [GammaMethod], but at least Gamma(0). The Gamma are those of
// the residuals of a parabola, whose line is this one, so that a curved approach does not pass for noise. Each of its
// three parameters takes from slow fluctuations what looks like it, by which C falls by up to 1 - 2(2W + 1)/n: C is
// divided by the cube. Its relative error squared, 2(2W + 1)/n, is that of chi² with n/(2W + 1) degrees of freedom,
// less the three; nu is 3/4 of that, as W follows the noise too.
//
// Where fluctuations are small the steps y_i = x_i+1 - x_i tell more, whatever the autocorrelation: they have one sign.
// Their sum is the difference of two entries, which in an equilibrium has at most the variance that n - 1 independent
// steps would have (for AR(1) with rho: (1 - rho^(n-1))/((n-1)(1 - rho)) <= 1 of it), so that
//
//	P2 = P(|t_(n-2)| > |ybar| sqrt(n-1)/s_y)
//
// is safe for a random walk even. P is the smaller of 4/3 P1 and 4 P2, of which the second alone counts where the
// first cannot be told: two tests that share their false alarms as 3 to 1.
//
// False alarms, P < DriftAlarm, in AR(1) series of 16 to 1000 entries with tau_int up to 1/20 of them: 0.0007 at most
// (TestLongTrend), most where tau_int is so long. Power: of series of 200 entries with noise of variance 1 that
// approach their mean as A exp(-i/100), this part is found to drift:
//
//	tau_int   A = 5     10     20     40
//	    0.5    0.03   0.60   0.94   0.97
//	    2.0    0.00   0.03   0.24   0.61
//	    5.0    0.00   0.00   0.04   0.17
//
// Errors, each of which means that the series is too short to tell: ErrTooShort (also: the half has less than 4
// independent entries, n/(2W + 1)), ErrNoWindow; and ErrNotFinite.
// Source: ours.
func LateTrend(series []float64) (Trend, error) {
	half := series[len(series)/2:]
	trend, err := lineTrend(half)
	if err != nil && !errors.Is(err, ErrTooShort) && !errors.Is(err, ErrNoWindow) || len(half) < MinLength {
		return Trend{}, err
	}
	bySteps := stepTrend(half)
	if err == nil {
		trend.P = min(1, trend.P*4/3, bySteps.P*4)
		return trend, nil
	}
	if bySteps.P = min(1, bySteps.P*4); bySteps.Drifts() {
		return bySteps, nil
	}
	return Trend{}, err
}

// stepTrend judges the steps between the entries.
func stepTrend(x []float64) Trend {
	steps := make([]float64, len(x)-1)
	for i := range steps {
		steps[i] = x[i+1] - x[i]
	}
	n := float64(len(steps))
	mean := (x[len(x)-1] - x[0]) / n
	var square Sum
	for _, y := range steps {
		square.Add((y - mean) * (y - mean))
	}
	variance := square.Value() / (n - 1)
	trend := Trend{Change: n * mean, Error: math.Sqrt(n * variance), P: 1, N: len(x)}
	switch t := math.Abs(trend.Change) / trend.Error; {
	case math.IsNaN(t): // nothing moves
	case math.IsInf(t, 0):
		trend.P = 0
	default:
		trend.P = student(t, n-1)
	}
	return trend
}

// student returns P(|t| > t) for Student's t with so many degrees of freedom.
func student(t, degrees float64) float64 {
	return mathext.RegIncBeta(degrees/2, 0.5, degrees/(degrees+t*t))
}

// lineTrend judges the slope of a straight line.
func lineTrend(half []float64) (Trend, error) {
	d, err := newData([][][]float64{{half}})
	if err != nil {
		return Trend{}, err
	}
	deviations, unit, err := d.project(func(means []float64) float64 { return means[0] })
	if err != nil {
		return Trend{}, err
	}
	trend := Trend{P: 1, N: len(half)}
	if unit == 0 {
		return trend, nil
	}
	// orthogonal polynomials of degree 0, 1, 2: what is taken out by one does not move the others
	x, n := deviations[0], float64(len(half))
	middle := (n - 1) / 2
	polynomials := []func(u float64) float64{
		func(float64) float64 { return 1 },
		func(u float64) float64 { return u },
		func(u float64) float64 { return u*u - (n*n-1)/12 },
	}
	squares := []float64{n, n * (n*n - 1) / 12, n * (n*n - 1) * (n*n - 4) / 180}
	slope := 0.0
	for degree, p := range polynomials {
		var product Sum
		for i, v := range x {
			product.Add(p(float64(i)-middle) * v)
		}
		c := product.Value() / squares[degree]
		for i := range x {
			x[i] -= c * p(float64(i)-middle)
		}
		if degree == 1 {
			slope = c
		}
	}
	trend.Change = unit * slope * n
	gamma := autocorrelation(deviations)
	if gamma[0] == 0 { // a line
		trend.P = 0
		return trend, nil
	}
	w, err := window(gamma, 1.5, len(x))
	if err != nil {
		return Trend{}, err
	}
	terms := float64(2*w + 1)
	independent := n / terms
	if independent < 4 {
		return Trend{}, fmt.Errorf("%w: %d in the second half, of which %.1f are independent: one too few to judge a line", ErrTooShort, len(x), independent)
	}
	c := max(partialSum(gamma, w), gamma[0]) / math.Pow(1-2*terms/n, 3)
	trend.Error = unit * n * math.Sqrt(c/squares[1])
	trend.P = student(trend.Change/trend.Error, (independent-3)*3/4)
	return trend, nil
}
