package statistics

import (
	"math"
	"testing"

	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHistogram(t *testing.T) {
	h := NewHistogram(-1, 1, 4)
	_, _, err := h.Density(0)
	require.ErrorIs(t, err, ErrTooShort)
	for _, x := range []float64{-1, -0.5, -0.51, 0, 0.49999, 0.5, math.Nextafter(1, 0), 1, 2, math.Inf(1), math.Inf(-1), -1.0001, math.NaN()} {
		h.Add(x)
	}
	assert.Equal(t, []uint64{2, 1, 2, 2}, h.Counts)
	assert.Equal(t, [3]uint64{2, 3, 1}, [3]uint64{h.Under, h.Over, h.NaN})
	assert.Equal(t, uint64(13), h.Total())
	density, sigma, err := h.Density(2)
	require.NoError(t, err)
	p := 2.0 / 13
	assert.InEpsilon(t, p/0.5, density, 1e-14)
	assert.InEpsilon(t, math.Sqrt(p*(1-p)/13)/0.5, sigma, 1e-14)
}

// TestHistogramProperties: a number lies between the edges of its bin, edges
// included, whatever their rounding.
func TestHistogramProperties(t *testing.T) {
	p := properties(t, 7001)
	p.Property("edges", prop.ForAll(
		func(low, width, at float64, bins, edge int) bool {
			h := NewHistogram(low, low+width, bins)
			h.Add(low + at*width)
			edge %= bins
			h.Add(h.Edge(edge))
			found := uint64(0)
			for i, c := range h.Counts {
				for _, x := range []float64{low + at*width, h.Edge(edge)} {
					if h.Edge(i) <= x && x < h.Edge(i+1) {
						found++
						c--
					}
				}
				if c != 0 {
					return false
				}
			}
			return found+h.Over+h.Under == 2 && h.Counts[edge] >= 1
		}, gen.Float64Range(-10, 10), gen.Float64Range(0.01, 3), gen.Float64Range(-0.2, 1.2), gen.IntRange(1, 300), gen.IntRange(0, 300)))
	p.TestingRun(t)
}

func TestSigma(t *testing.T) {
	assert.Equal(t, 2.0, Sigma(1, 3, 11, 4))
	assert.Equal(t, 2.0, Sigma(11, 3, 1, 4))
	assert.Equal(t, 0.0, Sigma(5, 0, 5, 0))
	assert.Equal(t, math.Inf(1), Sigma(5, 0, 6, 0))
	assert.Equal(t, 3.0, Sigma(5, 0, 6.5, 0.5))
	for _, bad := range [][4]float64{{math.NaN(), 1, 1, 1}, {1, math.NaN(), 1, 1}, {1, 1, 1, math.NaN()}} {
		assert.True(t, math.IsNaN(Sigma(bad[0], bad[1], bad[2], bad[3])))
	}
}
