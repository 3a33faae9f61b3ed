package config

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// node is one value of a TOML document with the places it was written at.
type node struct {
	path string   // dotted, with indices
	at   position // of the value; of a table: of its key
	key  position // of the key that names it

	kind  string // "integer", "number", "string", "boolean", "list", "table", "date or time"
	value any    // of an integer, number, string, boolean: int64, float64, string, bool
	text  string // its value as messages show it

	isTable bool
	names   []string // of a table's keys, in the order of the document
	fields  map[string]*node

	isList bool
	items  []*node

	header bool // opened by a [header]
	broken bool // reported already
}

func newTable(path string, at position) *node {
	return &node{path: path, at: at, key: at, kind: "table", isTable: true, fields: map[string]*node{}}
}

// String names the value in a message: "the integer 4", "a table".
func (n *node) String() string {
	if n.text == "" {
		return "a " + n.kind
	}
	return "the " + n.kind + " " + n.text
}

// set stores a field of a table, in the place of an older one if there is one.
func (n *node) set(name string, child *node) {
	if _, old := n.fields[name]; !old {
		n.names = append(n.names, name)
	}
	n.fields[name] = child
}

// unset takes a field of a table, or of a table in it, away.
func (n *node) unset(parts []string) {
	for _, part := range parts[:len(parts)-1] {
		switch i, err := strconv.Atoi(part); {
		case n.isList && err == nil && 0 <= i && i < len(n.items):
			n = n.items[i]
			continue
		case n.single(part) != nil:
			n = n.single(part)
		}
		if n = n.fields[part]; n == nil {
			return
		}
	}
	if one := n.single(parts[len(parts)-1]); one != nil {
		n = one
	}
	last := parts[len(parts)-1]
	delete(n.fields, last)
	n.names = slices.DeleteFunc(n.names, func(name string) bool { return name == last })
}

// join appends a key to a path, in quotes if TOML needs them.
func join(path, name string) string {
	bare := func(r rune) bool {
		return r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if name == "" || strings.IndexFunc(name, func(r rune) bool { return !bare(r) }) >= 0 {
		name = shown(strconv.Quote(name))
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// index appends the index of a list's element to its path.
func index(path string, i int) string { return path + "." + strconv.Itoa(i) }

// shown shortens a text for a message.
func shown(text string) string {
	const longest = 60
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest]) + "..."
}
