package sampler

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/action"
)

// Watched is an action that follows the spectrum of its operator, such as
// [action.Rational]: what it has seen is part of where a run stands, and of its history.
type Watched struct {
	Name   string
	Action interface {
		Spectrum() action.Spectrum
		SetSpectrum(s action.Spectrum) error
	}
}

// RecordedSpectrum is the spectrum of D^†D of a watched action as last measured in a
// trajectory, and the interval that its approximations are made for from then on.
type RecordedSpectrum struct {
	Of       string          `json:"of"`
	Lo       rundir.Float    `json:"lo"`
	Hi       rundir.Float    `json:"hi"`
	Interval [2]rundir.Float `json:"interval"`
	Widened  int             `json:"widened,omitempty"` // how often so far
}

const sectionSpectra = "spectra"

// spectra returns those of the watched actions.
func (r *Run) spectra() (all []action.Spectrum) {
	for _, w := range r.Watched {
		all = append(all, w.Action.Spectrum())
	}
	return all
}

// setSpectra puts the watched actions where they stood.
func (r *Run) setSpectra(all []action.Spectrum) error {
	if len(all) != len(r.Watched) {
		return fmt.Errorf("sampler: %d spectra of %d actions", len(all), len(r.Watched))
	}
	for i, w := range r.Watched {
		if err := w.Action.SetSpectrum(all[i]); err != nil {
			return fmt.Errorf("sampler: spectrum of %s: %w", w.Name, err)
		}
	}
	return nil
}

// recordSpectra puts down those that are known, and tells of intervals that had to be
// made wider in production: on the way there they follow the links.
func (r *Run) recordSpectra(p *Phase, before []action.Spectrum) (list []RecordedSpectrum) {
	for i, w := range r.Watched {
		s := w.Action.Spectrum()
		if s.Interval.Hi == 0 {
			continue
		}
		if p.Production && before[i].Interval.Hi != 0 && s.Widened > before[i].Widened {
			r.notice("trajectory %d: D^†D of %s has eigenvalues from %.3g to %.3g: its approximations are made for %.3g to %.3g now (were: %.3g to %.3g)",
				r.state.Trajectory, w.Name, s.Lo, s.Hi, s.Interval.Lo, s.Interval.Hi, before[i].Interval.Lo, before[i].Interval.Hi)
		}
		list = append(list, RecordedSpectrum{
			Of: w.Name, Lo: rundir.Float(s.Lo), Hi: rundir.Float(s.Hi),
			Interval: [2]rundir.Float{rundir.Float(s.Interval.Lo), rundir.Float(s.Interval.Hi)}, Widened: s.Widened,
		})
	}
	return list
}

// saveSpectra writes them to a checkpoint, if there are any.
func (r *Run) saveSpectra(w *rundir.CheckpointWriter) {
	if len(r.Watched) > 0 {
		w.JSON(sectionSpectra, r.spectra())
	}
}

// restoreSpectra reads them.
func (r *Run) restoreSpectra(c *rundir.Checkpoint) error {
	if len(r.Watched) == 0 {
		return nil
	}
	if !slices.Contains(c.Sections(), sectionSpectra) {
		return fmt.Errorf("%s: it lacks the %s", c.Name(), sectionSpectra)
	}
	var all []action.Spectrum
	if err := c.JSON(sectionSpectra, &all); err != nil {
		return err
	}
	return r.setSpectra(all)
}
