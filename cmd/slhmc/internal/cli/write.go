package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slhmc/slhmc/internal/rundir"
)

// Printable is a path as JSON and terminals can have it: bytes that are not UTF-8 and
// characters that are not for printing as \xNN.
func Printable(path string) string {
	if utf8.ValidString(path) && strings.IndexFunc(path, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return path
	}
	var b strings.Builder
	for len(path) > 0 {
		r, n := utf8.DecodeRuneInString(path)
		if r == utf8.RuneError && n == 1 || !unicode.IsPrint(r) {
			for _, c := range []byte(path[:n]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		} else {
			b.WriteString(path[:n])
		}
		path = path[n:]
	}
	return b.String()
}

// Reason is the text of an error without the package that it comes from.
func Reason(err error) string {
	text := err.Error()
	for _, name := range []string{"statistics: ", "observe: "} {
		text = strings.TrimPrefix(text, name)
	}
	return text
}

// WriteJSON writes a file, whole or not at all.
func WriteJSON(path string, v any) error {
	return rundir.WriteAtomic(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	})
}
