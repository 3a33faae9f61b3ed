//go:build chaos

package root

import (
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
)

// TestChaosKill kills runs with SIGKILL at random times, 1000 in all, and resumes them with 1 to 3 workers until they
// are complete: none is lost, none ends otherwise than one that was left alone.
func TestChaosKill(t *testing.T) {
	replay(t)
	dir := harness.Scratch(t)
	for v, kills := range []int64{500, 250, 250} {
		victim := victims[v]
		base := filepath.Join(dir, strconv.Itoa(v))
		mkdir(t, base)
		took := victim.whole(t, base)
		var killed, lost, runs atomic.Int64
		parallel(2, func(i int, random *rand.Rand) {
			for n := 0; killed.Load() < kills; n++ {
				out := strconv.Itoa(i) + "-" + strconv.Itoa(n)
				for complete := false; !complete; {
					c := harness.Command(t, base, victim.start(base, out, random)...)
					stderr := &tail{}
					c.Stderr = stderr
					if !assert.NoError(t, c.Start()) {
						return
					}
					// a part of the whole, so that a run dies more than once; at times almost at once
					after := time.Duration(random.Int64N(int64(took) / []int64{1, 1, 2, 10}[random.IntN(4)]))
					var timer *time.Timer
					if killed.Load() < kills {
						timer = time.AfterFunc(after, func() { _ = c.Process.Kill() })
					}
					err := c.Wait()
					if timer != nil {
						timer.Stop()
					}
					switch {
					case err == nil:
						complete = true
					case c.ProcessState.ExitCode() == -1:
						killed.Add(1)
					default:
						lost.Add(1)
						t.Errorf("%s, %s: %v: %s", victim.name, out, err, stderr)
						complete = true
					}
				}
				runs.Add(1)
				if d := differences(t, filepath.Join(base, "whole"), filepath.Join(base, out)); len(d) > 0 {
					lost.Add(1)
					t.Errorf("%s, %s: %v", victim.name, out, d)
				}
				remove(t, filepath.Join(base, out))
			}
		})
		t.Logf("%s: %d kills of %d runs (%v each), %d lost", victim.name, killed.Load(), runs.Load(), took.Round(time.Millisecond), lost.Load())
		require.GreaterOrEqual(t, killed.Load(), kills)
	}
}
