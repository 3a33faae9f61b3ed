package kernel

import "github.com/slhmc/slhmc/physics/lattice"

// Linear is the linear algebra of flat fields in one kernel set and precision.
type Linear[F lattice.Real] struct {
	// Axpy sets x += a y.
	Axpy func(x []lattice.VecOf[F], a F, y []lattice.VecOf[F])
	// Xpay sets x = y + a x.
	Xpay func(x, y []lattice.VecOf[F], a F)
	// Scale sets x *= a.
	Scale func(x []lattice.VecOf[F], a F)
	// Triad sets x = y + a z: the probe of a memory's speed.
	Triad func(x, y []lattice.VecOf[F], a F, z []lattice.VecOf[F])
	// Step sets x += a p and p = r + b p, reading p once: the last step of an
	// iteration of conjugate gradients.
	Step func(x []lattice.VecOf[F], a F, p, r []lattice.VecOf[F], b F)
	// AxpyNorm sets x += a y and returns the sum of the squares of x, lane by lane.
	AxpyNorm func(x []lattice.VecOf[F], a F, y []lattice.VecOf[F]) lattice.VecOf[F]
	// Dot returns the sum of the products of x and y, lane by lane.
	Dot func(x, y []lattice.VecOf[F]) lattice.VecOf[F]

	// The Vecs of complex fields alternate: real parts, imaginary parts.

	// Caxpy sets x += (a + i b) y.
	Caxpy func(x []lattice.VecOf[F], a, b F, y []lattice.VecOf[F])
	// Cxpay sets x = y + (a + i b) x.
	Cxpay func(x, y []lattice.VecOf[F], a, b F)
	// ImDot returns the sum of Im x^* y, lane by lane.
	ImDot func(x, y []lattice.VecOf[F]) lattice.VecOf[F]
}

// Double returns the linear algebra of the active set in double precision.
func Double() *Linear[float64] { return active.set.linear }

// SinglePrecision returns that in single precision.
func SinglePrecision() *Linear[float32] { return active.set.single }

// Axpy sets x += a y.
func Axpy(x []Vec, a float64, y []Vec) { active.set.linear.Axpy(x, a, y) }

// Scale sets x *= a.
func Scale(x []Vec, a float64) { active.set.linear.Scale(x, a) }

// Dot returns the sum of the products of x and y, lane by lane.
func Dot(x, y []Vec) Vec { return active.set.linear.Dot(x, y) }

// Peak does nothing but n rounds of arithmetic in registers, and returns how
// many floating-point operations these were: the probe of a core's speed.
func Peak(n int) (flops int) {
	active.set.peak(n)
	return active.set.round * n
}

// MulLanes multiplies every block of x by c, lane by lane.
func MulLanes[F lattice.Real](x []lattice.VecOf[F], c *lattice.VecOf[F]) {
	for k := range x {
		u := &x[k]
		for l := range lattice.Lanes {
			u[l] *= c[l]
		}
	}
}

// Round sets x to y in single precision.
func Round(x []Single, y []Vec) {
	for k := range x {
		for l := range lattice.Lanes {
			x[k][l] = float32(y[k][l])
		}
	}
}

// AddSingle sets x += a y, y being in single precision.
func AddSingle(x []Vec, a float64, y []Single) {
	for k := range x {
		for l := range lattice.Lanes {
			x[k][l] += a * float64(y[k][l])
		}
	}
}
