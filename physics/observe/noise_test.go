package observe_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
)

// The noise is unbiased, and as wide as its formula and as it says itself.
//
// With A = (2m/V) (D^†D)^-1 on even sites, one vector has the exact mean tr A
// and variance s^2 = 2 sum_{i != j} (Re A_ij)^2. The mean of n of them is within
// 5 s/sqrt(n), their variance within 5 sqrt((kappa-1)/n) of s^2, relatively,
// kappa being the kurtosis of the sample: both fail by chance less than once in
// a million times (normal tails), and the seed is fixed.
func TestCondensateNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("numerics, for the full run")
	}
	const n = 4000
	for _, r := range []recipe{
		{N: 2, Extents: []int{4, 4, 2, 2}, Rough: .7, Mass: .3, Seed: 1},
		{N: 3, Extents: []int{4, 4}, Rough: .7, Mass: .3, Seed: 2},
		{N: 1, Extents: []int{2, 4, 2}, Rough: .2, Mass: .1, Seed: 3},
	} {
		t.Run(r.String(), func(t *testing.T) {
			u := r.field()
			mean, variance := exactNoise(u, r.Mass)
			require.InDelta(t, mean, exact(u, r.Mass), solved(r.N, r.Mass))

			single := newCondensate(u, r.Mass, 1)
			var sum [5]float64 // of powers of the deviation
			for k := range n {
				v, e, err := single.Measure(u, rng.New(r.Seed).At(uint64(k)))
				require.NoError(t, err)
				require.True(t, math.IsNaN(e), "one vector knows no error")
				for p := range sum {
					sum[p] += math.Pow(v-mean, float64(p)) / n
				}
			}
			assert.InDelta(t, 0, sum[1], 5*math.Sqrt(variance/n))
			kurtosis := sum[4] / (sum[2] * sum[2])
			assert.InEpsilon(t, variance, sum[2], 5*math.Sqrt((kurtosis-1)/n))

			const many = 1000
			c := newCondensate(u, r.Mass, many)
			v, e, err := c.Measure(u, rng.New(r.Seed).Child("many"))
			require.NoError(t, err)
			again, err := c.Exact(u)
			require.NoError(t, err)
			assert.InDelta(t, mean, again, solved(r.N, r.Mass), "of the noise before it, nothing is left")
			assert.InDelta(t, mean, v, 5*math.Sqrt(variance/many))
			assert.InEpsilon(t, variance, e*e*many, 5*math.Sqrt((kurtosis-1)/many))
		})
	}
}

// exactNoise returns the mean and variance of one noise vector, from the dense
// inverse: m (D^†D)^-1 is the Hermitian part of D^-1, for D^-1 - m (D^†D)^-1 =
// -D_h (D^†D)^-1 is anti-Hermitian.
func exactNoise(u *gauge.Field, mass float64) (mean, variance float64) {
	inverse, geo, n := dense(u, mass), u.Geometry(), u.Group().N()
	dim := geo.Volume() * n
	twin := links(u)
	var even []int
	for i := range dim {
		if twin.Even(i / n) {
			even = append(even, i)
		}
	}
	for _, i := range even {
		for _, j := range even {
			a := 2 / float64(geo.Volume()) * real(inverse[i*dim+j]+inverse[j*dim+i]) / 2
			if i == j {
				mean += a
			} else {
				variance += 2 * a * a
			}
		}
	}
	return mean, variance
}
