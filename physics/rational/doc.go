// Package rational finds the best rational approximations of x^(p/q), the
// data of rational HMC: optimal in relative error, proved so, and written as
// the partial fractions that a multi-shift solver consumes.
//
// # Conventions
//
// For 0 < |p/q| < 1 and an interval [lo, hi] with 0 < lo < hi, the
// approximation of degree n is
//
//	r(x) = a_0 + sum_{i=1}^{n} a_i / (x + b_i),   b_i > 0,
//
// the quotient of two polynomials of degree n with the smallest possible
// maximum of |r(x) x^(-p/q) - 1| on [lo, hi]. Constants a_0 are positive;
// residues a_i are all positive for p/q < 0 and all negative for p/q > 0, so
// that r(A) of a positive operator A is positive on the interval. Poles and
// zeros of r are simple, negative, and alternate.
//
// # What rational HMC asks for
//
// With det A^(p/q) for the weight (A = M^†M; for staggered quarks A is its
// even part, p/q = Nf/4 in four dimensions and Nf/2 in two; for one Wilson or
// clover flavour p/q = 1/2) and n_r fields in the n-th root trick [CK]:
//
//	action      S = sum_j phi_j^† r(A) phi_j,  r ~ x^(-p / (q n_r))
//	heat bath   phi_j = r'(A) xi_j,            r' ~ x^(+p / (2 q n_r))
//	force       as the action, with a looser error and so fewer poles
//
// Each is a call of [Within]. Action and heat bath meet in
// r'(A) r(A) r'(A) = 1 within the sum of their errors, twice that of the heat
// bath; the error of the force costs acceptance, not correctness. A power of
// one or more needs no approximation: take the whole part off first (Nf = 5 of
// four tastes is x^(-1) x^(-1/4)).
//
// The sign function on a <= |x| <= b is x r(x^2) with r ~ x^(-1/2) on
// [a^2, b^2], with the same relative error [Z].
//
// # Method
//
// With y = x / sqrt(lo hi) on [1/kappa, kappa], kappa = sqrt(hi/lo), and for
// a power alpha > 0, the best approximation is unique and the substitution
// y -> 1/y turns that of y^alpha into the reciprocal of itself. So it has the
// form
//
//	r(y) = c R(y),   R(y) = prod_i (y + z_i) / (z_i y + 1),   R(y) R(1/y) = 1
//
// with n positive numbers z_i in place of 2n + 1 coefficients, and
// E(y) = log(R(y) y^(-alpha)) is odd in log y. E has at most 2n stationary
// points, because y E'(y) is a quotient whose numerator has degree 2n. By
// Chebyshev's theorem R is the best one if E takes its largest size with
// alternating sign at 2n + 2 points: the two ends and 2n stationary points,
// which then are all there are. If that size is h, c = sqrt(1 - delta^2) makes
// the relative error delta = tanh h. Remez' exchange, a Newton step for
// log z_i and h and a new search for the stationary points by turns, converges
// quadratically from the values that Zolotarev's solution for alpha = 1/2 and
// potential theory for the others give. Poles and zeros come out of it
// directly: no polynomial is ever expanded, no root searched.
//
// Arithmetic is math/big with 192 + 3 log2(1/delta) bits: R - 1 cancels
// log2(1/delta) of them, the linear system, of Cauchy type, loses about as
// many, and what is left exceeds the 2^(-90) to which the heights agree.
//
// # References
//
//	[Z]  E. I. Zolotarev 1877; in the form used here N. I. Akhiezer, Elements of the Theory of Elliptic Functions (1970), sections 50 and 51
//	[St] H. Stahl, Acta Math. 190 (2003) 241 (best uniform rational approximation of x^alpha)
//	[CK] M. A. Clark, A. D. Kennedy, hep-lat/0608015 (rational HMC and its n-th roots)
//	[DLMF] NIST Digital Library of Mathematical Functions, 20.2 and 22.2 (theta and Jacobi functions)
package rational
