package statistics

import (
	"math"
	"math/big"
	"math/rand"
	"testing"

	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
)

// TestSumKnown: sums that the plain loop gets wrong.
func TestSumKnown(t *testing.T) {
	for _, c := range []struct {
		terms []float64
		want  float64
	}{
		{nil, 0},
		{[]float64{1, 1e100, 1, -1e100}, 2},
		{[]float64{1e100, 1, -1e100, 1}, 2},
		{[]float64{1, 0x1p-53, 0x1p-53}, 1 + 0x1p-52},
		{[]float64{math.MaxFloat64, math.MaxFloat64}, math.Inf(1)},
		{[]float64{1, math.Inf(-1), 3}, math.Inf(-1)},
	} {
		var s Sum
		for _, x := range c.terms {
			s.Add(x)
		}
		assert.Equal(t, c.want, s.Value(), "%v", c.terms)
	}
	for _, terms := range [][]float64{{1, math.NaN(), 2}, {math.Inf(1), math.Inf(-1)}} {
		var s Sum
		for _, x := range terms {
			s.Add(x)
		}
		assert.True(t, math.IsNaN(s.Value()), "%v", terms)
	}
}

// TestSumAgainstExact: heavily cancelling sums against big.Float, within the bound
// of [ORO], which the plain sum breaks.
func TestSumAgainstExact(t *testing.T) {
	const eps = 0x1p-53
	broken := 0
	p := properties(t, 6001)
	p.Property("bound", prop.ForAll(
		func(seed int64, n, spread int) bool {
			r := rand.New(rand.NewSource(seed))
			var terms []float64
			for range n {
				x := math.Ldexp(r.NormFloat64(), r.Intn(spread+1))
				terms = append(terms, x, -x*(1+0x1p-45*r.NormFloat64()))
			}
			r.Shuffle(len(terms), func(i, j int) { terms[i], terms[j] = terms[j], terms[i] })
			exact := new(big.Float).SetPrec(2000)
			var s Sum
			naive, modulus := 0.0, 0.0
			for _, x := range terms {
				exact.Add(exact, new(big.Float).SetFloat64(x))
				s.Add(x)
				naive += x
				modulus += math.Abs(x)
			}
			distance := func(x float64) float64 {
				d, _ := new(big.Float).Sub(new(big.Float).SetPrec(2000).SetFloat64(x), exact).Float64()
				return math.Abs(d)
			}
			value, _ := exact.Float64()
			steps := float64(len(terms)) * eps
			bound := eps*math.Abs(value) + math.Pow(steps/(1-steps), 2)*modulus
			if distance(naive) > bound {
				broken++
			}
			return distance(s.Value()) <= bound
		}, gen.Int64(), gen.IntRange(1, 2000), gen.IntRange(0, 60)))
	p.TestingRun(t)
	assert.Greater(t, broken, 50, "the cases are too easy: the plain sum is as good")
}
