package format_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// outside returns the bytes of a file that are not links.
func outside(t *testing.T, e format.Encoding, file []byte, links int) []int {
	t.Helper()
	begin := len(file) - links // most formats end with them
	switch e.Kind {
	case format.ILDG:
		begin = bytes.Index(file, []byte("ildg-binary-data")) - 16 + 144
	case format.SciDAC:
		begin = bytes.Index(file, []byte("scidac-binary-data")) - 16 + 144
	case format.BridgeText, format.BridgeBinary:
		begin = 0
	}
	var all []int
	for i := range file {
		if i < begin || i >= begin+links && e.Kind != format.BridgeText {
			all = append(all, i)
		}
	}
	return all
}

// A byte of a header that is changed, in any way, is an error or leaves the links as
// they are; and if the file had a checksum it is still verified, or a note says what
// is wrong.
func TestDamagedHeaders(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred thousand files")
	}
	for _, extents := range [][]int{{2, 4, 2, 2}, {2, 3}} {
		u := hot(t, group.SU3, extents...)
		single(u)
		for _, e := range encodings(u) {
			four := e.Kind == format.MILC || e.Kind == format.OpenQCD
			bare := e.Kind == format.BridgeText || e.Kind == format.BridgeBinary
			if four != (len(extents) == 4) || bare || e.Precision == 32 && e.Kind != format.NumPy {
				continue // larger lattices and other reals have the same header
			}
			e.Accept = []format.Promise{format.PromiseUnitarity}
			file := written(t, u, e)
			fastest := format.WithAxes(format.DirectionFastest)
			whole, want, err := opened(file, format.Shape{}, fastest)
			require.NoError(t, err)
			rows, precision := 3, whole.Precision
			if e.Rows > 0 {
				rows = e.Rows
			}
			links := len(extents) * u.Geometry().Volume() * 2 * 3 * rows * precision / 8
			seen, harmless := 0, 0
			for _, i := range outside(t, e, file, links) {
				was := file[i]
				changes := []byte{0, 0xff}
				for bit := range 8 {
					changes = append(changes, was^1<<bit)
				}
				if was == 0 { // padding, mostly
					changes = []byte{1, 'x', 0x80}
				}
				for _, c := range changes {
					file[i] = c
					f, v, err := opened(file, format.Shape{}, fastest)
					if seen++; err != nil {
						continue
					}
					harmless++
					if !assert.Equal(t, bits(want), bits(v), "%+v: byte %d, %q for %q", e, i, c, was) {
						t.FailNow()
					}
					if whole.Checksum != nil && f.Checksum == nil {
						t.Fatalf("%+v: byte %d, %q for %q: the checksum is lost", e, i, c, was)
					}
					if whole.Plaquette != nil && f.Plaquette == nil && len(f.Notes) == 0 {
						t.Fatalf("%+v: byte %d, %q for %q: the plaquette is lost", e, i, c, was)
					}
				}
				file[i] = was
			}
			t.Logf("%s in %d bits on %v: %d changes, %d without harm", e.Kind, precision, extents, seen, harmless)
		}
	}
}

// Two bytes of a header that are exchanged neither. The list has what a format cannot
// see: NumPy has no number to hold its extents against.
func TestExchangedBytes(t *testing.T) {
	blind := []format.Kind{format.NumPy}
	u := hot(t, group.SU2, 2, 4, 3)
	for _, e := range []format.Encoding{{Kind: format.ILDG}, {Kind: format.SciDAC}, {Kind: format.NERSC}, {Kind: format.NumPy}} {
		file := written(t, u, e)
		bytesOf := outside(t, e, file, len(bigEndian(u)))
		for k, i := range bytesOf {
			for _, j := range bytesOf[k+1 : min(k+60, len(bytesOf))] {
				if file[i] == file[j] || !strings.ContainsRune("0123456789", rune(file[i])) {
					continue
				}
				file[i], file[j] = file[j], file[i]
				_, v, err := opened(file, format.Shape{})
				if err == nil && fmt.Sprint(format.Of(v)) != fmt.Sprint(format.Of(u)) {
					assert.Contains(t, blind, e.Kind, "bytes %d and %d", i, j)
				} else if err == nil {
					require.Equal(t, bits(u), bits(v), "%s: bytes %d and %d", e.Kind, i, j)
				}
				file[i], file[j] = file[j], file[i]
			}
		}
	}
}

// Links without a checksum or plaquette in the file can change without a sign, if they
// stay in the group: where two are exchanged, or in their last bits. The list has the
// formats where that is so; in all others it is seen.
func TestDamagedLinks(t *testing.T) {
	exchange := map[format.Kind]bool{format.NumPy: true, format.BridgeBinary: true, format.BridgeText: true}
	lowBit := map[format.Kind]bool{format.NumPy: true, format.BridgeBinary: true, format.BridgeText: true, format.OpenQCD: true}
	u := hot(t, group.SU3, 2, 2, 2, 4)
	for _, e := range []format.Encoding{{Kind: format.ILDG}, {Kind: format.SciDAC}, {Kind: format.NERSC}, {Kind: format.OpenQCD}, {Kind: format.NumPy}, {Kind: format.BridgeBinary}, {Kind: format.BridgeText}} {
		good := written(t, u, e)
		v := gauge.NewField(u.Geometry(), u.Group())
		v.Copy(u)
		m, n := u.Group().NewMatrix(), u.Group().NewMatrix()
		u.At(m, []int{0, 1, 0, 0}, 1)
		u.At(n, []int{1, 1, 0, 2}, 3)
		v.Set([]int{1, 1, 0, 2}, 3, m)
		v.Set([]int{0, 1, 0, 0}, 1, n)
		swapped := written(t, v, e)
		// the header of one with the links of the other
		mixed := bytes.Clone(swapped)
		for _, i := range outside(t, e, good, len(bigEndian(u))) {
			if e.Kind != format.BridgeText {
				mixed[i] = good[i]
			}
		}
		fastest := format.WithAxes(format.DirectionFastest)
		_, _, err := opened(mixed, format.Of(u), fastest)
		if e.Kind != format.NERSC { // its sum does not see that words have changed places, but the plaquette does
			assert.Equal(t, exchange[e.Kind], err == nil, "%s: links exchanged: %v", e.Kind, err)
		} else {
			assert.ErrorContains(t, err, "plaquette ")
		}
		low := bytes.Clone(good)
		at := len(low) - 300*16 // a link of those in the middle
		switch e.Kind {
		case format.OpenQCD, format.NumPy:
			low[at/16*16+8-(8-len(low)%8)%8] ^= 1
		case format.BridgeText:
			at = bytes.LastIndex(low[:at], []byte("e")) - 1
			low[at] = '0' + (low[at]-'0'+1)%10
		default:
			low[at/8*8+7+len(low)%8] ^= 1
		}
		_, _, err = opened(low, format.Of(u), fastest)
		assert.Equal(t, lowBit[e.Kind], err == nil, "%s: a low bit: %v", e.Kind, err)
	}
}
