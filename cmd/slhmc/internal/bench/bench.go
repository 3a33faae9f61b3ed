// Package bench is slhmc bench: speed, measured, compared and drawn.
package bench

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/origin"
	"github.com/slhmc/slhmc/internal/rundir"
)

// Command returns the command.
func Command(stderr *os.File) *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure speed, and compare it",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(benchRunCommand(stderr), benchCompareCommand(), benchPlotCommand(), benchHistoryCommand(), benchGateCommand(stderr))
	return c
}

// benchRun is one invocation of slhmc bench run.
type benchRun struct {
	set, out, only string
	baseline       bool
	samples        int
	visits         int
	time           time.Duration
	quiet          bool
}

func benchRunCommand(stderr *os.File) *cobra.Command {
	var b benchRun
	c := &cobra.Command{
		Use:   "run",
		Short: "Time the cases and the roofline of this machine",
		Long: `Run times the cases round by round, together with what the machine can do at most
(fused additions in registers, the triad in each level of memory), and prints the
medians. With --out it also writes all samples in Go's benchmark format, for
slhmc bench compare, slhmc bench plot and benchstat.

The machine should be idle otherwise. The short set takes some three minutes, the
full one hours.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return b.run(c, stderr) },
	}
	f := c.Flags()
	f.StringVar(&b.set, "set", bench.Short, "cases: short or full")
	f.StringVar(&b.out, "out", "", "file for the samples")
	f.BoolVar(&b.baseline, "baseline", false, "write the samples to this machine's file in "+bench.Baselines+", in the root of the checkout that the program was built from")
	f.StringVar(&b.only, "only", "", "regular expression that the names of cases must match")
	f.IntVar(&b.samples, "samples", 20, "samples of each case")
	f.IntVar(&b.visits, "visits", 4, "times that a sample comes back to its case, the fastest of which counts; fewer on large lattices")
	f.DurationVar(&b.time, "time", 20*time.Millisecond, "least time of a sample")
	f.BoolVar(&b.quiet, "quiet", false, "print no progress")
	return c
}

func (b *benchRun) run(c *cobra.Command, stderr *os.File) error {
	cases, err := bench.Set(b.set)
	if err != nil {
		return cli.Usage(err)
	}
	only, err := regexp.Compile(b.only)
	if err != nil {
		return cli.Usage(fmt.Errorf("--only: %w", err))
	}
	cases = slices.DeleteFunc(cases, func(c bench.Case) bool { return !only.MatchString(c.Name()) })
	if len(cases) == 0 {
		return cli.Usage(fmt.Errorf("--only %q matches no case of the %s set", b.only, b.set))
	}
	if b.samples < 1 || b.visits < 1 || b.time <= 0 {
		return cli.Usage(fmt.Errorf("--samples %d --visits %d --time %v (allowed: positive)", b.samples, b.visits, b.time))
	}
	commit := origin.Version()
	if b.baseline {
		m, err := bench.ThisMachine()
		switch {
		case err != nil:
			return cli.Usage(err)
		case b.out != "":
			return cli.Usage(errors.New("--baseline names its file itself (allowed: --out or --baseline)"))
		}
		if commit, err = cleanCommit(); err != nil {
			return cli.Usage(fmt.Errorf("--baseline: %w", err))
		}
		if err := os.MkdirAll(bench.Baselines, 0o755); err != nil {
			return err
		}
		b.out = filepath.Join(bench.Baselines, m.Key()+".txt")
	}
	ctx, stop := rundir.Interrupt(c.Context())
	defer stop()
	plan := bench.Plan{Cases: cases, Samples: b.samples, Visits: b.visits, Time: b.time, Commit: commit}
	if !b.quiet {
		last := -1
		plan.Progress = func(round int, _ *bench.Case) {
			if round != last {
				last = round
				fmt.Fprintf(stderr, "round %d of %d\n", round+1, b.samples*b.visits)
			}
		}
	}
	rec, err := bench.Run(ctx, plan)
	if err != nil {
		return err
	}
	if b.out != "" {
		if err := rundir.WriteAtomic(b.out, func(w io.Writer) error { return rec.Write(w) }); err != nil {
			return err
		}
	}
	return rec.WriteTable(c.OutOrStdout())
}

// cleanCommit returns the commit of the checkout that this is the root of. Errors:
// there is none; tracked files differ from it, or the folder of the package is not
// there: then it is not what will be measured.
func cleanCommit() (string, error) {
	commit, err := git("rev-parse", "HEAD")
	if err != nil {
		return "", err
	}
	changed, err := git("status", "--porcelain", "--untracked-files=no")
	if err != nil {
		return "", err
	}
	if changed != "" {
		return "", fmt.Errorf("a baseline is of a commit, and these files differ from it:\n%s", changed)
	}
	if _, err := os.Stat(filepath.Dir(bench.Baselines)); err != nil {
		return "", fmt.Errorf("not the root of the checkout: %w", err)
	}
	return strings.TrimSpace(commit), nil
}

func benchCompareCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "Say what became slower between two records",
		Long: `Compare judges two records of slhmc bench run: times by the rank test of Mann and
Whitney, with Holm's correction for their number, and only where they differ by more
than the noise with which the machine measures the same code twice; allocations,
solver iterations and counts of flops and bytes by equality. It says in how many
cases a time 5 % longer would have shown. What a process is dealt once, such as its
pages of memory, is in no noise within a record: where one case alone has changed by
a few percent, a second record of each side tells.

Exit codes: 0 nothing is slower, 1 something is, 2 the records do not allow a
comparison (another machine, too few samples, cases that are gone).`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			var records [2]*bench.Record
			for i, path := range args {
				r, err := bench.ReadFile(path)
				if err != nil {
					return cli.Usage(err)
				}
				records[i] = r
			}
			j, err := bench.Compare(records[0], records[1])
			var no *bench.Incomparable
			switch {
			case errors.As(err, &no):
				return cli.Usage(err)
			case err != nil:
				return err
			}
			if err := j.Write(c.OutOrStdout()); err != nil {
				return err
			}
			if n := len(j.Bad()); n > 0 {
				return fmt.Errorf("%s is worse than %s in %d respects", args[1], args[0], n)
			}
			return nil
		},
	}
}
