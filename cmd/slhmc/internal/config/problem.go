package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a configuration. Line and Column count
// from 1; both are 0, and File is "--set key=value", where the value came from an
// override.
type Problem struct {
	File    string
	Line    int
	Column  int
	Key     string // dotted, "" where the text is not TOML
	Message string // with the allowed values
}

// String returns "file:line:column: key: message".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	if p.Key != "" {
		b.WriteString(": " + p.Key)
	}
	b.WriteString(": " + p.Message)
	return b.String()
}

// Problems is everything that is wrong with a configuration, those of the file
// first, by line and column, then those of the overrides in their order.
type Problems []Problem

// Error returns one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// position is where a key or a value was written: a place in the file, or an
// override (set is then its place on the command line, from 1).
type position struct {
	line, column int
	set          int
}

// found is a problem before its position is put into words.
type found struct {
	at      position
	key     string
	message string
}

// problems sorts what was found and puts the positions into words.
func problems(file string, overrides []Override, all []found) Problems {
	slices.SortStableFunc(all, func(a, b found) int {
		return cmp.Or(
			cmp.Compare(a.at.set, b.at.set),
			cmp.Compare(a.at.line, b.at.line),
			cmp.Compare(a.at.column, b.at.column),
		)
	})
	ps := make(Problems, len(all))
	for i, f := range all {
		ps[i] = Problem{File: file, Line: f.at.line, Column: f.at.column, Key: f.key, Message: f.message}
		if f.at.set > 0 {
			ps[i].File = overrides[f.at.set-1].String()
		}
	}
	return ps
}
