package sampler

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
)

// Phase is a stretch of trajectories with one sampler.
type Phase struct {
	Name         string
	Sampler      *SLHMC
	Trajectories int
	Train        bool // a step of training after each trajectory
	Measure      bool // observables are measured
	Production   bool // its averages count: configurations are saved, and it may grow after its end

	// Unconditional is how many trajectories at its begin are accepted whatever dH
	// is: on the way to equilibrium, never in production.
	Unconditional int
}

// Observable is one or more numbers measured on a configuration.
type Observable struct {
	Names   []string
	Measure func(dst []float64, u *gauge.Field, s rng.Stream) error
}

// Run is a simulation in a directory that survives being killed: what is on disk
// after any number of interruptions and resumptions is, bit for bit, what an
// undisturbed run writes (timings aside).
//
// The next trajectory belongs to the first phase, in order, that is not complete. So
// a phase of production that is made longer goes on, whatever came after it.
type Run struct {
	Dir         string
	Links       *gauge.Field // where the first trajectory starts
	Stream      rng.Stream
	Phases      []Phase
	Observables []Observable
	Trainer     *Trainer  // for phases that train
	Guide       Trainable // whose parameters are recorded and restored; nil: none
	Watched     []Watched // actions of target and guide that follow the spectrum of their operators

	MeasureEvery    int
	CheckpointEvery int
	CheckpointAfter time.Duration // since the last one, 0: as CheckpointEvery says
	SaveEvery       int           // configurations of production, 0: never
	Save            func(path string, u *gauge.Field) error

	// Until is the trajectory before which the run stops with a checkpoint and
	// ErrReached; nil: none.
	Until *uint64

	// RefuseFailures counts a proposal that fails as refused (why that is exact:
	// SLHMC), up to MaxFailures of them in a row; else the first one ends the run.
	RefuseFailures bool
	MaxFailures    int

	// Deadline is when the process must have ended; zero: never. The run stops, as if
	// interrupted, before a trajectory that might last longer.
	Deadline time.Time

	// Identity is what a resumed run must agree on, Settings what may have changed
	// since. Both are compared as text. Changes tells what differs between former
	// settings and these, or why that is not possible; Adopt, if not nil, is called
	// before changes are recorded.
	Identity string
	Settings string
	Changes  func(former string) ([]Change, error)
	Adopt    func() error
	// Sources are the files that the first trajectory depends on.
	Sources []Source

	// Held says whether the directory is still this process's to write to, if not nil:
	// asked before each checkpoint.
	Held func() error
	// Progress is called after each trajectory, if not nil.
	Progress func(Progress)
	// Notice is told what a person should know, if not nil.
	Notice func(string)

	state    state
	history  *rundir.Journal
	timings  *rundir.Journal // nil: they could not be written
	names    []string
	observed []float64
	trained  bool              // the trainer has moved in this trajectory
	before   []action.Spectrum // of the watched actions, as the trajectory found them
	slowest  time.Duration     // of the trajectories of this process and the last ones before it, with all that follows one
	saving   time.Duration     // of the last checkpoint
	saved    time.Time         // when that was

	verified  time.Time     // when the history was read again
	verifying time.Duration // and how long that took
}

// state is where a run stands.
type state struct {
	Trajectory uint64             `json:"trajectory"` // of the run
	Done       map[string]int     `json:"done"`       // trajectories of each phase
	Accepted   map[string]int     `json:"accepted"`   // of them
	Expected   map[string]float64 `json:"expected"`   // of them: the sum of min(1, exp(-dH))
	Refused    int                `json:"refused"`    // trajectories in a row
	Failed     int                `json:"failed"`     // proposals in a row
}

// Timing is a line of timings.jsonl: seconds of one trajectory and of what
// followed it.
type Timing struct {
	Trajectory uint64  `json:"trajectory"`
	Seconds    float64 `json:"seconds"`
	Training   float64 `json:"training_seconds,omitempty"`
	Measuring  float64 `json:"measuring_seconds,omitempty"`
	// Forces are seconds of the terms of each level's force.
	Forces [][]float64 `json:"force_seconds,omitempty"`
}

func (t Timing) total() float64 { return t.Seconds + t.Training + t.Measuring }

// Progress is how far a run has come.
type Progress struct {
	Phase           Phase
	Done            int // trajectories of the phase
	Trajectory      uint64
	Total           uint64 // trajectories of all phases
	Record          Record // of the last trajectory
	SecondsThisStep float64
}

