package sampler_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

var errOnce = errors.New("once")

// failingLoss fails at its n-th call, after it has spoilt the gradient.
type failingLoss struct {
	sampler.Loss
	calls, n int
}

func (l *failingLoss) Gradient(g []float64, guide sampler.Trainable, target action.Action, start, end *gauge.Field) (float64, error) {
	l.calls++
	if l.calls == l.n {
		g[0] = 7
		return 0, errOnce
	}
	return l.Loss.Gradient(g, guide, target, start, end)
}

// A trajectory whose training, saving or measurement fails is taken back whole: the run
// that goes on from the checkpoint of the state before ends as if nothing had happened.
func TestFailureIsTakenBack(t *testing.T) {
	for name, p := range plans {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := p.run(t, scratch(t))
			want := history(t, whole, whole.Start)
			for _, n := range []int{1, 3, 5, 7, 9, 11, 15, 18} { // to where batches drop their oldest
				r := p.run(t, scratch(t))
				r.CheckpointEvery = 100
				loss := &failingLoss{Loss: r.Trainer.Loss, n: n}
				r.Trainer.Loss = loss
				err := r.Start(context.Background())
				if err == nil && loss.calls < n {
					break
				}
				require.ErrorIs(t, err, errOnce)
				var failed *sampler.Failed
				require.ErrorAs(t, err, &failed)
				checkpoints, err := rundir.Checkpoints(r.Dir)
				require.NoError(t, err)
				require.EqualValues(t, bytes.Count(read(t, r), []byte("\n")), checkpoints[0], "the state before is kept")
				r = p.run(t, r.Dir)
				require.True(t, bytes.Equal(want, history(t, r, r.Resume)), "training failed at call %d", n)
			}
		})
	}
}

// settings makes a run's lengths its settings.
func settings(r *sampler.Run, text string) {
	r.Settings = text
	r.Changes = func(former string) ([]sampler.Change, error) {
		if strings.Contains(text, "never") {
			return nil, errOnce
		}
		return []sampler.Change{{Key: "text", Was: former, Now: text}}, nil
	}
}

// A finished run is extended: phases of production go on, others only while nothing is
// built on them. The change is in the history, and the same changes at the same
// trajectories give the same history.
func TestExtended(t *testing.T) {
	p := plans["delta, adam"]
	extended := func(dir string, kill bool) []byte {
		r := p.run(t, dir)
		settings(r, "a")
		require.NoError(t, r.Start(context.Background()))
		r = p.run(t, dir)
		settings(r, "b")
		r.Phases[2].Trajectories, r.Phases[3].Trajectories = 7, 6
		if kill {
			require.ErrorIs(t, until(r, 18, true, r.Resume), sampler.ErrInterrupted)
			r = p.run(t, dir)
			settings(r, "b")
			r.Phases[2].Trajectories, r.Phases[3].Trajectories = 7, 6
		}
		return history(t, r, r.Resume)
	}
	dir := scratch(t)
	got := extended(dir, false)
	assert.True(t, bytes.Equal(got, extended(scratch(t), true)))
	var phases []string
	var events []sampler.Event
	for line, err := range sampler.History(dir) {
		require.NoError(t, err)
		if line.Event != nil {
			events = append(events, *line.Event)
			continue
		}
		phases = append(phases, line.Record.Phase[:1])
	}
	assert.Equal(t, "tttttttthhhhsssshhhss", strings.Join(phases, ""))
	assert.Equal(t, []sampler.Event{{Event: sampler.EventChange, Trajectory: 16, Changes: []sampler.Change{{Key: "text", Was: "a", Now: "b"}}}}, events)
	s, err := sampler.Summarise(dir)
	require.NoError(t, err)
	assert.Equal(t, 21, s.Trajectories)
	assert.Equal(t, 7, s.Phases["hmc"].Trajectories)
	assert.Equal(t, events, s.Events)

	for want, change := range map[string]func(*sampler.Run){
		"7 trajectories of hmc are done, it cannot have 6 (allowed: at least 7)": func(r *sampler.Run) { r.Phases[2].Trajectories = 6 },
		"thermalise is over":           func(r *sampler.Run) { r.Phases[0].Trajectories = 3 },
		"train is over, and what came": func(r *sampler.Run) { r.Phases[1].Trajectories = 9 },
		"cannot be resumed so: once":   func(r *sampler.Run) { settings(r, "never") },
	} {
		r := p.run(t, dir)
		settings(r, "c")
		r.Phases[2].Trajectories, r.Phases[3].Trajectories = 7, 6
		change(r)
		err := r.Resume(context.Background())
		require.ErrorIs(t, err, sampler.ErrSettings, want)
		require.ErrorContains(t, err, want)
		assert.Equal(t, got, read(t, r), "a refused change leaves the run alone")
	}
}

