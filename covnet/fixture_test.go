package covnet_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// One stout layer with the plaquettes' weights .12 and -.07 as Gaugefields.jl
// computes it, by way of the fixtures of shinaoka/latticeqcd-rs. It has the
// convention of the package comment; the tolerance is its metadata's.
func TestStoutOfGaugefields(t *testing.T) {
	dir := filepath.Join(data, "latticeqcd-rs", "stout_task_c")
	raw, err := os.ReadFile(filepath.Join(dir, "metadata.json"))
	if os.IsNotExist(err) {
		t.Skip("the folder of data made by other codes, ../shared/data, is absent")
	}
	require.NoError(t, err)
	var metadata struct {
		Lattice []int
		Rhos    struct{ Positive, Negative float64 }
		Compare struct {
			Tolerance float64 `json:"field_max_abs_tolerance"`
		} `json:"comparison"`
	}
	require.NoError(t, json.Unmarshal(raw, &metadata))
	require.Equal(t, .12, metadata.Rhos.Positive)
	require.Equal(t, -.07, metadata.Rhos.Negative)
	require.Equal(t, 5e-12, metadata.Compare.Tolerance)

	geo, err := lattice.New(metadata.Lattice)
	require.NoError(t, err)
	read := func(name string) *gauge.Field {
		u := gauge.NewField(geo, group.SU3)
		for mu := range 4 {
			v := readLinks(t, filepath.Join(dir, fmt.Sprintf("%s%d.npy", name, mu)), geo.Volume())
			m, x := group.SU3.NewMatrix(), make([]int, 4)
			for site := range geo.Volume() {
				geo.Coordinates(x, site)
				for i := range 3 {
					for j := range 3 {
						m[3*i+j] = v[9*site+3*j+i] // Fortran order
					}
				}
				u.Set(x, mu, m)
			}
		}
		return u
	}
	u := read("u")
	require.Less(t, u.Unitarity(), 1e-14)
	l, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(4))
	require.NoError(t, err)
	got := gauge.NewField(geo, group.SU3)
	for name, rho := range map[string]float64{"stout_plus": metadata.Rhos.Positive, "stout_minus": metadata.Rhos.Negative} {
		l.Params()[0] = rho
		l.Forward(got, u)
		assert.LessOrEqual(t, deviation(got, read(name)), metadata.Compare.Tolerance, name)
		assert.Greater(t, deviation(got, u), .1, name)
	}
}

// readLinks reads a .npy file (version 1) of 3 x 3 little-endian complex matrices
// on the given number of sites.
func readLinks(t *testing.T, path string, sites int) []complex128 {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "\x93NUMPY\x01\x00", string(raw[:8]))
	header := string(raw[10 : 10+binary.LittleEndian.Uint16(raw[8:])])
	require.Contains(t, header, "'<c16'")
	require.Contains(t, header, "'fortran_order': True")
	body := raw[10+len(header):]
	require.Len(t, body, 16*9*sites)
	v := make([]complex128, 9*sites)
	for i := range v {
		part := func(k int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(body[16*i+8*k:])) }
		v[i] = complex(part(0), part(1))
	}
	return v
}

// dataFile returns the path of a file made by another code; the test is skipped if
// the folder is absent.
func dataFile(t *testing.T, name string) string {
	t.Helper()
	if _, err := os.Stat(data); os.IsNotExist(err) {
		t.Skip("the folder of data made by other codes, ../shared/data, is absent")
	}
	return filepath.Join(data, name)
}
