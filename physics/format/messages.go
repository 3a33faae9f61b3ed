package format

import (
	"bytes"
	"slices"
)

// knownRecords are the LIME records that are read; others are passed over.
func knownRecords() []string {
	return []string{formatRecord, checksumRecord, privateFileRecord, privateRecord, userRecord, dataRecord, scidacRecord}
}

// messages are the records of interest of a LIME file, with the text of those that
// have one.
type messages struct {
	f    *File
	at   map[string]record
	text map[string][]byte
}

// parse reads a text that is there. Errors: with the byte and the name of the record.
func (m messages) parse(kind string, read func(text []byte) error) error {
	if err := read(m.text[kind]); err != nil {
		return at(m.at[kind].offset, "%s: %w", kind, err)
	}
	return nil
}

// messages finds the records.
func (f *File) messages() (messages, error) {
	m := messages{f, map[string]record{}, map[string][]byte{}}
	meant := map[string]record{} // by the name that their own resembles
	var last record
	within := false // a message, which flags begin and end
	err := f.scanLIME(func(rec record) error {
		last, within = rec, (within || rec.flags&limeBegin != 0) && rec.flags&limeEnd == 0
		if !slices.Contains(knownRecords(), rec.kind) {
			kind, err := m.resembles(rec)
			if kind != "" {
				meant[kind] = rec
			}
			return err
		}
		return m.take(rec.kind, rec)
	})
	if err != nil {
		return m, err
	}
	for _, kind := range knownRecords() {
		rec, damaged := meant[kind]
		if _, there := m.at[kind]; there || !damaged {
			continue
		}
		promise := PromiseHeader
		if kind == checksumRecord {
			promise = PromiseChecksum
		}
		if err := f.broken(promise, at(rec.offset-limeHeader+limeType, "a record %q, and none %q: its name may be damaged", rec.kind, kind)); err != nil {
			return m, err
		}
		if err := m.take(kind, rec); err != nil {
			return m, err
		}
	}
	if (last.kind == dataRecord || last.kind == scidacRecord) && within {
		return m, f.broken(PromiseFlags, at(f.size, "the file ends with %q, but by the flags of its records that does not end the message: a checksum may have been cut off", last.kind))
	}
	return m, nil
}

// take keeps a record, and reads its text. Text of the user may come more than once, and
// be long: that of this package is neither.
func (m messages) take(kind string, rec record) error {
	if _, seen := m.at[kind]; kind == userRecord && (seen || rec.length > most) {
		return nil
	}
	if _, seen := m.at[kind]; seen {
		return m.f.broken(PromiseHeader, at(rec.offset-limeHeader, "a second record %q", kind))
	}
	m.at[kind] = rec
	if kind == dataRecord || kind == scidacRecord {
		return nil
	}
	var err error
	m.text[kind], err = m.f.text(rec)
	return err
}

// resembles returns the record that an unknown one may have been: by its name, or,
// of a checksum, by what it says.
func (m messages) resembles(rec record) (string, error) {
	for _, kind := range knownRecords() {
		if near(rec.kind+rec.behind, kind) {
			return kind, nil
		}
	}
	if rec.length > most {
		return "", nil
	}
	text, err := m.f.text(rec)
	if err == nil && bytes.Contains(text, []byte("<scidacChecksum")) {
		return checksumRecord, nil
	}
	return "", err
}

// near says whether a name is another one but for two bytes, changed, missing or too
// many, and for capitals.
func near(a, b string) bool {
	const most = 2
	if len(a) > len(b)+most || len(b) > len(a)+most {
		return false
	}
	row := make([]int, len(b)+1) // of the Levenshtein distances
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if lower(a[i]) != lower(b[j]) {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)] <= most
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
