package theory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/rng"
)

// on22 is the default without training, with quarks of its own on a small lattice.
func on22(quarks, guide string, set ...string) []string {
	return append([]string{"lattice.extents=[4,4]", "lattice.group=SU(3)", "quarks=[" + quarks + "]", "run.train=0", "measure={}", "slhmc={" + guide + "}"}, set...)
}

const (
	light = `{ name = "light", action = "staggered", mass = 0.1, ratios = [0.3, 0.9], levels = [0, 1, 1] }`
	heavy = `{ name = "heavy", action = "wilson", kappa = 0.2, ratios = [0.17], theta = [0.1, 0.2] }`
	tm    = `{ action = "wilson", mass = 0.1, twist = 0.3, ratios = [0.5] }`
	two   = `levels = [{ steps = 2 }, { steps = 2 }]`
)

// Each group is a chain of ratios down to its heaviest operator, on the levels that it
// names, and the determinant of the site blocks that even-odd preconditioning leaves
// out.
func TestTerms(t *testing.T) {
	for _, c := range []struct {
		quarks string
		want   []string
	}{
		{light, []string{"light: m 0.1 over 0.3 @0 24", "light: m 0.3 over 0.9 @1 24", "light: m 0.9 @1 24"}},
		{heavy, []string{"heavy: kappa 0.2 over 0.17 @0 48", "heavy: kappa 0.17 @0 48", "heavy: site blocks @0"}},
		{tm, []string{"wilson: mu 0.3 over 0.5 @0 48", "wilson: mu 0.5 @0 48", "wilson: site blocks @0"}},
		{`{ action = "staggered", mass = 0.2, flavours = 4 }, { action = "staggered", mass = 0.4 }, { action = "none" }`, []string{"staggered_0: m 0.2 @0 48", "staggered_1: m 0.4 @0 24"}},
	} {
		b, r := built(t, on22(c.quarks, "", "hmc={"+two+"}")...)
		var got []string
		for _, f := range b.groups {
			for _, term := range f.of {
				text := fmt.Sprintf("%s @%d", term.name, term.level)
				if p, ok := term.action.(action.Pseudofermion); ok {
					text += fmt.Sprint(" ", p.Components())
				}
				got = append(got, text)
			}
		}
		assert.Equal(t, c.want, got)
		tr, err := r.Phases[0].Sampler.Step(r.Links, rng.New(1))
		require.NoError(t, err)
		assert.Len(t, tr.Forces, 2)
		assert.True(t, r.Phases[0].Sampler.HMC())
	}
}

// On a lattice with an odd extent Wilson quarks are not preconditioned.
func TestOddExtents(t *testing.T) {
	b, _ := built(t, on22(`{ action = "wilson", mass = 0.1 }`, "", "lattice.extents=[3,4]")...)
	require.Len(t, b.groups[0].of, 1)
	assert.Equal(t, 3*4*3*2, b.quarkTerms().Components())
}

// The chain of ratios weighs what its lightest operator does: with the same guide, S of
// the chain at fresh fields is |xi|^2 of each, and the determinants cancel in the
// product, which the dense ones of verify's subjects judge; here what the operators are.
func TestOperators(t *testing.T) {
	b, _ := built(t, on22(heavy, "")...)
	ops, err := b.operators(b.groups[0].conf, b.groups[0].conf)
	require.NoError(t, err)
	require.Len(t, ops, 2)
	assert.InDelta(t, 1/(2*0.2)-2, ops[0].(*dirac.Wilson).Mass(), 1e-15)
	assert.InDelta(t, 1/(2*0.17)-2, ops[1].(*dirac.Wilson).Mass(), 1e-15)
	b, _ = built(t, on22(tm, "")...)
	ops, err = b.operators(b.groups[0].conf, b.groups[0].conf)
	require.NoError(t, err)
	assert.Equal(t, 0.3, ops[0].(*dirac.Wilson).Twist())
	assert.Equal(t, 0.5, ops[1].(*dirac.Wilson).Twist())
	assert.Equal(t, 0.1, ops[1].(*dirac.Wilson).Mass())
}

// A guide that changes nothing is the target; one with fewer ratios leaves the lightest
// out; one with a parameter sees it wherever the operator is.
func TestGuideOfGroups(t *testing.T) {
	value := func(a action.Action, b *builder) float64 {
		v, err := a.Value(b.links)
		require.NoError(t, err)
		return v
	}
	refreshed := func(guide string) *builder {
		b, r := built(t, on22(light+","+heavy, guide, "hmc={"+two+"}")...)
		_, err := b.sampled().Refresh(b.links, rng.New(1))
		require.NoError(t, err)
		assert.Same(t, b.guide, r.Guide)
		return b
	}
	b := refreshed("")
	assert.InEpsilon(t, value(b.quarkTerms(), b), value(b.guide, b), 1e-12)
	sum := 0.
	for level := range 2 {
		a := b.guideOnLevel(level)
		require.NotNil(t, a)
		sum += value(a, b)
	}
	assert.InEpsilon(t, value(b.guide, b), sum, 1e-12)
	assert.Nil(t, b.guideOnLevel(2))

	b = refreshed(`quarks = [{ group = "light", ratios = 1 }]`)
	assert.InEpsilon(t, value(append(b.groups[0].actions()[1:], b.groups[1].actions()...), b), value(b.guide, b), 1e-12)

	b = refreshed(`quarks = [{ group = "heavy", kappa = 0.19, coefficient = 1.25, train = ["coefficient"] }], layers = [{ terms = [{ loop = "plaquette", weight = 0.1 }] }]`)
	theta := make([]float64, b.guide.NumParams())
	b.guide.Params(theta)
	assert.Equal(t, []float64{0.1, 1.25}, theta)
	assert.Len(t, b.guide.Networks(), 1)

	b = refreshed(`quarks = [{ group = "heavy", network = false }], layers = [{ terms = [{ loop = "plaquette", weight = 0.1 }] }]`)
	assert.Len(t, b.guide.Networks(), 2)
	v := b.guide.Network().Forward(b.links)
	want, err := b.groups[0].actions().Value(v)
	require.NoError(t, err)
	assert.InEpsilon(t, want+value(b.groups[1].actions(), b), value(b.guide, b), 1e-12)
}

// Condensates of several groups have their names.
func TestCondensates(t *testing.T) {
	_, r := built(t, on22(light+","+strings.Replace(light, "light", "strange", 1)+","+heavy, "", "hmc={"+two+"}")...)
	var names []string
	for _, o := range r.Observables {
		names = append(names, o.Names...)
	}
	assert.Equal(t, []string{"plaquette", "polyakov_trace", "polyakov_normalised", "condensate_light", "condensate_strange"}, names)
}
