// Package reference holds the slow, obvious, independent twins of everything
// this project computes fast: plain complex128 matrices, explicit coordinates,
// dense operators, exact results and literature values. The fast packages are
// proved against it, so it shares no code with them: a misunderstanding would
// have to be made twice to hide.
//
// # Conventions
//
// Lattice: D = 2, 3 or 4 directions mu = 0 ... D-1, the last one is time; every
// extent is at least 2 and all links are periodic. Sites are numbered
// lexicographically with direction 0 (x) fastest.
//
// Links: U_mu(n) in U(1) (N = 1) or SU(N) joins n to n+mu and transforms as
// U_mu(n) -> G(n) U_mu(n) G(n+mu)^†. Matrices are N x N, row-major.
//
// Paths: a list of signed 1-based directions. {+1, +2, -1, -2} is the plaquette
// U_0(n) U_1(n+0) U_0(n+1)^† U_1(n)^†.
//
// Algebra: generators T_a Hermitian with tr T_a T_b = delta_ab/2 (U(1): T = 1),
// in the order: for i < j (i outer) the symmetric one (1/2 at ij and ji), then
// the antisymmetric one (-i/2 at ij, +i/2 at ji); then the diagonal ones. Forces
// are F^a_mu(n) = d/d omega S[exp(i omega T_a) U_mu(n)] at omega = 0.
// [M]_TA = (M - M^†)/2 - tr(M - M^†)/(2N); for U(1) the trace is kept.
//
// Fermions: a boundary phase per direction multiplies the hop that leaves the
// last slice. Vectors are indexed colour + N*(spin + spins*site).
//
// Dual numbers: every quantity carries a value V and, where one was seeded, the
// exact derivative D along one real direction. Seed a direction with
// [Links.Along] (links) or in the D field of a weight; the same code that
// computes the value then computes the derivative. This is forward-mode
// differentiation; nothing is differenced.
//
// Misuse (mismatched shapes) panics with "reference: what"; files that are not
// what they claim, and singular matrices, are errors.
//
// # References
//
//   - [Tomiya-Nagai] A. Tomiya, Y. Nagai, arXiv:2103.11965: gauge-covariant networks, self-learning HMC
//   - [MP] C. Morningstar, M. Peardon, hep-lat/0311018: stout smearing
//   - [KS] J. Kogut, L. Susskind, Phys. Rev. D 11 (1975) 395: staggered fermions
//   - [BMW] G. Bali et al., arXiv:1111.4956: magnetic field
//   - [HK] P. Hasenfratz, F. Karsch, Phys. Lett. B 125 (1983) 308: chemical potential
//   - [Wilson] K. Wilson, in New Phenomena in Subnuclear Physics (1977): Wilson fermions
//   - [SW] B. Sheikholeslami, R. Wohlert, Nucl. Phys. B 259 (1985) 572: clover term
//   - [LW] M. Luescher, P. Weisz, Commun. Math. Phys. 97 (1985) 59: improved gauge actions
//   - [Migdal] A. Migdal, Sov. Phys. JETP 42 (1975) 413: two-dimensional gauge theory by characters
//   - [DZ] J.-M. Drouffe, J.-B. Zuber, Phys. Rept. 102 (1983) 1: characters, strong coupling
//   - [Rains] E. Rains, Electron. J. Combin. 5 (1998) R12: moments of traces of unitary matrices
//   - [DLMF] NIST Digital Library of Mathematical Functions, chapter 10
package reference
