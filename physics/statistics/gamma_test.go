package statistics

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

// TestTauIntOfAR1 compares with the exact tau_int(W) at the window that was chosen.
// The bound is sigmas times the exact error [W, (42)], with the exact tau_int in it.
// Beyond it, corrections of relative order W/N are left: (2W + 1)/N bounds them.
func TestTauIntOfAR1(t *testing.T) {
	const n = 100000
	for _, a := range []float64{-0.8, -0.3, 0, 0.3, 0.6, 0.9, 0.98} {
		e, err := Gamma(chain("tau", uint64(100*(a+1)), a, n))
		require.NoError(t, err)
		w := float64(e.Window)
		tau := tauUpTo(a, e.Window)
		sigma := 2 * tau * math.Sqrt((w+0.5-tau)/n)
		t.Logf("a = %4.2f: tau_int %.4f ± %.4f, exact %.4f, W = %d", a, e.TauInt, e.TauIntError, 0.5*(1+a)/(1-a), e.Window)
		assert.InDelta(t, tau, e.TauInt, sigmas*sigma+tau*(2*w+1)/n, "a = %g", a)
		assert.InEpsilon(t, sigma, e.TauIntError, 0.2, "a = %g", a) // its own error is about 1/sqrt(N/W) < 0.03, times 5
		assert.InDelta(t, 0, e.Value, sigmas*errorOfMean(a, n), "a = %g", a)
		assert.InEpsilon(t, errorOfMean(a, n), e.Error, sigmas*math.Sqrt((w+0.5)/n)+truncation(a, e.Window), "a = %g", a)
		assert.InDelta(t, n/(2*e.TauInt), e.Independent(), 1e-9*n)
		assert.Equal(t, n, e.N)
		// The systematic error must not dominate: that is what the window is for.
		assert.Less(t, truncation(a, e.Window), 3*math.Sqrt((w+0.5)/n)+1e-3, "a = %g", a)
	}
}

// truncation bounds the relative error that the end of the window leaves in the
// error of the mean: half of 1 - tau(W)/tau(infinity) = 2 |a|^{W+1}/(1 + a).
func truncation(a float64, w int) float64 { return math.Pow(math.Abs(a), float64(w+1)) / (1 + a) }

// TestCoverage: the error is the scatter of the means of many chains, and the part
// of the means within 1 (2) errors of the truth is that of the normal law. With
// relative error delta of the error, its bias b and M chains:
// the mean of Error: sigmas delta/sqrt M + |b|; the part within s errors: sigmas
// standard deviations of the binomial law + 2 s phi(s) (|b| + delta² s²/2), the
// expansion of E Phi(s Error/exact), |Phi”(s)| = s phi(s).
func TestCoverage(t *testing.T) {
	for _, c := range []struct {
		a         float64
		n, chains int
	}{{0, 250, 3000}, {0.5, 500, 2000}, {0.8, 2000, 600}} {
		exact := errorOfMean(c.a, c.n)
		var errors, biases, windows, means Sum
		var within [2]int
		for i := range c.chains {
			e, err := Gamma(chain("coverage", uint64(i), c.a, c.n))
			require.NoError(t, err)
			errors.Add(e.Error / exact)
			biases.Add(truncation(c.a, e.Window))
			windows.Add(float64(e.Window))
			means.Add(e.Value * e.Value / (exact * exact))
			for s := range within {
				if math.Abs(e.Value) < float64(s+1)*e.Error {
					within[s]++
				}
			}
		}
		m := float64(c.chains)
		delta := math.Sqrt((windows.Value()/m + 0.5) / float64(c.n))
		// The window ends where the noise of rho happens to be low, which lowers the
		// error by about its own relative error squared.
		bias := biases.Value()/m + delta*delta
		t.Logf("a = %g: mean error/exact %.4f (delta %.4f, bias %.4f), within 1, 2 errors: %.4f %.4f",
			c.a, errors.Value()/m, delta, bias, float64(within[0])/m, float64(within[1])/m)
		assert.InDelta(t, 1, means.Value()/m, sigmas*math.Sqrt(2/m), "exact error, a = %g", c.a)
		assert.InDelta(t, 1, errors.Value()/m, sigmas*delta/math.Sqrt(m)+bias, "a = %g", c.a)
		for i, k := range within {
			s := float64(i + 1)
			p := math.Erf(s / math.Sqrt2)
			phi := math.Exp(-s*s/2) / math.Sqrt(2*math.Pi)
			assert.InDelta(t, p, float64(k)/m, sigmas*math.Sqrt(p*(1-p)/m)+2*s*phi*(bias+delta*delta*s*s/2), "a = %g, %g errors", c.a, s)
		}
	}
}

