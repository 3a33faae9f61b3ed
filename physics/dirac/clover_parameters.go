package dirac

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
)

// trace returns what a block brings to tr of the Hermitian part of A^-1, or of its
// product with other blocks.
func (j *cloverJob) trace(b int, w *cloverWork) (sum float64) {
	t := &j.d.term
	n := t.dim
	j.setHermitianPart(b, w)
	for half := range t.halves {
		g := w.g[half*n*n:][:n*n]
		var v lattice.Vec
		if j.other != nil {
			v = traceProduct(g, j.other[b*t.size+half*n*n:][:n*n], n)
		} else {
			for k := range n {
				for l := range v {
					v[l] += g[k][l]
				}
			}
		}
		sum += kernel.Lanes(&v, j.d.geo.ActiveLanes())
	}
	return sum
}
