package format

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/physics/group"
)

const (
	nerscBegin = "BEGIN_HEADER"
	nerscEnd   = "END_HEADER"
)

// nerscCodec is the format of the Gauge Connection [NERSC]: a text of keys and
// values, then the links, site by site; the last row of a matrix is omitted in
// the data type 4D_SU3_GAUGE and stands in 4D_SU3_GAUGE_3x3. Other groups and
// dimensions have names made alike.
func nerscCodec() codec {
	return codec{
		kind: NERSC, extensions: []string{"nersc"},
		begins: func(start []byte, _ int64) bool {
			return bytes.HasPrefix(bytes.TrimLeft(start, " \t\r\n"), []byte(nerscBegin))
		},
		open: openNERSC,
		lay: func(h Header) (layout, error) {
			l := lexicographic(h.Extents)
			l.sum = nerscSum()
			return l, nil
		},
		encode: func(h *Header) error {
			n := h.Group.N()
			if h.Rows != n && (h.Rows != n-1 || n < 2) {
				return fmt.Errorf("%s with %d rows of each matrix (allowed: %d, %d)", h.Kind, h.Rows, n-1, n)
			}
			return choose(h, []int{64, 32}, []binary.ByteOrder{binary.BigEndian, binary.LittleEndian})
		},
		frame: func(h Header) (before, after []byte) { return h.nersc(), nil },
	}
}

// nerscRemark is the key of Encoding.Remarks.
const nerscRemark = "REMARK"

func openNERSC(f *File) error {
	h := nerscHeader{values: map[string]string{}, where: map[string]int64{}}
	end, err := h.split(f)
	if err != nil {
		return err
	}
	for _, l := range h.lines {
		if err := h.add(f, l); err != nil {
			return err
		}
	}
	f.data = span{end, f.size - end}
	f.where = claim{h.where["DATATYPE"], h.where["CHECKSUM"], h.where["PLAQUETTE"], h.where["LINK_TRACE"]}
	for _, read := range []func(*File, nerscHeader) error{
		nerscType, nerscExtents, nerscReals, nerscChecksum, nerscClaims, nerscBoundary,
	} {
		if err := read(f, h); err != nil {
			return err
		}
	}
	return nil
}

// nerscType reads 4D_SU3_GAUGE or 4D_SU3_GAUGE_3x3.
func nerscType(f *File, h nerscHeader) error {
	const allowed = "4D_SU3_GAUGE, 4D_SU3_GAUGE_3x3, and so for 2 to 4 dimensions and other groups"
	words := strings.Split(h.values["DATATYPE"], "_")
	if len(words) < 3 || words[2] != "GAUGE" || len(words) > 4 {
		return h.bad("DATATYPE", allowed)
	}
	d := strings.Index("  234", strings.TrimSuffix(words[0], "D"))
	g, err := group.Parse(words[1])
	if len(words[0]) != 2 || d < 2 || err != nil {
		return h.bad("DATATYPE", allowed)
	}
	f.Group, f.Rows, f.Extents = g, g.N()-1, make([]int, d)
	if len(words) == 4 {
		f.Rows++
	}
	if f.Rows == 0 || h.values["DATATYPE"] != f.nerscType() {
		return h.bad("DATATYPE", allowed)
	}
	return nil
}

func (h Header) nerscType() string {
	n := h.Group.N()
	name := fmt.Sprintf("%dD_SU%d_GAUGE", len(h.Extents), n)
	if n == 1 {
		name = fmt.Sprintf("%dD_U1_GAUGE", len(h.Extents))
	}
	if h.Rows == n {
		name += fmt.Sprintf("_%dx%d", n, n)
	}
	return name
}

func nerscExtents(f *File, h nerscHeader) error {
	for mu := range f.Extents {
		key := fmt.Sprintf("DIMENSION_%d", mu+1)
		l, err := strconv.Atoi(h.values[key])
		if err != nil || l < 1 {
			return h.bad(key, "a number of sites")
		}
		f.Extents[mu] = l
	}
	if key := fmt.Sprintf("DIMENSION_%d", len(f.Extents)+1); h.values[key] != "" {
		return f.broken(PromiseHeader, at(h.where[key], "%s of %d-dimensional data", key, len(f.Extents)))
	}
	return nil
}

