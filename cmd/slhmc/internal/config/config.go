package config

import (
	"fmt"
)

// Config is one resolved run: every key that applies has its value, every key
// that does not is zero. The keys are described in the table of schema.go.
type Config struct {
	Seed       uint64     `toml:"seed"`
	Lattice    Lattice    `toml:"lattice"`
	Gauge      Gauge      `toml:"gauge"`
	Quarks     []Quarks   `toml:"quarks"` // none: quenched
	Background Background `toml:"background"`
	Solver     Solver     `toml:"solver"`
	HMC        Dynamics   `toml:"hmc"`
	SLHMC      *SLHMC     `toml:"slhmc"`    // nil: no self-learning part
	Training   *Training  `toml:"training"` // nil: no training part
	Run        Run        `toml:"run"`
	Measure    Measure    `toml:"measure"`

	// Actions of the program's own that the target has, with their numbers.
	Actions map[string]map[string]float64 `toml:"actions"`

	own []Action // what the program has declared
}

// Lattice is the space-time lattice, the gauge group and the first configuration.
type Lattice struct {
	Extents   []int   `toml:"extents"`
	Group     string  `toml:"group"`
	Start     string  `toml:"start"`
	Roughness float64 `toml:"roughness"` // start "rough"
	File      string  `toml:"file"`      // start "file"
}

// Dimensions returns D, the number of directions.
func (l Lattice) Dimensions() int { return len(l.Extents) }

// Colours returns N of SU(N), and 1 for U(1). Panics if the group is neither.
func (l Lattice) Colours() int {
	if l.Group == "U(1)" {
		return 1
	}
	var n int
	if _, err := fmt.Sscanf(l.Group, "SU(%d)", &n); err != nil {
		panic("config: " + l.Group + " is not a gauge group")
	}
	return n
}

// Gauge is the gauge action, S_g = beta sum_C c_C (1 - Re tr C / N) over closed
// loops C.
type Gauge struct {
	Action     string  `toml:"action"`
	Beta       float64 `toml:"beta"`
	Anisotropy float64 `toml:"anisotropy"` // action "plaquette"
	C1         float64 `toml:"c1"`         // action "rectangle"
	Level      int     `toml:"level"`      // -1: the innermost
	Loops      []Loop  `toml:"loops"`      // action "loops"
}

// Loop is one closed loop of the gauge action "loops": the signed directions of
// its steps, and the coefficient c_C.
type Loop struct {
	Path        []int   `toml:"path"`
	Coefficient float64 `toml:"coefficient"`
}

// Solver holds the relative residuals, the limit and the precision of the
// conjugate gradient.
type Solver struct {
	ForceTolerance  float64 `toml:"force_tolerance"`
	ActionTolerance float64 `toml:"action_tolerance"`
	MaxIterations   int     `toml:"max_iterations"`
	MixedPrecision  bool    `toml:"mixed_precision"`
}

// Training is the loss and the optimizer of the training phase.
type Training struct {
	Loss      string  `toml:"loss"`
	Optimizer string  `toml:"optimizer"`
	Rate      float64 `toml:"rate"`
	Momentum  float64 `toml:"momentum"` // optimizer "momentum" or "adam" (beta1)
	Beta2     float64 `toml:"beta2"`    // optimizer "adam"
	Clip      float64 `toml:"clip"`
	Mode      string  `toml:"mode"`
	Batch     int     `toml:"batch"` // mode "batch"
	Keep      int     `toml:"keep"`  // mode "batch"
}

// Run holds the numbers of trajectories of the phases, in the order in which
// they run, and the intervals of what happens between trajectories.
type Run struct {
	Thermalise        int     `toml:"thermalise"`
	Train             int     `toml:"train"`
	HMC               int     `toml:"hmc"`
	SLHMC             int     `toml:"slhmc"`
	Unconditional     int     `toml:"unconditional"`
	OnFailure         string  `toml:"on_failure"`
	MaxFailures       int     `toml:"max_failures"` // on_failure "reject"
	MeasureEvery      int     `toml:"measure_every"`
	CheckpointEvery   int     `toml:"checkpoint_every"`
	CheckpointMinutes float64 `toml:"checkpoint_minutes"`
	SaveEvery         int     `toml:"save_every"`
}

// Measure is what is measured on the configurations of production.
type Measure struct {
	Observables []string `toml:"observables"`
	Noise       int      `toml:"noise"` // with "condensate"
}

const (
	maxColours = 16            // keeps a typing error from asking for terabytes
	maxSites   = 1 << 27       // of one process, as package lattice has it
	maxCount   = 1_000_000_000 // trajectories, intervals
	maxKept    = 1_000_000     // kept trajectories, of two configurations each
	maxPath    = 1024          // steps of one loop
	maxGroups  = 16            // of flavours
)
