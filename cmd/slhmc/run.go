package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/sampler"
)

// Files of a run directory beside those of package rundir.
const (
	configFile  = "config.toml"
	machineFile = "machine.json"
	summaryFile = "summary.json"
)

// job is one invocation of slhmc run.
type job struct {
	settings settings
	out      string
	workers  int
	resume   bool
	quiet    bool
	stdout   io.Writer
	stderr   *os.File
}

func runCommand(stderr *os.File) *cobra.Command {
	j := &job{stderr: stderr}
	c := &cobra.Command{
		Use:   "run [FILE.toml]",
		Short: "Thermalise, train, and sample by HMC and SLHMC",
		Long: `Run thermalises, trains the network during HMC, freezes it, samples by HMC and by
SLHMC, and prints both side by side. Without a file it runs the built-in default:
two-colour QCD with four staggered tastes on 4^4, in about three minutes.

Everything goes to a directory of its own. A run that is killed continues with

    slhmc run --resume --out DIR

and ends with the same history, bit for bit. SIGINT, SIGTERM and SIGUSR1 finish
the trajectory, write a checkpoint and exit with code 75.`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeFile,
		RunE: func(c *cobra.Command, args []string) error {
			j.stdout = c.OutOrStdout()
			return j.run(c, args)
		},
	}
	f := c.Flags()
	j.settings.flags(c)
	presetFlag(c, &j.settings.preset, "built-in configuration to run without a file (see slhmc presets)")
	f.StringVar(&j.out, "out", "", "run directory (default: the first free runs/NAME-NNN)")
	f.IntVar(&j.workers, "workers", runtime.GOMAXPROCS(0), "goroutines that share the lattice; any number gives the same bits")
	f.BoolVar(&j.resume, "resume", false, "continue the run in --out from its last checkpoint")
	f.BoolVar(&j.quiet, "quiet", false, "print no progress")
	return c
}

func (j *job) run(cmd *cobra.Command, args []string) (err error) {
	if j.workers < 1 || j.workers > 1024 {
		return usage{fmt.Errorf("--workers %d (allowed: 1 … 1024)", j.workers)}
	}
	if cmd.Flags().Changed("preset") && (len(args) > 0 || j.resume) {
		return usage{errors.New("--preset is for a run without a file (allowed: FILE.toml, --preset or --resume)")}
	}
	c, err := j.configuration(args)
	if err != nil {
		return err
	}
	kernels, err := kernel.Active()
	if err != nil {
		return usage{err}
	}
	pool := lattice.NewPool(j.workers)
	defer pool.Close()
	r, geo, err := build(c, pool)
	if err != nil {
		return usage{err}
	}
	text, err := c.TOML()
	if err != nil {
		return err
	}
	lock, err := j.directory(args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()

	// the kernels' last bits are part of what a run is
	r.Dir, r.Identity = j.out, string(text)+"kernels: "+kernels+"\n"
	show := newProgress(j.stderr, j.quiet)
	plaquette := observe.NewPlaquette(geo, r.Links.Group())
	show.plaquette = func() float64 { return plaquette.Measure(r.Links) }
	r.Progress, r.Notice = show.update, show.notice
	split := min(geo.Dims(), 3) // directions that the lanes of a block can share
	if lanes := geo.ActiveLanes(); lanes < 1<<split && !j.quiet {
		show.notice(fmt.Sprintf("extents %v use %d of the %d sites that the kernels treat at once: the run is correct, and slower than it could be (fastest: %d extents that are multiples of 4)", geo.Extents(), lanes, 1<<split, split))
	}
	ctx, stop := rundir.Interrupt(cmd.Context())
	defer stop()
	if j.resume {
		err = r.Resume(ctx)
	} else {
		if err := j.describe(text, kernels); err != nil {
			return err
		}
		err = r.Start(ctx)
	}
	show.end()
	switch {
	case errors.Is(err, sampler.ErrInterrupted):
		fmt.Fprintf(j.stderr, "interrupted; to continue: slhmc run --resume --out %s\n", j.out)
		return err
	case errors.Is(err, sampler.ErrOtherRun):
		return usage{err}
	case err != nil:
		return err
	}
	return j.summarise(c)
}

// configuration reads the file, or, to resume without one, that of the run.
func (j *job) configuration(args []string) (*config.Config, error) {
	if !j.resume {
		return j.settings.load(args)
	}
	if j.out == "" {
		return nil, usage{errors.New("--resume needs --out, the directory of the run to continue")}
	}
	if len(j.settings.set) > 0 || j.settings.seeded() {
		return nil, usage{fmt.Errorf("--resume continues a run as it was configured in %s: --set and --seed are not possible", filepath.Join(j.out, configFile))}
	}
	own := filepath.Join(j.out, configFile)
	if _, err := os.Stat(own); errors.Is(err, fs.ErrNotExist) {
		return nil, usage{fmt.Errorf("there is no %s, so no run to continue: start one without --resume", own)}
	}
	if len(args) == 0 {
		args = []string{own}
	}
	return j.settings.load(args)
}

// directory makes and locks the run directory.
func (j *job) directory(args []string) (*rundir.Lock, error) {
	if j.out == "" {
		name := j.settings.preset
		if len(args) > 0 {
			name = strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0]))
		}
		out, err := freeDirectory(filepath.Join("runs", name))
		if err != nil {
			return nil, err
		}
		j.out = out
	} else if !j.resume {
		if err := os.MkdirAll(j.out, 0o755); err != nil {
			return nil, err
		}
	}
	lock, err := rundir.Acquire(j.out)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(j.out, rundir.HistoryFile)); err == nil && !j.resume {
		return nil, errors.Join(usage{fmt.Errorf("%s holds a run already: continue it with --resume, or choose another --out", j.out)}, lock.Release())
	}
	return lock, nil
}

// freeDirectory makes the first of base-001, base-002, … that does not exist.
func freeDirectory(base string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		dir := fmt.Sprintf("%s-%03d", base, n)
		err := os.Mkdir(dir, 0o755)
		if !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// describe writes what the run is: its configuration, and where it began.
func (j *job) describe(resolved []byte, kernels string) error {
	err := rundir.WriteAtomic(filepath.Join(j.out, configFile), func(w io.Writer) error {
		_, err := w.Write(resolved)
		return err
	})
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return writeJSON(filepath.Join(j.out, machineFile), map[string]any{
		"version": version(), "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH,
		"host": host, "processors": runtime.NumCPU(), "workers": j.workers, "kernels": kernels,
	})
}

func writeJSON(path string, v any) error {
	return rundir.WriteAtomic(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	})
}

// summarise writes summary.json and prints the table.
func (j *job) summarise(c *config.Config) error {
	s, err := sampler.Summarise(j.out)
	if err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(j.out, summaryFile), summaryJSON(s)); err != nil {
		return err
	}
	if err := writeTable(j.stdout, c, s); err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.stdout, "\n%s\n", filepath.Join(j.out, summaryFile))
	return err
}
