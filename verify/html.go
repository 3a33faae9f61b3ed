package verify

import (
	"fmt"
	"html/template"
	"io"
	"math"
)

// The page is one file without scripts, fonts or pictures from elsewhere. A bar
// shows measured/bound on a logarithmic scale of sixteen decades that ends at the
// bound: what is full is at its bound, and a law without tolerance has no bar.
const pageText = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>slhmc verify: {{.Report.Sentence}}</title>
<style>
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #5c6670; --line: #d5dae0; --shade: #f3f5f8; --good: #19713f; --bad: #b3261e; --curve: #1f5fae; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e4e8ed; --faint: #9aa5b1; --line: #343b44; --shade: #1d2228; --good: #6fce95; --bad: #ff8a80; --curve: #82b4f0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.verdict { border-left: .4rem solid var(--good); background: var(--shade); padding: .8rem 1rem; margin: 1rem 0; }
.verdict.broken { border-color: var(--bad); }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
.faint, footer { color: var(--faint); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--faint); font-weight: 500; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.law { white-space: nowrap; }
tbody th { padding-top: .9rem; color: var(--ink); font-weight: 600; }
.track { width: 8rem; height: .7rem; margin-top: .35rem; background: var(--shade); border: 1px solid var(--line); border-right: 2px solid var(--ink); }
.fill { height: 100%; background: var(--good); } .fill.broken { background: var(--bad); }
pre { background: var(--shade); padding: .6rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .82rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1.2rem; }
figure { margin: 0; break-inside: avoid; } figcaption { font-size: .82rem; }
svg { width: 100%; height: auto; }
.frame { fill: none; stroke: var(--faint); } .grid { stroke: var(--line); }
.tick, .label { fill: var(--faint); font-size: 11px; } .curve { fill: none; stroke: var(--curve); stroke-width: 1.6; }
.mark, .bar { fill: var(--curve); }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } tr, pre { break-inside: avoid; } .track, .fill, .verdict { print-color-adjust: exact; } }
</style>
</head>
<body>
<header>
<h1>{{.Report.Title}}</h1>
<div class="faint">{{.Report.Program}}, {{.Report.Suite}} suite, seed {{.Report.Seed}}, {{printf "%.1f" .Report.Seconds}} s</div>
<div id="verdict" class="verdict{{if not .Report.OK}} broken{{end}}"><strong>{{.Report.Sentence}}</strong></div>
</header>
{{range .Report.Failed}}<section class="failure">
<h2 class="bad">{{.Name}}</h2>
<p>{{.Failure}}</p>
{{if .Smallest}}<p>After {{.After}} cases that hold; the smallest that does not, and how to repeat it:</p>{{end}}
<pre>{{$.Report.Command .}}</pre>
</section>
{{end}}
<h2>Laws</h2>
<div class="scroll">
<table id="laws">
<thead><tr><th>law</th><th class="number">cases</th><th class="number">checks</th><th>measured / bound, 10⁻¹⁶ to 1</th><th class="number">measured</th><th class="number">bound</th><th>closest statement, and where its bound comes from</th><th class="number">s</th></tr></thead>
{{range .Subjects}}<tbody>
<tr><th colspan="8">{{.Name}}</th></tr>
{{range .Verdicts}}{{if .Applies}}<tr>
<td class="law {{if .OK}}good{{else}}bad{{end}}">{{if .OK}}✓{{else}}✗{{end}} {{.Law}}</td>
<td class="number">{{.Cases}}</td><td class="number">{{.Checks}}</td>
<td>{{with bar .}}<div class="track" title="{{.Title}}"><div class="fill{{if .Broken}} broken{{end}}" style="width:{{.Percent}}%"></div></div>{{else}}<span class="faint">exact</span>{{end}}</td>
<td class="number">{{short .Closest.Measured}}</td><td class="number">{{short .Closest.Bound}}</td>
<td>{{.Closest.Law}} <span class="faint">({{.Closest.Because}})</span></td>
<td class="number">{{printf "%.2f" .Seconds}}</td>
</tr>
{{else}}<tr class="faint"><td class="law">– {{.Law}}</td><td colspan="7">does not apply: {{.Skipped}}</td></tr>
{{end}}{{end}}</tbody>
{{end}}</table>
</div>
{{if .Plots}}<h2>Plots</h2>
<div class="plots">
{{range .Plots}}<figure>{{.Drawing}}<figcaption><strong>{{.Name}}</strong>: {{.Title}}. <span class="faint">{{.Note}}</span></figcaption></figure>
{{end}}</div>
{{end}}<footer><p>A law holds for every correct implementation; that it is the theory whose name it bears is for the twins to say. A result whose bound could not tell right from wrong counts as broken.</p></footer>
</body>
</html>
`

// bar is one on the logarithmic scale.
type bar struct {
	Percent string
	Title   string
	Broken  bool
}

const decades = 16

func newBar(v Verdict) *bar {
	r := v.Closest.Ratio()
	if v.Closest.Bound == 0 && v.OK() {
		return nil
	}
	part := 1.0
	if r < 1 { // NaN is broken, and full
		part = 1 + math.Log10(math.Max(r, math.Pow(10, -decades)))/decades
	}
	return &bar{fmt.Sprintf("%.1f", 100*part), fmt.Sprintf("%.3g of the bound", r), !v.OK()}
}

type pageSubject struct {
	Name     string
	Verdicts []Verdict
}

type pagePlot struct {
	Name, Title, Note string
	Drawing           template.HTML
}

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"bar":   newBar,
	"short": func(x float64) string { return fmt.Sprintf("%.3g", x) },
}).Parse(pageText))

// WriteHTML writes the report as one page that needs nothing else: the verdict,
// what is broken and how to repeat it, a table of laws, and plots.
func (r Report) WriteHTML(w io.Writer) error {
	var subjects []pageSubject
	var plots []pagePlot
	for _, v := range r.Verdicts {
		if n := len(subjects); n == 0 || subjects[n-1].Name != v.Subject {
			subjects = append(subjects, pageSubject{Name: v.Subject})
		}
		s := &subjects[len(subjects)-1]
		s.Verdicts = append(s.Verdicts, v)
		for _, c := range v.Series {
			plots = append(plots, pagePlot{v.Name(), c.Title, c.Note, template.HTML(c.SVG())})
		}
	}
	return page.Execute(w, map[string]any{"Report": r, "Subjects": subjects, "Plots": plots})
}
