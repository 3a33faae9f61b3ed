package format_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/group"
)

// edit returns a copy of file with the first old replaced, which must be there.
func edit(t testing.TB, file []byte, old, new string) []byte {
	t.Helper()
	require.Contains(t, string(file), old)
	return bytes.Replace(file, []byte(old), []byte(new), 1)
}

// put returns a copy of file with b at a place.
func put(file []byte, at int, b ...byte) []byte {
	c := bytes.Clone(file)
	copy(c[at:], b)
	return c
}

// lie is a file that an error must refuse, naming a byte and saying what it wants.
type lie struct {
	name string
	file []byte
	want string
}

func refuse(t *testing.T, told format.Shape, lies []lie) {
	t.Helper()
	for _, l := range lies {
		f, err := format.Parse(bytes.NewReader(l.file), int64(len(l.file)), told)
		if err == nil {
			_, err = f.Read()
		}
		if assert.Error(t, err, l.name) {
			assert.Regexp(t, `^format: byte \d+: `, err.Error(), l.name)
			assert.Contains(t, err.Error(), l.want, l.name)
		}
	}
}

func TestNERSCLies(t *testing.T) {
	u := hot(t, group.SU3, 2, 2, 2, 4)
	good := written(t, u, format.Encoding{Kind: format.NERSC})
	data := bytes.Index(good, []byte("END_HEADER\n")) + len("END_HEADER\n")
	value := func(key, to string) []byte {
		return regexp.MustCompile(`(?m)^`+key+` = .*$`).ReplaceAll(good, []byte(key+" = "+to))
	}
	refuse(t, format.Shape{}, []lie{
		{"no end", good[:data-12], "no END_HEADER within"},
		{"no end, long", append([]byte("BEGIN_HEADER\n"), make([]byte, 1<<17)...), "no END_HEADER within 65536 bytes"},
		{"no pair", edit(t, good, "HDR_VERSION =", "HDR_VERSION"), `"HDR_VERSION 1.0" is not KEY = VALUE`},
		{"twice", edit(t, good, "HDR_VERSION", "CHECKSUM"), "a second CHECKSUM"},
		{"no type", edit(t, good, "DATATYPE", "DATATIPE"), "the header has no DATATYPE"},
		{"propagator", value("DATATYPE", "4D_SU3_PROP"), "DATATYPE = 4D_SU3_PROP (allowed: 4D_SU3_GAUGE"},
		{"other rows", value("DATATYPE", "4D_SU3_GAUGE"), "do not fill the 18432 bytes"},
		{"five", value("DATATYPE", "5D_SU3_GAUGE_3x3"), "DATATYPE = 5D_SU3_GAUGE_3x3"},
		{"mixed", value("DATATYPE", "4D_SU3_GAUGE_2x2"), "DATATYPE = 4D_SU3_GAUGE_2x2"},
		{"spelt", value("DATATYPE", "4D_su3_GAUGE_3x3"), "DATATYPE = 4D_su3_GAUGE_3x3"},
		{"phase", value("DATATYPE", "4D_U1_GAUGE"), "DATATYPE = 4D_U1_GAUGE"},
		{"negative", value("DIMENSION_2", "-2"), "DIMENSION_2 = -2 (allowed: a number of sites)"},
		{"huge", value("DIMENSION_2", "4611686018427387904"), "do not fill the 18432 bytes"},
		{"too large", value("DIMENSION_2", "99999999999999999999"), "a number of sites"},
		{"missing", edit(t, good, "DIMENSION_4", "DIMENSION_9"), "the header has no DIMENSION_4"},
		{"fifth", edit(t, good, "HDR_VERSION", "DIMENSION_5"), "DIMENSION_5 of 4-dimensional data"},
		{"reals", value("FLOATING_POINT", "VAX"), "FLOATING_POINT = VAX (allowed: IEEE32,"},
		{"other precision", value("FLOATING_POINT", "IEEE32BIG"), "do not fill the 18432 bytes"},
		{"other order", value("FLOATING_POINT", "IEEE64LITTLE"), "not in SU(3)"},
		{"checksum", value("CHECKSUM", "1"), "checksum 1, but that of the data is"},
		{"damaged key", edit(t, good, "CHECKSUM", "CHECKSUL"), "and no CHECKSUM: the key may be damaged"},
		{"damaged line", edit(t, good, "\nCHECKSUM", "\vCHECKSUM"), "and no CHECKSUM: the key may be damaged"},
		{"damaged key of the plaquette", edit(t, good, "PLAQUETTE", "PLAQUETTD"), "and no PLAQUETTE: the key may be damaged"},
		{"damaged key of the trace", edit(t, good, "LINK_TRACE", "LINKOTRACE"), "and no LINK_TRACE: the key may be damaged"},
		{"no checksum", value("CHECKSUM", "xyz"), "CHECKSUM = xyz (allowed: a 32-bit hexadecimal number)"},
		{"plaquette", value("PLAQUETTE", "0.9"), "plaquette 0.9 in the header"},
		{"plaquette, 7 digits", value("PLAQUETTE", "1.0000001"), "plaquette 1.0000001 in the header"},
		{"no plaquette", value("PLAQUETTE", "NaN"), "PLAQUETTE = NaN (allowed: a real number)"},
		{"trace", value("LINK_TRACE", "0.5"), "trace of the links 0.5 in the header"},
		{"short", good[:len(good)-1], "do not fill the 18431 bytes"},
		{"long", append(bytes.Clone(good), 1), "do not fill the 18433 bytes"},
		{"flipped", put(good, data+1000, 0x7f), "link in direction 2 at site [1 0 0 0]: not in SU(3)"},
		{"low bit", put(good, data+1007, good[data+1007]^1), "checksum "},
	})
	// Half a unit of the last digit is no lie, and a header may be short.
	for _, ok := range [][]byte{value("HDR_VERSION", ""), edit(t, good, "CHECKSUM =", "NOTHING ="), edit(t, good, "PLAQUETTE =", "NOTHING =")} {
		require.NoError(t, readBytes(ok, newField(t, group.SU3, 2, 2, 2, 4)))
	}
	h, err := inspectBytes(good)
	require.NoError(t, err)
	for digits := 1; digits < 12; digits++ {
		text := strconv.FormatFloat(h.Plaquette.Value, 'f', digits, 64)
		require.NoError(t, readBytes(value("PLAQUETTE", text), newField(t, group.SU3, 2, 2, 2, 4)), text)
	}
	assert.ErrorContains(t, readBytes(good, newField(t, group.SU3, 2, 2, 4, 2)), "the file holds SU(3) on [2 2 2 4], not SU(3) on [2 2 4 2]")
}

