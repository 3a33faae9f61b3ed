package format_test

import (
	"bytes"
	"testing"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// lawful holds any bytes against what the readers promise: no panic, and a file
// that is read is one whose links can be written and read again.
func lawful(t *testing.T, file []byte, u, v *gauge.Field) {
	h, err := inspectBytes(file)
	if err == nil && h.Kind == format.ILDG {
		bytes := int64(len(h.Extents)*2*h.Group.N()*h.Group.N()) * int64(h.Precision/8)
		for _, l := range h.Extents {
			if bytes *= int64(l); bytes <= 0 || bytes > int64(len(file)) {
				t.Fatalf("a file of %d bytes passes for %+v", len(file), h)
			}
		}
	}
	u.Cold()
	before := bits(u)
	readErr := readBytes(file, u)
	if readErr != nil {
		after := bits(u)
		for k := range before {
			if before[k] != after[k] {
				t.Fatal("a reader that fails has changed the field")
			}
		}
		return
	}
	if err != nil {
		t.Fatalf("read, but not inspected: %v", err)
	}
	again := lime(rec{"ildg-binary-data", bigEndian(u)})
	if h.Precision == 32 {
		return // links may be outside the tolerance of double precision
	}
	if err := readBytes(again, v); err != nil {
		t.Fatalf("links that were read are refused: %v", err)
	}
	if !bytes.Equal(bigEndian(u), bigEndian(v)) {
		t.Fatal("links change from file to file")
	}
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
	f.Add(written(f, u))
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
		if format.ReadBridgeText(bytes.NewReader(text), u) != nil {
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
