package format_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// opened reads a file of which nothing is told but what the options say.
func opened(b []byte, told format.Shape, options ...format.Option) (*format.File, *gauge.Field, error) {
	f, err := format.Parse(bytes.NewReader(b), int64(len(b)), told, options...)
	if err != nil {
		return nil, nil, err
	}
	u, err := f.Read()
	return f, u, err
}

// oddity is a file that is read as if it were plain, with a note where it says one.
type oddity struct {
	name string
	file []byte
	note string
}

func reads(t *testing.T, want *gauge.Field, odd []oddity) {
	t.Helper()
	for _, o := range odd {
		f, u, err := opened(o.file, format.Shape{})
		if !assert.NoError(t, err, o.name) {
			continue
		}
		assert.Equal(t, bits(want), bits(u), o.name)
		notes := strings.Join(f.Notes, "; ")
		if o.note == "" {
			assert.Empty(t, notes, o.name)
		}
		assert.Contains(t, notes, o.note, o.name)
		assert.Empty(t, f.Accepted, o.name)
	}
}

// Headers of NERSC files are what editors, other systems and other codes make of them.
func TestNERSCOddities(t *testing.T) {
	u := hot(t, group.SU3, 2, 2, 2, 4)
	good := written(t, u, format.Encoding{Kind: format.NERSC})
	end := bytes.Index(good, []byte("END_HEADER\n")) + len("END_HEADER\n")
	header, data := string(good[:end]), good[end:]
	with := func(header string) []byte { return append([]byte(header), data...) }
	add := func(lines string) []byte {
		return with(strings.Replace(header, "STORAGE_FORMAT", lines+"\nSTORAGE_FORMAT", 1))
	}
	reads(t, u, []oddity{
		{"blank lines", add("\n\n   \n\t"), ""},
		{"blank lines before the header", with("\n \n" + header), ""},
		{"carriage returns", with(strings.ReplaceAll(header, "\n", "\r\n")), ""},
		{"no blanks", with(strings.ReplaceAll(header, " = ", "=")), ""},
		{"many blanks", with(strings.ReplaceAll(strings.ReplaceAll(header, " = ", "\t =   "), "\n", "  \n")), ""},
		{"blanks before keys", with(strings.ReplaceAll(header, "\n", "\n  ")[:end+2*strings.Count(header, "\n")-2]), ""},
		{"informational keys twice", add("ENSEMBLE_ID = a\nENSEMBLE_ID = b\nCREATOR = me"), ""},
		{"keys that matter twice, but alike", add(header[strings.Index(header, "CHECKSUM"):strings.Index(header, "ENSEMBLE_ID")]), ""},
		{"small letters", with(strings.Replace(header, "CHECKSUM", "checksum", 1)), ""},
		{"0x", with(strings.Replace(header, "CHECKSUM = ", "CHECKSUM = 0x", 1)), ""},
		{"0X and capitals", with(strings.Replace(header, "CHECKSUM = ", "CHECKSUM = 0X", 1)), ""},
		{"zeros at the end", append(bytes.Clone(good), make([]byte, 1000)...), "1000 zero bytes behind the links"},
	})
	for _, b := range []string{"ANTIPERIODIC", "antiperiodic", "FIXED", "DIRICHLET"} {
		f, v, err := opened(with(strings.Replace(header, "BOUNDARY_4 = PERIODIC", "BOUNDARY_4 = "+b, 1)), format.Shape{})
		require.NoError(t, err)
		assert.Equal(t, bits(u), bits(v))
		assert.Equal(t, []string{"PERIODIC", "PERIODIC", "PERIODIC", b}, f.Boundary)
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"two extents":     {add("DIMENSION_1 = 4"), "a second DIMENSION_1, 2 after 4"},
		"two plaquettes":  {add("PLAQUETTE = 0.5"), "a second PLAQUETTE"},
		"two types":       {add("DATATYPE = 4D_SU3_GAUGE"), "a second DATATYPE"},
		"no key":          {add("comment"), `"comment" is not KEY = VALUE`},
		"zeros, then not": {append(append(bytes.Clone(good), make([]byte, 1000)...), 1), "do not fill the 19433 bytes"},
	} {
		_, _, err := opened(c.file, format.Shape{})
		assert.ErrorContains(t, err, c.want, name)
		assert.ErrorContains(t, err, "(--accept header ", name)
	}
}

// utf16Text encodes a text in UTF-16.
func utf16Text(s string, order binary.AppendByteOrder, mark bool) []byte {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xfeff)
	}
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

