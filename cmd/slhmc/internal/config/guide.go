package config

import (
	"fmt"
	"slices"
)

// SLHMC is the guide of the self-learning HMC and its trajectory: the gauge action and,
// for each flavour group, coefficient x S_f[phi, U^NN[U]] of other quarks.
type SLHMC struct {
	Tau        float64 `toml:"tau"`
	Integrator string  `toml:"integrator"`
	Levels     []Level `toml:"levels"`
	Steps      int     `toml:"steps"`
	GaugeSteps int     `toml:"gauge_steps"`
	Quarks     []Seen  `toml:"quarks"`
	Weights    string  `toml:"weights"` // "": those of the layers
	Layers     []Layer `toml:"layers"`
}

// Seen is how the guide sees one flavour group of the target.
type Seen struct {
	Group          string   `toml:"group"`
	Kappa          float64  `toml:"kappa"` // 0: the mass is given
	Mass           float64  `toml:"mass"`
	CSW            float64  `toml:"c_sw"`
	CSWTime        float64  `toml:"c_sw_time"`
	Coefficient    float64  `toml:"coefficient"`
	Train          []string `toml:"train"`
	Network        bool     `toml:"network"`
	Ratios         int      `toml:"ratios"` // how many of the target's terms, from the heaviest on, beside the heaviest
	Poles          int      `toml:"poles"`  // of rational approximations; 0: as their error wants
	ForceTolerance float64  `toml:"force_tolerance"`
}

// Dynamics returns the guide's trajectory.
func (s SLHMC) Dynamics() Dynamics {
	return Dynamics{Tau: s.Tau, Integrator: s.Integrator, Levels: s.Levels, Steps: s.Steps, GaugeSteps: s.GaugeSteps}
}

// Seen returns how the guide sees the i-th of Groups: as the target has it if there is
// no [[slhmc.quarks]] of it.
func (c *Config) Seen(i int) Seen {
	groups, names := c.Groups()
	for _, s := range c.SLHMC.Quarks {
		if s.Group == names[i] {
			return s
		}
	}
	q := groups[i]
	return Seen{
		Group: names[i], Kappa: q.Kappa, Mass: q.Mass, CSW: q.CSW, CSWTime: q.CSWTime, Coefficient: 1, Network: true, Ratios: len(q.Ratios),
		ForceTolerance: c.Solver.ForceTolerance,
	}
}

// target returns the flavour group that an element of [[slhmc.quarks]] is about, an empty
// one if there is none.
func (c *Config) target(path string) *Quarks {
	groups, names := c.Groups()
	if i := slices.Index(names, c.seen(path).Group); i >= 0 {
		return groups[i]
	}
	return &Quarks{}
}

func (c *Config) seen(path string) *Seen { return &c.SLHMC.Quarks[firstIndex(path)] }

// of is the condition that the group of the target that the guide sees is such.
func of(text string, ok func(*Quarks) bool) when {
	return when{key: "slhmc.quarks.group", text: text, ok: func(c *Config, path string) bool { return ok(c.target(path)) }}
}

// Parameters that can be trained beside the weights of the network.
const (
	TrainMass        = "mass"
	TrainCSW         = "c_sw"
	TrainCoefficient = "coefficient"
)

