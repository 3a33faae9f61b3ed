package statistics

import (
	"math"
	"math/rand"
	"reflect"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/rng"
)

// plain is the Gamma method for a mean, written down from the formulas with sums
// over i, independent of the program's Fourier transforms, units and origins.
// W is the length of gamma if there is no window.
func plain(s float64, replicas [][]float64) (value, sigma, tau float64, w int) {
	n, longest := 0.0, 0
	for _, x := range replicas {
		for _, a := range x {
			value += a
			n++
		}
		longest = max(longest, len(x))
	}
	value /= n
	gamma := make([]float64, longest/2+1)
	for t := range gamma {
		pairs := 0.0
		for _, x := range replicas {
			for i := 0; i+t < len(x); i++ {
				gamma[t] += (x[i] - value) * (x[i+t] - value)
				pairs++
			}
		}
		gamma[t] /= pairs
	}
	half := 0.5
	for w = 1; w < len(gamma); w++ {
		half += gamma[w] / gamma[0]
		decay := s / math.Log((2*half+1)/math.Abs(2*half-1))
		if half > 0 && math.Exp(-float64(w)/decay)-decay/math.Sqrt(float64(w)*n) <= 0 {
			break
		}
	}
	if w == len(gamma) {
		return value, 0, 0, w
	}
	c := 0.0
	for t := -w; t <= w; t++ {
		c += gamma[max(t, -t)]
	}
	earned := false
	for v := 1; v <= w; v++ {
		part := 0.0
		for t := 1; t <= v; t++ {
			part += gamma[t]
		}
		earned = earned || part/gamma[0]*math.Sqrt(n/float64(v)) < -2.5
	}
	if !earned {
		c = math.Max(c, gamma[0]*(1-math.Min(2*math.Sqrt(float64(w)/n), 0.5)))
	}
	raised := c * (1 + (2*float64(w)+1)/n)
	return value, math.Sqrt(raised / n), raised / (2 * (gamma[0] + c/n)), w
}

// recipe is from where the replicas of a case are made again: 1 to 4 AR(1) chains,
// the first of 100 to 300 entries, the others of 8 to 300.
type recipe struct {
	Site     uint64
	Replicas int
	A        float64
}

func (c recipe) replicas() [][]float64 {
	var replicas [][]float64
	for r := range c.Replicas {
		source := rng.New(2).Site(c.Site + uint64(r))
		least := uint64(MinLength)
		if r == 0 {
			least = 100
		}
		replicas = append(replicas, chain("twin", c.Site+uint64(r), c.A, int(least+source.Uint64N(301-least))))
	}
	return replicas
}

func genRecipe() gopter.Gen {
	return gen.Struct(reflect.TypeFor[recipe](), map[string]gopter.Gen{
		"Site":     gen.UInt64Range(0, 1<<40),
		"Replicas": gen.IntRange(1, 4),
		"A":        gen.Float64Range(-0.7, 0.7),
	})
}

// agree compares all numbers of two estimates. Rounding: a Gamma(t) of N <= 1200
// entries is off by eps (log2 of the length + 3) Gamma(0) < 1e-14 Gamma(0) in either
// way of summing, and C(W) sums W < 100 of them; C >= 0.1 Gamma(0) in these chains.
// 1e-10 leaves room for tau_int in errors. Values carry an error absolute in Error.
func agree(a, b Estimate) bool {
	const tolerance = 1e-10
	near := func(x, y, scale float64) bool { return math.Abs(x-y) <= tolerance*scale }
	ok := a.N == b.N && a.Window == b.Window && len(a.Rho) == len(b.Rho) &&
		near(a.Error, b.Error, b.Error) && near(a.ErrorOfError, b.ErrorOfError, b.Error) &&
		near(a.TauInt, b.TauInt, b.TauInt) && near(a.TauIntError, b.TauIntError, 1e3*b.TauInt) && // sqrt of a difference
		near(a.Q, b.Q, 1)
	for t := range a.Rho {
		ok = ok && near(a.Rho[t], b.Rho[t], 1) && near(a.RhoError[t], b.RhoError[t], 1)
	}
	return ok
}