// LIME files are what writers other than c-lime make of them; of an ILDG file the
// format record is enough.
func TestLIMEOddities(t *testing.T) {
	u := hot(t, group.SU2, 2, 2, 2, 3)
	own := written(t, u, format.Encoding{Kind: format.ILDG})
	sums, err := inspectBytes(own)
	require.NoError(t, err)
	links := bigEndian(u)
	xml := string(formatXML("su2gauge", "64", 2, 2, 2, 3))
	data := rec{"ildg-binary-data", links}
	sum := func(form string) rec {
		return rec{"scidac-checksum", fmt.Appendf(nil, "<scidacChecksum><version>1.0</version>"+form+"</scidacChecksum>", sums.Checksum[0], sums.Checksum[1])}
	}
	plainSum := sum("<suma>%x</suma><sumb>%x</sumb>")
	describe := func(s string) []byte { return lime(rec{"ildg-format", []byte(s)}, data, plainSum) }
	declared := func(name string) []byte {
		return describe(`<?xml version="1.0" encoding="` + name + `"?><!-- M` + "\xfc" + `nster -->` + xml)
	}
	good := describe(xml)
	version0 := bytes.ReplaceAll(good, []byte{0x45, 0x67, 0x89, 0xab, 0, 1, 0, 0}, []byte{0x45, 0x67, 0x89, 0xab, 0, 0, 0, 1})
	const private = "scidac-private-file-xml"
	odd := []oddity{
		{"plain", good, ""},
		{"own", own, ""},
		{"version 0", version0, "LIME version 0"},
		{"zeros behind", append(bytes.Clone(good), make([]byte, 4096)...), "4096 zero bytes behind the last record"},
		{"few zeros behind", append(bytes.Clone(good), 0, 0, 0), "3 zero bytes behind"},
		{"no padding at the end", bytes.TrimRight(good, "\x00"), "lacks its padding"},
		{"bytes behind the type", put(good, 16+len("ildg-format")+3, 'x', 'y'), `bytes behind the name of the record "ildg-format"`},
		{"0x", lime(rec{"ildg-format", []byte(xml)}, data, sum("<suma>0x%x</suma><sumb>0X%X</sumb>")), ""},
		{"blanks in the sums", lime(rec{"ildg-format", []byte(xml)}, data, sum("<suma> %x\n</suma><sumb>%08x </sumb>")), ""},
		{"XML 1.1", describe(`<?xml version="1.1"?>` + xml), ""},
		{"byte order mark", describe("\ufeff" + xml), ""},
		{"zeros and blanks behind XML", describe(xml + "\n \x00\x00"), ""},
		{"file XML malformed", lime(rec{private, []byte("<scidacFile><dims>2 2 2 3")}, rec{"ildg-format", []byte(xml)}, data, plainSum), "scidac-private-file-xml"},
		{"file XML empty", lime(rec{private, nil}, rec{"ildg-format", []byte(xml)}, data, plainSum), "scidac-private-file-xml"},
		{"record XML malformed", lime(rec{"scidac-private-record-xml", []byte("<scidacRecord><precision>D</scidacRecord>")}, rec{"ildg-format", []byte(xml)}, data, plainSum), "scidac-private-record-xml"},
		{"XML of the user", lime(rec{"scidac-file-xml", []byte("<title>a & b")}, rec{"scidac-record-xml", []byte("<info>u0 = <0.8> & more")}, rec{"ildg-format", []byte(xml)}, rec{"ildg-data-lfn", []byte("lfn://x")}, data, plainSum), ""},
		{"XML of the user, twice", lime(rec{"scidac-record-xml", []byte("<info/>")}, rec{"ildg-format", []byte(xml)}, data, plainSum, rec{"scidac-record-xml", []byte("<other/>")}), ""},
		{"XML of the user, long", lime(rec{"scidac-record-xml", []byte("<info>" + strings.Repeat("x", 1<<17) + "</info>")}, rec{"ildg-format", []byte(xml)}, data, plainSum), ""},
		{"file XML nonsense", lime(rec{private, []byte("<scidacFile><spacetime>4</spacetime><dims>2 2 zwei 3</dims><volfmt>0</volfmt></scidacFile>")}, rec{"ildg-format", []byte(xml)}, data, plainSum), `<dims> is "2 2 zwei 3"`},
	}
	for _, name := range []string{"ISO-8859-1", "iso-8859-15", "latin1", "US-ASCII", "windows-1252", "utf-8", "UTF8", "EUC-JP"} {
		odd = append(odd, oddity{name, declared(name), ""})
	}
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		for _, mark := range []bool{true, false} {
			text := utf16Text(`<?xml version="1.0" encoding="UTF-16"?>`+xml, order, mark)
			odd = append(odd, oddity{fmt.Sprint("UTF-16 ", order, mark), describe(string(text)), ""})
		}
	}
	reads(t, u, odd)

	// As the MILC code writes: QIO's records, its own text, no blanks anywhere.
	milc := lime(
		rec{private, []byte(`<?xml version="1.0" encoding="UTF-8"?><scidacFile><version>1.1</version><spacetime>4</spacetime><dims>2 2 2 3 </dims><volfmt>0</volfmt></scidacFile>`)},
		rec{"scidac-file-xml", []byte(`<?xml version="1.0" encoding="UTF-8"?><title>MILC ILDG archival gauge configuration</title>`)},
		rec{"scidac-private-record-xml", []byte(`<?xml version="1.0" encoding="UTF-8"?><scidacRecord><version>1.0</version><date>Sun</date><globaldata>0</globaldata><datatype>USQCD_D2_ColorMatrix</datatype><precision>D</precision><colors>2</colors><typesize>64</typesize><datacount>4</datacount></scidacRecord>`)},
		rec{"scidac-record-xml", []byte(`<?xml version="1.0" encoding="UTF-8"?><usqcdInfo><version>1.0</version><plaq>1.78e+00</plaq><linktr>1e-3</linktr><info>action.description = "Gauge plus fermion (improved)"</info></usqcdInfo>`)},
		rec{"ildg-format", []byte(xml)}, rec{"ildg-data-lfn", nil}, data, plainSum)
	reads(t, u, []oddity{{"MILC", milc, ""}})

	refuse(t, format.Shape{}, []lie{
		{"format malformed", describe(strings.Replace(xml, "</lt>", "", 1)), "ildg-format"},
		{"format malformed, UTF-16", describe(string(utf16Text(xml[:50], binary.BigEndian, true))), "ildg-format"},
		{"records contradict", lime(rec{private, []byte("<scidacFile><spacetime>4</spacetime><dims>3 2 2 2</dims><volfmt>0</volfmt></scidacFile>")}, rec{"ildg-format", []byte(xml)}, data), `<dims> is "3 2 2 2", but ildg-format says [2 2 2 3]`},
		{"not zeros behind", append(bytes.Clone(good), 0, 0, 7), "3 bytes that are no LIME record"},
		{"checksum misnamed", edit(t, good, "scidac-checksum", "scidac-checksul"), `a record "scidac-checksul", and none "scidac-checksum"`},
		{"checksum misnamed twice", edit(t, good, "scidac-checksum", "scidaC-checkSMM"), `and none "scidac-checksum"`},
		{"checksum renamed", edit(t, good, "scidac-checksum", "something-else\x00"), `and none "scidac-checksum"`},
		{"checksum cut in two", edit(t, good, "scidac-checksum", "scidac-\x00hecksum"), `and none "scidac-checksum"`},
		{"format misnamed", edit(t, good, "ildg-format", "ildg-formaz"), `and none "ildg-format"`},
		{"data misnamed", edit(t, good, "ildg-binary-data", "ildg-binary-dat`"), `and none "ildg-binary-data"`},
		{"several files", lime(rec{private, []byte("<scidacFile><spacetime>4</spacetime><dims>2 2 2 3</dims><volfmt>1</volfmt></scidacFile>")}, rec{"ildg-format", []byte(xml)}, data), "several files"},
		{"own, no checksum", own[:bytes.Index(own, []byte("scidac-checksum"))-16], "a checksum may have been cut off"},
		{"own, checksum beyond recognition", edit(t, edit(t, own, "scidac-checksum", "something-else\x00"), "<scidacChecksum>", "<something-else>"), `no record "scidac-checksum", which stands in all files with <slhmcLinks>`},
		{"own text damaged", edit(t, own, "<plaquette>", "<plaquettf>"), "plaquette"},
		{"own plaquette", put(own, bytes.Index(own, []byte("<plaquette>"))+11, '.', '9', '0'), "plaquette 0.009"},
		{"own trace", put(own, bytes.Index(own, []byte("<linkTrace>"))+11, '.', '9', '0'), "trace of the links 0.009"},
	})

	// Files of earlier versions of this package.
	old := lime(rec{"ildg-format", []byte(xml)}, data, plainSum)
	reads(t, u, []oddity{{"earlier", old, ""}})
}

