package theory

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/verify"
)

// kinds has a layer of each kind, and of each sharing that it has, by name.
var kinds = map[string]string{
	"stout":                `{ kind = "stout", terms = [{ loop = "plaquette", weight = 0.05 }, { loop = "rectangle", weight = -0.02 }] }`,
	"stout, per direction": `{ kind = "stout", share = "direction", terms = [{ loop = "plaquette", weight = 0.05 }] }`,
	"stout, per site":      `{ kind = "stout", share = "site", terms = [{ loop = "plaquette", weight = 0.05 }] }`,
	"ape":                  `{ kind = "ape", link = 0.9, terms = [{ loop = "plaquette", weight = 0.02 }, { loop = "polyakov_time", weight = 0.01 }] }`,
	"hyp":                  `{ kind = "hyp", alphas = [0.3, 0.2, 0.1] }`,
	"ode":                  `{ kind = "ode", terms = [{ loop = "plaquette", weight = 0.05 }, { loop = "path", path = [2, 1, -2], weight = 0.01 }] }`,
	"ode, per direction":   `{ kind = "ode", scheme = "euler", steps = 3, share = "direction", terms = [{ loop = "plaquette", weight = 0.05 }] }`,
	"ode, per site":        `{ kind = "ode", steps = 1, share = "site", terms = [{ loop = "plaquette", weight = 0.05 }] }`,
}

// small lattices and short trajectories, with these layers.
func withLayers(layers ...string) []string {
	set := []string{"lattice.extents=[2,2,2,2]", "hmc.steps=2", "run.thermalise=1", "run.train=2", "run.hmc=0", "run.slhmc=1", "training.rate=0.001", "slhmc.layers=["}
	for i, l := range layers {
		if i > 0 {
			set[len(set)-1] += ", "
		}
		set[len(set)-1] += l
	}
	set[len(set)-1] += "]"
	return set
}

// Layers by name are those that covnet makes by hand, with the weights in their order.
func TestLayersAreCovnets(t *testing.T) {
	for name, c := range map[string]struct {
		layer  string
		params []float64
		want   func(u *gauge.Field) (covnet.Layer, error)
	}{
		"APE smearing": {
			`{ kind = "ape", link = 0.4, terms = [{ loop = "plaquette", weight = 0.1 }] }`,
			[]float64{0.4, 0.1},
			func(u *gauge.Field) (covnet.Layer, error) { return covnet.NewAPESmearing(u, 0.6) },
		},
		"HYP smearing": {
			`{ kind = "hyp", alphas = [0.75, 0.6, 0.3] }`,
			[]float64{0.75, 0.6, 0.3},
			func(u *gauge.Field) (covnet.Layer, error) { return covnet.NewHYP(u, [3]float64{0.75, 0.6, 0.3}) },
		},
		"Symanzik flow to t = 0.06": { // 1 + 8/12 of the staples, -1/12 of the rectangles
			`{ kind = "ode", steps = 3, terms = [{ loop = "plaquette", weight = 0.1 }, { loop = "rectangle", weight = -0.005 }] }`,
			[]float64{0.1, -0.005},
			func(u *gauge.Field) (covnet.Layer, error) {
				return covnet.SymanzikFlow().Layer(u, covnet.RK3(), 0.06, 3)
			},
		},
		"one step of Euler": {
			`{ kind = "ode", scheme = "euler", steps = 1, terms = [{ loop = "plaquette", weight = 0.1 }] }`,
			[]float64{0.1},
			func(u *gauge.Field) (covnet.Layer, error) {
				l, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(4))
				l.Params()[0] = 0.1
				return l, err
			},
		},
	} {
		b, _ := built(t, append(withLayers(c.layer), "lattice.extents=[4,2,2,4]", "lattice.start=hot")...)
		theta := make([]float64, b.guide.NumParams())
		b.guide.Params(theta)
		assert.Equal(t, c.params, theta, name)
		layer, err := c.want(b.links)
		require.NoError(t, err, name)
		want := gauge.NewField(b.geo, b.group)
		layer.Forward(want, b.links)
		// weights that differ by a rounding, and Q that adds up in another order
		assert.Less(t, largest(want, b.guide.Network().Forward(b.links)), 1e-14, name)
	}
}

// Every weight of every layer has a gradient, so that training moves it, and the
// gradient is that of the loss's action: Ridders' differences are in the laws below.
func TestEveryWeightIsTrained(t *testing.T) {
	for name, layer := range kinds {
		b, r := built(t, append(withLayers(layer), "lattice.start=hot")...)
		_, err := b.sampled().Refresh(b.links, r.Stream)
		require.NoError(t, err)
		g := make([]float64, b.guide.NumParams())
		require.NotEmpty(t, g)
		require.NoError(t, b.guide.AddParamGradient(g, 1, b.links))
		assert.NotContains(t, g, 0., name)
	}
}

