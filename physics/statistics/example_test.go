package statistics_test

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
)

// history makes a series with tau_int = 9.5 around 0.7, the same each time.
func history(run uint64, n int) []float64 {
	source := rng.New(1).Child("history").Site(run)
	x, series := source.Normal(), make([]float64, n)
	for i := range series {
		series[i] = 0.7 + 0.01*x
		x = 0.9*x + math.Sqrt(1-0.9*0.9)*source.Normal()
	}
	return series
}

func ExampleGamma() {
	plaquette, err := statistics.Gamma(history(0, 20000))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("plaquette %.5f ± %.5f\n", plaquette.Value, plaquette.Error)
	fmt.Printf("tau_int   %.1f ± %.1f\n", plaquette.TauInt, plaquette.TauIntError)
	fmt.Printf("%d entries, as good as %.0f\n", plaquette.N, plaquette.Independent())
	// Output:
	// plaquette 0.69979 ± 0.00031
	// tau_int   9.4 ± 1.0
	// 20000 entries, as good as 1059
}

// Independent chains of one simulation are replicas.
func ExampleGamma_replicas() {
	plaquette, err := statistics.Gamma(history(0, 20000), history(1, 15000))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.5f ± %.5f, replicas agree with probability %.2f\n", plaquette.Value, plaquette.Error, plaquette.Q)
	// Output:
	// 0.69989 ± 0.00024, replicas agree with probability 0.63
}

// The susceptibility <x²> - <x>² is a function of two means.
func ExampleGammaDerived() {
	x := history(0, 20000)
	square := make([]float64, len(x))
	for i := range x {
		square[i] = x[i] * x[i]
	}
	susceptibility := func(means []float64) float64 { return means[1] - means[0]*means[0] }
	e, err := statistics.GammaDerived(susceptibility, [][]float64{x, square})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3e ± %.1e\n", e.Value, e.Error)
	// Output:
	// 9.998e-05 ± 3.1e-06
}

func ExampleJackknife() {
	e, err := statistics.Jackknife(history(0, 20000), 200)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.5f ± %.5f from %d bins\n", e.Value, e.Error, e.Bins)
	// Output:
	// 0.69979 ± 0.00029 from 100 bins
}

func ExampleSum() {
	var sum statistics.Sum
	for _, x := range []float64{1, 1e100, 1, -1e100} {
		sum.Add(x)
	}
	fmt.Println(sum.Value())
	// Output: 2
}

func ExampleSigma() {
	fmt.Printf("%.1f sigma\n", statistics.Sigma(0.7025, 0.0001, 0.7029, 0.0003))
	// Output: 1.3 sigma
}

func ExampleHistogram() {
	h := statistics.NewHistogram(0.67, 0.73, 3)
	for _, x := range history(0, 20000) {
		h.Add(x)
	}
	for i, count := range h.Counts {
		fmt.Printf("[%.2f, %.2f) %d\n", h.Edge(i), h.Edge(i+1), count)
	}
	fmt.Println("outside", h.Under+h.Over)
	// Output:
	// [0.67, 0.69) 3225
	// [0.69, 0.71) 13571
	// [0.71, 0.73) 3158
	// outside 46
}
