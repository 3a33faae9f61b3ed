package sampler

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
)

// Phase is a stretch of trajectories with one sampler.
type Phase struct {
	Name         string
	Sampler      *SLHMC
	Trajectories int
	Train        bool // a step of training after each trajectory
	Measure      bool // production: observables are measured
}

// Observable is one or more numbers measured on a configuration.
type Observable struct {
	Names   []string
	Measure func(dst []float64, u *gauge.Field, s rng.Stream) error
}

// Run is a simulation in a directory that survives being killed: what is on disk
// after any number of interruptions and resumptions is, bit for bit, what an
// undisturbed run writes (timings aside).
type Run struct {
	Dir         string
	Links       *gauge.Field // where the first trajectory starts
	Stream      rng.Stream
	Phases      []Phase
	Observables []Observable
	Trainer     *Trainer  // for phases that train
	Guide       Trainable // whose parameters are recorded and restored; nil: none

	MeasureEvery    int
	CheckpointEvery int
	SaveEvery       int // configurations of measured phases, 0: never
	Save            func(path string, u *gauge.Field) error

	// Identity is what a resumed run must agree on: the resolved configuration,
	// the kernels. Compared as text.
	Identity string
	// Progress is called after each trajectory, if not nil.
	Progress func(Progress)
	// Notice is told what a person should know, if not nil: a damaged checkpoint
	// skipped.
	Notice func(string)

	state    state
	history  *rundir.Journal
	timings  *rundir.Journal
	names    []string
	observed []float64
}

// state is where a run stands.
type state struct {
	Phase      int    `json:"phase"`
	Done       int    `json:"done"`       // trajectories of the phase
	Trajectory uint64 `json:"trajectory"` // of the run
}

// Record is a line of history.jsonl.
type Record struct {
	Trajectory   uint64                  `json:"trajectory"`
	Phase        string                  `json:"phase"`
	DeltaH       rundir.Float            `json:"dh"`
	GuideDeltaH  rundir.Float            `json:"dh_guide"`
	Accepted     bool                    `json:"accepted"`
	Kinetic      [2]rundir.Float         `json:"kinetic"`
	Target       [2]rundir.Float         `json:"action"`
	Guide        [2]rundir.Float         `json:"action_guide"`
	Forces       []RecordedForce         `json:"forces"`
	Solves       int                     `json:"solves"`
	Iterations   int                     `json:"iterations"`
	Applications int                     `json:"applications"`
	Flops        *rundir.Float           `json:"flops,omitempty"` // nil: not known
	Observables  map[string]rundir.Float `json:"observables,omitempty"`
	Training     *RecordedTraining       `json:"training,omitempty"`
}

// RecordedForce is the size of one level's force: root mean square over links and
// kicks, and the largest such over links of one kick.
type RecordedForce struct {
	RMS rundir.Float `json:"rms"`
	Max rundir.Float `json:"max"`
}

// RecordedTraining is one step of training, with the parameters after it.
type RecordedTraining struct {
	Loss     rundir.Float   `json:"loss"`
	GradNorm rundir.Float   `json:"grad_norm"`
	Params   []rundir.Float `json:"params"`
}

// Timing is a line of timings.jsonl: seconds of one trajectory and of what
// followed it.
type Timing struct {
	Trajectory uint64  `json:"trajectory"`
	Seconds    float64 `json:"seconds"`
	Training   float64 `json:"training_seconds,omitempty"`
	Measuring  float64 `json:"measuring_seconds,omitempty"`
}

// Progress is how far a run has come.
type Progress struct {
	Phase           Phase
	Done            int // trajectories of the phase
	Trajectory      uint64
	Total           uint64 // trajectories of all phases
	Record          Record // of the last trajectory
	SecondsThisStep float64
}

// ErrInterrupted is the error of a run that was asked to stop and has written a
// checkpoint.
var ErrInterrupted = errors.New("sampler: interrupted")

// ErrOtherRun is the error of resuming a directory whose run had another Identity.
var ErrOtherRun = errors.New("it belongs to another run")

// check refuses what would not be exact or cannot be done.
func (r *Run) check() error {
	for _, p := range r.Phases {
		switch {
		case !p.Train:
		case !p.Sampler.HMC():
			return fmt.Errorf("sampler: phase %s trains the guide that moves it: a guide that changes along the chain does not leave the distribution alone (train during HMC, then freeze)", p.Name)
		case r.Trainer == nil:
			return fmt.Errorf("sampler: phase %s trains, but there is no trainer", p.Name)
		case r.Trainer.Guide != r.Guide:
			return fmt.Errorf("sampler: phase %s trains another guide than the one that the run records", p.Name)
		}
	}
	if t := r.Trainer; t != nil && t.Batch > 0 && (t.Keep < t.Batch || t.Sampled == nil) {
		return fmt.Errorf("sampler: batches of %d need the sampled action and at least as many kept trajectories (%d)", t.Batch, t.Keep)
	}
	if r.SaveEvery > 0 && r.Save == nil {
		return fmt.Errorf("sampler: configurations are to be saved every %d trajectories, but nothing says how", r.SaveEvery)
	}
	if r.MeasureEvery < 1 || r.CheckpointEvery < 1 {
		return fmt.Errorf("sampler: measurements every %d, checkpoints every %d trajectories (allowed: at least 1)", r.MeasureEvery, r.CheckpointEvery)
	}
	return nil
}

// trains reports whether training is still to come, or under way.
func (r *Run) trains() bool {
	return slices.ContainsFunc(r.Phases[min(r.state.Phase, len(r.Phases)):], func(p Phase) bool { return p.Train })
}

