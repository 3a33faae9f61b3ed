package rng

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPhiloxKnownAnswers compares with the three philox4x32-10 vectors that come
// with Random123, the distribution of [SC11] (its file kat_vectors).
func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = 0xFFFFFFFF
	for _, c := range []struct {
		name    string
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{"zeros", [4]uint32{}, [2]uint32{}, [4]uint32{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}},
		{"ones", [4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}},
		{
			"digits of pi",
			[4]uint32{0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344},
			[2]uint32{0xA4093822, 0x299F31D0},
			[4]uint32{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got [4]uint32
			key := uint64(c.key[1])<<32 | uint64(c.key[0])
			got[0], got[1], got[2], got[3] = philox(c.counter[0], c.counter[1], c.counter[2], c.counter[3], key)
			assert.Equal(t, c.want, got)
		})
	}
}

// TestCounterLayout spells the counter of a site out, with bits in every word.
func TestCounterLayout(t *testing.T) {
	const key, site, trajectory = 0x0123456789ABCDEF, 0xA1B2C3D4E5F6, 0x102030405060
	source := New(key).At(trajectory).Site(site)
	for n := range uint32(3) {
		w0, w1, w2, w3 := philox(n, 0xC3D4E5F6, 0x5060A1B2, 0x10203040, key)
		for i, want := range []uint32{w0, w1, w2, w3} {
			assert.Equal(t, want, source.Uint32(), "block %d word %d", n, i)
		}
	}
}
