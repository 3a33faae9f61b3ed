// Package report is slhmc report: a page about a run, and the same as JSON.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/summary"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/sampler"
)

// runReport is a run as slhmc report shows it.
type runReport struct {
	Run     string                           `json:"run"`
	Config  string                           `json:"config"` // TOML
	Machine json.RawMessage                  `json:"machine"`
	Summary map[string]any                   `json:"summary"`
	Table   string                           `json:"-"`
	Phases  []reportedPhase                  `json:"phases"`
	forces  map[string][]sampler.TermSummary // of each phase
}

// reportedPhase is the history of a phase, in Monte Carlo time.
type reportedPhase struct {
	Name   string           `json:"name"`
	First  uint64           `json:"first_trajectory"`
	Series []reportedSeries `json:"series"`
}

// reportedSeries is one quantity in a phase. Of a long one, history holds means of
// consecutive entries.
type reportedSeries struct {
	Name      string             `json:"name"`
	Entries   int                `json:"entries"`
	History   reportedHistory    `json:"history"`
	Histogram *reportedHistogram `json:"histogram,omitempty"`
	Analysis  *reportedAnalysis  `json:"analysis,omitempty"`
	Note      string             `json:"note,omitempty"` // why there is no analysis
}

type reportedHistory struct {
	Trajectory []float64      `json:"trajectory"`
	Value      []rundir.Float `json:"value"`
	Mean       int            `json:"entries_in_each"`
}

type reportedHistogram struct {
	Edges  []float64 `json:"edges"`
	Counts []uint64  `json:"counts"`
}

// reportedAnalysis is what the Gamma method says, autocorrelation function included:
// rho and the window in entries, of which there is one every so many trajectories,
// tau_int in trajectories.
type reportedAnalysis struct {
	Mean        float64   `json:"mean"`
	Error       float64   `json:"error"`
	TauInt      float64   `json:"tau_int"`
	TauIntError float64   `json:"tau_int_error"`
	Window      int       `json:"window"`
	Every       int       `json:"every"`
	Rho         []float64 `json:"rho"`
	RhoError    []float64 `json:"rho_error"`
}

// Names of the files that slhmc report writes.
const (
	reportPage = "report.html"
	reportData = "report.json"
)

