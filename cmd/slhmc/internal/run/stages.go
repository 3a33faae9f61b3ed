package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/summary"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/sampler"
)

// stage is a stretch of a run under one configuration.
type stage struct {
	c     *config.Config
	text  string  // c as TOML
	until *uint64 // the trajectory before which the next stage begins; nil: to the end
}

func newStage(c *config.Config) (stage, error) {
	text, err := c.TOML()
	return stage{c: c, text: string(text)}, err
}

// stages returns what is to be run: one configuration, or those that a run to be
// repeated went through. Restored is the configuration of a run to be resumed, from its
// checkpoint, if the file is lost.
func (j *job) stages(args []string) (all []stage, restored string, err error) {
	if j.repeat != "" {
		all, err = j.repeated()
		return all, "", err
	}
	c, restored, err := j.configuration(args)
	if err != nil {
		return nil, "", err
	}
	s, err := newStage(c)
	return []stage{s}, restored, err
}

// configuration reads the file, or, to resume without one, that of the run.
func (j *job) configuration(args []string) (c *config.Config, restored string, err error) {
	if !j.resume {
		c, err = j.settings.Load(args)
		return c, "", err
	}
	own := filepath.Join(j.out, summary.ConfigFile)
	_, err = os.Stat(own)
	if lost := errors.Is(err, fs.ErrNotExist); lost {
		s, err := sampler.Load(j.out)
		switch {
		case errors.Is(err, rundir.ErrNoCheckpoint) || errors.Is(err, fs.ErrNotExist):
			return nil, "", cli.Usage(fmt.Errorf("there is no %s, and no checkpoint that has it, so no run to continue: start one without --resume", own))
		case err != nil:
			return nil, "", err
		case len(args) == 0:
			c, err := j.settings.Parse(own+" (from the checkpoint)", []byte(s.Settings))
			return c, s.Settings, err
		}
		restored = s.Settings
	}
	if len(args) == 0 {
		args = []string{own}
	}
	c, err = j.settings.Load(args)
	return c, restored, err
}

// repeated returns the stages of the run to be repeated that are still to come.
func (j *job) repeated() ([]stage, error) {
	stored, err := sampler.Load(j.repeat)
	if err != nil {
		return nil, fmt.Errorf("--repeat %s: %w", j.repeat, err)
	}
	events, err := changeEvents(j.repeat)
	if err != nil {
		return nil, err
	}
	done := 0 // of the events
	if j.resume {
		own, err := changeEvents(j.out)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		done = len(own)
	}
	if done > len(events) {
		return nil, cli.Usage(fmt.Errorf("%s went through %d changes, %s through %d: it is no repetition of it", j.out, done, j.repeat, len(events)))
	}
	last, err := config.Parse(j.repeat, []byte(stored.Settings), nil, j.settings.Own...)
	if err != nil {
		return nil, err
	}
	configs := []*config.Config{last} // from the last one back
	for i := len(events) - 1; i >= 0; i-- {
		before, err := config.Undo(configs[0], toConfig(events[i].Changes))
		if err != nil {
			return nil, fmt.Errorf("--repeat %s: %w", j.repeat, err)
		}
		configs = append([]*config.Config{before}, configs...)
	}
	var all []stage
	for i, c := range configs[done:] {
		s, err := newStage(c)
		if err != nil {
			return nil, err
		}
		if at := done + i; at < len(events) {
			s.until = &events[at].Trajectory
		}
		all = append(all, s)
	}
	return all, nil
}

func toConfig(list []sampler.Change) (changes []config.Change) {
	for _, c := range list {
		changes = append(changes, config.Change{Key: c.Key, Was: c.Was, Now: c.Now})
	}
	return changes
}

// changeEvents returns the changes that a run went through.
func changeEvents(dir string) (events []sampler.Event, err error) {
	for line, err := range sampler.History(dir) {
		if err != nil {
			return nil, err
		}
		if line.Event != nil && line.Event.Event == sampler.EventChange {
			events = append(events, *line.Event)
		}
	}
	return events, nil
}

// directory makes and locks the run directory.
func (j *job) directory(args []string) (*rundir.Lock, error) {
	switch {
	case j.out == "":
		name := j.settings.Preset
		if len(args) > 0 {
			name = strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0]))
		} else if j.repeat != "" {
			name = filepath.Base(filepath.Clean(j.repeat)) + "-again"
		}
		out, err := freeDirectory(filepath.Join("runs", name))
		if err != nil {
			return nil, err
		}
		j.out = out
	case !j.resume:
		if err := rundir.MakeDir(j.out); err != nil {
			return nil, err
		}
	}
	lock, err := rundir.Acquire(j.out)
	if err != nil || j.resume {
		return lock, err
	}
	checkpoints, err := rundir.Checkpoints(j.out)
	if _, missing := os.Stat(filepath.Join(j.out, rundir.HistoryFile)); err == nil && (missing == nil || len(checkpoints) > 0) {
		err = cli.Usage(fmt.Errorf("%s holds a run already: continue it with --resume, or choose another --out", j.out))
	}
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	return lock, nil
}

// freeDirectory makes the first of base-001, base-002, … that does not exist.
func freeDirectory(base string) (string, error) {
	if err := rundir.MakeDir(filepath.Dir(base)); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		dir := fmt.Sprintf("%s-%03d", base, n)
		err := rundir.NewDir(dir)
		if !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}
