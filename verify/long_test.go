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
