package measure

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/statistics"
)

// quantity is a mean over files, or a function of means.
type quantity struct {
	name   string
	series [][]float64
	f      func(means []float64) float64
	curve  bool   // a function of a whole curve: see influence
	remark string // behind the numbers
}

// writeMeans writes the means over files with their errors by the Gamma method and, for
// comparison, by the jackknife with bins of about 2 tau_int; what is derived follows from
// the means. Of fewer than eight files there are no errors.
func (s *survey) writeMeans(to io.Writer, results []*measured) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	all := append(quantities(results), s.flowQuantities(results)...)
	if n := len(results); n < statistics.MinLength {
		fmt.Fprintf(w, "%d files\tmean\t(errors take at least %d)\n", n, statistics.MinLength)
		for _, q := range all {
			value := "-"
			if v := q.f(means(q.series)); !math.IsNaN(v) {
				value = fmt.Sprintf("%.10g", v)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\n", q.name, value, q.remark)
		}
		return w.Flush()
	}
	fmt.Fprintf(w, "%d files\tmean\terror\tby jackknife\ttau_int\t\n", len(results))
	short := false
	for _, q := range all {
		e, err := q.gamma()
		if err != nil {
			fmt.Fprintf(w, "%s\t%s\n", q.name, q.failed(err))
			continue
		}
		jackknife, cut := q.jackknife(e.TauInt)
		short = short || cut
		fmt.Fprintf(w, "%s\t%.10g\t%.2g\t%s\t%.2g\t%s\n", q.name, e.Value, e.Error, jackknife, e.TauInt, q.remark)
	}
	if short {
		fmt.Fprintln(w, "* bins shorter than 2 tau_int, of which there are fewer than eight: too small, if anything")
	}
	return w.Flush()
}

// jackknife returns the error by bins of about 2 tau_int, or, marked, by the longest of
// which there are enough.
func (q quantity) jackknife(tauInt float64) (text string, cut bool) {
	bin := max(int(math.Ceil(2*tauInt)), 1)
	if most := len(q.series[0]) / statistics.MinLength; bin > most {
		bin, cut = most, true
	}
	j, err := statistics.JackknifeDerived(q.f, bin, q.series...)
	if err != nil { // some samples have no value
		return "-", false
	}
	text = fmt.Sprintf("%.2g", j.Error)
	if cut {
		text += "*"
	}
	return text, cut
}

// failed says why there is no error, with the value if that is all that is missing.
func (q quantity) failed(err error) string {
	switch v := q.f(means(q.series)); {
	case !q.curve:
		return cli.Reason(err)
	case math.IsNaN(v):
		return "-\t-\t-\t-\t" + q.remark
	default:
		return fmt.Sprintf("%.10g\t-\t-\t-\t%s (no error: %s)", v, q.remark, cli.Reason(err))
	}
}

func means(series [][]float64) (m []float64) {
	for _, s := range series {
		sum := statistics.Sum{}
		for _, x := range s {
			sum.Add(x)
		}
		m = append(m, sum.Value()/float64(len(s)))
	}
	return m
}

// gamma returns the quantity by the Gamma method.
func (q quantity) gamma() (statistics.Estimate, error) {
	if !q.curve {
		return statistics.GammaDerived(q.f, q.series)
	}
	value := q.f(means(q.series))
	e, err := statistics.Gamma(q.influence(value))
	e.Value = value
	return e, err
}

// influence returns what each file does to f of the means,
//
//	x_i = F + [f(abar + (a_i - abar)/N) - f(abar - (a_i - abar)/N)] N/2,
//
// whose fluctuations are the projected ones of the Gamma method, sum_alpha (df/da_alpha)
// (a_alpha,i - abar_alpha), to first order. The method itself moves one mean at a time by its
// error: of a curve whose points lie closer than that, one point alone would then cross a
// level where the curve does not.
func (q quantity) influence(value float64) []float64 {
	abar := means(q.series)
	n := float64(len(q.series[0]))
	moved := make([]float64, len(abar))
	at := func(i int, c float64) float64 {
		for alpha, m := range abar {
			moved[alpha] = m + c*(q.series[alpha][i]-m)/n
		}
		return q.f(moved)
	}
	x := make([]float64, len(q.series[0]))
	for i := range x {
		x[i] = value + (at(i, 1)-at(i, -1))*n/2
	}
	return x
}

// single is the quantity that is a mean.
func single(name string, series []float64) quantity {
	return quantity{name: name, series: [][]float64{series}, f: func(m []float64) float64 { return m[0] }}
}

// quantities lists what has a value on every file, and what is derived of it; the scales
// of flows are functions of the mean curve, and not here.
func quantities(results []*measured) (all []quantity) {
	series := map[string][]float64{}
	names := columns(results)
	scale := func(name string) bool {
		return results[0].Flow != nil && slices.ContainsFunc(flowScales(), func(s flowScale) bool { return s.name == name })
	}
	for _, name := range names {
		var x []float64
		for _, m := range results {
			if n, ok := m.find(name); ok {
				x = append(x, float64(n.Value))
			}
		}
		if len(x) == len(results) && !scale(name) {
			series[name] = x
			all = append(all, single(name, x))
		}
	}
	derive := func(name string, f func(m []float64) float64, of ...string) {
		var s [][]float64
		for _, o := range of {
			if series[o] == nil {
				return
			}
			s = append(s, series[o])
		}
		all = append(all, quantity{name: name, series: s, f: f})
	}
	for _, name := range names {
		var r, t int
		if n, _ := fmt.Sscanf(name, "pion[%d]", &t); n == 1 && t > 0 {
			derive(fmt.Sprintf("pion_mass[%d]", t), func(m []float64) float64 { return observe.EffectiveMass(m[0], m[1], m[2]) },
				fmt.Sprintf("pion[%d]", t-1), name, fmt.Sprintf("pion[%d]", t+1))
		}
		if n, _ := fmt.Sscanf(name, "wilson_loop[%d,%d]", &r, &t); n == 2 {
			derive(fmt.Sprintf("potential[%d] at %d", r, t), func(m []float64) float64 { return observe.Potential(m[0], m[1]) },
				name, fmt.Sprintf("wilson_loop[%d,%d]", r, t+1))
		}
	}
	return all
}
