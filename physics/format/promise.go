package format

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Promise is something that a file says of itself and that a reader holds it to.
type Promise string

// The promises whose breach can be accepted.
const (
	PromiseChecksum  Promise = "checksum"  // sums over the data, of gzip too
	PromisePlaquette Promise = "plaquette" // of the header
	PromiseTrace     Promise = "trace"     // of the links, in the header
	PromiseUnitarity Promise = "unitarity" // links are in the group
	PromiseHeader    Promise = "header"    // agrees with itself, and accounts for all bytes
	PromiseFlags     Promise = "flags"     // version, flags and type of LIME records
)

// Promises returns all of them.
func Promises() []Promise {
	return []Promise{PromiseChecksum, PromisePlaquette, PromiseTrace, PromiseUnitarity, PromiseHeader, PromiseFlags}
}

// ParsePromises reads words with commas between them. Errors: a word that is none.
func ParsePromises(text string) (list []Promise, err error) {
	for word := range strings.SplitSeq(text, ",") {
		p := Promise(strings.TrimSpace(word))
		if !slices.Contains(Promises(), p) {
			return nil, fmt.Errorf("format: unknown promise %q (allowed: %s)", string(p), promiseNames())
		}
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list, nil
}

func promiseNames() string {
	var names []string
	for _, p := range Promises() {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

// Broken is a promise that a file breaks: an error, unless it is accepted. Its text
// names the word that lets it pass.
type Broken struct {
	Promise Promise
	Err     error // what is broken, with the byte of the file
}

// Error names the word.
func (b *Broken) Error() string {
	return fmt.Sprintf("%v (--accept %s reads it all the same)", b.Err, b.Promise)
}

func (b *Broken) Unwrap() error { return b.Err }

// String is the text of a breach that was accepted.
func (b *Broken) String() string {
	return string(b.Promise) + ": " + (&trimmed{b.Err}).Error()
}

// Option changes how a file is opened.
type Option func(*settings)

type settings struct {
	accept   []Promise
	axes     Axes
	overrule bool
}

// Accept lets files pass that break these promises; Header.Accepted says which of
// them were broken, and how. Numbers that are not finite, and data that are too short,
// never pass.
func Accept(promises ...Promise) Option {
	return func(s *settings) { s.accept = append(s.accept, promises...) }
}

// Overrule takes what is told where the file says otherwise, with a note; without it
// that is an error.
func Overrule() Option { return func(s *settings) { s.overrule = true } }

// WithAxes tells the order of the axes in files that leave it open.
func WithAxes(a Axes) Option { return func(s *settings) { s.axes = a } }

// broken returns the breach of a promise, or nil and keeps it if it is accepted.
func (f *File) broken(p Promise, err error) error {
	b := &Broken{p, err}
	if !slices.Contains(f.accept, p) {
		return b
	}
	if !slices.ContainsFunc(f.Accepted, func(old *Broken) bool { return old.String() == b.String() }) {
		f.Accepted = append(f.Accepted, b)
	}
	return nil
}

// note keeps a remark for the user, once.
func (f *File) note(text string, values ...any) {
	if text = fmt.Sprintf(text, values...); !slices.Contains(f.Notes, text) {
		f.Notes = append(f.Notes, text)
	}
}

// malformed marks an error of the form of a text, not of what it says. It may be passed
// over, unless it breaks a promise.
type malformed struct{ error }

func (m malformed) Unwrap() error { return m.error }

func isMalformed(err error) bool {
	var m malformed
	var b *Broken
	return errors.As(err, &m) && !errors.As(err, &b)
}
