package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// reader carries a tree of nodes into a Config and collects all that is wrong.
// Paths in it are dotted with indices, as in slhmc.layers.0.share.
type reader struct {
	root  *node
	keys  keys
	cfg   *Config
	wrong []found
	bad   map[string]bool // paths with a problem: what depends on them is not judged
}

// report notes a problem of the key at path.
func (r *reader) report(at position, path, message string) {
	r.wrong = append(r.wrong, found{at: at, key: r.named(path), message: message})
	r.bad[path] = true
}

// named returns a path as messages show it: the number of a group that is the only one
// goes without saying.
func (r *reader) named(path string) string {
	for _, list := range []string{"quarks", "slhmc.quarks"} {
		if n := r.node(list); n != nil && n.isList && len(n.items) == 1 {
			if rest, ok := strings.CutPrefix(path, list+".0."); ok {
				return list + "." + rest
			}
		}
	}
	return path
}

// sound reports whether nothing is known to be wrong with a path or with a table
// that holds it; without indices it is that of all elements of lists.
func (r *reader) sound(paths ...string) bool {
	for _, path := range paths {
		for p := path; p != ""; p = parent(p) {
			if r.bad[p] {
				return false
			}
		}
		for bad := range r.bad {
			if bad != path && schema(bad) == path {
				return false
			}
		}
	}
	return true
}

// node returns what was written at path, nil if nothing was.
func (r *reader) node(path string) *node {
	n := r.root
	for part := range strings.SplitSeq(path, ".") {
		switch {
		case n == nil:
			return nil
		case n.isList:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(n.items) {
				return nil
			}
			n = n.items[i]
		default:
			n = n.fields[part]
		}
	}
	return n
}

// at returns the position of the value at path, or of the nearest table above it.
func (r *reader) at(path string) position {
	for p := path; p != ""; p = parent(p) {
		if n := r.node(p); n != nil {
			return n.at
		}
	}
	return r.root.at
}

// table copies a table into a struct.
func (r *reader) table(path string, n *node, v reflect.Value) {
	for _, name := range n.names {
		child := n.fields[name]
		p := join(path, name)
		known := false
		for own, f := range r.keys.members(path, v) {
			if own == name {
				r.value(p, child, f)
				known = true
			}
		}
		if !known {
			r.unknown(path, name, child, v)
		}
	}
}

