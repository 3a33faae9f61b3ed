// Package group is the arithmetic of one gauge group, U(1) or SU(N), on one
// matrix: algebra, exponential map and its derivative, projection, Haar measure.
//
// It knows neither fields nor lanes. It is the exact layer: readers, starts and
// gauge transformations use it site by site, and vector kernels are tested
// against it.
//
// # Conventions
//
// The generators T_a are Hermitian with tr T_a T_b = δ_ab/2. For SU(N) they are
// the generalised Gell-Mann matrices over two, in this order: for every pair
// i < j (i the outer loop, j the inner one) the symmetric one and then the
// antisymmetric one,
//
//	(T)_ij = (T)_ji = 1/2,        (T)_ij = -i/2, (T)_ji = +i/2,
//
// and after all pairs, for l = 1 ... N-1, the diagonal ones
//
//	T = diag(1, ..., 1, -l, 0, ..., 0) / sqrt(2 l (l+1))      (l times 1).
//
// For SU(2) this is σ_a/2 in the usual order; for SU(3) it is λ_1, λ_2, λ_4,
// λ_5, λ_6, λ_7, λ_3, λ_8 over two. U(1) has the single generator T = 1, which
// is an exception to the normalisation.
//
// An algebra element is the vector x of its Dim real coordinates and stands for
// the anti-Hermitian matrix i Σ_a x^a T_a; |x| is its Euclidean norm, and
// tr (x^a T_a)² = |x|²/2 for SU(N). A Matrix is row-major. The unit round-off is
// u = 2^-53.
//
// Aliasing: where a function has a Matrix dst, dst must not overlap a Matrix
// operand (a shared first element panics). Vectors may alias freely: dst, x and
// y of the same call may be one slice.
//
// Shapes that do not fit panic with "group: ...". NaN and infinities go in and
// come out as NaN; Project reports them.
//
// Nothing allocates for N <= 4, except what returns a new Matrix. For N > 4
// scratch is made anew, at most twice a call.
//
// # References
//
//	[MP04] C. Morningstar, M. Peardon, "Analytic smearing of SU(3) link variables
//	       in lattice QCD", hep-lat/0311018
//	[H08]  N. J. Higham, Functions of Matrices, SIAM 2008: scaling and squaring
//	       (ch. 10), Newton iteration for the polar factor (ch. 8)
//	[GV]   G. H. Golub, C. F. Van Loan, Matrix Computations: Jacobi methods
//	[PS73] M. S. Paterson, L. J. Stockmeyer, SIAM J. Comput. 2 (1973) 60
//	[M07]  F. Mezzadri, "How to generate random matrices from the classical
//	       compact groups", math-ph/0609050
//	[GL05] L. Giraud, J. Langou, M. Rozložník, J. van den Eshof, "Rounding error
//	       analysis of the classical Gram-Schmidt orthogonalization process",
//	       Numer. Math. 101 (2005) 87
package group