func TestMILCLies(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		u := hot(t, group.SU3, 2, 2, 2, 4)
		single(u)
		good := written(t, u, format.Encoding{Kind: format.MILC, ByteOrder: order.(binary.ByteOrder)})
		word := func(at int, v uint32) []byte { return put(good, at, order.AppendUint32(nil, v)...) }
		refuse(t, format.Shape{}, []lie{
			{"short header", good[:95], "the header of a MILC file has 96 bytes"},
			{"1996", word(0, 53546), "of the format of 1996"},
			{"negative", word(8, 1<<31+2), "extent -2147483646 in direction 2"},
			{"zero", word(8, 0), "extent 0 in direction 2"},
			{"huge", word(8, 1<<30), "do not fill the 9216 bytes"},
			{"order", word(84, 1), "sites in the order 1 of a parallel checkpoint"},
			{"date", put(good, 20, []byte(strings.Repeat("x", 64))...), "does not end"},
			{"checksum", word(92, 1), "but that of the data is"},
			{"short", good[:len(good)-1], "do not fill the 9215 bytes"},
			{"flipped", put(good, 96+72, 0x7f, 0x7f, 0x7f, 0x7f), "link in direction 1 at site [0 0 0 0]: not in SU(3)"},
			{"low bit", word(96, order.(binary.ByteOrder).Uint32(good[96:])^1), "but that of the data is"},
		})
		// Versions 1 to 4 have two couplings and no sums.
		old := order.AppendUint32(nil, 59354)
		old = append(old, good[4:20]...)
		old = append(old, make([]byte, 8)...)
		old = append(old, good[96:]...)
		v := newField(t, group.SU3, 2, 2, 2, 4)
		require.NoError(t, readBytes(old, v))
		assert.Equal(t, bits(u), bits(v))
		h, err := inspectBytes(old)
		require.NoError(t, err)
		assert.Nil(t, h.Checksum)
		refuse(t, format.Shape{}, []lie{{"old, short", old[:27], "the header of a MILC file has 28 bytes"}})
	}
}

