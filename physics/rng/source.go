package rng

import (
	"math"
	"math/bits"
)

// Source hands out the random numbers of one (stream, trajectory, site) in
// order. It is a small value: copy it to repeat numbers. One goroutine at a time.
type Source struct {
	key        uint64
	c1, c2, c3 uint32
	n          uint32    // number of the next block
	words      [4]uint32 // the current block; its last `left` words are still to be given
	left       uint32
	paired     bool    // pair is waiting for the next Normal
	pair       float64 // second deviate of the last Box-Muller pair
}

// block returns the next four words.
// It panics when the 2^32 - 1 blocks of a site are used up rather than repeat them.
func (r *Source) block() (uint32, uint32, uint32, uint32) {
	n := r.n
	r.n++
	if r.n == 0 {
		panic("rng: more than 2^34 words drawn from one site")
	}
	return philox(n, r.c1, r.c2, r.c3, r.key)
}

// Uint32 returns the next word, uniform in [0, 2^32).
func (r *Source) Uint32() uint32 {
	if r.left == 0 {
		r.words[0], r.words[1], r.words[2], r.words[3] = r.block()
		r.left = 4
	}
	w := r.words[(4-r.left)&3]
	r.left--
	return w
}

// Uint64 returns an integer uniform in [0, 2^64), made of the next two words,
// the first one below.
func (r *Source) Uint64() uint64 {
	lo := r.Uint32()
	hi := r.Uint32()
	return uint64(hi)<<32 | uint64(lo)
}

// Uint64N returns an integer in [0, n), by the multiplication of [L19] without
// its rejection step:
//
//	floor(n Uint64() / 2^64)
//
// It always takes two words. Each probability is within 2^-64 of 1/n, so that the
// total variation distance from the uniform law is below n 2^-65.
// Panics: n = 0.
func (r *Source) Uint64N(n uint64) uint64 {
	if n == 0 {
		panic("rng: Uint64N of an empty interval")
	}
	hi, _ := bits.Mul64(r.Uint64(), n)
	return hi
}

// Float64 returns a number uniform in the open interval (0, 1), never 0 and
// never 1: the middle of one of 2^52 equal cells,
//
//	(floor(Uint64() / 2^12) + 1/2) / 2^52
func (r *Source) Float64() float64 { return centre(r.Uint64()) }

// Normal returns a deviate of the normal law with mean 0 and variance 1. Deviates
// come in pairs: an odd call takes four words and computes both numbers of
// [Source.Normals], the next call returns the second one and takes no word.
func (r *Source) Normal() float64 {
	if r.paired {
		r.paired = false
		return r.pair
	}
	a, b := r.Normals()
	r.pair, r.paired = b, true
	return a
}

// Normals returns two independent normal deviates with mean 0 and variance 1
// [BM58], from uniform u and v, always four words (u takes the first two):
//
//	sqrt(-2 ln u) cos(2 pi v),  sqrt(-2 ln u) sin(2 pi v)
//
// Moduli end at sqrt(106 ln 2) = 8.57, beyond which the law has 1e-17.
// It leaves the number that a Normal before it has kept for the next Normal.
func (r *Source) Normals() (float64, float64) {
	var first, second uint64
	if r.left == 0 {
		w0, w1, w2, w3 := r.block()
		first, second = uint64(w1)<<32|uint64(w0), uint64(w3)<<32|uint64(w2)
	} else {
		first, second = r.Uint64(), r.Uint64()
	}
	radius := math.Sqrt(mul(-2, logarithm(centre(first))))
	sin, cos := turn(second)
	return mul(radius, cos), mul(radius, sin)
}
