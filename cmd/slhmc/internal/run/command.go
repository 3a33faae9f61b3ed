// Package run is slhmc run: it thermalises, trains, samples, and prints what was found.
package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/internal/rundir"
)

// job is one invocation of slhmc run.
type job struct {
	settings    cli.Settings
	out         string
	workers     int
	resume      bool
	repeat      string
	quiet       bool
	sameProgram bool
	maxTime     time.Duration
	memory      cli.Memory
	began       time.Time
	program     string
	stdout      io.Writer
	stderr      io.Writer
}

// Command returns the command. Results go to stdout, progress and notes to stderr.
func Command(stdout, stderr *os.File, own ...config.Action) *cobra.Command {
	// A run does not end with whom it tells.
	j := &job{settings: cli.Settings{Own: own}, stdout: rundir.Listener(stdout), stderr: rundir.Listener(stderr)}
	c := &cobra.Command{
		Use:   "run [FILE.toml]",
		Short: "Thermalise, train, and sample by HMC and SLHMC",
		Long: `Run thermalises, trains the network during HMC, freezes it, samples by HMC and by
SLHMC, and prints both side by side. Without a file it runs the built-in default:
two-colour QCD with four staggered tastes on 4^4, in about three minutes.

Everything goes to a directory of its own. A run that is killed continues with

    slhmc run --resume --out DIR

and ends with the same history, bit for bit. SIGINT, SIGTERM, SIGHUP and SIGUSR1
finish the trajectory, write a checkpoint and exit with code 75, and so does
--max-time; a second signal ends at once.

With --resume, --set may change what leaves the distribution and the history so far
alone, so that a finished run is extended, and one that a solve has stopped goes on:

    slhmc run --resume --out DIR --set run.hmc=20000
    slhmc run --resume --out DIR --set solver.max_iterations=50000

These are ` + wrapped(config.Changeable()) + `;
of lists only more. Changes stand in the history with the trajectory from which
they hold, and --repeat DIR does the same run again, changes and all, bit for bit.`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cli.CompleteFile,
		RunE: func(c *cobra.Command, args []string) error {
			j.began, j.program = time.Now(), c.Root().Name()
			return j.run(c, args, newProgress(stderr, j.quiet))
		},
	}
	f := c.Flags()
	j.settings.Add(c)
	cli.PresetFlag(c, &j.settings.Preset, "built-in configuration to run without a file (see slhmc presets)")
	f.StringVar(&j.out, "out", "", "run directory (default: the first free runs/NAME-NNN)")
	f.IntVar(&j.workers, "workers", runtime.GOMAXPROCS(0), "goroutines that share the lattice; any number gives the same bits")
	f.BoolVar(&j.resume, "resume", false, "continue the run in --out from its last checkpoint")
	f.StringVar(&j.repeat, "repeat", "", "do the run of this directory again, with the changes that it went through")
	f.DurationVar(&j.maxTime, "max-time", 0, "stop with a checkpoint and code 75 before this time, such as 23h50m, is over (0: no limit)")
	j.memory.Add(c)
	f.BoolVar(&j.sameProgram, "same-program", false, "refuse to continue what another build of the program wrote")
	f.BoolVar(&j.quiet, "quiet", false, "print no progress")
	return c
}

// wrapped lists words in lines that fit the text above.
func wrapped(words []string) string {
	var b strings.Builder
	width := len("These are ")
	for i, w := range words {
		if i > 0 {
			b.WriteByte(',')
			width++
			if width+1+len(w) > 84 {
				b.WriteByte('\n')
				width = 0
			} else {
				b.WriteByte(' ')
				width++
			}
		}
		b.WriteString(w)
		width += len(w)
	}
	return b.String()
}

// check says what is wrong with the command line.
func (j *job) check(cmd *cobra.Command, args []string) error {
	configured := len(args) > 0 || len(j.settings.Set) > 0 || j.settings.Seeded() || cmd.Flags().Changed("preset")
	switch {
	case j.workers < 1 || j.workers > 1024:
		return cli.Usage(fmt.Errorf("--workers %d (allowed: 1 … 1024)", j.workers))
	case j.maxTime < 0:
		return cli.Usage(fmt.Errorf("--max-time %v (allowed: above 0, or 0 for no limit)", j.maxTime))
	case cmd.Flags().Changed("preset") && (len(args) > 0 || j.resume):
		return cli.Usage(errors.New("--preset is for a run without a file (allowed: FILE.toml, --preset or --resume)"))
	case j.sameProgram && !j.resume:
		return cli.Usage(errors.New("--same-program is for a run that is continued (allowed: with --resume)"))
	case j.repeat != "" && configured:
		return cli.Usage(errors.New("--repeat takes everything from the run that it repeats (allowed: --out, --workers, --resume, --max-time, --quiet)"))
	case j.resume && j.out == "":
		return cli.Usage(errors.New("--resume needs --out, the directory of the run to continue"))
	}
	return nil
}
