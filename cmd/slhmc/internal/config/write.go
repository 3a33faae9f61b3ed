package config

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// TOML returns the resolved configuration, every key that applies with its value,
// and in a comment above it whether a resumed run may change it: a file that [Parse]
// reads back to the same Config.
//
// Errors: none that a Config made by [Parse] can raise; the result is read back,
// and a Config that is not valid returns the problems of that.
func (c *Config) TOML() ([]byte, error) {
	w := writer{cfg: c, keys: c.keys(), written: func(string) bool { return true }}
	w.table("", reflect.ValueOf(c).Elem())
	text := bytes.TrimLeft(w.Bytes(), "\n")
	if _, err := Parse("resolved configuration", text, nil, c.own...); err != nil {
		return nil, err
	}
	return text, nil
}

// Annotate returns the configuration in data with the meaning, the default and
// the allowed values of every key as comments, and with the keys that it leaves
// out as comments too. The comment at its top, up to the first empty line, stays;
// other comments go. Errors: those of [Parse].
func Annotate(file string, data []byte, own ...Action) ([]byte, error) {
	return AnnotateWith(file, data, nil, own...)
}

// AnnotateWith is Annotate of the configuration with overrides, as if they stood in it.
func AnnotateWith(file string, data []byte, overrides []Override, own ...Action) ([]byte, error) {
	c, err := Parse(file, data, overrides, own...)
	if err != nil {
		return nil, err
	}
	tree := &reader{root: readDocument(data).root}
	gather(tree.root)
	for i, o := range overrides {
		o.apply(tree.root, i+1) // Parse has told what is wrong
		gather(tree.root)
	}
	w := writer{cfg: c, keys: c.keys(), comments: true, written: func(path string) bool { return tree.node(path) != nil }}
	if top := heading(data); top != "" {
		w.WriteString(top + "\n")
	}
	w.table("", reflect.ValueOf(c).Elem())
	return bytes.TrimLeft(w.Bytes(), "\n"), nil
}

// heading returns the comment lines at the top of a file.
func heading(data []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		b.WriteString(strings.TrimRight(line, "\r\n") + "\n")
	}
	return b.String()
}

// writer writes a Config in the order of the table.
type writer struct {
	bytes.Buffer
	cfg      *Config
	keys     keys
	comments bool                   // write what the keys mean
	written  func(path string) bool // others become comments
}

// table writes the keys of a table, then the tables in it.
func (w *writer) table(path string, v reflect.Value) {
	for name, f := range w.keys.members(path, v) {
		if p := join(path, name); !isSection(p, f) {
			w.key(p, name, f)
		}
	}
	for name, f := range w.keys.members(path, v) {
		if p := join(path, name); isSection(p, f) {
			w.section(p, f)
		}
	}
}

// isSection reports whether a field is written under a header of its own.
func isSection(path string, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Struct, reflect.Pointer, reflect.Map:
		return true
	case reflect.Slice:
		return v.Type().Elem().Kind() == reflect.Struct && schema(path) != terms
	}
	return false
}

// section writes a [table], or one [[table]] for each element of a list.
func (w *writer) section(path string, v reflect.Value) {
	k := w.keys.row(schema(path))
	if path == "actions" { // it has no keys, only tables
		w.table(path, v)
		return
	}
	if v.Kind() == reflect.Map && v.IsNil() {
		w.absent("["+path+"]", k)
		for name := range w.keys.members(path, v) {
			k := w.keys.row(join(path, name))
			w.comment(name + ": " + k.doc + k.limits())
		}
		return
	}
	if v.Kind() == reflect.Slice {
		if !w.written(path) {
			w.absent("[["+schema(path)+"]]", k)
			return
		}
		for i := range v.Len() {
			w.header("[["+schema(path)+"]]", k, i == 0)
			w.table(index(path, i), v.Index(i))
		}
		if v.Len() == 0 {
			w.absent("[["+schema(path)+"]]", k)
		}
		return
	}
	if !k.only.holds(w.cfg, path) || v.Kind() == reflect.Pointer && v.IsNil() {
		w.absent("["+path+"]", k)
		return
	}
	mark := ""
	if !w.written(path) {
		mark = "#" // as its keys are
	}
	w.header(mark+"["+path+"]", k, true)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	w.table(path, v)
}

