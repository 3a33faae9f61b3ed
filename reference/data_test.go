package reference_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/reference"
)

const dataFolder = "../../shared/data"

// readData returns a file made by another code; the test is skipped if the
// folder is absent.
func readData(t *testing.T, name string) []byte {
	t.Helper()
	if _, err := os.Stat(dataFolder); os.IsNotExist(err) {
		t.Skipf("no data by other codes at %s", dataFolder)
	}
	b, err := os.ReadFile(filepath.Join(dataFolder, name))
	require.NoError(t, err)
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(b))
		require.NoError(t, err)
		b, err = io.ReadAll(z)
		require.NoError(t, err)
	}
	return b
}

func ildg(t *testing.T, name string, extents []int, n int) *reference.Links {
	t.Helper()
	data, err := reference.LIMERecord(readData(t, name), "ildg-binary-data")
	require.NoError(t, err)
	u, err := reference.LinksFromILDG(data, extents, n)
	require.NoError(t, err)
	return u
}

func bridgeText(t *testing.T, name string, extents []int) *reference.Links {
	t.Helper()
	u, err := reference.LinksFromText(bytes.NewReader(readData(t, name)), extents, 3)
	require.NoError(t, err)
	return u
}

// field returns one of the configurations that values.json is about.
func field(t *testing.T, name string) *reference.Links {
	t.Helper()
	switch name {
	case "su3_4444_testconf":
		return bridgeText(t, "julia/su3_4444_testconf.txt", []int{4, 4, 4, 4})
	case "su3_4422_domainwall":
		return ildg(t, "julia/su3_4422_domainwall.ildg", []int{4, 4, 2, 2}, 3)
	case "su2_4444":
		return ildg(t, "julia/su2_4444.ildg", []int{4, 4, 4, 4}, 2)
	case "su4_4444":
		return ildg(t, "julia/su4_4444.ildg", []int{4, 4, 4, 4}, 4)
	case "cold_SU2":
		return reference.Unit([]int{4, 4, 4, 4}, 2)
	case "cold_SU3":
		return reference.Unit([]int{4, 4, 4, 4}, 3)
	}
	t.Fatalf("no field %q", name)
	return nil
}

// values returns values.json flattened: "su2_4444.observables.poly_tr.0" -> number.
func values(t *testing.T) map[string]float64 {
	t.Helper()
	var tree any
	require.NoError(t, json.Unmarshal(readData(t, "values.json"), &tree))
	flat := map[string]float64{}
	var walk func(prefix string, node any)
	walk = func(prefix string, node any) {
		switch v := node.(type) {
		case map[string]any:
			for k, child := range v {
				walk(prefix+"."+k, child)
			}
		case []any:
			for i, child := range v {
				walk(prefix+"."+strconv.Itoa(i), child)
			}
		case float64:
			flat[prefix[1:]] = v
		}
	}
	walk("", tree)
	return flat
}

// npy reads a NumPy file of f8 or c16 in Fortran order: the first index fastest.
func npy(t *testing.T, name string) []complex128 {
	t.Helper()
	b := readData(t, name)
	require.Equal(t, "\x93NUMPY\x01\x00", string(b[:8]))
	headerEnd := 10 + int(binary.LittleEndian.Uint16(b[8:]))
	header := string(b[10:headerEnd])
	kind := regexp.MustCompile(`'descr': '<(f8|c16)'`).FindStringSubmatch(header)
	require.NotNil(t, kind, header)
	require.Contains(t, header, "'fortran_order': True")
	real64 := func(i int) float64 {
		return math.Float64frombits(binary.LittleEndian.Uint64(b[headerEnd+8*i:]))
	}
	reals := (len(b) - headerEnd) / 8
	var out []complex128
	if kind[1] == "f8" {
		for i := range reals {
			out = append(out, complex(real64(i), 0))
		}
		return out
	}
	for i := 0; i < reals; i += 2 {
		out = append(out, complex(real64(i), real64(i+1)))
	}
	return out
}

// npyLinks reads four SU(3) arrays [row, column, x, y, z, t], one per direction.
func npyLinks(t *testing.T, prefix string, extents []int) *reference.Links {
	t.Helper()
	var a [4][]complex128
	for mu := range a {
		a[mu] = npy(t, prefix+strconv.Itoa(mu)+".npy")
	}
	site := 0
	return reference.NewLinks(extents, 3, func(_ []int, mu int) []complex128 {
		m := make([]complex128, 9)
		for row := range 3 {
			for column := range 3 {
				m[3*row+column] = a[mu][9*site+3*column+row]
			}
		}
		if mu == 3 {
			site++
		}
		return m
	})
}

// within requires |got - want| <= tol max(1, |want|).
func within(t *testing.T, want, got, tol float64, msg ...any) {
	t.Helper()
	require.InDelta(t, want, got, tol*math.Max(1, math.Abs(want)), msg...)
}
