package main

import (
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/sampler"
)

// summaryJSON flattens a summary: observables stand beside the rest of their
// phase.
func summaryJSON(s *sampler.Summary) map[string]any {
	m := map[string]any{}
	for name, p := range s.Phases {
		phase := map[string]any{
			"trajectories": p.Trajectories, "acceptance": p.Acceptance, "exp_minus_dh": p.ExpMinusDH,
			"dh": p.DeltaH, "dh_guide": p.GuideDeltaH, "seconds_per_trajectory": p.Seconds,
			"cg_iterations_per_trajectory": p.Iterations, "solves_per_trajectory": p.Solves,
			"operator_applications_per_trajectory": p.Applications,
			"cost_per_independent_configuration":   p.IndependentIn,
		}
		for o, q := range p.Observables {
			phase[o] = q
		}
		m[name] = phase
	}
	if s.Training != nil {
		m["training"] = s.Training
	}
	if s.Agreement != nil {
		m["agreement_sigma"] = s.Agreement
	}
	return m
}

// published are the numbers of a system in the literature.
type published struct {
	hmc, slhmc, source string
}

// talk holds the results of the default system: A. Tomiya, Y. Nagai,
// arXiv:2103.11965 (and the talk of 2021).
var talk = map[string]published{
	"plaquette":      {"0.7025(1)", "0.7023(2)", "arXiv:2103.11965"},
	"polyakov_trace": {"0.82(1)", "0.83(1)", "arXiv:2103.11965"},
	"condensate":     {"0.4245(5)", "0.4241(5)", "arXiv:2103.11965"},
	"acceptance":     {"", "about 0.4", "arXiv:2103.11965"},
}

// isTalk reports whether c is the system of those numbers.
func isTalk(c *config.Config) bool {
	return slices.Equal(c.Lattice.Extents, []int{4, 4, 4, 4}) && c.Lattice.Group == "SU(2)" &&
		c.Gauge.Action == "plaquette" && c.Gauge.Beta == 2.7 &&
		c.Quarks.Action == "staggered" && c.Quarks.Flavours == 4 && c.Quarks.Mass == 0.3 &&
		slices.Equal(c.Quarks.Boundary, []string{"periodic", "periodic", "periodic", "antiperiodic"})
}

// writeTable prints HMC and SLHMC side by side.
func writeTable(w io.Writer, c *config.Config, s *sampler.Summary) error {
	t := &table{w: w, talk: isTalk(c)}
	a, b := s.Phases["hmc"], s.Phases["slhmc"]
	t.line("", "HMC", "SLHMC", "sigma", "tau_int HMC", "tau_int SLHMC", "HMC", "SLHMC")
	if t.talk {
		t.printf("%s\n", strings.Repeat(" ", 66)+"(right: arXiv:2103.11965)")
	}
	names := map[string]bool{}
	for _, p := range []*sampler.PhaseSummary{a, b} {
		if p != nil {
			for o := range p.Observables {
				names[o] = true
			}
		}
	}
	for _, o := range sorted(names) {
		if o == "polyakov_normalised" {
			continue // the trace over N, in summary.json
		}
		t.quantity(o, a, b, func(p *sampler.PhaseSummary) (sampler.Quantity, bool) { q, ok := p.Observables[o]; return q, ok }, s.Agreement)
	}
	always := func(f func(p *sampler.PhaseSummary) sampler.Quantity) func(p *sampler.PhaseSummary) (sampler.Quantity, bool) {
		return func(p *sampler.PhaseSummary) (sampler.Quantity, bool) { return f(p), true }
	}
	t.quantity("acceptance", a, b, always(func(p *sampler.PhaseSummary) sampler.Quantity { return p.Acceptance }), nil)
	t.quantity("<exp(-dH)>", a, b, always(func(p *sampler.PhaseSummary) sampler.Quantity { return p.ExpMinusDH }), nil)
	t.number("trajectories", a, b, func(p *sampler.PhaseSummary) float64 { return float64(p.Trajectories) })
	t.number("ms per trajectory", a, b, func(p *sampler.PhaseSummary) float64 { return 1000 * p.Seconds })
	t.number("CG iterations per trajectory", a, b, func(p *sampler.PhaseSummary) float64 { return p.Iterations })
	for _, o := range sorted(names) {
		if _, known := talk[o]; !known {
			continue
		}
		t.number("ms per independent "+o, a, b, func(p *sampler.PhaseSummary) float64 { return 1000 * p.IndependentIn[o].Seconds })
		t.number("CG per independent "+o, a, b, func(p *sampler.PhaseSummary) float64 { return p.IndependentIn[o].Iterations })
	}
	if tr := s.Training; tr != nil {
		t.printf("\ntraining: %d steps, loss %.4g -> %.4g (<exp(-L)> %.3f at the end), weights", tr.Steps, tr.LossFirst, tr.LossLast, tr.ExpMinusLoss)
		for i, x := range tr.Weights {
			if i == 12 {
				t.printf(" … (%d in all)", len(tr.Weights))
				break
			}
			t.printf(" %.5f", x)
		}
		t.printf("\n")
	}
	return t.err
}

type table struct {
	w    io.Writer
	talk bool
	err  error
}

func (t *table) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

func (t *table) line(name string, cells ...string) {
	s := fmt.Sprintf("%-30s %-16s %-16s %-7s", name, cells[0], cells[1], cells[2])
	if len(cells) > 3 {
		s += fmt.Sprintf(" %-13s %-13s", cells[3], cells[4])
	}
	if t.talk && len(cells) > 5 {
		s += fmt.Sprintf(" %-11s %s", cells[5], cells[6])
	}
	t.printf("%s\n", strings.TrimRight(s, " "))
}

func (t *table) quantity(name string, a, b *sampler.PhaseSummary, of func(*sampler.PhaseSummary) (sampler.Quantity, bool), agreement map[string]float64) {
	var v, tau [2]string
	for i, p := range []*sampler.PhaseSummary{a, b} {
		if p == nil {
			continue
		}
		if q, ok := of(p); ok {
			v[i], tau[i] = withError(q)
		}
	}
	sigma := ""
	if x, ok := agreement[name]; ok {
		sigma = fmt.Sprintf("%.1f", x)
	}
	t.line(name, v[0], v[1], sigma, tau[0], tau[1], talk[name].hmc, talk[name].slhmc)
}

func (t *table) number(name string, a, b *sampler.PhaseSummary, of func(*sampler.PhaseSummary) float64) {
	var v [2]string
	for i, p := range []*sampler.PhaseSummary{a, b} {
		if p != nil {
			v[i] = fmt.Sprintf("%.4g", of(p))
		}
	}
	t.line(name, v[0], v[1], "")
}

// withError writes 0.70253(10): the error in units of the last digits.
func withError(q sampler.Quantity) (value, tau string) {
	if q.Error == nil {
		return fmt.Sprintf("%.6g", float64(q.Value)), "?"
	}
	e := *q.Error
	if e == 0 {
		return fmt.Sprintf("%.6g", float64(q.Value)), "0.5"
	}
	digits := 0
	for scaled := e; scaled < 9.5 && digits < 15; scaled *= 10 {
		digits++
	}
	unit := e
	for range digits {
		unit *= 10
	}
	tau = fmt.Sprintf("%.2f(%.0f)", *q.TauInt, 100**q.TauIntError)
	return fmt.Sprintf("%.*f(%.0f)", digits, float64(q.Value), unit), tau
}

func sorted(m map[string]bool) (names []string) {
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
