package sampler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/gauge"
)

// Resume continues from the newest checkpoint of the directory that is whole, makes
// sense, and whose history is there; from the beginning if the run was killed before
// the first one. Settings that changed are recorded in the history.
//
// Errors: ErrOtherRun if the configuration or the kernels differ; ErrIncomplete if
// the history or the checkpoints are missing; a damaged history; what Changes says.
func (r *Run) Resume(ctx context.Context) error {
	if err := r.check(); err != nil {
		return err
	}
	began, err := r.present()
	if err != nil {
		return err
	}
	if !began {
		if r.history, _, err = rundir.ResumeJournal(filepath.Join(r.Dir, rundir.HistoryFile), rundir.Mark{}); err != nil {
			return err
		}
		if err := r.salvage(rundir.Mark{}); err != nil {
			return errors.Join(err, r.history.Close())
		}
		return r.begin(ctx)
	}
	var changes []Change
	skipped, err := rundir.Newest(r.Dir, func(c *rundir.Checkpoint) (again bool, err error) {
		changes, err = r.restore(c)
		return !errors.Is(err, ErrOtherRun) && !errors.Is(err, ErrSettings), err
	})
	if err != nil {
		return err
	}
	for _, s := range skipped {
		r.notice("skipped a checkpoint: %v", s)
	}
	if len(changes) > 0 {
		if r.Adopt != nil {
			if err := r.Adopt(); err != nil {
				return errors.Join(err, r.close())
			}
		}
		e := Event{Event: EventChange, Trajectory: r.state.Trajectory, Changes: changes}
		if err := r.history.Append(e); err != nil {
			return errors.Join(err, r.close())
		}
		if err := r.checkpoint(); err != nil { // the change is part of the run from here on
			return errors.Join(err, r.close())
		}
		for _, c := range changes {
			r.notice("from trajectory %d on: %v", r.state.Trajectory, c)
		}
	}
	if err := r.missing(); err != nil {
		return errors.Join(err, r.close())
	}
	if !r.Deadline.IsZero() {
		r.slowest = slowest(r.Dir)
	}
	return r.loop(ctx)
}

// present tells whether the run has begun. Errors: of history and checkpoints there
// is one without the other.
func (r *Run) present() (began bool, err error) {
	path := filepath.Join(r.Dir, rundir.HistoryFile)
	lines := int64(0)
	info, err := os.Stat(path)
	if err == nil {
		lines = info.Size()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	checkpoints, err := rundir.Checkpoints(r.Dir)
	switch {
	case err != nil:
		return false, err
	case len(checkpoints) == 0 && lines > 0:
		if r.untouched(path) { // killed before the first checkpoint
			return false, nil
		}
		return false, fmt.Errorf("%w: %s has a history and no checkpoint, so nothing can continue it: bring back a %s, "+
			"or read the history as it is (slhmc report) and start another run", ErrIncomplete, r.Dir, rundir.CheckpointName(0))
	case len(checkpoints) > 0 && info == nil:
		return false, fmt.Errorf("%w: %s has checkpoints and no %s: bring it back, or start another run in another directory", ErrIncomplete, r.Dir, rundir.HistoryFile)
	}
	return len(checkpoints) > 0, nil
}

// untouched reports whether a history has no trajectory.
func (r *Run) untouched(path string) bool {
	trajectories := 0
	err := readJournal(path, func(j *rundir.JournalReader) error {
		line, err := decodeLine(j)
		if line.Record != nil {
			trajectories++
		}
		return err
	})
	return err == nil && trajectories == 0
}

// restore puts the run where the checkpoint says it stood. Errors wrap ErrOtherRun or
// ErrSettings if an older checkpoint would not do either.
func (r *Run) restore(c *rundir.Checkpoint) (changes []Change, err error) {
	identity, err := c.Text(sectionIdentity)
	if err != nil {
		return nil, err
	}
	if identity != r.Identity {
		return nil, fmt.Errorf("%w: %s", ErrOtherRun, firstDifference(identity, r.Identity))
	}
	settings, err := c.Text(sectionSettings)
	if err != nil {
		return nil, err
	}
	if settings != r.Settings {
		if r.Changes == nil {
			return nil, fmt.Errorf("%w: %s", ErrOtherRun, firstDifference(settings, r.Settings))
		}
		if changes, err = r.Changes(settings); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSettings, err)
		}
	}
	if err := r.restoreState(c); err != nil {
		return nil, err
	}
	links := r.Links.Export(nil)
	if err := c.Float64s(sectionLinks, links); err != nil {
		return nil, err
	}
	r.Links.Import(links)
	// Links are put back into the group after each accepted trajectory: they are off
	// by some N^2 roundings.
	if off := r.Links.Unitarity(); !(off < 1e-10) {
		return nil, fmt.Errorf("%s: its links are off %v by %.2g", c.Name(), r.Links.Group(), off)
	}
	if r.Guide != nil {
		theta := make([]float64, r.Guide.NumParams())
		if err := c.Float64s(sectionParams, theta); err != nil {
			return nil, err
		}
		for k, x := range theta {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("%s: parameter %d of the guide is %v", c.Name(), k, x)
			}
		}
		if err := r.Guide.SetParams(theta); err != nil {
			return nil, err
		}
	}
	if err := r.restoreSpectra(c); err != nil {
		return nil, err
	}
	if r.Trainer != nil {
		if err := r.Trainer.restore(c, r.Links); err != nil {
			return nil, err
		}
	}
	return changes, r.resumeJournals(c)
}

