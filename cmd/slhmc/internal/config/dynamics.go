package config

import (
	"fmt"

	"github.com/slhmc/slhmc/sampler"
)

// Dynamics is one molecular dynamics trajectory.
type Dynamics struct {
	Tau        float64 `toml:"tau"`
	Integrator string  `toml:"integrator"`
	Levels     []Level `toml:"levels"`
	Steps      int     `toml:"steps"`       // without levels
	GaugeSteps int     `toml:"gauge_steps"` // without levels; 0: one time scale for all forces
}

// Level is one time scale of the molecular dynamics.
type Level struct {
	Integrator string `toml:"integrator"`
	Steps      int    `toml:"steps"`
}

// Scales returns the levels of the dynamics, the outermost first.
func (d Dynamics) Scales() []Level {
	if len(d.Levels) > 0 {
		return d.Levels
	}
	levels := []Level{{d.Integrator, d.Steps}}
	if d.GaugeSteps > 0 {
		levels = append(levels, Level{d.Integrator, d.GaugeSteps})
	}
	return levels
}

const (
	maxSteps  = 1_000_000
	maxLevels = 16
)

func integrators() rule {
	var names []string
	for _, s := range sampler.Schemes() {
		names = append(names, s.Name)
	}
	return oneOf(names...)
}

func noLevels() rule { return rule{allowed: "up to 16 levels"}.long(0, maxLevels) }

// hmcKeys are the rows of the molecular dynamics of HMC.
var hmcKeys = []key{
	{path: "hmc", doc: "Trajectories of the HMC: those of thermalise, train and hmc."},
	{path: "hmc.tau", def: "1.0", rule: positive(), doc: "Length of a trajectory."},
	{path: "hmc.integrator", def: `"omelyan2"`, rule: integrators(), doc: "Integrator of the molecular dynamics."},
	{
		path: "hmc.levels", def: "none: steps and gauge_steps say it", derive: func(*Config, string) any { return []any{} }, rule: noLevels(),
		doc: "Time scales, the outermost first; quarks.levels says what moves on which, and gauge.level.",
	},
	{
		path: "hmc.levels.integrator", rule: integrators(), doc: "Integrator of the level.",
		def: "hmc.integrator", derive: func(c *Config, _ string) any { return c.HMC.Integrator },
	},
	{path: "hmc.levels.steps", rule: integers(1, maxSteps), doc: "Steps: of a trajectory on the outermost level, of a step of the level above on others."},
	{path: "hmc.steps", only: unless("hmc.levels"), def: "8", rule: integers(1, maxSteps), doc: "Steps of a trajectory."},
	{
		path: "hmc.gauge_steps", only: unless("hmc.levels").and(withQuarks), def: "0", rule: integers(0, maxSteps),
		doc: "Inner steps of the gauge force per outer step of the quark force; 0: one time scale for both.",
	},
}

// checkLevels wants everything that moves on a level that is there.
func (r *reader) checkLevels() {
	type dynamics struct {
		path string
		n    int
	}
	all := []dynamics{{"hmc", len(r.cfg.HMC.Scales())}}
	if r.cfg.SLHMC != nil {
		all = append(all, dynamics{"slhmc", len(r.cfg.SLHMC.Dynamics().Scales())})
	}
	for _, d := range all {
		if !r.sound(d.path+".levels", d.path+".gauge_steps") {
			continue
		}
		low := func(path string, level int) {
			if r.sound(path) && level >= d.n {
				r.report(r.at(path), path, fmt.Sprintf("there is no level %d in %s (allowed: %s; see [[%[2]s.levels]])", level, d.path, indices(d.n)))
			}
		}
		for i, q := range r.cfg.Quarks {
			for k, level := range q.Levels {
				low(index(index("quarks", i)+".levels", k), level)
			}
		}
		low("gauge.level", r.cfg.Gauge.Level)
		for name, numbers := range r.cfg.Actions {
			low("actions."+name+".level", int(numbers["level"]))
		}
	}
}
