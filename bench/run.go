package bench

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"golang.org/x/perf/benchfmt"
)

// Plan is how cases are measured.
type Plan struct {
	Cases  []Case
	Rounds int           // samples of each case, one a round
	Time   time.Duration // of a sample, at least
	Commit string        // what is measured
	// Progress is called before each sample, if not nil.
	Progress func(round int, c *Case)
}

// Run measures the roofline, and then all cases round by round: what disturbs
// the machine for a while disturbs all of them alike. The probes of the
// roofline are always among them: where they differ, so did the machine.
//
// Errors: those of a case; the machine cannot be named; no rounds; interrupted.
func Run(ctx context.Context, p Plan) (*Record, error) {
	if p.Rounds < 1 || len(p.Cases) == 0 {
		return nil, fmt.Errorf("bench: %d rounds of %d cases (allowed: at least 1 of each)", p.Rounds, len(p.Cases))
	}
	machine, err := ThisMachine()
	if err != nil {
		return nil, err
	}
	rec := &Record{Source: "this run"}
	var config []benchfmt.Config
	for _, k := range append(machine.keys(), [2]string{keyCommit, p.Commit}) {
		config = append(config, benchfmt.Config{Key: k[0], Value: []byte(k[1]), File: true})
	}
	p.Cases = withProbes(p.Cases)
	roofs := map[int]*Roof{}
	for i := range p.Cases {
		w := p.Cases[i].Workers
		if roofs[w] != nil {
			continue
		}
		if roofs[w], err = Probe(w, 5*p.Time); err != nil {
			return nil, err
		}
	}
	for round := range p.Rounds {
		for i := range p.Cases {
			c := &p.Cases[i]
			if ctx.Err() != nil {
				return nil, fmt.Errorf("bench: %w", ctx.Err())
			}
			if p.Progress != nil {
				p.Progress(round, c)
			}
			s, err := c.Measure(p.Time)
			if err != nil {
				return nil, err
			}
			line := &benchfmt.Result{Name: benchfmt.Name(prefix + c.Name()), Iters: s.Calls, Values: s.Metrics(roofs[c.Workers])}
			line.Config = append(line.Config, config...)
			rec.Results = append(rec.Results, line)
		}
	}
	rec.tidy()
	if noise, err := rec.Samples().Noise(); err == nil { // else too few rounds to tell
		rec.setKey(keyNoise, strconv.FormatFloat(noise, 'g', 3, 64))
	}
	return rec, nil
}

// withProbes adds the probes of the roofline that are not among the cases, but for
// that of the memory, which takes long.
func withProbes(cases []Case) []Case {
	all := slices.Clone(cases)
	for _, probe := range roofline() {
		with := func(x Case) bool { return x.Workers == probe.Workers }
		known := func(x Case) bool { return x.Name() == probe.Name() }
		if probe.Level != "memory" && slices.ContainsFunc(cases, with) && !slices.ContainsFunc(cases, known) {
			all = append(all, probe)
		}
	}
	return all
}
