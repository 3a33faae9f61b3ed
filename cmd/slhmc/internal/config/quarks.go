package config

import (
	"fmt"
	"slices"
)

// Quarks is a flavour group of the target: some flavours of one kind and mass.
type Quarks struct {
	Name        string    `toml:"name"`
	Action      string    `toml:"action"`
	Kappa       float64   `toml:"kappa"` // 0: the mass is given
	Mass        float64   `toml:"mass"`
	CSW         float64   `toml:"c_sw"`      // action "clover"
	CSWTime     float64   `toml:"c_sw_time"` // action "clover"
	HopSpace    float64   `toml:"hop_space"` // Wilson quarks
	Twist       float64   `toml:"twist"`
	Charge      int       `toml:"charge"`       // staggered quarks
	ImaginaryMu float64   `toml:"imaginary_mu"` // staggered quarks
	IsospinMu   float64   `toml:"isospin_mu"`   // staggered quarks
	Flavours    int       `toml:"flavours"`
	Boundary    []string  `toml:"boundary"`
	Theta       []float64 `toml:"theta"`
	Method      string    `toml:"method"`
	Fields      int       `toml:"fields"`      // method "rational"
	Error       float64   `toml:"error"`       // method "rational"
	ForceError  float64   `toml:"force_error"` // method "rational"
	Ratios      []float64 `toml:"ratios"`
	Levels      []int     `toml:"levels"`
}

// None reports whether the group stands for no quarks at all.
func (q *Quarks) None() bool { return q.Action == "none" }

// Wilson reports whether the operator of the group is Wilson's, with a clover term or
// without.
func (q *Quarks) Wilson() bool { return q.Action == "wilson" || q.Action == "clover" }

// Terms returns the number of pseudofermion actions that make the group: its ratios and
// the heaviest of its operators.
func (q *Quarks) Terms() int { return 1 + len(q.Ratios) }

// Level returns that of a term, the lightest being the first.
func (q *Quarks) Level(term int) int {
	if len(q.Levels) == 0 {
		return 0
	}
	return q.Levels[term]
}

// Staggered reports whether a group is.
func (c *Config) Staggered() bool {
	return slices.ContainsFunc(c.Quarks, func(q Quarks) bool { return q.Action == "staggered" })
}

// Condensates reports whether the condensate of a group is measured: D^†D of the others
// connects sites of different parity.
func (c *Config) Condensates() bool {
	return slices.ContainsFunc(c.Quarks, func(q Quarks) bool { return q.Condensate() })
}

// Condensate reports whether that of the group is measured.
func (q *Quarks) Condensate() bool { return q.Action == "staggered" && q.IsospinMu == 0 }

// Groups returns the flavour groups that are there, and what each is called.
func (c *Config) Groups() (groups []*Quarks, names []string) {
	for i := range c.Quarks {
		if q := &c.Quarks[i]; !q.None() {
			groups, names = append(groups, q), append(names, c.groupName(i))
		}
	}
	return groups, names
}

// groupName returns what a group is called: its name, or its action, with its number if
// that is shared.
func (c *Config) groupName(i int) string {
	q := &c.Quarks[i]
	if q.Name != "" {
		return q.Name
	}
	for k := range c.Quarks {
		if k != i && c.Quarks[k].Name == "" && c.Quarks[k].Action == q.Action {
			return fmt.Sprintf("%s_%d", q.Action, i)
		}
	}
	return q.Action
}

// Tastes returns the number of flavours of one staggered field on the even sites
// of a D-dimensional lattice (on all sites there are twice as many),
//
//	n_t = 2^D / (spin components),   components = 2, 2, 4 in D = 2, 3, 4.
//
// In three dimensions these are two-component flavours. Panics unless D is 2, 3
// or 4. Source: [KMNP83], counting 2^D
// components on a hypercube.
func Tastes(dimensions int) int {
	switch dimensions {
	case 2:
		return 2
	case 3, 4:
		return 4
	}
	panic("config: staggered tastes are known in 2, 3 and 4 dimensions only")
}

const (
	maxFlavours = 16
	maxRatios   = 16
)

