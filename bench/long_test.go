//go:build long

package bench_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/physics/lattice"
)

const (
	liveComparisons  = 50
	liveCalibrations = 10
	liveSamples      = 24 // of a case on each side
	liveVisits       = 6
	liveTime         = liveVisits * 5 * time.Millisecond
	liveLooks        = 8  // so many times as many samples are taken where fewer do not show it
	liveCalls        = 20 // of the kernel in a call of a case, one more in the slow one: 5 %
)

// side returns a case that calls the kernel of c so many times.
func side(c bench.Case, name string, calls int) bench.Case {
	build := c.Build
	c.Kernel = name + "/" + c.Kernel
	c.Build = func(c *bench.Case, geo *lattice.Geometry) (bench.Call, error) {
		call, err := build(c, geo)
		return func() (int, error) {
			for range calls {
				if _, err := call(); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}, err
	}
	return c
}

// look measures the cases of the sides a, b and slow of each kernel in turn, round by round, and
// adds their samples to the sides.
func look(t *testing.T, kernels []bench.Case, sides map[string]bench.Samples) {
	t.Helper()
	var cases []bench.Case
	for _, c := range kernels {
		// the first one, so that a and b follow the same
		cases = append(cases, side(c, "before", liveCalls), side(c, "a", liveCalls), side(c, "b", liveCalls), side(c, "slow", liveCalls+1))
	}
	rec, err := bench.Run(context.Background(), bench.Plan{Cases: cases, Samples: liveSamples, Visits: liveVisits, Time: liveTime, Commit: "live"})
	require.NoError(t, err)
	for name, units := range rec.Samples() {
		side, kernel, _ := strings.Cut(name, "/")
		if sides[side] == nil {
			sides[side] = bench.Samples{}
		}
		sides[side][kernel] = map[string][]float64{"sec/op": append(sides[side][kernel]["sec/op"], units["sec/op"]...)}
	}
}

// Fifty live comparisons of the same code pass, and of code of which one kernel does
// 5 % more work each says that this kernel is slower: all with more samples where the
// neighbours of a virtual machine leave too few undisturbed, and the same code passes
// however often one looks. The noise is that of ten more comparisons. Half an hour
// of a quiet machine that does nothing else.
func TestLongLiveComparisons(t *testing.T) {
	kernels := slices.DeleteFunc(bench.Table(), func(c bench.Case) bool {
		return !slices.Contains([]string{
			"staggered-dslash/SU3/L=4/double/workers=1", "wilson-hop/SU3/L=4/single/workers=1",
			"staggered-force/SU3/L=4/double/workers=1", "gauge-drift/SU3/L=4/double/workers=1",
		}, c.Name())
	})
	require.Len(t, kernels, 4)
	halves := bench.Samples{} // of each, the first is of one side and the second of the other
	for k := range liveCalibrations {
		s := map[string]bench.Samples{}
		look(t, kernels, s)
		for name, units := range s["a"] {
			halves[fmt.Sprint(name, k)] = map[string][]float64{"sec/op": slices.Concat(units["sec/op"], s["b"][name]["sec/op"])}
		}
	}
	noise, err := halves.Noise()
	require.NoError(t, err)
	t.Logf("A/A noise %.2f%%", 100*noise)
	require.Less(t, noise, 0.04, "this machine is too noisy to see 5%")
	caught := [liveLooks + 1]int{} // by the number of looks, from 1
	for k := range liveComparisons {
		s := map[string]bench.Samples{}
		missing := map[string]bool{}
		for _, c := range kernels {
			missing[c.Name()] = true
		}
		for n := 1; n <= liveLooks && len(missing) > 0; n++ {
			look(t, kernels, s)
			j, err := bench.Judge(s["a"], s["b"], noise)
			require.NoError(t, err)
			assert.Empty(t, j.Bad(), "comparison %d, look %d", k, n)
			for name := range missing {
				planted := maps.Clone(s["b"])
				planted[name] = s["slow"][name]
				j, err := bench.Judge(s["a"], planted, noise)
				require.NoError(t, err)
				for _, v := range j.Bad() {
					if v.Case == name {
						caught[n]++
						delete(missing, name)
					}
				}
			}
		}
		assert.Empty(t, missing, "comparison %d: 5%% more work does not show", k)
	}
	t.Logf("of %d kernels with 5%% more work, caught by the number of looks: %v", liveComparisons*len(kernels), caught[1:])
}
