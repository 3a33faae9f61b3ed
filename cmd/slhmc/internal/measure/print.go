package measure

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/svg"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/statistics"
)

// print writes the results as JSON, CSV or tables; what there is to note about files is in
// the JSON, below the tables, and beside the CSV.
func (s *survey) print(to io.Writer, results []*measured) error {
	if !s.json {
		notes := to
		if s.csv {
			notes = s.stderr
		}
		defer func() {
			for _, m := range results {
				for _, n := range m.Notes {
					fmt.Fprintf(notes, "note: %s: %s\n", m.File, n)
				}
			}
		}()
	}
	switch {
	case s.json:
		e := json.NewEncoder(to)
		e.SetEscapeHTML(false)
		for _, m := range results {
			if err := e.Encode(m); err != nil {
				return err
			}
		}
		return nil
	case s.csv:
		return writeCSV(to, results)
	}
	groups := byShape(results)
	for i, group := range groups {
		if i > 0 {
			fmt.Fprintln(to)
		}
		if len(groups) > 1 {
			fmt.Fprintf(to, "%s on %v\n", group[0].Group, group[0].Extents)
		}
		if err := s.table(to, group); err != nil {
			return err
		}
	}
	return nil
}

// byShape splits the results by lattice and group, in the order in which these occur.
func byShape(results []*measured) (groups [][]*measured) {
	for _, m := range results {
		i := slices.IndexFunc(groups, func(g []*measured) bool { return g[0].Group == m.Group && slices.Equal(g[0].Extents, m.Extents) })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], m)
	}
	return groups
}

// table writes the results of a lattice and group: each of a few files, and means.
func (s *survey) table(to io.Writer, results []*measured) error {
	if len(results) < statistics.MinLength {
		if err := s.writeNumbers(to, results); err != nil || len(results) == 1 {
			return err
		}
		fmt.Fprintln(to)
	}
	return s.writeMeans(to, results)
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

// writeCSV writes a row for each file, with empty fields for what it does not have, and
// with lattice and group if these are not those of all.
func writeCSV(to io.Writer, results []*measured) error {
	w := csv.NewWriter(to)
	names := columns(results)
	mixed := len(byShape(results)) > 1
	head := []string{"file"}
	if mixed {
		head = append(head, "group", "extents")
	}
	if err := w.Write(append(head, names...)); err != nil {
		return err
	}
	for _, m := range results {
		row := []string{m.File}
		if mixed {
			row = append(row, m.Group, strings.Trim(strings.ReplaceAll(fmt.Sprint(m.Extents), " ", "x"), "[]"))
		}
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
func (s *survey) writeNumbers(to io.Writer, results []*measured) error {
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
		if m.Flow == nil {
			continue
		}
		for _, scale := range flowScales() {
			if _, err := scale.find(energyCurve(m.Flow), s.Flow.Level); err != nil {
				fmt.Fprintf(w, "%s\t-\t%s\n", scale.name, cli.Reason(err))
			}
		}
		for _, p := range m.Flow {
			t := float64(p.Time)
			charge := ""
			if p.Charge != nil {
				charge = fmt.Sprintf("Q %.6f (improved) %.6f (clover)", float64(*p.Charge), float64(*p.ChargeClover))
			}
			fmt.Fprintf(w, "t = %.6g\tt²E %.10g (clover) %.10g (plaquette)\t%s\n", t, t*t*float64(p.EnergyClover), t*t*float64(p.EnergyPlaquette), charge)
		}
	}
	return w.Flush()
}

// plotFlows draws t²E(t) and, in four dimensions, Q(t) of all files.
func plotFlows(path string, results []*measured) error {
	energy := svg.Figure{Title: "t²E(t), clover", X: "flow time t", Y: "t²E"}
	charge := svg.Figure{Title: "Q(t), improved", X: "flow time t", Y: "Q"}
	for _, m := range results {
		var e, q svg.Curve
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
	figures := []svg.Figure{energy}
	if len(charge.Curves) > 0 {
		figures = append(figures, charge)
	}
	return rundir.WriteAtomic(path, func(w io.Writer) error {
		_, err := io.WriteString(w, svg.Stack(figures))
		return err
	})
}
