package theory

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/quark"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// built returns the parts of the default system with overrides, and its run.
func built(t *testing.T, set ...string) (*builder, *sampler.Run) {
	t.Helper()
	var overrides []config.Override
	for _, s := range set {
		o, err := config.ParseOverride(s)
		require.NoError(t, err)
		overrides = append(overrides, o)
	}
	c, err := config.Parse("default", config.Default(), overrides)
	require.NoError(t, err)
	b := &builder{c: c}
	r, err := b.run(lattice.NewPool(1))
	require.NoError(t, err)
	return b, r
}

// Every preset becomes a run.
func TestPresetsBuild(t *testing.T) {
	for _, p := range config.Presets() {
		c := harness.Preset(t, p.Name)
		r, geo, err := Build(c, lattice.NewPool(1), true)
		require.NoError(t, err, p.Name)
		assert.Equal(t, c.Lattice.Extents, geo.Extents())
		assert.Equal(t, c.Lattice.Group, r.Links.Group().String())
		var names []string
		for _, o := range r.Observables {
			names = append(names, o.Names...)
		}
		want := []string{"plaquette", "polyakov_trace", "polyakov_normalised"}
		if groups, called := c.Groups(); c.Condensates() && len(groups) > 1 {
			want = append(want, "condensate_"+called[0], "condensate_"+called[1])
		} else if c.Condensates() {
			want = append(want, "condensate")
		}
		assert.Equal(t, want, names, p.Name)
		total := 0
		for _, phase := range r.Phases {
			total += phase.Trajectories
			assert.Equal(t, phase.Name == "train" && c.Run.Train > 0, phase.Train)
			assert.Equal(t, phase.Name != "train", phase.Measure)
			assert.Equal(t, phase.Name == "hmc" || phase.Name == "slhmc", phase.Production)
			assert.Equal(t, phase.Name == "thermalise", phase.Unconditional > 0)
			assert.Equal(t, phase.Name != "slhmc", phase.Sampler.HMC(), phase.Name)
		}
		assert.Equal(t, c.Run.Thermalise+c.Run.Train+c.Run.HMC+c.Run.SLHMC, total)
	}
}

// Named gauge actions are those of the literature, and loops by hand are the same
// action: S/beta of the reference, on random links. Sums of 6*16 plaquettes and
// 12*16 rectangles of size one, times c0 = 12 at most: round-off below 1e-11.
func TestGaugeActions(t *testing.T) {
	const beta = 1.5
	for name, c1 := range map[string]float64{"plaquette": 0, "symanzik": reference.SymanzikC1, "iwasaki": reference.IwasakiC1, "dbw2": reference.DBW2C1, "rectangle": 0.25, "loops": 0} {
		set := []string{"lattice.extents=[2,2,2,2]", "lattice.start=hot", "gauge.action=" + name, fmt.Sprint("gauge.beta=", beta)}
		switch name {
		case "rectangle":
			set = append(set, "gauge.c1=0.25")
		case "loops":
			loops := ""
			for _, l := range gauge.Plaquettes(4, 1) {
				loops += fmt.Sprintf("{ path = [%d, %d, %d, %d], coefficient = 1.0 }, ", l.Path[0], l.Path[1], l.Path[2], l.Path[3])
			}
			set = append(set, "gauge.loops=["+loops[:len(loops)-2]+"]")
		}
		b, _ := built(t, set...)
		got, err := b.gauge.Value(b.links)
		require.NoError(t, err)
		want := reference.GaugeAction(verify.Links(b.links), beta, reference.RectangleAction(4, c1)).V
		assert.InDelta(t, want, got, 1e-11, name)
	}
}

