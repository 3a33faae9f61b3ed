package statistics

import (
	"math"
	"testing"

	"github.com/leanovate/gopter"

	"github.com/slhmc/slhmc/physics/rng"
)

// sigmas bounds a normal deviate in tests of fixed seed: a correct program fails a
// comparison with probability erfc(5/sqrt 2) = 6e-7 over the seeds.
const sigmas = 5

// chain returns n entries of an AR(1) process in equilibrium with mean 0 and
// variance 1,
//
//	x_{i+1} = a x_i + sqrt(1 - a²) z_i,  rho(t) = a^t,  tau_int = (1 + a)/(1 - a)/2,
//
// the number `site` of the chains named so.
func chain(name string, site uint64, a float64, n int) []float64 {
	source := rng.New(1).Child(name).Site(site)
	x := make([]float64, n)
	x[0] = source.Normal()
	for i := 1; i < n; i++ {
		x[i] = a*x[i-1] + math.Sqrt(1-a*a)*source.Normal()
	}
	return x
}

// tauUpTo returns 1/2 + sum_{t=1}^{W} a^t of the AR(1) process.
func tauUpTo(a float64, w int) float64 { return 0.5 + a*(1-math.Pow(a, float64(w)))/(1-a) }

// errorOfMean returns the exact standard deviation of the mean of n entries of the
// AR(1) process, sqrt((1/n)(1 + 2 sum_t (1 - t/n) a^t)).
func errorOfMean(a float64, n int) float64 {
	sum := 1.0
	for t := 1; t < n; t++ {
		sum += 2 * (1 - float64(t)/float64(n)) * math.Pow(a, float64(t))
	}
	return math.Sqrt(sum / float64(n))
}

// properties returns an empty set of properties with a fixed seed, and prints the
// seed and the command that replays the test if it fails.
func properties(t *testing.T, seed int64) *gopter.Properties {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("gopter seed %d, fixed; replay: go test ./physics/statistics -run '^%s$'", seed, t.Name())
		}
	})
	return gopter.NewProperties(gopter.DefaultTestParametersWithSeed(seed))
}
