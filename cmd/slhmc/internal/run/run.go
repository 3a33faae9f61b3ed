package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/summary"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/theory"
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/internal/machine"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/sampler"
)

func (j *job) run(cmd *cobra.Command, args []string, show *progress) (err error) {
	if err := j.check(cmd, args); err != nil {
		return err
	}
	stages, restored, err := j.stages(args)
	if err != nil {
		return err
	}
	kernels, err := kernel.Active()
	if err != nil {
		return cli.Usage(err)
	}
	needs, err := theory.Possible(stages[0].c, j.fresh())
	if err != nil {
		return cli.Usage(err)
	}
	if err := j.memory.Check(needs); err != nil {
		return err
	}
	cli.KeepMemory(needs)
	pool := lattice.NewPool(j.workers)
	defer pool.Close()
	// Until the process ends, so that its last words into a closed pipe do not change its exit code.
	ctx, _ := rundir.Interrupt(cmd.Context())

	// What the first stage lacks should be known before a directory is made.
	first, err := j.prepare(&stages[0], pool, kernels, show)
	if err != nil {
		return err
	}
	lock, err := j.directory(args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	for _, text := range lock.Notices() {
		show.notice(text)
	}
	text := restored
	if restored != "" {
		show.notice(filepath.Join(j.out, summary.ConfigFile) + " is not there: it is written again from the checkpoint")
	} else if !j.resume {
		text = stages[0].text
	}
	if text != "" {
		if err := j.writeConfig(text); err != nil {
			return err
		}
	}
	if err := j.start(kernels, show.notice); err != nil {
		return err
	}
	if !j.quiet && !j.resume {
		show.notice("the run needs about " + machine.FormatSize(needs) + " of memory")
	}
	for i := range stages {
		r := first
		if i > 0 {
			if r, err = j.prepare(&stages[i], pool, kernels, show); err != nil {
				return err
			}
		}
		r.Held = lock.Held
		if err := j.stage(ctx, r, &stages[i], show); err != nil {
			return err
		}
	}
	show.end()
	return j.summarise(stages[len(stages)-1].c)
}

// fresh reports whether the run begins, from the files that it starts from: there is no
// checkpoint that has what came of them.
func (j *job) fresh() bool {
	if !j.resume {
		return true
	}
	checkpoints, err := rundir.Checkpoints(j.out)
	return err == nil && len(checkpoints) == 0
}

// stage runs one stage to its end.
func (j *job) stage(ctx context.Context, r *sampler.Run, s *stage, show *progress) (err error) {
	r.Dir = j.out
	if j.resume {
		err = r.Resume(ctx)
	} else {
		err = r.Start(ctx)
	}
	j.resume = true
	if errors.Is(err, sampler.ErrReached) {
		return nil
	}
	if err != nil {
		show.end()
	}
	var failed *sampler.Failed
	switch {
	case errors.Is(err, sampler.ErrInterrupted):
		why := "interrupted"
		if errors.Is(err, sampler.ErrDeadline) {
			why = fmt.Sprintf("--max-time %v is nearly over", j.maxTime)
		}
		again := ""
		if j.repeat != "" {
			again = " --repeat " + j.repeat
		}
		fmt.Fprintf(j.stderr, "%s; to continue: %s run --resume --out %s%s\n", why, j.program, j.out, again)
	case errors.Is(err, sampler.ErrOtherRun):
		err = cli.Usage(fmt.Errorf("%w (what may change on resume: %s)", err, strings.Join(config.Changeable(), ", ")))
	case errors.Is(err, sampler.ErrSettings):
		err = cli.Usage(err)
	case errors.As(err, &failed):
		err = fmt.Errorf("%w; the state before it is kept, to go on: %s run --resume --out %s%s", err, j.program, j.out, helps(err, s.c))
	}
	return err
}

// helps returns settings that may help a run on that has failed.
func helps(err error, c *config.Config) string {
	var slow *solver.NotConverged
	text := ""
	if errors.As(err, &slow) {
		text += fmt.Sprintf(" --set solver.max_iterations=%d", 10*c.Solver.MaxIterations)
	}
	if c.Run.OnFailure == "stop" {
		if text != "" {
			text += ", or"
		}
		text += " --set run.on_failure=reject"
	}
	return text
}

// prepare builds the run of a stage.
func (j *job) prepare(s *stage, pool *lattice.Pool, kernels string, show *progress) (*sampler.Run, error) {
	r, geo, err := theory.Build(s.c, pool, j.fresh())
	if err != nil {
		return nil, cli.Usage(err)
	}
	// the kernels' last bits are part of what a run is
	r.Identity, r.Settings, r.Until = s.c.Identity()+"kernels: "+kernels+"\n", s.text, s.until
	r.Changes = func(former string) ([]sampler.Change, error) { return changes(former, s.c) }
	r.Adopt = func() error { return j.writeConfig(s.text) }
	if j.maxTime > 0 {
		r.Deadline = j.began.Add(j.maxTime)
	}
	plaquette := observe.NewPlaquette(geo, r.Links.Group())
	show.plaquette = func() float64 { return plaquette.Measure(r.Links) }
	r.Progress, r.Notice = show.update, show.notice
	split := min(geo.Dims(), 3) // directions that the lanes of a block can share
	if lanes := geo.ActiveLanes(); lanes < 1<<split && !j.quiet && !j.resume {
		show.notice(fmt.Sprintf("extents %v use %d of the %d sites that the kernels treat at once: the run is correct, and slower than it could be (fastest: %d extents that are multiples of 4)", geo.Extents(), lanes, 1<<split, split))
	}
	return r, nil
}

// changes compares settings as they are stored with a configuration.
func changes(former string, now *config.Config) (list []sampler.Change, err error) {
	was, err := config.Parse("the checkpoint's configuration", []byte(former), nil, now.Own()...)
	if err != nil {
		return nil, err
	}
	keys, err := config.Changes(was, now)
	for _, c := range keys {
		list = append(list, sampler.Change{Key: c.Key, Was: c.Was, Now: c.Now})
	}
	return list, err
}

func (j *job) writeConfig(text string) error {
	return rundir.WriteAtomic(filepath.Join(j.out, summary.ConfigFile), func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// summarise writes summary.json and prints the table.
func (j *job) summarise(c *config.Config) error {
	s, err := sampler.Summarise(j.out)
	if err != nil {
		return err
	}
	for _, note := range s.Notes {
		fmt.Fprintln(j.stderr, "note:", note)
	}
	if err := cli.WriteJSON(filepath.Join(j.out, summary.SummaryFile), summary.JSON(s)); err != nil {
		return err
	}
	if err := summary.Write(j.stdout, c, s); err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.stdout, "\n%s\n", filepath.Join(j.out, summary.SummaryFile))
	return err
}
