package verify

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
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
// Each of the two statistical tests raises one false alarm in 4e6.
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
	k := n * float64(draws)
	z := (math.Cbrt(total/k) - (1 - 1/(9*k))) * math.Sqrt(9*k)
	slices.Sort(uniform)
	distance := 0.0
	for i, p := range uniform {
		distance = max(distance, p-float64(i)/float64(draws), float64(i+1)/float64(draws)-p)
	}
	const alarm = 2.5e-7
	agree := margin*noise + solve*n
	return []Result{
		{
			Law: "Refresh returns S of its phi", Measured: worst, Bound: agree,
			Because: "32 x the change of S when links change by round-off, and the tolerance of solves",
			Vacuous: !(agree < 1e-6*n),
		}, {
			Law: "<S> at refresh = number of components", Measured: math.Abs(z), Bound: 5.16,
			Because: fmt.Sprintf("normal deviate, false alarms 2.5e-7: mean of %d is %.6g, n = %g", draws, total/float64(draws), n),
		}, {
			Law: "2 S at refresh is chi-squared with 2n degrees", Measured: distance * math.Sqrt(float64(draws)),
			Bound: math.Sqrt(-math.Log(alarm/2) / 2), Because: "Massart's bound, false alarms 2.5e-7",
		},
	}
}
