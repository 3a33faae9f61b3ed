package rundir

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFloatText(t *testing.T) {
	cases := []struct {
		x    float64
		text string
	}{
		{0, "0"},
		{math.Copysign(0, -1), "-0"},
		{0.1, "0.1"},
		{-2.5, "-2.5"},
		{1e21, "1e+21"},
		{1e-7, "1e-7"},
		{math.SmallestNonzeroFloat64, "5e-324"},
		{math.MaxFloat64, "1.7976931348623157e+308"},
		{math.NaN(), `"NaN"`},
		{math.Inf(1), `"+Inf"`},
		{math.Inf(-1), `"-Inf"`},
	}
	for _, c := range cases {
		b, err := json.Marshal(Float(c.x))
		require.NoError(t, err)
		assert.Equal(t, c.text, string(b))
		var back Float
		require.NoError(t, json.Unmarshal(b, &back))
		if math.IsNaN(c.x) {
			assert.True(t, math.IsNaN(float64(back)))
		} else {
			assert.Equal(t, math.Float64bits(c.x), math.Float64bits(float64(back)))
		}
	}
}

func TestFloatRefuses(t *testing.T) {
	for _, s := range []string{`null`, `"nan"`, `"Inf"`, `"1"`, `1e999`, `true`, `[1]`, `{}`} {
		x := Float(7)
		assert.Error(t, json.Unmarshal([]byte(s), &x), s)
		assert.Equal(t, Float(7), x, s)
	}
}

// Every finite float64, by its bits, is written as encoding/json writes a float64, and read back to the same bits.
func TestFloatRoundTrip(t *testing.T) {
	check(t, 5000, func(p *gopter.Properties) {
		p.Property("bits survive", prop.ForAll(func(bits uint64) bool {
			x := math.Float64frombits(bits)
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return true
			}
			b, err := json.Marshal(Float(x))
			plain, plainErr := json.Marshal(x)
			var back Float
			return err == nil && plainErr == nil && string(b) == string(plain) &&
				json.Unmarshal(b, &back) == nil && math.Float64bits(float64(back)) == bits
		}, gen.UInt64()))
	})
}
