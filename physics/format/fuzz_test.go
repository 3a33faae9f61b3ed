package format_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

// lawful holds any bytes against what the readers promise: no panic, no header
// that claims more than there is, a field that is changed by a whole
// configuration or not at all, and links that can be written and read again.
func lawful(t *testing.T, file []byte, u, v *gauge.Field) {
	for _, told := range []format.Shape{{}, format.Of(u)} {
		f, err := format.Parse(bytes.NewReader(file), int64(len(file)), told)
		if err != nil || f.Extents == nil || f.Kind == format.BridgeText || f.Compression != "" {
			continue // a text is measured when it is read
		}
		size := int64(len(f.Extents)*2*f.Group.N()*f.Rows) * int64(f.Precision/8)
		for _, l := range f.Extents {
			if size *= int64(l); size <= 0 || size > int64(len(file)) {
				t.Fatalf("a file of %d bytes passes for %+v", len(file), f.Header)
			}
		}
	}
	// With all doors open there is no panic either, and no field larger than the file.
	if f, err := format.Parse(bytes.NewReader(file), int64(len(file)), format.Of(u), format.Accept(format.Promises()...), format.Overrule()); err == nil && f.Extents != nil {
		_, _ = f.Read()
	}
	u.Cold()
	before := bits(u)
	if err := readBytes(file, u); err != nil {
		after := bits(u)
		for k := range before {
			if before[k] != after[k] {
				t.Fatal("a reader that fails has changed the field")
			}
		}
		return
	}
	if d := u.Unitarity(); !(d <= format.Tolerance32) {
		t.Fatalf("links outside the group by %v", d)
	} else if d > format.Tolerance64 {
		return // of a file in single precision
	}
	again := lime(rec{"ildg-binary-data", bigEndian(u)})
	if err := readBytes(again, v); err != nil {
		t.Fatalf("links that were read are refused: %v", err)
	}
	if !bytes.Equal(bigEndian(u), bigEndian(v)) {
		t.Fatal("links change from file to file")
	}
}

// FuzzBytes gives any bytes to whichever reader takes them.
func FuzzBytes(f *testing.F) {
	u, v := newField(f, group.SU2, 2, 2), newField(f, group.SU2, 2, 2)
	u.Rough(.3, rng.New(1))
	for _, e := range encodings(u) {
		f.Add(written(f, u, e))
		f.Add(packed(f, written(f, u, e)))
	}
	f.Add(fortran(bigEndian(u), 2, 4, binary.LittleEndian))
	f.Add(fortran(bigEndian(u), 1, 8, binary.BigEndian))
	f.Fuzz(func(t *testing.T, file []byte) { lawful(t, file, u, v) })
}

// FuzzNERSC puts any text into a header that is well formed.
func FuzzNERSC(f *testing.F) {
	u, v := newField(f, group.SU2, 2, 2), newField(f, group.SU2, 2, 2)
	links := bigEndian(u)
	f.Add("2D_SU2_GAUGE_2x2", "2", "2", "0", "1.0", "1.0", "IEEE64BIG", "", uint16(0))
	f.Add("2D_SU2_GAUGE", "-2", "99999999999999999999", "ffffffff", "1e999", "NaN", "IEEE32LITTLE", "DATATYPE = 4D_SU3_GAUGE", uint16(256))
	f.Fuzz(func(t *testing.T, kind, lx, lt, sum, plaq, trace, reals, line string, cut uint16) {
		header := "BEGIN_HEADER\nDATATYPE = " + kind + "\nDIMENSION_1 = " + lx + "\nDIMENSION_2 = " + lt + "\nCHECKSUM = " + sum +
			"\nPLAQUETTE = " + plaq + "\nLINK_TRACE = " + trace + "\nFLOATING_POINT = " + reals + "\n" + line + "\nEND_HEADER\n"
		lawful(t, append([]byte(header), links[:max(0, len(links)-int(cut))]...), u, v)
	})
}

