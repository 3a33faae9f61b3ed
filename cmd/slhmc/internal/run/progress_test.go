package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/sampler"
)

// report drives a progress through two phases of 3 and 4 trajectories.
func report(p *progress) {
	p.plaquette = func() float64 { return 0.5 }
	n := uint64(0)
	for _, phase := range []sampler.Phase{{Name: "train", Trajectories: 3, Train: true}, {Name: "slhmc", Trajectories: 4}} {
		for i := range phase.Trajectories {
			n++
			s := sampler.Progress{Phase: phase, Done: i + 1, Trajectory: n, Total: 7, Record: sampler.Record{Accepted: i > 0}}
			if phase.Train {
				s.Record.Training = &sampler.RecordedTraining{Loss: rundir.Float(0.25)}
			}
			p.update(s)
		}
	}
	p.notice("mind the gap")
	p.end()
}

// Without a terminal there is a line at first, at the end of each phase, and every
// ten seconds; with --quiet only what matters.
func TestProgressLog(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		f, err := os.Create(filepath.Join(t.TempDir(), "log"))
		require.NoError(t, err)
		p := newProgress(f, quiet)
		require.False(t, p.terminal)
		report(p)
		require.NoError(t, f.Close())
		got := harness.Content(t, f.Name())
		want := []string{
			"train      1/3  accepted 0.000  plaquette 0.50000  loss 0.25  left 0s",
			"train      3/3  accepted 0.667  plaquette 0.50000  loss 0.25  left 0s",
			"slhmc      4/4  accepted 0.750  plaquette 0.50000  left 0s",
			"note: mind the gap", "",
		}
		if quiet {
			want = want[3:]
		}
		assert.Equal(t, strings.Join(want, "\n"), got)
	}
}

// The time left is that of the trajectories so far, those of this process alone.
func TestTimeLeft(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	p := newProgress(f, false)
	p.plaquette = func() float64 { return 0 }
	hmc := sampler.Phase{Name: "hmc", Trajectories: 1000}
	p.update(sampler.Progress{Phase: hmc, Done: 101, Trajectory: 101, Total: 130}) // resumed at 100
	p.began, p.shown = time.Now().Add(-time.Hour), time.Time{}                     // these 10 took an hour
	p.update(sampler.Progress{Phase: hmc, Done: 110, Trajectory: 110, Total: 130})
	require.NoError(t, f.Close())
	assert.Regexp(t, `left 2h0m\ds\n$`, harness.Content(t, f.Name()))
}