func TestGammaProperties(t *testing.T) {
	p := properties(t, 5001)
	p.Property("equals the plain sums", prop.ForAll(
		func(c recipe) bool {
			replicas := c.replicas()
			e, err := Gamma(replicas...)
			value, sigma, tau, w := plain(1.5, replicas)
			return err == nil && e.Window == w && math.Abs(e.Value-value) < 1e-10*sigma &&
				math.Abs(e.Error/sigma-1) < 1e-10 && math.Abs(e.TauInt/tau-1) < 1e-10
		}, genRecipe()))
	p.Property("shift and scale", prop.ForAll(
		func(c recipe, shift float64, power int, sign bool) bool {
			replicas := c.replicas()
			scale := math.Pow(1.7, float64(power))
			if sign {
				scale = -scale
			}
			moved := make([][]float64, len(replicas))
			for r := range replicas {
				moved[r] = make([]float64, len(replicas[r]))
				for i := range moved[r] {
					moved[r][i] = scale * (replicas[r][i] + shift)
				}
			}
			a, errA := Gamma(replicas...)
			b, errB := Gamma(moved...)
			value, sigma := b.Value/scale-shift, b.Error
			b.Error /= math.Abs(scale)
			b.ErrorOfError /= math.Abs(scale)
			return errA == nil && errB == nil && agree(b, a) && math.Abs(value-a.Value) < 1e-10*(a.Error+math.Abs(shift)) && sigma > 0
		}, genRecipe(), gen.Float64Range(-100, 100), gen.IntRange(-1000, 1000), gen.Bool()))
	p.Property("the order of replicas is irrelevant", prop.ForAll(
		func(c recipe, seed int64) bool {
			replicas := c.replicas()
			shuffled := append([][]float64(nil), replicas...)
			rand.New(rand.NewSource(seed)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			a, errA := Gamma(replicas...)
			b, errB := Gamma(shuffled...)
			return errA == nil && errB == nil && agree(a, b) && math.Abs(a.Value-b.Value) < 1e-10*a.Error
		}, genRecipe(), gen.Int64()))
	p.Property("time runs either way", prop.ForAll(
		func(c recipe) bool {
			replicas := c.replicas()
			reversed := make([][]float64, len(replicas))
			for r, x := range replicas {
				for i := range x {
					reversed[r] = append(reversed[r], x[len(x)-1-i])
				}
			}
			a, errA := Gamma(replicas...)
			b, errB := Gamma(reversed...)
			return errA == nil && errB == nil && agree(a, b)
		}, genRecipe()))
	p.Property("the jackknife of single entries is the naive error", prop.ForAll(
		func(c recipe) bool {
			replicas := c.replicas()
			x := replicas[0]
			mean, square := 0.0, 0.0
			for _, a := range x {
				mean += a / float64(len(x))
			}
			for _, a := range x {
				square += (a - mean) * (a - mean)
			}
			j, err := Jackknife(x, 1)
			naive := math.Sqrt(square / float64(len(x)) / float64(len(x)-1))
			return err == nil && math.Abs(j.Error/naive-1) < 1e-10 && math.Abs(j.Bias) < 1e-10*naive && math.Abs(j.Value-mean) < 1e-10*naive
		}, genRecipe()))
	p.TestingRun(t)
}

// TestLongSeries: a million entries; the FFT has the right length and normalisation
// far out too, where the direct sum at a few t can still be done.
func TestLongSeries(t *testing.T) {
	const n = 1000000
	x := chain("long", 0, 0.9, n)
	e, err := Gamma(x)
	require.NoError(t, err)
	assert.InDelta(t, tauUpTo(0.9, e.Window), e.TauInt, sigmas*e.TauIntError)
	gamma := autocorrelation([][]float64{x})
	require.Len(t, gamma, n/2+1)
	for _, lag := range []int{0, 1, 7, 1000, n / 4, n / 2} {
		direct := 0.0
		for i := 0; i+lag < n; i++ {
			direct += x[i] * x[i+lag]
		}
		assert.InDelta(t, direct/float64(n-lag), gamma[lag], 1e-11, "t = %d", lag)
	}
}
