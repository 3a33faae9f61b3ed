package observe_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
)

// Exact on the correlator of one particle and on the area law; with noise, the Gamma
// method and the jackknife agree on value and error: both estimate the same error
// from 4000 independent entries, to within some per cent (their own errors are
// 1/sqrt(2 · 4000) = 1 % and, with bins of 10, 1/sqrt(800) = 3.5 %; 5 of the latter).
func TestEffectiveMassAndPotential(t *testing.T) {
	const m, extent = .37, 16
	g := func(t int) float64 { return math.Cosh(m * float64(t-extent/2)) }
	for i := 1; i < extent; i++ {
		if i != extent/2 {
			assert.InDelta(t, m, observe.EffectiveMass(g(i-1), g(i), g(i+1)), 1e-9)
		}
	}
	assert.True(t, math.IsNaN(observe.EffectiveMass(1, 2, 1)))
	assert.InDelta(t, .6, observe.Potential(math.Exp(-.6*3), math.Exp(-.6*4)), 1e-14)
	assert.True(t, math.IsNaN(observe.Potential(1, -1)))

	s := rng.New(5).Child("noise").Site(0)
	series := make([][]float64, 3)
	for range 4000 {
		common := s.Normal()
		for k := range series {
			series[k] = append(series[k], g(3+k)*(1+.1*common+.01*s.Normal()))
		}
	}
	mass := func(x []float64) float64 { return observe.EffectiveMass(x[0], x[1], x[2]) }
	gamma, err := statistics.GammaDerived(mass, series)
	require.NoError(t, err)
	jackknife, err := statistics.JackknifeDerived(mass, 10, series...)
	require.NoError(t, err)
	assert.InDelta(t, m, gamma.Value, 5*gamma.Error)
	assert.InDelta(t, gamma.Value, jackknife.Value, 1e-12)
	assert.InEpsilon(t, gamma.Error, jackknife.Error, .18)
}
