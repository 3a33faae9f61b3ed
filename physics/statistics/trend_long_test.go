//go:build long

package statistics

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// approach returns an AR(1) chain of tau_int that approaches its mean as a exp(-i/t).
func approach(name string, k int, tau float64, n int, a, t float64) []float64 {
	x := chain(name, uint64(k), (2*tau-1)/(2*tau+1), n)
	for i := range x {
		x[i] += a * math.Exp(-float64(i)/t)
	}
	return x
}

// part returns which part of m series drifts, and for which part it cannot be told.
func part(t *testing.T, m int, series func(k int) []float64) (drifts, untold float64) {
	t.Helper()
	for k := range m {
		trend, err := LateTrend(series(k))
		switch {
		case errors.Is(err, ErrTooShort) || errors.Is(err, ErrNoWindow):
			untold++
		case err != nil:
			require.NoError(t, err)
		case trend.Drifts():
			drifts++
		}
	}
	return drifts / float64(m), untold / float64(m)
}

// TestLongTrend: the part of false alarms is at most DriftAlarm, three standard deviations of the binomial law
// aside; and the power is that of the table at LateTrend.
func TestLongTrend(t *testing.T) {
	const m = 40000
	for _, n := range []int{16, 30, 40, 60, 100, 200, 400, 1000} {
		for _, tau := range []float64{0.5, float64(n) / 80, float64(n) / 20} {
			if tau < 0.5 {
				continue
			}
			alarms, untold := part(t, m, func(k int) []float64 { return approach("long trend", k, tau, n, 0, 1) })
			t.Logf("%4d entries of tau_int %5.2f: false alarms %.5f, too short to tell %.3f", n, tau, alarms, untold)
			assert.LessOrEqual(t, alarms, DriftAlarm+3*math.Sqrt(DriftAlarm/m))
		}
	}
	for _, c := range []struct {
		tau  float64
		want []float64
	}{{0.5, []float64{0.03, 0.60, 0.94, 0.97}}, {2, []float64{0, 0.03, 0.24, 0.61}}, {5, []float64{0, 0, 0.04, 0.17}}} {
		for i, a := range []float64{5, 10, 20, 40} {
			const m = 2000
			drifts, untold := part(t, m, func(k int) []float64 { return approach("power", k, c.tau, 200, a, 100) })
			t.Logf("tau_int %g, A = %g: drift %.2f, too short to tell %.2f", c.tau, a, drifts, untold)
			assert.InDelta(t, c.want[i], drifts, 0.005+3*math.Sqrt(drifts*(1-drifts)/m))
		}
	}
}
