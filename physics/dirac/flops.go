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

// CountedParts is the power of an operator that is [EvenOdd] to know the arithmetic of
// its parts, of which that of [Schur] is made.
type CountedParts interface {
	Counted
	// HopFlops returns the floating-point operations of Hop on s.
	HopFlops(s lattice.Subset) float64
	// BlockFlops returns those of Block, or of BlockInverse, on s.
	BlockFlops(s lattice.Subset) float64
	// LogDetFlops returns those of LogDetBlock, LogDetDerivativeFlops those of
	// AddLogDetBlockDerivative.
	LogDetFlops(s lattice.Subset) float64
	LogDetDerivativeFlops(s lattice.Subset) float64
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

func (d *Staggered) halves(s lattice.Subset) float64 { return 2 * share(s) }

// share is the part of all sites that are in s.
func share(s lattice.Subset) float64 {
	if s == lattice.All {
		return 1
	}
	return .5
}

// NormalFlops returns those of two hops; masses are left out.
func (w *Wilson) NormalFlops(s lattice.Subset) float64 { return 2 * w.HopFlops(s) }

// HopFlops returns, for each of 2d neighbours of a site, those of S/2 projected spins,
// a sum of two colour vectors and a matrix on it each, and for 2d - 1 of them those of
// adding S spins: 1320 a site for SU(3) in four dimensions.
func (w *Wilson) HopFlops(s lattice.Subset) float64 {
	n, spins, dims := float64(w.ops.N), float64(w.spins), float64(w.geo.Dims())
	return share(s) * float64(w.geo.Volume()) * (2*dims*(spins*n+spins/2*w.ops.Group.VectorFlops()) + (2*dims-1)*2*n*spins)
}

// BlockFlops returns 0: masses are left out.
func (w *Wilson) BlockFlops(lattice.Subset) float64 { return 0 }

// LogDetFlops returns 0: A is the same on all sites.
func (w *Wilson) LogDetFlops(lattice.Subset) float64 { return 0 }

// LogDetDerivativeFlops returns 0: there is none.
func (w *Wilson) LogDetDerivativeFlops(lattice.Subset) float64 { return 0 }

// DerivativeFlops returns, for each link and as many terms as there are spins, those of
// the half spinors of both its factors, a sum of vectors each, of U x y^†, a matrix
// on a vector and N^2 complex products, and of the sum of the terms; then those of a
// component of the force times a coefficient, added.
func (w *Wilson) DerivativeFlops(lattice.Subset) float64 {
	n, spins, dims := float64(w.ops.N), float64(w.spins), float64(w.geo.Dims())
	links := dims * float64(w.geo.Volume())
	return links * (spins*(4*n+w.ops.Group.VectorFlops()+6*n*n) + (spins-1)*2*n*n + 2*float64(w.ops.A))
}

// NormalFlops returns those of S and of S^†: two hops and both blocks each; nothing on
// the other parity. See CountedOf.
func (d *Schur) NormalFlops(s lattice.Subset) float64 {
	op := d.op.(CountedParts)
	if s == d.s.Other() {
		return 0
	}
	o := d.s.Other()
	return 2 * (op.HopFlops(o) + op.BlockFlops(o) + op.HopFlops(d.s) + op.BlockFlops(d.s))
}

// DerivativeFlops returns those of X and Y, and of the derivative of D. See CountedOf.
func (d *Schur) DerivativeFlops(s lattice.Subset) float64 {
	op := d.op.(CountedParts)
	if s == d.s.Other() {
		return 0
	}
	o := d.s.Other()
	return 2*(op.HopFlops(o)+op.BlockFlops(o)) + op.DerivativeFlops(lattice.All)
}

// CountedOf returns the power of op to know its arithmetic, if it has it: a Schur
// complement knows its own where its operator knows its parts.
func CountedOf(op Operator) (Counted, bool) {
	if d, ok := op.(*Schur); ok {
		if _, ok := d.op.(CountedParts); !ok {
			return nil, false
		}
	}
	c, ok := op.(Counted)
	return c, ok
}
