package format_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/group"
)

// Every lie is one error that names the byte, and leaves the field alone.
func TestLies(t *testing.T) {
	u := hot(t, group.SU2, 2, 2, 2, 2)
	links := bigEndian(u)
	xml := formatXML("su2gauge", "64", 2, 2, 2, 2)
	whole := func(format []byte) []byte { return lime(rec{"ildg-format", format}, rec{"ildg-binary-data", links}) }
	xmlEnd := 144 + (len(xml)+7)/8*8 // header of the data
	edit := func(change func(b []byte)) []byte {
		b := whole(xml)
		change(b)
		return b
	}
	number := func(x float64) func([]byte) { // of the link in direction 3 at site 1,0,0,0
		return func(b []byte) { binary.BigEndian.PutUint64(b[xmlEnd+144+7*64:], math.Float64bits(x)) }
	}
	cube := func(l int) []byte { return whole(formatXML("su2gauge", "64", l, l, l, l)) }
	sums := func(s string) []byte {
		return lime(rec{"ildg-format", xml}, rec{"ildg-binary-data", links}, rec{"scidac-checksum", []byte("<scidacChecksum>" + s + "</scidacChecksum>")})
	}
	require.NoError(t, readBytes(whole(xml), newField(t, group.SU2, 2, 2, 2, 2)))

	for name, c := range map[string]struct {
		file []byte
		want []string
	}{
		"empty":               {nil, []string{"byte 0", "the file is empty"}},
		"no data":             {lime(rec{"ildg-format", xml}), []string{"ends without a record \"ildg-binary-data\""}},
		"not LIME":            {[]byte(strings.Repeat("x", 200)), []string{"byte 0", "begins like none of the formats"}},
		"short header":        {whole(xml)[:100], []string{"byte 0", "cut short: 100 bytes of 144"}},
		"version":             {edit(func(b []byte) { b[5] = 2 }), []string{"byte 4", "version 2 (allowed: 0, 1)"}},
		"length beyond file":  {edit(func(b []byte) { b[13] = 1 }), []string{"byte 0", "bytes, the file has 4376 more"}},
		"length beyond int64": {edit(func(b []byte) { b[8] = 0xff }), []string{"byte 8", "record claims 183746864796716"}},
		"length near int64":   {edit(func(b []byte) { copy(b[8:], "\x7f\xff\xff\xff\xff\xff\xff\xff") }), []string{"byte 8", "claims 9223372036854775807 bytes"}},
		"no padding":          {lime(rec{"ildg-format", xml})[:144+len(xml)], []string{"the file ends without a record"}},
		"unnamed":             {lime(rec{"", nil}), []string{"byte 16", "LIME type"}},
		"unended name":        {lime(rec{strings.Repeat("n", 128), nil}), []string{"byte 16", "LIME type"}},
		"name and rubbish":    {edit(func(b []byte) { b[20] = 0 }), []string{"byte 16", "a record \"ildg\", and none \"ildg-format\""}},
		"message unended":     {edit(func(b []byte) { b[6] = 0x80 }), []string{"the file ends with \"ildg-binary-data\"", "a checksum may have been cut off"}},
		"two formats":         {lime(rec{"ildg-format", xml}, rec{"ildg-format", xml}), []string{"a second record \"ildg-format\""}},
		"two data":            {lime(rec{"ildg-binary-data", links}, rec{"ildg-binary-data", links}), []string{"byte 4240", "a second record \"ildg-binary-data\""}},
		"huge XML":            {whole(append(xml, make([]byte, 1<<16)...)), []string{"byte 0", "(allowed: 65536)"}},
		"no XML":              {whole([]byte("hello")), []string{"byte 144", "ildg-format"}},
		"other XML":           {whole([]byte("<other/>")), []string{"byte 144", "ildg-format", "other"}},
		"no field":            {whole([]byte("<ildgFormat/>")), []string{"0 elements <field>"}},
		"spinors":             {whole(formatXML("su3spinor", "64", 2, 2, 2, 2)), []string{"<field> is \"su3spinor\" (allowed: su3gauge"}},
		"large group":         {whole(formatXML("su17gauge", "64", 2, 2, 2, 2)), []string{"<field> is \"su17gauge\""}},
		"precision":           {whole(formatXML("su2gauge", "16", 2, 2, 2, 2)), []string{"<precision> is \"16\" (allowed: 32, 64)"}},
		"other precision":     {whole(formatXML("su2gauge", "32", 2, 2, 2, 2)), []string{"SU(2) links of extents [2 2 2 2] in 32 bits do not fill the 4096 bytes"}},
		"no time":             {whole(formatXML("su2gauge", "64", 2, 2, 2)), []string{"0 elements <lt>"}},
		"two times":           {whole(bytes.Replace(xml, []byte("<lt>"), []byte("<lt>2</lt><lt>"), 1)), []string{"2 elements <lt>"}},
		"negative":            {cube(-2), []string{"<lx> is \"-2\", not a number of sites"}},
		"zero":                {cube(0), []string{"<lx> is \"0\", not a number of sites"}},
		"huge":                {cube(math.MaxInt), []string{"byte 144", "do not fill the 4096 bytes"}},
		"product wraps":       {whole(formatXML("su2gauge", "64", 1<<56+16, 1, 1, 1)), []string{"do not fill the 4096 bytes"}},
		"beyond an int":       {whole(bytes.ReplaceAll(xml, []byte(">2</l"), []byte(">99999999999999999999</l"))), []string{"not a number of sites"}},
		"other group":         {lime(rec{"ildg-format", formatXML("su4gauge", "64", 2, 2, 2, 2)}, rec{"ildg-binary-data", append(append(append(links, links...), links...), links...)}), []string{"the file holds SU(4) on [2 2 2 2], not SU(2) on [2 2 2 2]"}},
		"other extents":       {lime(rec{"ildg-format", formatXML("su2gauge", "64", 2, 2, 2, 4)}, rec{"ildg-binary-data", append(links, links...)}), []string{"the file holds SU(2) on [2 2 2 4], not SU(2) on [2 2 2 2]"}},
		"lone, other size":    {lime(rec{"ildg-binary-data", links[:4000]}), []string{"byte 144", "the data have 4000 bytes; SU(2) on [2 2 2 2] has 2048 or 4096"}},
		"not a number":        {edit(number(math.NaN())), []string{"direction 3 at site [1 0 0 0]", "off by NaN"}},
		"infinite":            {edit(number(math.Inf(1))), []string{"direction 3 at site [1 0 0 0]"}},
		"not unitary":         {edit(number(0.9)), []string{"direction 3 at site [1 0 0 0]: not in SU(2)"}},
		"checksum":            {sums("<suma>1</suma><sumb>2</sumb>"), []string{"checksum 1 2, but that of the data is "}},
		"checksum too long":   {sums("<suma>123456789</suma><sumb>2</sumb>"), []string{"<suma> is \"123456789\", not a 32-bit hexadecimal number"}},
		"half a checksum":     {sums("<suma>1</suma>"), []string{"0 elements <sumb>"}},
	} {
		t.Run(name, func(t *testing.T) {
			v := newField(t, group.SU2, 2, 2, 2, 2)
			err := readBytes(c.file, v)
			require.Error(t, err)
			assert.Contains(t, err.Error(), "format: byte ")
			for _, want := range c.want {
				assert.Contains(t, err.Error(), want)
			}
			assert.Equal(t, bits(newField(t, group.SU2, 2, 2, 2, 2)), bits(v), "the field is left alone")
		})
	}
	// The byte of a bad link is its first.
	err := readBytes(edit(number(0.9)), newField(t, group.SU2, 2, 2, 2, 2))
	assert.ErrorContains(t, err, fmt.Sprintf("format: byte %d:", xmlEnd+144+7*64))
}

