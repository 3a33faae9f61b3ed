package dirac

import "github.com/slhmc/slhmc/physics/lattice"

// Counted is the power of an operator that knows its arithmetic.
type Counted interface {
	// NormalFlops returns the floating-point operations of ApplyNormal on s, or of
	// D and then D^† for an operator without it.
	NormalFlops(s lattice.Subset) float64
}

// NormalFlops returns those of two hops, each site of each being 2d matrices on
// colour vectors, N (8N - 2) flops, and their sum, (2d - 1) 2N: 570 a site for
// SU(3) in four dimensions. On a parity each hop does half the sites. Masses and
// phases are left out.
func (d *Staggered) NormalFlops(s lattice.Subset) float64 {
	n, dims := float64(d.ops.N), float64(d.geo.Dims())
	flops := float64(d.geo.Volume()) * (2*dims*n*(8*n-2) + (2*dims-1)*2*n)
	if s == lattice.All {
		return 2 * flops
	}
	return flops
}
