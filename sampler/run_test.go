package sampler_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// plan is a run of all phases: what a test varies of it.
type plan struct {
	loss      string
	optimizer func() *sampler.Optimizer
	batch     int
	workers   int
	extents   []int
}

func (p plan) total() int { return 16 }

// run returns the run of the plan in dir, from new objects.
func (p plan) run(t testing.TB, dir string) *sampler.Run {
	t.Helper()
	r := newRig(t, group.SU2, action.Tight(), lattice.NewPool(p.workers), p.extents...)
	loss, err := sampler.LossByName(p.loss)
	require.NoError(t, err)
	tr := r.trainer(loss, p.optimizer())
	tr.Clip = 50
	if p.batch > 0 {
		tr.Batch, tr.Keep = p.batch, p.batch+1
	}
	hmc, slhmc := r.hmc(t), r.slhmc(t)
	plaquette, err := gauge.NewLoopSum(r.u.Geometry(), r.u.Group(), gauge.Plaquettes(len(p.extents), 1))
	require.NoError(t, err)
	return &sampler.Run{
		Dir: dir, Links: r.u, Stream: rng.New(7).Child("run"), Guide: r.guide, Trainer: tr,
		Phases: []sampler.Phase{
			{Name: "thermalise", Sampler: hmc, Trajectories: 2},
			{Name: "train", Sampler: hmc, Trajectories: 6, Train: true},
			{Name: "hmc", Sampler: hmc, Trajectories: 4, Measure: true, Production: true},
			{Name: "slhmc", Sampler: slhmc, Trajectories: 4, Measure: true, Production: true},
		},
		Observables: []sampler.Observable{
			{Names: []string{"plaquette"}, Measure: func(dst []float64, u *gauge.Field, _ rng.Stream) error {
				dst[0] = plaquette.ReTr(u)
				return nil
			}},
			{Names: []string{"a", "b"}, Measure: func(dst []float64, _ *gauge.Field, s rng.Stream) error {
				source := s.Site(0)
				dst[0], dst[1] = source.Normals()
				return nil
			}},
		},
		MeasureEvery: 2, CheckpointEvery: 3, Identity: "one\ntwo\n",
	}
}

var plans = map[string]plan{
	"delta, sgd":           {"delta", func() *sampler.Optimizer { return sampler.NewSGD(1e-5) }, 0, 1, []int{4, 4}},
	"action, momentum":     {"action", func() *sampler.Optimizer { return sampler.NewMomentum(1e-5, 0.5) }, 0, 1, []int{4, 4}},
	"delta, adam":          {"delta", func() *sampler.Optimizer { return sampler.NewAdam(1e-3, 0.9, 0.99) }, 0, 1, []int{4, 4}},
	"force, adam, batch":   {"force", func() *sampler.Optimizer { return sampler.NewAdam(1e-3, 0.9, 0.99) }, 2, 1, []int{4, 4}},
	"delta, batch of many": {"delta", func() *sampler.Optimizer { return sampler.NewMomentum(1e-5, 0.9) }, 4, 1, []int{4, 4}},
}

// scratch returns an empty folder in memory where the system has one, else on disk:
// what a run writes is synced again and again, and a test should not wait for that.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "slhmc")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// history runs to the end and returns the bytes of the history.
func history(t testing.TB, r *sampler.Run, run func(context.Context) error) []byte {
	t.Helper()
	require.NoError(t, run(context.Background()))
	return read(t, r)
}

func read(t testing.TB, r *sampler.Run) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.Dir, rundir.HistoryFile))
	require.NoError(t, err)
	return b
}

// killed is what a run is ended by that gets no chance to write a checkpoint. (Its
// journals are closed by the run; what they hold beyond the checkpoint is what a
// killed process may leave.)
type killed struct{}

// until runs until trajectory n is done, then ends it.
func until(r *sampler.Run, n int, kill bool, run func(context.Context) error) (err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if n == 0 {
		cancel()
	}
	r.Progress = func(p sampler.Progress) {
		switch {
		case int(p.Trajectory) != n:
		case kill:
			panic(killed{})
		default:
			cancel()
		}
	}
	defer func() {
		if x := recover(); x != nil {
			if _, ok := x.(killed); !ok {
				panic(x)
			}
			err = sampler.ErrInterrupted
		}
	}()
	return run(ctx)
}

