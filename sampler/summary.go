package sampler

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/statistics"
)

// Quantity is a mean with its error by the Gamma method. Error and TauInt are
// nil where the series is too short to tell; Note then says why. TauInt is in
// trajectories, of which every Every-th has an entry.
type Quantity struct {
	Value       rundir.Float `json:"value"`
	Error       *float64     `json:"error"`
	TauInt      *float64     `json:"tau_int"`
	TauIntError *float64     `json:"tau_int_error"`
	Entries     int          `json:"entries"`
	Every       int          `json:"every"`
	Note        string       `json:"note,omitempty"`
}

// PhaseSummary is what a phase found and cost. Proposals that failed have no dH:
// they are refusals in the acceptance, and left out of the averages of dH and of
// exp(-dH), which is 1 over those whose reverse does not fail either.
type PhaseSummary struct {
	Trajectories  int                 `json:"trajectories"`
	Accepted      int                 `json:"accepted"`
	Unconditional int                 `json:"unconditional"` // accepted whatever dH was
	Failed        int                 `json:"failed"`
	Drifts        []Drift             `json:"drifts,omitempty"`        // of a phase that should have reached equilibrium
	Untold        []string            `json:"drifts_untold,omitempty"` // what it was too short to tell of
	Acceptance    Quantity            `json:"acceptance"`
	ExpMinusDH    Quantity            `json:"exp_minus_dh"`
	DeltaH        Quantity            `json:"dh"`
	GuideDeltaH   Quantity            `json:"dh_guide"`
	Observables   map[string]Quantity `json:"observables"`
	Seconds       float64             `json:"seconds_per_trajectory"`
	Iterations    float64             `json:"cg_iterations_per_trajectory"`
	Solves        float64             `json:"solves_per_trajectory"`
	Applications  float64             `json:"operator_applications_per_trajectory"`
	IndependentIn map[string]Cost     `json:"cost_per_independent_configuration"`
	Costs         *CostTable          `json:"cost"`
	Forces        []TermSummary       `json:"forces,omitempty"`
}

// Cost is what one independent configuration costs, as an observable sees it:
// 2 tau_int trajectories.
type Cost struct {
	Trajectories float64 `json:"trajectories"`
	Seconds      float64 `json:"seconds"`
	Iterations   float64 `json:"cg_iterations"`
}

// TrainingSummary tells how a loss went: its means over the first and the last
// tenth of the training (at most 100 steps), and over exp(-L) at the end.
type TrainingSummary struct {
	Steps        int            `json:"steps"`
	LossFirst    rundir.Float   `json:"loss_first"`
	LossLast     rundir.Float   `json:"loss_last"`
	ExpMinusLoss rundir.Float   `json:"exp_minus_loss"`
	Weights      []rundir.Float `json:"weights"`                // all parameters; none if there are more than MaxRecordedParams
	WeightsNorm  *rundir.Float  `json:"weights_norm,omitempty"` // of that many
}

// Summary is what a run has found so far.
type Summary struct {
	Phases       map[string]*PhaseSummary
	Trajectories int
	Training     *TrainingSummary
	Agreement    map[string]rundir.Float // sigma between phases hmc and slhmc, by observable
	Events       []Event
	Notes        []string // what is missing beside the history
}

// Summarise reads the history of a run directory, and holds it against the newest
// checkpoint.
//
// Errors: no history, a damaged line; lines that are not those of the checkpoint.
func Summarise(dir string) (*Summary, error) {
	c, err := collect(dir)
	if err != nil {
		return nil, err
	}
	s := &Summary{Phases: map[string]*PhaseSummary{}, Trajectories: len(c.of), Training: c.training(), Events: c.events, Notes: c.notes}
	for name, p := range c.phases {
		s.Phases[name] = p.summary()
	}
	if a, b := s.Phases["hmc"], s.Phases["slhmc"]; a != nil && b != nil {
		s.Agreement = map[string]rundir.Float{}
		for name, x := range a.Observables {
			y, ok := b.Observables[name]
			if ok && x.Error != nil && y.Error != nil {
				s.Agreement[name] = rundir.Float(statistics.Sigma(float64(x.Value), *x.Error, float64(y.Value), *y.Error))
			}
		}
	}
	return s, nil
}

// entries are the numbers of an observable in a phase.
type entries struct {
	x  []float64
	at []int // trajectory of the phase
}

// every returns how many trajectories lie between two entries.
func (e *entries) every() int {
	if len(e.at) < 2 {
		return 1
	}
	return e.at[1] - e.at[0] // a run cannot change it
}

// series are the numbers of a phase in Monte Carlo time. One that was made longer
// after others had run goes on where it stood: between, there is more time than the
// series knows.
type series struct {
	dh, guide, exp, accepted         []float64 // the first three without proposals that failed
	solves, iterations, applications float64
	unconditional                    int
	production                       bool
	costs                            costs
	forces                           forces
	observables                      map[string]*entries
}

type collector struct {
	phases map[string]*series
	of     []*series // phase of each trajectory
	at     []int     // and its number there
	losses []float64
	last   *RecordedTraining
	events []Event
	notes  []string
}

