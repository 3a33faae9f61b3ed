package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// resume says what a resumed run may make of a key: what leaves its distribution and
// its history so far alone.
type resume string

const (
	fixed     resume = "" // it is what the run is
	mayChange resume = "may change on resume"
	mayGrow   resume = "may grow on resume" // a list: more elements
)

// Changeable returns the keys that may differ in a resumed run, in the order of the
// table.
func Changeable() []string {
	var keys []string
	for _, k := range table {
		if k.resume != fixed {
			keys = append(keys, k.path)
		}
	}
	return keys
}

// setting is a key that applies, with its value as TOML.
type setting struct{ path, text string }

// settings lists the keys of a configuration that apply, in the order of the table.
func (c *Config) settings() (all []setting) {
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		for name, f := range c.keys().members(path, v) {
			p := join(path, name)
			k := c.keys().row(schema(p))
			switch {
			case !k.only.holds(c, p):
			case f.Kind() == reflect.Struct:
				walk(p, f)
			case f.Kind() == reflect.Pointer:
				if !f.IsNil() {
					walk(p, f.Elem())
				}
			case f.Kind() == reflect.Map:
				if !f.IsNil() {
					walk(p, f)
				}
			case isSection(p, f):
				for j := range f.Len() {
					walk(index(p, j), f.Index(j))
				}
			default:
				w := writer{cfg: c}
				w.valueOf(k, f)
				all = append(all, setting{p, strings.Join(strings.Fields(w.String()), " ")})
			}
		}
	}
	walk("", reflect.ValueOf(c).Elem())
	return all
}

// fixed reports whether the key is part of what a run is: it may not change itself,
// nor is it there because of one that may.
func (k *key) fixed() bool {
	return k.resume == fixed && (k.only.key == "" || keys(table).row(k.only.key) == nil || keys(table).row(k.only.key).resume == fixed)
}

// Identity returns what a resumed run must agree on, as text: the keys that may not
// change, a line each.
func (c *Config) Identity() string {
	var b strings.Builder
	for _, s := range c.settings() {
		if c.keys().row(schema(s.path)).fixed() {
			fmt.Fprintf(&b, "%s = %s\n", s.path, s.text)
		}
	}
	return b.String()
}

// Change is a key whose value differs. "" stands for a key that does not apply.
type Change struct{ Key, Was, Now string }

// Changes lists the keys that differ between the configuration of a run and the one
// to resume it with, which have the same Identity.
//
// Errors: a list that may grow has lost something; a key that came with another one
// differs although that one was there before.
func Changes(former, now *Config) (changes []Change, err error) {
	was, is := map[string]string{}, map[string]string{}
	var paths []string
	for _, s := range former.settings() {
		was[s.path] = s.text
		paths = append(paths, s.path)
	}
	for _, s := range now.settings() {
		is[s.path] = s.text
		if _, both := was[s.path]; !both {
			paths = append(paths, s.path)
		}
	}
	for _, p := range paths {
		if was[p] == is[p] {
			continue
		}
		k := now.keys().row(schema(p))
		switch {
		case k.resume == mayGrow:
			if lost := without(list(former, p), list(now, p)); len(lost) > 0 {
				return nil, fmt.Errorf("%s: %s has been measured so far and cannot be given up (allowed: more of them)", p, strings.Join(lost, ", "))
			}
		case k.resume == fixed && was[p] != "" && is[p] != "":
			return nil, fmt.Errorf("%s = %s: it was %s (allowed: the same)", p, is[p], was[p])
		}
		changes = append(changes, Change{p, was[p], is[p]})
	}
	return changes, nil
}

// Undo returns the configuration before the changes. Errors: those of [Parse].
func Undo(c *Config, changes []Change) (*Config, error) {
	text, err := c.TOML()
	if err != nil {
		return nil, err
	}
	var overrides []Override
	for _, change := range changes {
		overrides = append(overrides, Override{Key: change.Key, Value: change.Was})
	}
	return Parse("the configuration before a change", text, overrides, c.own...)
}

// list returns the elements of a list of names.
func list(c *Config, path string) []string {
	v := reflect.ValueOf(c).Elem()
	for part := range strings.SplitSeq(path, ".") {
		v, _ = field(v, part)
	}
	return v.Interface().([]string)
}

// without returns the elements of a that b lacks, quoted.
func without(a, b []string) (lost []string) {
	for _, x := range a {
		if !slices.Contains(b, x) {
			lost = append(lost, quote(x))
		}
	}
	return lost
}

// unconditional returns the default of run.unconditional, which works from every start
// on every volume.
//
// dH of a trajectory off equilibrium is proportional to the volume and to the distance
// from equilibrium, which falls exponentially: SU(3), beta 6, from unit links, 8^4,
// has dH = 5.4, 2.6, 1.9, 1.3, 0.7, … and a plaquette that comes nearer to its
// equilibrium by exp(-0.33) in a unit of molecular dynamics time. After 50 of them
// the first dH is down by exp(-16) = 1e-7, so even 200^4, where it begins at 2e6, is
// there: the time that is needed grows like the logarithm of the volume only.
func unconditional(tau float64) int64 {
	if !(tau > 0) { // it is reported where it stands
		return 0
	}
	const time = 50
	n := int64(maxCount)
	if x := time / tau; x < float64(n) {
		n = int64(x + 0.999)
	}
	return n
}