// A configuration with a layer of any kind obeys the laws, its weights perturbed.
func TestLawsOfLayers(t *testing.T) {
	laws, suite := regexp.MustCompile("^(network/|guide/force$)"), verify.Suite{Name: "quick", Volume: 16, Draws: 50}
	for _, name := range config.Names("slhmc.layers.kind") {
		c := parsed(t, append(withLayers(kinds[name]), "lattice.group=SU(3)")...)
		subjects, err := Subjects(c, verify.Quick())
		require.NoError(t, err, name)
		verdicts := verify.Judge(subjects, 1, nil, verify.With(suite), verify.Only(laws), verify.Within(verify.Domain{Cases: 1}))
		require.Greater(t, len(verdicts), 8, name)
		for _, v := range verdicts {
			assert.True(t, v.OK(), "%s: %v", name, v)
		}
	}
}

// Weights of all kinds that are written are read back, on any lattice where that is
// possible; other layers, and other numbers of weights, are told.
func TestWeightsOfLayers(t *testing.T) {
	var all []string
	for _, l := range kinds {
		all = append(all, l)
	}
	slices.Sort(all)
	c := parsed(t, withLayers(all...)...)
	w := layersOf(c)
	var params []float64
	for i := range w.Params() {
		params = append(params, float64(i)+0.5)
	}
	require.NoError(t, w.set(params))
	back := written(t, w)
	got, err := back.adopt(c)
	require.NoError(t, err)
	assert.Equal(t, params, got)
	b, _ := built(t, withLayers(all...)...)
	assert.Len(t, params, b.guide.NumParams())
	require.NoError(t, b.guide.SetParams(got), "the order is the guide's")

	_, err = back.adopt(parsed(t, append(withLayers(all...), "lattice.extents=[2,2,2,4]")...))
	assert.ErrorContains(t, err, "has a weight for each link of [2 2 2 2], this lattice is [2 2 2 4]")

	ape, ode := parsed(t, withLayers(kinds["ape"])...), parsed(t, withLayers(kinds["ode"])...)
	_, err = layersOf(ode).adopt(ape)
	assert.EqualError(t, err, "they belong to other layers: ode (rk3, steps: 2) of plaquette and path[2,1,-2], a weight for all links; "+
		"this guide has ape of link and plaquette and polyakov_time, a weight for all links")
	finer := parsed(t, append(withLayers(kinds["ode"]), "slhmc.layers.0.steps=3")...)
	_, err = layersOf(ode).adopt(finer)
	assert.ErrorContains(t, err, "they belong to other layers")
}

// Files with the wrong weights for a kind say so; those of before there were other
// kinds are read.
func TestWeightsFiles(t *testing.T) {
	file := func(layers string) (*Weights, error) {
		path := filepath.Join(t.TempDir(), "w.json")
		text := `{ "lattice": { "extents": [2, 2, 2, 2], "group": "SU(2)" }, "trajectories": 3, "mass": 0.3, "coefficient": 1, "layers": [` + layers + `] }`
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		w, _, err := ReadWeights(path)
		return w, err
	}
	w, err := file(`{ "kind": "stout", "share": "all", "terms": [{ "loop": "plaquette", "weights": [0.25] }] }`)
	require.NoError(t, err)
	assert.Equal(t, []float64{0.25}, w.Params())
	for layer, want := range map[string]string{
		`{ "kind": "hyp", "share": "all", "alphas": [1, 2] }`:                                                       `layer 0, alphas has 2 weights (allowed with kind = "hyp": 3)`,
		`{ "kind": "ape", "share": "all", "terms": [{ "loop": "plaquette", "weights": [1] }] }`:                     `layer 0, link has 0 weights (allowed with kind = "ape": 1)`,
		`{ "kind": "stout", "share": "all", "link": [1], "terms": [] }`:                                             `layer 0, link has 1 weights (allowed with kind = "stout": 0)`,
		`{ "kind": "ode", "share": "direction", "terms": [{ "loop": "plaquette", "weights": [1] }] }`:               `layer 0, term 0 has 1 weights (allowed with share = "direction": 4)`,
		`{ "kind": "resnet", "share": "all" }`:                                                                      `layer 0: kind "resnet" (allowed: stout, ape, hyp, ode)`,
		`{ "kind": "ode", "share": "all", "step": 2, "terms": [{ "loop": "plaquette", "weights": [1] }] }`:          `these are no weights as slhmc weights writes them: json: unknown field "step"`,
		`{ "kind": "hyp", "share": "all", "alphas": [1, 2, 3] }, { "kind": "ape", "share": "all", "link": [1, 2] }`: `layer 1, link has 2 weights (allowed with kind = "ape": 1)`,
	} {
		_, err := file(layer)
		assert.ErrorContains(t, err, want)
	}
}

func parsed(t *testing.T, set ...string) *config.Config {
	t.Helper()
	var overrides []config.Override
	for _, s := range set {
		o, err := config.ParseOverride(s)
		require.NoError(t, err)
		overrides = append(overrides, o)
	}
	c, err := config.Parse("default", config.Default(), overrides)
	require.NoError(t, err)
	return c
}

// written returns the weights as slhmc weights writes and reads them.
func written(t *testing.T, w *Weights) *Weights {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.json")
	data, err := json.Marshal(w)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data, 0o666))
	back, _, err := ReadWeights(path)
	require.NoError(t, err)
	return back
}
