package dirac

import "github.com/slhmc/slhmc/physics/lattice"

// Counted is the power of an operator that knows its arithmetic (see package group).
type Counted interface {
	// NormalFlops returns the floating-point operations of ApplyNormal on s, or of
	// D and then D^† for an operator without it; D takes half as many.
	NormalFlops(s lattice.Subset) float64
	// DerivativeFlops returns those of AddDerivativeFrom, or of AddDerivative.
	DerivativeFlops(s lattice.Subset) float64
}

// NormalFlops returns those of two hops, each site of each being 2d matrices on
// colour vectors, N (8N - 2) flops, and their sum, (2d - 1) 2N: 570 a site for
// SU(3) in four dimensions. On a parity each hop does half the sites. Masses and
// phases are left out.
func (d *Staggered) NormalFlops(s lattice.Subset) float64 {
	n, dims := float64(d.ops.N), float64(d.geo.Dims())
	return d.halves(s) * float64(d.geo.Volume()) * (2*dims*d.ops.Group.VectorFlops() + (2*dims-1)*2*n)
}

// DerivativeFlops returns, for each link, those of U x y^†, a matrix on a vector and
// N^2 complex products, and of a component of the force times a coefficient, added.
// On all sites a link has two such terms, on a parity one.
func (d *Staggered) DerivativeFlops(s lattice.Subset) float64 {
	n, dims := float64(d.ops.N), float64(d.geo.Dims())
	return d.halves(s) * dims * float64(d.geo.Volume()) * (d.ops.Group.VectorFlops() + 6*n*n + 2*float64(d.ops.A))
}

func (d *Staggered) halves(s lattice.Subset) float64 {
	if s == lattice.All {
		return 2
	}
	return 1
}

// CountedOf returns the power of op to know its arithmetic, if it has it: a Schur
// complement knows its own where its operator does.
func CountedOf(op Operator) (Counted, bool) {
	if d, ok := op.(*Schur); ok {
		if _, ok := CountedOf(d.op); !ok {
			return nil, false
		}
	}
	c, ok := op.(Counted)
	return c, ok
}

// NormalFlops returns those of two hops, each site of each having from 2d neighbours
// half as many spins as there are, each a sum of two vectors and a matrix on a vector,
// and the sum of all spins, 2N (2d - 1) each: 1320 a site for SU(3) in four dimensions.
// Masses, twists and phases are left out.
func (w *Wilson) NormalFlops(lattice.Subset) float64 {
	v, d, spins := 2*float64(w.ops.N), float64(w.geo.Dims()), float64(w.spins)
	return 2 * float64(w.geo.Volume()) * (d*spins*(v+w.ops.Group.VectorFlops()) + (2*d-1)*spins*v)
}

// DerivativeFlops returns, for each link and as many terms as there are spins, those of
// the half spinors of both its factors, a sum of vectors each, of U x y^†, a matrix
// on a vector and N^2 complex products, and of the sum of the terms; then those of a
// component of the force times a coefficient, added.
func (w *Wilson) DerivativeFlops(lattice.Subset) float64 {
	n, d, spins := float64(w.ops.N), float64(w.geo.Dims()), float64(w.spins)
	return d * float64(w.geo.Volume()) * (spins*(4*n+w.ops.Group.VectorFlops()+6*n*n) + (spins-1)*2*n*n + 2*float64(w.ops.A))
}

// NormalFlops returns those of its operator, which hops as often and has as many
// blocks; on the other parity S is the unit matrix. See CountedOf.
func (d *Schur) NormalFlops(s lattice.Subset) float64 {
	if s == d.s.Other() {
		return 0
	}
	return d.op.(Counted).NormalFlops(lattice.All)
}

// DerivativeFlops returns those of X and Y, a hop of half the sites each, and of the
// derivative of its operator. See CountedOf.
func (d *Schur) DerivativeFlops(s lattice.Subset) float64 {
	if s == d.s.Other() {
		return 0
	}
	return d.op.(Counted).NormalFlops(lattice.All)/2 + d.op.(Counted).DerivativeFlops(lattice.All)
}
