package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// measured is the result of a file: a line of the output.
type measured struct {
	File    string   `json:"file"`
	Notes   []string `json:"notes,omitempty"` // about the file; promises that it breaks
	Numbers []number `json:"numbers"`
	Flow    []flowed `json:"flow,omitempty"`
}

// measureSettings are all that the numbers depend on: results of other settings are
// not continued.
type measureSettings struct {
	What   []string      `json:"what"`
	Smear  []string      `json:"smear,omitempty"`
	Flow   flowSettings  `json:"flow"`
	Quarks quarkSettings `json:"quarks"`
	Seed   uint64        `json:"seed"`
}

// survey is one invocation of slhmc measure.
type survey struct {
	measureSettings
	shape   shapeFlags
	out     string
	json    bool
	csv     bool
	plot    string
	workers int
	quiet   bool
	stderr  *os.File

	told  format.Shape
	smear []smearing
	pool  *lattice.Pool
	set   *setup
}

// setup is what is made for configurations of one shape.
type setup struct {
	shape   format.Shape
	u       *gauge.Field
	network *covnet.Network
	measure measurement
	flower  *flower
}

func measureCommand(stderr *os.File) *cobra.Command {
	s := &survey{stderr: stderr}
	text := `Measure reads configurations in any format, smears and flows them if asked to, and
measures observables:

`
	for _, o := range observables() {
		text += fmt.Sprintf("    %-20s %s\n", o.name, o.about)
	}
	c := &cobra.Command{
		Use:   "measure FILE...",
		Short: "Measure observables on configuration files",
		Long: text + `
With --out results are kept, file by file, and the command continues where it was
stopped. Of eight files and more the table has means with errors by the Gamma method,
files being neighbours in Monte Carlo time in the order given.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return s.run(c, args) },
	}
	s.shape.add(c)
	f := c.Flags()
	f.StringSliceVarP(&s.What, "what", "w", []string{"plaquette", "polyakov"}, "observables, with commas between them")
	f.StringArrayVar(&s.Smear, "smear", nil, "smear first, in the order given: "+smearingForms)
	f.StringVar(&s.Flow.Kind, "flow", "", "gradient flow, after smearing: wilson, symanzik or zeuthen; observables are those of its end")
	f.Float64Var(&s.Flow.Time, "flow-time", 1, "flow time to reach, in lattice units")
	f.Float64Var(&s.Flow.Step, "flow-step", .01, "step of the flow (the first one, if adaptive)")
	f.Float64Var(&s.Flow.Tolerance, "flow-tolerance", 0, "adaptive steps with this error each (0: fixed steps)")
	f.StringVar(&s.plot, "plot", "", "SVG file for t²E(t) and Q(t) of the flows")
	f.Float64Var(&s.Quarks.Mass, "mass", .1, "mass of staggered quarks")
	f.Float64Var(&s.Quarks.Tolerance, "tolerance", 1e-10, "relative residual of solves")
	f.IntVar(&s.Quarks.Noise, "noise", 10, "noise vectors of the condensate")
	f.IntVar(&s.Quarks.Eigenvalues, "eigenvalues", 10, "how many eigenvalues")
	f.Uint64Var(&s.Seed, "seed", 1, "seed of noise; each file has its own, by its name")
	f.StringVarP(&s.out, "out", "o", "", "file that keeps the results, to be continued")
	f.BoolVar(&s.json, "json", false, "one JSON object a file and line")
	f.BoolVar(&s.csv, "csv", false, "one row a file, with a header")
	f.IntVar(&s.workers, "workers", runtime.GOMAXPROCS(0), "goroutines that share a lattice; any number gives the same bits")
	f.BoolVar(&s.quiet, "quiet", false, "print no progress")
	return c
}

// check says what is wrong with the command line.
func (s *survey) check() (err error) {
	if s.told, err = s.shape.shape(); err != nil {
		return err
	}
	if err := checkObservables(s.What); err != nil {
		return err
	}
	for _, text := range s.Smear {
		one, err := parseSmearing(text)
		if err != nil {
			return err
		}
		s.smear = append(s.smear, one)
	}
	if err := s.Flow.check(); err != nil {
		return err
	}
	switch {
	case s.json && s.csv:
		return usage{errors.New("--json and --csv (allowed: one of them)")}
	case s.plot != "" && s.Flow.Kind == "":
		return usage{errors.New("--plot needs --flow")}
	case s.workers < 1 || s.workers > 1024:
		return usage{fmt.Errorf("--workers %d (allowed: 1 … 1024)", s.workers)}
	}
	return nil
}

func (s *survey) run(c *cobra.Command, files []string) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	for i, f := range files {
		if slices.Contains(files[:i], f) {
			return usage{fmt.Errorf("%s twice", f)}
		}
	}
	results, journal, err := s.open()
	if err != nil {
		return err
	}
	if journal != nil {
		defer func() { err = errors.Join(err, journal.Close()) }()
	}
	s.pool = lattice.NewPool(s.workers)
	defer s.pool.Close()
	ctx, stop := rundir.Interrupt(c.Context())
	defer stop()
	if err := s.all(ctx, files, results, journal); err != nil {
		return err
	}
	var wanted []*measured // in the order of the command line
	for _, f := range files {
		wanted = append(wanted, results[f])
	}
	if s.plot != "" {
		if err := plotFlows(s.plot, wanted); err != nil {
			return err
		}
	}
	if err := s.print(c.OutOrStdout(), wanted); err != nil || s.json { // where they are too
		return err
	}
	notes := c.OutOrStdout()
	if s.csv {
		notes = s.stderr
	}
	for _, m := range wanted {
		for _, n := range m.Notes {
			fmt.Fprintf(notes, "note: %s: %s\n", m.File, n)
		}
	}
	return nil
}

// all measures the files that have no result yet.
func (s *survey) all(ctx context.Context, files []string, results map[string]*measured, journal *rundir.Journal) error {
	bar := newBar(s.stderr, s.quiet, len(files))
	defer bar.end()
	for i, f := range files {
		bar.show(i, f)
		if results[f] != nil {
			continue
		}
		if ctx.Err() != nil {
			bar.end()
			if journal == nil {
				return fmt.Errorf("interrupted after %d of %d files (with --out, results are kept)", i, len(files))
			}
			fmt.Fprintf(s.stderr, "interrupted after %d of %d files; the same command continues\n", i, len(files))
			return sampler.ErrInterrupted
		}
		m, err := s.one(f)
		if err != nil {
			return err
		}
		results[f] = m
		if journal != nil {
			if err := journal.Append(m); err != nil {
				return err
			}
			if err := journal.Flush(); err != nil {
				return err
			}
		}
	}
	bar.show(len(files), "")
	return nil
}

// open reads what --out holds, and opens it for more. Errors: other settings.
func (s *survey) open() (results map[string]*measured, journal *rundir.Journal, err error) {
	results = map[string]*measured{}
	if s.out == "" {
		return results, nil, nil
	}
	settings, err := json.Marshal(s.measureSettings)
	if err != nil {
		return nil, nil, err
	}
	offset := int64(0)
	file, err := os.Open(s.out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, nil, err
	default:
		defer file.Close()
		r := rundir.NewJournalReader(s.out, file)
		r.TolerateTorn() // of a command that was killed
		for first := true; r.Next(); first = false {
			if first {
				if string(r.Record()) != string(settings) {
					return nil, nil, usage{fmt.Errorf("%s holds results of other settings, %s: choose another --out", s.out, r.Record())}
				}
			} else {
				var m measured
				if err := r.Decode(&m); err != nil {
					return nil, nil, err
				}
				results[m.File] = &m
			}
			offset = r.Offset()
		}
		if err := r.Err(); err != nil {
			return nil, nil, err
		}
	}
	if journal, _, err = rundir.ResumeJournal(s.out, rundir.Mark{Offset: offset}); err == nil && offset == 0 {
		err = journal.Append(json.RawMessage(settings))
	}
	return results, journal, err
}

// one measures a file.
func (s *survey) one(path string) (*measured, error) {
	options, err := s.shape.options()
	if err != nil {
		return nil, err
	}
	f, err := openShaped(path, s.told, options...)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := s.prepare(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := f.ReadInto(s.set.u); err != nil {
		return nil, err
	}
	u := s.set.network.Forward(s.set.u)
	m := &measured{File: path, Notes: remarksOf(f.Header)}
	var scales []number
	if s.set.flower != nil {
		if m.Flow, scales, err = s.set.flower.run(u); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		u = s.set.flower.flow.Links()
	}
	if m.Numbers, err = s.set.measure(u, rng.New(s.Seed).Child(path)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.Numbers = append(m.Numbers, scales...)
	return m, nil
}

// prepare makes what files of this shape need, once.
func (s *survey) prepare(f *format.File) error {
	if s.set != nil && slices.Equal(s.set.shape.Extents, f.Extents) && s.set.shape.Group == f.Group {
		return nil
	}
	u, err := f.NewField(lattice.WithPool(s.pool))
	if err != nil {
		return err
	}
	set := &setup{shape: f.Shape, u: u}
	var layers []covnet.Layer
	for _, one := range s.smear {
		l, err := one.layers(u)
		if err != nil {
			return err
		}
		layers = append(layers, l...)
	}
	set.network = covnet.NewNetwork(u, layers...)
	if set.measure, err = newMeasurement(s.What, u, s.Quarks); err != nil {
		return err
	}
	if s.Flow.Kind != "" {
		if set.flower, err = newFlower(s.Flow, u); err != nil {
			return err
		}
	}
	s.set = set
	return nil
}
