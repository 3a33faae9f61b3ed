package statistics

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestConstantSeries: no fluctuations, no error, whatever the number (0.1 is no
// finite binary fraction: a plain mean would leave rounding behind).
func TestConstantSeries(t *testing.T) {
	for _, c := range []float64{0, 0.1, -1e300, 1e-300} {
		x, y := make([]float64, 77), make([]float64, 1000)
		for i := range x {
			x[i] = c
		}
		for i := range y {
			y[i] = c
		}
		e, err := Gamma(x, y)
		require.NoError(t, err)
		assert.Equal(t, Estimate{Value: c, TauInt: 0.5, N: 1077, Q: 1, Rho: []float64{1}, RhoError: []float64{0}}, e)
		assert.Equal(t, 1077.0, e.Independent())
		j, err := Jackknife(x, 5)
		require.NoError(t, err)
		assert.Equal(t, Resampled{Value: c, Bins: 15}, j)
	}
	noise := chain("constant", 0, 0, 100)
	e, err := GammaDerived(func([]float64) float64 { return 7 }, [][]float64{noise})
	require.NoError(t, err)
	assert.Equal(t, 7.0, e.Value)
	assert.Zero(t, e.Error)
	assert.Equal(t, 0.5, e.TauInt)
	// A constant observable beside a fluctuating one.
	constant := make([]float64, 100)
	e, err = GammaDerived(func(a []float64) float64 { return a[0] + 1/(1+a[1]) }, [][]float64{noise, constant})
	require.NoError(t, err)
	f, err := Gamma(noise)
	require.NoError(t, err)
	assert.InEpsilon(t, f.Error, e.Error, 1e-10)
}

// TestExtremeNumbers: squares of these numbers over- or underflow, the result does
// not. 2^±900 scales without rounding, so all is equal bit by bit, up to Ldexp.
func TestExtremeNumbers(t *testing.T) {
	x := chain("extreme", 0, 0.5, 500)
	want, err := Gamma(x)
	require.NoError(t, err)
	for _, exponent := range []int{-900, 900} {
		scaled := make([]float64, len(x))
		for i := range x {
			scaled[i] = math.Ldexp(x[i], exponent)
		}
		e, err := Gamma(scaled)
		require.NoError(t, err)
		assert.InEpsilon(t, want.Error, math.Ldexp(e.Error, -exponent), 1e-12)
		assert.InEpsilon(t, want.TauInt, e.TauInt, 1e-12)
	}
}

// TestSmallFluctuations: relative fluctuations of 1e-13, whose independent error,
// 3e-15, is too small a step for a derivative. ln a then has the relative error of a:
// differences of logarithms of order 1 over a step of 2^-26 are good to 2^-53/2^-26,
// twice, 3e-8; ln a of 20 has three times that rounding.
func TestSmallFluctuations(t *testing.T) {
	for _, mean := range []float64{1.7, 3, 7.3, 19.1} {
		x := chain("small", 0, 0.5, 1000)
		for i := range x {
			x[i] = mean * (1 + 1e-13*x[i])
		}
		plain, err := Gamma(x)
		require.NoError(t, err)
		logarithm, err := GammaDerived(func(a []float64) float64 { return math.Log(a[0]) }, [][]float64{x})
		require.NoError(t, err)
		assert.InEpsilon(t, plain.Error/mean, logarithm.Error, 1e-7)
	}
}

// TestErrors: data without an answer give an error of the right kind and nothing else.
func TestErrors(t *testing.T) {
	with := func(at int, v float64) []float64 {
		x := chain("errors", 0, 0, 100)
		x[at] = v
		return x
	}
	trend := make([]float64, 20)
	for i := range trend {
		trend[i] = float64(i)
	}
	manyTrends := make([][]float64, 200)
	for r := range manyTrends {
		manyTrends[r] = trend
	}
	for name, c := range map[string]struct {
		replicas [][]float64
		want     error
	}{
		"nothing":         {nil, ErrTooShort},
		"empty":           {[][]float64{{}}, ErrTooShort},
		"seven entries":   {[][]float64{{1, 2, 3, 4, 5, 6, 7}}, ErrTooShort},
		"a short replica": {[][]float64{with(0, 1), {1, 2, 3}}, ErrTooShort},
		"NaN":             {[][]float64{with(99, math.NaN())}, ErrNotFinite},
		"NaN first":       {[][]float64{with(0, math.NaN())}, ErrNotFinite},
		"infinity":        {[][]float64{with(50, math.Inf(-1))}, ErrNotFinite},
		"range overflows": {[][]float64{append(with(50, math.MaxFloat64), -math.MaxFloat64)}, ErrNotFinite},
		"only slow modes": {manyTrends, ErrNoWindow},
	} {
		e, err := Gamma(c.replicas...)
		assert.ErrorIs(t, err, c.want, name)
		assert.Equal(t, Estimate{}, e, name)
		if len(c.replicas) == 1 {
			j, err := Jackknife(c.replicas[0], 1)
			assert.ErrorIs(t, err, c.want, name)
			assert.Equal(t, Resampled{}, j, name)
		}
	}
	x := chain("errors", 1, 0, 100)
	for i := range x {
		x[i] += 10
	}
	for name, f := range map[string]func([]float64) float64{
		"at the mean":   func([]float64) float64 { return math.NaN() },
		"infinite":      func([]float64) float64 { return math.Inf(1) },
		"beside means":  func(a []float64) float64 { return math.Sqrt(a[0] - mean(x)) },
		"in a replica ": func(a []float64) float64 { return math.Log(a[0] - mean(x) + 1e-9) },
	} {
		_, err := GammaDerived(f, [][]float64{x}, [][]float64{chain("errors", 2, 0, 10)})
		assert.ErrorIs(t, err, ErrNotFinite, name)
		_, err = JackknifeDerived(f, 1, x)
		assert.ErrorIs(t, err, ErrNotFinite, name)
	}
}

// mean is the mean that Gamma takes.
func mean(x []float64) float64 {
	e, err := Gamma(x)
	if err != nil {
		panic(err)
	}
	return e.Value
}

// TestMisusePanics: shapes that do not fit.
func TestMisusePanics(t *testing.T) {
	f := func(a []float64) float64 { return a[0] }
	x, y := make([]float64, 10), make([]float64, 11)
	assert.Panics(t, func() { _, _ = GammaMethod{S: -1}.Mean(x) })
	assert.Panics(t, func() { _, _ = GammaMethod{S: math.NaN()}.Mean(x) })
	assert.Panics(t, func() { _, _ = GammaDerived(f, [][]float64{x, y}) })
	assert.Panics(t, func() { _, _ = GammaDerived(f, [][]float64{}) })
	assert.Panics(t, func() { _, _ = GammaDerived(f, [][]float64{x, x}, [][]float64{x}) })
	assert.Panics(t, func() { _, _ = JackknifeDerived(f, 1, x, y) })
	assert.Panics(t, func() { _, _ = JackknifeDerived(f, 1) })
	assert.Panics(t, func() { _, _ = Jackknife(x, 0) })
	assert.Panics(t, func() { Sigma(1, -1, 2, 1) })
	assert.Panics(t, func() { NewHistogram(0, 1, 0) })
	assert.Panics(t, func() { NewHistogram(1, 1, 5) })
	assert.Panics(t, func() { NewHistogram(math.NaN(), 1, 5) })
	assert.Panics(t, func() { NewHistogram(math.Inf(-1), 1, 5) })
	assert.Panics(t, func() { NewHistogram(1, 1+0x1p-50, 5) })
}
