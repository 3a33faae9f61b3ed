package sampler

// Drift is an average that still drifts at the end of a phase that was to reach
// equilibrium.
type Drift struct {
	Observable string `json:"observable"`
}

func (p *series) drifts() []Drift { return nil }