// value copies a value into a field of the Config, as far as its type and the
// rule of its key allow.
func (r *reader) value(path string, n *node, v reflect.Value) {
	if n.broken {
		r.bad[path] = true
		return
	}
	if v.Kind() == reflect.Pointer { // a table that may be left out
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if v.Kind() == reflect.Map && v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	switch k := r.keys.row(schema(path)); {
	case v.Kind() == reflect.Slice:
		r.list(path, n, v, k)
	case v.Kind() != reflect.Struct && v.Kind() != reflect.Map:
		r.scalar(path, n, v, k)
	case !n.isTable:
		r.mustBe("a table", path, n, " (allowed: the keys "+strings.Join(r.keys.names(schema(path), v), ", ")+")")
	default:
		r.table(path, n, v)
	}
}

// list copies a list; its elements are tables or scalars under the key's rule.
func (r *reader) list(path string, n *node, v reflect.Value, k *key) {
	if !n.isList {
		r.mustBe("a list", path, n, k.lengths())
		return
	}
	if len(n.items) < k.rule.shortest || len(n.items) > k.rule.longest {
		r.report(n.at, path, "has "+plural(len(n.items), "element")+k.lengths())
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		if v.Type().Elem().Kind() == reflect.Struct {
			r.value(index(path, i), item, v.Index(i))
		} else if item.broken {
			r.bad[path] = true
		} else {
			r.scalar(path, item, v.Index(i), k)
		}
	}
}

// scalars says, for the kinds of the scalar fields of a Config, how a message calls
// them and what the value of their node is.
var scalars = map[reflect.Kind]struct {
	name string
	node reflect.Type
}{
	reflect.Int:     {"an integer", reflect.TypeFor[int64]()},
	reflect.Uint64:  {"an integer", reflect.TypeFor[int64]()},
	reflect.Float64: {"a number", reflect.TypeFor[float64]()},
	reflect.String:  {"a string", reflect.TypeFor[string]()},
	reflect.Bool:    {"true or false", reflect.TypeFor[bool]()},
}

// scalar copies one number, name or truth value.
func (r *reader) scalar(path string, n *node, v reflect.Value, k *key) {
	value := n.value
	if i, isInt := value.(int64); isInt && v.Kind() == reflect.Float64 {
		value = float64(i)
	}
	want := scalars[v.Kind()]
	if reflect.TypeOf(value) != want.node {
		r.mustBe(want.name, path, n, k.allowed())
		return
	}
	if !k.rule.ok(value) {
		message := n.text + " is not allowed"
		if s, isString := value.(string); isString {
			if near, ok := nearest(s, k.rule.names); ok {
				message += fmt.Sprintf(", did you mean %q?", near)
			}
		}
		r.report(n.at, path, message+k.allowed())
		return
	}
	v.Set(reflect.ValueOf(value).Convert(v.Type()))
}

// mustBe reports a value of the wrong type.
func (r *reader) mustBe(what, path string, n *node, allowed string) {
	r.report(n.at, path, "must be "+what+", not "+n.String()+allowed)
}

// unknown reports a key that is not in the table, with the one that was meant if
// that can be guessed.
func (r *reader) unknown(path, name string, n *node, v reflect.Value) {
	p := join(path, name)
	if adapts(name) {
		r.report(n.key, p, frozen)
		return
	}
	known := r.keys.names(schema(path), v)
	message := "unknown key"
	if path == "" && n.isTable {
		message = "unknown table"
	}
	if near, ok := nearest(name, known); ok {
		message += fmt.Sprintf(", did you mean %q?", near)
		if r.node(join(path, near)) == nil {
			r.bad[join(path, near)] = true // it is not missing, it is misspelt
		}
	} else if homes := r.keys.elsewhere(name); len(homes) > 0 {
		message += ", did you mean " + strings.Join(homes, " or ") + "?"
	}
	r.report(n.key, p, message+" (allowed: "+strings.Join(known, ", ")+")")
}

// elsewhere returns the keys of other tables that have this name.
func (t keys) elsewhere(name string) []string {
	homes := map[string]bool{}
	for _, k := range t {
		if strings.HasSuffix(k.path, "."+name) {
			homes[k.path] = true
		}
	}
	return slices.Sorted(maps.Keys(homes))
}

// allowed returns " (allowed: ...)", for what a key's value may be.
func (k *key) allowed() string { return " (allowed: " + k.rule.allowed + ")" }

// lengths is allowed for a list as a whole.
func (k *key) lengths() string {
	if k.rule.ok == nil {
		return k.allowed()
	}
	many := fmt.Sprintf("%d to %d", k.rule.shortest, k.rule.longest)
	if k.rule.shortest == k.rule.longest {
		many = strconv.Itoa(k.rule.longest)
	}
	return fmt.Sprintf(" (allowed: %s elements, each: %s)", many, k.rule.allowed)
}

// field returns the field of a struct for a key.
func field(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("toml") == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// names returns the keys of a struct in their order.
func names(t reflect.Type) []string {
	var all []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("toml"); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// schema drops the indices from a path.
func schema(path string) string {
	isIndex := func(part string) bool { _, err := strconv.Atoi(part); return err == nil }
	return strings.Join(slices.DeleteFunc(strings.Split(path, "."), isIndex), ".")
}

// firstIndex returns the first index in a path.
func firstIndex(path string) int {
	for part := range strings.SplitSeq(path, ".") {
		if i, err := strconv.Atoi(part); err == nil {
			return i
		}
	}
	panic("config: no index in " + path)
}

// parent drops the last part of a path; "" has none.
func parent(path string) string {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)]
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
