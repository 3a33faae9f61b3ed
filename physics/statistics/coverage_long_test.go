//go:build long

package statistics

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLongCoverage makes the table of the package comment: over many AR(1) chains of n numbers, how often the
// mean is within one error of the truth, the mean error in units of the exact one, and how often there is no
// result. It prints the table, and each number of the one that is written there must be its own, up to what
// was rounded off and the errors of both: chains of this seed were used for it.
func TestLongCoverage(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	rows := regexp.MustCompile(`(?m)^//\t *(\d+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$`).FindAllStringSubmatch(string(doc), -1)
	i := 0
	for _, tau := range []float64{0.5, 5} {
		a := (2*tau - 1) / (2*tau + 1)
		for _, n := range []int{10, 30, 100, 1000} {
			chains := 40000
			exact := errorOfMean(a, n)
			within, results := 0, 0
			var ratio, square Sum
			for k := range chains {
				e, err := Gamma(chain("long coverage", uint64(k), a, n))
				if err != nil {
					require.ErrorIs(t, err, ErrNoWindow)
					continue
				}
				results++
				if math.Abs(e.Value) < e.Error {
					within++
				}
				ratio.Add(e.Error / exact)
				square.Add(e.Error / exact * e.Error / exact)
			}
			m := float64(results)
			p, mean, none := float64(within)/m, ratio.Value()/m, 1-m/float64(chains)
			t.Logf("//\t%7d   %4.1f   %17.3f   %11.2f   %9.3f", n, tau, p, mean, none)
			if i >= len(rows) {
				t.Errorf("the table of doc.go has %d rows", len(rows))
				continue
			}
			row := rows[i]
			i++
			assert.Equal(t, []string{strconv.Itoa(n), fmt.Sprintf("%.1f", tau)}, row[1:3])
			for k, c := range []struct{ value, sigma, digits float64 }{
				{p, math.Sqrt(p * (1 - p) / m), 1e-3},
				{mean, math.Sqrt((square.Value()/m - mean*mean) / m), 1e-2},
				{none, math.Sqrt(none * (1 - none) / float64(chains)), 1e-3},
			} {
				said, err := strconv.ParseFloat(row[3+k], 64)
				require.NoError(t, err)
				assert.InDelta(t, said, c.value, c.digits/2+3*c.sigma, "%d numbers of tau_int %g", n, tau)
			}
		}
	}
	assert.Len(t, rows, i)
}
