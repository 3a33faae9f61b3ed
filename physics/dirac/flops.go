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
