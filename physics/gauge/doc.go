// Package gauge holds fields on the links of a lattice: gauge links, and the
// algebra-valued momenta, forces and cotangents; the paths and loops built from
// links; the gauge actions and their forces; gauge transformations.
//
// # Conventions
//
// U_mu(n) joins n to n+mu and transforms as G(n) U_mu(n) G(n+mu)^†. Generators
// T_a are Hermitian with tr T_a T_b = delta_ab/2 (U(1): T = 1). An [Algebra]
// has the components P^a of P = sum_a P^a T_a on each link; the kinetic term is
// 1/2 sum (P^a)^2, dU/dtau = i P U, and dP^a/dtau = -F^a with the force
//
//	F^a_mu(n) = d/d omega S[exp(i omega T_a) U_mu(n)] at omega = 0,
//
// which is also the cotangent that back-propagation carries. If dS =
// Re tr(i omega M) then F = -t [M]_TA in components, t = tr T_a T_a: 1/2 for
// SU(N), 1 for U(1).
//
// Paths are written as signed directions counted from 1: +1 is a step along
// direction 0 through its link, -2 a step against direction 1 through the
// dagger. The average plaquette is Re tr P / N, 1 on the unit configuration.
//
// # References
//
//	[LW]    M. Luescher, P. Weisz, Commun. Math. Phys. 97 (1985) 59
//	[Iwa]   Y. Iwasaki, arXiv:1111.7054
//	[DBW2]  P. de Forcrand et al., hep-lat/9911033
//	[Bur]   G. Burgers, F. Karsch, A. Nakamura, I. Stamatescu, Nucl. Phys. B 304 (1988) 587
//	[MP]    C. Morningstar, M. Peardon, hep-lat/0311018
package gauge