// nerscReals reads the kind of reals; the earliest files say IEEE32 and are big
// endian.
func nerscReals(f *File, h nerscHeader) error {
	f.Precision, f.ByteOrder = 64, binary.BigEndian
	switch value := h.values["FLOATING_POINT"]; value {
	case "IEEE64BIG":
	case "IEEE64LITTLE":
		f.ByteOrder = binary.LittleEndian
	case "IEEE32BIG", "IEEE32":
		f.Precision = 32
	case "IEEE32LITTLE":
		f.Precision, f.ByteOrder = 32, binary.LittleEndian
	default:
		return h.bad("FLOATING_POINT", "IEEE32, IEEE32BIG, IEEE32LITTLE, IEEE64BIG, IEEE64LITTLE")
	}
	return nil
}

func nerscChecksum(f *File, h nerscHeader) error {
	if missing, err := h.missing(f, "CHECKSUM", PromiseChecksum); missing {
		return err
	}
	v, err := parseSum(h.values["CHECKSUM"])
	if err != nil {
		return f.broken(PromiseChecksum, h.bad("CHECKSUM", "a 32-bit hexadecimal number"))
	}
	f.Checksum = Checksum{v}
	return nil
}

func nerscClaims(f *File, h nerscHeader) error {
	for _, c := range []struct {
		key     string
		promise Promise
		to      **Claim
	}{{"PLAQUETTE", PromisePlaquette, &f.Plaquette}, {"LINK_TRACE", PromiseTrace, &f.LinkTrace}} {
		missing, err := h.missing(f, c.key, c.promise)
		if err != nil {
			return err
		}
		if missing {
			continue
		}
		if *c.to = parseClaim(h.values[c.key], f.Precision); *c.to == nil {
			if err := f.broken(c.promise, h.bad(c.key, "a real number")); err != nil {
				return err
			}
		}
	}
	return nil
}

// nerscBoundary keeps the boundary condition of the quarks, if it is not periodic in
// all directions.
func nerscBoundary(f *File, h nerscHeader) error {
	var all []string
	periodic := true
	for mu := range f.Extents {
		b, there := h.values[fmt.Sprintf("BOUNDARY_%d", mu+1)]
		if !there || strings.EqualFold(b, "PERIODIC") {
			b = "PERIODIC"
		}
		periodic = periodic && b == "PERIODIC"
		all = append(all, b)
	}
	if !periodic {
		f.Boundary = all
	}
	return nil
}

// parseClaim reads a number that the links must have, to half a unit of its last
// digit; four links that are off by the tolerance move a plaquette by four times
// that. Nil if it is none.
func parseClaim(text string, precision int) *Claim {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &Claim{v, lastDigit(text)/2 + 4*tolerance(precision)}
}

// lastDigit returns the unit of the last digit of a decimal number.
func lastDigit(text string) float64 {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	e, _ := strconv.Atoi(exponent) // the text is a number; none is 0
	if _, fraction, found := strings.Cut(mantissa, "."); found {
		e -= len(fraction)
	}
	return math.Pow(10, float64(e))
}

// nersc is the header of h.
func (h Header) nersc() []byte {
	b := []byte(nerscBegin + "\n")
	line := func(key, value string) { b = fmt.Appendf(b, "%s = %s\n", key, value) }
	line("HDR_VERSION", "1.0")
	line("DATATYPE", h.nerscType())
	line("STORAGE_FORMAT", "1.0")
	for mu, l := range h.Extents {
		line(fmt.Sprintf("DIMENSION_%d", mu+1), strconv.Itoa(l))
	}
	line("LINK_TRACE", fmt.Sprintf("%.12e", h.LinkTrace.Value))
	line("PLAQUETTE", fmt.Sprintf("%.12e", h.Plaquette.Value))
	for mu := range h.Extents {
		line(fmt.Sprintf("BOUNDARY_%d", mu+1), "PERIODIC")
	}
	line("CHECKSUM", fmt.Sprintf("%x", h.Checksum[0]))
	line("ENSEMBLE_ID", "unknown")
	line("ENSEMBLE_LABEL", "unknown")
	line("SEQUENCE_NUMBER", "0")
	line("CREATOR", "slhmc")
	line("FLOATING_POINT", fmt.Sprintf("IEEE%d%s", h.Precision, map[binary.ByteOrder]string{binary.BigEndian: "BIG", binary.LittleEndian: "LITTLE"}[h.ByteOrder]))
	for _, remark := range h.Remarks {
		line(nerscRemark, strings.Join(strings.Fields(remark), " "))
	}
	return append(b, nerscEnd+"\n"...)
}
