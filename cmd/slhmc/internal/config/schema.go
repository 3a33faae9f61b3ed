package config

import (
	"math"
	"reflect"
	"slices"
	"strings"
)

// key is one row of the table of everything a configuration may say.
type key struct {
	path   string                    // dotted, without the indices of lists of tables
	doc    string                    // what it is
	only   when                      // the key exists only then
	def    string                    // default as TOML text; "" and no derive: required
	derive func(*Config, string) any // default of the key at a path that follows from other keys; def says how
	rule   rule
	resume resume // what a resumed run may make of it
}

// when is a condition on another key: that it has, or for a list contains, one of
// the values; without values, that the table is there. Or it is any condition ok that
// text says, about a key that must be right for that.
type when struct {
	key    string
	values []string
	text   string
	ok     func(c *Config, path string) bool
}

// String returns the condition as it would be written in a file.
func (w when) String() string {
	switch {
	case w.text != "":
		return w.text
	case len(w.values) == 0:
		return "[" + w.key + "]"
	}
	values := strings.ReplaceAll(quoted(w.values), ", ", " or ")
	if w.key == "measure.observables" {
		return values + " in " + w.key
	}
	return w.key + " = " + values
}

func only(key string, values ...string) when { return when{key: key, values: values} }

// unless is the condition that a number is 0, or a list empty.
func unless(key string) when {
	w := when{key: key, text: "no " + key}
	w.ok = func(c *Config, path string) bool {
		return !slices.ContainsFunc(w.found(c, path), func(v reflect.Value) bool {
			return !v.IsZero() && (v.Kind() != reflect.Slice || v.Len() > 0)
		})
	}
	return w
}

func (k *key) required() bool { return k.def == "" && k.derive == nil }

// The table. Keys stand in the order in which a file is written; a key's default
// and condition depend on earlier keys only.
var table = slices.Concat(theoryKeys, quarkKeys, backgroundKeys, solverKeys, hmcKeys, guideKeys, layerKeys, trainingKeys, runKeys, measureKeys)

// theoryKeys are the rows of the lattice and the gauge action.
var theoryKeys = []key{
	{
		path: "seed", def: "1", rule: integers(0, math.MaxInt64),
		doc: "Seed of every random number of the run.",
	},

	{path: "lattice", doc: "The lattice, the gauge group and the first configuration."},
	{
		path: "lattice.extents", rule: integers(2, math.MaxInt32).long(2, 4),
		doc: "Sites in each of the 2, 3 or 4 directions, time last. Staggered quarks need even extents.",
	},
	{path: "lattice.group", rule: gaugeGroups(), doc: "Gauge group."},
	{
		path: "lattice.start", def: `"hot"`, rule: oneOf("hot", "cold", "rough", "file"),
		doc: "First configuration: Haar random links, unit links, links near the unit, or those of a file.",
	},
	{
		path: "lattice.roughness", only: only("lattice.start", "rough"), rule: positive(),
		doc: "Width eps of the rough start U = exp(i eps P), P Gaussian.",
	},
	{
		path: "lattice.file", only: only("lattice.start", "file"), rule: path(),
		doc: "Configuration to start from, in any format that slhmc info reads. It is needed until the run has begun.",
	},

	{path: "gauge", doc: "Gauge action S_g = beta sum_C c_C (1 - Re tr C / N)."},
	{
		path: "gauge.action", rule: oneOf("plaquette", "symanzik", "iwasaki", "dbw2", "rectangle", "loops"),
		doc: "plaquette: c1 = 0; symanzik: c1 = -1/12; iwasaki: c1 = -0.331; dbw2: c1 = -1.4069; " +
			"rectangle: c1 as given; loops: those of [[gauge.loops]].",
	},
	{path: "gauge.beta", rule: notNegative(), doc: "Coupling beta."},
	{
		path: "gauge.anisotropy", only: only("gauge.action", "plaquette"), def: "1.0", rule: positive(),
		doc: "Bare anisotropy xi_0: plaquettes in space have beta / xi_0, those with time beta xi_0.",
	},
	{
		path: "gauge.c1", only: only("gauge.action", "rectangle"), rule: finite(),
		doc: "Coefficient of the 2x1 rectangles; plaquettes have 1 - 8 c1.",
	},
	{
		path: "gauge.level", def: "-1", rule: integers(-1, maxLevels-1),
		doc: "Level of the molecular dynamics (see [[hmc.levels]]) on which the gauge force acts; -1: the innermost.",
	},
	{
		path: "gauge.loops", only: only("gauge.action", "loops"), rule: rule{allowed: "at least one [[gauge.loops]]"}.long(1, maxPath),
		doc: "One closed loop, started at every site. Every plane and orientation is a loop of its own.",
	},
	{
		path: "gauge.loops.path", rule: directions(),
		doc: "Steps of the loop, such as [1, 2, -1, -2]; it closes on the lattice and may wind around it.",
	},
	{path: "gauge.loops.coefficient", rule: finite(), doc: "Coefficient c_C of the loop."},
}

