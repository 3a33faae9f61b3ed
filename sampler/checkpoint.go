package sampler

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/gauge"
)

// Sections of a checkpoint.
const (
	sectionIdentity  = "identity"
	sectionState     = "state"
	sectionHistory   = "history offset"
	sectionTimings   = "timings offset"
	sectionLinks     = "links" // site order, mu, row, column, re and im
	sectionParams    = "guide parameters"
	sectionOptimizer = "optimizer state"
	sectionKept      = "kept trajectories"
)

// checkpoint writes everything a resumed run needs, after the journals that it
// counts on are on disk.
func (r *Run) checkpoint() error {
	if err := errors.Join(r.history.Sync(), r.timings.Sync()); err != nil {
		return err
	}
	return rundir.WriteCheckpoint(r.Dir, r.state.Trajectory, func(w *rundir.CheckpointWriter) error {
		w.Text(sectionIdentity, r.Identity)
		w.JSON(sectionState, r.state)
		w.Int64(sectionHistory, r.history.Offset())
		w.Int64(sectionTimings, r.timings.Offset())
		w.Float64s(sectionLinks, r.Links.Export(nil))
		if r.Guide != nil {
			theta := make([]float64, r.Guide.NumParams())
			r.Guide.Params(theta)
			w.Float64s(sectionParams, theta)
		}
		if r.Trainer != nil {
			r.Trainer.save(w, r.trains())
		}
		return nil
	})
}

// save writes what training remembers besides the parameters; what it keeps for
// batches only if there are any to come.
func (t *Trainer) save(w *rundir.CheckpointWriter, batches bool) {
	w.JSON(sectionOptimizer, len(t.Optimizer.State()))
	w.Float64s(sectionOptimizer+" numbers", t.Optimizer.State())
	if !batches {
		t.kept = nil
	}
	var kept []uint64
	for _, s := range t.kept {
		kept = append(kept, s.trajectory)
	}
	w.JSON(sectionKept, kept)
	for i, s := range t.kept {
		w.Float64s(keptSection(i, "start"), s.start.Export(nil))
		w.Float64s(keptSection(i, "end"), s.end.Export(nil))
	}
}

// keptSection names the section of one end of a kept trajectory.
func keptSection(i int, end string) string { return fmt.Sprintf("%s: %s %d", sectionKept, end, i) }

// Resume continues from the newest checkpoint of the directory, or from the
// beginning if there is none yet.
//
// Errors: ErrOtherRun if the configuration or the kernels differ; a damaged
// history.
func (r *Run) Resume(ctx context.Context) error {
	if err := r.check(); err != nil {
		return err
	}
	history, timings := int64(0), int64(0)
	c, skipped, err := rundir.Latest(r.Dir)
	for _, s := range skipped {
		if r.Notice != nil {
			r.Notice(fmt.Sprintf("skipped a damaged checkpoint: %v", s))
		}
	}
	switch {
	case errors.Is(err, rundir.ErrNoCheckpoint):
	case err != nil:
		return err
	default:
		if history, timings, err = r.restore(c); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", c.Name(), err), c.Close())
		}
		if err := c.Close(); err != nil {
			return err
		}
	}
	if r.history, _, err = rundir.ResumeJournal(filepath.Join(r.Dir, rundir.HistoryFile), history); err != nil {
		return err
	}
	if r.timings, _, err = rundir.ResumeJournal(filepath.Join(r.Dir, rundir.TimingsFile), timings); err != nil {
		return errors.Join(err, r.history.Close())
	}
	return r.loop(ctx)
}

func (r *Run) restore(c *rundir.Checkpoint) (history, timings int64, err error) {
	identity, err := c.Text(sectionIdentity)
	if err != nil {
		return 0, 0, err
	}
	if identity != r.Identity {
		return 0, 0, fmt.Errorf("%w: %s", ErrOtherRun, firstDifference(identity, r.Identity))
	}
	if err := c.JSON(sectionState, &r.state); err != nil {
		return 0, 0, err
	}
	links := r.Links.Export(nil)
	if err := c.Float64s(sectionLinks, links); err != nil {
		return 0, 0, err
	}
	r.Links.Import(links)
	if r.Guide != nil {
		theta := make([]float64, r.Guide.NumParams())
		if err := c.Float64s(sectionParams, theta); err != nil {
			return 0, 0, err
		}
		if err := r.Guide.SetParams(theta); err != nil {
			return 0, 0, err
		}
	}
	if r.Trainer != nil {
		if err := r.Trainer.restore(c, r.Links); err != nil {
			return 0, 0, err
		}
	}
	if history, err = c.Int64(sectionHistory); err != nil {
		return 0, 0, err
	}
	timings, err = c.Int64(sectionTimings)
	return history, timings, err
}

func (t *Trainer) restore(c *rundir.Checkpoint, u *gauge.Field) error {
	var n int
	if err := c.JSON(sectionOptimizer, &n); err != nil {
		return err
	}
	if n < 0 || n > 2*t.Guide.NumParams()+1 {
		return fmt.Errorf("sampler: optimizer state of %d numbers", n)
	}
	state := make([]float64, n)
	if err := c.Float64s(sectionOptimizer+" numbers", state); err != nil {
		return err
	}
	if err := t.Optimizer.SetState(state, t.Guide.NumParams()); err != nil {
		return err
	}
	var kept []uint64
	if err := c.JSON(sectionKept, &kept); err != nil {
		return err
	}
	t.kept = nil
	for i, trajectory := range kept {
		s := sample{trajectory, gauge.NewField(u.Geometry(), u.Group()), gauge.NewField(u.Geometry(), u.Group())}
		links := u.Export(nil)
		if err := c.Float64s(keptSection(i, "start"), links); err != nil {
			return err
		}
		s.start.Import(links)
		if err := c.Float64s(keptSection(i, "end"), links); err != nil {
			return err
		}
		s.end.Import(links)
		t.kept = append(t.kept, s)
	}
	return nil
}

// firstDifference shows where two texts part.
func firstDifference(old, now string) string {
	a, b := strings.Split(old, "\n"), strings.Split(now, "\n")
	for i := range max(len(a), len(b)) {
		x, y := "", ""
		if i < len(a) {
			x = strings.TrimSpace(a[i])
		}
		if i < len(b) {
			y = strings.TrimSpace(b[i])
		}
		if x != y {
			return fmt.Sprintf("it has %q, this run %q", x, y)
		}
	}
	return "no difference"
}
