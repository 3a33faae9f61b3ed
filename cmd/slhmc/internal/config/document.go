package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

const (
	maxSize  = 1 << 20 // keeps a wrong file name from being read as a configuration
	maxParts = 32      // of a dotted key, and of lists in lists: each costs its whole path
)

// Read returns the text of a configuration file.
//
// Errors: of the file system; it is no regular file, which could block or never end;
// it is too large for a configuration.
func Read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	var failed *fs.PathError
	switch {
	case errors.As(err, &failed):
		return nil, &fs.PathError{Op: "open", Path: path, Err: failed.Err}
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is a %s (allowed: a regular file)", path, kind(info))
	case info.Size() > maxSize:
		return nil, fmt.Errorf("%s has %d bytes, which is no configuration (allowed: up to %d)", path, info.Size(), maxSize)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSize+1))
}

// kind says what a file is that is no regular one.
func kind(info fs.FileInfo) string {
	switch m := info.Mode(); {
	case m.IsDir():
		return "directory"
	case m&fs.ModeNamedPipe != 0:
		return "named pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	}
	return "device"
}

// document is a TOML text on its way into a tree of nodes.
type document struct {
	data  []byte
	lines []int // offsets of the starts of lines
	set   int   // > 0: the text of this override
	root  *node
	wrong []found
	fatal bool // the text is not TOML from some place on
}

// readDocument parses a whole file into a tree. What is not TOML is in wrong: the
// first error of syntax (nothing is read beyond it), and every key defined twice.
func readDocument(data []byte) *document {
	d := &document{root: newTable("", position{line: 1, column: 1})}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	d.data = slices.Clip(data)
	d.lines = []int{0}
	for i, c := range data {
		if c == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	switch {
	case len(data) > maxSize:
		d.fail(0, fmt.Sprintf("the file has %d bytes, which is no configuration (allowed: up to %d)", len(data), maxSize))
		return d
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		d.fail(0, "the text is UTF-16 (allowed: UTF-8)")
		return d
	case !utf8.Valid(data):
		d.fail(invalidUTF8(data), "the text is not UTF-8 (allowed: UTF-8)")
		return d
	}
	d.parse()
	if !d.fatal && len(d.root.names) == 0 {
		d.fail(0, `the configuration is empty: "slhmc init" writes one to start from`)
	}
	if len(d.wrong) == 0 {
		d.confirm()
	}
	return d
}

func (d *document) parse() {
	var p unstable.Parser
	p.Reset(d.data)
	here := d.root
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			here = d.header(e)
		case unstable.KeyValue:
			if here != nil {
				d.keyValue(here, e)
			}
		}
	}
	if err := p.Error(); err != nil {
		var pe *unstable.ParserError
		if errors.As(err, &pe) {
			d.fail(int(p.Range(pe.Highlight).Offset), "not TOML: "+pe.Message)
			return
		}
		d.fail(0, "not TOML: "+err.Error())
	}
}

// confirm asks go-toml whether it would accept the document too, so that nothing
// passes that another reader of TOML refuses.
func (d *document) confirm() {
	var tree map[string]any
	err := toml.Unmarshal(d.data, &tree)
	if err == nil {
		return
	}
	offset := 0
	var de *toml.DecodeError
	if errors.As(err, &de) {
		line, column := de.Position()
		offset = d.lines[line-1] + column - 1
	}
	d.fail(offset, "not TOML: "+strings.TrimPrefix(err.Error(), "toml: "))
}

func (d *document) fail(offset int, message string) {
	d.wrong = append(d.wrong, found{at: d.position(offset), message: message})
	d.fatal = true
}

// position turns an offset into line and column; columns count characters.
func (d *document) position(offset int) position {
	if d.set > 0 {
		return position{set: d.set}
	}
	line := sort.SearchInts(d.lines, offset+1)
	start := d.lines[line-1]
	return position{line: line, column: utf8.RuneCount(d.data[start:offset]) + 1}
}

// header opens the table of a [header] or [[header]]; nil if it cannot be opened.
func (d *document) header(e *unstable.Node) *node {
	parts := d.keyParts(e)
	t := d.root
	if parts == nil {
		return nil
	}
	for i, part := range parts {
		at := d.position(int(part.Raw.Offset))
		name := string(part.Data)
		path := join(t.path, name)
		last := i == len(parts)-1
		child := t.fields[name]
		switch {
		case last && e.Kind == unstable.ArrayTable:
			if child == nil {
				child = &node{path: path, at: at, key: at, kind: "list", isList: true, header: true}
				t.set(name, child)
			}
			if !child.isList || !child.header {
				d.twice(at, path, child)
				return nil
			}
			item := newTable(index(path, len(child.items)), at)
			child.items = append(child.items, item)
			return item
		case child == nil:
			child = newTable(path, at)
			child.header = last
			t.set(name, child)
		case child.isList && child.header && !last:
			child = child.items[len(child.items)-1]
		case !child.isTable:
			d.twice(at, path, child)
			return nil
		case last && child.header:
			d.twice(at, path, child)
		case last:
			child.header = true
		}
		t = child
	}
	return t
}