var solverKeys = []key{
	{path: "solver", only: withQuarks, doc: "Conjugate gradient; tolerances are relative residual norms."},
	{
		path: "solver.force_tolerance", def: "1e-10", rule: between(1e-15, 0.1),
		doc: "For the force. It costs acceptance when large, not exactness.",
	},
	{
		path: "solver.action_tolerance", def: "1e-12", rule: between(1e-15, 0.1),
		doc: "For the action of the accept step and the condensate: at most force_tolerance.",
	},
	{
		path: "solver.max_iterations", def: "10000", rule: integers(1, maxCount), resume: mayChange,
		doc: "A solve that needs more fails (see run.on_failure).",
	},
	{
		path: "solver.mixed_precision", def: "false", rule: yesNo(),
		doc: "Iterate in single precision and correct in double precision? The tolerances are reached all the same, sooner on large lattices.",
	},
}

var trainingKeys = []key{
	{path: "training", only: only("slhmc"), doc: "Training of the guide in the phase train."},
	{
		path: "training.loss", def: `"delta"`, rule: oneOf("delta", "action", "force"),
		doc: "1/2 the squared difference of guide and target in the change of the action along a trajectory (delta), " +
			"in the action at its end (action), or in the force (force).",
	},
	{path: "training.optimizer", def: `"adam"`, rule: oneOf("sgd", "momentum", "adam"), doc: "Optimizer of the weights."},
	{path: "training.rate", rule: positive(), doc: "Learning rate."},
	{
		path: "training.momentum", only: only("training.optimizer", "momentum", "adam"), def: "0.9", rule: between(0, 1),
		doc: "Memory of the gradient (Adam: beta1).",
	},
	{
		path: "training.beta2", only: only("training.optimizer", "adam"), def: "0.999", rule: between(0, 1),
		doc: "Memory of the squared gradient.",
	},
	{path: "training.clip", def: "0.0", rule: notNegative(), doc: "Largest norm of the gradient; 0: no clipping."},
	{
		path: "training.mode", def: `"online"`, rule: oneOf("online", "batch"),
		doc: "One step a trajectory on the newest configuration (online), or on a random batch of kept ones (batch).",
	},
	{
		path: "training.batch", only: only("training.mode", "batch"), rule: integers(1, maxKept),
		doc: "Configurations of a batch: at most keep.",
	},
	{
		path: "training.keep", only: only("training.mode", "batch"), rule: integers(1, maxKept),
		doc: "Newest configurations that are kept to draw from.",
	},
}

