package format_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// data returns the path of a file made by another code; the test is skipped if
// the folder is absent.
func data(t *testing.T, name string) string {
	t.Helper()
	const folder = "../../../shared/data"
	if _, err := os.Stat(folder); os.IsNotExist(err) {
		t.Skipf("no data by other codes at %s", folder)
	}
	return filepath.Join(folder, name)
}

func su(n int) group.Group {
	if n == 1 {
		return group.U1
	}
	g, err := group.SU(n)
	if err != nil {
		panic(err)
	}
	return g
}

func newField(t testing.TB, g group.Group, extents ...int) *gauge.Field {
	t.Helper()
	geo, err := lattice.New(extents)
	require.NoError(t, err)
	return gauge.NewField(geo, g)
}

func hot(t testing.TB, g group.Group, extents ...int) *gauge.Field {
	t.Helper()
	u := newField(t, g, extents...)
	u.Hot(rng.New(7).Child("hot"))
	return u
}

// bits returns all links of u, bit by bit, in the order of the file formats.
func bits(u *gauge.Field) []uint64 {
	geo, m := u.Geometry(), u.Group().NewMatrix()
	var b []uint64
	x := make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range geo.Dims() {
			u.At(m, x, mu)
			for _, z := range m {
				b = append(b, math.Float64bits(real(z)), math.Float64bits(imag(z)))
			}
		}
	}
	return b
}

// bigEndian returns the links of u as the data of a LIME record.
func bigEndian(u *gauge.Field) []byte {
	var b []byte
	for _, v := range bits(u) {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

// rec is a record of a LIME file made by the tests, with code of their own.
type rec struct {
	kind string
	data []byte
}

func lime(records ...rec) []byte {
	var b []byte
	for _, r := range records {
		b = binary.BigEndian.AppendUint32(b, 0x456789ab)
		b = append(b, 0, 1, 0, 0)
		b = binary.BigEndian.AppendUint64(b, uint64(len(r.data)))
		b = append(b, r.kind...)
		b = append(b, make([]byte, 128-len(r.kind))...)
		b = append(b, r.data...)
		b = append(b, make([]byte, (8-len(r.data)%8)%8)...)
	}
	return b
}

// formatXML is a plain ildg-format record.
func formatXML(field, precision string, extents ...int) []byte {
	s := "<ildgFormat><version>1.0</version><field>" + field + "</field><precision>" + precision + "</precision>"
	for i, l := range extents {
		s += fmt.Sprintf("<l%c>%d</l%c>", "xyzt"[i], l, "xyzt"[i])
	}
	return []byte(s + "</ildgFormat>")
}

// readBytes reads a file of u's shape.
func readBytes(b []byte, u *gauge.Field) error {
	f, err := format.Parse(bytes.NewReader(b), int64(len(b)), format.Of(u))
	if err != nil {
		return err
	}
	return f.ReadInto(u)
}

// inspectBytes returns the header of a file of which nothing is told.
func inspectBytes(b []byte) (format.Header, error) {
	f, err := format.Parse(bytes.NewReader(b), int64(len(b)), format.Shape{})
	if err != nil {
		return format.Header{}, err
	}
	return f.Header, nil
}

// written returns the bytes of the file that Write makes of u.
func written(t testing.TB, u *gauge.Field, e format.Encoding) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "u")
	require.NoError(t, format.Write(path, u, e))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}