var (
	// ErrInterrupted is the error of a run that was asked to stop and has written a
	// checkpoint.
	ErrInterrupted = errors.New("sampler: interrupted")
	// ErrDeadline is that error where the deadline asked.
	ErrDeadline = fmt.Errorf("%w: time is up", ErrInterrupted)
	// ErrReached is the error of a run that has reached Until.
	ErrReached = errors.New("sampler: reached")
	// ErrOtherRun is the error of resuming a directory whose run had another Identity.
	ErrOtherRun = errors.New("it belongs to another run")
	// ErrSettings is the error of resuming a run with settings that it cannot change to.
	ErrSettings = errors.New("a run cannot be resumed so")
	// ErrIncomplete is the error of a directory that lacks files of its run.
	ErrIncomplete = errors.New("files of the run are missing")
)

// check refuses what would not be exact or cannot be done.
func (r *Run) check() error {
	for _, p := range r.Phases {
		switch {
		case p.Production && p.Unconditional > 0:
			return fmt.Errorf("sampler: phase %s would accept its first %d trajectories whatever dH is: its averages would be wrong", p.Name, p.Unconditional)
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

// next returns the phase of the next trajectory, nil at the end.
func (r *Run) next() *Phase {
	for i := range r.Phases {
		if p := &r.Phases[i]; r.state.Done[p.Name] < p.Trajectories {
			return p
		}
	}
	return nil
}

// trains reports whether training is still to come, or under way.
func (r *Run) trains() bool {
	return slices.ContainsFunc(r.Phases, func(p Phase) bool { return p.Train && r.state.Done[p.Name] < p.Trajectories })
}

// Start begins in a directory without a run. Errors: there is one.
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
	return r.begin(ctx)
}

// begin runs from the first trajectory.
func (r *Run) begin(ctx context.Context) error {
	r.state = state{Done: map[string]int{}, Accepted: map[string]int{}, Expected: map[string]float64{}}
	if len(r.Sources) > 0 {
		if err := r.history.Append(Event{Event: EventStart, Sources: r.Sources}); err != nil {
			return errors.Join(err, r.close())
		}
	}
	// from the first moment on, resuming knows whose run it is
	if err := r.checkpoint(); err != nil {
		return errors.Join(err, r.close())
	}
	return r.loop(ctx)
}

// close closes the journals.
func (r *Run) close() error {
	err := r.history.Close()
	if r.timings != nil {
		if e := r.timings.Close(); e != nil {
			r.notice("%v", e)
		}
	}
	return err
}

// notice tells a person something.
func (r *Run) notice(format string, args ...any) {
	if r.Notice != nil {
		r.Notice(fmt.Sprintf(format, args...))
	}
}

// loop runs from the present state to the end, or to the interruption.
func (r *Run) loop(ctx context.Context) (err error) {
	defer func() {
		closing := r.close()
		if closing != nil && (err == nil || errors.Is(err, ErrInterrupted)) {
			err = closing // else it follows from err, which says more
		}
	}()
	r.names = nil
	for _, o := range r.Observables {
		r.names = append(r.names, o.Names...)
	}
	r.observed = make([]float64, len(r.names))
	r.saved = time.Now()
	for {
		if err := r.useless(); err != nil {
			return errors.Join(err, r.checkpoint())
		}
		p := r.next()
		if p == nil {
			return r.checkpoint()
		}
		if stop := r.stop(ctx); stop != nil {
			if err := r.checkpoint(); err != nil {
				return err
			}
			return stop
		}
		if err := r.step(p); err != nil {
			return fmt.Errorf("trajectory %d (%s): %w", r.state.Trajectory, p.Name, err)
		}
		if r.state.Trajectory%uint64(r.CheckpointEvery) == 0 || r.CheckpointAfter > 0 && time.Since(r.saved) >= r.CheckpointAfter {
			if err := r.checkpoint(); err != nil {
				return err
			}
		}
	}
}

// stop returns why the run should not go on now, nil if it should.
func (r *Run) stop(ctx context.Context) error {
	switch {
	case r.Until != nil && r.state.Trajectory >= *r.Until:
		return ErrReached
	case ctx.Err() != nil:
		return ErrInterrupted
	}
	// Half as long again as the slowest one, and twice the last checkpoint: machines have moods.
	if need := r.slowest + r.slowest/2 + 2*r.saving; !r.Deadline.IsZero() && time.Now().Add(need).After(r.Deadline) {
		return ErrDeadline
	}
	return nil
}

// useless returns an error if a phase of production is over that never accepted
// anything: it has measured one configuration again and again. A few trajectories
// whose dH leave them a chance may have had bad luck, and one or two are a try.
func (r *Run) useless() error {
	const chance, few = 0.05, 3
	for _, p := range r.Phases {
		n := r.state.Done[p.Name]
		over := p.Production && n > 0 && n >= p.Trajectories
		if over && r.state.Accepted[p.Name] == 0 && (n >= refusals || n >= few && r.state.Expected[p.Name] < chance) {
			return fmt.Errorf("phase %s: none of its %d trajectories was accepted, so it has measured one configuration %[2]d times: "+
				"start again with more steps or shorter trajectories, or from a thermalised configuration", p.Name, n)
		}
	}
	return nil
}
