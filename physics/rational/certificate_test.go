package rational

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The cases that rational HMC has, and the ends of what is offered.
var certified = []request{
	{Power{-1, 2}, 1e-7, 1, 12},
	{Power{-1, 4}, 1e-7, 1, 12},
	{Power{1, 8}, 3e-5, 5, 9},
	{Power{-1, 8}, 1e-10, 1, 25},
	{Power{-3, 4}, 2e-4, 30, 10},
	{Power{1, 6}, 1e-3, 1e3, 7},
	{Power{-1, 4}, 1e-3, 1, 15},     // error 1e-14
	{Power{-1, 4}, 1e-2, 1, 22},     // error 1e-27
	{Power{1, 63}, 0.01613, 1, 6},   // zeros and poles close together
	{Power{1, 2}, 2.7e-12, 1, 1},    // error .8
	{Power{-1, 1024}, 1e-4, 1, 5},   // hardly a power
	{Power{1023, 1024}, 1e-4, 1, 5}, // hardly needed
	{Power{1, 2}, 1, 1.01, 1},       // a short interval
	{Power{1, 3}, 1e-10, 1, 1},      // a hopeless one
	{Power{-63, 64}, 1e-8, 1e8, 1},
	{Power{63, 64}, 1e-8, 1e8, 2},
}

// TestCertificate holds every claim against an evaluation that shares nothing with the search but z_i and t (errorAt): the error
// alternates at 2n + 2 points with equal sizes, and is nowhere larger.
func TestCertificate(t *testing.T) {
	for _, c := range certified {
		t.Run(fmt.Sprintf("x^(%s) on [%g, %g], %d poles", c.power, c.lo, c.hi, c.degree), func(t *testing.T) {
			a := must(t)(New(c.power, c.lo, c.hi, c.degree))
			proof := a.Certificate()
			require.Len(t, proof.Points, 2*c.degree+2)
			require.Len(t, proof.Errors, 2*c.degree+2)
			assert.True(t, slices.IsSorted(proof.Points))
			assert.InEpsilon(t, c.lo, proof.Points[0], 3e-16)
			assert.InEpsilon(t, c.hi, proof.Points[2*c.degree+1], 3e-16)
			assert.LessOrEqual(t, proof.Spread, 1e-23)
			assert.LessOrEqual(t, proof.Least, proof.Most)
			assert.Equal(t, proof.Most, a.MaxError())

			for i, x := range proof.Points {
				if i > 0 {
					assert.Negative(t, proof.Errors[i]*proof.Errors[i-1])
				}
				if i%7 == 0 { // the points were rounded: E is flat there, or, at the ends, off by its slope times 1e-16
					e, _ := errorAt(a, x).Float64()
					assert.InEpsilon(t, proof.Errors[i], e, 1e-12)
				}
				assert.InEpsilon(t, proof.Most, math.Abs(proof.Errors[i]), 1e-15)
			}
			most := big.NewFloat(proof.Most * (1 + 1e-12))
			for _, x := range grid(c.lo, c.hi, 4*c.degree+3) {
				e := errorAt(a, x)
				require.LessOrEqual(t, e.Abs(e).Cmp(most), 0, "x = %g", x)
			}
		})
	}
}

// What is not the best approximation has no certificate.
func TestCertificateCatches(t *testing.T) {
	for name, damage := range map[string]func(p *problem){
		"a zero off by 1e-20":      func(p *problem) { p.zeros[1] = p.mul(p.zeros[1], p.add(p.of(1), p.of(1e-20))) },
		"a zero twice":             func(p *problem) { p.zeros[1] = p.zeros[0] },
		"two zeros exchanged for":  func(p *problem) { p.zeros[1] = p.quo(p.of(1), p.zeros[1]) },
		"the height off":           func(p *problem) { p.tanh = p.mul(p.tanh, p.of(1+1e-15)) },
		"the interval too short":   func(p *problem) { p.extrema[0] = p.mul(p.kappa, p.of(1-1e-12)) },
		"an extremum beside it":    func(p *problem) { p.extrema[2] = p.mul(p.extrema[2], p.of(1+1e-9)) },
		"an extremum twice":        func(p *problem) { p.extrema[2] = p.extrema[1] },
		"another power":            func(p *problem) { p.power, p.alpha = Power{2, 8}, p.of(0.25) },
		"a zero on the wrong side": func(p *problem) { p.zeros[0] = p.sub(p.of(0), p.zeros[0]) },
	} {
		p := newProblem(Power{1, 8}, 1e-5, 1, 6)
		require.NoError(t, p.remez())
		_, err := p.approximation(Power{1, 8}, p.of(1), 1e-5, 1)
		require.NoError(t, err)
		damage(p)
		_, err = p.approximation(Power{1, 8}, p.of(1), 1e-5, 1)
		assert.Error(t, err, name)
	}

	// equal heights, alternating, at points that are not extrema: larger errors lie between them
	p := newProblem(Power{1, 8}, 1e-5, 1, 6)
	for range 12 {
		_, err := p.newton()
		require.NoError(t, err)
	}
	least, most, alternate := p.heights()
	require.True(t, alternate)
	require.Negative(t, p.sub(most, least).Cmp(p.mul(p.of(agreement), least)))
	_, err := p.approximation(Power{1, 8}, p.of(1), 1e-5, 1)
	assert.ErrorContains(t, err, "not extremal")
}

// TestCentred: c R is the best for the relative error, not only for the logarithm: no other constant is better.
func TestCentred(t *testing.T) {
	a := must(t)(New(Power{-1, 4}, 1e-3, 1, 3))
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, e := range a.Certificate().Errors {
		lo, hi = min(lo, e), max(hi, e)
	}
	assert.InEpsilon(t, -lo, hi, 1e-15)
}
