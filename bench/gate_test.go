package bench_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
)

// pair returns rounds in which head takes 3 % longer than base in each, although
// rounds differ by much more.
func pair() *bench.Rounds {
	times := []float64{1, 3, 2, 5, 1.5, 4, 2.2, 1.1, 7, 3.3}
	side := func(scale float64) bench.Samples {
		x := make([]float64, len(times))
		for i, t := range times {
			x[i] = scale * t * (1 + 1e-3*float64(i%3))
		}
		return bench.Samples{
			"case":                    {"sec/op": x, "allocs/op": {0, 2, 0}, "iterations/op": {611, 611, 611}, "flop/op": {5e8}, "traffic-B/op": {1e9}},
			"roofline-peak/workers=1": {"sec/op": {1}, "allocs/op": {scale}},
		}
	}
	return &bench.Rounds{Base: side(1), Head: side(1.03)}
}

// Time is advice, by the ratio of each round.
func TestGateTimes(t *testing.T) {
	ruling, err := pair().Rule()
	require.NoError(t, err)
	assert.Empty(t, ruling.Bad())
	require.Len(t, ruling.Times, 1)
	r := ruling.Times[0].Ratio
	assert.InDelta(t, 1.03, r.Center, 1e-12)
	assert.InDelta(t, 1.03, r.Lo, 1e-12)
	assert.InDelta(t, 1.03, r.Hi, 1e-12)
	var out bytes.Buffer
	require.NoError(t, ruling.Write(&out))
	assert.Contains(t, out.String(), "+3.0% [+3.0%, +3.0%]")
	assert.Contains(t, out.String(), "longer")
	assert.Contains(t, out.String(), "4 counts are equal")
}

// One more of what is counted fails, whatever it is; fewer do not.
func TestGateCounts(t *testing.T) {
	for unit, more := range map[string]float64{"allocs/op": 1, "iterations/op": 612, "flop/op": 5e8 + 1, "traffic-B/op": 1e9 + 8} {
		r := pair()
		r.Head["case"][unit] = []float64{more, more + 5}
		ruling, err := r.Rule()
		require.NoError(t, err)
		require.Len(t, ruling.Bad(), 1, unit)
		assert.Equal(t, unit, ruling.Bad()[0].Unit)
		var out bytes.Buffer
		require.NoError(t, ruling.Write(&out))
		assert.Contains(t, out.String(), "MORE")

		// what the base has not derived cannot have become more; it has measured the rest
		delete(r.Base["case"], unit)
		ruling, err = r.Rule()
		require.NoError(t, err)
		assert.Equal(t, strings.HasSuffix(unit, "s/op"), len(ruling.Bad()) == 1, unit)
		assert.Len(t, ruling.Exact, 4)
		r.Base["case"][unit] = pair().Base["case"][unit]

		r.Base, r.Head = r.Head, r.Base
		ruling, err = r.Rule()
		require.NoError(t, err)
		assert.Empty(t, ruling.Bad(), unit)
	}
}

// Instructions fail beyond the tolerance, and only where both sides have them.
func TestGateInstructions(t *testing.T) {
	name := bench.CountedCases()[0].Case
	for head, want := range map[float64]bench.Outcome{1e6: bench.Same, 1.019e6: bench.Same, 1.021e6: bench.More, 0.97e6: bench.Fewer} {
		r := pair()
		r.BaseInstructions, r.HeadInstructions = map[string]float64{name: 1e6}, map[string]float64{name: head}
		ruling, err := r.Rule()
		require.NoError(t, err)
		require.Len(t, ruling.Instructions, 1)
		assert.Equal(t, want, ruling.Instructions[0].Outcome)
		assert.Equal(t, want == bench.More, len(ruling.Bad()) == 1)
	}
	r := pair()
	r.Passed = []string{"instructions of this and that"}
	r.BaseInstructions, r.HeadInstructions = map[string]float64{name: 0}, map[string]float64{name: 1e6}
	ruling, err := r.Rule()
	require.NoError(t, err)
	assert.Empty(t, ruling.Instructions, "a case that the base does not have")
	var out bytes.Buffer
	require.NoError(t, ruling.Write(&out))
	assert.Contains(t, out.String(), "PASSED OVER: instructions of this and that")
}

// Cases of one side are told; none in common is an error.
func TestGateCases(t *testing.T) {
	r := pair()
	r.Base["old"], r.Head["new"] = r.Base["case"], r.Head["case"]
	ruling, err := r.Rule()
	require.NoError(t, err)
	assert.Equal(t, []string{"new"}, ruling.New)
	assert.Equal(t, []string{"old"}, ruling.Gone)
	delete(r.Head, "case")
	_, err = r.Rule()
	var no *bench.Incomparable
	require.ErrorAs(t, err, &no)
}

// What the gate counts is in the table, and the difference is that of the calls.
func TestCountedCases(t *testing.T) {
	names := map[string]bool{}
	for _, c := range bench.Table() {
		names[c.Name()] = true
	}
	for _, c := range bench.CountedCases() {
		assert.True(t, names[c.Case], c.Case)
		assert.Greater(t, c.Many, c.Few)
		assert.Positive(t, c.Few)
		assert.InEpsilon(t, 7., c.Instructions(1e6+7*float64(c.Few), 1e6+7*float64(c.Many)), 1e-12)
		assert.True(t, strings.HasSuffix(c.Case, "/workers=1"), "threads are not counted alike")
	}
}
