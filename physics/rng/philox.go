package rng

// Constants of Philox4x32 [SC11, section 4.3]: the two multipliers, and the Weyl
// increments of the key, the golden ratio and sqrt(3) - 1 in units of 2^32.
const (
	multiplier0 = 0xD2511F53
	multiplier1 = 0xCD9E8D57
	weyl0       = 0x9E3779B9
	weyl1       = 0xBB67AE85
)

// round is one round of Philox4x32 [SC11, section 3.3] with round key (k0, k1):
//
//	c0' = hi(M1 c2) ^ c1 ^ k0    c1' = lo(M1 c2)
//	c2' = hi(M0 c0) ^ c3 ^ k1    c3' = lo(M0 c0)
func round(c0, c1, c2, c3, k0, k1 uint32) (uint32, uint32, uint32, uint32) {
	p := uint64(c0) * multiplier0
	q := uint64(c2) * multiplier1
	return uint32(q>>32) ^ c1 ^ k0, uint32(q), uint32(p>>32) ^ c3 ^ k1, uint32(p)
}

// philox returns the four words of Philox4x32-10 for the counter (c0, c1, c2,
// c3) and the key k, whose low 32 bits are the first key word.
func philox(c0, c1, c2, c3 uint32, k uint64) (uint32, uint32, uint32, uint32) {
	k0, k1 := uint32(k), uint32(k>>32)
	for range 10 {
		c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
		k0, k1 = k0+weyl0, k1+weyl1
	}
	return c0, c1, c2, c3
}
