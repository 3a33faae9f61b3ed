// Package solver inverts operators on fermion fields: Hermitian positive ones, alone
// ([Solver]) or with many shifts ([MultiSolver]), and general ones ([GeneralSolver]),
// each in double precision or with iterations in single precision.
//
// # Conventions
//
// A tolerance bounds the relative residual |b - A x| / |b|, recomputed from
// the solution and not taken from the recursion. Solutions start from zero:
// an initial guess that depends on history would spoil the reversibility of
// molecular dynamics.
//
// # References
//
//	[HS] M. Hestenes, E. Stiefel, J. Res. Natl. Bur. Stand. 49 (1952) 409
//	[J]  B. Jegerlehner, hep-lat/9612014
//	[PS] C. Paige, M. Saunders, SIAM J. Numer. Anal. 12 (1975) 617 (Lanczos and conjugate gradients)
//	[V]  H. van der Vorst, SIAM J. Sci. Stat. Comput. 13 (1992) 631
package solver
