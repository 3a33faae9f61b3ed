package bench

import (
	"fmt"
	"io"
)

// Baselines is the folder of records that are kept, one file for each kind of
// machine: <machine key>.txt. Its history is that of the repository.
const Baselines = "bench/baselines"

// Revision is a baseline as one commit recorded it.
type Revision struct {
	Commit, Date string
	Record       *Record
}

// History is a case over the commits that recorded it, the oldest first.
type History struct {
	Case   string
	points []historyPoint
}

type historyPoint struct {
	Revision
	noise   float64
	seconds float64
}

// NewHistory collects a case. Errors: no revision has it; a record without its
// noise.
func NewHistory(name string, revisions []Revision) (*History, error) {
	h := &History{Case: name}
	for _, r := range revisions {
		x := r.Record.Samples()[name][unitTime]
		if len(x) == 0 {
			continue
		}
		noise, err := r.Record.Noise()
		if err != nil {
			return nil, fmt.Errorf("commit %s: %w", r.Commit, err)
		}
		h.points = append(h.points, historyPoint{r, noise, median(x)})
	}
	if len(h.points) == 0 {
		return nil, fmt.Errorf("bench: none of %d baselines has case %q (allowed: names that slhmc bench run prints)", len(revisions), name)
	}
	return h, nil
}

// Write prints the history.
func (h *History) Write(w io.Writer) error {
	t := newColumns(w, 0)
	t.row("commit\tdate\ttime\tchange\tnoise\tGo\t%s", h.Case)
	for i, p := range h.points {
		change := "-"
		if i > 0 {
			change = fmt.Sprintf("%+.1f%%", 100*(p.seconds/h.points[i-1].seconds-1))
		}
		t.row("%.12s\t%s\t%s\t%s\t%.1f%%\t%s\t", p.Commit, p.Date, duration(p.seconds), change, 100*p.noise, p.Record.key(keyGo))
	}
	return t.flush()
}

// Picture draws the history.
func (h *History) Picture() Picture {
	p := &picture{title: h.Case, xname: "commit", yname: "seconds", linear: true}
	c := curve{name: "median", joined: true}
	for i, q := range h.points {
		p.ticks = append(p.ticks, fmt.Sprintf("%.7s", q.Commit))
		c.points = append(c.points, point{float64(i), q.seconds, fmt.Sprintf("%s %s: %s", q.Commit, q.Date, duration(q.seconds))})
	}
	p.curves = []curve{c}
	return Picture{"history", p}
}
