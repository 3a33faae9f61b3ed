package config

import (
	"fmt"
	"slices"
)

// Layer is one layer of the gauge covariant network.
type Layer struct {
	Kind   string    `toml:"kind"`
	Share  string    `toml:"share"`
	Scheme string    `toml:"scheme"` // kind "ode"
	Steps  int       `toml:"steps"`  // kind "ode"
	Link   float64   `toml:"link"`   // kind "ape"
	Alphas []float64 `toml:"alphas"` // kind "hyp"
	Terms  []Term    `toml:"terms"`  // all other kinds
}

// Term is one loop of a layer with the first value of its weight or weights.
type Term struct {
	Loop   string  `toml:"loop"`
	Weight float64 `toml:"weight"`
	Path   []int   `toml:"path"` // loop "path": 1 is the direction of the link
}

// layerKeys are the rows of the layers. Without values of their own the weights of a
// layer are those of the identity, from which training begins.
var layerKeys = []key{
	{
		path: "slhmc.layers", def: "none: the guide sees the links themselves", derive: func(*Config, string) any { return []any{} },
		rule: rule{allowed: "any number of [[slhmc.layers]]"}.long(0, maxPath),
		doc:  "Layers of the network, the first acts on the links.",
	},
	{
		path: "slhmc.layers.kind", def: `"stout"`, rule: oneOf("stout", "ape", "hyp", "ode"),
		doc: "stout: U' = exp(Q) U, Q = sum of TA[weight C U^dagger]; ode: dU/dt = Q U from t = 0 to 1; " +
			"ape: the sum of link U and of weight C, projected on the group; hyp: three such smearings within the hypercubes of a link, in four dimensions.",
	},
	{
		path: "slhmc.layers.share", def: `"all"`, rule: oneOf("all", "direction", "site"),
		doc: "Weights are shared by all links, by those of a direction, or by none; those of ape and hyp by all.",
	},
	{
		path: "slhmc.layers.scheme", only: only("slhmc.layers.kind", "ode"), def: `"rk3"`, rule: oneOf("euler", "rk3"),
		doc: "Integrator of dU/dt = Q U; a step of euler is a stout layer with weight / steps.",
	},
	{
		path: "slhmc.layers.steps", only: only("slhmc.layers.kind", "ode"), def: "2", rule: integers(1, 100),
		doc: "Steps from t = 0 to 1; the links of each are kept.",
	},
	{
		path: "slhmc.layers.link", only: only("slhmc.layers.kind", "ape"), def: "1.0", rule: finite(),
		doc: "First value of the weight of the link itself; the common factor of all weights drops out.",
	},
	{
		path: "slhmc.layers.alphas", only: only("slhmc.layers.kind", "hyp"), def: "[0.0, 0.0, 0.0]", rule: finite().long(3, 3),
		doc: "First values of alpha_1, alpha_2, alpha_3, the weights of the staples of each level, the last to be made first: 0.75, 0.6, 0.3 smooth best.",
	},
	{
		path: "slhmc.layers.terms", only: only("slhmc.layers.kind", "stout", "ape", "ode"),
		rule: rule{allowed: `at least one term, such as { loop = "plaquette" }`}.long(1, maxPath),
		doc:  "Loops C of the layer, with the first values of their weights.",
	},
	{
		path: "slhmc.layers.terms.loop",
		rule: oneOf("plaquette", "rectangle", "polyakov_space", "polyakov_time", "path"),
		doc:  "polyakov_space, polyakov_time: the line around the lattice, along links in space and in time.",
	},
	{path: "slhmc.layers.terms.weight", def: "0.0", rule: finite(), doc: "First value of the weight; > 0 smooths."},
	{
		path: "slhmc.layers.terms.path", only: only("slhmc.layers.terms.loop", "path"), rule: directions(),
		doc: "Steps from n to n+mu, where 1 is mu and 2, 3, 4 are the other directions in every order: " +
			"[2, 1, -2] and [-2, 1, 2] are the staples.",
	},
}

func (r *reader) checkLayers() {
	if r.cfg.SLHMC == nil {
		return
	}
	var work pathWork
	for i, layer := range r.cfg.SLHMC.Layers {
		at := index("slhmc.layers", i)
		r.checkKind(at, layer)
		if !r.checkTerms(at, layer, &work) {
			return
		}
	}
}

// checkKind reports what the kind of a layer does not have.
func (r *reader) checkKind(at string, layer Layer) {
	kind, share := join(at, "kind"), join(at, "share")
	if !r.sound(kind) {
		return
	}
	if layer.Kind == "hyp" && r.sound("lattice.extents") && r.cfg.Lattice.Dimensions() != 4 {
		r.report(r.at(kind), kind, fmt.Sprintf(`"hyp" smears within hypercubes, but the lattice has %d dimensions (allowed with them: "stout", "ape", "ode")`,
			r.cfg.Lattice.Dimensions()))
	}
	if r.sound(share) && layer.Share != "all" && slices.Contains([]string{"ape", "hyp"}, layer.Kind) {
		r.report(r.at(share), share, fmt.Sprintf(`%q is not allowed with kind = %q, whose weights all links share (allowed: "all"; with kind = "stout", "ode" also "direction", "site")`,
			layer.Share, layer.Kind))
	}
}

// checkTerms reports terms that cannot be; false: paths are too long to go on.
func (r *reader) checkTerms(layerAt string, layer Layer, work *pathWork) bool {
	for j, term := range layer.Terms {
		at := index(join(layerAt, "terms"), j)
		path := join(at, "path")
		if !r.sound(path, join(at, "loop")) {
			continue
		}
		if term.Loop == "path" && r.sound("lattice.extents") {
			if wrong := stapleProblem(term.Path, r.cfg.Lattice.Dimensions()); wrong != "" {
				r.report(r.at(path), path, wrong)
				continue
			}
			if wrong := work.add(len(term.Path), 3); wrong != "" {
				r.report(r.at(path), path, wrong)
				return false
			}
		}
		same := func(t Term) bool { return t.Loop == term.Loop && slices.Equal(t.Path, term.Path) }
		if first := slices.IndexFunc(layer.Terms, same); first < j {
			loop := join(at, "loop")
			r.report(r.at(loop), loop, fmt.Sprintf("the layer has this loop already, in term %d (allowed: each loop once)", first))
		}
	}
	return true
}
