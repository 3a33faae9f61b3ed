package reference

import "math"

// StrongCouplingPlaquette returns the leading strong-coupling expansion of the
// pure-gauge plaquette <Re tr P / N> in D dimensions, infinite volume:
//
//	u + (d-2)/3 * 6 K u^5 u',   u = c_f/c_0 (exact in beta),
//
// the second term from the surface of the smallest cube, with K = sum over the
// fundamental representations of d_f^2: 4 for SU(2), 2 N^2 for SU(N >= 3), 2 for
// U(1). Leading terms: u = beta/2 (U(1)), beta/4 (SU(2)), beta/(2 N^2) (N >= 3),
// and the cube adds 2(d-2) u^5. Left out: the cube in higher representations,
// and larger surfaces of order u^9. Exact in D = 2. Source: [DZ, section 3].
func StrongCouplingPlaquette(n, d int, beta float64) float64 {
	u := plaquetteRatio(n, beta)
	k := float64(2 * n * n)
	if n == 2 {
		k = 4
	}
	return u.V + float64(d-2)*2*k*math.Pow(u.V, 5)*u.D
}
