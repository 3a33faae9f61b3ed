//go:build long

package bench_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
)

// live measures a few kernels, many rounds of them. They must run alone.
func live(t *testing.T, rounds int) bench.Samples {
	t.Helper()
	var cases []bench.Case
	for _, c := range bench.Table() {
		if slices.Contains([]string{
			"staggered-dslash/SU3/L=4/double/workers=1", "gauge-force/SU2/L=8/double/workers=1",
			"wilson-hop/SU3/L=8/single/workers=1", "talk-network-forward/SU3/L=4/double/workers=1",
		}, c.Name()) {
			cases = append(cases, c)
		}
	}
	require.Len(t, cases, 4)
	rec, err := bench.Run(context.Background(), bench.Plan{Cases: cases, Rounds: rounds, Time: 100 * time.Millisecond, Commit: "live"})
	require.NoError(t, err)
	return rec.Samples()
}

// deal gives every second round to each side: both see the machine alike.
func deal(s bench.Samples, of, from, to int) (a, b bench.Samples) {
	a, b = bench.Samples{}, bench.Samples{}
	for name, units := range s {
		a[name], b[name] = map[string][]float64{}, map[string][]float64{}
		for unit, x := range units {
			for i, v := range x[from:to] {
				if i%of == 0 {
					a[name][unit] = append(a[name][unit], v)
				} else {
					b[name][unit] = append(b[name][unit], v)
				}
			}
		}
	}
	return a, b
}

// Fifty live comparisons of the same code pass, each of 12 samples with 12 in
// rounds that alternate; and each, with every time of one kernel 5 % longer on one
// side, is a slowdown. Twenty minutes of a machine that does nothing else.
func TestLongLiveComparisons(t *testing.T) {
	const comparisons, samples = 50, 12
	all := live(t, comparisons*2*samples)
	noise, err := all.Noise()
	require.NoError(t, err)
	t.Logf("A/A noise %.2f%%", 100*noise)
	// of 5 % there must remain, beyond the noise, more than the medians fluctuate
	require.Less(t, noise, 0.02, "this machine is too noisy to see 5%%")
	caught, planted := 0, 0
	for k := range comparisons {
		a, b := deal(all, 2, k*2*samples, (k+1)*2*samples)
		j, err := bench.Judge(a, b, noise)
		require.NoError(t, err)
		require.Empty(t, j.Bad(), "comparison %d", k)
		for name := range b {
			if strings.HasPrefix(name, "roofline-") {
				continue
			}
			for i := range b[name]["sec/op"] {
				b[name]["sec/op"][i] *= 1.05
			}
			j, err := bench.Judge(a, b, noise)
			require.NoError(t, err)
			planted++
			if len(j.Bad()) > 0 {
				caught++
			}
			for i := range b[name]["sec/op"] {
				b[name]["sec/op"][i] /= 1.05
			}
		}
	}
	t.Logf("%d of %d planted slowdowns of 5%% are caught", caught, planted)
	require.Equal(t, planted, caught)
}