// Of history and checkpoints one without the other is refused; a newest checkpoint that
// is ahead of the history gives way to the one before; lines exchanged, replaced or lost
// are seen by a resume and by a summary; lost times and a lost configuration are not
// the end.
func TestDamagedDirectory(t *testing.T) {
	p := plans["delta, sgd"]
	whole := p.run(t, scratch(t))
	want := history(t, whole, whole.Start)
	other := p.run(t, scratch(t))
	other.Stream = other.Stream.Child("other")
	foreign := history(t, other, other.Start)
	lines := bytes.SplitAfter(want, []byte("\n"))
	join := func(l ...[]byte) []byte { return bytes.Join(l, nil) }
	cases := map[string]struct {
		damage  func(t *testing.T, dir string)
		err     string // of a resume; "": it ends as it should
		notice  string
		summary string // error of a summary before
	}{
		"nothing":        {damage: func(*testing.T, string) {}},
		"no checkpoints": {damage: func(t *testing.T, dir string) { removeAll(t, dir, "checkpoint-*") }, err: "a history and no checkpoint"},
		"no history":     {damage: func(t *testing.T, dir string) { removeAll(t, dir, rundir.HistoryFile) }, err: "checkpoints and no history.jsonl", summary: "no such file"},
		"history behind the newest checkpoint": {damage: func(t *testing.T, dir string) {
			write(t, dir, rundir.HistoryFile, join(lines[:15]...)) // checkpoints after 15 and 16
		}, notice: "skipped a checkpoint", summary: "ends before byte"},
		"history behind both": {damage: func(t *testing.T, dir string) { write(t, dir, rundir.HistoryFile, join(lines[:9]...)) }, err: "no valid checkpoint", summary: "ends before byte"},
		"lines exchanged": {damage: func(t *testing.T, dir string) {
			write(t, dir, rundir.HistoryFile, join(join(lines[:3]...), lines[4], lines[3], join(lines[5:]...)))
		}, err: "exchanged", summary: "exchanged"},
		"history of another run": {damage: func(t *testing.T, dir string) {
			write(t, dir, rundir.HistoryFile, foreign)
		}, err: "rundir: no valid checkpoint", summary: "not the lines that the checkpoint counts"},
		"no times":      {damage: func(t *testing.T, dir string) { removeAll(t, dir, rundir.TimingsFile) }, notice: "times of trajectories are lost"},
		"damaged times": {damage: func(t *testing.T, dir string) { write(t, dir, rundir.TimingsFile, []byte("x")) }, notice: "times of trajectories are lost"},
		"links off the group": {damage: func(t *testing.T, dir string) {
			forge(t, dir, func(s string, x []float64) {
				if s == "links" {
					x[3] += 1e-3
				}
			})
		}, notice: "its links are off SU(2)"},
		"a weight that is no number": {damage: func(t *testing.T, dir string) {
			forge(t, dir, func(s string, x []float64) {
				if s == "guide parameters" {
					x[0] /= 0 * x[0]
				}
			})
		}, notice: "parameter 0 of the guide is"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := scratch(t)
			r := p.run(t, dir)
			require.NoError(t, r.Start(context.Background()))
			c.damage(t, dir)
			_, err := sampler.Summarise(dir)
			if c.summary == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.summary)
			}
			before, _ := os.ReadFile(filepath.Join(dir, rundir.HistoryFile))
			r = p.run(t, dir)
			var notices []string
			r.Notice = func(s string) { notices = append(notices, s) }
			err = r.Resume(context.Background())
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				after, _ := os.ReadFile(filepath.Join(dir, rundir.HistoryFile))
				assert.Equal(t, before, after, "a refused directory is left alone")
				return
			}
			require.NoError(t, err)
			assert.True(t, bytes.Equal(want, read(t, r)))
			assert.Contains(t, strings.Join(notices, "\n"), c.notice)
			assert.Equal(t, c.notice == "", len(notices) == 0, notices)
		})
	}
}

