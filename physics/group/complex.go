package group

import "math"

// scale returns r z without the two products that complex(r, 0)*z wastes.
func scale(r float64, z complex128) complex128 { return complex(r*real(z), r*imag(z)) }

// norm2 returns |z|².
func norm2(z complex128) float64 { return real(z)*real(z) + imag(z)*imag(z) }

// abs1 returns |Re z| + |Im z|, within sqrt 2 of |z| and free of overflow.
func abs1(z complex128) float64 { return math.Abs(real(z)) + math.Abs(imag(z)) }
