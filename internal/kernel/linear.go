package kernel

import "github.com/slhmc/slhmc/physics/lattice"

// Xpay sets x = y + a x.
func Xpay(x, y []Vec, a float64) {
	y = y[:len(x)]
	for k := range x {
		u, v := &x[k], &y[k]
		for l := range lattice.Lanes {
			u[l] = v[l] + a*u[l]
		}
	}
}

// Scale sets x *= a.
func Scale(x []Vec, a float64) {
	for k := range x {
		u := &x[k]
		for l := range lattice.Lanes {
			u[l] *= a
		}
	}
}

// AxpyNorm sets x += a y and adds the squares of x to sum, lane by lane.
func AxpyNorm(sum *Vec, x []Vec, a float64, y []Vec) {
	y = y[:len(x)]
	for k := range x {
		u, v := &x[k], &y[k]
		for l := range lattice.Lanes {
			t := u[l] + a*v[l]
			u[l] = t
			sum[l] += t * t
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