func (w *writer) header(header string, k *key, comment bool) {
	w.WriteByte('\n')
	if comment {
		w.comment(k.doc)
	}
	w.WriteString(header + "\n")
}

// terms is the one list of tables that is written in one place, as a list.
const terms = "slhmc.layers.terms"

// absent mentions a table that is not there.
func (w *writer) absent(header string, k *key) {
	if w.comments {
		w.WriteByte('\n')
		w.comment(header + ": " + k.doc + k.onlyWith())
	}
}

// key writes one key with its value.
func (w *writer) key(path, name string, v reflect.Value) {
	k := w.keys.row(schema(path))
	if !k.only.holds(w.cfg, path) {
		w.explain(path, name+": "+k.doc+k.onlyWith())
		return
	}
	w.explain(path, k.doc+k.limits())
	if schema(path) == terms {
		for _, name := range names(reflect.TypeFor[Term]()) {
			k := w.keys.row(join(terms, name))
			w.explain(path, name+": "+k.doc+k.limits()+k.onlyWith())
		}
	}
	if !w.comments && k.resume != fixed {
		w.WriteString("# " + string(k.resume) + "\n")
	}
	if !w.written(path) {
		w.WriteByte('#')
	}
	w.WriteString(name + " = ")
	w.valueOf(k, v)
	w.WriteByte('\n')
}

// quote writes a string of TOML.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` // rules leave no control characters
}

// explain writes a comment on a key, in the first element of a list only.
func (w *writer) explain(path, text string) {
	for part := range strings.SplitSeq(path, ".") {
		if i, err := strconv.Atoi(part); err == nil && i > 0 {
			return
		}
	}
	w.comment(text)
}

// valueOf writes the value of a key.
func (w *writer) valueOf(k *key, v reflect.Value) {
	if v.Kind() == reflect.Float64 {
		w.WriteString(k.rule.number(v.Float()))
		return
	}
	w.value(v)
}

// value writes a value as TOML.
func (w *writer) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		w.list(v)
	case reflect.Struct: // a Term
		t := v.Interface().(Term)
		fmt.Fprintf(w, "{ loop = %q, weight = %s", t.Loop, number(t.Weight))
		if t.Loop == "path" {
			w.WriteString(", path = ")
			w.value(reflect.ValueOf(t.Path))
		}
		w.WriteString(" }")
	case reflect.String:
		w.WriteString(quote(v.String()))
	case reflect.Float64:
		w.WriteString(number(v.Float()))
	default:
		fmt.Fprint(w, v.Interface())
	}
}

// list writes scalars on one line and terms on one line each.
func (w *writer) list(v reflect.Value) {
	open, between, end := "[", ", ", "]"
	if v.Type().Elem().Kind() == reflect.Struct {
		open, between, end = "[\n  ", ",\n  ", ",\n]"
	}
	w.WriteString(open)
	for i := range v.Len() {
		if i > 0 {
			w.WriteString(between)
		}
		w.value(v.Index(i))
	}
	w.WriteString(end)
}

// number writes a float64 so that TOML reads it back as the same float64.
func number(x float64) string {
	s := strconv.FormatFloat(x, 'g', -1, 64)
	if !strings.ContainsAny(s, ".en") {
		s += ".0"
	}
	return s
}

// limits says what a key may be and what it is if it is left out.
func (k *key) limits() string {
	s := " Allowed: " + k.rule.allowed
	if !k.required() {
		s += "; default: " + k.def
	}
	if k.resume != fixed {
		s += "; " + string(k.resume)
	}
	return s + "."
}

func (k *key) onlyWith() string {
	if k.only.key == "" {
		return ""
	}
	return " Only with " + k.only.String() + "."
}

// comment writes text as comment lines.
func (w *writer) comment(text string) {
	if !w.comments {
		return
	}
	const width = 110
	line := "#"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width {
			w.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	w.WriteString(line + "\n")
}
