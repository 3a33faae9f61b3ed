package measure

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/gaugefile"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// source is what the numbers of a file depend on, beside the settings: its content, and
// how it was read.
type source struct {
	digest
	Told string `json:"told,omitempty"` // what the command line says of it
}

// measured is the result of a file: a line of the output.
type measured struct {
	File string `json:"file"` // printable
	source
	Extents []int    `json:"extents"`
	Group   string   `json:"group"`
	Notes   []string `json:"notes,omitempty"` // about the file; promises that it breaks
	Numbers []number `json:"numbers"`
	Flow    []flowed `json:"flow,omitempty"`
}

// setup is what is made for configurations of one shape.
type setup struct {
	shape   format.Shape
	u       *gauge.Field
	smearer *smearer
	measure measurement
	flower  *flower
}

// errStopped ends what is being measured when the process is asked to stop.
var errStopped = errors.New("stopped")

func (s *survey) notice(format string, args ...any) {
	fmt.Fprintf(s.stderr, "slhmc: "+format+"\n", args...)
}

func (s *survey) run(c *cobra.Command, files []string) (err error) {
	if err := s.check(c.Flags()); err != nil {
		return err
	}
	inputs, err := s.list(files)
	if err != nil {
		return err
	}
	if s.kept, err = openKept(s.out, s.measureSettings); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.kept.close()) }()
	if s.kept.lock != nil {
		for _, n := range s.kept.lock.Notices() {
			s.notice("%s", n)
		}
	}
	s.pool = lattice.NewPool(s.workers)
	defer s.pool.Close()
	ctx, stop := rundir.Interrupt(c.Context())
	defer stop()
	s.stop = func() error {
		if ctx.Err() != nil {
			return errStopped
		}
		return nil
	}
	results, err := s.all(ctx, inputs)
	if errors.Is(err, sampler.ErrInterrupted) {
		return err // and the results are kept
	}
	if len(results) == 0 {
		return err
	}
	if s.plot != "" {
		if failed := plotFlows(s.plot, results); failed != nil {
			return errors.Join(err, failed)
		}
	}
	return errors.Join(s.print(c.OutOrStdout(), results), err)
}

// all measures the files that have no result yet, and returns the results in order.
// Errors: interrupted; files that could not be measured, of which those of the command line's
// fault are errors of it.
func (s *survey) all(ctx context.Context, files []input) (results []*measured, err error) {
	bar := newBar(s.stderr, s.quiet, len(files))
	defer bar.end()
	var failed []string
	wrong := false // the command line
	first := map[source]string{}
	for i, file := range files {
		bar.show(i, cli.Printable(file.name))
		m, err := s.one(file)
		switch {
		case errors.Is(err, errStopped):
			bar.end()
			if s.kept.journal == nil {
				return results, fmt.Errorf("%w after %d of %d files (with --out, results are kept)", context.Cause(ctx), i, len(files))
			}
			s.notice("%v after %d of %d files; the same command continues", context.Cause(ctx), i, len(files))
			return results, sampler.ErrInterrupted
		case errors.As(err, new(*fatal)):
			return results, err
		case err != nil && len(files) == 1:
			return nil, err
		case err != nil: // the others are measured all the same
			bar.end()
			s.notice("%v", err)
			failed = append(failed, cli.Printable(file.name))
			wrong = wrong || cli.IsUsage(err)
			continue
		}
		if other, ok := first[m.source]; ok {
			s.notice("%s and %s have the same content: measured once, each of them counts", other, m.File)
			if err := s.kept.addName(m); err != nil {
				return results, err
			}
		} else {
			first[m.source] = m.File
		}
		full := *m
		full.Numbers = slices.Concat(m.Numbers, s.Flow.scales(m.Flow))
		results = append(results, &full)
	}
	bar.show(len(files), "")
	if len(failed) == 0 {
		return results, nil
	}
	list := strings.Join(failed[:min(len(failed), 10)], ", ")
	if len(failed) > 10 {
		list += ", …"
	}
	err = fmt.Errorf("%d of %d files could not be measured: %s", len(failed), len(files), list)
	if wrong {
		err = cli.Usage(err)
	}
	return results, err
}

// fatal is an error after which no other file can be measured: results cannot be kept.
type fatal struct{ error }

func (f *fatal) Unwrap() error { return f.error }

// one returns the result of a file, measured if there is none.
func (s *survey) one(file input) (*measured, error) {
	name := cli.Printable(file.name)
	d, info, err := readDigest(file.path, s.stop)
	if errors.Is(err, fs.ErrNotExist) {
		if m := s.kept.names[name]; m != nil && m.Told == file.told {
			s.notice("%s does not exist; %s has its numbers", name, s.out)
			return m, nil
		}
	}
	if err != nil {
		return nil, err
	}
	from := source{d, file.told}
	if m := s.kept.results[from]; m != nil {
		again := *m
		again.File = name
		return &again, nil
	}
	m := &measured{File: name, source: from}
	if err := s.fill(m, file, info); err != nil {
		return nil, err
	}
	if err := s.kept.add(m); err != nil {
		return nil, &fatal{err}
	}
	return m, nil
}

// fill measures a file.
func (s *survey) fill(m *measured, file input, info os.FileInfo) error {
	options, err := s.shape.Options()
	if err != nil {
		return err
	}
	f, err := gaugefile.Open(file.name, s.told, options...)
	if err != nil {
		return err
	}
	defer f.Close()
	m.Extents, m.Group = f.Extents, f.Group.String()
	if err := s.prepare(f); err != nil {
		return fmt.Errorf("%s: %w", m.File, err)
	}
	if err := f.ReadInto(s.set.u); err != nil {
		return err
	}
	if err := unchanged(file.path, info); err != nil {
		return err
	}
	m.Notes = gaugefile.Remarks(f.Header)
	if err := s.numbers(m); err != nil {
		return fmt.Errorf("%s: %w", m.File, err)
	}
	return nil
}

// numbers measures the links that have been read.
func (s *survey) numbers(m *measured) error {
	u, err := s.set.smearer.run(s.set.u)
	if err != nil {
		return err
	}
	if s.set.flower != nil {
		if m.Flow, err = s.set.flower.run(u); err != nil {
			return err
		}
		u = s.set.flower.flow.Links()
	}
	if m.Numbers, err = s.set.measure(u, rng.New(s.Seed).Child(m.SHA256)); err != nil {
		return err
	}
	return checkNumbers(m.Numbers)
}

// prepare makes what files of this shape need, once.
func (s *survey) prepare(f *format.File) error {
	if s.set != nil && slices.Equal(s.set.shape.Extents, f.Extents) && s.set.shape.Group == f.Group {
		return nil
	}
	s.set = nil // its memory is free for this one
	geo, err := lattice.New(f.Extents, lattice.WithPool(s.pool))
	if err != nil {
		return err
	}
	if err := s.checkMemory(geo, f.Group); err != nil {
		return err
	}
	u := gauge.NewField(geo, f.Group)
	set := &setup{shape: f.Shape, u: u}
	if set.smearer, err = newSmearer(s.smear, u, s.stop); err != nil {
		return err
	}
	if set.measure, err = newMeasurement(s.What, u, s.Quarks, s.stop); err != nil {
		return err
	}
	if s.Flow.Kind != "" {
		if set.flower, err = newFlower(s.Flow, u, s.stop); err != nil {
			return err
		}
	}
	s.set = set
	return nil
}