// Flavours choose the sites: half or all of them.
func TestFlavours(t *testing.T) {
	for set, components := range map[string]int{
		"[4,4,4,4] 4": 256, "[4,4,4,4] 8": 512, "[4,4] 2": 16, "[4,4] 4": 32, "[2,2,4] 4": 16, "[2,2,4] 8": 32,
	} {
		var extents, flavours string
		_, err := fmt.Sscan(set, &extents, &flavours)
		require.NoError(t, err)
		b, _ := built(t, "lattice.extents="+extents, "quarks.flavours="+flavours)
		assert.Equal(t, components, b.quarkTerms().Components(), set)
		assert.Equal(t, components, b.sampled().Components(), set)
	}
}

// Masses and boundary conditions arrive: the exact condensate of free quarks. The
// solver leaves 1e-12 of a source of norm 1 for each of the components, over m².
func TestFreeCondensate(t *testing.T) {
	for set, phases := range map[string][]complex128{
		`"periodic", "periodic", "periodic", "antiperiodic"`:     {1, 1, 1, -1},
		`"antiperiodic", "periodic", "antiperiodic", "periodic"`: {-1, 1, -1, 1},
	} {
		b, _ := built(t, "lattice.start=cold", "quarks.mass=0.5", "slhmc.mass=0.7", "quarks.boundary=["+set+"]")
		for _, mass := range []float64{b.c.Quarks[0].Mass, b.c.SLHMC.Quarks[0].Mass} {
			q := b.c.Quarks[0]
			q.Mass = mass
			d, err := quark.Staggered(b.geo, b.group, &q, b.c.Background)
			require.NoError(t, err)
			c, err := observe.NewCondensate(d, 1e-12, 1)
			require.NoError(t, err)
			got, err := c.Exact(b.links)
			require.NoError(t, err)
			assert.InDelta(t, reference.FreeStaggeredCondensate([]int{4, 4, 4, 4}, 2, mass, phases), got, 1e-11, set)
		}
	}
}

