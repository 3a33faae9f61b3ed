package dirac

import "github.com/slhmc/slhmc/physics/lattice"

// NormalFlops returns those of two hops and two blocks.
func (d *Clover) NormalFlops(s lattice.Subset) float64 { return 2 * (d.HopFlops(s) + d.BlockFlops(s)) }

// BlockFlops returns those of a Hermitian matrix on a vector for each half of g_5: a real
// and n - 1 complex products in each of n rows, and their sum; 504 a site for SU(3) in
// four dimensions. A twisted mass, whose inverse takes two, is left out.
func (d *Clover) BlockFlops(s lattice.Subset) float64 {
	n := float64(d.term.dim)
	return d.sites(s) * float64(d.term.halves) * n * (8*n - 6)
}

// LogDetFlops returns those of the inverses, which LogDetBlock makes: for each of n
// sweeps of a half's block, n (n - 1)/2 complex products, subtracted.
func (d *Clover) LogDetFlops(s lattice.Subset) float64 {
	n := float64(d.term.dim)
	return d.sites(s) * float64(d.term.halves) * 4 * n * n * (n - 1)
}

// LogDetDerivativeFlops returns those of the derivative of the leaves.
func (d *Clover) LogDetDerivativeFlops(lattice.Subset) float64 { return d.leavesFlops() }

// DerivativeFlops returns those of the hops, of x y^† + y x^† on the halves of g_5, 8 for
// each of n^2 real numbers, and of the leaves.
func (d *Clover) DerivativeFlops(s lattice.Subset) float64 {
	n := float64(d.term.dim)
	return d.Wilson.DerivativeFlops(s) + d.sites(lattice.All)*float64(d.term.halves)*8*n*n + d.leavesFlops()
}

// leavesFlops counts, for each plaquette, its three products, two for each of four carried
// X, seven of one of them with P and two for each of two links that lie elsewhere
// (see leaves.spread).
func (d *Clover) leavesFlops() float64 {
	return d.sites(lattice.All) * float64(len(d.term.planes)) * (3 + 8 + 7 + 4) * d.ops.Group.MulFlops()
}

func (d *Clover) sites(s lattice.Subset) float64 { return share(s) * float64(d.geo.Volume()) }