// Start begins in a directory without a history. Errors: there is one.
func (r *Run) Start(ctx context.Context) error {
	if err := r.check(); err != nil {
		return err
	}
	var err error
	if r.history, err = rundir.CreateJournal(filepath.Join(r.Dir, rundir.HistoryFile)); err != nil {
		return err
	}
	if r.timings, err = rundir.CreateJournal(filepath.Join(r.Dir, rundir.TimingsFile)); err != nil {
		return errors.Join(err, r.history.Close())
	}
	return r.loop(ctx)
}

// loop runs from the present state to the end, or to the interruption.
func (r *Run) loop(ctx context.Context) (err error) {
	defer func() {
		closing := errors.Join(r.history.Close(), r.timings.Close())
		if closing != nil && (err == nil || errors.Is(err, ErrInterrupted)) {
			err = closing // else it follows from err, which says more
		}
	}()
	for _, o := range r.Observables {
		r.names = append(r.names, o.Names...)
	}
	r.observed = make([]float64, len(r.names))
	if r.state.Trajectory == 0 { // from the first moment on, resuming knows whose run it is
		if err := r.checkpoint(); err != nil {
			return err
		}
	}
	for ; r.state.Phase < len(r.Phases); r.state.Phase, r.state.Done = r.state.Phase+1, 0 {
		p := r.Phases[r.state.Phase]
		for r.state.Done < p.Trajectories {
			if ctx.Err() != nil {
				if err := r.checkpoint(); err != nil {
					return err
				}
				return ErrInterrupted
			}
			if err := r.step(p); err != nil {
				return fmt.Errorf("trajectory %d (%s): %w", r.state.Trajectory, p.Name, err)
			}
			if r.state.Trajectory%uint64(r.CheckpointEvery) == 0 {
				if err := r.checkpoint(); err != nil {
					return err
				}
			}
		}
	}
	return r.checkpoint()
}

// step does one trajectory and what belongs to it.
func (r *Run) step(p Phase) error {
	began := time.Now()
	s := r.Stream.At(r.state.Trajectory)
	t, err := p.Sampler.Step(r.Links, s)
	if err != nil {
		return err
	}
	rec := record(r.state.Trajectory, p.Name, t)
	timing := Timing{Trajectory: r.state.Trajectory, Seconds: time.Since(began).Seconds()}
	if p.Train {
		began = time.Now()
		start, end := p.Sampler.Proposal()
		tr, err := r.Trainer.Step(start, end, r.Stream, r.state.Trajectory)
		if err != nil {
			return err
		}
		rec.Training = &RecordedTraining{Loss: rundir.Float(tr.Loss), GradNorm: rundir.Float(tr.GradNorm), Params: r.params()}
		timing.Training = time.Since(began).Seconds()
	}
	if p.Measure && (r.state.Done+1)%r.MeasureEvery == 0 {
		began = time.Now()
		if rec.Observables, err = r.measure(s.Child("measure")); err != nil {
			return err
		}
		timing.Measuring = time.Since(began).Seconds()
	}
	if err := r.history.Append(rec); err != nil {
		return err
	}
	if err := r.timings.Append(timing); err != nil {
		return err
	}
	r.state.Done++
	r.state.Trajectory++
	if p.Measure && r.SaveEvery > 0 && r.state.Done%r.SaveEvery == 0 {
		name := fmt.Sprintf("links-%s-%08d.ildg", p.Name, r.state.Done)
		if err := r.Save(filepath.Join(r.Dir, name), r.Links); err != nil {
			return err
		}
	}
	if r.Progress != nil {
		total := uint64(0)
		for _, q := range r.Phases {
			total += uint64(q.Trajectories)
		}
		r.Progress(Progress{p, r.state.Done, r.state.Trajectory, total, rec, timing.Seconds + timing.Training + timing.Measuring})
	}
	return nil
}

func record(trajectory uint64, phase string, t Trajectory) Record {
	rec := Record{
		Trajectory: trajectory, Phase: phase,
		DeltaH: rundir.Float(t.DeltaH), GuideDeltaH: rundir.Float(t.GuideDeltaH), Accepted: t.Accepted,
		Solves: t.Work.Solves, Iterations: t.Work.Iterations, Applications: t.Work.Applications,
	}
	if t.Work.Uncounted == 0 {
		flops := rundir.Float(t.Work.Flops)
		rec.Flops = &flops
	}
	for k := range 2 {
		rec.Kinetic[k], rec.Target[k], rec.Guide[k] = rundir.Float(t.Kinetic[k]), rundir.Float(t.Target[k]), rundir.Float(t.Guide[k])
	}
	for _, f := range t.Forces {
		rec.Forces = append(rec.Forces, RecordedForce{rundir.Float(math.Sqrt(f.Mean2)), rundir.Float(math.Sqrt(f.Max2))})
	}
	return rec
}

func (r *Run) measure(s rng.Stream) (map[string]rundir.Float, error) {
	dst := r.observed
	for _, o := range r.Observables {
		if err := o.Measure(dst[:len(o.Names)], r.Links, s); err != nil {
			return nil, fmt.Errorf("measuring %v: %w", o.Names, err)
		}
		dst = dst[len(o.Names):]
	}
	m := make(map[string]rundir.Float, len(r.names))
	for k, name := range r.names {
		m[name] = rundir.Float(r.observed[k])
	}
	return m, nil
}

// params returns the guide's parameters for the record.
func (r *Run) params() []rundir.Float {
	theta := make([]float64, r.Guide.NumParams())
	r.Guide.Params(theta)
	p := make([]rundir.Float, len(theta))
	for k, x := range theta {
		p[k] = rundir.Float(x)
	}
	return p
}
