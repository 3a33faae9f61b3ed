package kernel

import (
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Vec is a number of each of the eight sites of a block.
type Vec = lattice.Vec

// Single is the same in single precision: half the memory. With AVX-512, hops take
// the two Vecs of complex numbers into one register, elsewhere a register holds as
// many Vecs as two do in double precision: twice the speed.
type Single = lattice.Single

// Daggers of the operands of a product, for indexing Mul and AddMul: bit 0 the
// left one, bit 1 the right one. AddTriple has bit 2 for its third.
const (
	NN = iota
	AN
	NA
	AA
)

type (
	product     func(dst, a []Vec, ma int, b []Vec, mb int)
	scaled      func(dst []Vec, c float64, a []Vec, ma int, b []Vec, mb int)
	wilsonForce func(f []Vec, c float64, u, x, y, xp []Vec, mp int, yp []Vec)
	triple      func(dst []Vec, c float64, a []Vec, ma int, b []Vec, mb int, d []Vec, md int)
)

// wilsonHop is how Wilson's hop is called.
type wilsonHop[F lattice.Real] func(dst []lattice.VecOf[F], c F, links []lattice.VecOf[F], stride int, src []lattice.VecOf[F], nbr []lattice.Entry, ca F, add []lattice.VecOf[F], lo, hi int)

// packedVector is how a packed matrix is multiplied by a vector.
type packedVector[F lattice.Real] func(dst, a, src []lattice.VecOf[F], re, im F)

// Hops has what acts on quark fields of N colours, in one kernel set and
// precision.
type Hops[F lattice.Real] struct {
	// MulVec sets dst = a v or a^† v, v a colour vector.
	MulVec [2]func(dst, a []lattice.VecOf[F], ma int, v []lattice.VecOf[F], mv int)
	// AddMulVec sets dst += c a v or c a^† v.
	AddMulVec [2]func(dst []lattice.VecOf[F], c F, a []lattice.VecOf[F], ma int, v []lattice.VecOf[F], mv int)
	// Block sets dst = (a + re + i im) src, the second one adds it, for a Hermitian
	// 2N x 2N matrix of each site and a vector of two spins: packed in (2N)^2 Vecs, the
	// diagonal and then the rows of the lower triangle, real and imaginary parts. dst
	// may be src. Of other sizes: [PackedVector].
	Block [2]packedVector[F]
	// Hop sets, for blocks b = lo … hi-1 and n their sites,
	//
	//	dst(n) = c sum_mu [ w_mu(n) src(n+mu) - w_mu(n-mu)^† src(n-mu) ] + ca add(n)
	//
	// with links w (mu, block), stride blocks a direction: that makes every
	// direction a stream of its own for the prefetchers, forward and backward; nbr
	// is the neighbour table of dims directions; add may be nil, or dst's own
	// storage if src is another.
	Hop func(dst []lattice.VecOf[F], c F, links []lattice.VecOf[F], stride int, src []lattice.VecOf[F], nbr []lattice.Entry, dims int, ca F, add []lattice.VecOf[F], lo, hi int)

	// Wilson sets, like Hop and in four dimensions, for fields of four spins,
	//
	//	dst(n) = c sum_mu [ (1 - g_mu) w_mu(n) src(n+mu) + (1 + g_mu) w_mu(n-mu)^† src(n-mu) ] + ca add(n)
	//
	// in the chiral basis g_k = ((0, -i s_k), (i s_k, 0)), g_4 = ((0, 1), (1, 0)). The
	// second one is its adjoint, with g_mu of the other sign.
	Wilson [2]wilsonHop[F]
}

// table has the operations of N colours in one kernel set.
type table struct {
	Hops[float64]
	// Mul sets dst = a b, with daggers by index.
	Mul [4]product
	// AddMul sets dst += c a b, with daggers by index.
	AddMul [4]scaled
	// AddTriple sets dst += c a b d, with daggers by index.
	AddTriple [8]triple
	// AddAlgebra sets f += c [a b]_TA, component by component (see TA).
	AddAlgebra func(f []Vec, c float64, a, b []Vec)
	// AddForce sets f += c [u x y^†]_TA, x and y colour vectors.
	AddForce func(f []Vec, c float64, u, x []Vec, mx int, y []Vec)
	// AddWilson sets, for direction mu by index, x and y fields of four spins (see
	// Hops.Wilson) at n, xp and yp at n+mu,
	//
	//	f += c [ u tr_spin { (1 - g_mu) xp y^† + (1 + g_mu) yp x^† } ]_TA.
	AddWilson [4]wilsonForce
	// Plaquette sets x = [a b (c d)^†]_TA.
	Plaquette func(x, a, b []Vec, mb int, c, d []Vec, md int)
	// AddRotated sets f += c (y - w) with w^a T_a = u^† x^a T_a u, u unitary, where
	// u and x are taken in lane l^mx.
	AddRotated func(f []Vec, c float64, u, x []Vec, mx int, y []Vec)
	// Rotate sets y^a T_a = u x^a T_a u^†, u unitary, x taken in lane l^mx.
	Rotate func(y, u, x []Vec, mx int)
	// PlaquetteBack sets the four algebra elements y to the derivatives, along the
	// links a, b, c, d of the plaquette P = a b (c d)^†, of Re tr of
	// (i phi^a T_a)(P), (P), (P^†), (P^†) for the four elements phi, those of b and d
	// being carried along a and c to where P begins, phi and y alike; the links are
	// unitary.
	PlaquetteBack func(y, phi, a, b []Vec, mb int, c, d []Vec, md int)
	// Leaf sets x = [a b (c d)^†]_TA and, where N > 2, its trace Im tr a b (c d)^† behind.
	Leaf func(x, a, b []Vec, mb int, c, d []Vec, md int)
	// LeafBack sets the four algebra elements y to the derivatives, along the links a, b,
	// c, d of the plaquette P = a b (c d)^†, of Re tr i (phi_1 + … + phi_4) P for four
	// elements that belong to its corners in turn, from where P begins, and are carried
	// there: phi is the components of the four and, where N > 2, the sum of the traces of
	// such with a trace, tr phi. Derivatives of b and d are carried along a and c to where P
	// begins; the links are unitary.
	LeafBack func(y, phi, a, b []Vec, mb int, c, d []Vec, md int)
	// CloverBlocks sets, in four dimensions, the packed matrices of both halves of g_5 (see
	// Hops.Block) to
	//
	//	a = -1/8 sum_{mu<nu} c sigma_munu (q^a_munu T_a + q_tr/N),
	//
	// q having the components of Leaf of the planes 01, 02, 12, 03, 13, 23, and c being that
	// of planes in space or with time; nil for N > 3. CloverTraces is the reverse: x has
	// the components of 1/8 c i tr_spin sigma_munu g.
	CloverBlocks func(a []Vec, space, time float64, q []Vec)
	CloverTraces func(x []Vec, space, time float64, g []Vec)
	// Outer sets the packed 2N x 2N matrix a = x y^† + y x^† (see Hops.Block).
	Outer func(a, x, y []Vec)
	// Invert sets such a matrix to its inverse, by elimination without pivoting, and d to
	// its 2N pivots: stable for positive matrices, whose pivots are positive, and no
	// others.
	Invert func(a, d []Vec)
	// Reunitarize projects u, which has left the group by round-off.
	Reunitarize func(u []Vec)
	// For small arguments only (see small): dst = exp(i c x^a T_a), u = that times
	// u, dst = J(x)^T y.
	exp, drift func(dst []Vec, c float64, x []Vec)
	dexp       func(dst, x, y []Vec)
}

// Ops are the block operations of one gauge group. All are read-only and safe
// for concurrent use on different destinations.
type Ops struct {
	table
	Single Hops[float32] // of fields in single precision
	Group  group.Group
	N      int     // colours
	M      int     // Vecs of a matrix block: 2 N^2, SU(2): 4
	V      int     // Vecs of a colour vector block, 2 N
	A      int     // Vecs of an algebra block
	Index  float64 // tr T_a T_a: 1/2, U(1): 1

	expAny  func(dst []Vec, c float64, x []Vec)
	dexpAny func(dst, x, y []Vec)
	diag    []float64 // T of the diagonal generators: (l, i) at l N + i
}

// For returns the operations of a group in the active kernel set. Panics if
// that has been chosen in the environment and cannot be had (see Active).
func For(g group.Group) *Ops {
	if active.err != nil {
		panic(active.err.Error())
	}
	return active.set.Ops(g)
}

// Ops returns the operations of a group in set s.
func (s *Set) Ops(g group.Group) *Ops {
	n := g.N()
	o := Ops{Group: g, N: n, M: 2 * n * n, V: 2 * n, A: g.Dim(), Index: 0.5}
	switch n {
	case 1:
		o.table, o.Single, o.Index = table1, hops1Single, 1
		o.expAny, o.dexpAny = expU1, dexpU1
	case 2:
		o.table, o.Single, o.M = *s.two, *s.twoSingle, 4
		o.expAny, o.dexpAny = expSU2, dexpSU2
	case 3:
		o.table, o.Single = *s.three, *s.threeSingle
		o.expAny, o.dexpAny = expSU3, dexpSU3
	default:
		o.table = loops(n)
		o.Single = hopLoops[float32](n)
		o.expAny, o.dexpAny = expLanes(g), dexpLanes(g)
	}
	o.diag = diagonal(g)
	if n > 3 {
		o.AddAlgebra, o.AddForce = o.addAlgebraLoops, o.addForceLoops
		o.Plaquette, o.AddRotated, o.Reunitarize = o.plaquetteLoops, o.addRotatedLoops, o.reunitarizeLanes
		o.Rotate, o.PlaquetteBack = o.rotateLoops, o.plaquetteBackLoops
		o.Leaf, o.LeafBack = o.leafLoops, o.leafBackLoops
		o.Outer, o.Invert = PackedOuter(2*n), PackedInvert(2*n)
		for mu := range o.AddWilson {
			o.AddWilson[mu] = o.addWilsonLoops(mu)
		}
	}
	return &o
}

// small reports whether alpha = tr(H^2)/2 = c^2 |x|^2/4 of H = c x^a T_a is at
// most 3/4 in all lanes, as exp, drift and dexp want it.
func (o *Ops) small(c float64, x []Vec) bool {
	if o.exp == nil {
		return false
	}
	c *= c / 4
	for _, s := range Dot(x[:o.A], x) {
		if !(c*s <= 0.75) {
			return false
		}
	}
	return true
}

// Exp sets dst = exp(i c x^a T_a).
func (o *Ops) Exp(dst []Vec, c float64, x []Vec) {
	if o.small(c, x) {
		o.exp(dst, c, x)
	} else {
		o.expAny(dst, c, x)
	}
}

// Drift sets u = exp(i c x^a T_a) u; tmp has room for two matrices.
func (o *Ops) Drift(u []Vec, c float64, x, tmp []Vec) {
	if o.small(c, x) {
		o.drift(u, c, x)
		return
	}
	old := tmp[o.M:]
	copy(old[:o.M], u)
	o.expAny(tmp, c, x)
	o.Mul[NN](u, tmp, 0, old, 0)
}

// DExpTranspose sets dst = J(x)^T y, J the left-trivialised derivative of the
// exponential map (group.DExp).
func (o *Ops) DExpTranspose(dst, x, y []Vec) {
	if o.small(1, x) {
		o.dexp(dst, x, y)
	} else {
		o.dexpAny(dst, x, y)
	}
}
