//go:build long

package bench_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Many short samples tell more than few long ones: of short ones most are
// undisturbed even where the neighbours of a virtual machine are not quiet.
const (
	liveComparisons  = 50
	liveCalibrations = 10
	liveSamples      = 100 // of a case on each side
	liveTime         = 15 * time.Millisecond
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

// sides measures the cases a, b and slow of each kernel in turn, round by round.
func sides(t *testing.T, kernels []bench.Case) map[string]bench.Samples {
	t.Helper()
	var cases []bench.Case
	for _, c := range kernels {
		cases = append(cases, side(c, "a", liveCalls), side(c, "b", liveCalls), side(c, "slow", liveCalls+1))
	}
	rec, err := bench.Run(context.Background(), bench.Plan{Cases: cases, Rounds: liveSamples, Time: liveTime, Commit: "live"})
	require.NoError(t, err)
	sides := map[string]bench.Samples{}
	for name, units := range rec.Samples() {
		side, kernel, _ := strings.Cut(name, "/")
		if sides[side] == nil {
			sides[side] = bench.Samples{}
		}
		sides[side][kernel] = map[string][]float64{"sec/op": units["sec/op"]}
	}
	return sides
}

// Fifty live comparisons of the same code pass, and of code of which one kernel does
// 5 % more work each says that this kernel is slower. The noise is that of ten more
// comparisons. Half an hour of a machine that does nothing else.
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
		s := sides(t, kernels)
		for name, units := range s["a"] {
			halves[fmt.Sprint(name, k)] = map[string][]float64{"sec/op": slices.Concat(units["sec/op"], s["b"][name]["sec/op"])}
		}
	}
	noise, err := halves.Noise()
	require.NoError(t, err)
	t.Logf("A/A noise %.2f%%", 100*noise)
	require.Less(t, noise, 0.04, "this machine is too noisy to see 5%")
	caught := 0
	for k := range liveComparisons {
		s := sides(t, kernels)
		j, err := bench.Judge(s["a"], s["b"], noise)
		require.NoError(t, err)
		assert.Empty(t, j.Bad(), "comparison %d", k)
		for name := range s["a"] {
			planted := bench.Samples{}
			for other := range s["b"] {
				planted[other] = s["b"][other]
			}
			planted[name] = s["slow"][name]
			j, err := bench.Judge(s["a"], planted, noise)
			require.NoError(t, err)
			for _, v := range j.Verdicts {
				if v.Case == name && v.Outcome == bench.Slower {
					caught++
				} else if v.Case == name {
					t.Logf("comparison %d: %s took %+.1f%% [%+.1f%%, %+.1f%%], p %.2g", k, name, 100*(v.Ratio-1), 100*(v.Lo-1), 100*(v.Hi-1), v.P)
				}
			}
		}
	}
	planted := liveComparisons * len(kernels)
	t.Logf("%d of %d kernels with 5%% more work are caught", caught, planted)
	assert.Equal(t, planted, caught)
}
