package verify

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Refresh checks the heat bath of a pseudofermion with n complex components
// over a number of draws:
//
//   - it returns S of the phi it has drawn: Value agrees;
//   - S is distributed as Gamma(n, 1), that is 2 S as chi-squared with 2n
//     degrees of freedom: its mean, by the cube-root law of [WH],
//     and the whole distribution, by the largest distance of the empirical one
//     (Kolmogorov's test, with the bound of [Massart]).
//
// solve is the relative error that the tolerance of a solver may leave in S.
// Each of the two statistical tests raises one false alarm in 1e9.
func Refresh(a action.Pseudofermion, u *gauge.Field, s rng.Stream, draws int, solve float64) []Result {
	const law = "refresh"
	n := float64(a.Components())
	noise, total, worst := 0.0, 0.0, 0.0
	uniform := make([]float64, draws)
	for k := range uniform {
		drawn, err := a.Refresh(u, s.At(uint64(k)))
		if err != nil {
			return failed(law, err)
		}
		if k == 0 {
			if noise, _, err = Noise(a, u, s.Child("noise")); err != nil {
				return failed(law, err)
			}
		}
		value, err := a.Value(u)
		if err != nil {
			return failed(law, err)
		}
		worst = math.Max(worst, math.Abs(value-drawn))
		total += drawn
		uniform[k] = mathext.GammaIncReg(n, drawn)
	}
	agree := margin*noise + solve*n
	results := []Result{{
		Law: "Refresh returns S of its phi", Measured: worst, Bound: agree,
		Because: "32 x the change of S when links change by round-off, and the tolerance of solves",
		Vacuous: !(agree < 1e-6*n),
	}}
	return append(results, gammaLaw("S at refresh", total, n, uniform)...)
}

// alarm is the rate of false alarms of each statistical test: the full suite with its
// 1500 of them raises less than one in a million. normalBound is the two-sided normal
// deviate that it allows, erfc(6.2191/sqrt(2)) = 5e-10.
const (
	alarm       = 5e-10
	normalBound = 6.2191
)

// refreshPure checks that the heat bath depends on nothing but links and stream:
// not on the field that was there, nor on other links that were used.
func refreshPure(a action.Pseudofermion, c Case, geo *lattice.Geometry) []Result {
	const law = "heat bath"
	u, other := c.Links(geo, "links"), c.Links(geo, "other")
	draw := func(u *gauge.Field, name string) (float64, float64) {
		drawn := must(a.Refresh(u, c.Stream(name)))
		return drawn, must(a.Value(other))
	}
	s0, v0 := draw(u, "phi")
	s1, v1 := draw(other, "other phi")
	s2, v2 := draw(u, "phi")
	broken := 0
	if math.Float64bits(s0) != math.Float64bits(s2) || math.Float64bits(v0) != math.Float64bits(v2) {
		broken++
	}
	stale := 0
	if s0 == s1 || v0 == v1 {
		stale++
	}
	return []Result{exact(law+" is a function of links and stream", broken), exact(law+" draws another phi from another stream", stale)}
}
