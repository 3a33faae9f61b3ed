package format

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/physics/group"
)

// extentNames are the elements of the extents in 2, 3 and 4 dimensions.
func extentNames(d int) []string {
	return slices.Concat([]string{"lx", "ly", "lz"}[:d-1], []string{"lt"})
}

type formatXML struct {
	XMLName   xml.Name `xml:"ildgFormat"`
	Field     []string `xml:"field"`
	Precision []string `xml:"precision"`
	X         []string `xml:"lx"`
	Y         []string `xml:"ly"`
	Z         []string `xml:"lz"`
	T         []string `xml:"lt"`
}

// parseFormat reads an ildg-format record.
func (f *File) parseFormat(data []byte) error {
	var x formatXML
	if err := unmarshal(data, &x); err != nil {
		return err
	}
	field, err := single("field", x.Field)
	if err != nil {
		return err
	}
	if f.Group, err = parseFieldName(field); err != nil {
		return err
	}
	precision, err := single("precision", x.Precision)
	if err != nil {
		return err
	}
	switch precision {
	case "32":
		f.Precision = 32
	case "64":
		f.Precision = 64
	default:
		return fmt.Errorf("<precision> is %q (allowed: 32, 64)", precision)
	}
	d := 4
	for _, missing := range [][]string{x.Y, x.Z} {
		if missing == nil {
			d--
		}
	}
	for i, values := range slices.Concat([][]string{x.X, x.Y, x.Z}[:d-1], [][]string{x.T}) {
		name := extentNames(d)[i]
		s, err := single(name, values)
		if err != nil {
			return err
		}
		l, err := strconv.Atoi(s)
		if err != nil || l < 1 {
			return fmt.Errorf("<%s> is %q, not a number of sites", name, s)
		}
		f.Extents = append(f.Extents, l)
	}
	return nil
}

// parseFieldName returns the group of a field "su3gauge".
func parseFieldName(field string) (group.Group, error) {
	name, isGauge := strings.CutSuffix(field, "gauge")
	g, err := group.Parse(name)
	if !isGauge || err != nil || fieldName(g) != field {
		return group.Group{}, fmt.Errorf("<field> is %q (allowed: su3gauge, and by extension u1gauge, su2gauge … su%dgauge)", field, group.MaxN)
	}
	return g, nil
}

func fieldName(g group.Group) string {
	if g == group.U1 {
		return "u1gauge"
	}
	return fmt.Sprintf("su%dgauge", g.N())
}

// ildgXML is the ildg-format record of h.
func (h Header) ildgXML() []byte {
	b := fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>`+
		`<ildgFormat xmlns="http://www.lqcd.org/ildg" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.lqcd.org/ildg/filefmt.xsd">`+
		`<version>1.0</version><field>%s</field><precision>%d</precision>`, fieldName(h.Group), h.Precision)
	for i, name := range extentNames(len(h.Extents)) {
		b = fmt.Appendf(b, "<%s>%d</%s>", name, h.Extents[i], name)
	}
	return append(b, "</ildgFormat>"...)
}

type checksumXML struct {
	XMLName xml.Name `xml:"scidacChecksum"`
	A       []string `xml:"suma"`
	B       []string `xml:"sumb"`
}

func (f *File) parseChecksum(data []byte) error {
	var x checksumXML
	if err := unmarshal(data, &x); err != nil {
		return err
	}
	for _, e := range []struct {
		name   string
		values []string
	}{{"suma", x.A}, {"sumb", x.B}} {
		s, err := single(e.name, e.values)
		if err != nil {
			return err
		}
		v, err := parseSum(s)
		if err != nil {
			return fmt.Errorf("<%s> is %q, not a 32-bit hexadecimal number", e.name, s)
		}
		f.Checksum = append(f.Checksum, v)
	}
	return nil
}