// guideKeys are the rows of the guide but for its layers.
var guideKeys = []key{
	{path: "slhmc", only: withQuarks, doc: "Guide of the self-learning HMC: S_g + sum of coefficient S_f[phi, U^NN[U]; mass, ...] over the flavour groups."},
	{
		path: "slhmc.tau", rule: positive(), doc: "Length of a trajectory.",
		def: "hmc.tau", derive: func(c *Config, _ string) any { return c.HMC.Tau },
	},
	{
		path: "slhmc.integrator", rule: integrators(), doc: "Integrator of the molecular dynamics.",
		def: "hmc.integrator", derive: func(c *Config, _ string) any { return c.HMC.Integrator },
	},
	{
		path: "slhmc.levels", def: "those of hmc.levels, unless there are steps", rule: noLevels(), doc: "Time scales of the guide.",
		derive: func(c *Config, _ string) any {
			levels := []any{}
			if c.SLHMC.Steps != 0 {
				return levels
			}
			for _, l := range c.HMC.Levels {
				levels = append(levels, fields{{"integrator", l.Integrator}, {"steps", int64(l.Steps)}})
			}
			return levels
		},
	},
	{
		path: "slhmc.levels.integrator", rule: integrators(), doc: "Integrator of the level.",
		def: "slhmc.integrator", derive: func(c *Config, _ string) any { return c.SLHMC.Integrator },
	},
	{path: "slhmc.levels.steps", rule: integers(1, maxSteps), doc: "Steps of the level."},
	{
		path: "slhmc.steps", only: unless("slhmc.levels"), rule: integers(1, maxSteps), doc: "Steps of a trajectory.",
		def: "hmc.steps", derive: func(c *Config, _ string) any { return int64(c.HMC.Steps) },
	},
	{
		path: "slhmc.gauge_steps", only: unless("slhmc.levels"), rule: integers(0, maxSteps),
		doc: "Inner steps of the gauge force per outer step; 0: one time scale for both.",
		def: "hmc.gauge_steps", derive: func(c *Config, _ string) any { return int64(c.HMC.GaugeSteps) },
	},
	{
		path: "slhmc.quarks", def: "none: the guide sees the target's quarks", derive: func(*Config, string) any { return []any{} },
		rule: rule{allowed: "one [[slhmc.quarks]] for each group"}.long(0, maxGroups),
		doc:  "What the guide changes of a flavour group: it sees the same pseudofermions with other quarks. A single one may be written [slhmc.quarks].",
	},
	{
		path: "slhmc.quarks.group", rule: nameOrNone(), doc: "Name of the group.",
		def: "that of the only group", derive: func(c *Config, _ string) any {
			if _, names := c.Groups(); len(names) == 1 {
				return names[0]
			}
			return ""
		},
	},
	{
		path: "slhmc.quarks.kappa", only: of("Wilson quarks", (*Quarks).Wilson), rule: notNegative(), doc: "Hopping parameter of the guide; 0: its mass is given.",
		def: "the target's, unless the mass is given", derive: func(c *Config, path string) any {
			if c.seen(path).Mass != 0 {
				return 0.
			}
			return c.target(path).Kappa
		},
	},
	{
		path: "slhmc.quarks.mass", only: unless("slhmc.quarks.kappa"), rule: finite(), doc: "Mass m_h of the guide.",
		def: "the target's", derive: func(c *Config, path string) any { return c.MassOf(c.target(path)) },
	},
	{
		path: "slhmc.quarks.c_sw", only: of("a clover term", func(q *Quarks) bool { return q.Action == "clover" }), rule: notNegative(),
		doc: "Coefficient of the clover term of the guide.",
		def: "the target's", derive: func(c *Config, path string) any { return c.target(path).CSW },
	},
	{
		path: "slhmc.quarks.c_sw_time", only: of("a clover term", func(q *Quarks) bool { return q.Action == "clover" }), rule: notNegative(),
		doc: "That of the planes with time.",
		def: "the target's, or c_sw where the target has no other", derive: func(c *Config, path string) any {
			if q := c.target(path); q.CSWTime != q.CSW {
				return q.CSWTime
			}
			return c.seen(path).CSW
		},
	},
	{path: "slhmc.quarks.coefficient", def: "1.0", rule: positive(), doc: "Factor in front of the guide's action of the group."},
	{
		path: "slhmc.quarks.train", def: "[]", rule: oneOf(TrainMass, TrainCSW, TrainCoefficient).long(0, 3),
		doc: "What is trained beside the weights of the network.",
	},
	{path: "slhmc.quarks.network", def: "true", rule: yesNo(), doc: "Do these quarks see the links through the network?"},
	{
		path: "slhmc.quarks.ratios", rule: integers(0, maxRatios), doc: "Ratios that the guide moves by, the heaviest ones; the accept step knows all.",
		def: "all of the target", derive: func(c *Config, path string) any { return int64(len(c.target(path).Ratios)) },
	},
	{
		path: "slhmc.quarks.poles", only: of("quarks.method = \"rational\"", func(q *Quarks) bool { return q.Method == "rational" }), def: "0",
		rule: integers(0, 100), doc: "Poles of the rational approximations that move the guide; 0: as many as force_error of the group wants.",
	},
	{
		path: "slhmc.quarks.force_tolerance", rule: between(1e-15, 0.1), doc: "Relative residual of the solves that move the guide.",
		def: "solver.force_tolerance", derive: func(c *Config, _ string) any { return c.Solver.ForceTolerance },
	},
	{
		path: "slhmc.weights", def: `""`, rule: pathOrNone(),
		doc: "Weights to start from, those of another run: its directory, or what slhmc weights wrote of it; on any lattice, " +
			"unless layers have a weight for each link. They take the place of the weights of the layers below.",
	},
}