// Command returns the command.
func Command(own ...config.Action) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "report DIR",
		Short: "Write a page about a run, and the same as JSON",
		Long: `Report writes ` + reportPage + `, a self-contained page about a run - configuration,
history, histograms, autocorrelation functions with their windows, results and costs -
and ` + reportData + ` with the same numbers. The run may still be going on.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				out = args[0]
			}
			r, err := newReport(args[0], own)
			if err != nil {
				return err
			}
			if err := rundir.Sweep(out); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			data, page := filepath.Join(out, reportData), filepath.Join(out, reportPage)
			if err := cli.WriteJSON(data, r); err != nil {
				return err
			}
			err = rundir.WriteAtomic(page, func(w io.Writer) error {
				_, err := io.WriteString(w, r.html())
				return err
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n%s\n", page, data)
			return err
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "folder to write to (default: DIR)")
	return c
}

// newReport reads a run directory.
func newReport(dir string, own []config.Action) (*runReport, error) {
	if _, err := os.Stat(filepath.Join(dir, rundir.HistoryFile)); err != nil {
		return nil, cli.Usage(fmt.Errorf("%s holds no run: %w", dir, err))
	}
	path := filepath.Join(dir, summary.ConfigFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c, err := config.Parse(path, text, nil, own...)
	if err != nil {
		return nil, cli.Usage(err)
	}
	s, err := sampler.Summarise(dir)
	if err != nil {
		return nil, err
	}
	r := &runReport{Run: filepath.Base(filepath.Clean(dir)), Config: string(text), Summary: summary.JSON(s)}
	if r.Machine, err = os.ReadFile(filepath.Join(dir, summary.MachineFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	} else if !json.Valid(r.Machine) {
		r.Machine = json.RawMessage("{}")
	}
	var table strings.Builder
	if err := summary.Write(&table, c, s); err != nil {
		return nil, err
	}
	r.Table = table.String()
	r.forces = map[string][]sampler.TermSummary{}
	for name, p := range s.Phases {
		r.forces[name] = p.Forces
	}
	r.Phases, err = history(dir)
	return r, err
}

// raw is a series as it stands in the history.
type raw struct {
	name string
	at   []float64 // trajectories
	x    []float64
}

// history reads all series of a run.
func history(dir string) (phases []reportedPhase, err error) {
	var series [][]*raw // of each phase
	add := func(phase int, name string, trajectory uint64, v float64) {
		i := slices.IndexFunc(series[phase], func(s *raw) bool { return s.name == name })
		if i < 0 {
			i = len(series[phase])
			series[phase] = append(series[phase], &raw{name: name})
		}
		s := series[phase][i]
		s.at, s.x = append(s.at, float64(trajectory)), append(s.x, v)
	}
	for line, err := range sampler.History(dir) {
		if err != nil {
			return nil, err
		}
		if line.Record == nil {
			continue
		}
		record := line.Record
		p := slices.IndexFunc(phases, func(p reportedPhase) bool { return p.Name == record.Phase })
		if p < 0 {
			p = len(phases)
			phases = append(phases, reportedPhase{Name: record.Phase, First: record.Trajectory})
			series = append(series, nil)
		}
		accepted := 0.0
		if record.Accepted {
			accepted = 1
		}
		add(p, "acceptance", record.Trajectory, accepted)
		if record.Failure == "" {
			add(p, "dH", record.Trajectory, float64(record.DeltaH))
		}
		if record.Training != nil {
			add(p, "loss", record.Trajectory, float64(record.Training.Loss))
		}
		var names []string
		for name := range record.Observables {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			add(p, name, record.Trajectory, float64(record.Observables[name]))
		}
	}
	for p := range phases {
		for _, s := range series[p] {
			phases[p].Series = append(phases[p].Series, s.reported())
		}
	}
	return phases, nil
}

// reported analyses a series.
func (s *raw) reported() reportedSeries {
	out := reportedSeries{Name: s.name, Entries: len(s.x), History: s.history(), Histogram: s.histogram()}
	e, err := statistics.Gamma(s.x)
	if err != nil {
		out.Note = cli.Reason(err)
		return out
	}
	every := 1
	if len(s.at) > 1 {
		every = int(s.at[1] - s.at[0])
	}
	tau := float64(every)
	out.Analysis = &reportedAnalysis{e.Value, e.Error, tau * e.TauInt, tau * e.TauIntError, e.Window, every, e.Rho, e.RhoError}
	return out
}

// history thins a series to what a page can show, by means of consecutive entries;
// zeros and ones are always averaged, for a curve of theirs would be a bar.
func (s *raw) history() (h reportedHistory) {
	const most, fewest = 500, 20
	h.Mean = (len(s.x) + most - 1) / most
	if s.name == "acceptance" {
		h.Mean = max(h.Mean, min(fewest, len(s.x)))
	}
	for i := 0; i < len(s.x); i += h.Mean {
		end := min(i+h.Mean, len(s.x))
		var at, x statistics.Sum
		for k := i; k < end; k++ {
			at.Add(s.at[k])
			x.Add(s.x[k])
		}
		n := float64(end - i)
		h.Trajectory, h.Value = append(h.Trajectory, at.Value()/n), append(h.Value, rundir.Float(x.Value()/n))
	}
	return h
}

// histogram counts the finite entries in about sqrt(n) bins; nil if they do not
// spread.
func (s *raw) histogram() *reportedHistogram {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range s.x {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	width := hi - lo
	if s.name == "acceptance" || !(width > 1e-9*math.Max(math.Abs(lo), math.Abs(hi))) {
		return nil
	}
	bins := min(max(int(math.Sqrt(float64(len(s.x)))), 5), 60)
	h := statistics.NewHistogram(lo, hi+1e-6*width, bins) // the largest entry is within
	for _, v := range s.x {
		h.Add(v)
	}
	out := &reportedHistogram{Counts: h.Counts}
	for i := range bins + 1 {
		out.Edges = append(out.Edges, h.Edge(i))
	}
	return out
}
