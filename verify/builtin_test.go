package verify_test

import (
	"testing"

	"github.com/slhmc/slhmc/verify"
)

// What the module has obeys its laws, all of which apply.
func TestBuiltIn(t *testing.T) {
	suite := verify.Quick()
	suite.Cases, suite.Draws = 4, 150
	if testing.Short() {
		suite.Cases, suite.Volume, suite.Draws = 1, 16, 100
	}
	verdicts := verify.Judge(verify.BuiltIn(), 1, func(v verify.Verdict) {
		if v.OK() && v.Applies() {
			t.Logf("%6.2f s  %v", v.Seconds, v)
			return
		}
		t.Errorf("%v\nsmallest: %v", v, v.Smallest)
	}, verify.With(suite))
	if len(verdicts) < 90 {
		t.Errorf("%d laws", len(verdicts))
	}
}
