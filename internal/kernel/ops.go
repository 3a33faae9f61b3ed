package kernel

import (
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Vec is a number of each of the eight sites of a block.
type Vec = lattice.Vec

// Daggers of the operands of a product, for indexing Mul and AddMul:
// bit 0 the left one, bit 1 the right one.
const (
	NN = iota
	AN
	NA
	AA
)

// Ops are the block operations of one gauge group. All are read-only and safe
// for concurrent use on different destinations.
type Ops struct {
	Group group.Group
	N     int     // colours
	M     int     // Vecs of a matrix block: 2 N^2, SU(2): 4
	V     int     // Vecs of a colour vector block, 2 N
	A     int     // Vecs of an algebra block
	Index float64 // tr T_a T_a: 1/2, U(1): 1

	// Mul sets dst = a b, with daggers by index.
	Mul [4]func(dst, a []Vec, ma int, b []Vec, mb int)
	// AddMul sets dst += c a b, with daggers by index.
	AddMul [4]func(dst []Vec, c float64, a []Vec, ma int, b []Vec, mb int)
	// MulVec sets dst = a v or a^† v.
	MulVec [2]func(dst, a []Vec, ma int, v []Vec, mv int)
	// AddOuter sets dst += c v w^† (SU(2): its quaternion part, all that enters
	// traces with and projections of products with SU(2) matrices).
	AddOuter func(dst []Vec, c float64, v []Vec, mv int, w []Vec, mw int)
	// Hop sets dst(b) = c sum_k links(b, k) src(neighbour k of b) + ca add(b) for
	// blocks lo … hi-1; steps = 2 D links a block; add may be nil, or dst's own
	// storage if src is another.
	Hop func(dst []Vec, c float64, links, src []Vec, nbr []lattice.Entry, steps int, ca float64, add []Vec, lo, hi int)

	// Exp sets dst = exp(i c x^a T_a).
	Exp func(dst []Vec, c float64, x []Vec)
	// DExpTranspose sets dst = J(x)^T y, J the left-trivialised derivative of
	// the exponential map (group.DExp).
	DExpTranspose func(dst, x, y []Vec)

	diag []float64 // T of the diagonal generators: (l, i) at l N + i
}

// For returns the operations of a group.
func For(g group.Group) *Ops {
	n := g.N()
	var o Ops
	switch n {
	case 1:
		o = portable1
		o.Exp, o.DExpTranspose = expU1, dexpU1
	case 2:
		o = portable2
		o.Exp, o.DExpTranspose = expSU2, dexpSU2
	case 3:
		o = portable3
		o.Exp, o.DExpTranspose = expSU3, dexpSU3
	default:
		o = loops(n)
		o.Exp, o.DExpTranspose = expLanes(g), dexpLanes(g)
	}
	o.Group, o.N, o.M, o.V, o.A = g, n, 2*n*n, 2*n, g.Dim()
	if n == 2 {
		o.M = 4
	}
	o.Index = 0.5
	if n == 1 {
		o.Index = 1
	}
	o.diag = diagonal(g)
	return &o
}