// A file cut short anywhere is an error: by their flags the records before the last
// do not end the message, and the last needs no padding.
func TestTruncation(t *testing.T) {
	u := hot(t, group.SU2, 2, 2, 2, 2)
	file := written(t, u, format.Encoding{Kind: format.ILDG})
	v := newField(t, group.SU2, 2, 2, 2, 2)
	for n := range file {
		assert.Error(t, readBytes(file[:n], v), "cut to %d bytes", n)
	}
	assert.NoError(t, readBytes(file, v))
}

// A flipped bit is an error or does not reach the links.
func TestFlippedBits(t *testing.T) {
	u := hot(t, group.SU2, 2, 2, 2, 2)
	file := written(t, u, format.Encoding{Kind: format.ILDG})
	start := bytes.Index(file, []byte("ildg-binary-data")) - 16 + 144
	v := newField(t, group.SU2, 2, 2, 2, 2)
	harmless := 0
	for bit := 0; bit < 8*len(file); bit++ {
		if bit > 8*start && bit < 8*(start+4096) && bit%61 != 0 {
			continue
		}
		file[bit/8] ^= 1 << (bit % 8)
		if readBytes(file, v) == nil {
			harmless++
			if bit >= 8*start && bit < 8*(start+4096) {
				t.Errorf("bit %d of byte %d of the data was flipped and not seen", bit%8, bit/8-start)
			}
			require.Equal(t, bits(u), bits(v), "bit %d of byte %d", bit%8, bit/8)
		}
		file[bit/8] ^= 1 << (bit % 8)
	}
	t.Logf("%d flips did no harm (flags, namespaces, padding, names of other records)", harmless)
}

