package format_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

// What breaks a promise is refused, with the word that lets it pass; by that word it
// is read, with the links as they are, and by no other.
func TestAccept(t *testing.T) {
	u := hot(t, group.SU3, 2, 2, 2, 4)
	nersc := written(t, u, format.Encoding{Kind: format.NERSC})
	value := func(key, to string) []byte {
		return regexp.MustCompile(`(?m)^`+key+` = .*$`).ReplaceAll(nersc, []byte(key+" = "+to))
	}
	ildg := written(t, u, format.Encoding{Kind: format.ILDG})
	scidac := written(t, u, format.Encoding{Kind: format.SciDAC})
	openqcd := written(t, u, format.Encoding{Kind: format.OpenQCD})
	bridge := written(t, u, format.Encoding{Kind: format.BridgeBinary})
	rounded := gauge.NewField(u.Geometry(), u.Group())
	rounded.Copy(u)
	single(rounded)
	milc := written(t, rounded, format.Encoding{Kind: format.MILC})
	end := func(b []byte) []byte { return append(bytes.Clone(b), "no zeros"...) }
	for _, c := range []struct {
		name string
		word format.Promise
		file []byte
	}{
		{"NERSC checksum", format.PromiseChecksum, value("CHECKSUM", "0")},
		{"NERSC no checksum", format.PromiseChecksum, value("CHECKSUM", "none")},
		{"NERSC key of the checksum", format.PromiseChecksum, edit(t, nersc, "CHECKSUM", "CHECKSUL")},
		{"NERSC plaquette", format.PromisePlaquette, value("PLAQUETTE", "0.5")},
		{"NERSC plaquette NaN", format.PromisePlaquette, value("PLAQUETTE", "NaN")},
		{"NERSC trace", format.PromiseTrace, value("LINK_TRACE", "0.9")},
		{"NERSC longer", format.PromiseHeader, end(nersc)},
		{"NERSC twice", format.PromiseHeader, edit(t, nersc, "HDR_VERSION = 1.0", "DIMENSION_2 = 2\nDIMENSION_2 = 3")},
		{"NERSC fifth", format.PromiseHeader, edit(t, nersc, "HDR_VERSION", "DIMENSION_5")},
		{"ILDG sums", format.PromiseChecksum, put(ildg, bytes.Index(ildg, []byte("<suma>"))+1, 'S')},
		{"ILDG wrong checksum", format.PromiseChecksum, put(ildg, bytes.Index(ildg, []byte("<suma>"))+6, 'g')},
		{"ILDG name of the checksum", format.PromiseChecksum, edit(t, ildg, "scidac-checksum", "scidac-checksul")},
		{"ILDG plaquette", format.PromisePlaquette, put(ildg, bytes.Index(ildg, []byte("<plaquette>"))+11, '.', '9', '0')},
		{"ILDG trace", format.PromiseTrace, put(ildg, bytes.Index(ildg, []byte("<linkTrace>"))+11, '.', '9', '0')},
		{"ILDG longer", format.PromiseHeader, end(ildg)},
		{"ILDG extents", format.PromiseHeader, edit(t, ildg, "<dims>2 2 2 4", "<dims>2 2 4 2")},
		{"ILDG version", format.PromiseFlags, put(ildg, 5, 7)},
		{"ILDG cut behind the data", format.PromiseFlags, put(lime(rec{"ildg-format", formatXML("su3gauge", "64", 2, 2, 2, 4)}, rec{"ildg-binary-data", bigEndian(u)}), 6, 0x80)},
		{"ILDG nameless record", format.PromiseFlags, append(bytes.Clone(ildg), lime(rec{"", []byte("x")})...)},
		{"SciDAC count", format.PromiseHeader, edit(t, scidac, "<datacount>4", "<datacount>1")},
		{"MILC checksum", format.PromiseChecksum, put(milc, 90, milc[90]^1)},
		{"MILC date", format.PromiseHeader, put(milc, 20, bytes.Repeat([]byte("x"), 64)...)},
		{"openQCD plaquette", format.PromisePlaquette, put(openqcd, 22, 0)},
		{"openQCD longer", format.PromiseHeader, end(openqcd)},
	} {
		want := u
		if c.name[:4] == "MILC" {
			want = rounded
		}
		var others []format.Promise
		for _, p := range format.Promises() {
			if p != c.word {
				others = append(others, p)
			}
		}
		for _, options := range [][]format.Option{nil, {format.Accept(others...)}} {
			_, _, err := opened(c.file, format.Shape{}, options...)
			var broken *format.Broken
			require.ErrorAs(t, err, &broken, c.name)
			assert.Equal(t, c.word, broken.Promise, c.name)
			assert.ErrorContains(t, err, fmt.Sprintf("(--accept %s reads it all the same)", c.word), c.name)
		}
		f, v, err := opened(c.file, format.Shape{}, format.Accept(c.word))
		require.NoError(t, err, c.name)
		assert.Equal(t, bits(want), bits(v), c.name)
		require.NotEmpty(t, f.Accepted, c.name)
		for _, b := range f.Accepted {
			assert.Equal(t, c.word, b.Promise, c.name)
			assert.Regexp(t, "^"+string(c.word)+": ", b.String(), c.name)
		}
	}
	// To accept what is not broken is no error.
	for _, good := range [][]byte{nersc, ildg, scidac, milc, openqcd} {
		f, _, err := opened(good, format.Shape{}, format.Accept(format.Promises()...))
		require.NoError(t, err)
		assert.Empty(t, f.Accepted)
	}
	// There is no door for what is not there, and for what is no number.
	for name, file := range map[string][]byte{
		"cut":       nersc[:len(nersc)-8],
		"NaN":       put(bridge, 0, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0),
		"infinite":  put(nersc, len(nersc)-8, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0),
		"overflows": put(nersc, len(nersc)-8, 0x7f, 0xe0, 0, 0, 0, 0, 0, 0),
		"no type":   edit(t, nersc, "DATATYPE", "DATATIPE"),
	} {
		_, _, err := opened(file, format.Of(u), format.Accept(format.Promises()...))
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "--accept", name)
	}
}