// Extents exchanged in either or both of the records are seen: the records contradict
// each other, and the plaquette the links.
func TestExtentsExchanged(t *testing.T) {
	u := hot(t, group.SU3, 2, 4, 3, 5)
	for _, kind := range []format.Kind{format.ILDG, format.SciDAC} {
		good := written(t, u, format.Encoding{Kind: kind})
		for _, e := range [][2]int{{0, 1}, {0, 3}, {1, 2}, {2, 3}} {
			dims := []string{"2", "4", "3", "5"}
			dims[e[0]], dims[e[1]] = dims[e[1]], dims[e[0]]
			file := edit(t, good, "<dims>2 4 3 5 ", "<dims>"+strings.Join(dims, " ")+" ")
			_, _, err := opened(file, format.Shape{})
			assert.Error(t, err)
			if kind == format.ILDG {
				both := edit(t, file, "<lx>2</lx><ly>4</ly><lz>3</lz><lt>5</lt>", fmt.Sprintf("<lx>%s</lx><ly>%s</ly><lz>%s</lz><lt>%s</lt>", dims[0], dims[1], dims[2], dims[3]))
				_, _, err := opened(both, format.Shape{})
				assert.ErrorContains(t, err, "plaquette ")
				_, _, err = opened(edit(t, good, "<lx>2</lx><ly>4</ly><lz>3</lz><lt>5</lt>", fmt.Sprintf("<lx>%s</lx><ly>%s</ly><lz>%s</lz><lt>%s</lt>", dims[0], dims[1], dims[2], dims[3])), format.Shape{})
				assert.ErrorContains(t, err, "but ildg-format says")
			}
		}
	}
}

