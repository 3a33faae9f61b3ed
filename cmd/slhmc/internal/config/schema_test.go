package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// paths lists the keys of a struct and of the structs in it.
func paths(path string, t reflect.Type) []string {
	var all []string
	for i, name := range names(t) {
		f := t.Field(i).Type
		if f.Kind() == reflect.Map { // of a program's own
			continue
		}
		p := join(path, name)
		all = append(all, p)
		for f.Kind() == reflect.Pointer || f.Kind() == reflect.Slice {
			f = f.Elem()
		}
		if f.Kind() == reflect.Struct {
			all = append(all, paths(p, f)...)
		}
	}
	return all
}

// Every key of Config has its row in the table, and the other way round, in one order.
func TestTableIsConfig(t *testing.T) {
	var rows []string
	for _, k := range table {
		rows = append(rows, k.path)
	}
	assert.Equal(t, paths("", reflect.TypeFor[Config]()), rows)
}

// Every row is documented, has a rule if it is a value, depends on earlier rows
// only, and has a default that its own rule allows.
func TestTableRows(t *testing.T) {
	earlier := map[string]bool{}
	for _, k := range table {
		assert.NotEmpty(t, k.doc, k.path)
		v := reflect.New(reflect.TypeFor[Config]()).Elem()
		for name := range strings.SplitSeq(k.path, ".") {
			if v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice {
				v = reflect.New(v.Type().Elem()).Elem()
			}
			v, _ = field(v, name)
		}
		isValue := v.Kind() != reflect.Struct && v.Kind() != reflect.Pointer
		assert.Equal(t, isValue, k.rule.allowed != "", "%s: a rule", k.path)
		if k.only.key != "" {
			assert.True(t, earlier[k.only.key], "%s: its condition is about a later key", k.path)
			for _, name := range k.only.values {
				assert.Contains(t, Names(k.only.key), name, k.path)
			}
		}
		if k.derive != nil {
			assert.NotEmpty(t, k.def, "%s: its default has no description", k.path)
		} else if k.def != "" {
			r := &reader{cfg: &Config{}, keys: table, bad: map[string]bool{}}
			n, wrong := Override{Key: k.path, Value: k.def}.parse(1)
			require.Empty(t, wrong, k.path)
			r.value(k.path, n, v)
			assert.Empty(t, r.wrong, k.path)
		}
		earlier[k.path] = true
	}
}

func TestNames(t *testing.T) {
	assert.Equal(t, []string{"leapfrog", "omelyan2", "omelyan4", "force_gradient", "abadaba", "badabadab", "abadabadaba"}, Names("hmc.integrator"))
	assert.Equal(t, Names("hmc.integrator"), Names("slhmc.integrator"))
	assert.Len(t, Names("lattice.group"), 16)
	assert.Nil(t, Names("hmc.steps"))
	assert.Nil(t, Names("nothing"))
	Names("hmc.integrator")[0] = "changed"
	assert.Equal(t, "leapfrog", Names("hmc.integrator")[0], "the table is not the caller's to change")
}

func TestGroups(t *testing.T) {
	for i, name := range Names("lattice.group") {
		assert.Equal(t, i+1, Lattice{Group: name}.Colours())
	}
	assert.Panics(t, func() { Lattice{Group: "SO(3)"}.Colours() })
}

// One field has 2^D components on a hypercube, shared by tastes and spins: 2 tastes
// in D = 2, 4 in D = 4, and 4 of two components in D = 3.
func TestTastes(t *testing.T) {
	for d, spins := range map[int]int{2: 2, 3: 2, 4: 4} {
		assert.Equal(t, 1<<d, Tastes(d)*spins)
	}
	assert.Panics(t, func() { Tastes(1) })
}

func TestNearest(t *testing.T) {
	names := []string{"plaquette", "symanzik", "iwasaki"}
	for _, c := range []struct {
		word, near string
		ok         bool
	}{
		{"plaquete", "plaquette", true},
		{"IWASAKI", "iwasaki", true},
		{"smyanzik", "symanzik", true},
		{"wilson", "", false},
		{"", "", false},
	} {
		near, ok := nearest(c.word, names)
		assert.Equal(t, c.near, near, c.word)
		assert.Equal(t, c.ok, ok, c.word)
	}
	assert.Equal(t, 1, editDistance("ab", "ba"))
	assert.Equal(t, 3, editDistance("kitten", "sitting"))
	assert.Equal(t, 4, editDistance("", "beta"))
}
