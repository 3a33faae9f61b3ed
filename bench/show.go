package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteTable prints the medians of a record.
func (r *Record) WriteTable(w io.Writer) error {
	t := newColumns(w, tabwriter.AlignRight)
	t.row("time\t±\tns/site\tGFLOP/s\tGB/s\t%% of roof\titerations\tallocations\t  case")
	s := r.Samples()
	for _, name := range r.Cases() {
		units := s[name]
		of := func(unit, format string) string {
			if len(units[unit]) == 0 {
				return "-"
			}
			return fmt.Sprintf(format, median(units[unit]))
		}
		x := units[unitTime]
		m := median(x)
		sites := "-"
		if v := units[unitSite]; len(v) > 0 {
			sites = fmt.Sprintf("%.3g", median(v)*1e9)
		}
		t.row("%s\t%.0f%%\t%s\t%s\t%s\t%s\t%s\t%s\t  %s", duration(m), 100*spread(x), sites,
			of(unitSpeed, "%.3g"), of(unitBandwidth, "%.3g"), of(unitShare, "%.0f"), of(unitIterations, "%.4g"), of(unitAllocs, "%.0f"), name)
	}
	return t.flush()
}

// spread is the median distance from the median, relative.
func spread(x []float64) float64 {
	m := median(x)
	d := make([]float64, len(x))
	for i := range x {
		d[i] = max(x[i]-m, m-x[i]) / m
	}
	return median(d)
}

// duration writes seconds in the unit that fits.
func duration(s float64) string {
	switch {
	case s < 1e-6:
		return fmt.Sprintf("%.3g ns", s*1e9)
	case s < 1e-3:
		return fmt.Sprintf("%.3g us", s*1e6)
	case s < 1:
		return fmt.Sprintf("%.3g ms", s*1e3)
	}
	return fmt.Sprintf("%.3g s", s)
}

// Write prints the judgement: what differs, and how many do not.
func (j *Judgement) Write(w io.Writer) error {
	same := map[bool]int{}
	times, seen := 0, 0
	t := newColumns(w, 0)
	for _, v := range j.Verdicts {
		timed := v.Unit == unitTime
		if timed {
			times++
			if !v.Blind {
				seen++
			}
		}
		if v.Outcome == Same {
			same[timed]++
			continue
		}
		if timed {
			t.row("%s\t%s -> %s\t%+.1f%% [%+.1f%%, %+.1f%%]\tp = %.1g\t%s", v.Outcome, duration(v.Old.Center), duration(v.New.Center),
				100*(v.Ratio-1), 100*(v.Lo-1), 100*(v.Hi-1), v.P, v.Case)
		} else {
			t.row("%s\t%.6g -> %.6g\t%s\t\t%s", v.Outcome, v.Old.Center, v.New.Center, v.Unit, v.Case)
		}
	}
	for _, name := range j.New {
		t.row("%s\t\t\t\t%s", New, name)
	}
	if err := t.flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "unchanged: %d times (within %.1f%% of A/A noise, or p above %g), %d counts; a time longer by %.0f%% would have shown in %d of %d cases\n",
		same[true], 100*j.Noise, FalseAlarm, same[false], 100*Visible, seen, times)
	return err
}

// columns is text in columns, with the first error of writing it.
type columns struct {
	tab *tabwriter.Writer
	err error
}

func newColumns(w io.Writer, flags uint) *columns {
	return &columns{tab: tabwriter.NewWriter(w, 0, 0, 2, ' ', flags)}
}

// row writes a line; tabs end cells.
func (c *columns) row(format string, values ...any) {
	if c.err == nil {
		_, c.err = fmt.Fprintf(c.tab, format+"\n", values...)
	}
}

func (c *columns) flush() error {
	if c.err != nil {
		return c.err
	}
	return c.tab.Flush()
}
