package sampler_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// Consistency and time reversal of the tables. A sum of n numbers below one
// rounds n times.
func TestSchemes(t *testing.T) {
	for _, s := range sampler.Schemes() {
		require.Len(t, s.Kicks, len(s.Drifts)+1, s.Name)
		for what, x := range map[string][]float64{"kicks": s.Kicks, "drifts": s.Drifts} {
			sum := 0.0
			for i, v := range x {
				sum += v
				assert.InDelta(t, v, x[len(x)-1-i], 0, "%s: %s read the same backwards", s.Name, what)
			}
			assert.InDelta(t, 1, sum, float64(2*len(x))*verify.Roundoff, "%s: %s", s.Name, what)
		}
		for i, g := range s.Gradients {
			assert.InDelta(t, g, s.Gradients[len(s.Gradients)-1-i], 0, "%s: gradients read the same backwards", s.Name)
		}
		assert.NotEmpty(t, s.Source, s.Name)
		same, err := sampler.SchemeByName(s.Name)
		require.NoError(t, err)
		assert.Equal(t, s, same)
	}
	_, err := sampler.SchemeByName("euler")
	require.ErrorContains(t, err, `integrator "euler" (allowed: leapfrog, omelyan2, omelyan4, force_gradient, abadaba, badabadab, abadabadaba)`)
}

// The order of a scheme on the harmonic oscillator, where a step is a matrix M of
// determinant 1 with |tr M/2 - cos h| = O(h^(order+2)): no gauge field is
// involved. The next order changes the ratio 2^(order+2) by O(h²) of itself.
func TestOrderOnTheHarmonicOscillator(t *testing.T) {
	for _, s := range sampler.Schemes() {
		deviation := func(h float64) float64 {
			column := func(x, p float64) (float64, float64) {
				p -= s.Kicks[0] * h * x
				for i, d := range s.Drifts {
					x += d * h * p
					near := x
					if s.Gradients != nil {
						near -= s.Gradients[i+1] * h * h * x
					}
					p -= s.Kicks[i+1] * h * near
				}
				return x, p
			}
			a, c := column(1, 0)
			b, d := column(0, 1)
			assert.InDelta(t, 1, a*d-b*c, 1e-14)
			angle := acos((a + d) / 2)
			return abs(angle/h - 1)
		}
		const h = .1
		assert.InDelta(t, 1<<s.Order, deviation(h)/deviation(h/2), .01*float64(int(1)<<s.Order), s.Name)
	}
}

// Forces a step, the ends shared with the neighbouring steps: what a table costs.
func TestForcesOfAScheme(t *testing.T) {
	want := map[string]int{"leapfrog": 1, "omelyan2": 2, "omelyan4": 5, "force_gradient": 3, "abadaba": 4, "badabadab": 6, "abadabadaba": 7}
	for _, s := range sampler.Schemes() {
		forces := len(s.Drifts)
		if s.Kicks[0] == 0 { // the ends share a drift, not a force
			forces--
		}
		for _, g := range s.Gradients {
			if g != 0 {
				forces++
			}
		}
		assert.Equal(t, want[s.Name], forces, s.Name)
		assert.True(t, slices.IndexFunc(s.Drifts, func(d float64) bool { return d == 0 }) < 0, s.Name)
	}
}
