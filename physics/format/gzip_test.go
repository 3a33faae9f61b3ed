package format_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/group"
)

func packed(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, p := range parts {
		z := gzip.NewWriter(&b)
		_, err := z.Write(p)
		require.NoError(t, err)
		require.NoError(t, z.Close())
	}
	return b.Bytes()
}

// Every format is read through gzip, in members that follow one another too; what
// gzip promises is held.
func TestGzip(t *testing.T) {
	u := hot(t, group.SU3, 2, 2, 2, 2)
	single(u)
	for _, e := range encodings(u) {
		e.Accept = []format.Promise{format.PromiseUnitarity}
		name := fmt.Sprintf("%+v", e)
		plain := written(t, u, e)
		fastest := format.WithAxes(format.DirectionFastest)
		want, v, err := opened(plain, format.Of(u), fastest)
		require.NoError(t, err, name)
		half := len(plain) / 2
		z := packed(t, plain)
		for i, b := range [][]byte{z, packed(t, plain[:half], plain[half:]), packed(t, plain[:10], nil, plain[10:]), append(bytes.Clone(z), make([]byte, 512)...)} {
			f, w, err := opened(b, format.Of(u), fastest)
			require.NoError(t, err, "%s %d", name, i)
			assert.Equal(t, bits(v), bits(w), name)
			assert.Equal(t, "gzip", f.Compression)
			assert.Equal(t, want.Checksum, f.Checksum)
			if i == 3 {
				assert.Contains(t, f.Notes, "zeros behind the compressed data")
			}
			f.Compression, f.Notes, want.Notes = "", nil, nil
			assert.Equal(t, want.Header, f.Header, name)
		}
		for _, cut := range []int{2, 20, len(z) / 2, len(z) - 1, len(z) - 5} {
			_, _, err := opened(z[:cut], format.Of(u), fastest)
			assert.Error(t, err, "%s cut to %d", name, cut)
		}
		_, _, err = opened(append(bytes.Clone(z), 0, 1), format.Of(u), fastest)
		assert.ErrorContains(t, err, "bytes that are not of gzip behind the compressed data (--accept header", name)
		_, w, err := opened(append(bytes.Clone(z), 0, 1), format.Of(u), fastest, format.Accept(format.PromiseHeader))
		require.NoError(t, err)
		assert.Equal(t, bits(v), bits(w))
		bad := put(z, len(z)-8, z[len(z)-8]^1)
		_, _, err = opened(bad, format.Of(u), fastest)
		assert.ErrorContains(t, err, "gzip: invalid checksum (--accept checksum", name)
		f, w, err := opened(bad, format.Of(u), fastest, format.Accept(format.PromiseChecksum))
		require.NoError(t, err)
		assert.Equal(t, bits(v), bits(w))
		assert.Len(t, f.Accepted, 1)
	}
	_, _, err := opened(packed(t, packed(t, written(t, u, format.Encoding{Kind: format.MILC}))), format.Shape{})
	assert.ErrorContains(t, err, "the file is compressed twice")
	_, _, err = opened(packed(t, nil), format.Shape{})
	assert.ErrorContains(t, err, "the file is empty")
}

// A file that unpacks to far more than itself is refused, without memory for it.
func TestGzipBomb(t *testing.T) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	require.NoError(t, err)
	_, err = io.WriteString(z, "BEGIN_HEADER\nDATATYPE = 4D_SU3_GAUGE\n")
	require.NoError(t, err)
	zeros := make([]byte, 1<<20)
	for range 257 {
		_, err := z.Write(zeros)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.Less(t, b.Len(), 1<<22)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = inspectBytes(b.Bytes())
	runtime.ReadMemStats(&after)
	assert.ErrorContains(t, err, "the file unpacks to more than 268435456 bytes (allowed: 64 times its own")
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<21))
}
