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
	Cases   []Case
	Samples int           // of each case
	Visits  int           // of which a sample is the fastest, fewer of cases that take long
	Time    time.Duration // of a sample, at least, all its visits together
	Commit  string        // what is measured
	// Progress is called before each visit, if not nil: round counts from 0 to
	// Samples x Visits - 1.
	Progress func(round int, c *Case)
}

// patience is how many times the time of a sample its visits may take, with all that
// is prepared for them, before no more are made: large lattices are not filled again
// and again.
const patience = 25

// schedule returns the sample that each round is a visit of. Visits of a sample are as
// far apart as they can be within a half of the run, so that the samples of both halves
// tell what the machine has done meanwhile (see Samples.Noise).
func schedule(samples, visits int) (rounds []int) {
	for _, half := range [][2]int{{0, samples / 2}, {samples / 2, samples}} {
		for range visits {
			for k := half[0]; k < half[1]; k++ {
				rounds = append(rounds, k)
			}
		}
	}
	return rounds
}

// Run measures the roofline, and then all cases round by round: what disturbs
// the machine for a while disturbs all of them alike. A sample is the fastest of
// several visits in distant rounds: the neighbours of a virtual machine slow it down for
// seconds, a third of the time on some, and a sample that is taken at once does not
// outlast that. The probes of the roofline are always among the cases: where they
// differ, so did the machine.
//
// Errors: those of a case; the machine cannot be named; no samples or visits;
// interrupted.
func Run(ctx context.Context, p Plan) (*Record, error) {
	if p.Samples < 1 || p.Visits < 1 || len(p.Cases) == 0 {
		return nil, fmt.Errorf("bench: %d samples of %d visits of %d cases (allowed: at least 1 of each)", p.Samples, p.Visits, len(p.Cases))
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
	samples, took := make([][]Sample, p.Samples), make([][]time.Duration, p.Samples)
	for k := range samples {
		samples[k], took[k] = make([]Sample, len(p.Cases)), make([]time.Duration, len(p.Cases))
	}
	for round, k := range schedule(p.Samples, p.Visits) {
		for i := range p.Cases {
			c := &p.Cases[i]
			if ctx.Err() != nil {
				return nil, fmt.Errorf("bench: %w", ctx.Err())
			}
			if took[k][i] > patience*p.Time {
				continue
			}
			if p.Progress != nil {
				p.Progress(round, c)
			}
			began := time.Now()
			s, err := c.Measure(p.Time / time.Duration(p.Visits))
			if err != nil {
				return nil, err
			}
			samples[k][i] = samples[k][i].with(s)
			took[k][i] += time.Since(began)
		}
	}
	for _, s := range slices.Concat(samples...) {
		line := &benchfmt.Result{Name: benchfmt.Name(prefix + s.Case.Name()), Iters: s.Calls, Values: s.Metrics(roofs[s.Case.Workers])}
		line.Config = append(line.Config, config...)
		rec.Results = append(rec.Results, line)
	}
	rec.tidy()
	if noise, err := rec.Samples().Noise(); err == nil { // else too few samples to tell
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
