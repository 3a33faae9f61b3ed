package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// complete gives every key that applies and was not written its default, and
// reports those that are missing and those that do not apply.
func (r *reader) complete(path string, v reflect.Value) {
	for name, f := range r.keys.members(path, v) {
		p := join(path, name)
		k, n := r.keys.row(schema(p)), r.node(p)
		switch holds, known := r.holds(k.only, p); {
		case !known:
			continue
		case !holds:
			if n != nil {
				r.report(n.key, p, fmt.Sprintf("is set, but would be ignored: it is used only with %s (allowed: leave it out)", k.only))
			}
			continue
		}
		if n != nil && !r.sound(p) {
			continue
		}
		switch {
		case f.Kind() == reflect.Struct:
			r.complete(p, f)
		case f.Kind() == reflect.Pointer:
			if !f.IsNil() {
				r.complete(p, f.Elem())
			}
		case f.Kind() == reflect.Map:
			if !f.IsNil() {
				r.complete(p, f)
			}
		case n == nil && k.required():
			if r.sound(p) {
				r.report(r.at(p), p, "is missing"+k.allowed())
			}
		case n == nil:
			r.fill(p, k, f)
		}
		if n != nil && f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct {
			for j := range f.Len() {
				r.complete(index(p, j), f.Index(j))
			}
		}
		if v.Kind() == reflect.Map && f.Kind() != reflect.Map {
			v.SetMapIndex(reflect.ValueOf(name), f) // 0 too
		}
	}
}

// fill sets a key to its default.
func (r *reader) fill(path string, k *key, v reflect.Value) {
	n := &node{}
	if k.derive != nil {
		n = derived(k.derive(r.cfg, path))
	} else {
		n, _ = Override{Key: path, Value: k.def}.parse(1)
	}
	r.quietly(func() { r.value(path, n, v) })
}

// quietly runs f and drops what it reports: a default is wrong only where the keys
// it follows from are, and these have been reported.
func (r *reader) quietly(f func()) {
	wrong := len(r.wrong)
	f()
	r.wrong = r.wrong[:wrong]
}

// fields is a computed table.
type fields []struct {
	name  string
	value any
}

// derived wraps a computed default as if it had been written.
func derived(value any) *node {
	if table, isTable := value.(fields); isTable {
		n := newTable("", position{})
		for _, f := range table {
			n.set(f.name, derived(f.value))
		}
		return n
	}
	if list, isList := value.([]any); isList {
		n := &node{kind: "list", isList: true}
		for _, v := range list {
			n.items = append(n.items, derived(v))
		}
		return n
	}
	return &node{value: value}
}

// holds evaluates the condition of the key at path; it is not known where the key
// it is about is wrong itself.
func (r *reader) holds(w when, path string) (holds, known bool) {
	if w.key != "" && !r.sound(w.about(path)) {
		return false, false
	}
	return w.holds(r.cfg, path), true
}

// about returns the key of the condition, as seen from the key at path: a sibling
// stands under the same indices.
func (w when) about(path string) string {
	if parent(w.key) != parent(schema(path)) {
		return w.key
	}
	return join(parent(path), w.key[strings.LastIndexByte(w.key, '.')+1:])
}

// holds evaluates the condition of the key at path on a resolved configuration.
func (w when) holds(c *Config, path string) bool {
	switch {
	case w.key == "":
		return true
	case w.ok != nil:
		return w.ok(c, path)
	}
	return slices.ContainsFunc(w.found(c, path), func(v reflect.Value) bool {
		switch v.Kind() {
		case reflect.Struct:
			return len(w.values) == 0
		case reflect.Slice:
			return slices.ContainsFunc(v.Interface().([]string), func(s string) bool { return slices.Contains(w.values, s) })
		}
		return slices.Contains(w.values, v.String())
	})
}

// found returns the values of the key that the condition of the key at path is about:
// none in a table that is not there, those of all elements of a list.
func (w when) found(c *Config, path string) []reflect.Value {
	all := []reflect.Value{reflect.ValueOf(c).Elem()}
	for part := range strings.SplitSeq(w.about(path), ".") {
		var next []reflect.Value
		for _, v := range all {
			if i, err := strconv.Atoi(part); err == nil {
				next = append(next, v.Index(i))
				continue
			}
			elements := []reflect.Value{v}
			if v.Kind() == reflect.Slice {
				elements = elements[:0]
				for i := range v.Len() {
					elements = append(elements, v.Index(i))
				}
			}
			for _, e := range elements {
				f, _ := field(e, part)
				if f.Kind() == reflect.Pointer {
					if f.IsNil() {
						continue
					}
					f = f.Elem()
				}
				next = append(next, f)
			}
		}
		all = next
	}
	return all
}