// A run that is interrupted, or killed, after any trajectory and resumed by another
// process ends with the same history, bit for bit, and the same parameters.
func TestResumeBitForBit(t *testing.T) {
	for name, p := range plans {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := p.run(t, scratch(t))
			want := history(t, whole, whole.Start)
			theta := parameters(whole)
			require.Equal(t, p.total(), bytes.Count(want, []byte("\n")))
			for n := range p.total() {
				for _, kill := range []bool{false, true} {
					if kill && n%4 != 1 || testing.Short() && n%3 > 0 {
						continue
					}
					dir := scratch(t)
					r := p.run(t, dir)
					if !kill {
						r.CheckpointEvery = 100 // that of the interruption alone
					}
					require.ErrorIs(t, until(r, n, kill, r.Start), sampler.ErrInterrupted)
					part := read(t, r)
					require.Equal(t, n, bytes.Count(part, []byte("\n")), "lines after %d trajectories", n)
					if !kill {
						require.FileExists(t, filepath.Join(dir, rundir.CheckpointName(uint64(n))))
					}
					r = p.run(t, dir)
					r.CheckpointEvery = 100
					require.True(t, bytes.Equal(want, history(t, r, r.Resume)), "%s: resumed after %d, killed %v", name, n, kill)
					require.Equal(t, theta, parameters(r))
				}
			}
		})
	}
}

func parameters(r *sampler.Run) []float64 {
	theta := make([]float64, r.Guide.NumParams())
	r.Guide.Params(theta)
	return theta
}

// Interrupted after each trajectory in turn, and resumed once it is complete.
func TestResumeAgainAndAgain(t *testing.T) {
	p := plans["force, adam, batch"]
	whole := p.run(t, scratch(t))
	want := history(t, whole, whole.Start)
	dir := scratch(t)
	r := p.run(t, dir)
	require.ErrorIs(t, until(r, 0, false, r.Start), sampler.ErrInterrupted)
	for n := 1; n < p.total(); n++ {
		r = p.run(t, dir)
		require.ErrorIs(t, until(r, n, n%2 == 0, r.Resume), sampler.ErrInterrupted)
	}
	for range 2 {
		r = p.run(t, dir)
		require.True(t, bytes.Equal(want, history(t, r, r.Resume)))
	}
}

// 1, 2 and 4 workers give the same bits.
func TestRunDoesNotDependOnWorkers(t *testing.T) {
	var want []byte
	counts := []int{1, 2, 4}
	if testing.Short() {
		counts = counts[:2]
	}
	for _, workers := range counts {
		p := plans["delta, adam"]
		p.workers, p.extents = workers, []int{8, 8}
		r := p.run(t, scratch(t))
		require.Greater(t, r.Links.Geometry().Chunks(lattice.Even), 1, "there is work to share")
		for i := range r.Phases {
			r.Phases[i].Trajectories = 2
			r.Phases[i].Production = false // far from equilibrium as it is, nothing need be accepted
		}
		got := history(t, r, r.Start)
		if want == nil {
			want = got
		}
		require.True(t, bytes.Equal(want, got), "%d workers", workers)
	}
}

// Every phase does what it says: training records the parameters after each step and
// stops with its phase, measurements come every so often in production alone.
func TestPhases(t *testing.T) {
	p := plans["delta, adam"]
	r := p.run(t, scratch(t))
	first := parameters(r)
	b := history(t, r, r.Start)
	reader := rundir.NewJournalReader("history", bytes.NewReader(b))
	var phases []string
	n, last := uint64(0), []rundir.Float(nil)
	noise := map[rundir.Float]bool{}
	for reader.Next() {
		var rec sampler.Record
		require.NoError(t, reader.Decode(&rec))
		require.Equal(t, n, rec.Trajectory)
		n++
		phases = append(phases, rec.Phase)
		production := rec.Phase == "hmc" || rec.Phase == "slhmc"
		assert.Equal(t, production && n%2 == 0, len(rec.Observables) == 3, "trajectory %d", rec.Trajectory)
		if production && n%2 == 0 {
			a := rec.Observables["a"]
			assert.False(t, noise[a], "no trajectory has the noise of another")
			noise[a] = true
		}
		require.Equal(t, rec.Phase == "train", rec.Training != nil)
		if rec.Training != nil {
			require.NotEqual(t, last, rec.Training.Params)
			last = rec.Training.Params
		}
		require.Len(t, rec.Forces, 2)
		assert.Equal(t, []any{"quarks", 5, "", 12}, []any{rec.Forces[0].Term, rec.Forces[0].Kicks, rec.Forces[1].Term, rec.Forces[1].Kicks})
		assert.Positive(t, rec.Iterations)
		if rec.Phase != "slhmc" {
			assert.Equal(t, rec.DeltaH, rec.GuideDeltaH)
		} else {
			assert.NotEqual(t, rec.DeltaH, rec.GuideDeltaH)
		}
	}
	require.NoError(t, reader.Err())
	assert.Equal(t, []string{"thermalise", "train", "hmc", "slhmc"}, slices.Compact(phases))
	theta := parameters(r)
	require.NotEqual(t, first, theta)
	for k := range theta {
		assert.Equal(t, theta[k], float64(last[k]), "the last recorded parameters are those of production")
	}
}

