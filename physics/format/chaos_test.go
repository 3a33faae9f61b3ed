//go:build chaos

package format_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

var chaosSeed = flag.Uint64("format.seed", 20263, "seed of the mutants of TestChaosMutants")

// harm are the kinds of damage that a mutant has, one each.
var harm = []struct {
	name string
	do   func(b []byte, random *rand.Rand) []byte
}{
	{"a bit", func(b []byte, random *rand.Rand) []byte {
		b[random.IntN(len(b))] ^= 1 << random.IntN(8)
		return b
	}},
	{"a bit of the header", func(b []byte, random *rand.Rand) []byte {
		b[random.IntN(min(len(b), 1000))] ^= 1 << random.IntN(8)
		return b
	}},
	{"a byte", func(b []byte, random *rand.Rand) []byte {
		b[random.IntN(len(b))] = byte(random.Uint32())
		return b
	}},
	{"a number of the header", func(b []byte, random *rand.Rand) []byte {
		at := random.IntN(min(len(b), 1000))
		for i := at; i < len(b); i++ {
			if b[i] >= '0' && b[i] <= '9' {
				b[i] = '0' + byte(random.IntN(10))
				break
			}
		}
		return b
	}},
	{"cut", func(b []byte, random *rand.Rand) []byte { return b[:random.IntN(len(b))] }},
	{"bytes lost", func(b []byte, random *rand.Rand) []byte {
		i, n := part(b, random)
		return slices.Delete(b, i, i+n)
	}},
	{"bytes twice", func(b []byte, random *rand.Rand) []byte {
		i, n := part(b, random)
		return slices.Insert(b, i, slices.Clone(b[i:i+n])...)
	}},
	{"zeros", func(b []byte, random *rand.Rand) []byte {
		i, n := part(b, random)
		clear(b[i : i+n])
		return b
	}},
	{"random bytes", func(b []byte, random *rand.Rand) []byte {
		i, n := part(b, random)
		for k := range n {
			b[i+k] = byte(random.Uint32())
		}
		return b
	}},
	{exchanged, func(b []byte, random *rand.Rand) []byte {
		i, n := part(b, random)
		j := random.IntN(len(b) - n + 1)
		other := slices.Clone(b[j : j+n])
		copy(b[j:], slices.Clone(b[i:i+n]))
		copy(b[i:], other)
		return b
	}},
	{"appended", func(b []byte, random *rand.Rand) []byte {
		i, n := part(b, random)
		return append(b, b[i:i+n]...)
	}},
}

// exchanged is damage that a sum of all words, that of a NERSC file, does not see.
const exchanged = "parts exchanged"

// part draws a part of b, mostly a short one.
func part(b []byte, random *rand.Rand) (at, n int) {
	n = min(1+random.IntN([]int{1, 8, 64, 4096}[random.IntN(4)]), len(b))
	return random.IntN(len(b) - n + 1), n
}

// TestChaosMutants reads 100 000 damaged files, of each format and group, and of each kind of damage as many. None makes
// a reader panic or allocate beyond a multiple of the file. Read with success, a file of a format whose checksum sees
// every byte and its place (ILDG, SciDAC, MILC) has the links that were written, if it says their shape; so has a NERSC
// file, but for parts that were exchanged. The other formats have no such sum: what they pass is counted.
func TestChaosMutants(t *testing.T) {
	const mutants = 100_000
	t.Logf("seed %d; replay: go test -tags chaos ./physics/format -run '^%s$' -timeout 0 -format.seed=%d", *chaosSeed, t.Name(), *chaosSeed)
	type original struct {
		encoding format.Encoding
		u        *gauge.Field
		links    []uint64 // as they are read, rounded where they are
		file     []byte
	}
	var originals []original
	for _, u := range []*gauge.Field{newField(t, group.SU2, 2, 4), newField(t, group.SU3, 4, 2, 2, 2), newField(t, group.SU3, 4, 4, 4, 4)} {
		u.Rough(.3, rng.New(1))
		for _, e := range encodings(u) {
			if e.Kind == format.NumPy && u.Geometry().Volume() == 256 {
				continue // its shape does not tell the directions from the sites
			}
			o := original{encoding: e, u: u, file: written(t, u, e)}
			if len(o.file) > 200_000 {
				continue // a tenth of a second each: the small lattices are as good
			}
			links, err := readMutant(o.file, u)
			require.NoError(t, err)
			o.links = links
			originals = append(originals, o)
		}
	}
	random := rand.New(rand.NewPCG(*chaosSeed, 0))
	count := map[format.Kind]map[string]int{}
	most := 0.0
	for i := range mutants {
		o, h := originals[i%len(originals)], harm[i/len(originals)%len(harm)]
		b := h.do(slices.Clone(o.file), random)
		what := fmt.Sprintf("mutant %d, %+v of %v, %s", i, o.encoding, format.Of(o.u), h.name)
		before := allocated()
		links, err := func() (links []uint64, err error) {
			defer func() {
				if p := recover(); p != nil {
					t.Fatalf("%s: panic: %v", what, p)
				}
			}()
			return readMutant(b, o.u)
		}()
		used := float64(allocated()-before) / float64(len(b)+1<<16)
		most = max(most, used)
		if used > 64 {
			t.Errorf("%s: %.0f bytes allocated for each of the file", what, used)
		}
		result := "refused"
		switch {
		case err == nil && slices.Equal(links, o.links):
			result = "same links"
		case err == nil && len(links) != len(o.links):
			result = "another shape"
		case err == nil:
			result = "other links"
			sees := o.encoding.Kind == format.ILDG || o.encoding.Kind == format.SciDAC || o.encoding.Kind == format.MILC
			if sees || o.encoding.Kind == format.NERSC && h.name != exchanged {
				t.Errorf("%s: read with other links", what)
			}
		}
		if count[o.encoding.Kind] == nil {
			count[o.encoding.Kind] = map[string]int{}
		}
		count[o.encoding.Kind][result]++
	}
	for _, kind := range format.Kinds() {
		t.Logf("%-13s %v", kind, count[kind])
	}
	t.Logf("at most %.1f bytes allocated for each of a file (and of 64 KB)", most)
	assert.NotEmpty(t, count)
}

// readMutant reads a file as of u's shape.
func readMutant(b []byte, u *gauge.Field) ([]uint64, error) {
	f, err := format.Parse(bytes.NewReader(b), int64(len(b)), format.Of(u))
	if err != nil {
		return nil, err
	}
	v, err := f.Read()
	if err != nil {
		return nil, err
	}
	return bits(v), nil
}

// allocated returns all bytes that were ever allocated.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
