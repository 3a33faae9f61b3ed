package covnet_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// decay returns by how much the rate at which a flow damps the transverse wave of
// momentum p = (2 pi/L)(1, 1), A_mu(n) = a e_mu cos(p (n + mu/2)), e = (1, -1), exceeds the
// p^2 of the continuum, relative to it. The field is weak: a^2 is nothing.
func decay(t *testing.T, a covnet.FlowAction, l int) float64 {
	t.Helper()
	geo, err := lattice.New([]int{l, l})
	require.NoError(t, err)
	u := gauge.NewField(geo, group.U1)
	const amplitude, eps = 1e-4, 1e-2
	p, x := 2*math.Pi/float64(l), make([]int, 2)
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range 2 {
			s, c := math.Sincos(amplitude * float64(1-2*mu) * math.Cos(p*(float64(x[0]+x[1])+.5)))
			u.Set(x, mu, group.Matrix{complex(c, s)})
		}
	}
	flow := newFlow(u, a)
	step(flow, eps)
	m, before := u.Group().NewMatrix(), u.Group().NewMatrix()
	u.At(before, []int{0, 0}, 0)
	flow.Links().At(m, []int{0, 0}, 0)
	rate := math.Log(imag(before[0])/imag(m[0])) / eps
	return rate/(2*p*p) - 1
}

// With p_hat^2 = 4 sin^2(p/2) the Wilson flow damps the wave by 2 p_hat^2, the Symanzik flow
// by 2 p_hat^2 (1 + p_hat^2/6), of which both are off by order p^2; 1 - p_hat^2/12 of the
// Zeuthen flow takes that away and leaves order p^4. So the first two fall by 4 from
// L = 16 to 32, the last by 16, up to the next order of p^2 = .15.
func TestFlowOfAWave(t *testing.T) {
	for _, c := range []struct {
		action covnet.FlowAction
		falls  float64
		rate   func(p float64) float64 // p_hat^2 to rate
	}{
		{covnet.WilsonFlow(), 4, func(q float64) float64 { return 2 * q }},
		{covnet.SymanzikFlow(), 4, func(q float64) float64 { return 2 * q * (1 + q/6) }},
		{covnet.ZeuthenFlow(), 16, func(q float64) float64 { return 2 * q * (1 + q/6) * (1 - q/12) }},
	} {
		coarse, fine := decay(t, c.action, 16), decay(t, c.action, 32)
		assert.InDelta(t, c.falls, coarse/fine, .1*c.falls, c.action.Name)
		p := 2 * math.Pi / 16
		q := 4 * math.Pow(math.Sin(p/2), 2)
		// a^2 = 1e-8 of the field, and RK3's (eps rate)^3
		assert.InDelta(t, c.rate(q)/(2*p*p)-1, coarse, 1e-7, c.action.Name)
	}
}