// checkGuide reports what is wrong with how the guide sees the groups.
func (r *reader) checkGuide() {
	if r.cfg.SLHMC == nil {
		return
	}
	groups, names := r.cfg.Groups()
	for i, s := range r.cfg.SLHMC.Quarks {
		at := index("slhmc.quarks", i)
		path := at + ".group"
		if !r.sound("quarks", path) {
			continue
		}
		k := slices.Index(names, s.Group)
		switch first := slices.IndexFunc(r.cfg.SLHMC.Quarks, func(o Seen) bool { return o.Group == s.Group }); {
		case k < 0:
			message := fmt.Sprintf("%q is no flavour group", s.Group)
			if s.Group == "" {
				message = "is missing, and there are several groups"
			}
			r.report(r.at(path), path, fmt.Sprintf("%s (allowed: %s)", message, quoted(names)))
			continue
		case first < i:
			r.report(r.at(path), path, fmt.Sprintf("%q is seen twice, first by element %d (allowed: once)", s.Group, first))
			continue
		}
		r.checkSeen(&r.cfg.SLHMC.Quarks[i], groups[k], at)
	}
	r.checkNetwork(len(groups))
}

// checkNetwork wants somebody to see the links through the layers.
func (r *reader) checkNetwork(groups int) {
	const path = "slhmc.layers"
	blind := 0
	for _, s := range r.cfg.SLHMC.Quarks {
		if !s.Network {
			blind++
		}
	}
	if groups > 0 && blind >= groups && len(r.cfg.SLHMC.Layers) > 0 && r.sound(path, "quarks", "quarks.action", "slhmc.quarks", "slhmc.quarks.network") {
		r.report(r.at(path), path, "nobody sees the links through them (allowed: none, or slhmc.quarks.network = true for a group)")
	}
}

func (r *reader) checkSeen(s *Seen, q *Quarks, at string) {
	if path := at + ".mass"; r.sound(path) && q.Action == "staggered" && !(s.Mass > 0) {
		r.report(r.at(path), path, fmt.Sprintf("%g is not allowed for staggered quarks (allowed: finite number > 0)", s.Mass))
	}
	if path := at + ".ratios"; r.sound(path) && s.Ratios > len(q.Ratios) {
		r.report(r.at(path), path, fmt.Sprintf("the target has %s (allowed: up to %d)", plural(len(q.Ratios), "ratio"), len(q.Ratios)))
	}
	r.checkSeenRatios(s, q, at)
	for i, name := range s.Train {
		path := at + ".train"
		switch {
		case slices.Index(s.Train, name) < i:
			r.report(r.element(path, i), path, fmt.Sprintf("%q is there twice (allowed: once)", name))
		case name == TrainCSW && q.Action != "clover":
			r.report(r.element(path, i), path, fmt.Sprintf("%q is not trained: these quarks have no clover term (allowed: %q, %q)", name, TrainMass, TrainCoefficient))
		}
	}
}

// checkSeenRatios wants the guide's operator lighter than what it is divided by, and of
// one that has lost its lightest ratio no other mass.
func (r *reader) checkSeenRatios(s *Seen, q *Quarks, at string) {
	path := at + ".mass"
	if s.Kappa != 0 {
		path = at + ".kappa"
	}
	if len(q.Ratios) == 0 || q.Twist != 0 || !r.sound(path, at+".ratios", "quarks.ratios", "quarks.kappa", "quarks.mass") {
		return
	}
	first := q.Ratios[0]
	seen := *q
	seen.Kappa, seen.Mass = s.Kappa, s.Mass
	other := *q
	if q.Kappa != 0 {
		other.Kappa = first
	} else {
		other.Mass = first
	}
	switch m := r.cfg.MassOf(&seen); {
	case s.Ratios < len(q.Ratios) && (m != r.cfg.MassOf(q) || slices.Contains(s.Train, TrainMass)):
		r.report(r.at(at), at, fmt.Sprintf("its mass is that of the ratio to %g, which it leaves out with ratios = %d (allowed: no mass, kappa or training of the mass, or ratios = %d)",
			first, s.Ratios, len(q.Ratios)))
	case s.Ratios == len(q.Ratios) && m >= r.cfg.MassOf(&other):
		r.report(r.at(path), path, fmt.Sprintf("these quarks are not lighter than %g, the first of the target's ratios (allowed: lighter ones)", first))
	}
}

// Trains reports whether there is anything to train.
func (s *SLHMC) Trains() bool {
	return len(s.Layers) > 0 || slices.ContainsFunc(s.Quarks, func(q Seen) bool { return len(q.Train) > 0 })
}
