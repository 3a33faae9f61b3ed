package statistics

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestJackknifeOfSquare: for F = abar², F_k is a quadratic in bin k's mean b_k, and
// (K - 1)(Fbar - F) = sum_k (b_k - abar)²/(K (K - 1)) = Error² of the mean, exactly.
func TestJackknifeOfSquare(t *testing.T) {
	x := chain("square", 0, 0.5, 1000)
	mean, err := Jackknife(x, 10)
	require.NoError(t, err)
	square, err := JackknifeDerived(func(a []float64) float64 { return a[0] * a[0] }, 10, x)
	require.NoError(t, err)
	assert.InEpsilon(t, mean.Error*mean.Error, square.Bias, 1e-9)
	assert.InDelta(t, mean.Value*mean.Value, square.Value, 1e-15)
	assert.Equal(t, 100, square.Bins)
}

// TestJackknifeRemainder: entries that fill no bin are left out at the beginning.
func TestJackknifeRemainder(t *testing.T) {
	x := chain("remainder", 0, 0, 103)
	x[0], x[1], x[2] = 1e6, -1e7, 1e8
	all, err := Jackknife(x, 10)
	require.NoError(t, err)
	tail, err := Jackknife(x[3:], 10)
	require.NoError(t, err)
	assert.Equal(t, tail, all)
}
