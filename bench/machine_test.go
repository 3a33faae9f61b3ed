package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The first processor names the machine, whatever the others are.
func TestProcessor(t *testing.T) {
	for text, want := range map[string]string{
		"processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD  EPYC\n\nprocessor\t: 1\nmodel name\t: other\n": "AMD EPYC family 25 model 17",
		"processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n":                                                      "0x41 0xd0c",
	} {
		got, err := processor(text)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := processor("processor : 0\n")
	require.ErrorContains(t, err, "does not name the processor")
}

// A key is fit for a file, and tells machines apart that differ in anything that
// times depend on.
func TestMachineKey(t *testing.T) {
	m := Machine{"AMD EPYC (TM) family 25 model 17", 2, "avx512"}
	assert.Equal(t, "amd-epyc-tm-family-25-model-17-2c-avx512", m.Key())
	for _, other := range []Machine{{m.CPU, 3, m.Kernels}, {m.CPU, 2, "avx2"}, {"other", 2, m.Kernels}} {
		assert.NotEqual(t, m.Key(), other.Key())
	}
}

// Holm's procedure by hand: 4 x 0.01, 3 x 0.02 = 0.06, then 2 x 0.02 raised to
// what came before, and 1 x 0.5.
func TestHolm(t *testing.T) {
	v := []Verdict{{P: 0.02}, {P: 0.5}, {P: 0.01}, {P: 0.02}}
	holm(v)
	assert.InDeltaSlice(t, []float64{0.06, 0.5, 0.04, 0.06}, []float64{v[0].P, v[1].P, v[2].P, v[3].P}, 1e-15)
}
