package verify_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// recorder is a TB that keeps what it is told.
type recorder struct{ errors []string }

func (*recorder) Helper()             {}
func (*recorder) Name() string        { return "TestRecorded/part" }
func (*recorder) Logf(string, ...any) {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// A failing law is reported with its smallest case and the command that repeats
// it, and that command's case fails alone.
func TestRunShrinks(t *testing.T) {
	law := func(c verify.Case) []verify.Result {
		broken := 0.0
		if c.GaugeGroup().N() >= 2 && c.Extents[0] >= 4 && c.C1 != 0 {
			broken = 1
		}
		return []verify.Result{{Law: "never", Measured: broken, Because: "planted"}}
	}
	t.Setenv(verify.SeedVariable, "1")
	r := &recorder{}
	verify.Run(r, verify.Domain{Cases: 100}, law)
	require.Len(t, r.errors, 1)
	smallest := `{"group":"SU(2)","extents":[4,2],"boundary":[1,1],"beta":1,"c1":-0.08333333333333333,"mass":1,"roughness":0.1,"seed":`
	assert.Contains(t, r.errors[0], "never: measured 1, allowed 0 (planted)")
	assert.Contains(t, r.errors[0], smallest)
	assert.Contains(t, r.errors[0], "' go test github.com/slhmc/slhmc/verify -run '^TestRecorded$/^part$'")
	assert.Contains(t, r.errors[0], verify.SeedVariable+"=1")

	t.Setenv(verify.CaseVariable, smallest+"7}")
	again := &recorder{}
	verify.Run(again, verify.Domain{}, law)
	assert.Len(t, again.errors, 1)
	t.Setenv(verify.CaseVariable, strings.Replace(smallest, "SU(2)", "U(1)", 1)+"7}")
	passes := &recorder{}
	verify.Run(passes, verify.Domain{}, law)
	assert.Empty(t, passes.errors)
}

// A law that panics, checks nothing, is vacuous or measures NaN fails.
func TestRunRefuses(t *testing.T) {
	for want, law := range map[string]func(verify.Case) []verify.Result{
		"planted panic":               func(verify.Case) []verify.Result { panic("planted panic") },
		"the law has checked nothing": func(verify.Case) []verify.Result { return nil },
		"vacuous":                     func(verify.Case) []verify.Result { return []verify.Result{{Bound: 1, Vacuous: true}} },
		"measured NaN":                func(verify.Case) []verify.Result { return []verify.Result{{Measured: math.NaN(), Bound: 1}} },
		"measured 2, allowed 1 (why)": func(verify.Case) []verify.Result { return []verify.Result{{Measured: 2, Bound: 1, Because: "why"}} },
		"allowed NaN, and never smaller": func(verify.Case) []verify.Result {
			return []verify.Result{{Law: "allowed NaN, and never smaller", Bound: math.NaN()}}
		},
	} {
		r := &recorder{}
		verify.Run(r, verify.Domain{}, law)
		require.Len(t, r.errors, 1, want)
		assert.Contains(t, r.errors[0], want)
	}
	t.Setenv(verify.SeedVariable, "one")
	r := &recorder{}
	verify.Run(r, verify.Domain{}, nil)
	assert.Contains(t, r.errors[0], "SLHMC_VERIFY_SEED")
}

// Cases are what they print, and seeds draw what the domain asks for.
func TestCases(t *testing.T) {
	groups, dims := map[string]int{}, map[int]int{}
	odd, wraps, split := 0, 0, 0
	verify.Run(t, verify.Domain{Cases: 400, Volume: 96}, func(c verify.Case) []verify.Result {
		again, err := verify.ParseCase(c.String())
		require.NoError(t, err)
		groups[c.Group]++
		dims[len(c.Extents)]++
		for _, l := range c.Extents {
			odd += l % 2
			if l == 2 {
				wraps++
			}
		}
		if c.Geometry().ActiveLanes() == lattice.Lanes {
			split++
		}
		same := 1.0
		if again.String() == c.String() && c.Volume() <= 96 {
			same = 0
		}
		return []verify.Result{{Law: "round trip", Measured: same, Because: "exact"}}
	})
	if !testing.Short() {
		assert.Len(t, groups, 4)
		assert.Len(t, dims, 3)
		for _, n := range []int{odd, wraps, split, groups["SU(4)"], dims[4]} {
			assert.Greater(t, n, 20)
		}
	}
	for text, want := range map[string]string{
		`{`:                                 "verify: case",
		`{"group":"SO(3)"}`:                 "unknown gauge group",
		`{"group":"SU(2)","extents":[1,4]}`: "extent 1",
		`{"group":"SU(2)","extents":[2,4],"boundary":[1]}`: "1 boundary phases for 2",
	} {
		_, err := verify.ParseCase(text)
		assert.ErrorContains(t, err, want)
	}
}

// Ridders finds derivatives to near round-off and knows its own error.
func TestRidders(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(float64) float64
		want float64
	}{
		"exp":  {math.Exp, 1},
		"sin":  {func(x float64) float64 { return math.Sin(5*x + 1) }, 5 * math.Cos(1)},
		"pole": {func(x float64) float64 { return 1 / (0.3 + x) }, -1 / 0.09},
		"line": {func(x float64) float64 { return 3*x + 7 }, 3},
	} {
		d, estimate, step := verify.Ridders(c.f, 0.1)
		assert.InDelta(t, c.want, d, 32*(estimate+1e-15/step), name)
		assert.Less(t, estimate, 1e-9*math.Abs(c.want), name)
	}
}