// Links of single precision in 64 bits, of every format: as they are, with a note. A
// few among exact ones are damage.
func TestSingleInDouble(t *testing.T) {
	exact := hot(t, group.SU3, 2, 2, 4, 2)
	u := hot(t, group.SU3, 2, 2, 4, 2)
	single(u)
	off := u.Unitarity()
	require.Greater(t, off, format.Tolerance64)
	require.Less(t, off, format.ToleranceSingle(3))
	for _, e := range encodings(u) {
		if e.Precision == 32 || e.Kind == format.MILC {
			continue
		}
		name := fmt.Sprintf("%+v", e)
		require.ErrorContains(t, format.Write(t.TempDir()+"/u", u, e), "links are not in SU(3)", name)
		e.Accept = []format.Promise{format.PromiseUnitarity}
		f, v, err := opened(written(t, u, e), format.Of(u), format.WithAxes(format.DirectionFastest))
		require.NoError(t, err, name)
		if e.Rows != 2 {
			assert.Equal(t, bits(u), bits(v), name)
		}
		assert.Contains(t, strings.Join(f.Notes, "; "), "links of single precision in 64 bits", name)
		assert.Empty(t, f.Accepted, name)
		assert.Greater(t, f.Unitarity, format.Tolerance64)
	}
	// One link.
	m := exact.Group().NewMatrix()
	u.At(m, []int{1, 0, 1, 0}, 2)
	exact.Set([]int{1, 0, 1, 0}, 2, m)
	bad := written(t, exact, format.Encoding{Kind: format.BridgeBinary, Accept: []format.Promise{format.PromiseUnitarity}})
	_, _, err := opened(bad, format.Of(u))
	assert.ErrorContains(t, err, "link in direction 2 at site [1 0 1 0]: not in SU(3)")
	assert.ErrorContains(t, err, "; 1 of 128 links are off")
	// Beyond single precision it is not.
	for k := range 8 {
		m[k] *= 1 + 1e-5
	}
	u.Set([]int{1, 0, 1, 0}, 2, m)
	bad = written(t, u, format.Encoding{Kind: format.BridgeBinary, Accept: []format.Promise{format.PromiseUnitarity}})
	_, _, err = opened(bad, format.Of(u))
	assert.ErrorContains(t, err, "link in direction 2 at site [1 0 1 0]: not in SU(3)")
}

// Reals of a text come with exponents of Fortran, several on a line, in pairs.
func TestBridgeTextOddities(t *testing.T) {
	u := hot(t, group.SU3, 2, 2, 2, 2)
	var plain, fortran, rows, pairs strings.Builder
	for i, b := range bits(u) {
		x := fmt.Sprintf("%.16e", math.Float64frombits(b))
		fmt.Fprintln(&plain, x)
		fmt.Fprintln(&fortran, " ", strings.ToUpper(strings.ReplaceAll(x, "e", "d")))
		fmt.Fprint(&rows, " ", x, map[bool]string{true: "\n"}[i%18 == 17])
		fmt.Fprint(&pairs, map[bool]string{true: "(", false: ","}[i%2 == 0], x, map[bool]string{true: ")\r\n"}[i%2 == 1])
	}
	for name, s := range map[string]*strings.Builder{"plain": &plain, "Fortran": &fortran, "rows": &rows, "pairs": &pairs} {
		f, v, err := opened([]byte(s.String()), format.Shape{})
		require.NoError(t, err, name)
		assert.Equal(t, format.BridgeText, f.Kind, name)
		assert.Equal(t, bits(u), bits(v), name)
	}
}