// TestReportedErrors: TauInt, Rho and Error scatter over many chains as TauIntError,
// RhoError and ErrorOfError say. The scatter of M chains has relative error
// 1/sqrt(2M); the formulas are of leading order in W/N, 15 % is left for that and for
// the scatter of W itself, which they do not count.
func TestReportedErrors(t *testing.T) {
	const a, n, chains, lags = 0.6, 2000, 600, 6
	observed := make([][]float64, 2+lags)
	claimed := make([]Sum, 2+lags)
	for i := range chains {
		e, err := GammaMethod{S: 2}.Mean(chain("reported", uint64(i), a, n))
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(e.Rho), lags+1)
		assert.Equal(t, 1.0, e.Rho[0])
		assert.Zero(t, e.RhoError[0])
		value, sigma := []float64{e.TauInt, e.Error}, []float64{e.TauIntError, e.ErrorOfError}
		value, sigma = append(value, e.Rho[1:1+lags]...), append(sigma, e.RhoError[1:1+lags]...)
		for k := range value {
			observed[k] = append(observed[k], value[k])
			claimed[k].Add(sigma[k] / chains)
		}
	}
	for k := range observed {
		scatter := stat.StdDev(observed[k], nil)
		t.Logf("%d: scatter %.5f, claimed %.5f", k, scatter, claimed[k].Value())
		assert.InEpsilon(t, scatter, claimed[k].Value(), 0.15+sigmas/math.Sqrt(2*chains), "%d", k)
		if k >= 2 {
			assert.InDelta(t, math.Pow(a, float64(k-1)), stat.Mean(observed[k], nil), sigmas*scatter/math.Sqrt(chains)+10.0/n, "rho(%d)", k-1)
		}
	}
}

// TestDerivedAgainstJackknife: the ratio and the logarithm of means of correlated
// series. Both errors estimate one number, with relative errors sqrt((W + 1/2)/N)
// and 1/sqrt(2K) for K bins; bins of 100 entries miss tau_int/100 of the variance.
func TestDerivedAgainstJackknife(t *testing.T) {
	const n, bin = 50000, 100
	x, y, z := chain("derived", 0, 0.7, n), chain("derived", 1, 0.7, n), chain("derived", 2, 0, n)
	for i := range x {
		common := x[i]
		x[i] = 2 + 0.5*common
		y[i] = 3 + 0.4*common + 0.3*y[i]
		z[i] = 5 + z[i]
	}
	for name, f := range map[string]func(a []float64) float64{
		"ratio":     func(a []float64) float64 { return a[0] / a[1] },
		"logarithm": func(a []float64) float64 { return math.Log(a[0]*a[1]) - a[2] },
		"linear":    func(a []float64) float64 { return a[0] - 2*a[1] + a[2] },
	} {
		e, err := GammaDerived(f, [][]float64{x, y, z})
		require.NoError(t, err)
		j, err := JackknifeDerived(f, bin, x, y, z)
		require.NoError(t, err)
		t.Logf("%s: Gamma %.6f ± %.6f (tau_int %.2f), jackknife ± %.6f", name, e.Value, e.Error, e.TauInt, j.Error)
		assert.InDelta(t, j.Value, e.Value, 1e-13)
		relative := math.Hypot(e.ErrorOfError/e.Error, 1/math.Sqrt(2*float64(j.Bins)))
		assert.InEpsilon(t, j.Error, e.Error, sigmas*relative+e.TauInt/bin, name)
		assert.Less(t, math.Abs(j.Bias), j.Error)
	}
	// Exact: an observable and its double, and the derivative of a square.
	one, err := Gamma(x)
	require.NoError(t, err)
	square, err := GammaDerived(func(a []float64) float64 { return a[0] * a[0] }, [][]float64{x})
	require.NoError(t, err)
	assert.InEpsilon(t, 2*one.Value*one.Error, square.Error, 1e-10)
	assert.InEpsilon(t, one.TauInt, square.TauInt, 1e-10)
	assert.Equal(t, one.Window, square.Window)
}

