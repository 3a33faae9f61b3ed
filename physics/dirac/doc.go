// Package dirac holds the lattice Dirac operators.
//
// # Conventions
//
// Staggered, in lattice units:
//
//	D = m + 1/2 sum_mu eta_mu(n) [ U_mu(n) delta_{n+mu} - U_mu(n-mu)^† delta_{n-mu} ],
//	eta_0 = 1, eta_mu = (-1)^(n_0 + … + n_{mu-1}).
//
// Each direction has a boundary phase, +1 or -1, that multiplies the links
// which leave the last slice. Other codes: MILC's operator is twice this one
// with mass 2m, and its phases run over time first.
//
// # References
//
//	[KS]  J. Kogut, L. Susskind, Phys. Rev. D 11 (1975) 395
//	[GS]  M. Golterman, J. Smit, Nucl. Phys. B 245 (1984) 61
package dirac