func TestParsePromises(t *testing.T) {
	list, err := format.ParsePromises("checksum, header,checksum")
	require.NoError(t, err)
	assert.Equal(t, []format.Promise{format.PromiseChecksum, format.PromiseHeader}, list)
	for _, bad := range []string{"", "checksums", "checksum,", "all"} {
		_, err := format.ParsePromises(bad)
		assert.ErrorContains(t, err, "(allowed: checksum, plaquette, trace, unitarity, header, flags)", bad)
	}
}

// Links outside the group are read as they are, and written and read again by the
// same word. (Of SU(2) a field keeps the first row.)
func TestAcceptUnitarity(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4} {
		u := hot(t, su(n), 2, 2, 2, 2)
		m := u.Group().NewMatrix()
		u.At(m, []int{1, 1, 0, 1}, 3)
		for k := range m {
			m[k] *= 1.5
		}
		u.Set([]int{1, 1, 0, 1}, 3, m)
		for _, e := range encodings(u) {
			if e.Rows > 0 && e.Rows < n {
				continue // the last row does not follow from the others
			}
			path := filepath.Join(t.TempDir(), "u")
			require.ErrorContains(t, format.Write(path, u, e), "links are not in")
			e.Accept = []format.Promise{format.PromiseUnitarity}
			b := written(t, u, e)
			_, _, err := opened(b, format.Of(u), format.WithAxes(format.DirectionFastest))
			assert.ErrorContains(t, err, "(--accept unitarity ", "%+v", e)
			f, v, err := opened(b, format.Of(u), format.WithAxes(format.DirectionFastest), format.Accept(format.PromiseUnitarity))
			require.NoError(t, err, "%+v", e)
			require.Len(t, f.Accepted, 1)
			assert.Contains(t, f.Accepted[0].String(), "; 1 of 64 links are off, the worst by ")
			if e.Precision == 32 || e.Kind == format.MILC {
				assert.LessOrEqual(t, distance(u, v), 0x1p-24)
			} else {
				assert.Equal(t, bits(u), bits(v))
			}
		}
	}
}

// A boundary sign is named as what it is: in odd N the links show it, elsewhere the
// trace of the links.
func TestBoundarySign(t *testing.T) {
	flip := func(u *gauge.Field, mu, slice int) *gauge.Field {
		v := gauge.NewField(u.Geometry(), u.Group())
		v.Copy(u)
		m, x := u.Group().NewMatrix(), make([]int, u.Geometry().Dims())
		for site := range u.Geometry().Volume() {
			u.Geometry().Coordinates(x, site)
			if x[mu] == slice {
				u.At(m, x, mu)
				for k, z := range m {
					m[k] = -z
				}
				v.Set(x, mu, m)
			}
		}
		return v
	}
	for _, n := range []int{3, 5} {
		u := hot(t, su(n), 2, 3, 2, 4)
		for mu, l := range []int{2, 3, 2, 4} {
			for _, slice := range []int{0, l - 1} {
				b := written(t, flip(u, mu, slice), format.Encoding{Kind: format.ILDG, Accept: []format.Promise{format.PromiseUnitarity}})
				_, _, err := opened(b, format.Shape{})
				assert.ErrorContains(t, err, fmt.Sprintf("they are the links in direction %d of the slice %d of %d, and there -U is in SU(%d): an antiperiodic boundary condition", mu, slice, l, n))
				assert.ErrorContains(t, err, "--accept unitarity")
			}
		}
	}
	// Nor is it with another link that is off.
	worse := flip(hot(t, group.SU3, 2, 2, 2, 2), 3, 1)
	worse.Set([]int{0, 0, 0, 0}, 0, group.Matrix{2, 0, 0, 0, 2, 0, 0, 0, 2})
	_, _, err := opened(written(t, worse, format.Encoding{Kind: format.ILDG, Accept: []format.Promise{format.PromiseUnitarity}}), format.Shape{})
	assert.ErrorContains(t, err, "9 of 64 links are off")
	assert.NotContains(t, err.Error(), "boundary")
	// Minus one link is no boundary condition.
	u := hot(t, group.SU3, 2, 2, 2, 2)
	m := u.Group().NewMatrix()
	u.At(m, []int{0, 0, 0, 1}, 3)
	for k, z := range m {
		m[k] = -z
	}
	u.Set([]int{0, 0, 0, 1}, 3, m)
	_, _, err = opened(written(t, u, format.Encoding{Kind: format.ILDG, Accept: []format.Promise{format.PromiseUnitarity}}), format.Shape{})
	assert.ErrorContains(t, err, "1 of 64 links are off, the worst by 2 ")

	// Two rows of SU(3), and SU(2): by the trace. The checksum is mended.
	for _, g := range []group.Group{group.SU3, group.SU2} {
		u := newField(t, g, 2, 2, 2, 4)
		u.Rough(.3, rng.New(1))
		e := format.Encoding{Kind: format.NERSC, Rows: 2}
		good := written(t, u, e)
		end := bytes.Index(good, []byte("END_HEADER\n")) + len("END_HEADER\n")
		link := 2 * g.N() * 16
		bad := bytes.Clone(good)
		for site := range 32 {
			for k := 0; site/8 == 3 && k < link; k += 8 { // t slowest, direction 3 last
				bad[end+(site*4+3)*link+k] ^= 0x80
			}
		}
		bad = edit(t, bad, "CHECKSUM = ", "CHECKSUM_OF = ")
		bad = edit(t, bad, "CHECKSUM_OF", "NOTHING")
		_, _, err := opened(bad, format.Shape{})
		assert.ErrorContains(t, err, "trace of the links")
		assert.ErrorContains(t, err, "it would be right if the links in direction 3 of the last slice had the other sign")
	}
}

