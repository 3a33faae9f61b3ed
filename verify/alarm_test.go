package verify

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mathext"

	"github.com/slhmc/slhmc/physics/rng"
)

// The bounds of statistical laws are quantiles at 5e-10 of normal, Kolmogorov's and
// Student's laws. That the deviates have these laws is seen where they can be
// counted: the share above a quantile at p = 5 % and 1 % is p, within 5 of its
// binomial standard deviations (and the accuracy of the law for few draws).
func TestFalseAlarms(t *testing.T) {
	assert.InDelta(t, alarm, math.Erfc(normalBound/math.Sqrt2), 1e-11)
	assert.InDelta(t, alarm, 2*math.Exp(-2*kolmogorovBound*kolmogorovBound), 1e-18)
	assert.InDelta(t, normalBound, studentBound(1e9, alarm), 1e-3)
	// tables of Student's law at 2.5e-10 in each tail, by its closed form for four
	// degrees: P(|t| > x) = 1 - sin(theta) (1 + cos²(theta)/2), tan(theta) = x/2
	x := studentBound(4, alarm)
	theta := math.Atan(x / 2)
	tail := 1 - math.Sin(theta)*(1+math.Pow(math.Cos(theta), 2)/2)
	assert.InDelta(t, 1, tail/alarm, 1e-5)

	trials := 3000
	if testing.Short() {
		trials = 500
	}
	s := rng.New(5)
	const n, draws = 6, 80
	var z, d, chain []float64
	for k := range trials {
		r := s.Site(uint64(k))
		total, uniform := 0.0, make([]float64, draws)
		for i := range uniform {
			g := 0.0 // Gamma(n, 1): half the sum of 2n squares
			for range 2 * n {
				x := r.Normal()
				g += x * x / 2
			}
			total += g
			uniform[i] = mathext.GammaIncReg(n, g)
		}
		for _, result := range gammaLaw("g", total, n, uniform)[:1] {
			z = append(z, result.Measured)
		}
		d = append(d, kolmogorov(uniform))
		// a chain with an autocorrelation of 0.5 a step
		series, x := make([]float64, 300), r.Normal()
		for i := range series {
			x = 0.5*x + math.Sqrt(0.75)*r.Normal()
			series[i] = x
		}
		chain = append(chain, mean("x", series, 0, "").Measured)
	}
	share := func(x []float64, above float64) float64 {
		count := 0.0
		for _, v := range x {
			if v > above {
				count++
			}
		}
		return count / float64(len(x))
	}
	for _, c := range []struct {
		name     string
		x        []float64
		above, p float64
		slack    float64 // of the law at this number of draws
	}{
		{"cube root of chi-squared", z, 1.960, 0.05, 0},
		{"cube root of chi-squared", z, 2.576, 0.01, 0},
		{"Kolmogorov", d, 1.358, 0.05, 0.01}, // asymptotic, from below
		{"Kolmogorov", d, 1.628, 0.01, 0.003},
		{"Gamma method", chain, 1.99, 0.05, 0.02}, // the bias of order 1/N of its error
		{"Gamma method", chain, 2.63, 0.01, 0.01},
	} {
		got := share(c.x, c.above)
		assert.InDelta(t, c.p, got, 5*math.Sqrt(c.p*(1-c.p)/float64(trials))+c.slack, "%s above %v", c.name, c.above)
		assert.Less(t, got, c.p+c.slack+5*math.Sqrt(c.p/float64(trials)), c.name)
	}
}

// An e-process that is looked at after every number raises a false alarm at the rate
// that it is asked for at most, however wide dH is, and is not much meaner than that:
// Ville's inequality is close to an equality for capital that moves in small steps. It
// still sees what is biased.
func TestAnytimeAlarms(t *testing.T) {
	trials := 3000
	if testing.Short() {
		trials = 500
	}
	play := func(r *rng.Source, draws int, spread, bias float64) float64 {
		var w wager
		for range draws {
			w.add(bounded(spread*spread/2 + bias + spread*r.Normal())) // <exp(-dH)> = 1 without bias
		}
		return w.worst
	}
	for k, spread := range []float64{0.3, 1, 3} {
		s := rng.New(6).At(uint64(k))
		var worst []float64
		for i := range trials {
			r := s.Site(uint64(i))
			worst = append(worst, play(&r, 500, spread, 0))
		}
		for _, p := range []float64{0.05, 0.01} {
			got := 0.0
			for _, x := range worst {
				if x > -math.Log(p) {
					got += 1 / float64(trials)
				}
			}
			assert.LessOrEqual(t, got, p+5*math.Sqrt(p*(1-p)/float64(trials)), "spread %v: above 1/%v", spread, p)
			assert.Greater(t, got, p/20-5*math.Sqrt(p/float64(trials)), "spread %v: above 1/%v", spread, p)
			t.Logf("spread %v: false alarms %.4f where %v are allowed", spread, got, p)
		}
		r := s.Child("biased").Site(0)
		assert.Greater(t, play(&r, 1500, spread, -spread), -math.Log(alarm), "spread %v: a bias is seen", spread)
	}
}

// Holm's correction keeps the rate of several tests together, and of dependent ones,
// and asks more of the first than of the last.
func TestHolm(t *testing.T) {
	assert.Equal(t, []float64{0.05 / 2, 0.05 / 3, 0.05}, holm([]float64{0.3, 0.001, 0.9}, 0.05))
	trials := 4000
	const tests, p = 6, 0.05
	for _, shared := range []float64{0, 0.9} {
		alarms := 0.0
		s := rng.New(7)
		for i := range trials {
			r := s.Site(uint64(i))
			common, tails := r.Normal(), make([]float64, tests)
			for k := range tails {
				x := math.Sqrt(shared)*common + math.Sqrt(1-shared)*r.Normal()
				tails[k] = math.Erfc(math.Abs(x) / math.Sqrt2)
			}
			for k, rate := range holm(tails, p) {
				if tails[k] <= rate {
					alarms += 1 / float64(trials)
					break
				}
			}
		}
		assert.Less(t, alarms, p+5*math.Sqrt(p*(1-p)/float64(trials)), "correlation %v", shared)
		if shared == 0 {
			assert.InDelta(t, 1-math.Pow(1-p/tests, tests), alarms, 5*math.Sqrt(p*(1-p)/float64(trials)))
		}
	}
}
