package rng

import (
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
)

// properties returns an empty set of properties with a fixed seed, and prints the
// seed and the command that replays the test if it fails.
func properties(t *testing.T, seed int64) *gopter.Properties {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("gopter seed %d, fixed; replay: go test ./physics/rng -run '^%s$'", seed, t.Name())
		}
	})
	return gopter.NewProperties(gopter.DefaultTestParametersWithSeed(seed))
}

// words returns the first four words of site 0 of s.
func words(s Stream) [4]uint32 {
	r := s.Site(0)
	return [4]uint32{r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32()}
}

// TestPathsDiffer: no two of these streams may have the same key.
func TestPathsDiffer(t *testing.T) {
	root := New(2003)
	streams := map[string]Stream{
		"()":            root,
		"('')":          root.Child(""),
		"('','')":       root.Child("").Child(""),
		"(a,bc)":        root.Child("a").Child("bc"),
		"(ab,c)":        root.Child("ab").Child("c"),
		"(abc)":         root.Child("abc"),
		"(a)":           root.Child("a"),
		"(a0)":          root.Child("a\x00"),
		"(8)":           root.Child("12345678"),
		"(9)":           root.Child("123456789"),
		"(8,1)":         root.Child("12345678").Child("9"),
		"(8,'')":        root.Child("12345678").Child(""),
		"(16)":          root.Child("1234567812345678"),
		"(8,8)":         root.Child("12345678").Child("12345678"),
		"other seed":    New(2004),
		"other seed(a)": New(2004).Child("a"),
	}
	names := map[uint64]string{}
	for name, s := range streams {
		other, taken := names[s.key]
		assert.False(t, taken, "%s and %s have one key", name, other)
		names[s.key] = name
	}
}

// TestStreamProperties: Child and At commute, a path decides the numbers alone,
// and sites, trajectories, names and seeds that differ give other numbers. Equal
// blocks of four words would happen by chance once in 2^64 comparisons of children
// (their keys), never for one key (Philox is a bijection of the counter).
func TestStreamProperties(t *testing.T) {
	p := properties(t, 4001)
	counter := gen.UInt64Range(0, limit-1)
	p.Property("Child and At commute", prop.ForAll(
		func(seed, trajectory uint64, name string) bool {
			s := New(seed)
			return s.Child(name).At(trajectory) == s.At(trajectory).Child(name)
		}, gen.UInt64(), counter, gen.AnyString()))
	p.Property("At forgets", prop.ForAll(
		func(seed, first, second uint64) bool { return New(seed).At(first).At(second) == New(seed).At(second) },
		gen.UInt64(), counter, counter))
	p.Property("names separate", prop.ForAll(
		func(seed uint64, a, b string) bool {
			same := words(New(seed).Child(a)) == words(New(seed).Child(b))
			return same == (a == b)
		}, gen.UInt64(), gen.AnyString(), gen.AnyString()))
	p.Property("a path is not its concatenation", prop.ForAll(
		func(seed uint64, a, b string) bool {
			s := New(seed)
			return words(s.Child(a).Child(b)) != words(s.Child(a+b))
		}, gen.UInt64(), gen.AnyString(), gen.AnyString()))
	p.Property("sites and trajectories separate", prop.ForAll(
		func(seed, a, b uint64) bool {
			s := New(seed)
			x, y, z := s.At(a).Site(b), s.At(b).Site(a), s.At(a).Site(a)
			u, v, w := x.Uint64(), y.Uint64(), z.Uint64()
			return a == b || u != v && v != w && w != u // 64 bits: chance 2^-62
		}, gen.UInt64(), counter, counter))
	p.TestingRun(t)
}

// TestMisusePanics: counters that do not fit, an empty interval, and a site whose
// blocks are used up.
func TestMisusePanics(t *testing.T) {
	s := New(1)
	assert.PanicsWithValue(t, "rng: trajectory counter of 2^48 or more", func() { s.At(1 << 48) })
	assert.PanicsWithValue(t, "rng: site index of 2^48 or more", func() { s.Site(1 << 48) })
	assert.NotPanics(t, func() { s.At(1<<48 - 1).Site(1<<48 - 1) })
	r := s.Site(0)
	assert.PanicsWithValue(t, "rng: Uint64N of an empty interval", func() { r.Uint64N(0) })
	r = s.Site(0)
	r.n = 1<<32 - 2
	assert.NotPanics(t, func() { r.Normals() })
	assert.PanicsWithValue(t, "rng: more than 2^34 words drawn from one site", func() { r.Normals() })
}

// TestNoAllocation draws everything that can be drawn.
func TestNoAllocation(t *testing.T) {
	root := New(7)
	trajectory := uint64(0)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		trajectory++
		r := root.Child("a purpose with a long name").At(trajectory).Site(trajectory)
		a, b := r.Normals()
		sink += a + b + r.Normal() + r.Float64() + float64(r.Uint32()) + float64(r.Uint64()) + float64(r.Uint64N(10))
	}))
}
