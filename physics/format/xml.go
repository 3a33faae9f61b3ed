package format

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf16"
)

// unmarshal reads XML. The names and numbers that matter are ASCII, in which all
// character sets that such files declare agree but UTF-16, so the declaration is
// passed over and bytes beyond are replaced. Errors: malformed.
func unmarshal(data []byte, into any) error {
	text := fromUTF16(data)
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	text = bytes.TrimLeft(text, " \t\r\n")
	if bytes.HasPrefix(text, []byte("<?xml")) {
		if _, rest, found := bytes.Cut(text, []byte("?>")); found {
			text = rest
		}
	}
	if err := xml.Unmarshal(bytes.ToValidUTF8(text, []byte("?")), into); err != nil {
		return malformed{err}
	}
	return nil
}

// fromUTF16 returns UTF-8 of a text in UTF-16, told by its first bytes, and any other
// as it is. (The zeros that end a record are cut off before: one may be missing.)
func fromUTF16(data []byte) []byte {
	if len(data) < 2 {
		return data
	}
	high := 0
	switch {
	case bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.HasPrefix(data, []byte("\x00<")):
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("<\x00")):
		high = 1
	default:
		return data
	}
	var units []uint16
	for i := 0; i+1 < len(data)+high; i += 2 {
		low := byte(0)
		if i+1 < len(data) {
			low = data[i+1]
		}
		units = append(units, [2]uint16{uint16(data[i])<<8 | uint16(low), uint16(low)<<8 | uint16(data[i])}[high])
	}
	return []byte(string(utf16.Decode(units)))
}

// single returns the text of an XML element that must occur once. Errors: malformed.
func single(name string, values []string) (string, error) {
	if len(values) != 1 {
		return "", malformed{fmt.Errorf("%d elements <%s> (allowed: 1)", len(values), name)}
	}
	return strings.TrimSpace(values[0]), nil
}
