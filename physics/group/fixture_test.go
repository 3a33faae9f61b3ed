package group_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/group"
)

// gellMann[k] is the index here of λ_{k+1}/2 in the usual order.
var gellMann = [8]int{0, 1, 6, 2, 3, 4, 5, 7}

// exp(i t c^k λ_k/2) as Gaugefields.jl 0.7.2 (exptU!) computes it, by way of the
// fixtures of shinaoka/latticeqcd-rs.
//
// Where the metadata says "fallback" or "zero" that code sums the Taylor
// series to fourth order, and so does the stored matrix of near_above: there the
// stored matrix must equal the fourth-order series to round-off, and Exp may
// differ by what the series leaves out, |X|^5/120 (1 + |X|/5).
func TestExpAgainstGaugefields(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "latticeqcd-rs", "exp_ta")
	raw, err := os.ReadFile(filepath.Join(dir, "metadata.json"))
	if os.IsNotExist(err) {
		t.Skip("the folder of data made by other codes, ../shared/data, is absent")
	}
	require.NoError(t, err)
	var metadata struct {
		Cases []struct {
			Name, Branch string
			Coefficients [8]float64
			T            float64
		}
	}
	require.NoError(t, json.Unmarshal(raw, &metadata))
	values, shape := readNpy(t, filepath.Join(dir, "expected.npy"))
	require.Equal(t, []int{3, 3, len(metadata.Cases)}, shape)
	require.Len(t, metadata.Cases, 8)

	g := group.SU3
	for k, c := range metadata.Cases {
		x := make([]float64, 8)
		for i, v := range c.Coefficients {
			x[gellMann[i]] = c.T * v
		}
		want, m := g.NewMatrix(), expOf(g, x)
		for i := range 3 {
			for j := range 3 {
				want[i*3+j] = values[9*k+3*j+i] // Fortran order
			}
		}
		if c.Branch == "analytic" && c.Name != "near_above" {
			// The analytic branch divides by differences of cubes of eigenvalues, all
			// of order .1 in these cases: three digits.
			assert.LessOrEqual(t, deviation(m, want), 1000*u, c.Name)
			continue
		}
		a, series, term := g.NewMatrix(), unit(g), unit(g)
		g.Element(a, x)
		for order := 1; order <= 4; order++ {
			term = product(term, a)
			for i := range term {
				term[i] /= complex(float64(order), 0)
				series[i] += term[i]
			}
		}
		assert.LessOrEqual(t, deviation(series, want), 8*u, "%s: fourth order", c.Name)
		r := norm(x) / math.Sqrt2
		assert.LessOrEqual(t, deviation(m, want), 8*u+math.Pow(r, 5)/120*(1+r/5), c.Name)
		if c.Name == "balanced_pair" {
			assert.Greater(t, cmplx.Abs(m[0]-want[0]), 1e-4, "the series stops at fourth order")
		}
	}
}

// readNpy reads a .npy file (version 1) of little-endian complex numbers in
// Fortran order.
func readNpy(t *testing.T, path string) ([]complex128, []int) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "\x93NUMPY\x01\x00", string(raw[:8]))
	n := 10 + int(binary.LittleEndian.Uint16(raw[8:]))
	header := string(raw[10:n])
	require.Contains(t, header, "'<c16'")
	require.Contains(t, header, "'fortran_order': True")
	match := regexp.MustCompile(`'shape': \(([0-9, ]+)\)`).FindStringSubmatch(header)
	require.Len(t, match, 2)
	var shape []int
	total := 1
	for _, field := range strings.Split(match[1], ",") {
		if field = strings.TrimSpace(field); field != "" {
			l, err := strconv.Atoi(field)
			require.NoError(t, err)
			shape = append(shape, l)
			total *= l
		}
	}
	require.Len(t, raw[n:], 16*total, fmt.Sprint("shape ", shape))
	values := make([]complex128, total)
	for i := range values {
		at := func(k int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(raw[n+8*k:])) }
		values[i] = complex(at(2*i), at(2*i+1))
	}
	return values, shape
}
