package sampler

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/rng"
)

// refusals in a row are told once: at an acceptance of one half they come once in a
// million times.
const refusals = 20

// step does one trajectory and what belongs to it. After an error the run stands, on
// disk too, where it stood before.
func (r *Run) step(p *Phase) error {
	r.trained, r.before = false, r.spectra()
	began := time.Now()
	rec, timing, err := r.trajectory(p)
	if err == nil {
		err = r.history.Append(rec)
	}
	if err != nil {
		return r.back(p, err)
	}
	r.time(timing)
	r.slowest = max(r.slowest, time.Since(began))
	r.count(p, &rec)
	if r.Progress != nil {
		total := uint64(0)
		for _, q := range r.Phases {
			total += uint64(max(q.Trajectories, r.state.Done[q.Name]))
		}
		r.Progress(Progress{*p, r.state.Done[p.Name], r.state.Trajectory, total, rec, timing.total()})
	}
	if r.state.Done[p.Name] == p.Trajectories && p.Measure && !p.Production {
		return r.drifts(p)
	}
	return nil
}

// trajectory does the trajectory, the training and the measurement after it, and
// saves what is to be saved. It changes nothing that back does not mend.
func (r *Run) trajectory(p *Phase) (rec Record, timing Timing, err error) {
	began := time.Now()
	done := r.state.Done[p.Name]
	s := r.Stream.At(r.state.Trajectory)
	t, err := p.Sampler.step(r.Links, s, rules{unconditional: done < p.Unconditional, refuse: r.RefuseFailures})
	if err != nil {
		return rec, timing, err
	}
	if t.Failure != nil && r.state.Failed >= r.MaxFailures {
		return rec, timing, fmt.Errorf("%d proposals in a row have failed (allowed: %d), the last one: %w", r.state.Failed+1, r.MaxFailures, t.Failure)
	}
	rec = newRecord(r.state.Trajectory, p.Name, t)
	timing = Timing{Trajectory: r.state.Trajectory, Seconds: time.Since(began).Seconds(), Forces: forceSeconds(t.Forces)}
	if p.Train && t.Failure == nil {
		began = time.Now()
		start, end := p.Sampler.Proposal()
		r.trained = true
		tr, err := r.Trainer.Step(start, end, r.Stream, r.state.Trajectory)
		if err != nil {
			return rec, timing, err
		}
		rec.Training = r.recordTraining(tr)
		timing.Training = time.Since(began).Seconds()
	}
	if p.Measure && (done+1)%r.MeasureEvery == 0 {
		began = time.Now()
		switch rec.Observables, err = r.measure(s.Child("measure")); {
		case err == nil:
		case p.Production:
			return rec, timing, err
		default: // nothing rests on what is only watched
			r.notice("trajectory %d (%s) has no observables: %v", r.state.Trajectory, p.Name, err)
		}
		timing.Measuring = time.Since(began).Seconds()
	}
	rec.Spectra = r.recordSpectra(p, r.before)
	if p.Production && r.SaveEvery > 0 && (done+1)%r.SaveEvery == 0 {
		rec.Saved = fmt.Sprintf("links-%s-%08d.ildg", p.Name, done+1)
		if err := r.Save(filepath.Join(r.Dir, rec.Saved), r.Links); err != nil {
			return rec, timing, err
		}
	}
	if p.Train && done+1 == p.Trajectories && r.Guide.NumParams() > MaxRecordedParams {
		return rec, timing, r.saveParams(r.state.Trajectory + 1)
	}
	return rec, timing, nil
}

// back takes the trajectory that has failed back, and leaves a checkpoint of the
// state before it.
func (r *Run) back(p *Phase, err error) error {
	start, _ := p.Sampler.Proposal()
	r.Links.Copy(start)
	if r.trained {
		err = errors.Join(err, r.Trainer.undo())
	}
	err = errors.Join(err, r.setSpectra(r.before))
	if r.checkpoint() != nil { // err says more
		return err
	}
	return &Failed{err}
}

// Failed is the error of a trajectory whose state before is in a checkpoint: the run
// can go on from there, with other settings.
type Failed struct{ Err error }

func (f *Failed) Error() string { return f.Err.Error() }

// Unwrap returns why it failed.
func (f *Failed) Unwrap() error { return f.Err }

// count puts the trajectory behind.
func (r *Run) count(p *Phase, rec *Record) {
	s := &r.state
	s.Trajectory++
	s.Done[p.Name]++
	s.Refused++
	if rec.Accepted {
		s.Accepted[p.Name]++
		s.Refused = 0
	}
	if rec.Failure == "" {
		s.Failed = 0
		s.Expected[p.Name] += math.Min(1, math.Exp(-float64(rec.DeltaH)))
	} else {
		s.Failed++
		r.notice("trajectory %d (%s): its proposal failed and counts as refused: %s", rec.Trajectory, p.Name, rec.Failure)
	}
	if s.Refused == refusals {
		r.notice("%d trajectories in a row have been refused, the last one with dH = %.3g: nothing moves "+
			"(more steps, shorter trajectories, or more thermalisation would help)", s.Refused, float64(rec.DeltaH))
	}
}

// time notes how long the trajectory took. Nothing depends on it.
func (r *Run) time(t Timing) {
	if r.timings == nil {
		return
	}
	if err := r.timings.Append(t); err != nil {
		r.withoutTimings(err)
	}
}

// withoutTimings goes on without a journal that could not be written.
func (r *Run) withoutTimings(err error) {
	r.notice("the run goes on without noting times: %v", err)
	_ = r.timings.Close() // as was told
	r.timings = nil
}

func (r *Run) measure(s rng.Stream) (map[string]rundir.Float, error) {
	dst := r.observed
	for _, o := range r.Observables {
		if err := o.Measure(dst[:len(o.Names)], r.Links, s); err != nil {
			return nil, fmt.Errorf("measuring %v: %w", o.Names, err)
		}
		dst = dst[len(o.Names):]
	}
	m := make(map[string]rundir.Float, len(r.names))
	for k, name := range r.names {
		m[name] = rundir.Float(r.observed[k])
	}
	return m, nil
}

// drifts tells which averages still drift at the end of a phase that was to reach
// equilibrium.
func (r *Run) drifts(p *Phase) error {
	if err := r.history.Flush(); err != nil {
		return err
	}
	c, err := collect(r.Dir)
	if err != nil {
		return err
	}
	drifts, _ := c.phases[p.Name].drifts()
	for _, d := range drifts {
		r.notice("%s: %v", p.Name, d)
	}
	return nil
}

// forceSeconds returns those of the terms of each level; nil if none have names.
func forceSeconds(forces []ForceNorm) (seconds [][]float64) {
	for i, f := range forces {
		for _, t := range f.Terms {
			if seconds == nil {
				seconds = make([][]float64, len(forces))
			}
			seconds[i] = append(seconds[i], t.Seconds)
		}
	}
	return seconds
}
