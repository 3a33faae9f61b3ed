// Package dirac holds the lattice Dirac operators.
//
// # Conventions
//
// Staggered, in lattice units:
//
//	D = m + 1/2 sum_mu eta_mu(n) [ U_mu(n) delta_{n+mu} - U_mu(n-mu)^† delta_{n-mu} ],
//	eta_0 = 1, eta_mu = (-1)^(n_0 + … + n_{mu-1}).
//
// Each direction of the staggered one has a boundary phase, +1 or -1, that
// multiplies the links which leave the last slice; others, and those of a magnetic field
// and of chemical potentials, are a [Background]'s. Other codes: MILC's operator is twice this one
// with mass 2m, and its phases run over time first.
//
// Wilson, in its mass form with r = 1: see [Wilson]. Gamma matrices are Hermitian:
// those of Pauli, s_1, s_2, s_3, on two spins below four dimensions; in four
//
//	g_k = ((0, -i s_k), (i s_k, 0)),   g_4 = ((0, 1), (1, 0)),   time being the fourth,
//
// with g_5 = g_1 g_2 g_3 g_4 = diag(1, 1, -1, -1), and in two g_5 = -i g_1 g_2 =
// diag(1, -1). Its boundary phases are any of modulus 1. Other codes: the kappa form
// is 2 kappa D with the mass KappaMass(kappa, d); mu of the twisted mass is that of
// D, half of 2 kappa mu over kappa, and its sign goes with that of g_5. Chroma's spins
// (a, b), those of either half of g_5, are ours (-b, a); on anisotropic lattices it has the
// weights nu/xi_0 in space and 1 in time, and divides c_sw of planes in space by xi_0.
//
// # References
//
//	[Ani] P. Chen, Phys. Rev. D 64 (2001) 034509 (anisotropic clover quarks)
//	[BMW] G. S. Bali et al., JHEP 02 (2012) 044, arXiv:1111.4956 (magnetic field)
//	[DGR] T. DeGrand, P. Rossi, Comput. Phys. Commun. 60 (1990) 211 (even-odd)
//	[DSTW] H.-T. Ding, C. Schmidt, A. Tomiya, X.-D. Wang, Phys. Rev. D 102 (2020) 054505,
//	arXiv:2006.13422 (the same, with the charges of u, d and s)
//	[FGSW] R. Frezzotti, P. A. Grassi, S. Sint, P. Weisz, JHEP 08 (2001) 058 (twisted mass)
//	[HK]  P. Hasenfratz, F. Karsch, Phys. Lett. B 125 (1983) 308 (chemical potential)
//	[KS]  J. Kogut, L. Susskind, Phys. Rev. D 11 (1975) 395
//	[GS]  M. Golterman, J. Smit, Nucl. Phys. B 245 (1984) 61
//	[SS]  D. T. Son, M. A. Stephanov, Phys. Rev. Lett. 86 (2001) 592 (isospin)
//	[SW]  B. Sheikholeslami, R. Wohlert, Nucl. Phys. B 259 (1985) 572 (clover term)
//	[W]   K. G. Wilson, in: New Phenomena in Subnuclear Physics (1977) 69
package dirac
