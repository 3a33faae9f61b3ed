package config

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the comments of the table into the presets")

// The files of presets/ are what Annotate makes of them, so that their comments
// cannot differ from the table. After a change of either:
//
//	go test ./cmd/slhmc/internal/config -run TestPresets -update
func TestPresets(t *testing.T) {
	var names []string
	for _, p := range Presets() {
		names = append(names, p.Name)
		t.Run(p.Name, func(t *testing.T) {
			file := "presets/" + p.Name + ".toml"
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			annotated, err := Annotate(file, text)
			require.NoError(t, err)
			if *update {
				require.NoError(t, os.WriteFile(file, annotated, 0o644))
				return
			}
			assert.Empty(t, firstDifference(string(annotated), string(text)), "%s is not what the table makes of it: run with -update", file)
			embedded, err := Preset(p.Name)
			require.NoError(t, err)
			assert.Equal(t, string(text), string(embedded))
			assert.Less(t, len(p.Summary), 110)
			assert.NotContains(t, p.Summary, "#")

			before, err := Parse(file, text, nil)
			require.NoError(t, err)
			dump, err := before.TOML()
			require.NoError(t, err)
			after, err := Parse("dump", dump, nil)
			require.NoError(t, err)
			assert.Equal(t, before, after)
		})
	}
	assert.Equal(t, []string{
		"default", "long", "nf3-magnetic", "quenched", "schwinger-wilson-nf2", "su2-wilson-nf2", "su3-clover-nf2", "su3-staggered-nf2", "su3-staggered-nf2p1", "su3-wilson-nf2", "su3", "talk", "u1-2d",
	}, names)
}

// firstDifference returns the first line that differs, "" if none does.
func firstDifference(want, got string) string {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(wants), len(gots)) {
		if i >= len(wants) || i >= len(gots) || wants[i] != gots[i] {
			return fmt.Sprintf("line %d: want %q, got %q", i+1, wants[min(i, len(wants)-1)], gots[min(i, len(gots)-1)])
		}
	}
	return ""
}

// The default is the system of arXiv:2103.11965 with a network of six weights, and
// the preset "talk" trains it with the end-point loss.
func TestDefault(t *testing.T) {
	c, err := Parse("default.toml", Default(), nil)
	require.NoError(t, err)
	assert.Equal(t, Lattice{Extents: []int{4, 4, 4, 4}, Group: "SU(2)", Start: "hot"}, c.Lattice)
	assert.Equal(t, 2, c.Lattice.Colours())
	assert.Equal(t, Gauge{Action: "plaquette", Beta: 2.7, Anisotropy: 1, Level: -1}, c.Gauge)
	assert.Equal(t, []Quarks{{
		Action: "staggered", Flavours: 4, Mass: 0.3, Method: "pseudofermion",
		Boundary: []string{"periodic", "periodic", "periodic", "antiperiodic"}, Theta: []float64{}, Ratios: []float64{}, Levels: []int{},
	}}, c.Quarks)
	assert.Equal(t, Dynamics{Tau: 1, Integrator: "omelyan2", Steps: 8, Levels: []Level{}}, c.HMC)
	assert.Equal(t, c.HMC, c.SLHMC.Dynamics())
	layer := Layer{Kind: "stout", Share: "all", Terms: []Term{{Loop: "plaquette"}, {Loop: "polyakov_space"}, {Loop: "polyakov_time"}}}
	assert.Equal(t, []Layer{layer, layer}, c.SLHMC.Layers)
	assert.Equal(t, 0.4, c.SLHMC.Quarks[0].Mass)
	assert.Equal(t, "delta", c.Training.Loss)

	talk, err := Preset("talk")
	require.NoError(t, err)
	c, err = Parse("talk.toml", talk, nil)
	require.NoError(t, err)
	assert.Equal(t, Training{Loss: "action", Optimizer: "sgd", Rate: 1e-7, Mode: "online"}, *c.Training)
}

func TestUnknownPreset(t *testing.T) {
	_, err := Preset("quenchd")
	assert.EqualError(t, err, `there is no preset "quenchd", did you mean "quenched"? (allowed: default, long, nf3-magnetic, quenched, schwinger-wilson-nf2, su2-wilson-nf2, su3-clover-nf2, su3-staggered-nf2, su3-staggered-nf2p1, su3-wilson-nf2, su3, talk, u1-2d)`)
	_, err = Preset("../preset")
	assert.Error(t, err)
}

// A preset written by a Windows editor (CRLF, byte order mark) means the same.
func TestLineEndings(t *testing.T) {
	want, err := Parse("", Default(), nil)
	require.NoError(t, err)
	windows := "\ufeff" + strings.ReplaceAll(string(Default()), "\n", "\r\n")
	got, err := Parse("", []byte(windows), nil)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}
