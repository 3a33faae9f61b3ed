package kernel

import "github.com/slhmc/slhmc/physics/lattice"

// Scale sets x *= a.
func Scale(x []Vec, a float64) {
	for k := range x {
		u := &x[k]
		for l := range lattice.Lanes {
			u[l] *= a
		}
	}
}

// ImDot adds Im (x^* y) to sum, lane by lane, real and imaginary parts being
// alternate Vecs.
func ImDot(sum *Vec, x, y []Vec) {
	for k := 0; k+1 < len(x); k += 2 {
		xr, xi, yr, yi := &x[k], &x[k+1], &y[k], &y[k+1]
		for l := range lattice.Lanes {
			sum[l] += xr[l]*yi[l] - xi[l]*yr[l]
		}
	}
}

// MulLanes multiplies every Vec of x by c, lane by lane.
func MulLanes(x []Vec, c *Vec) {
	for k := range x {
		u := &x[k]
		for l := range lattice.Lanes {
			u[l] *= c[l]
		}
	}
}