func TestOpenQCDLies(t *testing.T) {
	good := written(t, hot(t, group.SU3, 2, 4, 2, 2), format.Encoding{Kind: format.OpenQCD})
	plaq := math.Float64frombits(binary.LittleEndian.Uint64(good[16:]))
	refuse(t, format.Shape{}, []lie{
		{"plaquette", put(good, 16, binary.LittleEndian.AppendUint64(nil, math.Float64bits(plaq/3))...), "plaquette "},
		{"not a number", put(good, 16, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "plaquette NaN in the header"},
		{"extents", put(good, 0, 3), "begins like none of the formats"},
		{"exchanged", put(good, 0, 4, 0, 0, 0, 2, 0, 0, 0, 2), "plaquette "},
		{"long", append(bytes.Clone(good), 0, 1), "do not fill the 18434 bytes"},
		{"short", good[:len(good)-8], "begins like none of the formats"},
		{"link", put(good, 31, 0x7f), "direction 3 at site"},
	})
	odd := make([]byte, 24+4*3*3*3*3*144)
	for k := range 4 {
		odd[4*k] = 3
	}
	refuse(t, format.Shape{}, []lie{{"odd extents", odd, "openQCD needs even extents, not [3 3 3 3]"}})
}

func TestNumPyLies(t *testing.T) {
	u := hot(t, group.SU2, 2, 3, 4)
	good := written(t, u, format.Encoding{Kind: format.NumPy})
	assert.Zero(t, (len(good)-4*3*2*3*4*16)%64, "data are aligned")
	refuse(t, format.Shape{}, []lie{
		{"short", good[:10], "cut short"},
		{"version", put(good, 6, 9), "version 9 of NumPy's format"},
		{"header beyond file", put(good, 8, 0xff, 0xff), "a header of 65535 bytes"},
		{"reals", edit(t, good, "<c16", "<f16"), "no array of complex numbers"},
		{"pickle", edit(t, good, "'<c16'", "'|O'   "), "no array of complex numbers"},
		{"names", edit(t, good, "descr", "DESCR"), "no array of complex numbers"},
		{"negative", edit(t, good, "(4, 3, 2", "(-4,3, 2"), "no array of complex numbers"},
		{"huge", edit(t, good, "(4, 3, 2, 3, 2, 2)", "(99999,9, 9,3,2,2)"), "do not fill the 4608 bytes"},
		{"rank", edit(t, good, "(4, 3, 2, 3, 2, 2)", "(4, 3, 2, 2)      "), "shape (4, 3, 2, 2)"},
		{"directions", edit(t, good, "(4, 3, 2, 3, 2, 2)", "(4, 3, 3, 2, 2, 2)"), "shape (4, 3, 3, 2, 2, 2)"},
		{"size", edit(t, good, "(4, 3, 2,", "(4, 3, 9,"), "do not fill the 4608 bytes"},
		{"precision", edit(t, good, "'<c16'", "'<c8' "), "do not fill the 4608 bytes"},
		{"order", edit(t, good, "<c16", ">c16"), "not in SU(2)"},
		{"large", edit(t, good, "(4, 3, 2, 3, 2, 2)", "(2, 2, 2, 17, 17) "), "shape (2, 2, 2, 17, 17)"},
	})
}

// A NumPy array in Fortran order has its indices reversed.
func TestNumPyFortranOrder(t *testing.T) {
	u := hot(t, group.SU3, 2, 3, 4)
	header := "{'descr': '<c16', 'fortran_order': True, 'shape': (3, 3, 3, 2, 3, 4), }\n"
	b := append([]byte("\x93NUMPY\x02\x00"), byte(len(header)), 0, 0, 0)
	b = append(b, header...)
	m, x := u.Group().NewMatrix(), make([]int, 3)
	for x[2] = 0; x[2] < 4; x[2]++ {
		for x[1] = 0; x[1] < 3; x[1]++ {
			for x[0] = 0; x[0] < 2; x[0]++ {
				for mu := range 3 {
					u.At(m, x, mu)
					for column := range 3 {
						for row := range 3 {
							z := m[3*row+column]
							b = binary.LittleEndian.AppendUint64(b, math.Float64bits(real(z)))
							b = binary.LittleEndian.AppendUint64(b, math.Float64bits(imag(z)))
						}
					}
				}
			}
		}
	}
	v := newField(t, group.SU3, 2, 3, 4)
	require.NoError(t, readBytes(b, v))
	assert.Equal(t, bits(u), bits(v))
}

func TestSciDACLies(t *testing.T) {
	u := hot(t, group.SU3, 2, 2, 2, 4)
	good := written(t, u, format.Encoding{Kind: format.SciDAC})
	both := lime(rec{"ildg-format", formatXML("su3gauge", "64", 2, 2, 2, 4)},
		rec{"scidac-private-file-xml", []byte("<scidacFile><spacetime>4</spacetime><dims>2 2 4 2</dims><volfmt>0</volfmt></scidacFile>")},
		rec{"ildg-binary-data", bigEndian(u)})
	refuse(t, format.Shape{}, []lie{
		{"no description", lime(rec{"scidac-binary-data", bigEndian(u)}), `ends without a record "scidac-private-file-xml"`},
		{"data twice", append(bytes.Clone(good), lime(rec{"ildg-binary-data", bigEndian(u)})...), `data in records "ildg-binary-data" and "scidac-binary-data"`},
		{"volume", edit(t, good, "<dims>2 2 2 4 ", "<dims>2 2 4 4 "), "do not fill the 18432 bytes"},
		{"words", edit(t, good, "<dims>2 2 2 4 ", "<dims>a 2 4 4 "), `<dims> is "a 2 4 4", not numbers of sites`},
		{"five", edit(t, good, "<dims>2 2 2 4 ", "<dims>22222222"), "1 dimensions (allowed: 2 … 4)"},
		{"spacetime", edit(t, good, "<spacetime>4", "<spacetime>3"), `<spacetime> is "3", <dims> is "2 2 2 4"`},
		{"several files", edit(t, good, "<volfmt>0", "<volfmt>1"), "the data are in several files"},
		{"precision", edit(t, good, "<precision>D", "<precision>X"), `<precision> is "X" (allowed: F, D)`},
		{"colours", edit(t, good, "<colors>3", "<colors>2"), `<typesize> is "144" (allowed: 64, for links of SU(2) in 64 bits)`},
		{"no colours", edit(t, good, "<colors>3", "<colors>0"), `<colors> is "0" (allowed: 1 … 16)`},
		{"count", edit(t, good, "<datacount>4", "<datacount>1"), `<datacount> is "1" (allowed: 4`},
		{"global", edit(t, good, "<recordtype>0", "<recordtype>1"), "a field on the lattice"},
		{"no XML", edit(t, good, "<scidacRecord>", "<scidacRekord>"), "scidac-private-record-xml"},
		{"checksum", edit(t, good, "<suma>", "<sumA>"), "scidac-checksum"},
		{"contradiction", both, `<dims> is "2 2 4 2", but ildg-format says [2 2 2 4]`},
	})
}

// Bridge++ binary files are known by their size and links alone.
func TestBridgeBinary(t *testing.T) {
	u := hot(t, group.SU3, 2, 2, 2, 2)
	good := bigEndian(u)
	require.Equal(t, good, written(t, u, format.Encoding{Kind: format.BridgeBinary}))
	h, err := inspectBytes(good)
	require.NoError(t, err)
	assert.Equal(t, format.Header{Kind: format.BridgeBinary, Shape: format.Of(u), Precision: 64, ByteOrder: binary.BigEndian, Rows: 3, Inferred: true}, h)
	refuse(t, format.Shape{}, []lie{
		{"rubbish", []byte(strings.Repeat("rubbish", 100)), "begins like none of the formats"},
		{"short", good[:len(good)-16], "begins like none of the formats, and is no Bridge++ binary of ? on ?"},
		{"not unitary", make([]byte, len(good)), "begins like none of the formats"},
	})
	refuse(t, format.Of(u), []lie{
		{"not unitary", put(good, len(good)-8, 0x7f), "link in direction 3 at site [1 1 1 1]: not in SU(3)"},
		{"not unitary at all", make([]byte, len(good)), "not in SU(3)"},
	})
	// Half of what a file does not say may be told.
	plane := hot(t, group.SU3, 4, 6)
	f, err := format.Parse(bytes.NewReader(bigEndian(plane)), int64(len(bigEndian(plane))), format.Shape{Extents: []int{4, 6}})
	require.NoError(t, err)
	assert.Equal(t, group.SU3, f.Group)
	su5 := hot(t, su(5), 2, 2, 2, 2)
	f, err = format.Parse(bytes.NewReader(bigEndian(su5)), int64(len(bigEndian(su5))), format.Shape{Group: su(5)})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 2, 2, 2}, f.Extents)
}

