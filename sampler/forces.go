package sampler

import (
	"math"

	"github.com/slhmc/slhmc/internal/rundir"
)

// TermSummary is one term of the force of a level of the dynamics, over a phase.
type TermSummary struct {
	Level int          `json:"level"`
	Term  string       `json:"term,omitempty"` // "": all of the level
	RMS   rundir.Float `json:"rms"`            // over links, kicks and trajectories
	Max   rundir.Float `json:"max"`            // root mean square over links of the hardest kick
	Kicks float64      `json:"kicks_per_trajectory"`
	Share *float64     `json:"share_of_time,omitempty"` // of the seconds of trajectories; nil: not known
}

// forces are those of the levels' terms over a phase, in the order of the history.
type forces struct {
	levels [][]termForce
	n      float64 // trajectories

	total   float64 // seconds of the trajectories that tell those of their forces
	seconds [][]float64
}

type termForce struct {
	name        string
	square, max float64
	kicks       float64
}

// record adds a trajectory that came to its end. Levels and their terms are those of the first one: a run
// cannot change them.
func (f *forces) record(of []RecordedForce) {
	if f.levels == nil {
		f.levels = make([][]termForce, len(of))
	}
	f.n++
	for i, l := range of[:min(len(of), len(f.levels))] {
		terms := l.Terms
		if terms == nil {
			terms = []RecordedTerm{{l.Term, l.RMS, l.Max}}
		}
		for k, t := range terms {
			if k == len(f.levels[i]) {
				f.levels[i] = append(f.levels[i], termForce{name: t.Term})
			}
			s := &f.levels[i][k]
			s.square += float64(t.RMS) * float64(t.RMS)
			s.max = math.Max(s.max, float64(t.Max))
			s.kicks += float64(l.Kicks)
		}
	}
}

// timing adds the seconds of a trajectory.
func (f *forces) timing(t *Timing) {
	if t.Forces == nil {
		return
	}
	f.total += t.Seconds
	if f.seconds == nil {
		f.seconds = make([][]float64, len(t.Forces))
	}
	for i, l := range t.Forces[:min(len(t.Forces), len(f.seconds))] {
		for k, s := range l {
			if k == len(f.seconds[i]) {
				f.seconds[i] = append(f.seconds[i], 0)
			}
			f.seconds[i][k] += s
		}
	}
}

func (f *forces) summary() (list []TermSummary) {
	for i, l := range f.levels {
		for k, t := range l {
			s := TermSummary{Level: i, Term: t.name, RMS: rundir.Float(math.Sqrt(t.square / f.n)), Max: rundir.Float(t.max), Kicks: t.kicks / f.n}
			if i < len(f.seconds) && k < len(f.seconds[i]) && f.total > 0 {
				share := f.seconds[i][k] / f.total
				s.Share = &share
			}
			list = append(list, s)
		}
	}
	return list
}
