package verify

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/slhmc/slhmc/physics/gauge"
)

// momenta: twice the kinetic energy at the start is chi-squared distributed with
// one degree for each component, the trajectories' energies are independent, and, where
// the sampler shows its momenta, each component of each direction is normal. A
// large lattice takes few trajectories: 2e5 components are enough.
func momenta(c Case, build SystemBuilder) []Result {
	s, u := newSystem(c, build)
	n := float64(u.Geometry().Volume()*u.Geometry().Dims()*u.Group().Dim()) / 2
	draws := max(min(c.Draws/2, int(1e5/n)), 40)
	shown, shows := s.Sampler.(interface{ Momenta() *gauge.Algebra })
	columns, wrong := make([][]float64, u.Geometry().Dims()*u.Group().Dim()), 0
	total, uniform, scores := 0.0, make([]float64, draws), make([]float64, draws)
	for i := range draws {
		k := must(s.Sampler.Step(u, c.Stream("momenta").At(uint64(i)))).Kinetic[0]
		total += k
		uniform[i] = mathext.GammaIncReg(n, k)
		scores[i] = (k - n) / math.Sqrt(n)
		if !shows {
			continue
		}
		p := shown.Momenta()
		if math.Abs(p.Norm2()/2-k) > 16*Roundoff*k {
			wrong++
		}
		eachColumn(columns, p)
	}
	results := gammaLaw("K at the start", total, n, uniform)
	product := 0.0
	for i := range draws - 1 {
		product += scores[i] * scores[i+1]
	}
	results = append(results, Result{
		Law: "momenta of two trajectories are independent", Measured: math.Abs(product) / math.Sqrt(float64(draws-1)),
		Bound: 1.5 * normalBound, Because: "normal deviate, half as much again for products of chi-squared",
	})
	if !shows {
		return results
	}
	return append(append(results, exact("K at the start is that of the momenta", wrong)), normalColumns(columns)...)
}

// eachColumn appends the components of p, those of one direction and one generator to
// a column.
func eachColumn(columns [][]float64, p *gauge.Algebra) {
	n := p.Group().Dim()
	v := make([]float64, n)
	eachLink(p.Geometry(), func(x []int, mu int) {
		p.At(v, x, mu)
		for a, y := range v {
			columns[mu*n+a] = append(columns[mu*n+a], y)
		}
	})
}

// normalColumns: each column is of N(0, 1), and no two are correlated. Of each test the
// worst column is looked at, at a quarter of the rate of alarm, for four tests, divided
// by the number of columns or pairs: by mean, variance and distribution, and by the mean product, for
// which half as much is allowed again, products of normal numbers having longer tails.
func normalColumns(columns [][]float64) []Result {
	var location, variance, distance, correlation, pairs float64
	const rate = alarm / 4
	many := float64(len(columns))
	for i, p := range columns {
		n := float64(len(p))
		sum, square, uniform := 0.0, 0.0, make([]float64, len(p))
		for k, x := range p {
			sum += x
			square += x * x
			uniform[k] = math.Erfc(-x/math.Sqrt2) / 2
		}
		location = math.Max(location, math.Abs(sum)/math.Sqrt(n))
		variance = math.Max(variance, math.Abs(cubeRoot(square/2, n/2)))
		distance = math.Max(distance, kolmogorov(uniform))
		for _, q := range columns[:i] {
			correlation = math.Max(correlation, math.Abs(dot(p, q))/math.Sqrt(n))
			pairs++
		}
	}
	because := fmt.Sprintf("normal deviate of the worst of %d components, false alarms 2.5e-10", len(columns))
	return []Result{
		{Law: "<P_a> = 0", Measured: location, Bound: normalQuantile(rate / many), Because: because},
		{Law: "<P_a²> = 1", Measured: variance, Bound: normalQuantile(rate / many), Because: because},
		{Law: "P_a is normal", Measured: distance, Bound: kolmogorovQuantile(rate / many), Because: "Massart's bound for the worst component, false alarms 2.5e-10"},
		{Law: "<P_a P_b> = 0", Measured: correlation, Bound: 1.5 * normalQuantile(rate/math.Max(1, pairs)), Because: because + ", half as much again for products"},
	}
}

// gammaLaw holds draws of Gamma(n, 1), given by their sum and their values of the
// distribution function, against it.
func gammaLaw(what string, total, n float64, uniform []float64) []Result {
	draws := float64(len(uniform))
	return []Result{{
		Law: "<" + what + ">", Measured: math.Abs(cubeRoot(total, n*draws)), Bound: normalBound,
		Because: fmt.Sprintf("normal deviate, false alarms 5e-10: mean of %g is %.6g, expected %g", draws, total/draws, n),
	}, {
		Law: "2 x " + what + " is chi-squared", Measured: kolmogorov(uniform), Bound: kolmogorovBound, Because: "Massart's bound, false alarms 5e-10",
	}}
}

// cubeRoot returns the deviate, normal to a good approximation, of a number of
// Gamma(k, 1) [WH].
func cubeRoot(total, k float64) float64 {
	return (math.Cbrt(total/k) - (1 - 1/(9*k))) * math.Sqrt(9*k)
}

// normalQuantile returns the two-sided normal deviate that is exceeded at a rate.
func normalQuantile(rate float64) float64 { return math.Sqrt2 * math.Erfcinv(rate) }

// kolmogorovQuantile returns the deviate d sqrt(n) of the empirical distribution that
// is exceeded at a rate, 2 exp(-2 x^2) = rate [Massart].
func kolmogorovQuantile(rate float64) float64 { return math.Sqrt(-math.Log(rate/2) / 2) }

var kolmogorovBound = kolmogorovQuantile(alarm)

// kolmogorov returns sqrt(n) times the largest distance of the distribution of
// numbers that should be uniform from that. It sorts them.
func kolmogorov(uniform []float64) float64 {
	slices.Sort(uniform)
	distance, n := 0.0, float64(len(uniform))
	for i, p := range uniform {
		distance = max(distance, p-float64(i)/n, float64(i+1)/n-p)
		if math.IsNaN(p) {
			return p
		}
	}
	return distance * math.Sqrt(n)
}
