package group_test

import (
	"math"
	"math/cmplx"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

// The statistical tests hold for every n: a correct code fails one of them for
// less than one seed in 10^6. There are fewer than 2000 comparisons, so that each
// gets a false-alarm rate of 5e-10.
const falseAlarm = 1e-6 / 2000

// bernstein returns t with P(|mean - expectation| > t) <= falseAlarm for the mean
// of n independent numbers of the given variance that differ from their
// expectation by at most m:  2 exp(-n t²/(2 variance + 2 m t/3)).
func bernstein(n int, variance, m float64) float64 {
	l := math.Log(2 / falseAlarm)
	b := m * l / 3
	return (b + math.Sqrt(b*b+2*float64(n)*variance*l)) / float64(n)
}

// kolmogorov returns the largest distance between the empirical distribution of
// v and cdf; sorts v.
func kolmogorov(v []float64, cdf func(float64) float64) float64 {
	slices.Sort(v)
	n, d := float64(len(v)), 0.0
	for i, x := range v {
		c := cdf(x)
		d = max(d, c-float64(i)/n, float64(i+1)/n-c)
	}
	return d
}

// massart returns d with P(kolmogorov > d) <= falseAlarm: 2 exp(-2 n d²).
func massart(n int) float64 { return math.Sqrt(math.Log(2/falseAlarm) / float64(2*n)) }

// haarSample calls f with n elements; the matrix is reused.
func haarSample(g group.Group, n uint64, f func(u group.Matrix)) {
	stream := rng.New(20).Child("haar").Child(g.String())
	m := g.NewMatrix()
	for k := range n {
		s := stream.Site(k)
		g.Haar(m, &s)
		f(m)
	}
}

func TestHaarIsInTheGroup(t *testing.T) {
	for _, g := range append(groups, su(16)) {
		worst := 0.0
		for k := range uint64(1000) {
			s := rng.New(21).Child(g.String()).Site(k)
			m := g.NewMatrix()
			g.Haar(m, &s)
			worst = math.Max(worst, g.Unitarity(m))
		}
		// The determinant has N! products of N elements of error u; by elimination
		// it costs the N² operations' round-off once more.
		n := float64(g.N())
		assert.LessOrEqual(t, worst, 4*(n+2)*u, "%v", g)
	}
}

// Moments of the trace count invariants in tensor products: <|tr U|^2k> of SU(N)
// is the number of permutations of k letters whose increasing subsequences are not
// longer than N (1, 2, 6, 23 of SU(3); k! for k <= N), <(tr U)^2k> of SU(2) the Catalan
// numbers 1, 2, 5, 14, <(tr U)^N> = 1 and <(tr U)^6> = 5 of SU(3).
func TestHaarMoments(t *testing.T) {
	const n = 40000
	type moment struct {
		name             string
		f                func(tr complex128) float64
		mean, meanSquare float64
	}
	abs2 := func(z complex128) float64 { return real(z)*real(z) + imag(z)*imag(z) }
	power := func(k float64) func(complex128) float64 {
		return func(z complex128) float64 { return real(cmplx.Pow(z, complex(k, 0))) }
	}
	re := moment{"Re tr", func(z complex128) float64 { return real(z) }, 0, 0.5}
	im := moment{"Im tr", func(z complex128) float64 { return imag(z) }, 0, 0.5}
	second := moment{"|tr|²", abs2, 1, 2}
	fourth := moment{"|tr|⁴", func(z complex128) float64 { return abs2(z) * abs2(z) }, 2, 24}
	for _, c := range []struct {
		g       group.Group
		moments []moment
	}{
		{group.U1, []moment{re, im, {"U²", power(2), 0, 0.5}, {"U³", power(3), 0, 0.5}}},
		{group.SU2, []moment{{"tr", power(1), 0, 1}, {"tr²", power(2), 1, 2}, {"tr³", power(3), 0, 5}, {"tr⁴", power(4), 2, 14}}},
		{group.SU3, []moment{re, im, second, {"|tr|⁴", fourth.f, 2, 23}, {"Re tr²", power(2), 0, 1}, {"Re tr³", power(3), 1, (6 + 5) / 2.}}},
		{su(4), []moment{re, im, second, fourth, {"Re tr³", power(3), 0, 3}, {"Re tr⁴", power(4), 1, (24 + 14) / 2.}}},
		{su(5), []moment{re, im, second, fourth, {"Re tr⁴", power(4), 0, 12}}},
	} {
		sums := make([]float64, len(c.moments))
		haarSample(c.g, n, func(m group.Matrix) {
			tr := group.Trace(m)
			for i, mo := range c.moments {
				sums[i] += mo.f(tr)
			}
		})
		for i, mo := range c.moments {
			// |f - mean| <= f(N), the value at the unit matrix, + |mean|.
			largest := mo.f(complex(float64(c.g.N()), 0)) + mo.mean
			limit := bernstein(n, mo.meanSquare-mo.mean*mo.mean, largest)
			assert.InDelta(t, mo.mean, sums[i]/n, limit, "%v <%s>", c.g, mo.name)
			assert.Less(t, limit, 0.4, "a bound that says something")
		}
	}
}

// The distribution of every element, exactly: |U_ij|² has the distribution
// 1 - (1-p)^(N-1) and, independently, the phase of U_ij is uniform; <U_ij> = 0.
// Haar measure is invariant under left and right multiplication, so V U and U V
// with a fixed V have the same distributions; products of two elements, which
// see correlations, have <|U_ij|² |U_kl|²> = 1/(N²-1) for i != k, j != l.
func TestHaarElementsAndInvariance(t *testing.T) {
	const samples = 10000
	for _, g := range groups {
		n := g.N()
		fixed, p := g.NewMatrix(), g.NewMatrix()
		s := rng.New(22).Child("fixed").Site(uint64(n))
		g.Haar(fixed, &s)
		for name, f := range map[string]func(m group.Matrix){
			"U":   func(m group.Matrix) { copy(p, m) },
			"V U": func(m group.Matrix) { group.Mul(p, fixed, m) },
			"U V": func(m group.Matrix) { group.Mul(p, m, fixed) },
		} {
			moduli, phases := make([][]float64, n*n), make([][]float64, n*n)
			mean, pair := g.NewMatrix(), 0.0
			haarSample(g, samples, func(m group.Matrix) {
				f(m)
				for i, z := range p {
					moduli[i] = append(moduli[i], math.Pow(cmplx.Abs(z), 2))
					phases[i] = append(phases[i], cmplx.Phase(z))
					mean[i] += z / samples
				}
				pair += math.Pow(cmplx.Abs(p[0]*p[n*n-1]), 2) / samples
			})
			for i := range n * n {
				if n > 1 {
					d := kolmogorov(moduli[i], func(p float64) float64 {
						return 1 - math.Pow(1-math.Min(p, 1), float64(n-1))
					})
					assert.LessOrEqual(t, d, massart(samples), "%v |(%s)_%d|²", g, name, i)
				}
				d := kolmogorov(phases[i], func(a float64) float64 { return 0.5 + a/(2*math.Pi) })
				assert.LessOrEqual(t, d, massart(samples), "%v phase of (%s)_%d", g, name, i)
				limit := bernstein(samples, 1/float64(2*n), 1)
				assert.InDelta(t, 0, real(mean[i]), limit, "%v <(%s)_%d>", g, name, i)
				assert.InDelta(t, 0, imag(mean[i]), limit, "%v <(%s)_%d>", g, name, i)
			}
			if n > 2 { // between 0 and 1, so that the variance is below the mean
				want := 1 / float64(n*n-1)
				assert.InDelta(t, want, pair, bernstein(samples, want, 1), "%v %s pair", g, name)
			}
		}
	}
}

// SU(2): tr U/2 = cos φ with density (2/π) sin² φ; the semicircle law of w = tr U/2
// has the distribution 1/2 + (w sqrt(1-w²) + asin w)/π.
func TestHaarSU2Semicircle(t *testing.T) {
	const n = 40000
	var w []float64
	haarSample(group.SU2, n, func(m group.Matrix) { w = append(w, real(group.Trace(m))/2) })
	d := kolmogorov(w, func(w float64) float64 {
		w = math.Max(-1, math.Min(1, w))
		return 0.5 + (w*math.Sqrt(1-w*w)+math.Asin(w))/math.Pi
	})
	assert.LessOrEqual(t, d, massart(n))
}
