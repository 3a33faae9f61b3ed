package sampler

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/statistics"
)

// Quantity is a mean with its error by the Gamma method. Error and TauInt are
// nil where the series is too short to tell; Note then says why.
type Quantity struct {
	Value       rundir.Float `json:"value"`
	Error       *float64     `json:"error"`
	TauInt      *float64     `json:"tau_int"`
	TauIntError *float64     `json:"tau_int_error"`
	Entries     int          `json:"entries"`
	Note        string       `json:"note,omitempty"`
}

// PhaseSummary is what a phase of production found and cost.
type PhaseSummary struct {
	Trajectories  int                 `json:"trajectories"`
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
	Weights      []rundir.Float `json:"weights"`
}

// Summary is what a run has found so far.
type Summary struct {
	Phases    map[string]*PhaseSummary
	Training  *TrainingSummary
	Agreement map[string]rundir.Float // sigma between phases hmc and slhmc, by observable
}

// Summarise reads the history of a run directory.
//
// Errors: no history, a damaged line.
func Summarise(dir string) (*Summary, error) {
	c := &collector{phases: map[string]*series{}}
	if err := readJournal(filepath.Join(dir, rundir.HistoryFile), c.record); err != nil {
		return nil, err
	}
	if err := readJournal(filepath.Join(dir, rundir.TimingsFile), c.timing); err != nil {
		return nil, err
	}
	s := &Summary{Phases: map[string]*PhaseSummary{}, Training: c.training()}
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

// readJournal calls f with a decoder for every line.
func readJournal(path string, f func(decode func(any) error) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := rundir.NewJournalReader(path, file)
	r.TolerateTorn() // of a run that is still going on
	for r.Next() {
		if err := f(r.Decode); err != nil {
			return err
		}
	}
	return r.Err()
}

// series are the numbers of a phase in Monte Carlo time.
type series struct {
	dh, guide, exp, accepted            []float64
	solves, iterations, applications, s float64
	costs                               costs
	observables                         map[string][]float64
}

type collector struct {
	phases map[string]*series
	of     []*series // phase of each trajectory
	at     []int     // and its number there
	losses []float64
	params []rundir.Float
}

func (c *collector) record(decode func(any) error) error {
	var r Record
	if err := decode(&r); err != nil {
		return err
	}
	p := c.phases[r.Phase]
	if p == nil {
		p = &series{observables: map[string][]float64{}}
		c.phases[r.Phase] = p
	}
	c.of, c.at = append(c.of, p), append(c.at, len(p.dh))
	p.costs.record(&r)
	p.dh, p.guide = append(p.dh, float64(r.DeltaH)), append(p.guide, float64(r.GuideDeltaH))
	p.exp = append(p.exp, math.Exp(-float64(r.DeltaH)))
	a := 0.0
	if r.Accepted {
		a = 1
	}
	p.accepted = append(p.accepted, a)
	p.solves += float64(r.Solves)
	p.iterations += float64(r.Iterations)
	p.applications += float64(r.Applications)
	for name, v := range r.Observables {
		p.observables[name] = append(p.observables[name], float64(v))
	}
	if r.Training != nil {
		c.losses = append(c.losses, float64(r.Training.Loss))
		c.params = r.Training.Params
	}
	return nil
}

func (c *collector) timing(decode func(any) error) error {
	var t Timing
	if err := decode(&t); err != nil {
		return err
	}
	if t.Trajectory < uint64(len(c.of)) {
		c.of[t.Trajectory].s += t.Seconds
		c.of[t.Trajectory].costs.seconds[c.at[t.Trajectory]] += t.Seconds
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
		ExpMinusLoss: rundir.Float(mean(likely)), Weights: c.params,
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
	n := float64(len(p.dh))
	s := &PhaseSummary{
		Trajectories: len(p.dh),
		Acceptance:   quantity(p.accepted), ExpMinusDH: quantity(p.exp),
		DeltaH: quantity(p.dh), GuideDeltaH: quantity(p.guide),
		Seconds: p.s / n, Iterations: p.iterations / n, Solves: p.solves / n, Applications: p.applications / n,
		Observables: map[string]Quantity{}, IndependentIn: map[string]Cost{},
	}
	for name, x := range p.observables {
		q := quantity(x)
		if q.Error != nil && *q.Error == 0 { // nothing moved: no error is known, least of all 0
			q.Error, q.TauInt, q.TauIntError, q.Note = nil, nil, nil, "it never changed"
		}
		s.Observables[name] = q
		if q.TauInt != nil {
			// entries may be measured every so many trajectories
			every := n / float64(len(x))
			k := 2 * *q.TauInt * every
			s.IndependentIn[name] = Cost{k, k * s.Seconds, k * s.Iterations}
		}
	}
	s.Costs = p.costs.table(p.accepted, s.Observables)
	return s
}

// quantity analyses one series.
func quantity(x []float64) Quantity {
	q := Quantity{Value: rundir.Float(mean(x)), Entries: len(x)}
	e, err := statistics.Gamma(x)
	if err != nil {
		q.Note = fmt.Sprint(err)
		return q
	}
	q.Error, q.TauInt, q.TauIntError = &e.Error, &e.TauInt, &e.TauIntError
	return q
}