// FuzzMILC and FuzzOpenQCD put any numbers into the header.
func FuzzMILC(f *testing.F) {
	u, v := newField(f, group.SU3, 2, 2, 2, 2), newField(f, group.SU3, 2, 2, 2, 2)
	file := written(f, u, format.Encoding{Kind: format.MILC})
	f.Add(uint32(20103), uint32(2), uint32(2), uint32(2), uint32(2), uint32(0), uint32(0), uint32(0), false, uint16(0))
	f.Add(uint32(59354), uint32(1<<31), uint32(1<<30), uint32(1), uint32(0), uint32(1), uint32(1), uint32(1), true, uint16(68))
	f.Fuzz(func(t *testing.T, magic, lx, ly, lz, lt, order, a, b uint32, big bool, cut uint16) {
		file := bytes.Clone(file[:max(0, len(file)-int(cut))])
		var o binary.ByteOrder = binary.LittleEndian
		if big {
			o = binary.BigEndian
		}
		for i, w := range []uint32{magic, lx, ly, lz, lt} {
			if len(file) >= 4*i+4 {
				o.PutUint32(file[4*i:], w)
			}
		}
		for i, w := range []uint32{order, a, b} {
			if len(file) >= 84+4*i+4 {
				o.PutUint32(file[84+4*i:], w)
			}
		}
		lawful(t, file, u, v)
	})
}

// FuzzOpenQCD: see FuzzMILC.
func FuzzOpenQCD(f *testing.F) {
	u, v := newField(f, group.SU3, 2, 2, 2, 2), newField(f, group.SU3, 2, 2, 2, 2)
	file := written(f, u, format.Encoding{Kind: format.OpenQCD})
	f.Add(uint32(2), uint32(2), uint32(2), uint32(2), 3., uint16(0))
	f.Add(uint32(1<<31), uint32(1), uint32(1<<16), uint32(1<<16), math.Inf(1), uint16(8))
	f.Fuzz(func(t *testing.T, n0, n1, n2, n3 uint32, plaq float64, cut uint16) {
		var b []byte
		for _, n := range []uint32{n0, n1, n2, n3} {
			b = binary.LittleEndian.AppendUint32(b, n)
		}
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(plaq))
		lawful(t, append(b, file[24:max(24, len(file)-int(cut))]...), u, v)
	})
}

// FuzzNumPy puts any text into the dictionary.
func FuzzNumPy(f *testing.F) {
	u, v := newField(f, group.SU2, 2, 2), newField(f, group.SU2, 2, 2)
	file := written(f, u, format.Encoding{Kind: format.NumPy})
	data := file[len(file)-2*4*4*16:]
	f.Add(byte(1), "<c16", "False", "2, 2, 2, 2, 2", uint16(0))
	f.Add(byte(2), ">c8", "True", "99999999999999999999,", uint16(256))
	f.Fuzz(func(t *testing.T, version byte, descr, fortran, shape string, cut uint16) {
		dict := "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': (" + shape + "), }\n"
		b := append([]byte("\x93NUMPY"), version, 0)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
		if version > 1 {
			b = append(b, 0, 0)
		}
		b = append(b, dict...)
		lawful(t, append(b, data[:max(0, len(data)-int(cut))]...), u, v)
	})
}

