// Package fermion holds fields of colour vectors with any number of spins on
// the sites of a lattice (and its ghosts), and their linear algebra on all
// sites or on those of one parity.
//
// # Conventions
//
// A field transforms as psi(n) -> G(n) psi(n). The inner product is
// <x, y> = sum x^* y over sites, spins and colours; norms are its square roots.
// Random fields are complex Gaussian with <|xi_i|^2> = 1.
package fermion
