package format

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/physics/group"
)

// Kind is a file format.
type Kind string

// The formats.
const (
	ILDG       Kind = "ILDG"
	LoneRecord Kind = "lone ildg-binary-data record" // LIME without an ildg-format record
	BridgeText Kind = "Bridge++ text"
)

// Header says what a file holds, as far as it says so itself.
type Header struct {
	Kind Kind
	// Extents are those of x, (y, (z,)) t; nil if unknown.
	Extents []int
	// Group is the zero Group if unknown.
	Group group.Group
	// Precision is the size of a real in bits, 32 or 64; 0 if unknown.
	Precision int
	// Inferred says that Extents, Group and Precision were not written in the
	// file but are the only ones that its size and the unitarity of its first
	// links admit.
	Inferred bool
	// Checksum is that of a scidac-checksum record; nil if there is none.
	Checksum *Checksum
}

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
func parseFormat(data []byte) (h Header, err error) {
	var x formatXML
	if err := xml.Unmarshal(data, &x); err != nil {
		return h, fmt.Errorf("ildg-format: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("ildg-format: %w", err)
		}
	}()
	h.Kind = ILDG
	field, err := single("field", x.Field)
	if err != nil {
		return h, err
	}
	if h.Group, err = parseFieldName(field); err != nil {
		return h, err
	}
	precision, err := single("precision", x.Precision)
	if err != nil {
		return h, err
	}
	switch precision {
	case "32":
		h.Precision = 32
	case "64":
		h.Precision = 64
	default:
		return h, fmt.Errorf("<precision> is %q (allowed: 32, 64)", precision)
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
			return h, err
		}
		l, err := strconv.Atoi(s)
		if err != nil || l < 1 {
			return h, fmt.Errorf("<%s> is %q, not a number of sites", name, s)
		}
		h.Extents = append(h.Extents, l)
	}
	return h, nil
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

// xml is the ildg-format record of h.
func (h Header) xml() []byte {
	b := fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>`+
		`<ildgFormat xmlns="http://www.lqcd.org/ildg" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.lqcd.org/ildg/filefmt.xsd">`+
		`<version>1.0</version><field>%s</field><precision>%d</precision>`, fieldName(h.Group), h.Precision)
	for i, name := range extentNames(len(h.Extents)) {
		b = fmt.Appendf(b, "<%s>%d</%s>", name, h.Extents[i], name)
	}
	return append(b, "</ildgFormat>"...)
}

// fills reports whether the links take the given number of bytes.
func (h Header) fills(bytes int64) bool {
	size := siteBytes(len(h.Extents), h.Group.N(), h.Precision)
	for _, l := range h.Extents {
		if int64(l) > bytes/size { // also guards the product
			return false
		}
		size *= int64(l)
	}
	return size == bytes
}

// siteBytes returns the size of the links of one site.
func siteBytes(d, n, precision int) int64 { return int64(d * 2 * n * n * precision / 8) }