var (
	withQuarks = only("quarks.action", "staggered", "wilson", "clover")
	wilson     = only("quarks.action", "wilson", "clover")
	staggered  = only("quarks.action", "staggered")
)

// quarkKeys are the rows of a flavour group.
var quarkKeys = []key{
	{
		path: "quarks", def: "none: the quenched theory", derive: func(*Config, string) any { return []any{} },
		rule: rule{allowed: "any number of [[quarks]]"}.long(0, maxGroups),
		doc: "Flavour groups of the target, each with its kind, mass and number of flavours. A single one may be written [quarks], and its keys " +
			"be named without a number (--set quarks.mass=0.1).",
	},
	{
		path: "quarks.name", def: `""`, rule: nameOrNone(),
		doc: `What the group is called by the guide and in tables; "": as its action.`,
	},
	{
		path: "quarks.action", rule: oneOf("staggered", "wilson", "clover", "none"),
		doc: "Dirac operator: staggered, Wilson, Wilson with a clover term, or none, which leaves the group out.",
	},
	{
		path: "quarks.kappa", only: wilson, def: "0.0", rule: notNegative(),
		doc: "Hopping parameter kappa = 1 / (2 (m + D)) in D dimensions; 0: the mass is given.",
	},
	{
		path: "quarks.mass", only: withQuarks.and(unless("quarks.kappa")), rule: finite(),
		doc: "Mass m: of D = m + 1/2 sum eta (U - U^dagger) for staggered quarks, where it is > 0; of D = (4 + m) - 1/2 sum [...] for Wilson's in four dimensions.",
	},
	{
		path: "quarks.c_sw", only: only("quarks.action", "clover"), rule: notNegative(),
		doc: "Coefficient of the clover term.",
	},
	{
		path: "quarks.c_sw_time", only: only("quarks.action", "clover"), rule: notNegative(), def: "c_sw",
		derive: func(c *Config, path string) any { return c.group(path).CSW },
		doc:    "That of the planes with time, where they differ from those in space.",
	},
	{
		path: "quarks.hop_space", only: wilson, def: "1.0", rule: positive(),
		doc: "Weight of the hops in space against those in time: nu / xi_0 on an anisotropic lattice, where kappa = 1 / (2 (m + 1 + 3 hop_space)).",
	},
	{
		path: "quarks.twist", only: wilson, def: "0.0", rule: finite(),
		doc: "Twisted mass mu of D + i mu gamma_5, of two degenerate flavours; other codes give 2 kappa mu.",
	},
	{
		path: "quarks.charge", only: staggered, def: "0", rule: integers(-1000, 1000),
		doc: "Charge in the [background] field, in units of e/3: 2 of u, -1 of d and s.",
	},
	{
		path: "quarks.imaginary_mu", only: staggered, def: "0.0", rule: finite(),
		doc: "Imaginary chemical potential: a phase exp(i mu) on every link in time.",
	},
	{
		path: "quarks.isospin_mu", only: staggered, def: "0.0", rule: finite(),
		doc: "Real chemical potential of isospin: exp(mu) forward in time, exp(-mu) backward for one half of the flavours, the opposite for the other.",
	},
	{
		path: "quarks.flavours", only: withQuarks, rule: integers(1, maxFlavours),
		def: "2 for Wilson quarks, those of one field on the even sites for staggered ones, of two with isospin_mu", derive: func(c *Config, path string) any {
			d := c.Lattice.Dimensions()
			switch q := c.group(path); {
			case q.Wilson():
				return int64(2)
			case d < 2 || d > 4:
				return int64(0)
			case q.IsospinMu != 0:
				return int64(2 * Tastes(d))
			}
			return int64(Tastes(d))
		},
		doc: "Nf of the group. A staggered field has 4 tastes in four dimensions, 4 (of two components) in three, 2 in two, and twice as many on all sites; " +
			"a Wilson field stands for two flavours. Other numbers need the method rational.",
	},
	{
		path: "quarks.boundary", only: withQuarks, rule: oneOf("periodic", "antiperiodic").long(2, 4),
		def: "periodic in space, antiperiodic in time", derive: func(c *Config, _ string) any {
			b := slices.Repeat([]any{"periodic"}, c.Lattice.Dimensions())
			if len(b) > 0 {
				b[len(b)-1] = "antiperiodic"
			}
			return b
		},
		doc: "Boundary condition of the quarks in each direction; the links are periodic.",
	},
	{
		path: "quarks.theta", only: withQuarks, def: "[]", rule: finite().long(0, 4),
		doc: "Angles: a phase exp(i theta) at the boundary of each direction beside the boundary condition; []: none.",
	},
	{
		path: "quarks.method", only: withQuarks, rule: oneOf("pseudofermion", "rational"),
		def: "pseudofermion where the flavours are those of whole fields, else rational", derive: func(c *Config, path string) any {
			if c.whole(c.group(path)) {
				return "pseudofermion"
			}
			return "rational"
		},
		doc: "How the determinant is sampled: by pseudofermions with (D^dagger D)^-1, or with a rational approximation of a power of it (RHMC).",
	},
	{
		path: "quarks.fields", only: only("quarks.method", "rational"), rule: integers(1, maxFlavours),
		def: "the fewest that leave each a power below 1", derive: func(c *Config, path string) any { return int64(c.fewestFields(c.group(path))) },
		doc: "Pseudofermion fields that share the determinant, each with an n-th root of it: more of them are smoother.",
	},
	{
		path: "quarks.error", only: only("quarks.method", "rational"), def: "1e-12", rule: between(1e-15, 1e-3),
		doc: "Largest relative error of the approximations of action and heat bath: exact is what they are to that.",
	},
	{
		path: "quarks.force_error", only: only("quarks.method", "rational"), def: "1e-7", rule: between(1e-15, 0.1),
		doc: "Largest relative error of that of the force, which costs acceptance when large, not exactness.",
	},
	{
		path: "quarks.ratios", only: withQuarks, def: "[]", rule: finite().long(0, maxRatios),
		doc: "Mass preconditioning: heavier quarks between this one and none, each heavier than the one before, given as the group is: by mass, kappa, " +
			"or, where there is a twist, by that. The determinant becomes a product of ratios, each with a field of its own.",
	},
	{
		path: "quarks.levels", only: withQuarks, def: "[]", rule: integers(0, maxLevels-1).long(0, maxRatios+1),
		doc: "Level of the molecular dynamics (see [[hmc.levels]]; 0 is the outermost) of each ratio and of the heaviest operator, in this order; []: all on 0.",
	},
}