// Training sees the proposal of the trajectory, accepted or not, from its start.
func TestRunTrainsOnTheProposal(t *testing.T) {
	r := plans["delta, sgd"].run(t, scratch(t))
	w := &witness{}
	r.Trainer.Loss = w
	r.Progress = func(p sampler.Progress) {
		if !p.Phase.Train {
			return
		}
		start, end := p.Phase.Sampler.Proposal()
		require.Len(t, w.shown, p.Done)
		assert.Equal(t, start.Export(nil), w.shown[p.Done-1].start)
		assert.Equal(t, end.Export(nil), w.shown[p.Done-1].end)
	}
	require.NoError(t, r.Start(context.Background()))
	assert.Len(t, w.shown, 6)
}

// An interruption whose checkpoint cannot be written is a failure: there is nothing
// to resume from.
func TestInterruptionWithoutCheckpoint(t *testing.T) {
	r := plans["delta, sgd"].run(t, scratch(t))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r.CheckpointEvery = 100
	r.Progress = func(sampler.Progress) {
		cancel()
		require.NoError(t, os.RemoveAll(r.Dir))
	}
	err := r.Start(ctx)
	require.Error(t, err)
	assert.NotErrorIs(t, err, sampler.ErrInterrupted)
}

// Configurations are saved every so many trajectories of production, each with the
// links that the trajectory left, before and after an interruption.
func TestSaveEvery(t *testing.T) {
	p := plans["delta, sgd"]
	dir := scratch(t)
	saved := map[string][]float64{}
	saving := func() *sampler.Run {
		r := p.run(t, dir)
		r.SaveEvery = 2
		r.Save = func(path string, u *gauge.Field) error {
			saved[filepath.Base(path)] = u.Export(nil)
			return os.WriteFile(path, nil, 0o666)
		}
		return r
	}
	r := saving()
	require.ErrorIs(t, until(r, 11, false, r.Start), sampler.ErrInterrupted)
	r = saving()
	require.NoError(t, r.Resume(context.Background()))
	for _, name := range []string{"links-hmc-00000002.ildg", "links-hmc-00000004.ildg", "links-slhmc-00000002.ildg", "links-slhmc-00000004.ildg"} {
		assert.Contains(t, saved, name)
		assert.FileExists(t, filepath.Join(dir, name))
	}
	assert.Len(t, saved, 4)
	assert.Equal(t, r.Links.Export(nil), saved["links-slhmc-00000004.ildg"])

	full := errors.New("disk full")
	r = p.run(t, scratch(t))
	r.SaveEvery, r.Save = 1, func(string, *gauge.Field) error { return full }
	require.ErrorIs(t, r.Start(context.Background()), full)
}

// Measurements and checkpoints come every so many trajectories, no sooner and no
// later, every single one being allowed.
func TestCadence(t *testing.T) {
	p := plans["force, adam, batch"]
	for _, every := range []int{1, 3, 4} {
		r := p.run(t, scratch(t))
		r.MeasureEvery, r.CheckpointEvery = every, every
		r.Trainer.Keep = r.Trainer.Batch
		n, seconds := 0, []float64(nil)
		r.Progress = func(q sampler.Progress) {
			n++
			seconds = append(seconds, q.SecondsThisStep)
			files, err := filepath.Glob(filepath.Join(r.Dir, "checkpoint-*"))
			require.NoError(t, err)
			require.NotEmpty(t, files)
			newest := fmt.Sprintf("checkpoint-%08d.slhmc", (n-1)/every*every) // before this one's
			assert.Equal(t, newest, filepath.Base(slices.Max(files)), "every %d, trajectory %d", every, n)
			assert.Equal(t, q.Phase.Measure && q.Done%every == 0, len(q.Record.Observables) > 0, "every %d, trajectory %d", every, n)
		}
		require.NoError(t, r.Start(context.Background()))
		assert.Equal(t, p.total(), n)

		b, err := os.ReadFile(filepath.Join(r.Dir, rundir.TimingsFile))
		require.NoError(t, err)
		reader := rundir.NewJournalReader("timings", bytes.NewReader(b))
		for reader.Next() {
			var spent sampler.Timing
			require.NoError(t, reader.Decode(&spent))
			assert.Equal(t, spent.Seconds+spent.Training+spent.Measuring, seconds[0])
			seconds = seconds[1:]
		}
		require.NoError(t, reader.Err())
		assert.Empty(t, seconds)
	}
}

