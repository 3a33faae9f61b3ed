// Package measure is slhmc measure: observables of configuration files, their means and
// errors.
package measure

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/gaugefile"
	memory "github.com/slhmc/slhmc/internal/machine"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/lattice"
)

// measureSettings are all that the numbers depend on: results of other settings are
// not continued.
type measureSettings struct {
	Version int           `json:"version"`
	What    []string      `json:"what"`
	Smear   []string      `json:"smear,omitempty"`
	Flow    flowSettings  `json:"flow"`
	Quarks  quarkSettings `json:"quarks"`
	Seed    uint64        `json:"seed"`
}

// survey is one invocation of slhmc measure.
type survey struct {
	measureSettings
	shape   gaugefile.Flags
	out     string
	json    bool
	csv     bool
	plot    string
	asGiven bool
	memText string
	workers int
	quiet   bool
	stderr  *os.File

	told          format.Shape
	memoryAllowed uint64 // 0: what the machine has
	smear         []smearing
	pool          *lattice.Pool
	stop          func() error
	kept          *kept
	set           *setup
}

// Command returns the command.
func Command(stderr *os.File) *cobra.Command {
	s := &survey{stderr: stderr, measureSettings: measureSettings{Version: measureVersion}}
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
Of eight files and more of a lattice and group the table has means with errors by the
Gamma method, files being neighbours in Monte Carlo time: in the order given, or, where
numbers in their names go down, in natural order (9 before 10); --as-given keeps the
order. A file given twice, by whatever spelling or link, counts once. Two files of the same
content, as a chain leaves them behind that refuses a proposal, are measured once and
count twice.

A file that cannot be measured is named, and the others are: exit code 1.

With --out results are kept, file by file, and the command continues where it was
stopped. Files are known there by their length and SHA-256, and so is the noise: it
follows from --seed and the SHA-256, not from the name.

A flow stops at the same times on all files. t0 and w0 in the table are those of the mean
curve t²<E(t)>; with them stands how many files reach the level by themselves. The
table of times has E by clovers, its planes in space and with time, and the charge by
clovers and improved.

` + gaugefile.Help,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return s.run(c, args) },
	}
	s.shape.Add(c)
	f := c.Flags()
	f.StringSliceVarP(&s.What, "what", "w", []string{"plaquette", "polyakov"}, "observables, with commas between them")
	f.StringArrayVar(&s.Smear, "smear", nil, "smear first, in the order given: "+smearingForms)
	f.StringVar(&s.Flow.Kind, "flow", "", "gradient flow, after smearing: wilson, symanzik or zeuthen; observables are those of its end")
	f.Float64Var(&s.Flow.Time, "flow-time", 1, "flow time to reach, in lattice units")
	f.Float64Var(&s.Flow.Step, "flow-step", .01, "step of the flow (the first one, if adaptive)")
	f.Float64Var(&s.Flow.Tolerance, "flow-tolerance", 0, "adaptive steps with this error each (0: fixed steps)")
	f.Float64SliceVar(&s.Flow.At, "flow-at", nil, "flow times of the table (default: the quarters of --flow-time, to a step)")
	f.Lookup("flow-at").DefValue = "" // said in words
	f.Float64Var(&s.Flow.Level, "flow-level", .3, "level of t²<E> at t0, and of its derivative at w0")
	f.StringVar(&s.plot, "plot", "", "SVG file for t²E(t) and Q(t) of the flows")
	addQuarkFlags(f, &s.Quarks)
	f.Uint64Var(&s.Seed, "seed", 1, "seed of noise; each file has its own, by its content")
	f.StringVarP(&s.out, "out", "o", "", "file that keeps the results, to be continued")
	f.BoolVar(&s.asGiven, "as-given", false, "keep the order of the files, whatever their numbers")
	f.BoolVar(&s.json, "json", false, "one JSON object a file and line")
	f.BoolVar(&s.csv, "csv", false, "one row a file, with a header")
	f.IntVar(&s.workers, "workers", runtime.GOMAXPROCS(0), "goroutines that share a lattice; any number gives the same bits")
	f.StringVar(&s.memText, "memory", "", "memory to be used at most, as in 64GiB, whatever the machine says (default: what it has)")
	f.BoolVar(&s.quiet, "quiet", false, "print no progress")
	return c
}

// check says what is wrong with the command line.
func (s *survey) check(flags *pflag.FlagSet) (err error) {
	if s.told, err = s.shape.Told(); err != nil {
		return err
	}
	if s.memText != "" {
		if s.memoryAllowed, err = memory.ParseSize(s.memText); err != nil {
			return cli.Usage(fmt.Errorf("--memory: %w", err))
		}
	}
	used, err := checkObservables(s.What)
	if err != nil {
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
	if err := s.Quarks.check(flags); err != nil {
		return err
	}
	switch {
	case s.json && s.csv:
		return cli.Usage(errors.New("--json and --csv (allowed: one of them)"))
	case s.workers < 1 || s.workers > 1024:
		return cli.Usage(fmt.Errorf("--workers %d (allowed: 1 … 1024)", s.workers))
	}
	return s.unused(flags, used)
}

// unused finds a flag that was given and that nothing of what was asked for looks at.
// Errors: of the command line.
func (s *survey) unused(flags *pflag.FlagSet, used []string) (err error) {
	var quarks []string
	for _, o := range observables() {
		quarks = append(quarks, o.flags...)
	}
	flags.Visit(func(f *pflag.Flag) {
		switch {
		case err != nil:
		case s.Flow.Kind == "" && (strings.HasPrefix(f.Name, "flow-") || f.Name == "plot"):
			err = cli.Usage(fmt.Errorf("--%s needs --flow", f.Name))
		case slices.Contains(quarks, f.Name) && !slices.Contains(used, f.Name):
			var by []string
			for _, o := range observables() {
				if slices.Contains(o.flags, f.Name) {
					by = append(by, o.name)
				}
			}
			err = cli.Usage(fmt.Errorf("--%s: nothing in --what %s uses it (what does: %s)", f.Name, strings.Join(s.What, ","), strings.Join(by, ", ")))
		}
	})
	return err
}