var runKeys = []key{
	{path: "run", doc: "Trajectories of each phase, in this order; a phase with 0 is left out."},
	{
		path: "run.thermalise", def: "0", rule: integers(0, maxCount), resume: mayChange,
		doc: "HMC on the way to equilibrium. What is measured is watched and not averaged.",
	},
	{
		path: "run.train", def: "0", rule: integers(0, maxCount), resume: mayChange,
		doc: "HMC that trains the guide; then the weights are frozen.",
	},
	{path: "run.hmc", def: "0", rule: integers(0, maxCount), resume: mayChange, doc: "HMC, measured."},
	{
		path: "run.slhmc", def: "0", rule: integers(0, maxCount), resume: mayChange,
		doc: "Self-learning HMC with frozen weights, measured.",
	},
	{
		path: "run.unconditional", rule: integers(0, maxCount), resume: mayChange,
		def: "those of the first 50 units of molecular dynamics time: 50 / hmc.tau", derive: func(c *Config, _ string) any { return unconditional(c.HMC.Tau) },
		doc: "First trajectories of thermalise that are accepted whatever dH is; 0: none. From a cold start dH is " +
			"of the order of the volume, and Metropolis would refuse for ever.",
	},
	{
		path: "run.on_failure", def: `"stop"`, rule: oneOf("stop", "reject"), resume: mayChange,
		doc: "A proposal fails when a solve along it does not converge or its energy is not a number: the run stops at it, " +
			"or counts it as refused, which is as exact and costs a solve more for each accepted trajectory.",
	},
	{
		path: "run.max_failures", only: only("run.on_failure", "reject"), def: "10", rule: integers(0, maxCount), resume: mayChange,
		doc: "Failed proposals in a row; one more stops the run.",
	},
	{path: "run.measure_every", def: "1", rule: integers(1, maxCount), doc: "Trajectories between two measurements."},
	{
		path: "run.checkpoint_every", def: "100", rule: integers(1, maxCount), resume: mayChange,
		doc: "Trajectories between two checkpoints.",
	},
	{
		path: "run.checkpoint_minutes", def: "10.0", rule: notNegative(), resume: mayChange,
		doc: "Minutes after which there is a checkpoint in any case; 0: as checkpoint_every says.",
	},
	{
		path: "run.save_every", def: "0", rule: integers(0, maxCount), resume: mayChange,
		doc: "Trajectories of hmc and slhmc between two saved gauge configurations (ILDG); 0: none is saved.",
	},
}

var measureKeys = []key{
	{path: "measure", doc: "Measurements of the phases hmc and slhmc, and, to be watched, of thermalise."},
	{
		path: "measure.observables", rule: oneOf("plaquette", "polyakov", "condensate").long(0, 3), resume: mayGrow,
		def: "all of the theory", derive: func(c *Config, _ string) any {
			if !c.Condensates() {
				return []any{"plaquette", "polyakov"}
			}
			return []any{"plaquette", "polyakov", "condensate"}
		},
		doc: "What is measured.",
	},
	{
		path: "measure.noise", only: only("measure.observables", "condensate"), def: "1", rule: integers(1, 1_000_000),
		doc: "Noise vectors of one measurement of the condensate.",
	},
}

// and is the condition that both hold, about the key of w.
func (w when) and(v when) when {
	return when{
		key: w.key, text: w.String() + " and " + v.String(),
		ok: func(c *Config, path string) bool { return w.holds(c, path) && v.holds(c, path) },
	}
}

// frozen explains why no key lets the guide change while it samples.
const frozen = "refused: training goes on only in the phase train; weights that change while they sample " +
	"make the proposal depend on the history of the chain, which breaks exactness (allowed: run.train trajectories of training, " +
	"then run.slhmc trajectories with frozen weights)"

// adapts reports whether an unknown key asks for training in production.
func adapts(name string) bool {
	return strings.Contains(name, "adapt") || strings.Contains(name, "production")
}

// Names returns the names that the key of the given path may take, such as
// Names("hmc.integrator"), in the order of the table; nil if it is not a key that
// takes names. Path has no indices.
func Names(path string) []string {
	k := keys(table).row(path)
	if k == nil {
		return nil
	}
	return slices.Clone(k.rule.names)
}
