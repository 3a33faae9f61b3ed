package rng

// limit bounds site and trajectory: each has 48 bits of the counter.
const limit = 1 << 48

// childKey separates the use of Philox as a hash of names from its use as a
// source of numbers: names are hashed under key ^ childKey.
// The constant is the fractional part of sqrt(2) in units of 2^64.
const childKey = 0x6A09E667F3BCC908

// Stream names a family of random numbers by a seed, a path of purposes and a
// trajectory. It is a value: copies are equal, nothing changes when numbers are
// drawn, and it may be used by many goroutines at once. The zero value is New(0).
type Stream struct {
	key        uint64
	trajectory uint64
}

// New returns the stream of the seed, with an empty path, at trajectory 0.
// The seed is the Philox key itself: different seeds never share their numbers.
func New(seed uint64) Stream { return Stream{key: seed} }

// Child returns the stream for the purpose called name within s, at the same
// trajectory. Its key is a 64-bit hash of the key of s and of name; the path
// ("a", "bc") differs from ("ab", "c") and from ("abc"), and ("") from ().
// Two of n paths collide with probability n²/2⁶⁵.
//
// The hash absorbs the name in pieces of 8 bytes, little-endian and padded with
// zeros, the length of the name standing in each counter:
//
//	key <- words (1, 0) of Philox(piece_lo, piece_hi, len_lo, len_hi; key ^ childKey)
//
// Cost: one Philox block for each 8 bytes, no allocation.
func (s Stream) Child(name string) Stream {
	length := uint64(len(name))
	for {
		var piece uint64
		for i := 0; i < 8 && i < len(name); i++ {
			piece |= uint64(name[i]) << (8 * i)
		}
		w0, w1, _, _ := philox(uint32(piece), uint32(piece>>32), uint32(length), uint32(length>>32), s.key^childKey)
		s.key = uint64(w1)<<32 | uint64(w0)
		if len(name) <= 8 {
			return s
		}
		name = name[8:]
	}
}

// At returns the stream s at the given trajectory, whatever trajectory s was at.
// At and Child commute.
// Panics: trajectory >= 2^48.
func (s Stream) At(trajectory uint64) Stream {
	if trajectory >= limit {
		panic("rng: trajectory counter of 2^48 or more")
	}
	s.trajectory = trajectory
	return s
}

// Site returns the numbers of one site, from their beginning. The site is the
// global index, so that the numbers do not depend on how a lattice is divided;
// noise that belongs to no site takes site 0 of a child of its own.
// Panics: site >= 2^48.
func (s Stream) Site(site uint64) Source {
	if site >= limit {
		panic("rng: site index of 2^48 or more")
	}
	return Source{
		key: s.key,
		c1:  uint32(site),
		c2:  uint32(site>>32) | uint32(s.trajectory)<<16,
		c3:  uint32(s.trajectory >> 16),
	}
}
