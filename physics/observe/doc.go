// Package observe measures the links it is given: Wilson loops, Polyakov loops and
// their correlator, topological charge and energy density, the pion of any quarks, the
// chiral condensate, the mesons and the lowest and largest eigenvalues of staggered
// ones. Smearing and flow are the caller's affair.
//
// # Conventions
//
// Everything is per configuration and gauge invariant (estimates by noise: their
// mean over the noise). Averages of loops are
// Re tr L / N, 1 on unit links. The Polyakov loop comes as the trace itself and
// divided by N, both named. Staggered observables are those of ONE staggered
// field - 4 tastes in four dimensions, 2 in two - whatever the number of quarks
// in the sea; which sites and colours are summed is said with each.
//
// Observers are made for a lattice and a group once, and allocate nothing in a
// measurement after the first. They keep scratch: one per goroutine. On a
// lattice divided among processes all measure together and get the same bits.
//
// # References
//
//	[L]   M. Luescher, arXiv:1006.4518 (energy density)
//	[W0]  S. Borsanyi et al., arXiv:1203.4469 (w_0)
//	[Q]   C. Alexandrou et al., arXiv:1509.04259 (definitions of the charge)
//	[K]   A. Knyazev, SIAM J. Sci. Comput. 23 (2001) 517 (LOBPCG)
//	[DL]  S.-J. Dong, K.-F. Liu, hep-lat/9308015 (Z2 noise)
//	[KiS] G. Kilcup, S. Sharpe, Nucl. Phys. B 283 (1987) 493 (staggered pions)
//	[Gol] M. Golterman, Nucl. Phys. B 273 (1986) 663 (staggered mesons)
package observe
