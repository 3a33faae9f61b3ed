package format_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
)

// What is written as ILDG comes back bit for bit, for any group and lattice, and
// the header says what it is.
func TestRoundTrip(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5} {
		for _, extents := range [][]int{{4, 4}, {3, 5}, {2, 3, 4}, {2, 2, 2, 2}, {4, 2, 3, 2}} {
			t.Run(fmt.Sprintf("N=%d %v", n, extents), func(t *testing.T) {
				u := hot(t, su(n), extents...)
				negativeZero(u)
				b := written(t, u, format.Encoding{Kind: format.ILDG})
				h, err := inspectBytes(b)
				require.NoError(t, err)
				assert.Equal(t, format.Header{
					Kind: format.ILDG, Shape: format.Of(u), Precision: 64, ByteOrder: binary.BigEndian, Rows: n, Checksum: h.Checksum,
					Plaquette: h.Plaquette, LinkTrace: h.LinkTrace,
				}, h)
				require.NotNil(t, h.Plaquette)
				require.NotNil(t, h.LinkTrace)
				assert.Len(t, h.Checksum, 2)
				v := newField(t, su(n), extents...)
				require.NoError(t, readBytes(b, v))
				assert.Equal(t, bits(u), bits(v))

				// The record holds the links in the documented order, and the
				// checksum is its definition.
				record, err := reference.LIMERecord(b, "ildg-binary-data")
				require.NoError(t, err)
				assert.True(t, bytes.Equal(bigEndian(u), record))
				assert.Equal(t, checksum(record, u.Geometry().Volume()), h.Checksum.String())
			})
		}
	}
}

// checksum computes the sums of a whole record with shifts.
func checksum(record []byte, volume int) string {
	var a, b uint32
	site := len(record) / volume
	for r := range volume {
		c := crc32.ChecksumIEEE(record[r*site:][:site])
		p, q := r%29, r%31
		a ^= c<<p | c>>(32-p)
		b ^= c<<q | c>>(32-q)
	}
	return fmt.Sprintf("%x %x", a, b)
}

// negativeZero plants a link with zeros of negative sign.
func negativeZero(u *gauge.Field) {
	m := u.Group().NewMatrix()
	u.Group().Identity(m)
	for k, z := range m {
		m[k] = complex(real(z), math.Copysign(0, -1))
	}
	u.Set(make([]int, u.Geometry().Dims()), 1, m)
}

// A lone record in single precision comes back as rounded, with what the caller
// says or, on L^4, what can be inferred.
func TestLoneSinglePrecision(t *testing.T) {
	u := hot(t, group.SU2, 2, 2, 2, 2)
	var single []byte
	var want []uint64
	for _, v := range bits(u) {
		x := float32(math.Float64frombits(v))
		single = binary.BigEndian.AppendUint32(single, math.Float32bits(x))
		want = append(want, math.Float64bits(float64(x)))
	}
	file := lime(rec{"something-else", []byte("abc")}, rec{"ildg-binary-data", single})
	h, err := inspectBytes(file)
	require.NoError(t, err)
	assert.Equal(t, format.Header{Kind: format.LoneRecord, Shape: format.Of(u), Precision: 32, ByteOrder: binary.BigEndian, Rows: 2, Inferred: true}, h)
	v := newField(t, group.SU2, 2, 2, 2, 2)
	require.NoError(t, readBytes(file, v))
	assert.Equal(t, want, bits(v))

	// The right size alone infers nothing.
	clear(single)
	h, err = inspectBytes(lime(rec{"ildg-binary-data", single}))
	require.NoError(t, err)
	assert.Equal(t, format.Header{Kind: format.LoneRecord, ByteOrder: binary.BigEndian}, h)
	_, err = h.NewField()
	assert.ErrorContains(t, err, "must be given")
}

// Two processes write the bytes that one writes, in every format, and both read them
// back.
func TestDividedLattice(t *testing.T) {
	want := hot(t, group.SU3, 4, 4, 2, 4)
	negativeZero(want)
	for _, e := range encodings(want) {
		path := filepath.Join(t.TempDir(), "u")
		onRanks(t, want.Geometry().Extents(), func(u *gauge.Field) {
			u.Hot(rng.New(7).Child("hot"))
			negativeZero(u)
			assert.NoError(t, format.Write(path, u, e))
			v := gauge.NewField(u.Geometry(), u.Group())
			assert.NoError(t, format.Read(path, v))
			if e.Precision == 32 || e.Kind == format.MILC || e.Rows == 2 {
				return // rounded: TestConversions
			}
			m, n, x := u.Group().NewMatrix(), u.Group().NewMatrix(), make([]int, 4)
			for site := range u.Geometry().Volume() {
				u.Geometry().Coordinates(x, site)
				for mu := range 4 {
					if u.At(m, x, mu) {
						v.At(n, x, mu)
						assert.Equal(t, m, n)
					}
				}
			}
		})
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		alone := written(t, want, e)
		if e.Kind == format.NERSC || e.Kind == format.OpenQCD {
			// Their headers have the plaquette, whose last bit depends on who adds what.
			header := map[format.Kind]int{format.NERSC: bytes.Index(alone, []byte("END_HEADER")), format.OpenQCD: 24}[e.Kind]
			alone, got = alone[header:], got[header:]
		}
		assert.True(t, bytes.Equal(alone, got), "%+v", e)
	}
}

// A file that cannot be written is an error on all processes, and none waits
// for ever.
func TestDividedLatticeFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no such folder", "u.ildg")
	onRanks(t, []int{4, 4, 2, 4}, func(u *gauge.Field) {
		assert.ErrorContains(t, format.WriteILDG(path, u), "u.ildg")
	})
}

// onRanks runs f on two processes that divide the last direction.
func onRanks(t *testing.T, extents []int, f func(u *gauge.Field)) {
	t.Helper()
	var wg sync.WaitGroup
	for _, comm := range lattice.InProcess(2) {
		geo, err := lattice.New(extents, lattice.WithComm(comm, []int{1, 1, 1, 2}))
		require.NoError(t, err)
		wg.Go(func() { f(gauge.NewField(geo, group.SU3)) })
	}
	wg.Wait()
}

// A file that stood there is whole after a failed write.
func TestWriteRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "u.ildg")
	u := hot(t, group.SU2, 2, 2, 2, 2)
	require.NoError(t, format.WriteILDG(path, u))
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, bad := range []complex128{2, complex(math.NaN(), 0)} {
		v := newField(t, group.SU2, 2, 2, 2, 2)
		v.Set([]int{1, 0, 1, 0}, 2, group.Matrix{bad, 0, 0, 1})
		assert.ErrorContains(t, format.WriteILDG(path, v), "not in SU(2)")
	}
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(before, after))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file stays behind")
}
