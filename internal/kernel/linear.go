package kernel

import "github.com/slhmc/slhmc/physics/lattice"

// Axpy sets x += a y.
func Axpy(x []Vec, a float64, y []Vec) { active.set.linear.axpy(x, a, y) }

// Xpay sets x = y + a x.
func Xpay(x, y []Vec, a float64) { active.set.linear.xpay(x, y, a) }

// Scale sets x *= a.
func Scale(x []Vec, a float64) { active.set.linear.scale(x, a) }

// Step sets x += a p and p = r + b p, reading p once: the last step of an
// iteration of conjugate gradients.
func Step(x []Vec, a float64, p, r []Vec, b float64) { active.set.linear.step(x, a, p, r, b) }

// AxpyNorm sets x += a y and returns the sum of the squares of x, lane by lane.
func AxpyNorm(x []Vec, a float64, y []Vec) Vec { return active.set.linear.axpyNorm(x, a, y) }

// Dot returns the sum of the products of x and y, lane by lane.
func Dot(x, y []Vec) Vec { return active.set.linear.dot(x, y) }

// Triad sets x = y + a z: the probe of a memory's speed.
func Triad(x, y []Vec, a float64, z []Vec) { active.set.linear.triad(x, y, a, z) }

// Peak does nothing but n rounds of arithmetic in registers, and returns how
// many floating-point operations these were: the probe of a core's speed.
func Peak(n int) (flops int) {
	active.set.linear.peak(n)
	lanes := map[string]int{"avx2": 4, "avx512": 8}[active.set.Name]
	return 12 * 2 * max(lanes, 1) * n
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
