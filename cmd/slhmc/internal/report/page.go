package report

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/svg"
)

const reportStyle = `body{font-family:sans-serif;max-width:1340px;margin:2em auto;padding:0 1em;color:#222}
pre{background:#f6f6f6;padding:1em;overflow-x:auto}table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child{text-align:left}figure{display:inline-block;margin:.5em}`

// html returns the page: one file, without links to others.
func (r *runReport) html() string {
	var b strings.Builder
	title := html.EscapeString("slhmc run " + r.Run)
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"/><title>%s</title><style>%s</style></head><body><h1>%s</h1>`, title, reportStyle, title)
	section := func(name string) { fmt.Fprintf(&b, "<h2>%s</h2>", html.EscapeString(name)) }
	section("Results and costs")
	fmt.Fprintf(&b, "<pre>%s</pre>", html.EscapeString(r.Table))
	section("Forces")
	r.terms(&b)
	section("History")
	for _, name := range r.names() {
		f := r.historyOf(name)
		r.figure(&b, &f)
	}
	section("Histograms")
	for _, name := range r.names() {
		if f := r.histogramOf(name); len(f.Curves) > 0 {
			r.figure(&b, &f)
		}
	}
	section("Autocorrelation functions")
	b.WriteString("<p>ρ(t) with its error; the dashed line is the window W where its sum for τ_int ends (hep-lat/0306017).</p>")
	r.analyses(&b)
	section("Configuration")
	fmt.Fprintf(&b, "<pre>%s</pre>", html.EscapeString(r.Config))
	section("Machine")
	fmt.Fprintf(&b, "<pre>%s</pre>", html.EscapeString(string(r.Machine)))
	b.WriteString("</body></html>\n")
	return b.String()
}

// terms lists the forces of each phase, term by term.
func (r *runReport) terms(b *strings.Builder) {
	b.WriteString("<p>|F| is the root of (F^a)² summed over a, its mean over links, kicks and trajectories, or over links of the hardest kick.</p>" +
		"<table><tr><th>phase</th><th>level</th><th>term</th><th>kicks a trajectory</th><th>mean |F|</th><th>max |F|</th><th>share of time</th></tr>")
	for _, p := range r.Phases {
		for _, t := range r.forces[p.Name] {
			name, share := t.Term, "?"
			if name == "" {
				name = "all"
			}
			if t.Share != nil {
				share = fmt.Sprintf("%.3g %%", 100**t.Share)
			}
			fmt.Fprintf(b, "<tr><td>%s</td><td>%d</td><td>%s</td><td>%.4g</td><td>%.4g</td><td>%.4g</td><td>%s</td></tr>",
				html.EscapeString(p.Name), t.Level, html.EscapeString(name), t.Kicks, float64(t.RMS), float64(t.Max), share)
		}
	}
	b.WriteString("</table>")
}

func (r *runReport) figure(b *strings.Builder, f *svg.Figure) {
	fmt.Fprintf(b, "<figure>%s</figure>", f.String())
}

// names returns the quantities of all phases, in the order of the history.
func (r *runReport) names() (names []string) {
	for _, p := range r.Phases {
		for _, s := range p.Series {
			if !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
		}
	}
	return names
}

// each calls visit for the phases that have a quantity, with a curve of the phase's
// name and colour.
func (r *runReport) each(name string, visit func(c svg.Curve, s *reportedSeries)) {
	for i := range r.Phases {
		for k := range r.Phases[i].Series {
			if s := &r.Phases[i].Series[k]; s.Name == name {
				visit(svg.Curve{Label: r.Phases[i].Name, Colour: i + 1}, s)
			}
		}
	}
}

// historyOf draws a quantity against Monte Carlo time, phase by phase.
func (r *runReport) historyOf(name string) svg.Figure {
	f := svg.Figure{Title: name, X: "trajectory", Y: name}
	switch name {
	case "dH":
		f.Marks = []svg.Mark{{At: 0}}
	case "acceptance": // all of its range
		f.Marks = []svg.Mark{{At: 0}, {At: 1}}
	}
	mean := 1
	r.each(name, func(c svg.Curve, s *reportedSeries) {
		c.X = s.History.Trajectory
		positive := true
		for _, v := range s.History.Value {
			c.Y = append(c.Y, float64(v))
			positive = positive && v > 0
		}
		f.Log = name == "loss" && positive
		f.Curves = append(f.Curves, c)
		mean = max(mean, s.History.Mean)
	})
	if mean > 1 {
		f.Title += fmt.Sprintf(" (means of %d)", mean)
	}
	return f
}

// histogramOf draws the distribution of a quantity, phase by phase.
func (r *runReport) histogramOf(name string) svg.Figure {
	f := svg.Figure{Title: name, X: name, Y: "entries"}
	r.each(name, func(c svg.Curve, s *reportedSeries) {
		if s.Histogram == nil {
			return
		}
		edges := s.Histogram.Edges // a staircase, so that several can be seen
		c.X, c.Y = append(c.X, edges[0]), append(c.Y, 0)
		for i, n := range s.Histogram.Counts {
			c.X = append(c.X, edges[i], edges[i+1])
			c.Y = append(c.Y, float64(n), float64(n))
		}
		c.X, c.Y = append(c.X, edges[len(edges)-1]), append(c.Y, 0)
		f.Curves = append(f.Curves, c)
	})
	return f
}

// analyses draws the autocorrelation function of each quantity and phase, and lists
// what follows from it.
func (r *runReport) analyses(b *strings.Builder) {
	var rows strings.Builder
	for _, p := range r.Phases {
		for _, s := range p.Series {
			a := s.Analysis
			if a == nil {
				fmt.Fprintf(&rows, "<tr><td>%s</td><td>%s</td><td>%d</td><td colspan=\"4\">%s</td></tr>",
					html.EscapeString(p.Name), html.EscapeString(s.Name), s.Entries, html.EscapeString(s.Note))
				continue
			}
			fmt.Fprintf(&rows, "<tr><td>%s</td><td>%s</td><td>%d</td><td>%.8g</td><td>%.2g</td><td>%.3g(%.2g)</td><td>%d</td></tr>",
				html.EscapeString(p.Name), html.EscapeString(s.Name), s.Entries, a.Mean, a.Error, a.TauInt, a.TauIntError, a.Window*a.Every)
			f := svg.Figure{
				Title: p.Name + ": " + s.Name, X: "t (trajectories)", Y: "ρ(t)",
				Marks:  []svg.Mark{{At: 0}, {At: float64(a.Window * a.Every), Vertical: true, Label: fmt.Sprintf("W = %d", a.Window*a.Every)}},
				Curves: []svg.Curve{{Y: a.Rho, Errors: a.RhoError, Points: true}},
			}
			for t := range a.Rho {
				f.Curves[0].X = append(f.Curves[0].X, float64(t*a.Every))
			}
			if len(a.Rho) > 1 {
				r.figure(b, &f)
			}
		}
	}
	fmt.Fprintf(b, "<table><tr><th>phase</th><th>quantity</th><th>entries</th><th>mean</th><th>error</th><th>τ_int (trajectories)</th><th>window</th></tr>%s</table>", rows.String())
}