// collect reads history and timings. The checkpoint is read first: a run that goes on
// has by then at least the lines that it counts.
func collect(dir string) (*collector, error) {
	c := &collector{phases: map[string]*series{}}
	var counted rundir.Mark
	switch stored, err := Load(dir); {
	case err == nil:
		counted = stored.History
	case !errors.Is(err, rundir.ErrNoCheckpoint):
		c.notes = append(c.notes, fmt.Sprintf("no checkpoint vouches for the history: %v", err))
	}
	path, end := filepath.Join(dir, rundir.HistoryFile), rundir.Mark{}
	err := readJournal(path, func(r *rundir.JournalReader) error {
		before := end.Offset
		if end = r.Mark(); before < counted.Offset && counted.Offset <= end.Offset && end != counted {
			return &rundir.Damage{File: path, Line: r.Line(), Offset: end.Offset, Reason: "these are not the lines that the checkpoint counts"}
		}
		line, err := decodeLine(r)
		if err == nil {
			err = c.line(line)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if end.Offset < counted.Offset {
		return nil, &rundir.Damage{File: path, Line: len(c.of) + len(c.events) + 1, Offset: end.Offset, Reason: fmt.Sprintf("the file ends before byte %d, up to which the checkpoint counts", counted.Offset)}
	}
	if err := readJournal(filepath.Join(dir, rundir.TimingsFile), c.timing); err != nil {
		c.notes = append(c.notes, fmt.Sprintf("some times are not known: %v", err))
	}
	return c, nil
}

func (c *collector) line(l Line) error {
	if l.Event != nil {
		c.events = append(c.events, *l.Event)
		return nil
	}
	r := l.Record
	if r.Trajectory != uint64(len(c.of)) {
		return fmt.Errorf("sampler: trajectory %d follows %d others", r.Trajectory, len(c.of))
	}
	p := c.phases[r.Phase]
	if p == nil {
		p = &series{observables: map[string]*entries{}, production: r.Phase == "hmc" || r.Phase == "slhmc"}
		c.phases[r.Phase] = p
	}
	at := len(p.accepted)
	c.of, c.at = append(c.of, p), append(c.at, at)
	p.costs.record(r)
	if r.Failure == "" {
		p.forces.record(r.Forces)
		p.dh, p.guide = append(p.dh, float64(r.DeltaH)), append(p.guide, float64(r.GuideDeltaH))
		p.exp = append(p.exp, math.Exp(-float64(r.DeltaH)))
	}
	a := 0.0
	if r.Accepted {
		a = 1
	}
	p.accepted = append(p.accepted, a)
	if r.Unconditional {
		p.unconditional++
	}
	p.solves += float64(r.Solves)
	p.iterations += float64(r.Iterations)
	p.applications += float64(r.Applications)
	for name, v := range r.Observables {
		e := p.observables[name]
		if e == nil {
			e = &entries{}
			p.observables[name] = e
		}
		e.x, e.at = append(e.x, float64(v)), append(e.at, at)
	}
	if r.Training != nil {
		c.losses = append(c.losses, float64(r.Training.Loss))
		c.last = r.Training
	}
	return nil
}

func (c *collector) timing(r *rundir.JournalReader) error {
	var t Timing
	if err := r.Decode(&t); err != nil {
		return err
	}
	if t.Trajectory < uint64(len(c.of)) {
		p := c.of[t.Trajectory]
		p.costs.seconds[c.at[t.Trajectory]] = t.Seconds
		p.forces.timing(&t)
	}
	return nil
}

func (c *collector) training() *TrainingSummary {
	n := len(c.losses)
	if n == 0 {
		return nil
	}
	window := min(max(n/10, 1), 100)
	first, last := c.losses[:window], c.losses[n-window:]
	likely := make([]float64, window)
	for i, l := range last {
		likely[i] = math.Exp(-l)
	}
	return &TrainingSummary{
		Steps: n, LossFirst: rundir.Float(mean(first)), LossLast: rundir.Float(mean(last)),
		ExpMinusLoss: rundir.Float(mean(likely)), Weights: c.last.Params, WeightsNorm: c.last.ParamsNorm,
	}
}

func mean(x []float64) float64 {
	var s statistics.Sum
	for _, v := range x {
		s.Add(v)
	}
	return s.Value() / float64(len(x))
}

func (p *series) summary() *PhaseSummary {
	n := float64(len(p.accepted))
	s := &PhaseSummary{
		Trajectories: len(p.accepted), Unconditional: p.unconditional, Failed: len(p.accepted) - len(p.dh),
		Acceptance: quantity(p.accepted, 1), ExpMinusDH: quantity(p.exp, 1),
		DeltaH: quantity(p.dh, 1), GuideDeltaH: quantity(p.guide, 1),
		Seconds: p.costs.knownSeconds(), Iterations: p.iterations / n, Solves: p.solves / n, Applications: p.applications / n,
		Observables: map[string]Quantity{}, IndependentIn: map[string]Cost{},
	}
	for _, a := range p.accepted {
		s.Accepted += int(a)
	}
	if !p.production {
		s.Drifts, s.Untold = p.drifts()
	}
	for name, e := range p.observables {
		q := quantity(e.x, e.every())
		if q.Error != nil && *q.Error == 0 { // nothing moved: no error is known, least of all 0
			q.Error, q.TauInt, q.TauIntError, q.Note = nil, nil, nil, "it never changed"
		}
		s.Observables[name] = q
		if q.TauInt != nil {
			k := 2 * *q.TauInt
			s.IndependentIn[name] = Cost{k, k * s.Seconds, k * s.Iterations}
		}
	}
	s.Costs = p.costs.table(p.accepted, s.Observables)
	s.Forces = p.forces.summary()
	return s
}

// quantity analyses one series, of which every so many trajectories have an entry.
func quantity(x []float64, every int) Quantity {
	q := Quantity{Value: rundir.Float(mean(x)), Entries: len(x), Every: every}
	e, err := statistics.Gamma(x)
	if err != nil {
		q.Note = fmt.Sprint(err)
		return q
	}
	tau, tauError := e.TauInt*float64(every), e.TauIntError*float64(every)
	q.Error, q.TauInt, q.TauIntError = &e.Error, &tau, &tauError
	return q
}
