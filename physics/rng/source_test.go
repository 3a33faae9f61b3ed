package rng

import (
	"math"
	"math/bits"
	"testing"

	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
)

// TestPinned holds the numbers of one address fixed for ever: a change here would
// make every history written before it irreproducible. All are exact, the normal
// deviates too, on every machine.
func TestPinned(t *testing.T) {
	stream := New(20210323).Child("momentum").Child("links").At(1234567).Site(89)
	source := stream
	assert.Equal(t, uint32(0xD083CFCC), source.Uint32())
	source = stream
	assert.Equal(t, uint64(0x54701813D083CFCC), source.Uint64())
	source = stream
	assert.Equal(t, 0.3298354194998999, source.Float64())
	source = stream
	assert.Equal(t, uint64(329835), source.Uint64N(1000000))
	source = stream
	for i, want := range []float64{-1.1987526717237929, -0.8839202381820377, -0.9035412655097147, -0.44609475832403506, -0.16189798773906486} {
		assert.Equal(t, want, source.Normal(), "deviate %d", i)
	}
	// All bits of 10000 more: a fused multiply-add changes the last bit of some.
	var hash uint64
	for range 10000 {
		hash = bits.RotateLeft64(hash, 1) ^ math.Float64bits(source.Normal())
	}
	assert.Equal(t, uint64(0x96d66a29fc1275c5), hash)
}

// TestConsumption: after any calls, the source stands at the word that the fixed
// consumption of each call says, and nothing but that word decides what follows.
func TestConsumption(t *testing.T) {
	calls := []struct {
		words int
		draw  func(*Source)
	}{
		{1, func(r *Source) { r.Uint32() }},
		{2, func(r *Source) { r.Uint64() }},
		{2, func(r *Source) { r.Uint64N(3) }},
		{2, func(r *Source) { r.Float64() }},
		{4, func(r *Source) { r.Normals() }},
		{4, func(r *Source) { r.Normal(); r.Normal() }},
	}
	p := properties(t, 4002)
	p.Property("words are taken in order", prop.ForAll(
		func(seed uint64, sequence []int) bool {
			source, plain := New(seed).Site(5), New(seed).Site(5)
			for _, c := range sequence {
				calls[c].draw(&source)
				for range calls[c].words {
					plain.Uint32()
				}
			}
			a, b := source.Normals()
			c, d := plain.Normals()
			return a == c && b == d && source.Uint32() == plain.Uint32()
		}, gen.UInt64(), gen.SliceOf(gen.IntRange(0, len(calls)-1))))
	p.Property("Normal gives the two of Normals", prop.ForAll(
		func(seed uint64) bool {
			one, two := New(seed).Site(0), New(seed).Site(0)
			a, b := two.Normals()
			return one.Normal() == a && one.Normal() == b
		}, gen.UInt64()))
	p.Property("Uint64N is the scaled Uint64", prop.ForAll(
		func(seed, n uint64) bool {
			one, two := New(seed).Site(0), New(seed).Site(0)
			k, u := one.Uint64N(n), two.Uint64()
			// k = floor(n u / 2^64) <=> k <= n u / 2^64 < k + 1; in floating point
			// up to three roundings, 3 * 2^-53 n.
			x := float64(u) * 0x1p-64 * float64(n)
			slack := float64(n) * 0x1p-51
			return k < n && float64(k) <= x+slack && x < float64(k)+1+slack
		}, gen.UInt64(), gen.UInt64Range(1, math.MaxUint64)))
	p.TestingRun(t)
}

// TestEnds: the extreme bit patterns stay inside (0, 1) and give finite deviates
// of the modulus and the angle that they stand for.
func TestEnds(t *testing.T) {
	assert.Equal(t, 0x1p-53, centre(0))
	assert.Equal(t, 1-0x1p-53, centre(math.MaxUint64))
	assert.InEpsilon(t, -53*math.Ln2, logarithm(centre(0)), 4e-16)
	assert.InEpsilon(t, -0x1p-53, logarithm(centre(math.MaxUint64)), 4e-16)
	for quadrant := range uint64(4) {
		for _, w := range []uint64{quadrant << 62, quadrant<<62 | (1<<62 - 1)} {
			sin, cos := turn(w)
			wantSin, wantCos := math.Sincos(2 * math.Pi * centre(w))
			assert.InDelta(t, wantSin, sin, 1e-15)
			assert.InDelta(t, wantCos, cos, 1e-15)
		}
	}
}

// TestBoxMullerFunctions compares with package math. Bounds, with eps = 2^-53:
// logarithm has a rounding in s (three operations, 3 eps at most, of which the
// series passes on at most the same relative error), one in the product with s y p
// (small, |y/3| < 0.01), two additions and e ln 2 (2 eps): below 8 eps = 9e-16
// relative, math.Log's own 1 ulp included. turn: x is off by 2 eps |x| < 1.6 eps,
// the polynomials by 2 eps, the sum and its product by 2 eps sqrt 2, and
// math.Sincos has the rounding of its argument 2 pi v, 2 eps 2 pi: below 20 eps.
func TestBoxMullerFunctions(t *testing.T) {
	source := New(11).Site(0)
	var worstLog, worstTurn float64
	for i := range 200000 {
		w := source.Uint64() >> (i % 64) // all exponents
		u := centre(w)
		if i%2 == 1 {
			u = 1 - u // and close to 1
		}
		worstLog = math.Max(worstLog, math.Abs(logarithm(u)/math.Log(u)-1))
		w = source.Uint64()
		sin, cos := turn(w)
		wantSin, wantCos := math.Sincos(2 * math.Pi * centre(w))
		worstTurn = math.Max(worstTurn, math.Max(math.Abs(sin-wantSin), math.Abs(cos-wantCos)))
	}
	t.Logf("largest errors: logarithm %.2g relative, turn %.2g absolute", worstLog, worstTurn)
	assert.Less(t, worstLog, 8*0x1p-53)
	assert.Less(t, worstTurn, 20*0x1p-53)
}
