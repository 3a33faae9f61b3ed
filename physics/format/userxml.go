package format

import (
	"bytes"
	"encoding/xml"
	"fmt"
)

// userName is the root of the record XML of this package, in the place that SciDAC
// and ILDG files have for text of the user: neither format has one for a plaquette.
const userName = "slhmcLinks"

type userXML struct {
	XMLName   xml.Name `xml:"slhmcLinks"`
	Plaquette []string `xml:"plaquette"`
	LinkTrace []string `xml:"linkTrace"`
	Remarks   []string `xml:"remark"`
}

// parseUser reads a record XML if it is of this package. What is not whole in it
// breaks the promise of the plaquette.
func (f *File) parseUser(data []byte) error {
	if !bytes.Contains(data, []byte(userName)) {
		return nil
	}
	var x userXML
	err := unmarshal(data, &x)
	if err == nil {
		f.Remarks = x.Remarks
		for _, c := range []struct {
			name   string
			values []string
			to     **Claim
		}{{"plaquette", x.Plaquette, &f.Plaquette}, {"linkTrace", x.LinkTrace, &f.LinkTrace}} {
			var text string
			if text, err = single(c.name, c.values); err != nil {
				break
			}
			if *c.to = parseClaim(text, f.Precision); *c.to == nil {
				err = fmt.Errorf("<%s> is %q (allowed: a real number)", c.name, text)
				break
			}
		}
	}
	if err == nil {
		return nil
	}
	return f.broken(PromisePlaquette, err)
}

func (h Header) userXML() []byte {
	b := fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><%s><version>1.0</version><plaquette>%.12e</plaquette><linkTrace>%.12e</linkTrace>`,
		userName, h.Plaquette.Value, h.LinkTrace.Value)
	for _, remark := range h.Remarks {
		var escaped bytes.Buffer
		_ = xml.EscapeText(&escaped, []byte(remark)) // a Buffer takes all
		b = fmt.Appendf(b, "<remark>%s</remark>", escaped.Bytes())
	}
	return fmt.Appendf(b, "</%s>", userName)
}
