package svg

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
)

// Figures of any numbers are well formed: none, one, equal ones, NaN, infinite, zeros
// on a logarithmic axis.
func TestFigures(t *testing.T) {
	for _, y := range [][]float64{nil, {1}, {2, 2, 2}, {math.NaN(), 1, math.Inf(1), -3}, {0, 1e-9, 1e9}, {-1e300, 1e300}} {
		for _, log := range []bool{false, true} {
			c := Curve{Label: "a < b & c", Y: y, Errors: make([]float64, len(y))}
			for i := range y {
				c.X = append(c.X, float64(i))
			}
			points, bars := c, c
			points.Points, bars.Bars = true, true
			f := Figure{Title: "<&>", X: "x", Y: "y", Log: log, Curves: []Curve{c, points, bars}, Marks: []Mark{{At: 1, Vertical: true, Label: "W"}, {At: 0}}}
			path := filepath.Join(t.TempDir(), "f.svg")
			require.NoError(t, os.WriteFile(path, []byte(Stack([]Figure{f, f})), 0o666))
			text := harness.WellFormed(t, path)
			assert.NotContains(t, text, "Inf")
			assert.Contains(t, text, "&lt;&amp;&gt;")
		}
	}
}
