package bench_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
)

// Names are unique, both sets are what they say, and all cases have counts.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range bench.Table() {
		assert.False(t, seen[c.Name()], c.Name())
		seen[c.Name()] = true
		assert.NotContains(t, c.Name(), " ")
		assert.Positive(t, c.Count(1).Flops, c.Name())
		if !strings.HasPrefix(c.Kernel, "roofline-peak") {
			assert.Positive(t, c.Count(1).Bytes, c.Name())
		}
	}
	short, err := bench.Set(bench.Short)
	require.NoError(t, err)
	full, err := bench.Set(bench.Full)
	require.NoError(t, err)
	assert.Len(t, full, len(seen))
	assert.NotEmpty(t, short)
	assert.Less(t, len(short), len(full))
	_, err = bench.Set("long")
	require.ErrorContains(t, err, "allowed: short, full")
	for _, name := range []string{
		"roofline-peak/registers/workers=1", "roofline-triad/memory/workers=2", "gauge-force/SU3/L=16/double/workers=2",
		"staggered-dslash/SU3/L=24/single/workers=1", "staggered-normal/SU2/L=12/double/workers=2",
		"cg-iterations/SU3/L=24/double/workers=2", "solve-double/SU3/L=16/double/workers=1",
		"solve-mixed/SU3/L=16/single/workers=1", "staggered-force/SU2/L=8/double/workers=1",
		"wilson-hop/SU3/L=16/single/workers=1", "trajectory-talk-SLHMC/SU2/L=4/double/workers=1",
		"stout-backward/SU3/L=8/double/workers=1", "gauge-momenta/SU2/L=4/double/workers=1",
	} {
		assert.True(t, seen[name], name)
	}
}

// Every kind of case runs on its smallest lattice, with both numbers of workers,
// allocates nothing that it should not, and reports what its count says.
func TestSmallestCases(t *testing.T) {
	smallest := map[string]int{}
	for _, c := range bench.Table() {
		if l, ok := smallest[c.Kernel]; !ok || c.L < l {
			smallest[c.Kernel] = c.L
		}
	}
	table := bench.Table()
	for i := range table {
		c := &table[i]
		big := c.Level == "memory" || strings.HasPrefix(c.Kernel, "trajectory-staggered")
		if c.L != smallest[c.Kernel] || big && testing.Short() || big && c.Workers > 1 {
			continue
		}
		if c.Kernel == "trajectory-wilson" { // a second
			if c.Workers == 1 && !testing.Short() {
				_, end, err := c.Open()
				require.NoError(t, err)
				end()
			}
			continue
		}
		s, err := c.Measure(time.Microsecond)
		require.NoError(t, err, c.Name())
		values := map[string]float64{}
		for _, v := range s.Metrics(&bench.Roof{Workers: c.Workers, Flops: 1e9, Bytes: map[string]float64{"L1": 1e9, "L2": 1e9, "L3": 1e9, "memory": 1e9}}) {
			values[v.Unit] = v.Value
		}
		count := c.Count(s.Iterations)
		assert.InEpsilon(t, s.Seconds*1e9, values["ns/op"], 1e-12)
		assert.Equal(t, count.Flops, values["flop/op"], c.Name())
		assert.Equal(t, count.Bytes, values["traffic-B/op"], c.Name())
		if count.Flops > 0 {
			assert.InEpsilon(t, count.Flops/s.Seconds/1e9, values["GFLOP/s"], 1e-12)
			assert.Positive(t, values["%roof"], c.Name())
		}
		if strings.Contains(c.Kernel, "solve") {
			assert.Greater(t, values["iterations/op"], 10., c.Name())
		}
	}
}

// The share of the roof is that of the sweep that is repeated: of a solver, one
// iteration, whose bytes are those of L1 here.
func TestShare(t *testing.T) {
	c := bench.Case{
		Kernel: "solve", Workers: 1,
		Once: bench.Count{Flops: 1 << 30, Bytes: 1 << 30}, Iteration: bench.Count{Flops: 8 << 10, Bytes: 16 << 10},
	}
	roof := bench.Roof{Workers: 1, Flops: 1e12, Bytes: map[string]float64{"L1": 1e9, "memory": 1e6}}
	s := bench.Sample{Case: &c, Iterations: 10, Seconds: 4}
	for _, v := range s.Metrics(&roof) {
		if v.Unit == "%roof" {
			want := 100 * float64(1<<30+10*8<<10) / 4 / 0.5e9
			assert.InEpsilon(t, want, v.Value, 1e-12)
			return
		}
	}
	t.Fatal("no share")
}

// The roof is the peak for much arithmetic, and the level's bandwidth for little.
func TestRoof(t *testing.T) {
	r := bench.Roof{Workers: 2, Flops: 100, Bytes: map[string]float64{"L1": 80, "L2": 40, "L3": 20, "memory": 10}}
	for _, c := range []struct {
		count bench.Count
		want  float64
	}{
		{bench.Count{Flops: 1}, 100},
		{bench.Count{Flops: 16 << 10, Bytes: 16 << 10}, 80},
		{bench.Count{Flops: 16 << 10, Bytes: 32 << 10}, 40},              // of two workers' L1
		{bench.Count{Flops: 1 << 20, Bytes: 1 << 20}, 40},                // of two workers' L2
		{bench.Count{Flops: 8 << 20, Bytes: 8 << 20}, 20},                // L3 is shared
		{bench.Count{Flops: 9 << 20, Bytes: 9 << 20}, 10},                // memory
		{bench.Count{Flops: 1 << 40, Bytes: 1 << 30}, 100},               // peak
		{bench.Count{Flops: float64(1<<40) / 200, Bytes: 1 << 40}, 0.05}, // beyond the last level
	} {
		assert.InEpsilon(t, c.want, r.Bound(c.count, 0), 1e-12, c.count)
	}
	assert.Equal(t, 200., r.Bound(bench.Count{Flops: 1}, 1), "single precision")
	_, err := bench.Probe(3, time.Nanosecond)
	require.ErrorContains(t, err, "3 workers")
}

// The stopwatch has the time of a call, at least: batches of calls that do
// nothing but take a known time are found as long as that.
func TestStopwatch(t *testing.T) {
	var w bench.Stopwatch
	w.Start()
	assert.Zero(t, w.Seconds())
	const call = 100 * time.Microsecond
	for range 10 {
		for began := time.Now(); time.Since(began) < call; { // busy
		}
		w.Call()
	}
	assert.GreaterOrEqual(t, w.Seconds(), call.Seconds())
}
