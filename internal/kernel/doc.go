// Package kernel holds the hot loops over blocks of eight sites: matrix and
// vector products, the hop of the staggered operator, the exponential map and
// linear algebra. It knows lanes and no physics; packages above it know physics
// and no lanes.
//
// # Conventions
//
// A block of an N x N matrix field is 2 N^2 [lattice.Vec]: element (i, j) has
// its real parts at 2 (i N + j) and its imaginary parts next to them. SU(2) is
// the exception: every matrix that occurs, a real linear combination of products
// of group elements, is a quaternion ((a, b), (-b^*, a^*)), of which the four
// numbers of the first row are kept: half the memory and half the arithmetic. A block of
// a colour vector is 2 N Vecs. An algebra element is N^2-1 Vecs (U(1): one), its
// components along the generators in the order of package group. Operands may
// come with a lane mask m: lane l of the result uses lane l^m of the operand,
// which is how neighbours across a sub-lattice face are read. Destinations must
// not overlap operands unless a function says so; slices may be longer than the
// block they hold.
//
// [For] returns the operations of one gauge group. Those of N = 1, 2, 3 are
// straight-line code; larger N share loops. Everything straight is described
// once, in the generator gen (a module of its own), which writes it as Go and,
// for N = 2, 3, as assembly for AVX2 with FMA and for AVX-512. The fastest set
// that the machine has is chosen when the program starts; the environment
// variable SLHMC_KERNEL = portable, avx2 or avx512 names another. Sets differ in
// last bits: fused operations, another order of sums.
package kernel

//go:generate go -C gen run . ..
