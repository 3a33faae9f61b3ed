// Package covnet holds gauge-covariant neural networks: layers that map links
// to links, transform as they do, and have weights that can be trained [TN].
//
// # Conventions
//
// A stout layer with weights rho is
//
//	U'_mu(n) = exp(Q_mu(n)) U_mu(n),  Q = [Omega]_TA,  Omega_mu(n) = sum_k rho_k C_k,mu(n) U_mu(n)^†,
//
// C_k a sum of paths from n to n+mu: with C the 2(D-1) staples, rho is that of
// Morningstar and Peardon [MP], and rho > 0 smooths. [TN] writes Q = 2 [Omega]_TA
// with loops that start and end at n: its rho is half of this one. Polyakov
// loops enter through the line that closes the link, once per link.
//
// An APE layer projects a weighted sum of the link and such paths on the group, by the
// polar decomposition; HYP nests three of them.
//
// A neural ODE follows the same exponent, dU/dt = Q U; with fixed weights it is a
// gradient flow [L], 1 for each staple of the Wilson flow.
//
// Cotangents are algebra fields of left derivatives, like forces: Backward takes
// dS/dU' to dS/dU and to dS/drho (the extended delta rule of [TN], the force
// recursion of [MP] section IV).
//
// # References
//
//	[TN] A. Tomiya, Y. Nagai, arXiv:2103.11965
//	[L]  M. Luescher, arXiv:1006.4518 (gradient flow, RK3)
//	[RS] A. Ramos, S. Sint, arXiv:1508.05552 (Zeuthen flow)
//	[FR] P. Fritzsch, A. Ramos, arXiv:1301.4388 (adaptive steps)
//	[APE] M. Albanese et al., Phys. Lett. B 192 (1987) 163
//	[HK] A. Hasenfratz, F. Knechtli, hep-lat/0103029
//	[MP] C. Morningstar, M. Peardon, hep-lat/0311018
package covnet
