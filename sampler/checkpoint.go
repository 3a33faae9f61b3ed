package sampler

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/slhmc/slhmc/internal/rundir"
)

// Sections of a checkpoint.
const (
	sectionIdentity  = "identity"
	sectionSettings  = "settings"
	sectionState     = "state"
	sectionHistory   = "history"
	sectionTimings   = "timings"
	sectionLinks     = "links" // site order, mu, row, column, re and im
	sectionParams    = "guide parameters"
	sectionOptimizer = "optimizer state"
	sectionKept      = "kept trajectories"
)

// checkpoint writes everything a resumed run needs, after the journals that it
// counts on are on disk, under their names, as they were written.
func (r *Run) checkpoint() error {
	began := time.Now()
	if r.Held != nil {
		if err := r.Held(); err != nil {
			return err
		}
	}
	if err := r.history.Sync(); err != nil {
		return err
	}
	restored, err := r.history.InPlace()
	if err != nil {
		return err
	}
	// Reading all of it again costs a short one nothing beside the syncs, and may take a hundredth of the time of a
	// long one.
	const short = 1 << 20
	if now := time.Now(); r.history.Offset() < short || now.Sub(r.verified) > 100*r.verifying {
		if err := r.history.Verify(); err != nil {
			return err
		}
		r.verified = time.Now()
		r.verifying = r.verified.Sub(now)
	}
	if restored {
		r.notice("%s had been removed: it is written again", filepath.Join(r.Dir, rundir.HistoryFile))
	}
	var times rundir.Mark
	if r.timings != nil {
		err := r.timings.Sync()
		if err == nil {
			_, err = r.timings.InPlace()
		}
		if err != nil {
			r.withoutTimings(err)
		} else {
			times = r.timings.Mark()
		}
	}
	err = rundir.WriteCheckpoint(r.Dir, r.state.Trajectory, func(w *rundir.CheckpointWriter) error {
		w.Text(sectionIdentity, r.Identity)
		w.Text(sectionSettings, r.Settings)
		w.JSON(sectionState, r.state)
		w.JSON(sectionHistory, r.history.Mark())
		w.JSON(sectionTimings, times)
		w.Float64s(sectionLinks, r.Links.Export(nil))
		if r.Guide != nil {
			w.Float64s(sectionParams, r.params())
		}
		r.saveSpectra(w)
		if r.Trainer != nil {
			r.Trainer.save(w, r.trains())
		}
		return nil
	})
	r.saved = time.Now()
	r.saving = r.saved.Sub(began)
	return err
}

// saveParams writes the guide's parameters, frozen after the given number of
// trajectories, to a file of their own.
func (r *Run) saveParams(trajectories uint64) error {
	path := filepath.Join(r.Dir, fmt.Sprintf("weights-%08d.slhmc", trajectories))
	return rundir.WriteSections(path, trajectories, func(w *rundir.CheckpointWriter) error {
		w.Text(sectionSettings, r.Settings)
		w.Float64s(sectionParams, r.params())
		return nil
	})
}

// save writes what training remembers besides the parameters; what it keeps for
// batches only if there are any to come.
func (t *Trainer) save(w *rundir.CheckpointWriter, batches bool) {
	w.JSON(sectionOptimizer, len(t.Optimizer.State()))
	w.Float64s(sectionOptimizer+" numbers", t.Optimizer.State())
	if !batches {
		t.kept, t.dropped = nil, nil
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

// Stored is what the newest valid checkpoint of a run says without its links.
type Stored struct {
	Trajectory uint64
	Settings   string
	Params     []float64 // of the guide; nil: none
	History    rundir.Mark
}

// Load reads it.
//
// Errors: rundir.ErrNoCheckpoint; none that is valid.
func Load(dir string) (s *Stored, err error) {
	c, _, err := rundir.Latest(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return stored(c)
}

// LoadParams is Load of a file: a checkpoint, or one of weights. It knows no history
// then.
func LoadParams(path string) (s *Stored, err error) {
	c, err := rundir.OpenCheckpoint(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return stored(c)
}

func stored(c *rundir.Checkpoint) (s *Stored, err error) {
	s = &Stored{Trajectory: c.Trajectory()}
	if s.Settings, err = c.Text(sectionSettings); err != nil {
		return nil, err
	}
	for _, name := range c.Sections() {
		switch name {
		case sectionHistory:
			err = c.JSON(name, &s.History)
		case sectionParams:
			s.Params, err = c.Numbers(name)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}
