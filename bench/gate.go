package bench

import (
	"fmt"
	"io"
	"math"
	"sort"
	"strings"

	"golang.org/x/perf/benchmath"
)

// InstructionsTolerance is the relative difference of instruction counts that
// fails the gate. Repeated counts of the same binary agree to half a percent: the
// runtime's own work, some 3e5 instructions in 1e8, differs from run to run.
const InstructionsTolerance = 0.02

// Counted is a case whose instructions the gate counts: with Few calls and with
// Many, so that the difference is that of the calls alone.
type Counted struct {
	Case      string
	Few, Many int
}

// CountedCases returns the cases whose instructions are counted: kernels on the
// smallest lattice, with calls for some 3 10^7 instructions.
func CountedCases() []Counted {
	var list []Counted
	for kernel, many := range map[string]int{
		"staggered-dslash/SU3/L=4/double": 800, "staggered-dslash/SU3/L=4/single": 1600,
		"staggered-dslash/SU2/L=4/double": 1600,
		"staggered-force/SU3/L=4/double":  800, "cg-iterations/SU3/L=4/double": 20,
		"wilson-hop/SU3/L=4/double": 400, "gauge-force/SU3/L=4/double": 60, "gauge-drift/SU3/L=4/double": 260,
		"stout-forward/SU3/L=4/double": 50, "stout-backward/SU3/L=4/double": 20,
	} {
		list = append(list, Counted{kernel + "/workers=1", many / 10, many + many/10})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Case < list[j].Case })
	return list
}

// Instructions are those of a call, from the totals of both numbers of calls.
func (c Counted) Instructions(few, many float64) float64 {
	return (many - few) / float64(c.Many-c.Few)
}

// Rounds are what the gate measured: samples of both sides, round by round in one
// run, and instructions of a call where they were counted.
type Rounds struct {
	Base, Head                         Samples
	BaseInstructions, HeadInstructions map[string]float64
	Passed                             []string // what was not done, and why
}

// GateTime is the ratio of times of a case, head to base, of each round. It is
// advice: nothing fails by it.
type GateTime struct {
	Case  string
	Ratio benchmath.Summary // median over the rounds with its interval
}

// Ruling is what the gate says.
type Ruling struct {
	Exact        []Verdict // allocations, iterations, counts
	Instructions []Verdict
	Times        []GateTime
	New, Gone    []string // cases of one side only
	Passed       []string // what nobody looked at, and why
}

// Bad returns the verdicts that fail the gate.
func (r *Ruling) Bad() (bad []Verdict) {
	for _, list := range [][]Verdict{r.Exact, r.Instructions} {
		for _, v := range list {
			if v.Outcome.Bad() {
				bad = append(bad, v)
			}
		}
	}
	return bad
}

// Rule judges the rounds: allocations, iterations and counts of flops and bytes
// exactly, instructions beyond InstructionsTolerance, and times by the ratio of
// each round, for advice.
//
// Errors: *Incomparable: no case in common.
func (r *Rounds) Rule() (*Ruling, error) {
	ruling := &Ruling{Passed: r.Passed}
	var names []string
	for name := range r.Head {
		switch {
		case strings.HasPrefix(name, "roofline-"):
		case r.Base[name] == nil:
			ruling.New = append(ruling.New, name)
		default:
			names = append(names, name)
		}
	}
	for name := range r.Base {
		if r.Head[name] == nil {
			ruling.Gone = append(ruling.Gone, name)
		}
	}
	if len(names) == 0 {
		return nil, &Incomparable{[]string{"no case in common"}}
	}
	for _, list := range [][]string{names, ruling.New, ruling.Gone} {
		sort.Strings(list)
	}
	ruling.Exact = judgeExact(r.Base, r.Head, names)
	for _, name := range names {
		a, b := r.Base[name][unitTime], r.Head[name][unitTime]
		n := min(len(a), len(b))
		ratios := make([]float64, n)
		for i := range n {
			ratios[i] = b[i] / a[i]
		}
		if n > 0 {
			t := benchmath.DefaultThresholds
			ruling.Times = append(ruling.Times, GateTime{name, benchmath.AssumeNothing.Summary(benchmath.NewSample(ratios, &t), confidence)})
		}
	}
	for _, c := range CountedCases() {
		a, b := r.BaseInstructions[c.Case], r.HeadInstructions[c.Case]
		if a == 0 || b == 0 {
			continue
		}
		v := Verdict{Case: c.Case, Unit: "instructions/op", Ratio: b / a, P: 1, Outcome: Same}
		v.Old.Center, v.New.Center = a, b
		switch {
		case v.Ratio > 1+InstructionsTolerance:
			v.Outcome = More
		case v.Ratio < 1-InstructionsTolerance:
			v.Outcome = Fewer
		}
		ruling.Instructions = append(ruling.Instructions, v)
	}
	return ruling, nil
}

// Write prints the ruling.
func (r *Ruling) Write(w io.Writer) error {
	t := newColumns(w, 0)
	same := 0
	for _, v := range r.Exact {
		if v.Outcome == Same {
			same++
			continue
		}
		t.row("%s\t%s\t%.8g -> %.8g\t%s", v.Outcome, v.Unit, v.Old.Center, v.New.Center, v.Case)
	}
	for _, v := range r.Instructions {
		t.row("%s\t%s\t%.6g -> %.6g\t%+.2f%%\t%s", v.Outcome, v.Unit, v.Old.Center, v.New.Center, 100*(v.Ratio-1), v.Case)
	}
	for _, g := range r.Times {
		s := g.Ratio
		note := ""
		switch {
		case s.Lo > 1:
			note = "longer"
		case s.Hi < 1:
			note = "shorter"
		}
		interval := fmt.Sprintf("[%+.1f%%, %+.1f%%]", 100*(s.Lo-1), 100*(s.Hi-1))
		if math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0) {
			interval = "[too few rounds]"
		}
		t.row("time\t%s\t%+.1f%% %s\t%s", note, 100*(s.Center-1), interval, g.Case)
	}
	for _, name := range r.New {
		t.row("new\t\t\t%s", name)
	}
	for _, name := range r.Gone {
		t.row("gone\t\t\t%s", name)
	}
	if err := t.flush(); err != nil {
		return err
	}
	for _, what := range r.Passed {
		if _, err := fmt.Fprintf(w, "PASSED OVER: %s\n", what); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%d counts are equal; times are advice\n", same)
	return err
}
