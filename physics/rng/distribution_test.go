package rng

import (
	"fmt"
	"math"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The statistical tests below have fixed seeds, so they pass or fail for good. A
// correct generator fails one of them with a probability (over the seeds) below
// alarm; there are fewer than 100 comparisons in all: less than 1e-7 together.
const alarm = 1e-9

// sigmas bounds a normal deviate: P(|z| > 6.2) = erfc(6.2/sqrt 2) = 5.6e-10 < alarm.
// The sums below have N >= 2e5 terms, normal to far better than that matters here.
const sigmas = 6.2

// assertChiSquare bounds Pearson's sum over cells of equal probability, of k = cells
// - 1 degrees of freedom, on both sides (too even is wrong as well) [B. Laurent,
// P. Massart, Ann. Stat. 28 (2000) 1302, lemma 1]: with probability e^-x each,
//
//	chi² - k >= 2 sqrt(k x) + 2 x,   k - chi² >= 2 sqrt(k x).
func assertChiSquare(t *testing.T, counts []int, what string) {
	t.Helper()
	n := 0
	for _, c := range counts {
		n += c
	}
	mean := float64(n) / float64(len(counts))
	chi := 0.0
	for _, c := range counts {
		chi += (float64(c) - mean) * (float64(c) - mean) / mean
	}
	k, x := float64(len(counts)-1), math.Log(2/alarm)
	assert.Less(t, chi-k, 2*math.Sqrt(k*x)+2*x, what)
	assert.Less(t, k-chi, 2*math.Sqrt(k*x), what)
}

// assertLaw bounds the largest distance of the empirical distribution from cdf
// [P. Massart, Ann. Prob. 18 (1990) 1269]: P(sup |F_n - F| > d) <= 2 exp(-2 n d²).
func assertLaw(t *testing.T, sample []float64, cdf func(float64) float64, what string) {
	t.Helper()
	sort.Float64s(sample)
	n, worst := float64(len(sample)), 0.0
	for i, x := range sample {
		p := cdf(x)
		worst = math.Max(worst, math.Max(float64(i+1)/n-p, p-float64(i)/n))
	}
	assert.Less(t, worst, math.Sqrt(math.Log(2/alarm)/(2*n)), what)
}

// walks are the ways in which a program goes through addresses; every statistical
// test is made along each of them: walk(i) is the i-th source.
var walks = []struct {
	name string
	walk func(i int) Source
}{
	{"sites", func(i int) Source { return New(1).Site(uint64(i)) }},
	{"trajectories", func(i int) Source { return New(1).At(uint64(i)).Site(3) }},
	{"seeds", func(i int) Source { return New(uint64(i)).Site(0) }},
	{"children", func(i int) Source { return New(1).Child(fmt.Sprint("term ", i)).Site(0) }},
	{"grandchildren", func(i int) Source {
		return New(1).Child(fmt.Sprint(i / 100)).Child(fmt.Sprint(i % 100)).Site(0)
	}},
}

// TestDistribution: first numbers of consecutive addresses, 2 deviates and 4 words
// each: bytes, Float64 and Normal follow their laws.
func TestDistribution(t *testing.T) {
	const addresses = 100000
	for _, w := range walks {
		t.Run(w.name, func(t *testing.T) {
			var low, high [256]int
			uniform := make([]float64, 0, 2*addresses)
			normal := make([]float64, 0, 2*addresses)
			for i := range addresses {
				r := w.walk(i)
				copies := r
				for range 4 {
					word := copies.Uint32()
					low[word&255]++
					high[word>>24]++
				}
				copies = r
				uniform = append(uniform, copies.Float64(), copies.Float64())
				a, b := r.Normals()
				normal = append(normal, a, b)
			}
			assertChiSquare(t, low[:], "low bytes")
			assertChiSquare(t, high[:], "high bytes")
			assertLaw(t, uniform, func(x float64) float64 { return x }, "Float64")
			assertLaw(t, normal, func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }, "Normal")
		})
	}
}

// TestNeighbours: numbers of neighbouring addresses are independent: correlations
// of deviates, x y, and of their squares, (x² - 1)(y² - 1)/2, each of mean 0 and
// variance 1, and chi² over the 16 x 16 cells of the two first words.
func TestNeighbours(t *testing.T) {
	const addresses = 200000
	for _, w := range walks {
		t.Run(w.name, func(t *testing.T) {
			var first, second, squares float64 // (i, i+1) of deviate 1 and 2, and of the squares of deviate 1
			var pair float64                   // the two deviates of one address
			var cells [256]int
			r := w.walk(0)
			u := r
			word := u.Uint32()
			x1, x2 := r.Normals()
			for i := range addresses {
				r = w.walk(i + 1)
				u = r
				next := u.Uint32()
				y1, y2 := r.Normals()
				first += x1 * y1
				second += x2 * y2
				squares += (x1*x1 - 1) * (y1*y1 - 1) / 2
				pair += y1 * y2
				cells[word>>28<<4|next>>28]++
				word, x1, x2 = next, y1, y2
			}
			for name, sum := range map[string]float64{"first": first, "second": second, "squares": squares, "pair": pair} {
				assert.Less(t, math.Abs(sum)/math.Sqrt(addresses), sigmas, name)
			}
			assertChiSquare(t, cells[:], "first words of neighbours")
		})
	}
}

// TestMoments: powers of 4e6 deviates of one source. E z^k = 0, 1, 0, 3, 0, 15 with
// variances (2k-1)!! - (E z^k)² = 1, 2, 15, 96, 945, 10170. And x y, x² y² of
// deviates 1 apart along the source.
func TestMoments(t *testing.T) {
	const n = 4000000
	r := New(5).Child("moments").Site(0)
	var sums [6]float64
	var product, last float64
	for range n {
		z := r.Normal()
		power := 1.0
		for k := range sums {
			power *= z
			sums[k] += power
		}
		product += z * last
		last = z
	}
	mean := [6]float64{0, 1, 0, 3, 0, 15}
	variance := [6]float64{1, 2, 15, 96, 945, 10170}
	for k := range sums {
		z := (sums[k]/n - mean[k]) / math.Sqrt(variance[k]/n)
		assert.Less(t, math.Abs(z), sigmas, "moment %d", k+1)
	}
	assert.Less(t, math.Abs(product)/math.Sqrt(n), sigmas, "deviates 1 apart")
}

// TestUint64N: all faces of a die of 7, and of one of 3·2^62, equally often.
func TestUint64N(t *testing.T) {
	r := New(6).Site(0)
	var small [7]int
	var large [3]int
	for range 700000 {
		small[r.Uint64N(7)]++
		large[r.Uint64N(3<<62)>>62]++
	}
	assertChiSquare(t, small[:], "7 faces")
	assertChiSquare(t, large[:], "3·2^62 faces")
}
