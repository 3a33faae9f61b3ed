package format

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/physics/group"
)

type scidacFileXML struct {
	XMLName   xml.Name `xml:"scidacFile"`
	SpaceTime []string `xml:"spacetime"`
	Dims      []string `xml:"dims"`
	Volfmt    []string `xml:"volfmt"`
}

// parseSciDACFile reads a scidac-private-file-xml record: the extents. In an ILDG
// file they repeat those of its format record.
func (f *File) parseSciDACFile(data []byte) error {
	var x scidacFileXML
	if err := unmarshal(data, &x); err != nil {
		return err
	}
	text, err := single("dims", x.Dims)
	if err != nil {
		return err
	}
	var extents []int
	for _, s := range strings.Fields(text) {
		l, err := strconv.Atoi(s)
		if err != nil || l < 1 {
			return malformed{fmt.Errorf("<dims> is %q, not numbers of sites", text)}
		}
		extents = append(extents, l)
	}
	if d := len(extents); d < 2 || d > 4 {
		return malformed{fmt.Errorf("<dims> is %q: %d dimensions (allowed: 2 … 4)", text, d)}
	}
	if s, err := single("spacetime", x.SpaceTime); err != nil {
		return err
	} else if s != strconv.Itoa(len(extents)) {
		if err := f.broken(PromiseHeader, fmt.Errorf("<spacetime> is %q, <dims> is %q", s, text)); err != nil {
			return err
		}
	}
	if s, err := single("volfmt", x.Volfmt); err != nil {
		return err
	} else if s != "0" {
		if err := f.broken(PromiseHeader, fmt.Errorf("<volfmt> is %q: the data are in several files (allowed: 0, a single file)", s)); err != nil {
			return err
		}
	}
	if f.Extents != nil && !slices.Equal(f.Extents, extents) {
		return f.broken(PromiseHeader, fmt.Errorf("<dims> is %q, but %s says %v", text, formatRecord, f.Extents))
	}
	f.Extents = extents
	return nil
}

type scidacRecordXML struct {
	XMLName   xml.Name `xml:"scidacRecord"`
	Global    []string `xml:"globaldata"` // version 1.0
	Type      []string `xml:"recordtype"` // version 1.1
	Precision []string `xml:"precision"`
	Colors    []string `xml:"colors"`
	Size      []string `xml:"typesize"`
	Count     []string `xml:"datacount"`
}

// parseSciDACRecord reads a scidac-private-record-xml record: D matrices a site.
func (f *File) parseSciDACRecord(data []byte) error {
	var x scidacRecordXML
	if err := unmarshal(data, &x); err != nil {
		return err
	}
	precision, err := single("precision", x.Precision)
	if err != nil {
		return err
	}
	p := map[string]int{"F": 32, "D": 64}[precision]
	if p == 0 {
		return malformed{fmt.Errorf("<precision> is %q (allowed: F, D)", precision)}
	}
	colors, err := single("colors", x.Colors)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(colors)
	if err != nil || n < 1 || n > group.MaxN {
		return malformed{fmt.Errorf("<colors> is %q (allowed: 1 … %d)", colors, group.MaxN)}
	}
	g := group.U1
	if n > 1 {
		if g, err = group.SU(n); err != nil {
			return err
		}
	}
	for _, e := range []struct {
		name   string
		values []string
		want   int
	}{{"typesize", x.Size, 2 * n * n * p / 8}, {"datacount", x.Count, len(f.Extents)}} {
		s, err := single(e.name, e.values)
		if err != nil {
			return err
		}
		if s != strconv.Itoa(e.want) {
			if err := f.broken(PromiseHeader, fmt.Errorf("<%s> is %q (allowed: %d, for links of %v in %d bits)", e.name, s, e.want, g, p)); err != nil {
				return err
			}
		}
	}
	for _, values := range [][]string{x.Global, x.Type} {
		if len(values) > 0 && strings.TrimSpace(values[0]) != "0" {
			if err := f.broken(PromiseHeader, fmt.Errorf("<globaldata> or <recordtype> is %q (allowed: 0, a field on the lattice)", values[0])); err != nil {
				return err
			}
		}
	}
	if f.Kind == ILDG && (f.Group != g || f.Precision != p) {
		return f.broken(PromiseHeader, fmt.Errorf("%v in %d bits, but %s says %v in %d bits", g, p, formatRecord, f.Group, f.Precision))
	}
	f.Group, f.Precision = g, p
	return nil
}

func (h Header) scidacFileXML() []byte {
	b := fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><scidacFile><version>1.1</version><spacetime>%d</spacetime><dims>`, len(h.Extents))
	for _, l := range h.Extents {
		b = fmt.Appendf(b, "%d ", l)
	}
	return append(b, "</dims><volfmt>0</volfmt></scidacFile>"...)
}

// scidacRecordXML has the date of the epoch: equal links make equal files.
func (h Header) scidacRecordXML() []byte {
	letter, n := "D", h.Group.N()
	if h.Precision == 32 {
		letter = "F"
	}
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><scidacRecord><version>1.1</version><date>Thu Jan  1 00:00:00 1970 UTC</date><recordtype>0</recordtype>`+
		`<datatype>QDP_%s%d_ColorMatrix</datatype><precision>%s</precision><colors>%d</colors><spins>1</spins><typesize>%d</typesize><datacount>%d</datacount></scidacRecord>`,
		letter, n, letter, n, 2*n*n*h.Precision/8, len(h.Extents))
}
