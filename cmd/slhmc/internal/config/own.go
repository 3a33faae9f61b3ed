package config

import (
	"fmt"
	"iter"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Action is an action that a program adds to those of slhmc. A table [actions.NAME] adds
// it to the target and gives its numbers.
type Action struct {
	Name    string // letters, digits and _
	Doc     string // what it is, as a sentence
	Numbers []Number
	Made    any // what makes it; this package only carries it
}

// Number is a key of an [Action].
type Number struct {
	Name    string // letters, digits and _
	Doc     string // what it is, as a sentence
	Default *float64
	Allowed Range
}

// Range is the set of values that a number may have.
type Range int

// The ranges.
const (
	Finite      Range = iota
	NotNegative       // >= 0
	Positive          // > 0
	Whole             // 0, 1, 2, …
)

func (r Range) rule() rule {
	switch r {
	case NotNegative:
		return notNegative()
	case Positive:
		return positive()
	case Whole:
		return whole(0, maxCount)
	}
	return finite()
}

// whole allows the integers lo … hi of a number.
func whole(lo, hi int) rule {
	r := numbers(fmt.Sprintf("integer, %d to %d", lo, hi), func(x float64) bool { return x == math.Trunc(x) && float64(lo) <= x && x <= float64(hi) })
	r.whole = true
	return r
}

// number writes a number that the rule allows.
func (r rule) number(x float64) string {
	if r.whole {
		return strconv.FormatInt(int64(x), 10)
	}
	return number(x)
}

// keys is a table of keys.
type keys []key

// with returns the keys and those of a program's own actions. Panics if an action or a
// number has a name that cannot be, that is taken, no description, or a default that it
// does not allow.
func (t keys) with(own []Action) keys {
	if len(own) == 0 {
		return t
	}
	t = append(slices.Clone(t), key{path: "actions", doc: "Actions of this program that the target has too."})
	add := func(k key, name string) {
		switch {
		case !nameOrNone().ok(name) || name == "":
			panic(fmt.Sprintf("config: %q as the name of an action or of its number (allowed: letters, digits and _)", name))
		case k.doc == "":
			panic("config: " + k.path + " has no description")
		case t.row(k.path) != nil:
			panic("config: " + k.path + " is declared twice (level is that of the molecular dynamics)")
		}
		t = append(t, k)
	}
	for _, a := range own {
		at := join("actions", a.Name)
		add(key{path: at, doc: a.Doc}, a.Name)
		add(key{path: join(at, "level"), def: "0", rule: whole(-1, maxLevels-1), doc: "Level of the molecular dynamics (see [[hmc.levels]]) on which its force acts; -1: the innermost."}, "level")
		for _, n := range a.Numbers {
			k := key{path: join(at, n.Name), doc: n.Doc, rule: n.Allowed.rule()}
			if n.Default != nil {
				if !k.rule.ok(*n.Default) {
					panic(fmt.Sprintf("config: the default %v of %s%s", *n.Default, k.path, k.allowed()))
				}
				k.def = k.rule.number(*n.Default)
			}
			add(k, n.Name)
		}
	}
	return t
}

// row returns the row of a schema path, nil if there is none.
func (t keys) row(path string) *key {
	for i := range t {
		if t[i].path == path {
			return &t[i]
		}
	}
	return nil
}

// members returns the keys of a table with the places of their values: fields of a
// struct, or, where a program has declared the keys, elements of a map, which take what
// becomes of the place.
func (t keys) members(path string, v reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		if v.Kind() == reflect.Struct {
			for i, name := range names(v.Type()) {
				if v.Field(i).Kind() == reflect.Map && t.row(join(path, name)) == nil {
					continue // a program without actions of its own
				}
				if !yield(name, v.Field(i)) {
					return
				}
			}
			return
		}
		for _, k := range t {
			name, below := strings.CutPrefix(k.path, path+".")
			if !below || strings.Contains(name, ".") {
				continue
			}
			place, was := reflect.New(v.Type().Elem()).Elem(), v.MapIndex(reflect.ValueOf(name))
			if was.IsValid() {
				place.Set(was)
			}
			ok := yield(name, place)
			if kept := v.MapIndex(reflect.ValueOf(name)); !place.IsZero() && (!kept.IsValid() || !reflect.DeepEqual(kept.Interface(), place.Interface())) {
				v.SetMapIndex(reflect.ValueOf(name), place)
			}
			if !ok {
				return
			}
		}
	}
}

// names returns the keys of a table.
func (t keys) names(path string, v reflect.Value) (all []string) {
	for name := range t.members(path, v) {
		all = append(all, name)
	}
	return all
}

// Own returns the actions that the program has declared.
func (c *Config) Own() []Action { return c.own }

// keys returns the table of the configuration.
func (c *Config) keys() keys { return keys(table).with(c.own) }