// FuzzSciDAC puts any text into the records.
func FuzzSciDAC(f *testing.F) {
	u, v := newField(f, group.SU2, 2, 2), newField(f, group.SU2, 2, 2)
	links := bigEndian(u)
	f.Add("2", "2 2", "0", "D", "2", "64", "2", "ildg-binary-data", uint16(0))
	f.Add("4", "-2 4611686018427387904", "1", "F", "17", "x", "", "scidac-binary-data", uint16(8))
	f.Fuzz(func(t *testing.T, spacetime, dims, volfmt, precision, colors, size, count, kind string, cut uint16) {
		if len(kind) > 127 {
			return
		}
		file := "<scidacFile><spacetime>" + spacetime + "</spacetime><dims>" + dims + "</dims><volfmt>" + volfmt + "</volfmt></scidacFile>"
		record := "<scidacRecord><precision>" + precision + "</precision><colors>" + colors + "</colors><typesize>" + size + "</typesize><datacount>" + count + "</datacount></scidacRecord>"
		data := links[:max(0, len(links)-int(cut))]
		lawful(t, lime(rec{"scidac-private-file-xml", []byte(file)}, rec{"scidac-private-record-xml", []byte(record)}, rec{"scidac-binary-data", data}), u, v)
		lawful(t, lime(rec{"scidac-private-file-xml", []byte(file)}, rec{kind, []byte(record)}, rec{"ildg-format", formatXML("su2gauge", "64", 2, 2)}, rec{"ildg-binary-data", data}), u, v)
	})
}

func FuzzLIME(f *testing.F) {
	u, v := newField(f, group.SU2, 2, 2), newField(f, group.SU2, 2, 2)
	u.Cold()
	data := rec{"ildg-binary-data", bigEndian(u)}
	f.Add([]byte{})
	f.Add(lime(data))
	f.Add(lime(data, rec{"xlf-info", []byte("plaquette = 1")}))
	f.Add(lime(rec{"ildg-format", []byte("<ildgFormat><field>su2gauge</field><precision>64</precision><lx>2</lx><lt>2</lt></ildgFormat>")}, data))
	f.Add(lime(data, rec{"scidac-checksum", []byte("<scidacChecksum><suma>0</suma><sumb>0</sumb></scidacChecksum>")}))
	f.Add(written(f, u, format.Encoding{Kind: format.ILDG}))
	f.Fuzz(func(t *testing.T, file []byte) { lawful(t, file, u, v) })
}

// FuzzHeader puts any text into the places of a file that is well formed.
func FuzzHeader(f *testing.F) {
	u, v := newField(f, group.SU2, 2, 2), newField(f, group.SU2, 2, 2)
	links := bigEndian(u)
	f.Add("ildg-format", "su2gauge", "64", "2", "2", "0", uint16(0))
	f.Add("other", "su3gauge", "32", "-2", "4611686018427387904", "ffffffff", uint16(8))
	f.Fuzz(func(t *testing.T, kind, field, precision, lx, lt, sum string, cut uint16) {
		if len(kind) > 127 {
			return
		}
		xml := "<ildgFormat><field>" + field + "</field><precision>" + precision + "</precision><lx>" + lx + "</lx><lt>" + lt + "</lt></ildgFormat>"
		sums := "<scidacChecksum><suma>" + sum + "</suma><sumb>" + sum + "</sumb></scidacChecksum>"
		data := links[:max(0, len(links)-int(cut))]
		lawful(t, lime(rec{kind, []byte(xml)}, rec{"ildg-binary-data", data}), u, v)
		lawful(t, lime(rec{kind, []byte(xml)}, rec{"ildg-binary-data", data}, rec{"scidac-checksum", []byte(sums)}), u, v)
	})
}

func FuzzBridgeText(f *testing.F) {
	u, v := newField(f, group.U1, 2, 2), newField(f, group.U1, 2, 2)
	f.Add([]byte("1\n0\n1\n0\n1\n0\n1\n0\n1\n0\n1\n0\n1\n0\n.6\n.8\n"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, text []byte) {
		u.Cold()
		if readBytes(text, u) != nil {
			v.Cold()
			if !bytes.Equal(bigEndian(u), bigEndian(v)) {
				t.Fatal("a reader that fails has changed the field")
			}
			return
		}
		if d := u.Unitarity(); !(d <= format.Tolerance64) {
			t.Fatalf("links outside the group by %v", d)
		}
	})
}
