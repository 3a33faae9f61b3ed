//go:build long

package verify_test

import (
	"runtime"
	"testing"

	"github.com/slhmc/slhmc/verify"
)

// Correct code raises no alarm: the quick suite by 60 master seeds, the full one
// by 5. The full suite has some 1500 statistical tests at 5e-10.
func TestLongNoFalseAlarm(t *testing.T) {
	checks := 0
	for _, run := range []struct {
		suite verify.Suite
		seeds int64
	}{{verify.Quick(), 60}, {verify.Full(), 5}} {
		for seed := int64(1); seed <= run.seeds; seed++ {
			for _, v := range verify.Judge(verify.BuiltIn(), runtime.GOMAXPROCS(0), nil, verify.With(run.suite), verify.Seed(seed)) {
				checks += v.Checks
				if !v.OK() {
					t.Errorf("%s suite, seed %d: %v\nsmallest: %v", run.suite.Name, seed, v, v.Smallest)
				}
			}
		}
	}
	t.Logf("%d checks", checks)
}

// Nor do the right programs of a stranger, over 100 seeds.
func TestLongRight(t *testing.T) {
	checks := 0
	starts := verify.From(verify.TorusStart)
	subjects := []verify.Subject{
		verify.OfOperator("operator without parities", buildLopsided, verify.Divided()),
		verify.OfOperator("Wilson operator", verify.BuildWilson, verify.Free(verify.FreeWilson)),
		verify.OfObservable("adjoint plaquettes", adjoint, nil, 0),
		verify.OfSampler("momenta that persist", buildGeneral(0.7, verify.Metropolis, turns), tinyTorus, starts, verify.Persistent(0.7)),
		verify.OfSampler("Barker's rule", buildGeneral(0.7, barker, turns), tinyTorus, starts, verify.Persistent(0.7), verify.Accepts(barker)),
		verify.OfSampler("local updates", buildHits(metropolisHit), tinyTorus, starts, verify.Local()),
	}
	for seed := range int64(100) {
		for _, v := range verify.Judge(subjects, runtime.GOMAXPROCS(0), nil, verify.Seed(seed)) {
			checks += v.Checks
			if !v.OK() {
				t.Errorf("seed %d: %v\nsmallest: %v", seed, v, v.Smallest)
			}
		}
	}
	t.Logf("%d checks", checks)
}