// The price of a lie is bounded by the size of the file.
func TestAllocationBounded(t *testing.T) {
	links := make([]byte, 4096)
	for _, file := range [][]byte{
		lime(rec{"ildg-format", formatXML("su16gauge", "64", 1<<30, 1<<30, 1<<30, 1<<30)}, rec{"ildg-binary-data", links}),
		lime(rec{"ildg-format", formatXML("su2gauge", "64", 1<<24, 1, 1, 1)}, rec{"ildg-binary-data", links}),
		append(lime(rec{"ildg-format", nil})[:8], "\x00\x00\x7f\xff\xff\xff\xff\xff"...),
		lime(rec{"ildg-format", []byte(strings.Repeat("<a>", 20000))}, rec{"ildg-binary-data", links}),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := inspectBytes(file)
		runtime.ReadMemStats(&after)
		assert.Error(t, err)
		// encoding/xml takes some 100 bytes for each open element
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200*len(file)+1<<16))
	}
}

func TestBridgeTextLies(t *testing.T) {
	u := hot(t, group.SU2, 2, 2)
	var lines []string
	for _, b := range bits(u) {
		lines = append(lines, fmt.Sprintf("%.17g", math.Float64frombits(b)))
	}
	text := func(change func(l []string) []string) string {
		return strings.Join(change(append([]string(nil), lines...)), "\n") + "\n"
	}
	same := func(l []string) []string { return l }
	replace := func(i int, s string) func(l []string) []string {
		return func(l []string) []string { l[i] = s; return l }
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(text(same)))
	require.NoError(t, err)
	require.NoError(t, z.Close())

	v := newField(t, group.SU2, 2, 2)
	require.NoError(t, readBytes([]byte(text(same)+"\n \n"), v))
	require.Equal(t, bits(u), bits(v))

	for name, c := range map[string]struct{ text, want string }{
		"empty":           {"", "byte 0: the file is empty"},
		"short":           {text(func(l []string) []string { return l[:63] }), "line 64: the text ends"},
		"long":            {text(func(l []string) []string { return append(l, "0") }), "line 65: the text goes on"},
		"word":            {text(replace(9, "zero")), "line 10: \"zero\" is not a real"},
		"one too many":    {text(replace(9, "0 0")), "line 64: the text goes on"},
		"gap":             {text(replace(9, "")), "line 65: the text ends"},
		"not a number":    {text(replace(9, "NaN")), "line 9: link in direction 1 at site [0 0]"},
		"too large":       {text(replace(9, "1e999")), "line 10: \"1e999\" is not a real"},
		"not unitary":     {text(replace(60, "7")), "line 57: link in direction 1 at site [1 1]: not in SU(2)"},
		"endless line":    {text(replace(3, strings.Repeat("1", 5000))), "line 4: "},
		"packed, cut":     {packed.String()[:packed.Len()-20], "unexpected EOF"},
		"packed, checked": {packed.String()[:packed.Len()-8] + "\x00\x00\x00\x00\x00\x02\x00\x00", "invalid checksum"},
		"packed, rubbish": {"\x1f\x8brubbish and more of it", "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newField(t, group.SU2, 2, 2)
			assert.ErrorContains(t, readBytes([]byte(c.text), v), c.want)
			assert.Equal(t, bits(newField(t, group.SU2, 2, 2)), bits(v), "the field is left alone")
		})
	}
}

// Errors of a path name it.
func TestPaths(t *testing.T) {
	u := newField(t, group.SU2, 2, 2)
	folder := t.TempDir()
	_, err := format.Inspect(filepath.Join(folder, "absent"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, format.Read(folder, u), "not a regular file")
	path := filepath.Join(folder, "text")
	require.NoError(t, os.WriteFile(path, []byte("12\nnot a number\n"), 0o666))
	err = format.Read(path, u)
	assert.ErrorContains(t, err, path)
	assert.ErrorContains(t, err, "line 2")
}

// brokenReader fails behind its first bytes.
type brokenReader struct{ b []byte }

func (r brokenReader) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(r.b)) {
		return 0, os.ErrClosed
	}
	n := copy(p, r.b[off:])
	if n < len(p) {
		return n, os.ErrClosed
	}
	return n, nil
}

// A device that fails is reported with its own error, and one that has shrunk
// since its size was taken as well.
func TestBrokenReader(t *testing.T) {
	file := written(t, hot(t, group.SU2, 2, 2, 2, 2), format.Encoding{Kind: format.ILDG})
	u := newField(t, group.SU2, 2, 2, 2, 2)
	for _, n := range []int{0, 100, 200, 1000, 4000} {
		read := func(r io.ReaderAt) error {
			f, err := format.Parse(r, int64(len(file)), format.Of(u))
			if err != nil {
				return err
			}
			return f.ReadInto(u)
		}
		assert.ErrorIs(t, read(brokenReader{file[:n]}), os.ErrClosed)
		assert.ErrorContains(t, read(bytes.NewReader(file[:n])), "unexpected EOF")
	}
}