// The guide has the mass, the coefficient and the parameters that it was given, and
// shares the pseudofermions of the target: without layers and at the target's mass
// it is the target.
func TestGuide(t *testing.T) {
	small := []string{"lattice.extents=[4,4]", "quarks.flavours=2"}
	b, r := built(t, append(small, "slhmc.mass=0.45", "slhmc.coefficient=1.5", "slhmc.train_mass=true", "slhmc.train_coefficient=true",
		"slhmc.layers.0.terms.1.weight=0.25", "slhmc.layers.1.terms.2.weight=-0.5")...)
	theta := make([]float64, b.guide.NumParams())
	b.guide.Params(theta)
	assert.Equal(t, []float64{0, 0.25, 0, 0, 0, -0.5, 0.45, 1.5}, theta)
	assert.Same(t, b.guide, r.Guide)

	b, _ = built(t, append(small, "slhmc.layers=[]", "slhmc.mass=0.3", "run.train=0")...)
	_, err := b.sampled().Refresh(b.links, rng.New(1))
	require.NoError(t, err)
	want, err := b.quarkTerms().Value(b.links)
	require.NoError(t, err)
	got, err := b.guide.Value(b.links)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

// A weight in the file is that of all links that share it, in the order of terms.
func TestWeights(t *testing.T) {
	const terms = `terms = [{ loop = "plaquette", weight = 0.1 }, { loop = "polyakov_time", weight = 0.2 }]`
	for share, each := range map[string]int{"all": 1, "direction": 2, "site": 2 * 16} {
		b, _ := built(t, "lattice.extents=[4,4]", "quarks.flavours=2", fmt.Sprintf("slhmc.layers=[{ kind = \"stout\", share = %q, %s }]", share, terms))
		theta := make([]float64, b.guide.NumParams())
		b.guide.Params(theta)
		assert.Equal(t, append(slices.Repeat([]float64{0.1}, each), slices.Repeat([]float64{0.2}, each)...), theta, share)
	}
}

// Paths by hand are the named loops: the two staples with the other directions in
// every order, the three ways of a rectangle around, a corner of a cube.
func TestPathTerms(t *testing.T) {
	output := func(terms string) *gauge.Field {
		b, _ := built(t, "lattice.extents=[4,2,2,4]", "lattice.start=hot", fmt.Sprintf("slhmc.layers=[{ kind = \"stout\", share = \"all\", terms = [%s] }]", terms))
		return b.guide.Network().Forward(b.links)
	}
	path := func(steps string) string { return "{ loop = \"path\", path = [" + steps + "], weight = 0.05 }" }
	named := func(name string) string { return fmt.Sprintf("{ loop = %q, weight = 0.05 }", name) }
	for name, paths := range map[string][]string{
		"plaquette": {"2, 1, -2", "-2, 1, 2"},
		"rectangle": {
			"2, 2, 1, -2, -2", "-2, -2, 1, 2, 2", "2, 1, 1, -2, -1", "-2, 1, 1, 2, -1", "-1, 2, 1, 1, -2", "-1, -2, 1, 1, 2",
		},
	} {
		terms := ""
		for i, p := range paths {
			if i > 0 {
				terms += ", "
			}
			terms += path(p)
		}
		// the same sums in another order: round-off of 18 products of 6 matrices
		assert.Less(t, largest(output(named(name)), output(terms)), 1e-14, name)
	}
	// 2 and 3 stand for 6 ordered pairs of other directions: 6 paths, so that the cold
	// links' C is 6 rho, and so is that of 6 plaquette staples
	p := pathTerm(4, []int{2, 3, 1, -3, -2})
	for mu := range 4 {
		require.Len(t, p.Paths[mu], 6)
		for _, l := range p.Paths[mu] {
			assert.Equal(t, mu+1, l.Path[2])
			assert.Equal(t, l.Path[0], -l.Path[4])
			assert.NotEqual(t, l.Path[0], l.Path[1])
		}
	}
}

func largest(u, v *gauge.Field) float64 {
	a, b := u.Export(nil), v.Export(nil)
	worst := 0.0
	for i := range a {
		worst = math.Max(worst, math.Abs(a[i]-b[i]))
	}
	return worst
}

// Optimizers have their own settings: the first step from the gradient (1) tells
// them apart, the second their memories.
func TestOptimizers(t *testing.T) {
	for name, want := range map[string]float64{
		"sgd":      -2 * 0.125,
		"momentum": -(1 + 1.5) * 0.125, // v = 1, then 0.5 + 1
		"adam":     -2 * 0.125,         // steps of the rate, whatever the memories
	} {
		c := &config.Training{Optimizer: name, Rate: 0.125, Momentum: 0.5, Beta2: 0.75}
		o := optimizer(c)
		theta := []float64{0}
		o.Step(theta, []float64{1})
		o.Step(theta, []float64{1})
		assert.InDelta(t, want, theta[0], 1e-8, name)
		if name == "adam" {
			assert.Equal(t, []float64{0.75, 1 - 0.75*0.75, 2}, o.State())
		}
	}
}

// One time scale or two: the target's force is the same, so both are HMC.
func TestTimeScales(t *testing.T) {
	for _, set := range []string{"hmc.gauge_steps=0", "hmc.gauge_steps=2"} {
		_, r := built(t, "lattice.extents=[4,4]", "quarks.flavours=2", set)
		tr, err := r.Phases[0].Sampler.Step(r.Links, rng.New(1))
		require.NoError(t, err)
		assert.Len(t, tr.Forces, map[string]int{"hmc.gauge_steps=0": 1, "hmc.gauge_steps=2": 2}[set])
		assert.True(t, r.Phases[0].Sampler.HMC())
		slhmc := r.Phases[3].Sampler
		tr, err = slhmc.Step(r.Links, rng.New(1))
		require.NoError(t, err)
		assert.Len(t, tr.Forces, map[string]int{"hmc.gauge_steps=0": 1, "hmc.gauge_steps=2": 2}[set], "inherited")
		assert.False(t, slhmc.HMC())
	}
}