func removeAll(t *testing.T, dir, pattern string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, n := range names {
		require.NoError(t, os.Remove(n))
	}
}

func write(t *testing.T, dir, name string, b []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o666))
}

// forge writes the newest checkpoint again with other numbers, and a digest that fits.
func forge(t *testing.T, dir string, change func(section string, x []float64)) {
	t.Helper()
	c, _, err := rundir.Latest(dir)
	require.NoError(t, err)
	require.NoError(t, rundir.WriteSections(c.Name(), c.Trajectory(), func(w *rundir.CheckpointWriter) error {
		for _, s := range c.Sections() {
			if s == "links" || s == "guide parameters" {
				x, err := c.Numbers(s)
				require.NoError(t, err)
				change(s, x)
				w.Float64s(s, x)
				continue
			}
			text, err := c.Text(s)
			require.NoError(t, err)
			w.Text(s, text)
		}
		return nil
	}))
	require.NoError(t, c.Close())
}

// What a checkpoint says of where the run stands is held against itself.
func TestStateThatMakesNoSense(t *testing.T) {
	p := plans["delta, sgd"]
	for state, want := range map[string]string{
		`{"trajectory":3,"done":{"thermalise":2},"accepted":{},"expected":{},"refused":0,"failed":0}`:               "it says trajectory 3, and 2 of all phases",
		`{"trajectory":2,"done":{"thermalise":2},"accepted":{"thermalise":3},"expected":{},"refused":0,"failed":0}`: "3 of 2 trajectories of thermalise accepted",
		`{"trajectory":2,"done":{"thermalise":3,"hmc":-1},"accepted":{},"expected":{},"refused":0,"failed":0}`:      "-1 trajectories",
		`{"trajectory":2,"done":{"thermalise":2,"other":1},"accepted":{},"expected":{},"refused":0,"failed":0}`:     `no phase "other"`,
		`{"trajectory":2,"done":{"thermalise":2},"accepted":{},"refused":0,"failed":0}`:                             "lacks counts",
		`{"trajectory":2,"phase":-1}`: "unknown field",
	} {
		r := p.run(t, scratch(t))
		require.ErrorIs(t, until(r, 2, false, r.Start), sampler.ErrInterrupted)
		c, _, err := rundir.Latest(r.Dir)
		require.NoError(t, err)
		require.NoError(t, rundir.WriteSections(c.Name(), c.Trajectory(), func(w *rundir.CheckpointWriter) error {
			for _, s := range c.Sections() {
				text, err := c.Text(s)
				require.NoError(t, err)
				if s == "state" {
					text = state
				}
				w.Text(s, text)
			}
			return nil
		}))
		require.NoError(t, c.Close())
		var notices []string
		r = p.run(t, r.Dir)
		r.Notice = func(s string) { notices = append(notices, s) }
		require.NoError(t, r.Resume(context.Background()), "the one before does")
		require.NotEmpty(t, notices)
		assert.Contains(t, notices[0], want)
	}
}

