// Package action holds what molecular dynamics moves in and Metropolis judges:
// actions of the links, with their values and forces.
//
// # Conventions
//
// The force is F^a_mu(n) = d/d omega S[exp(i omega T_a) U_mu(n)] at 0. A
// pseudofermion action is S_f = phi^† (D^†D)^-1 phi, phi = D^† xi with
// <|xi_i|^2> = 1. On all sites the staggered operator gives two fields of
// tastes (Nf = 8 in four dimensions), on even sites one (Nf = 4). The
// Wilson operator gives two flavours on all sites; even-odd, the same two are
// TwoFlavour of its dirac.Schur on a parity and Determinant on the other one.
//
// # References
//
//	[CK]    M. A. Clark, A. D. Kennedy, hep-lat/0608015 (rational actions, n-th roots)
//	[GLTRS] S. Gottlieb et al., Phys. Rev. D 35 (1987) 2531 (even sites)
//	[H]     M. Hasenbusch, hep-lat/0107019 (ratios)
//	[WP]    D. Weingarten, D. Petcher, Phys. Lett. B 99 (1981) 333 (pseudofermions)
package action
