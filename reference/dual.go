package reference

import "math"

// Real is a real dual number: a value V and its derivative D along one real
// direction. The zero value is the constant 0.
type Real struct{ V, D float64 }

// Constant returns the dual number v with derivative 0.
func Constant(v float64) Real { return Real{V: v} }

// Variable returns the dual number v with derivative 1: the quantity with
// respect to which everything computed from it is differentiated.
func Variable(v float64) Real { return Real{V: v, D: 1} }

// Add returns a + b.
func (a Real) Add(b Real) Real { return Real{a.V + b.V, a.D + b.D} }

// Sub returns a - b.
func (a Real) Sub(b Real) Real { return Real{a.V - b.V, a.D - b.D} }

// Mul returns a b, d(ab) = da b + a db.
func (a Real) Mul(b Real) Real { return Real{a.V * b.V, a.D*b.V + a.V*b.D} }

// Div returns a / b, d(a/b) = (da - (a/b) db)/b. Division by zero follows IEEE 754.
func (a Real) Div(b Real) Real {
	q := a.V / b.V
	return Real{q, (a.D - q*b.D) / b.V}
}

// Scale returns c a for a constant c.
func (a Real) Scale(c float64) Real { return Real{c * a.V, c * a.D} }

// Log returns ln a, d ln a = da/a.
func (a Real) Log() Real { return Real{math.Log(a.V), a.D / a.V} }

// Pow returns a^n for an integer n, d a^n = n a^(n-1) da.
func (a Real) Pow(n int) Real {
	if n == 0 {
		return Constant(1)
	}
	return Real{math.Pow(a.V, float64(n)), float64(n) * math.Pow(a.V, float64(n-1)) * a.D}
}

// Complex is a complex dual number: value and derivative along one REAL
// direction, so that conjugation is a ring operation like the others.
type Complex struct{ V, D complex128 }

// Add returns a + b.
func (a Complex) Add(b Complex) Complex { return Complex{a.V + b.V, a.D + b.D} }

// Mul returns a b.
func (a Complex) Mul(b Complex) Complex { return Complex{a.V * b.V, a.D*b.V + a.V*b.D} }

// Scale returns c a for a real constant c.
func (a Complex) Scale(c float64) Complex {
	return Complex{complex(c, 0) * a.V, complex(c, 0) * a.D}
}

// Re returns the real part.
func (a Complex) Re() Real { return Real{real(a.V), real(a.D)} }

// Im returns the imaginary part.
func (a Complex) Im() Real { return Real{imag(a.V), imag(a.D)} }
