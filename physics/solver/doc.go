// Package solver inverts Hermitian positive definite operators on fermion
// fields.
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
package solver
