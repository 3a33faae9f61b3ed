package format

import (
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"math/bits"
	"strconv"
	"strings"
)

// Checksum is the pair of sums of a SciDAC record [SciDAC]: with c_r the CRC-32
// of the bytes of the site with lexicographic number r, as they stand in the
// file,
//
//	A = xor_r rotl(c_r, r mod 29),  B = xor_r rotl(c_r, r mod 31).
//
// It does not depend on the order in which sites are added.
type Checksum struct{ A, B uint32 }

// Add adds the bytes of one site.
func (c *Checksum) Add(site int64, data []byte) {
	crc := crc32.ChecksumIEEE(data)
	c.A ^= bits.RotateLeft32(crc, int(site%29))
	c.B ^= bits.RotateLeft32(crc, int(site%31))
}

// String returns the sums in hexadecimal, as other codes print them.
func (c Checksum) String() string { return fmt.Sprintf("%x %x", c.A, c.B) }

type checksumXML struct {
	XMLName xml.Name `xml:"scidacChecksum"`
	A       []string `xml:"suma"`
	B       []string `xml:"sumb"`
}

func parseChecksum(data []byte) (*Checksum, error) {
	var x checksumXML
	if err := xml.Unmarshal(data, &x); err != nil {
		return nil, fmt.Errorf("scidac-checksum: %w", err)
	}
	a, err := sum("suma", x.A)
	if err != nil {
		return nil, err
	}
	b, err := sum("sumb", x.B)
	return &Checksum{a, b}, err
}

func sum(name string, values []string) (uint32, error) {
	s, err := single(name, values)
	if err != nil {
		return 0, fmt.Errorf("scidac-checksum: %w", err)
	}
	v, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		return 0, fmt.Errorf("scidac-checksum: <%s> is %q, not a 32-bit hexadecimal number", name, s)
	}
	return uint32(v), nil
}

// single returns the text of an XML element that must occur once.
func single(name string, values []string) (string, error) {
	if len(values) != 1 {
		return "", fmt.Errorf("%d elements <%s> (allowed: 1)", len(values), name)
	}
	return strings.TrimSpace(values[0]), nil
}

func (c Checksum) xml() []byte {
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><scidacChecksum><version>1.0</version><suma>%x</suma><sumb>%x</sumb></scidacChecksum>`, c.A, c.B)
}
