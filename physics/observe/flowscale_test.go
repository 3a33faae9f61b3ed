package observe_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/observe"
)

// t^2 E of a cubic is met exactly, that of a smooth function to an error that falls
// when points move together, by some 16 up to where between them the crossing lies.
func TestFlowScales(t *testing.T) {
	flow := func(f func(t float64) float64, h float64) (p []observe.FlowPoint) {
		for i := 1; float64(i)*h <= 3; i++ {
			x := float64(i) * h
			p = append(p, observe.FlowPoint{T: x, E: f(x) / (x * x)})
		}
		return p
	}
	cubic := func(t float64) float64 { return .1*t + .02*t*t - .001*t*t*t }
	t0, err := observe.T0(flow(cubic, .3), .2)
	require.NoError(t, err)
	assert.InDelta(t, .2, cubic(t0), 1e-14)
	w0, err := observe.W0(flow(cubic, .3), .3)
	require.NoError(t, err)
	w := w0 * w0
	assert.InDelta(t, .3, w*(.1+.04*w-.003*w*w), 1e-13)

	smooth := func(t float64) float64 { return math.Sinh(t / 4) }
	exact := 4 * math.Asinh(.3)
	off := func(h float64) float64 {
		t0, err := observe.T0(flow(smooth, h), .3)
		require.NoError(t, err)
		return math.Abs(t0 - exact)
	}
	assert.Less(t, off(.3), 1e-5)
	assert.Less(t, off(.15), off(.3)/4)

	_, err = observe.T0(flow(cubic, .3), 9)
	assert.ErrorContains(t, err, "the flow to t = 3 reaches 0.4")
	_, err = observe.T0(flow(func(t float64) float64 { return .4 + .1*t }, .3), .3)
	assert.ErrorContains(t, err, "starts above the level, with 0.43 at t = 0.3, and not below 0.3")
	_, err = observe.W0(flow(func(t float64) float64 { return .4 + 2*t }, .3), .3)
	assert.ErrorContains(t, err, "starts above the level, with 0.6 at t = 0.3")
	_, err = observe.T0(flow(cubic, 1), .2)
	assert.ErrorContains(t, err, "3 points")
	p := flow(cubic, .3)
	p[1], p[2] = p[2], p[1]
	_, err = observe.W0(p, .2)
	assert.ErrorContains(t, err, "do not increase")
}