// The history of a run is its own while it goes on: removed, it comes back; replaced,
// the run ends and what it wrote is kept.
func TestHistoryRemovedUnderway(t *testing.T) {
	p := plans["delta, sgd"]
	whole := p.run(t, scratch(t))
	want := history(t, whole, whole.Start)
	for _, replaced := range []bool{false, true} {
		r := p.run(t, scratch(t))
		path := filepath.Join(r.Dir, rundir.HistoryFile)
		r.Progress = func(q sampler.Progress) {
			if q.Trajectory == 5 {
				require.NoError(t, os.Remove(path))
				if replaced {
					require.NoError(t, os.WriteFile(path, []byte("other"), 0o666))
				}
			}
		}
		err := r.Start(context.Background())
		if !replaced {
			require.NoError(t, err)
			assert.True(t, bytes.Equal(want, read(t, r)))
			continue
		}
		require.ErrorContains(t, err, "kept as "+path+".kept-6")
		require.NoError(t, os.Rename(path+".kept-6", path))
		r = p.run(t, r.Dir)
		assert.True(t, bytes.Equal(want, history(t, r, r.Resume)))
	}
}

// Lines that are exchanged in the file while the run goes on are seen at its next
// checkpoint.
func TestHistoryChangedUnderway(t *testing.T) {
	r := plans["delta, sgd"].run(t, scratch(t))
	path := filepath.Join(r.Dir, rundir.HistoryFile)
	r.CheckpointEvery = 4
	r.Progress = func(q sampler.Progress) {
		switch q.Trajectory {
		case 5: // four are on disk
			b := read(t, r)
			i := bytes.IndexByte(b, '\n') - 3
			b[i] ^= 1
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteAt(b, 0)
			require.NoError(t, err)
			require.NoError(t, f.Close())
		case 9:
			t.Error("the run went on")
		}
	}
	err := r.Start(context.Background())
	var damage *rundir.Damage
	require.ErrorAs(t, err, &damage)
	assert.Equal(t, 1, damage.Line)
}

// Trajectories are accepted unconditionally at the begin of a phase, never in
// production; a phase of production that accepts nothing is an error, at every resume.
func TestUnconditional(t *testing.T) {
	p := plans["delta, sgd"]
	coarse := func(dir string) *sampler.Run {
		r := p.run(t, dir)
		// tau 30 in two steps: nothing is ever accepted
		hmc, err := sampler.NewSLHMC(r.Links, r.Trainer.Sampled, []sampler.Level{{Force: r.Trainer.Sampled, Scheme: sampler.Leapfrog(), Steps: 2}}, 30)
		require.NoError(t, err)
		r.Phases = []sampler.Phase{
			{Name: "thermalise", Sampler: hmc, Trajectories: 4, Unconditional: 2},
			{Name: "hmc", Sampler: hmc, Trajectories: 3, Production: true},
		}
		return r
	}
	r := coarse(scratch(t))
	for range 2 {
		err := r.Start(context.Background())
		if err != nil && errors.Is(err, os.ErrExist) {
			r = coarse(r.Dir)
			err = r.Resume(context.Background())
		}
		require.ErrorContains(t, err, "phase hmc: none of its 3 trajectories was accepted")
	}
	accepted := ""
	for line, err := range sampler.History(r.Dir) {
		require.NoError(t, err)
		accepted += fmt.Sprintf("%v/%v ", line.Record.Accepted, line.Record.Unconditional)
	}
	assert.Equal(t, "true/true true/true false/false false/false false/false false/false false/false ", accepted)

	r = coarse(scratch(t))
	r.Phases[1].Unconditional = 1
	require.ErrorContains(t, r.Start(context.Background()), "its averages would be wrong")
}