// What is told overrules the header where that is asked for; the data decide whether
// they can be that.
func TestOverrule(t *testing.T) {
	u := hot(t, group.SU2, 2, 4, 2, 2)
	good := written(t, u, format.Encoding{Kind: format.NERSC})
	lie := edit(t, good, "4D_SU2_GAUGE_2x2", "4D_SU3_GAUGE_3x3")
	_, _, err := opened(lie, format.Shape{})
	assert.ErrorContains(t, err, "SU(3) links of extents [2 4 2 2] in 64 bits do not fill the 8192 bytes of the data; those of SU(2) would")
	_, _, err = opened(lie, format.Shape{Group: group.SU2})
	assert.ErrorContains(t, err, "do not fill")
	f, v, err := opened(lie, format.Shape{Group: group.SU2}, format.Overrule())
	require.NoError(t, err)
	assert.Equal(t, bits(u), bits(v))
	assert.Equal(t, []string{"told SU(2); the header says SU(3)"}, f.Notes)

	lie = edit(t, edit(t, good, "DIMENSION_2 = 4", "DIMENSION_2 = 8"), "DIMENSION_1 = 2", "DIMENSION_1 = 1")
	_, _, err = opened(lie, format.Of(u))
	assert.ErrorContains(t, err, "the file holds SU(2) on [1 8 2 2], not SU(2) on [2 4 2 2]")
	f, v, err = opened(lie, format.Of(u), format.Overrule())
	require.NoError(t, err)
	assert.Equal(t, bits(u), bits(v))
	assert.Equal(t, []string{"told extents [2 4 2 2]; the header says [1 8 2 2]"}, f.Notes)
	_, _, err = opened(good, format.Shape{Extents: []int{4, 2, 2, 2}}, format.Overrule())
	assert.ErrorContains(t, err, "plaquette ")
	_, _, err = opened(good, format.Shape{Extents: []int{4, 4, 4, 4}}, format.Overrule())
	assert.ErrorContains(t, err, "so it was told, the header says SU(2) on [2 4 2 2]")

	// Two rows of SU(3) that say so of SU(2): the rows of a header are less by one.
	su3 := hot(t, group.SU3, 2, 2, 2, 2)
	f, v, err = opened(edit(t, written(t, su3, format.Encoding{Kind: format.NERSC, Rows: 2}), "4D_SU3_GAUGE", "4D_SU2_GAUGE"), format.Shape{Group: group.SU3}, format.Overrule())
	require.NoError(t, err)
	assert.Equal(t, 2, f.Rows)
	assert.LessOrEqual(t, distance(su3, v), 24*0x1p-53)
}

// Remarks go with the links, where a format has room for text.
func TestRemarks(t *testing.T) {
	u := hot(t, group.SU2, 2, 2, 2, 2)
	want := []string{"accepted when read: checksum: 1 < 2 & more", "another one"}
	for _, kind := range format.Kinds() {
		e := format.Encoding{Kind: kind, Remarks: want}
		if !kind.HoldsText() {
			assert.ErrorContains(t, format.Write(filepath.Join(t.TempDir(), "u"), u, e), "has no room for remarks")
			continue
		}
		f, v, err := opened(written(t, u, e), format.Shape{})
		require.NoError(t, err, kind)
		assert.Equal(t, want, f.Remarks, kind)
		assert.Equal(t, bits(u), bits(v))
	}
}