// restoreState reads where the run stood.
func (r *Run) restoreState(c *rundir.Checkpoint) error {
	var s state
	if err := c.JSON(sectionState, &s); err != nil {
		return err
	}
	names, total := map[string]bool{}, 0
	for _, p := range r.Phases {
		names[p.Name] = true
		n, accepted := s.Done[p.Name], s.Accepted[p.Name]
		if n < 0 || accepted < 0 || accepted > n {
			return fmt.Errorf("%s: %d of %d trajectories of %s accepted", c.Name(), accepted, n, p.Name)
		}
		total += n
	}
	for _, done := range []map[string]int{s.Done, s.Accepted} {
		for _, name := range slices.Sorted(maps.Keys(done)) {
			if !names[name] {
				return fmt.Errorf("%s: there is no phase %q", c.Name(), name)
			}
		}
	}
	if s.Trajectory != c.Trajectory() || uint64(total) != s.Trajectory || s.Refused < 0 || s.Failed < 0 {
		return fmt.Errorf("%s: it says trajectory %d, and %d of all phases", c.Name(), s.Trajectory, total)
	}
	if s.Done == nil || s.Accepted == nil || s.Expected == nil {
		return fmt.Errorf("%s: its state lacks counts", c.Name())
	}
	r.state = s
	return r.fits()
}

// fits says whether the phases can have these lengths, the run being where it is.
func (r *Run) fits() error {
	for i, p := range r.Phases {
		n := r.state.Done[p.Name]
		over := slices.ContainsFunc(r.Phases[i+1:], func(q Phase) bool { return r.state.Done[q.Name] > 0 })
		switch {
		case n > p.Trajectories:
			return fmt.Errorf("%w: %d trajectories of %s are done, it cannot have %d (allowed: at least %[2]d)", ErrSettings, n, p.Name, p.Trajectories)
		case over && n != p.Trajectories && !p.Production:
			return fmt.Errorf("%w: %s is over, and what came after it is built on its %d trajectories (allowed: %[3]d)", ErrSettings, p.Name, n)
		}
	}
	return nil
}

// resumeJournals cuts the journals to where they stood.
func (r *Run) resumeJournals(c *rundir.Checkpoint) (err error) {
	var history, timings rundir.Mark
	if err := c.JSON(sectionHistory, &history); err != nil {
		return err
	}
	if err := c.JSON(sectionTimings, &timings); err != nil {
		return err
	}
	if r.history, _, err = rundir.ResumeJournal(filepath.Join(r.Dir, rundir.HistoryFile), history); err != nil {
		return err
	}
	if err := r.salvage(timings); err != nil {
		return errors.Join(err, r.history.Close())
	}
	return nil
}

// salvage opens the timings, or what is left of them.
func (r *Run) salvage(at rundir.Mark) (err error) {
	lost := ""
	if r.timings, lost, err = rundir.SalvageJournal(filepath.Join(r.Dir, rundir.TimingsFile), at); err != nil {
		return err
	}
	if lost != "" {
		r.notice("times of trajectories are lost: %s", lost)
	}
	return nil
}

func (t *Trainer) restore(c *rundir.Checkpoint, u *gauge.Field) error {
	var n int
	if err := c.JSON(sectionOptimizer, &n); err != nil {
		return err
	}
	if n < 0 || n > 2*t.Guide.NumParams()+1 {
		return fmt.Errorf("sampler: optimizer state of %d numbers", n)
	}
	numbers := make([]float64, n)
	if err := c.Float64s(sectionOptimizer+" numbers", numbers); err != nil {
		return err
	}
	if err := t.Optimizer.SetState(numbers, t.Guide.NumParams()); err != nil {
		return err
	}
	var kept []uint64
	if err := c.JSON(sectionKept, &kept); err != nil {
		return err
	}
	if len(kept) > t.Keep {
		return fmt.Errorf("sampler: %d kept trajectories (allowed: %d)", len(kept), t.Keep)
	}
	t.kept, t.dropped = nil, nil
	for i, trajectory := range kept {
		s := sample{trajectory, gauge.NewField(u.Geometry(), u.Group()), gauge.NewField(u.Geometry(), u.Group())}
		links := u.Export(nil)
		for _, end := range []struct {
			name string
			u    *gauge.Field
		}{{"start", s.start}, {"end", s.end}} {
			if err := c.Float64s(keptSection(i, end.name), links); err != nil {
				return err
			}
			end.u.Import(links)
		}
		t.kept = append(t.kept, s)
	}
	return nil
}

// missing tells which saved configurations are not there any more. They cannot be
// made again from here.
func (r *Run) missing() error {
	if err := r.history.Flush(); err != nil {
		return err
	}
	return readJournal(filepath.Join(r.Dir, rundir.HistoryFile), func(j *rundir.JournalReader) error {
		if !bytes.Contains(j.Record(), []byte(`"saved":`)) { // most lines: not worth their decoding
			return nil
		}
		var rec Record
		if err := j.Decode(&rec); err != nil || rec.Saved == "" {
			return err
		}
		if _, err := os.Lstat(filepath.Join(r.Dir, rec.Saved)); errors.Is(err, fs.ErrNotExist) {
			r.notice("%s was saved after trajectory %d and is not there any more: only another run of the same configuration makes it again", rec.Saved, rec.Trajectory)
		}
		return nil
	})
}

// slowest returns the longest of the last trajectories of the timings; 0 where they
// say nothing.
func slowest(dir string) time.Duration {
	const last = 32
	var seconds []float64
	_ = readJournal(filepath.Join(dir, rundir.TimingsFile), func(r *rundir.JournalReader) error { // a guess does without
		var t Timing
		err := r.Decode(&t)
		seconds = append(seconds, t.total())
		return err
	})
	most := 0.0
	for _, s := range seconds[max(len(seconds)-last, 0):] {
		most = math.Max(most, s)
	}
	return time.Duration(most * float64(time.Second))
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
