package group

// The floating-point operations of the textbook's algorithms with complex N x N
// matrices, whatever the code really does: additions and multiplications of real
// numbers, and one for a quotient, a root, a sine or a cosine. Changes of sign and
// those between components and matrices are left out.

// MulFlops returns the operations of a product of two matrices: N^2 elements of N
// complex products (6) and N-1 sums (2).
func (g Group) MulFlops() float64 { return g.size() * g.VectorFlops() }

// VectorFlops returns the operations of a matrix on a vector: N elements, likewise.
func (g Group) VectorFlops() float64 { return g.size() * (8*g.size() - 2) }

// AddFlops returns the operations of a sum of two matrices.
func (g Group) AddFlops() float64 { return 2 * g.size() * g.size() }

func (g Group) size() float64 { return float64(g.n) }

// series is how many terms of an exponential series count, for arguments within
// the unit circle: 1/19! = 8e-18.
const series = 18

// ExpFlops returns the operations of exp(i x^a T_a) for |x| <= 1. SU(2): q = |x|/2
// (7), its sine and cosine, sin q/|x| and its product with x. SU(3): H^2, tr H^2/2
// (3), tr H^3/3 (9 products, 8 sums and a quotient), the series modulo the
// characteristic polynomial (7 for each of 19 terms), and p0 + p1 H + p2 H^2.
// SU(N): Horner's rule, for each term a quotient and a sum with 1, and a product but
// for the last one.
func (g Group) ExpFlops() float64 {
	switch g.n {
	case 1:
		return 2
	case 2:
		return 7 + 2 + 1 + 3
	case 3:
		return g.MulFlops() + 3 + 71 + 7*(series+1) + polynomial3
	}
	return (series-1)*g.MulFlops() + series*(g.AddFlops()+g.size())
}

// polynomial3 is p0 + p1 A + p2 A^2 with complex coefficients: 9 elements of two
// products and a sum, and a complex addition to three of them.
const polynomial3 = 9*(6+6+2) + 3*2

// TangentFlops returns the operations of exp(i x^a T_a) together with J(x) y (see
// DExp). SU(2): two vector products and two multiples of them, with the sine and
// cosine of |x| in (1 - cos |x|)/|x|^2 and (1 - sin |x|/|x|)/|x|^2. SU(3): the series is differentiated along y (14 more
// for a term), with the traces tr HB (a real sum of two) and tr H^2 B (9 products,
// 8 sums), and
//
//	exp' = p0' + p1' H + p2' H^2 + p1 B + p2 (HB + (HB)^†)
//
// times exp^†. SU(N): J is its series of commutators, for each term a product, a
// difference, a quotient and a sum.
func (g Group) TangentFlops() float64 {
	switch g.n {
	case 1:
		return g.ExpFlops()
	case 2:
		return g.ExpFlops() + 2*9 + 3*4 + 2 + 2 + 3
	case 3:
		return g.ExpFlops() + 2*g.MulFlops() + 2 + 70 + 14*(series+1) + polynomial3 + 9*(6+2+6+2+2)
	}
	return g.ExpFlops() + (series-1)*(g.MulFlops()+3*g.AddFlops())
}
