package bench_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
)

// BenchmarkCases runs the table: its short set with -short. Its ns/op is that of
// the fastest batch, as in slhmc bench run, where a batch was completed, and the
// mean otherwise.
func BenchmarkCases(b *testing.B) {
	name := bench.Full
	if testing.Short() {
		name = bench.Short
	}
	cases, err := bench.Set(name)
	require.NoError(b, err)
	roofs := map[int]*bench.Roof{}
	for i := range cases {
		c := &cases[i]
		b.Run(c.Name(), func(b *testing.B) {
			if roofs[c.Workers] == nil {
				roofs[c.Workers], err = bench.Probe(c.Workers, 5*time.Millisecond)
				require.NoError(b, err)
			}
			call, close, err := c.Open()
			require.NoError(b, err)
			defer close()
			b.ReportAllocs()
			iterations := 0
			var watch bench.Stopwatch
			watch.Start()
			for b.Loop() {
				n, err := call()
				if err != nil {
					b.Fatal(err)
				}
				iterations += n
				watch.Call()
			}
			seconds := watch.Seconds()
			if seconds == 0 {
				seconds = b.Elapsed().Seconds() / float64(b.N)
			}
			s := bench.Sample{
				Case: c, Calls: b.N, Seconds: seconds, Iterations: float64(iterations) / float64(b.N),
			}
			for _, v := range s.Metrics(roofs[c.Workers]) {
				switch v.Unit {
				case "B/op", "allocs/op": // reported by testing
				default:
					b.ReportMetric(v.Value, v.Unit)
				}
			}
		})
	}
}

// BenchmarkCounted runs the same table without the roofline: with a fixed number
// of calls it does the same instructions every time, for a tool that counts them.
func BenchmarkCounted(b *testing.B) {
	cases := bench.Table()
	for i := range cases {
		c := &cases[i]
		b.Run(c.Name(), func(b *testing.B) {
			call, close, err := c.Open()
			require.NoError(b, err)
			defer close()
			for b.Loop() {
				if _, err := call(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
