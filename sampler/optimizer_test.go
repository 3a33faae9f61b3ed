package sampler_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/sampler"
)

// The sequences were computed by hand from the formulas of the doc comments. All
// rates, memories and gradients are powers of two or small multiples of them, so
// that the first two optimizers are exact; Adam divides and takes roots, a few
// roundings of the step each.
func TestOptimizers(t *testing.T) {
	const rate = 0.25
	gradients := [][]float64{{2, -4}, {2, 0}, {-1, 8}}
	for _, c := range []struct {
		name      string
		optimizer *sampler.Optimizer
		want      [][]float64 // theta after each step, from (1, 1)
		tolerance float64
	}{
		{"sgd", sampler.NewSGD(rate), [][]float64{{0.5, 2}, {0, 2}, {0.25, 0}}, 0},
		// v = (2, -4), (3, -2), (.5, 7)
		{"momentum", sampler.NewMomentum(rate, 0.5), [][]float64{{0.5, 2}, {-0.25, 2.5}, {-0.375, 0.75}}, 0},
		// beta1 = 1/2, beta2 = 3/4:
		// t=1: m = (1, -2), v = (1, 4); m/(1/2) = (2, -4), v/(1/4) = (4, 16): steps (1, -1)
		// t=2: m = (1.5, -1), v = (1.75, 3); /(3/4) = (2, -4/3), /(7/16) = (4, 48/7): steps (1, -(4/3)/sqrt(48/7))
		// t=3: m = (.25, 3.5), v = (1.5625, 18.25); /(7/8) = (2/7, 4), /(37/64) = (100/37, 1168/37)
		{"adam", sampler.NewAdam(rate, 0.5, 0.75), [][]float64{
			{1 - rate, 1 + rate},
			{1 - 2*rate, 1 + rate*(1+4/3./math.Sqrt(48/7.))},
			{1 - rate*(2+2/7./math.Sqrt(100/37.)), 1 + rate*(1+4/3./math.Sqrt(48/7.)-4/math.Sqrt(1168/37.))},
		}, 1e-8}, // epsilon = 1e-8 shortens a step by 1e-8/sqrt(v) <= 1e-8/1.6
	} {
		t.Run(c.name, func(t *testing.T) {
			theta := []float64{1, 1}
			for i, g := range gradients {
				// what a checkpoint keeps continues the sequence to the bit
				twin, moved := fresh(c.name), append([]float64(nil), theta...)
				require.NoError(t, twin.SetState(append([]float64(nil), c.optimizer.State()...), 2))
				c.optimizer.Step(theta, g)
				twin.Step(moved, g)
				require.Equal(t, theta, moved, "step %d", i)
				require.Equal(t, c.optimizer.State(), twin.State())
				for k := range theta {
					assert.InDelta(t, c.want[i][k], theta[k], c.tolerance, "step %d, parameter %d", i, k)
				}
			}
		})
	}
}

func fresh(name string) *sampler.Optimizer {
	switch name {
	case "sgd":
		return sampler.NewSGD(0.25)
	case "momentum":
		return sampler.NewMomentum(0.25, 0.5)
	}
	return sampler.NewAdam(0.25, 0.5, 0.75)
}

// A state belongs to its kind and number of parameters, and is a copy.
func TestOptimizerState(t *testing.T) {
	for name, size := range map[string]int{"sgd": 0, "momentum": 3, "adam": 7} {
		o := fresh(name)
		assert.Empty(t, o.State(), name)
		o.Step([]float64{1, 2, 3}, []float64{1, 1, 1})
		assert.Len(t, o.State(), size, name)
		require.ErrorContains(t, o.SetState(make([]float64, 2), 3), name+" state of 2 numbers for 3 parameters")
		assert.Len(t, o.State(), size, "%s: left alone", name)
		state := append([]float64(nil), o.State()...)
		require.NoError(t, o.SetState(state, 3))
		for i := range state {
			state[i] = math.NaN()
		}
		for _, x := range o.State() {
			assert.False(t, math.IsNaN(x), name)
		}
		assert.Panics(t, func() { o.Step([]float64{1}, []float64{1, 2}) }, name)
		if size > 0 {
			assert.Panics(t, func() { o.Step([]float64{1}, []float64{1}) }, name)
		}
		require.NoError(t, o.SetState(nil, 3))
		assert.Empty(t, o.State(), name)
	}
}