// What would not be exact, or cannot be done, is refused before anything runs.
func TestRunRefuses(t *testing.T) {
	p := plans["delta, adam"]
	for want, change := range map[string]func(*sampler.Run){
		"trains the guide that moves it": func(r *sampler.Run) { r.Phases[3].Train = true },
		"there is no trainer":            func(r *sampler.Run) { r.Trainer = nil },
		"trains another guide":           func(r *sampler.Run) { r.Guide = nil },
		"batches of 3":                   func(r *sampler.Run) { r.Trainer.Batch, r.Trainer.Keep = 3, 2 },
		"nothing says how":               func(r *sampler.Run) { r.SaveEvery = 1 },
		"measurements every 0":           func(r *sampler.Run) { r.MeasureEvery = 0 },
		"checkpoints every 0":            func(r *sampler.Run) { r.CheckpointEvery = 0 },
	} {
		r := p.run(t, scratch(t))
		change(r)
		require.ErrorContains(t, r.Start(context.Background()), want)
		require.ErrorContains(t, r.Resume(context.Background()), want)
		entries, err := os.ReadDir(r.Dir)
		require.NoError(t, err)
		assert.Empty(t, entries, want)
	}
}

// A history is not overwritten, and a run not continued as another one, from its
// first moment on; the error shows where they part.
func TestRunKeepsWhatItFinds(t *testing.T) {
	p := plans["delta, sgd"]
	for n, kill := range map[int]bool{0: false, 1: true, 7: false} {
		r := p.run(t, scratch(t))
		require.ErrorIs(t, until(r, n, kill, r.Start), sampler.ErrInterrupted)
		before := read(t, r)
		again := p.run(t, r.Dir)
		require.ErrorIs(t, again.Start(context.Background()), os.ErrExist)
		other := p.run(t, r.Dir)
		other.Identity = "one\nthree\n"
		err := other.Resume(context.Background())
		require.ErrorIs(t, err, sampler.ErrOtherRun)
		require.ErrorContains(t, err, `it has "two", this run "three"`)
		assert.Equal(t, before, read(t, r))
	}
}

// A damaged checkpoint is reported, and the one before it used; if all are, the run
// does not start over.
func TestDamagedCheckpoint(t *testing.T) {
	p := plans["delta, adam"]
	whole := p.run(t, scratch(t))
	want := history(t, whole, whole.Start)

	r := p.run(t, scratch(t))
	require.ErrorIs(t, until(r, 8, false, r.Start), sampler.ErrInterrupted)
	damage := func(n uint64) {
		path := filepath.Join(r.Dir, rundir.CheckpointName(n))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		b[len(b)/2] ^= 4
		require.NoError(t, os.WriteFile(path, b, 0o666))
	}
	damage(8)
	r = p.run(t, r.Dir)
	var notices []string
	r.Notice = func(s string) { notices = append(notices, s) }
	require.True(t, bytes.Equal(want, history(t, r, r.Resume)))
	require.Len(t, notices, 1)
	assert.Contains(t, notices[0], "skipped a checkpoint")
	assert.Contains(t, notices[0], rundir.CheckpointName(8))

	entries, err := filepath.Glob(filepath.Join(r.Dir, "checkpoint-*"))
	require.NoError(t, err)
	require.Len(t, entries, 2)
	for _, e := range entries {
		require.NoError(t, os.Truncate(e, 100))
	}
	r = p.run(t, r.Dir) // without a Notice
	require.Error(t, r.Resume(context.Background()))
	assert.True(t, bytes.Equal(want, read(t, r)))
}

// A measurement that fails ends the run where it stands: what is on disk resumes.
func TestRunThatFails(t *testing.T) {
	p := plans["delta, sgd"]
	whole := p.run(t, scratch(t))
	want := history(t, whole, whole.Start)
	failure := errors.New("no solution")
	r := p.run(t, scratch(t))
	r.Observables[0].Measure = func([]float64, *gauge.Field, rng.Stream) error { return failure }
	err := r.Start(context.Background())
	require.ErrorIs(t, err, failure)
	assert.Equal(t, "trajectory 9 (hmc): measuring [plaquette]: no solution", fmt.Sprint(err))
	r = p.run(t, r.Dir)
	require.True(t, bytes.Equal(want, history(t, r, r.Resume)))
}
