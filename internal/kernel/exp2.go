package kernel

import (
	"math"

	"github.com/slhmc/slhmc/physics/lattice"
)

// expSU2 uses exp(i c x.sigma/2) = cos q + i (c x.sigma / 2) sin(q)/q, q = c |x|/2.
func expSU2(dst []Vec, c float64, x []Vec) {
	d, y := (*[4]Vec)(dst), (*[3]Vec)(x)
	for l := range lattice.Lanes {
		x1, x2, x3 := y[0][l], y[1][l], y[2][l]
		q := c / 2 * math.Sqrt(x1*x1+x2*x2+x3*x3)
		sin, cos := math.Sincos(q)
		s := c / 2
		if q != 0 {
			s *= sin / q
		}
		d[0][l], d[1][l] = cos, s*x3
		d[2][l], d[3][l] = s*x2, s*x1
	}
}

// dexpSU2: with t = |x| and [T_a, T_b] = i eps_abc T_c, ad_x y = -x × y, so
//
//	J(x)^T y = y + (1-cos t)/t^2 x×y + (t - sin t)/t^3 x×(x×y).
func dexpSU2(dst, x, y []Vec) {
	d, v, w := (*[3]Vec)(dst), (*[3]Vec)(x), (*[3]Vec)(y)
	for l := range lattice.Lanes {
		x1, x2, x3 := v[0][l], v[1][l], v[2][l]
		y1, y2, y3 := w[0][l], w[1][l], w[2][l]
		a, b := dexpCoefficients(x1*x1 + x2*x2 + x3*x3)
		z1, z2, z3 := x2*y3-x3*y2, x3*y1-x1*y3, x1*y2-x2*y1
		d[0][l] = y1 + a*z1 + b*(x2*z3-x3*z2)
		d[1][l] = y2 + a*z2 + b*(x3*z1-x1*z3)
		d[2][l] = y3 + a*z3 + b*(x1*z2-x2*z1)
	}
}

// dexpCoefficients returns (1-cos t)/t^2 and (t - sin t)/t^3 from t^2. Below
// t = 1 the second cancels, so both come from their series, whose first
// neglected term is below t^16/18! < 2e-16.
func dexpCoefficients(t2 float64) (a, b float64) {
	if t2 > 1 {
		t := math.Sqrt(t2)
		half := math.Sin(t / 2)
		return 2 * half * half / t2, (t - math.Sin(t)) / (t * t2)
	}
	for k := 7; k >= 0; k-- {
		a = 1 - a*t2/float64((2*k+3)*(2*k+4))
		b = 1 - b*t2/float64((2*k+4)*(2*k+5))
	}
	return a / 2, b / 6
}