// keyValue stores one "key = value" in the table t.
func (d *document) keyValue(t *node, e *unstable.Node) {
	parts := d.keyParts(e)
	if parts == nil {
		return
	}
	end := parts[len(parts)-1].Raw
	valueAt := int(end.Offset + end.Length)
	for valueAt < len(d.data) && strings.IndexByte(" \t=", d.data[valueAt]) >= 0 {
		valueAt++
	}
	for i, part := range parts {
		at := d.position(int(part.Raw.Offset))
		name := string(part.Data)
		path := join(t.path, name)
		child := t.fields[name]
		last := i == len(parts)-1
		switch {
		case child == nil && last:
			child = d.value(e.Value(), path, d.position(valueAt))
			child.key = at
			t.set(name, child)
		case child == nil:
			child = newTable(path, at)
			t.set(name, child)
		case last, !child.isTable:
			d.twice(at, path, child)
			return
		}
		t = child
	}
}

// twice reports that a key is taken already.
func (d *document) twice(at position, path string, first *node) {
	message := "is defined twice (allowed: once)"
	if first.key.line > 0 {
		message = fmt.Sprintf("is defined twice, first at line %d (allowed: once)", first.key.line)
	}
	d.wrong = append(d.wrong, found{at: at, key: path, message: message})
}

// value turns a parsed value into a node; at is where it begins, for those kinds
// of which the parser does not say.
func (d *document) value(v *unstable.Node, path string, at position) *node {
	if v.Raw.Length > 0 {
		at = d.position(int(v.Raw.Offset))
	}
	n := &node{path: path, at: at, key: at}
	if strings.Count(path, ".") > 2*maxParts {
		n.broken = true
		if !d.fatal {
			d.wrong = append(d.wrong, found{at: at, message: fmt.Sprintf("lists in lists, more than %d deep (allowed: one)", maxParts)})
			d.fatal = true
		}
		return n
	}
	switch v.Kind {
	case unstable.Array:
		n.isList, n.kind = true, "list"
		for it := v.Children(); it.Next(); {
			n.items = append(n.items, d.value(it.Node(), index(path, len(n.items)), at))
		}
	case unstable.InlineTable:
		n = newTable(path, at)
		n.header = true
		for it := v.Children(); it.Next(); {
			d.keyValue(n, it.Node())
		}
	case unstable.String:
		n.kind, n.value, n.text = "string", string(v.Data), shown(strconv.Quote(string(v.Data)))
	case unstable.Bool:
		n.kind, n.value, n.text = "boolean", string(v.Data) == "true", string(v.Data)
	case unstable.Integer:
		n.kind = "integer"
		d.number(n, string(v.Data))
	case unstable.Float:
		n.kind = "number"
		d.number(n, string(v.Data))
	default:
		n.kind = "date or time"
	}
	return n
}

// number sets the int64 or float64 that the text of a TOML number means.
func (d *document) number(n *node, text string) {
	n.text = shown(text)
	var doc struct{ V any }
	if err := toml.Unmarshal([]byte("V = "+text), &doc); err != nil {
		n.broken = true
		d.wrong = append(d.wrong, found{at: n.at, key: n.path, message: "the number " + n.text +
			" does not fit in 64 bits (allowed: integers up to 9223372036854775807, numbers up to 1.797e308)"})
	}
	n.value = doc.V
}

// keyParts returns the parts of the dotted key of an expression; nil if they are too
// many.
func (d *document) keyParts(e *unstable.Node) []*unstable.Node {
	var parts []*unstable.Node
	for it := e.Key(); it.Next(); {
		if parts = append(parts, it.Node()); len(parts) > maxParts {
			d.fail(int(parts[0].Raw.Offset), fmt.Sprintf("the key has more than %d parts (allowed: up to 4)", maxParts))
			return nil
		}
	}
	return parts
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8.
func invalidUTF8(data []byte) int {
	offset := 0
	for offset < len(data) {
		r, size := utf8.DecodeRune(data[offset:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		offset += size
	}
	return offset
}
