package sampler

import (
	"fmt"
	"maps"
	"slices"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/statistics"
)

// Drift is an average that still drifts at the end of a phase that was to reach
// equilibrium, by statistics.LateTrend: one that stands still is called so once in
// 1 / statistics.DriftAlarm times at most.
type Drift struct {
	Observable string       `json:"observable"`
	Change     rundir.Float `json:"change"` // over the second half of the phase
	Error      rundir.Float `json:"error"`
	P          rundir.Float `json:"p"` // of a larger one by chance
}

// String says it to a person.
func (d Drift) String() string {
	return fmt.Sprintf("%s still drifts at the end: by %.2g ± %.1g over the second half (P = %.1g)",
		d.Observable, float64(d.Change), float64(d.Error), float64(d.P))
}

// drifts judges what was measured, each number so that all of them together raise a
// false alarm once in 1000 times at most. Of the untold the phase was too short to tell.
func (p *series) drifts() (all []Drift, untold []string) {
	for _, name := range slices.Sorted(maps.Keys(p.observables)) {
		t, err := statistics.LateTrend(p.observables[name].x)
		if err != nil {
			untold = append(untold, name)
		} else if t.P < statistics.DriftAlarm/float64(len(p.observables)) {
			all = append(all, Drift{name, rundir.Float(t.Change), rundir.Float(t.Error), rundir.Float(t.P)})
		}
	}
	return all, untold
}