// Background is the field of U(1) that charges feel.
type Background struct {
	Flux  int   `toml:"flux"`
	Plane []int `toml:"plane"`
}

// backgroundKeys are its rows.
var backgroundKeys = []key{
	{path: "background", only: staggered, doc: "A constant magnetic field, for quarks with a charge."},
	{
		path: "background.flux", def: "0", rule: integers(-1_000_000, 1_000_000),
		doc: "Flux N_b through the plane, in units of 2 pi for a charge e/3: a^2 e B = 6 pi N_b / (L_x L_y).",
	},
	{path: "background.plane", def: "[1, 2]", rule: integers(1, 4).long(2, 2), doc: "The two directions x and y of the plane."},
}

// checkBackground wants a plane of the lattice, and charges where there is a flux and the
// other way round.
func (r *reader) checkBackground() {
	charged := slices.IndexFunc(r.cfg.Quarks, func(q Quarks) bool { return q.Charge != 0 })
	if r.sound("background", "background.flux", "quarks", "quarks.action", "quarks.charge") {
		switch path := "background.flux"; {
		case r.cfg.Background.Flux != 0 && charged < 0:
			r.report(r.at(path), path, "is set, but no quarks have a charge (allowed: 0, or quarks.charge)")
		case r.cfg.Background.Flux == 0 && charged >= 0:
			path = index("quarks", charged) + ".charge"
			r.report(r.at(path), path, "is set, but there is no field (allowed: 0, or background.flux)")
		}
	}
	const path = "background.plane"
	p := r.cfg.Background.Plane
	if len(p) != 2 || !r.sound(path, "lattice.extents") {
		return
	}
	if d := r.cfg.Lattice.Dimensions(); p[0] == p[1] || p[0] > d || p[1] > d {
		r.report(r.at(path), path, fmt.Sprintf("%v is no plane of %d dimensions (allowed: two different directions, 1 to %[2]d)", p, d))
	}
}

