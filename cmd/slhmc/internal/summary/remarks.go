package summary

import (
	"fmt"
	"strings"

	"github.com/slhmc/slhmc/sampler"
)

// Acceptances outside these bounds are worth a change of the settings: below, nothing
// moves; above, a trajectory has more steps than pay.
const (
	leastAcceptance = 0.01
	mostAcceptance  = 0.995
	enough          = 20 // trajectories to speak of an acceptance
)

// remarks returns what a person should know of a run beside its numbers.
func remarks(s *sampler.Summary) (list []string) {
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	for _, e := range s.Events {
		for _, f := range e.Sources {
			add("began with the %s of %s (SHA-256 %.16s…; %s)", f.What, f.File, f.SHA256, f.About)
		}
		for _, change := range e.Changes {
			add("from trajectory %d on: %v", e.Trajectory, change)
		}
	}
	if p := s.Phases["thermalise"]; p != nil {
		for _, d := range p.Drifts {
			add("thermalise: %v: it may have been too short (run.thermalise = %d)", d, p.Trajectories)
		}
	}
	if p := s.Phases["thermalise"]; p != nil && len(p.Untold) > 0 {
		add("thermalise: its %d trajectories are too few to tell whether these still drift: %s", p.Trajectories, strings.Join(p.Untold, ", "))
	}
	for _, name := range []string{"thermalise", "train", "hmc", "slhmc"} {
		if p := s.Phases[name]; p != nil && p.Failed > 0 {
			add("%s: %d of %d proposals failed and count as refused", name, p.Failed, p.Trajectories)
		}
	}
	for _, name := range []string{"hmc", "slhmc"} {
		p := s.Phases[name]
		if p == nil || p.Trajectories < enough {
			continue
		}
		switch a := float64(p.Acceptance.Value); {
		case a < leastAcceptance:
			add("%s: %d of %d trajectories were accepted: nearly nothing moves (more %s.steps, or a smaller %s.tau%s)",
				name, p.Accepted, p.Trajectories, name, name, map[string]string{"slhmc": ", or a guide that is nearer to the target"}[name])
		case a > mostAcceptance:
			add("%s: %d of %d trajectories were accepted: fewer %[1]s.steps, or a larger %[1]s.tau, would cost less", name, p.Accepted, p.Trajectories)
		}
	}
	return append(list, s.Notes...)
}

// writeRemarks puts them below the tables.
func writeRemarks(b *strings.Builder, list []string) {
	if len(list) == 0 {
		return
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	for _, text := range list {
		fmt.Fprintf(b, "note: %s\n", text)
	}
}