// A measurement that fails on the way to equilibrium is told, and ends nothing.
func TestWatchingMayFail(t *testing.T) {
	r := plans["delta, sgd"].run(t, scratch(t))
	r.Phases, r.MeasureEvery = r.Phases[:1], 1
	r.Phases[0].Measure = true
	r.Observables[0].Measure = func([]float64, *gauge.Field, rng.Stream) error { return errOnce }
	var notices []string
	r.Notice = func(s string) { notices = append(notices, s) }
	require.NoError(t, r.Start(context.Background()))
	assert.Equal(t, []string{
		"trajectory 0 (thermalise) has no observables: measuring [plaquette]: once",
		"trajectory 1 (thermalise) has no observables: measuring [plaquette]: once",
	}, notices)
}

// What still drifts when a phase that was to reach equilibrium ends is told there, and in
// the summary; what stands still is not, nor anything of production.
func TestDriftIsTold(t *testing.T) {
	for slope, told := range map[float64]bool{0: false, 1: true} {
		r := plans["delta, sgd"].run(t, scratch(t))
		r.MeasureEvery = 1
		r.Phases = []sampler.Phase{
			{Name: "thermalise", Sampler: r.Phases[0].Sampler, Trajectories: 200, Measure: true},
			{Name: "hmc", Sampler: r.Phases[2].Sampler, Trajectories: 60, Measure: true, Production: true},
		}
		n := 0.
		r.Observables = r.Observables[1:] // independent noise
		noise := r.Observables[0].Measure
		r.Observables[0].Measure = func(dst []float64, u *gauge.Field, s rng.Stream) error {
			n++
			err := noise(dst, u, s)
			dst[0] += slope * n
			return err
		}
		var notices []string
		r.Notice = func(s string) { notices = append(notices, s) }
		require.NoError(t, r.Start(context.Background()))
		s, err := sampler.Summarise(r.Dir)
		require.NoError(t, err)
		assert.Nil(t, s.Phases["hmc"].Drifts)
		if !told {
			assert.Empty(t, notices)
			assert.Nil(t, s.Phases["thermalise"].Drifts)
			assert.Nil(t, s.Phases["thermalise"].Untold)
			continue
		}
		require.Len(t, notices, 1)
		assert.Contains(t, notices[0], "thermalise: a still drifts at the end: by ")
		require.Len(t, s.Phases["thermalise"].Drifts, 1)
		assert.InEpsilon(t, 100*slope, float64(s.Phases["thermalise"].Drifts[0].Change), 0.1)
	}
	r := plans["delta, sgd"].run(t, scratch(t)) // two trajectories of thermalise
	r.MeasureEvery, r.Phases = 1, r.Phases[:1]
	r.Phases[0].Measure = true
	require.NoError(t, r.Start(context.Background()))
	s, err := sampler.Summarise(r.Dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "plaquette"}, s.Phases["thermalise"].Untold)
}

// A deadline stops the run before a trajectory that may not end in time, with a
// checkpoint; the run that goes on ends as if nothing had happened.
func TestDeadline(t *testing.T) {
	p := plans["delta, sgd"]
	whole := p.run(t, scratch(t))
	want := history(t, whole, whole.Start)
	r := p.run(t, scratch(t))
	r.Deadline = time.Now()
	err := r.Start(context.Background())
	require.ErrorIs(t, err, sampler.ErrDeadline)
	require.ErrorIs(t, err, sampler.ErrInterrupted)
	r = p.run(t, r.Dir)
	five := uint64(5)
	r.Until = &five
	require.ErrorIs(t, r.Resume(context.Background()), sampler.ErrReached)
	assert.Equal(t, 5, bytes.Count(read(t, r), []byte("\n")))
	r = p.run(t, r.Dir)
	r.Deadline = time.Now().Add(time.Hour)
	r.CheckpointEvery, r.CheckpointAfter = 1000, time.Nanosecond // one after each trajectory
	r.Progress = func(q sampler.Progress) {
		if q.Trajectory > 6 {
			assert.FileExists(t, filepath.Join(r.Dir, rundir.CheckpointName(q.Trajectory-1)))
		}
	}
	assert.True(t, bytes.Equal(want, history(t, r, r.Resume)))
}