// group returns the flavour group that a path leads into.
func (c *Config) group(path string) *Quarks { return &c.Quarks[firstIndex(path)] }

// whole reports whether the flavours are those of whole pseudofermion fields.
func (c *Config) whole(q *Quarks) bool {
	if q.Wilson() {
		return q.Flavours == 2
	}
	d := c.Lattice.Dimensions()
	if d < 2 || d > 4 {
		return true // it is reported where it stands
	}
	n := Tastes(d)
	return q.Flavours == 2*n || q.Flavours == n && q.IsospinMu == 0
}

// Root returns the power of D^†D whose determinant the group has, as a fraction: Nf/2 for
// Wilson quarks, on one parity Nf/n_t for staggered ones, half of that of isospin, where
// both parities count.
func (c *Config) Root(q *Quarks) (p, of int) {
	switch {
	case q.Wilson():
		return q.Flavours, 2
	case q.IsospinMu != 0:
		return q.Flavours, 2 * Tastes(c.Lattice.Dimensions())
	}
	return q.Flavours, Tastes(c.Lattice.Dimensions())
}

// components returns the number of complex components of a field of the group.
func (c *Config) components(q *Quarks) float64 {
	n, even := float64(c.Lattice.Colours()), true
	for _, l := range c.Lattice.Extents {
		n *= float64(l)
		even = even && l%2 == 0
	}
	if q.Wilson() {
		n *= float64(map[bool]int{true: 4, false: 2}[c.Lattice.Dimensions() == 4])
	}
	if even && q.IsospinMu == 0 {
		n /= 2
	}
	return n
}

// MassOf returns the mass of a group, however it is given.
func (c *Config) MassOf(q *Quarks) float64 {
	if q.Kappa == 0 {
		return q.Mass
	}
	sum := 1. // of the weights of the hops
	for range c.Lattice.Dimensions() - 1 {
		sum += q.HopSpace
	}
	return 1/(2*q.Kappa) - sum
}

func (c *Config) fewestFields(q *Quarks) int {
	if d := c.Lattice.Dimensions(); d < 2 || d > 4 {
		return 1 // it is reported where it stands
	}
	p, of := c.Root(q)
	return p/of + 1
}

// checkQuarks reports what is wrong within each flavour group.
func (r *reader) checkQuarks() {
	for i := range r.cfg.Quarks {
		q, at := &r.cfg.Quarks[i], index("quarks", i)
		if !r.sound("lattice.extents", at+".action") {
			continue
		}
		r.checkNames(i)
		if q.None() {
			continue
		}
		r.checkMass(q, at)
		r.checkFlavours(q, at)
		r.checkBoundary(q, at)
		r.checkRatios(q, at)
	}
}

// checkNames wants every name once, those that follow from actions too.
func (r *reader) checkNames(i int) {
	path := index("quarks", i) + ".name"
	if !r.sound("quarks.name", "quarks.action") || r.cfg.Quarks[i].None() {
		return
	}
	for k := range i {
		if name := r.cfg.groupName(i); !r.cfg.Quarks[k].None() && r.cfg.groupName(k) == name {
			r.report(r.at(path), path, fmt.Sprintf("%q is the name of group %d already (allowed: another name)", name, k))
			return
		}
	}
}