// The price of a lie is bounded by the size of the file, in all formats: what a
// header claims is compared with it before anything is made.
func TestClaimsCostNothing(t *testing.T) {
	u := hot(t, group.SU3, 2, 2, 2, 2)
	single(u)
	huge := uint32(1 << 30)
	bytes4 := func(order binary.AppendByteOrder) []byte { return order.AppendUint32(nil, huge) }
	for name, file := range map[string][]byte{
		"nersc":  edit(t, written(t, u, format.Encoding{Kind: format.NERSC, Precision: 32}), "DIMENSION_1 = 2", "DIMENSION_1 = 4000000000"),
		"milc":   put(written(t, u, format.Encoding{Kind: format.MILC}), 4, bytes4(binary.LittleEndian)...),
		"scidac": edit(t, written(t, u, format.Encoding{Kind: format.SciDAC, Precision: 32}), "<dims>2", "<dims>1000000000"),
		"npy":    edit(t, written(t, u, format.Encoding{Kind: format.NumPy, Precision: 32}), "(2, 2, 2, 2, 4, 3, 3)", "(99999,99999,9,4,3,3)"),
		"npy2":   put(written(t, u, format.Encoding{Kind: format.NumPy, Precision: 32}), 6, 2, 0, 0xff, 0xff, 0xff, 0xff),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := inspectBytes(file)
		runtime.ReadMemStats(&after)
		assert.Error(t, err, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(20*len(file)+1<<17), name)
	}
}

// Every format cut short is an error, wherever: its size is known.
func TestCutShort(t *testing.T) {
	u := hot(t, group.SU3, 2, 2, 2, 2)
	for _, e := range encodings(u) {
		if e.Kind == format.ILDG || e.Precision == 32 && e.Kind == format.SciDAC {
			continue // TestTruncation
		}
		name := fmt.Sprintf("%+v", e)
		good := written(t, u, e)
		for n := 0; n < len(good); n += 1 + len(good)/200 {
			f, err := format.Parse(bytes.NewReader(good[:n]), int64(n), format.Of(u))
			if err == nil {
				_, err = f.Read()
			}
			if n == bytes.Index(good, []byte("scidac-checksum"))-16 {
				continue
			}
			assert.Error(t, err, "%s cut to %d bytes of %d", name, n, len(good))
		}
	}
}
