// Package rng makes random numbers that are functions of what they are for.
//
// A number is addressed, not drawn from a hidden state: a [Stream] names a
// family of numbers by a seed and a path of purposes ("momentum", "eta", ...),
// At picks the trajectory and Site the lattice site. The same address gives the
// same number on any number of workers or ranks, in any order, so there is
// nothing to save but the counters that the program has anyway.
//
//	momenta := rng.New(seed).Child("momentum")
//	source := momenta.At(trajectory).Site(site)
//	p := source.Normal()
//
// # Conventions
//
// The generator is Philox4x32-10 [SC11], a bijection of a 128-bit counter for
// each 64-bit key. The key is the seed, hashed with every name of the path. The
// counter's words, lowest first, hold
//
//	word 0          n, the number of the block within (trajectory, site)
//	word 1          site, bits 0..31
//	word 2, low 16  site, bits 32..47
//	word 2, high 16 trajectory, bits 0..15
//	word 3          trajectory, bits 16..47
//
// and a site is always the GLOBAL site index. A block is four 32-bit words; a
// [Source] hands them out in order w0, w1, w2, w3 of block 0, then of block 1,
// and so on. Every method takes a fixed number of words, whatever their values:
// Uint32 one; Uint64, Uint64N and Float64 two; Normals four.
//
// All numbers, the normal deviates included, are the same bits on every machine:
// the arithmetic behind them is free of library functions and fused operations.
//
// # References
//
//	[SC11] J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random
//	       numbers: as easy as 1, 2, 3", SC'11, doi:10.1145/2063384.2063405
//	[BM58] G. E. P. Box, M. E. Muller, Ann. Math. Stat. 29 (1958) 610
//	[L19]  D. Lemire, "Fast random integer generation in an interval",
//	       arXiv:1805.10941
package rng
