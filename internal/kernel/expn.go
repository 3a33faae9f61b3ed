package kernel

import (
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// expLanes and dexpLanes serve N >= 4 lane by lane.
func expLanes(g group.Group) func(dst []Vec, c float64, x []Vec) {
	return func(dst []Vec, c float64, x []Vec) {
		var e [group.MaxN * group.MaxN]complex128
		var a [group.MaxN * group.MaxN]float64
		n, dim := g.N(), g.Dim()
		for l := range lattice.Lanes {
			for k := range dim {
				a[k] = c * x[k][l]
			}
			g.Exp(e[:n*n], a[:dim])
			for k, z := range e[:n*n] {
				dst[2*k][l], dst[2*k+1][l] = real(z), imag(z)
			}
		}
	}
}

func dexpLanes(g group.Group) func(dst, x, y []Vec) {
	return func(dst, x, y []Vec) {
		var d, v, w [group.MaxN * group.MaxN]float64
		dim := g.Dim()
		for l := range lattice.Lanes {
			for k := range dim {
				v[k], w[k] = x[k][l], y[k][l]
			}
			g.DExpTranspose(d[:dim], v[:dim], w[:dim])
			for k := range dim {
				dst[k][l] = d[k]
			}
		}
	}
}