// TestReplicaBias: <abar²> of R replicas is sigma²(abar) too high; the corrected
// value is unbiased, the plain one is not. Q is uniform: its mean is 1/2 ± 1/sqrt(12 M).
func TestReplicaBias(t *testing.T) {
	const cases, a, n, replicas = 1500, 0.5, 200, 4
	square := func(m []float64) float64 { return m[0] * m[0] }
	variance := math.Pow(errorOfMean(a, n), 2) / replicas
	values := make([]float64, cases)
	plain := make([]float64, cases)
	var q Sum
	for i := range cases {
		var data [][][]float64
		var chains [][]float64
		var all []float64
		for r := range replicas {
			x := chain("replica bias", uint64(i*replicas+r), a, n)
			data = append(data, [][]float64{x})
			chains = append(chains, x)
			all = append(all, x...)
		}
		e, err := GammaDerived(square, data...)
		require.NoError(t, err)
		values[i] = e.Value
		plain[i] = math.Pow(stat.Mean(all, nil), 2)
		linear, err := Gamma(chains...)
		require.NoError(t, err)
		q.Add(linear.Q)
	}
	assert.InDelta(t, 0, stat.Mean(values, nil), sigmas*stat.StdDev(values, nil)/math.Sqrt(cases))
	assert.InDelta(t, variance, stat.Mean(plain, nil), sigmas*stat.StdDev(plain, nil)/math.Sqrt(cases))
	assert.Greater(t, variance, 2*sigmas*stat.StdDev(values, nil)/math.Sqrt(cases), "the bias would be invisible")
	assert.InDelta(t, 0.5, q.Value()/cases, sigmas/math.Sqrt(12*cases)+0.02) // and 4 % for the error of C, W/N
}

// TestReplicasThatDisagree: chains whose means differ by many errors, 0.06 each, get
// a tiny Q; chains that have no common values at all get a huge TauInt.
func TestReplicasThatDisagree(t *testing.T) {
	for _, c := range []struct {
		shift      float64
		qmin, qmax float64
		tmin, tmax float64
	}{{0, 1e-3, 1, 1, 3}, {0.5, 0, 1e-6, 1, 10}, {5, 0, 0.1, 50, 2000}} {
		x, y := chain("disagree", 0, 0.5, 1000), chain("disagree", 1, 0.5, 1000)
		for i := range y {
			y[i] += c.shift
		}
		e, err := Gamma(x, y)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, e.Q, c.qmin, "shift %g", c.shift)
		assert.LessOrEqual(t, e.Q, c.qmax, "shift %g", c.shift)
		assert.GreaterOrEqual(t, e.TauInt, c.tmin, "shift %g", c.shift)
		assert.LessOrEqual(t, e.TauInt, c.tmax, "shift %g", c.shift)
	}
}

// TestReplicaOfAnyLength: a long chain beside a replica of another length gives what the long one alone gives, as
// far as N and the few other entries go. With tau_int 9.5 a window of 40 or so is needed, longer than half of the
// short ones. A change of the fluctuations by the m entries of the short one: m/N of C, times its own relative
// error, which for fewer entries than tau_int is of order 1 and for m >> tau_int sqrt(2 tau_int/m): 3 m/N bounds it.
func TestReplicaOfAnyLength(t *testing.T) {
	const n, a = 20000, 0.9
	long := chain("any length", 0, a, n)
	alone, err := Gamma(long)
	require.NoError(t, err)
	for i, m := range []int{8, 10, 20, 40, 80, 200, 1000} {
		short := chain("any length", uint64(1+i), a, m)
		for _, replicas := range [][][]float64{{long, short}, {short, long}, {short, long, short}} {
			e, err := Gamma(replicas...)
			require.NoError(t, err, "%d entries", m)
			part := 3 * float64(e.N-n) / float64(n)
			assert.InEpsilon(t, alone.TauInt, e.TauInt, part+0.02, "%d entries", m) // the window may end 2 later
			assert.InEpsilon(t, alone.Error*math.Sqrt(n/float64(e.N)), e.Error, part+0.02, "%d entries", m)
			assert.InDelta(t, alone.Window, e.Window, 3)
		}
	}
}

// TestFloorOfAnticorrelation: on few independent numbers no error is a small part of the naive one, as it is where
// chance makes them alternate; strong anticorrelation on many is believed.
func TestFloorOfAnticorrelation(t *testing.T) {
	for _, n := range []int{8, 12, 16} {
		low := 0
		for i := range 500 {
			x := chain("floor", uint64(i), 0, n)
			e, err := Gamma(x)
			if err != nil {
				require.ErrorIs(t, err, ErrNoWindow)
				continue
			}
			naive := stat.StdDev(x, nil) * math.Sqrt(float64(n-1)) / float64(n)
			if e.Error < naive*math.Sqrt(0.5) {
				low++
			}
		}
		// earned by chance: 2.5 standard deviations of one sum are 0.6 %, of up to 6 that go together 2 %
		assert.Less(t, low, 10+int(sigmas*math.Sqrt(10)), "%d numbers", n)
	}
	e, err := Gamma(chain("floor", 0, -0.5, 5000)) // tau_int = 1/6
	require.NoError(t, err)
	assert.InDelta(t, 1.0/6, e.TauInt, 0.06) // where the floor is 1/2 - sqrt(10/5000) or so
}