// wide is a guide of many parameters that does nothing with them.
type wide struct {
	action.Action
	theta []float64
}

func (w *wide) NumParams() int                                          { return len(w.theta) }
func (w *wide) Params(dst []float64)                                    { copy(dst, w.theta) }
func (w *wide) SetParams(src []float64) error                           { copy(w.theta, src); return nil }
func (w *wide) AddParamGradient([]float64, float64, *gauge.Field) error { return nil }

// slope is a loss with a constant gradient.
type slope struct{}

func (slope) Name() string { return "slope" }
func (slope) Gradient(g []float64, _ sampler.Trainable, _ action.Action, _, _ *gauge.Field) (float64, error) {
	for k := range g {
		g[k] = 1
	}
	return 1, nil
}

// Many parameters do not go into lines: their norm does, and when they are frozen they
// are in a file of their own.
func TestManyParameters(t *testing.T) {
	for _, n := range []int{sampler.MaxRecordedParams, sampler.MaxRecordedParams + 1} {
		r := plans["delta, sgd"].run(t, scratch(t))
		w := &wide{Action: r.Trainer.Target, theta: make([]float64, n)}
		r.Guide, r.Trainer.Guide, r.Trainer.Loss, r.Trainer.Optimizer = w, w, slope{}, sampler.NewSGD(0.5)
		r.Trainer.Clip = 0
		r.Phases = r.Phases[:3]
		require.NoError(t, r.Start(context.Background()))
		s, err := sampler.Summarise(r.Dir)
		require.NoError(t, err)
		path := filepath.Join(r.Dir, "weights-00000008.slhmc")
		if n == sampler.MaxRecordedParams {
			assert.Len(t, s.Training.Weights, n)
			assert.Nil(t, s.Training.WeightsNorm)
			assert.NoFileExists(t, path)
			continue
		}
		assert.Nil(t, s.Training.Weights)
		require.NotNil(t, s.Training.WeightsNorm)
		assert.InEpsilon(t, 3*math.Sqrt(float64(n)), float64(*s.Training.WeightsNorm), 1e-12) // six steps of a half
		stored, err := sampler.LoadParams(path)
		require.NoError(t, err)
		assert.Equal(t, w.theta, stored.Params)
		assert.EqualValues(t, 8, stored.Trajectory)
	}
}

// Weights that a step makes infinite are an error of that step.
func TestStepTooLarge(t *testing.T) {
	r := plans["delta, sgd"].run(t, scratch(t))
	r.Trainer.Optimizer = sampler.NewSGD(1e300)
	r.Trainer.Clip = 0
	err := r.Start(context.Background())
	require.ErrorContains(t, err, "trajectory 2 (train): sampler: parameter 0 of the guide is")
	require.ErrorContains(t, err, "the learning rate is too large")
}

// What fails after a step of training takes that back too, the optimizer's memory
// included.
func TestTrainedAndFailedIsTakenBack(t *testing.T) {
	run := func(dir string) *sampler.Run {
		r := plans["delta, adam"].run(t, dir)
		w := &wide{Action: r.Trainer.Target, theta: make([]float64, sampler.MaxRecordedParams+1)}
		r.Guide, r.Trainer.Guide, r.Trainer.Loss, r.Trainer.Optimizer = w, w, slope{}, sampler.NewMomentum(0.5, 0.5)
		r.Phases = r.Phases[:3]
		return r
	}
	whole := run(scratch(t))
	want := history(t, whole, whole.Start)
	r := run(scratch(t))
	inTheWay := filepath.Join(r.Dir, "weights-00000008.slhmc")
	require.NoError(t, os.Mkdir(inTheWay, 0o777))
	var failed *sampler.Failed
	require.ErrorAs(t, r.Start(context.Background()), &failed)
	require.NoError(t, os.Remove(inTheWay))
	r = run(r.Dir)
	assert.True(t, bytes.Equal(want, history(t, r, r.Resume)))
	assert.Equal(t, parameters(whole), parameters(r))
}
