package rational

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/stretchr/testify/require"
)

func properties(seed int64, cases int) *gopter.Properties {
	p := gopter.DefaultTestParametersWithSeed(seed)
	p.MinSuccessfulTests = cases
	return gopter.NewProperties(p)
}

func must(t *testing.T) func(*Approximation, error) *Approximation {
	return func(a *Approximation, err error) *Approximation {
		t.Helper()
		require.NoError(t, err)
		return a
	}
}

// request is what a random case asks for.
type request struct {
	power  Power
	lo, hi float64
	degree int
}

// requests draws powers of denominators 2 ... 32, both signs, intervals of ratios 2 ... 1e12 anywhere, degrees 1 ... 10.
func requests() gopter.Gen {
	return gen.Int64().Map(func(seed int64) request {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		den := 2 + r.IntN(31)
		num := 1 + r.IntN(den-1)
		if r.IntN(2) == 0 {
			num = -num
		}
		lo := math.Pow(10, -8+16*r.Float64())
		return request{Power{num, den}, lo, lo * 2 * math.Pow(10, 11.7*r.Float64()), 1 + r.IntN(10)}
	})
}

// grid returns points of the interval equally spaced in log x, both ends included.
func grid(lo, hi float64, points int) []float64 {
	out := make([]float64, points)
	for i := range out {
		out[i] = min(hi, lo*math.Pow(hi/lo, float64(i)/float64(points-1)))
	}
	out[0], out[points-1] = lo, hi
	return out
}

// errorAt returns r(x) x^(-power) - 1 in big precision, from poles and zeros in x and not in y, and from a root that is
// found by bisection: it shares nothing with the search but the numbers z_i and t.
func errorAt(a *Approximation, x float64) *big.Float {
	p := a.problem
	e, big1 := p.centred(), p.of(1)
	for _, z := range p.zeros {
		zero, pole := p.mul(a.center, z), p.quo(a.center, z)
		if a.power.Num < 0 {
			zero, pole = pole, zero
		}
		e = p.mul(e, p.quo(p.add(p.of(x), zero), p.add(p.of(x), pole)))
		// at x = center each factor (y + z) / (z y + 1) is one
		e = p.mul(e, p.quo(p.add(a.center, pole), p.add(a.center, zero)))
	}
	root := bisectRoot(p.arithmetic, p.quo(p.of(x), a.center), a.power.Den)
	f := p.arithmetic.power(root, a.power.size().Num)
	if a.power.Num < 0 {
		f = p.quo(big1, f)
	}
	return p.sub(p.quo(e, f), big1)
}

// bisectRoot solves w^n = x for x within 1e-20 and 1e20.
func bisectRoot(a arithmetic, x *big.Float, n int) *big.Float {
	lo, hi := a.of(1e-21), a.of(1e21)
	for range 3*int(a)/2 + 150 {
		mid := a.mul(a.add(lo, hi), a.of(0.5))
		if a.power(mid, n).Cmp(x) < 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