func (r *reader) checkMass(q *Quarks, at string) {
	if path := at + ".mass"; r.sound(path) && q.Action == "staggered" && !(q.Mass > 0) {
		r.report(r.at(path), path, fmt.Sprintf("%g is not allowed for staggered quarks (allowed: finite number > 0)", q.Mass))
	}
	if path := at + ".twist"; r.sound(path) && q.Twist != 0 {
		switch {
		case r.cfg.Lattice.Dimensions() == 3:
			r.report(r.at(path), path, "there is no gamma_5 in three dimensions (allowed: 0)")
		case r.sound(at+".flavours") && q.Flavours != 2:
			r.report(r.at(path), path, fmt.Sprintf("a twisted mass is that of two degenerate flavours, not of %d (allowed: 0, or flavours = 2)", q.Flavours))
		}
	}
}

func (r *reader) checkFlavours(q *Quarks, at string) {
	d := r.cfg.Lattice.Dimensions()
	if path := at + ".method"; r.sound(path, at+".flavours") && q.Method == "pseudofermion" && !r.cfg.whole(q) {
		allowed := fmt.Sprintf("%d on the even sites, %d on all", Tastes(d), 2*Tastes(d))
		switch {
		case q.Wilson():
			allowed = "2"
		case q.IsospinMu != 0:
			allowed = fmt.Sprint(2 * Tastes(d))
		}
		r.report(r.at(at+".flavours"), at+".flavours", fmt.Sprintf("%s in %d dimensions need a root of the determinant "+
			"(allowed: %s; any number with method = \"rational\")", plural(q.Flavours, q.Action+" flavour"), d, allowed))
	}
	if path := at + ".error"; r.sound(path, at+".method", "lattice.extents", "lattice.group") && q.Method == "rational" {
		const most = 1e-3 // as package action has it
		if n := r.cfg.components(q); q.Error*n > most {
			r.report(r.at(path), path, fmt.Sprintf("%g is too much for an action of %.0f components (allowed: up to %.1e here)", q.Error, n, most/n))
		}
	}
	if path := at + ".fields"; r.sound(path, at+".flavours", at+".method") && q.Method == "rational" {
		if n := r.cfg.fewestFields(q); q.Fields < n {
			p, of := r.cfg.Root(q)
			r.report(r.at(path), path, fmt.Sprintf("each of %s would have the power %d/%d of the determinant (allowed: at least %d, for powers below 1)",
				plural(q.Fields, "field"), p, of*q.Fields, n))
		}
	}
}

func (r *reader) checkBoundary(q *Quarks, at string) {
	d := r.cfg.Lattice.Dimensions()
	if path := at + ".boundary"; r.sound(path) && len(q.Boundary) != d {
		r.report(r.at(path), path, fmt.Sprintf("has %s on a lattice of %d dimensions (allowed: one for each direction)",
			plural(len(q.Boundary), "element"), d))
	}
	if path := at + ".theta"; r.sound(path) && len(q.Theta) != 0 && len(q.Theta) != d {
		r.report(r.at(path), path, fmt.Sprintf("has %s on a lattice of %d dimensions (allowed: one for each direction, or none)",
			plural(len(q.Theta), "element"), d))
	}
}

// checkRatios wants every operator heavier than the one before, and as many levels as
// terms.
func (r *reader) checkRatios(q *Quarks, at string) {
	path := at + ".ratios"
	if !r.sound(path, at+".mass", at+".kappa", at+".twist") {
		return
	}
	what, last, heavier := "mass", q.Mass, func(x, last float64) bool { return x > last }
	switch {
	case q.Twist != 0:
		what, last, heavier = "twist", q.Twist, func(x, last float64) bool { return x > last && last > 0 || x < last && last < 0 }
	case q.Kappa != 0:
		what, last, heavier = "kappa", q.Kappa, func(x, last float64) bool { return 0 < x && x < last }
	}
	for i, x := range q.Ratios {
		if !heavier(x, last) {
			r.report(r.element(path, i), path, fmt.Sprintf("%s %g is not heavier than %g (allowed: each heavier than the one before, the first than the group's)", what, x, last))
			return
		}
		last = x
	}
	if path := at + ".levels"; r.sound(path) && len(q.Levels) != 0 && len(q.Levels) != q.Terms() {
		r.report(r.at(path), path, fmt.Sprintf("has %s for %s (allowed: one for each, or none)", plural(len(q.Levels), "element"), plural(q.Terms(), "term")))
	}
}
