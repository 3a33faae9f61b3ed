package summary

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/sampler"
)

// JSON flattens a summary: observables stand beside the rest of their
// phase.
func JSON(s *sampler.Summary) map[string]any {
	m := map[string]any{}
	for name, p := range s.Phases {
		phase := map[string]any{
			"trajectories": p.Trajectories, "accepted": p.Accepted, "unconditional": p.Unconditional, "failed": p.Failed, "acceptance": p.Acceptance, "exp_minus_dh": p.ExpMinusDH,
			"dh": p.DeltaH, "dh_guide": p.GuideDeltaH, "seconds_per_trajectory": p.Seconds,
			"cg_iterations_per_trajectory": p.Iterations, "solves_per_trajectory": p.Solves,
			"operator_applications_per_trajectory": p.Applications,
			"cost_per_independent_configuration":   p.IndependentIn,
			"cost":                                 p.Costs,
		}
		if p.Drifts != nil {
			phase["drifts"] = p.Drifts
		}
		if p.Forces != nil {
			phase["forces"] = p.Forces
		}
		if p.Untold != nil {
			phase["drifts_untold"] = p.Untold
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
	if s.Events != nil {
		m["events"] = s.Events
	}
	return m
}

// published are numbers of the literature.
type published struct{ hmc, slhmc string }

// talk holds the results of A. Tomiya, Y. Nagai, arXiv:2103.11965 for the default
// system, the acceptance as told in their talk.
var talk = map[string]published{
	"plaquette":      {"0.7025(1)", "0.7023(2)"},
	"polyakov_trace": {"0.82(1)", "0.83(1)"},
	"condensate":     {"0.4245(5)", "0.4241(5)"},
	"acceptance":     {"", "about 0.4"},
}

// isTalk reports whether c is the system of those numbers: target, guide and length of
// the trajectories, and a network of these layers, whatever its weights begin with.
func isTalk(c *config.Config) bool {
	layer := func(l config.Layer) bool {
		return l.Kind == "stout" && l.Share == "all" && slices.EqualFunc(l.Terms, []string{"plaquette", "polyakov_space", "polyakov_time"},
			func(t config.Term, loop string) bool { return t.Loop == loop })
	}
	return c.SLHMC != nil && len(c.Quarks) == 1 && slices.EqualFunc(c.SLHMC.Quarks, []float64{0.4},
		func(s config.Seen, mass float64) bool {
			return s.Mass == mass && len(s.Train) == 0 && s.Coefficient == 1 && s.Network
		}) &&
		c.SLHMC.Tau == 1 && c.HMC.Tau == 1 && len(c.SLHMC.Layers) == 2 && layer(c.SLHMC.Layers[0]) && layer(c.SLHMC.Layers[1]) &&
		slices.Equal(c.Lattice.Extents, []int{4, 4, 4, 4}) && c.Lattice.Group == "SU(2)" &&
		c.Gauge.Action == "plaquette" && c.Gauge.Beta == 2.7 &&
		isTalkQuarks(&c.Quarks[0])
}

func isTalkQuarks(q *config.Quarks) bool {
	return q.Action == "staggered" && q.Flavours == 4 && q.Mass == 0.3 && !slices.ContainsFunc(q.Theta, func(x float64) bool { return x != 0 }) &&
		slices.Equal(q.Boundary, []string{"periodic", "periodic", "periodic", "antiperiodic"})
}

// Write prints HMC and SLHMC side by side: what they found, with errors and
// integrated autocorrelation times, and what it cost. Only columns of phases that
// were run are there; "?" stands for an error that the series is too short to tell.
func Write(w io.Writer, c *config.Config, s *sampler.Summary) error {
	var b strings.Builder
	if t := newTable(s, isTalk(c)); len(t.phases) > 0 {
		t.results()
		t.costs()
		t.costTable()
		t.write(&b)
		if t.talk {
			b.WriteString("published: A. Tomiya, Y. Nagai, arXiv:2103.11965\n")
		}
	}
	if s.Training != nil {
		writeTraining(&b, s.Training)
	}
	writeRemarks(&b, remarks(s))
	_, err := io.WriteString(w, b.String())
	return err
}

// writeTraining prints how the training went, with the first weights of many.
func writeTraining(b *strings.Builder, t *sampler.TrainingSummary) {
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "training: %d steps, loss %.4g -> %.4g, mean exp(-loss) at the end %.3f\nweights: ",
		t.Steps, float64(t.LossFirst), float64(t.LossLast), float64(t.ExpMinusLoss))
	if t.WeightsNorm != nil {
		fmt.Fprintf(b, " more than %d, of norm %.5g (slhmc weights writes them)", sampler.MaxRecordedParams, float64(*t.WeightsNorm))
	}
	const shown = 12
	for _, x := range t.Weights[:min(len(t.Weights), shown)] {
		fmt.Fprintf(b, " %.5f", float64(x))
	}
	if n := len(t.Weights); n > shown {
		fmt.Fprintf(b, " … (%d in all)", n)
	}
	b.WriteByte('\n')
}

// table is a text table: rows of cells, the first of each its name. A row with
// nothing but a name stands alone and makes no column wider.
type table struct {
	summary *sampler.Summary
	talk    bool
	phases  []string // those of hmc and slhmc that were run
	rows    [][]string
}

func newTable(s *sampler.Summary, talk bool) *table {
	t := &table{summary: s, talk: talk}
	for _, name := range []string{"hmc", "slhmc"} {
		if s.Phases[name] != nil {
			t.phases = append(t.phases, name)
		}
	}
	return t
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// observables returns the names to show, those of the talk first. The normalised
// Polyakov loop, the trace over N, is in summary.json.
func (t *table) observables() []string {
	all := map[string]bool{}
	for _, p := range t.phases {
		for o := range t.summary.Phases[p].Observables {
			all[o] = true
		}
	}
	delete(all, "polyakov_normalised")
	var names []string
	for _, o := range []string{"plaquette", "polyakov_trace", "condensate"} {
		if all[o] {
			names = append(names, o)
		}
		delete(all, o)
	}
	return append(names, slices.Sorted(maps.Keys(all))...)
}

// results adds what was found.
func (t *table) results() {
	header := []string{""}
	for _, p := range t.phases {
		header = append(header, strings.ToUpper(p))
	}
	if t.both() {
		header = append(header, "sigma")
	}
	for _, p := range t.phases {
		header = append(header, "tau_int "+strings.ToUpper(p))
	}
	if t.talk {
		for _, p := range t.phases {
			header = append(header, "published "+strings.ToUpper(p))
		}
	}
	t.row(header...)
	for _, o := range t.observables() {
		t.quantity(o, func(p *sampler.PhaseSummary) (sampler.Quantity, bool) {
			q, ok := p.Observables[o]
			return q, ok
		})
	}
	t.quantity("acceptance", func(p *sampler.PhaseSummary) (sampler.Quantity, bool) { return p.Acceptance, true })
	t.quantity("<exp(-dH)>", func(p *sampler.PhaseSummary) (sampler.Quantity, bool) { return p.ExpMinusDH, true })
	t.row("tau_int in trajectories")
}

func (t *table) both() bool { return len(t.phases) == 2 }

// quantity adds a row of values with errors.
func (t *table) quantity(name string, of func(*sampler.PhaseSummary) (sampler.Quantity, bool)) {
	row, taus, known := []string{name}, []string(nil), []string(nil)
	for _, p := range t.phases {
		value, tau := "", ""
		if q, ok := of(t.summary.Phases[p]); ok {
			value, tau = WithError(q)
		}
		row, taus = append(row, value), append(taus, tau)
		known = append(known, map[string]string{"hmc": talk[name].hmc, "slhmc": talk[name].slhmc}[p])
	}
	if t.both() {
		sigma := ""
		if x, ok := t.summary.Agreement[name]; ok {
			sigma = fmt.Sprintf("%.1f", float64(x))
		}
		row = append(row, sigma)
	}
	row = append(row, taus...)
	if t.talk {
		row = append(row, known...)
	}
	t.row(row...)
}

// costs adds what it took.
func (t *table) costs() {
	t.row()
	t.number("trajectories", func(p *sampler.PhaseSummary) (float64, bool) { return float64(p.Trajectories), true })
	t.number("ms per trajectory", func(p *sampler.PhaseSummary) (float64, bool) { return 1000 * p.Seconds, true })
	quarks := slices.ContainsFunc(t.phases, func(p string) bool { return t.summary.Phases[p].Solves > 0 })
	if quarks {
		t.number("CG iterations per trajectory", func(p *sampler.PhaseSummary) (float64, bool) { return p.Iterations, true })
	}
	names := t.observables()
	if len(names) == 0 {
		return
	}
	t.row()
	t.row("for each independent configuration (2 tau_int trajectories), as seen by")
	for _, o := range names {
		cost := func(of func(sampler.Cost) float64) func(*sampler.PhaseSummary) (float64, bool) {
			return func(p *sampler.PhaseSummary) (float64, bool) {
				c, ok := p.IndependentIn[o]
				return of(c), ok
			}
		}
		t.number("  "+o+": ms", cost(func(c sampler.Cost) float64 { return 1000 * c.Seconds }))
		if quarks {
			t.number("  "+o+": CG iterations", cost(func(c sampler.Cost) float64 { return c.Iterations }))
		}
	}
}

// number adds a row of plain numbers, "?" where there is none.
func (t *table) number(name string, of func(*sampler.PhaseSummary) (float64, bool)) {
	row := []string{name}
	for _, p := range t.phases {
		cell := "?"
		if x, ok := of(t.summary.Phases[p]); ok {
			cell = plain(x)
		}
		row = append(row, cell)
	}
	t.row(row...)
}

// write writes the rows, every column as wide as its widest cell.
func (t *table) write(b *strings.Builder) {
	var width []int
	for _, r := range t.rows {
		for i, cell := range r {
			if i == len(width) {
				width = append(width, 0)
			}
			if len(r) > 1 {
				width[i] = max(width[i], utf8.RuneCountInString(cell))
			}
		}
	}
	for _, r := range t.rows {
		var line strings.Builder
		for i, cell := range r {
			fmt.Fprintf(&line, "%-*s  ", width[i], cell)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// plain writes a number with four digits, all of them if it is large.
func plain(x float64) string {
	if math.Abs(x) >= 1000 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.4g", x)
}

// WithError writes a value as 0.70253(10), the error in units of the last digits,
// and its integrated autocorrelation time; "?" for an error that is not known.
func WithError(q sampler.Quantity) (value, tau string) {
	v := float64(q.Value)
	switch {
	case q.Error == nil:
		return fmt.Sprintf("%.6g(?)", v), "?"
	case *q.Error == 0:
		return fmt.Sprintf("%.6g", v), "-"
	}
	return bracket(v, *q.Error, 2), bracket(*q.TauInt, *q.TauIntError, 1)
}

// bracket writes v(e) with the given number of digits of e after the point, and
// all those before it; v ± e where these would be too many on either side.
func bracket(v, e float64, digits int) string {
	if e >= 1e4 {
		return fmt.Sprintf("%.3g ± %.1g", v, e)
	}
	if e < 1e-13 {
		return fmt.Sprintf("%.6g ± %.1g", v, e)
	}
	smallest, decimals := math.Pow10(digits-1)-0.05*math.Pow10(digits-1), 0
	unit := e
	for ; unit < smallest && decimals < 15; unit *= 10 {
		decimals++
	}
	return fmt.Sprintf("%.*f(%.0f)", decimals, v, unit)
}
