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
	nerscBegin = "BEGIN_HEADER\n"
	nerscEnd   = "END_HEADER\n"
)

// nerscCodec is the format of the Gauge Connection [NERSC]: a text of keys and
// values, then the links, site by site; the last row of a matrix is omitted in
// the data type 4D_SU3_GAUGE and stands in 4D_SU3_GAUGE_3x3. Other groups and
// dimensions have names made alike.
func nerscCodec() codec {
	return codec{
		kind: NERSC, extensions: []string{"nersc"},
		begins: func(start []byte, _ int64) bool { return bytes.HasPrefix(start, []byte(nerscBegin)) },
		open:   openNERSC,
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

// nerscHeader holds the values of a header, each taken once, with the byte of
// its line.
type nerscHeader struct {
	values map[string]string
	where  map[string]int64
}

func openNERSC(f *File) error {
	b := make([]byte, min(f.size, most))
	if err := readAt(f.r, b, 0); err != nil {
		return err
	}
	end := bytes.Index(b, []byte("\n"+nerscEnd))
	if end < 0 {
		return at(int64(len(b)), "no END_HEADER within %d bytes", len(b))
	}
	h := nerscHeader{map[string]string{}, map[string]int64{}}
	pos := int64(len(nerscBegin))
	for _, line := range strings.Split(string(b[pos:max(end, int(pos))]), "\n") {
		key, value, found := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if !found && strings.TrimSpace(line) != "" {
			return at(pos, "%q is not KEY = VALUE", line)
		}
		if _, twice := h.values[key]; twice {
			return at(pos, "a second %s", key)
		}
		h.values[key], h.where[key] = strings.TrimSpace(value), pos
		pos += int64(len(line)) + 1
	}
	f.data.offset = int64(end + 1 + len(nerscEnd))
	f.data.length = f.size - f.data.offset
	f.where = claim{h.where["DATATYPE"], h.where["CHECKSUM"], h.where["PLAQUETTE"], h.where["LINK_TRACE"]}
	for _, read := range []func(*File, nerscHeader) error{
		nerscType, nerscExtents, nerscReals, nerscChecksum,
	} {
		if err := read(f, h); err != nil {
			return err
		}
	}
	var err error
	if f.Plaquette, err = h.claim("PLAQUETTE", f.Precision); err != nil {
		return err
	}
	f.LinkTrace, err = h.claim("LINK_TRACE", f.Precision)
	return err
}

// bad returns an error about a key.
func (h nerscHeader) bad(key, allowed string) error {
	value, there := h.values[key]
	if !there {
		return at(0, "the header has no %s (allowed: %s)", key, allowed)
	}
	return at(h.where[key], "%s = %s (allowed: %s)", key, value, allowed)
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
		key = fmt.Sprintf("BOUNDARY_%d", mu+1)
		if b, there := h.values[key]; there && b != "PERIODIC" {
			return h.bad(key, "PERIODIC")
		}
	}
	if key := fmt.Sprintf("DIMENSION_%d", len(f.Extents)+1); h.values[key] != "" {
		return at(h.where[key], "%s of %d-dimensional data", key, len(f.Extents))
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
	text, there := h.values["CHECKSUM"]
	if !there {
		return nil
	}
	v, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(text), "0x"), 16, 32)
	if err != nil {
		return h.bad("CHECKSUM", "a 32-bit hexadecimal number")
	}
	f.Checksum = Checksum{uint32(v)}
	return nil
}

// claim reads a number that the links must have, to half a unit of its last
// digit; four links that are off by the tolerance move a plaquette by four times
// that.
func (h nerscHeader) claim(key string, precision int) (*Claim, error) {
	text, there := h.values[key]
	if !there {
		return nil, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, h.bad(key, "a real number")
	}
	return &Claim{v, lastDigit(text)/2 + 4*tolerance(precision)}, nil
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
	b := []byte(nerscBegin)
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
	return append(b, nerscEnd...)
}
