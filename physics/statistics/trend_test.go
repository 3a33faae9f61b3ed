package statistics

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLateTrendIsAFit: on a line without noise to speak of, and a parabola, which by symmetry has the slope of its
// middle.
func TestLateTrendIsAFit(t *testing.T) {
	noise := chain("trend", 0, 0.5, 400)
	for _, scale := range []float64{1e-300, 1, 1e300} {
		x := make([]float64, len(noise))
		for i := range x {
			u := float64(i) - 299.5 // from the middle of the second half
			x[i] = scale * (7 + 0.02*u + 1e-5*u*u + 1e-6*noise[i])
		}
		trend, err := LateTrend(x)
		require.NoError(t, err)
		assert.Equal(t, 200, trend.N)
		// the noise moves the slope by sqrt(12 2 tau_int/n³) of itself: 1.2e-3 1e-6; sigmas of that
		assert.InDelta(t, 200*0.02, trend.Change/scale, 200*1.2e-9*sigmas)
		assert.True(t, trend.Drifts())
		assert.InEpsilon(t, 200*1.2e-9, trend.Error/scale, 1) // and what is taken for lost
	}
	line := make([]float64, 400)
	for i := range line {
		line[i] = float64(i)
	}
	trend, err := LateTrend(line)
	require.NoError(t, err)
	assert.InDelta(t, 200, trend.Change, 1e-9)
	assert.True(t, trend.Drifts())
}

// TestLateTrend: what thermalisation looks like, and what it should.
func TestLateTrend(t *testing.T) {
	const n = 400
	equilibrium := chain("trend", 1, 0.6, n)
	with := func(f func(i float64) float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = equilibrium[i] + f(float64(i))
		}
		return x
	}
	constant := make([]float64, n)
	for name, c := range map[string]struct {
		x      []float64
		drifts bool
	}{
		"equilibrium":                   {equilibrium, false},
		"of a constant":                 {constant, false},
		"an early transient":            {with(func(i float64) float64 { return 100 * math.Exp(-i/20) }), false},
		"a slow approach":               {with(func(i float64) float64 { return 50 * math.Exp(-i/200) }), true},
		"from below":                    {with(func(i float64) float64 { return -50 * math.Exp(-i/200) }), true},
		"a jump before the second half": {with(func(i float64) float64 { return 1e3 * math.Floor(2*i/n) }), false},
	} {
		trend, err := LateTrend(c.x)
		require.NoError(t, err, name)
		assert.Equal(t, c.drifts, trend.Drifts(), "%s: %+v", name, trend)
		// whichever way the values are counted
		for i := range c.x {
			c.x[i] = 3 - 2*c.x[i]
		}
		other, err := LateTrend(c.x)
		require.NoError(t, err, name)
		assert.InDelta(t, -2*trend.Change, other.Change, 1e-9, name)
		assert.InDelta(t, trend.P, other.P, 1e-9, name)
	}
}

func TestLateTrendThatCannotBeTold(t *testing.T) {
	slow := chain("trend", 2, 0.999, 100)
	_, err := LateTrend(slow)
	assert.Error(t, err)
	_, err = LateTrend(chain("trend", 3, 0, 2*MinLength-2))
	assert.ErrorIs(t, err, ErrTooShort)
	_, err = LateTrend(nil)
	assert.ErrorIs(t, err, ErrTooShort)
	nan := chain("trend", 4, 0, 100)
	nan[99] = math.NaN()
	_, err = LateTrend(nan)
	assert.ErrorIs(t, err, ErrNotFinite)
}

// TestFalseAlarmsOfLateTrend: the quick part of TestLongTrend; at most 1e-3 of 2000, 2, and sigmas of that.
func TestFalseAlarmsOfLateTrend(t *testing.T) {
	for _, a := range []float64{0, 0.6, 0.9} {
		alarms, told, drifts := 0, 0, 0
		for k := range 2000 {
			x := chain("alarms", uint64(k), a, 400)
			if trend, err := LateTrend(x); err == nil {
				told++
				if trend.Drifts() {
					alarms++
				}
			}
			if k < 200 {
				for i := range x {
					x[i] += 100 * math.Exp(-float64(i)/200)
				}
				if trend, err := LateTrend(x); err == nil && trend.Drifts() {
					drifts++
				}
			}
		}
		t.Logf("a = %g: %d false alarms, told in %d of 2000; %d of 200 found", a, alarms, told, drifts)
		assert.LessOrEqual(t, float64(alarms), 2+sigmas*math.Sqrt2)
		assert.Greater(t, told, 1800)
		assert.Greater(t, drifts, 30)
	}
}
