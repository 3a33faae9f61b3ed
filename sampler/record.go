package sampler

import (
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"

	"github.com/slhmc/slhmc/internal/rundir"
)

// Record is a line of history.jsonl: a trajectory.
type Record struct {
	Trajectory    uint64                  `json:"trajectory"`
	Phase         string                  `json:"phase"`
	DeltaH        rundir.Float            `json:"dh"`
	GuideDeltaH   rundir.Float            `json:"dh_guide"`
	Accepted      bool                    `json:"accepted"`
	Unconditional bool                    `json:"unconditional,omitempty"` // accepted whatever dh is
	Failure       string                  `json:"failure,omitempty"`       // why a proposal was refused without a dh
	Kinetic       [2]rundir.Float         `json:"kinetic"`
	Target        [2]rundir.Float         `json:"action"`
	Guide         [2]rundir.Float         `json:"action_guide"`
	Forces        []RecordedForce         `json:"forces"`
	Solves        int                     `json:"solves"`
	Iterations    int                     `json:"iterations"`
	Applications  int                     `json:"applications"`
	Flops         *rundir.Float           `json:"flops,omitempty"`   // nil: not known
	Spectra       []RecordedSpectrum      `json:"spectra,omitempty"` // of the watched actions that have one
	Observables   map[string]rundir.Float `json:"observables,omitempty"`
	Training      *RecordedTraining       `json:"training,omitempty"`
	Saved         string                  `json:"saved,omitempty"` // file of the configuration that it left
}

// RecordedForce is the size of one level's force: root mean square over links and
// kicks, and the largest such over links of one kick.
type RecordedForce struct {
	RMS   rundir.Float   `json:"rms"`
	Max   rundir.Float   `json:"max"`
	Kicks int            `json:"kicks,omitempty"`
	Term  string         `json:"term,omitempty"`  // that it is of, if it is of one
	Terms []RecordedTerm `json:"terms,omitempty"` // if it is of several
}

// RecordedTerm is that of one of several terms of a level.
type RecordedTerm struct {
	Term string       `json:"term"`
	RMS  rundir.Float `json:"rms"`
	Max  rundir.Float `json:"max"`
}

func newRecordedForce(f ForceNorm) RecordedForce {
	root := func(x float64) rundir.Float { return rundir.Float(math.Sqrt(x)) }
	rec := RecordedForce{RMS: root(f.Mean2), Max: root(f.Max2), Kicks: f.Kicks}
	if len(f.Terms) == 1 {
		rec.Term = f.Terms[0].Name
		return rec
	}
	for _, t := range f.Terms {
		rec.Terms = append(rec.Terms, RecordedTerm{t.Name, root(t.Mean2), root(t.Max2)})
	}
	return rec
}

// RecordedTraining is one step of training, with the parameters after it. Of more
// than MaxRecordedParams of them there is the Euclidean norm; the frozen ones are
// then in a file of their own.
type RecordedTraining struct {
	Loss       rundir.Float   `json:"loss"`
	GradNorm   rundir.Float   `json:"grad_norm"`
	Params     []rundir.Float `json:"params,omitempty"`
	ParamsNorm *rundir.Float  `json:"params_norm,omitempty"`
}

// MaxRecordedParams is how many parameters a line of the history may hold: with some
// 20 bytes each, a line stays below 6 kB.
const MaxRecordedParams = 256

// Event is another line of history.jsonl: something that holds from a trajectory on.
type Event struct {
	Event      string   `json:"event"`      // EventStart or EventChange
	Trajectory uint64   `json:"trajectory"` // the first one for which it holds
	Sources    []Source `json:"sources,omitempty"`
	Changes    []Change `json:"changes,omitempty"`
}

// Kinds of events.
const (
	EventStart  = "start"  // the run began from files: Sources
	EventChange = "change" // the run was resumed with other settings: Changes
)

// Source is a file that a run began from.
type Source struct {
	What   string `json:"what"` // "links", "weights"
	File   string `json:"file"` // as it was named
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`          // of the file, in hexadecimal digits
	About  string `json:"about,omitempty"` // its format, what was accepted although it is broken
}

// Change is a setting that was changed.
type Change struct {
	Key string `json:"key"`
	Was string `json:"was"`
	Now string `json:"now"`
}

// String returns the change as a person reads it.
func (c Change) String() string { return fmt.Sprintf("%s = %s (was %s)", c.Key, c.Now, c.Was) }

// Line is a line of a history: one of the two.
type Line struct {
	Record *Record
	Event  *Event
}

// History iterates over the lines of a run's history, verified; a last line that is
// still being written is left out. It ends at the first error.
func History(dir string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		stopped := false
		err := readJournal(filepath.Join(dir, rundir.HistoryFile), func(r *rundir.JournalReader) error {
			line, err := decodeLine(r)
			if err == nil && !yield(line, nil) {
				stopped, err = true, errStop
			}
			return err
		})
		if err != nil && !stopped {
			yield(Line{}, err)
		}
	}
}

var errStop = fmt.Errorf("stop")

func decodeLine(r *rundir.JournalReader) (Line, error) {
	var both struct {
		Event string `json:"event"`
	}
	if err := r.Decode(&both); err != nil {
		return Line{}, err
	}
	if both.Event != "" {
		e := new(Event)
		return Line{Event: e}, r.Decode(e)
	}
	rec := new(Record)
	return Line{Record: rec}, r.Decode(rec)
}

// readJournal calls f at every line.
func readJournal(path string, f func(*rundir.JournalReader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := rundir.NewJournalReader(path, file)
	r.TolerateTorn() // of a run that is still going on
	for r.Next() {
		if err := f(r); err != nil {
			return err
		}
	}
	return r.Err()
}

// newRecord puts down what a trajectory did.
func newRecord(trajectory uint64, phase string, t Trajectory) Record {
	rec := Record{
		Trajectory: trajectory, Phase: phase,
		DeltaH: rundir.Float(t.DeltaH), GuideDeltaH: rundir.Float(t.GuideDeltaH), Accepted: t.Accepted, Unconditional: t.Unconditional,
		Solves: t.Work.Solves, Iterations: t.Work.Iterations, Applications: t.Work.Applications,
	}
	if t.Failure != nil {
		rec.Failure = t.Failure.Error()
	}
	if t.Work.Uncounted == 0 {
		flops := rundir.Float(t.Work.Flops)
		rec.Flops = &flops
	}
	for k := range 2 {
		rec.Kinetic[k], rec.Target[k], rec.Guide[k] = rundir.Float(t.Kinetic[k]), rundir.Float(t.Target[k]), rundir.Float(t.Guide[k])
	}
	for _, f := range t.Forces {
		rec.Forces = append(rec.Forces, newRecordedForce(f))
	}
	return rec
}

// recordTraining puts down a step of training.
func (r *Run) recordTraining(t Training) *RecordedTraining {
	rec := &RecordedTraining{Loss: rundir.Float(t.Loss), GradNorm: rundir.Float(t.GradNorm)}
	theta := r.params()
	if len(theta) > MaxRecordedParams {
		norm := 0.0
		for _, x := range theta {
			norm = math.Hypot(norm, x)
		}
		n := rundir.Float(norm)
		rec.ParamsNorm = &n
		return rec
	}
	for _, x := range theta {
		rec.Params = append(rec.Params, rundir.Float(x))
	}
	return rec
}

// params returns the guide's parameters.
func (r *Run) params() []float64 {
	theta := make([]float64, r.Guide.NumParams())
	r.Guide.Params(theta)
	return theta
}
