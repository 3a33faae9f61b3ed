package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/statistics"
)

// print writes the results as JSON, CSV or a table.
func (s *survey) print(to io.Writer, results []*measured) error {
	switch {
	case s.json:
		e := json.NewEncoder(to)
		for _, m := range results {
			if err := e.Encode(m); err != nil {
				return err
			}
		}
		return nil
	case s.csv:
		return writeCSV(to, results)
	case len(results) >= statistics.MinLength:
		return writeMeans(to, results)
	}
	return writeNumbers(to, results)
}

// columns returns the names of all numbers, in the order in which they first occur.
func columns(results []*measured) (names []string) {
	for _, m := range results {
		for _, n := range m.Numbers {
			if !slices.Contains(names, n.Name) {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

// find returns the number of a name.
func (m *measured) find(name string) (number, bool) {
	i := slices.IndexFunc(m.Numbers, func(n number) bool { return n.Name == name })
	if i < 0 {
		return number{}, false
	}
	return m.Numbers[i], true
}

// writeCSV writes a row for each file, with empty fields for what it does not have.
func writeCSV(to io.Writer, results []*measured) error {
	w := csv.NewWriter(to)
	names := columns(results)
	if err := w.Write(append([]string{"file"}, names...)); err != nil {
		return err
	}
	for _, m := range results {
		row := []string{m.File}
		for _, name := range names {
			n, ok := m.find(name)
			if !ok {
				row = append(row, "")
				continue
			}
			row = append(row, strconv.FormatFloat(float64(n.Value), 'g', -1, 64))
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// writeNumbers writes the numbers of a few files, one below the other.
func writeNumbers(to io.Writer, results []*measured) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for i, m := range results {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, m.File)
		for _, n := range m.Numbers {
			if n.Error != nil {
				fmt.Fprintf(w, "%s\t%.12g\t± %.2g\n", n.Name, float64(n.Value), float64(*n.Error))
			} else {
				fmt.Fprintf(w, "%s\t%.12g\t\n", n.Name, float64(n.Value))
			}
		}
		for _, p := range m.Flow {
			t := float64(p.Time)
			charge := ""
			if p.Charge != nil {
				charge = fmt.Sprintf("Q %.6f", float64(*p.Charge))
			}
			fmt.Fprintf(w, "t = %.6g\tt²E %.10g (clover) %.10g (plaquette)\t%s\n", t, t*t*float64(p.EnergyClover), t*t*float64(p.EnergyPlaquette), charge)
		}
	}
	return w.Flush()
}

// quantity is a mean over files, or a function of means.
type quantity struct {
	name   string
	series [][]float64
	f      func(means []float64) float64
}

// writeMeans writes the means over files with their errors by the Gamma method and, for
// comparison, by the jackknife with bins of about 2 tau_int; effective masses of the
// pion and the static potential follow from the means.
func writeMeans(to io.Writer, results []*measured) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d files\tmean\terror\tby jackknife\ttau_int\n", len(results))
	for _, q := range quantities(results) {
		e, err := statistics.GammaDerived(q.f, q.series)
		if err != nil {
			fmt.Fprintf(w, "%s\t%s\n", q.name, reason(err))
			continue
		}
		jackknife := "-"
		if j, err := statistics.JackknifeDerived(q.f, max(int(math.Ceil(2*e.TauInt)), 1), q.series...); err == nil {
			jackknife = fmt.Sprintf("%.2g", j.Error)
		}
		fmt.Fprintf(w, "%s\t%.10g\t%.2g\t%s\t%.2g\n", q.name, e.Value, e.Error, jackknife, e.TauInt)
	}
	return w.Flush()
}

func reason(err error) string { return strings.TrimPrefix(err.Error(), "statistics: ") }

// quantities lists what has a value on every file, and what is derived of it.
func quantities(results []*measured) (all []quantity) {
	series := map[string][]float64{}
	names := columns(results)
	for _, name := range names {
		var x []float64
		for _, m := range results {
			if n, ok := m.find(name); ok {
				x = append(x, float64(n.Value))
			}
		}
		if len(x) == len(results) {
			series[name] = x
			all = append(all, quantity{name, [][]float64{x}, func(m []float64) float64 { return m[0] }})
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
		all = append(all, quantity{name, s, f})
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

// plotFlows draws t²E(t) and, in four dimensions, Q(t) of all files.
func plotFlows(path string, results []*measured) error {
	energy := figure{Title: "t²E(t), clover", X: "flow time t", Y: "t²E"}
	charge := figure{Title: "Q(t), improved", X: "flow time t", Y: "Q"}
	for _, m := range results {
		var e, q curve
		for _, p := range m.Flow {
			t := float64(p.Time)
			e.X, e.Y = append(e.X, t), append(e.Y, t*t*float64(p.EnergyClover))
			if p.Charge != nil {
				q.X, q.Y = append(q.X, t), append(q.Y, float64(*p.Charge))
			}
		}
		energy.Curves = append(energy.Curves, e)
		if len(q.X) > 0 {
			charge.Curves = append(charge.Curves, q)
		}
	}
	figures := []figure{energy}
	if len(charge.Curves) > 0 {
		figures = append(figures, charge)
	}
	return rundir.WriteAtomic(path, func(w io.Writer) error {
		_, err := io.WriteString(w, stack(figures))
		return err
	})
}
