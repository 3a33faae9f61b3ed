// Package sampler draws gauge configurations from exp(-S): molecular dynamics
// with integrators given as tables, hybrid Monte Carlo and self-learning hybrid
// Monte Carlo, the training of the action that guides the latter.
//
// # Conventions
//
// A trajectory draws momenta and pseudofermions, moves along Hamilton's
// equations dU/dtau = i P U, dP^a/dtau = -F^a of the guide for a time tau, and
// is accepted with probability min(1, exp(-dH)), dH = H1 - H0 with the target
// action in H = 1/2 sum (P^a)^2 + S. Any reversible, volume-preserving dynamics
// makes this exact, whatever the guide; HMC is the guide that equals the target.
// A proposal that cannot be judged, for a solve along it fails, may count as
// refused, which is as exact (Run.RefuseFailures; the reason stands at SLHMC's step).
//
// A Run is phases of trajectories in a directory, a line of history each, and
// checkpoints from which it goes on after a kill, bit for bit. What leaves the
// distribution and the history so far alone may change when it goes on, and stands
// in the history as an event.
//
// # References
//
//	[DKPR] S. Duane et al., Phys. Lett. B 195 (1987) 216 (HMC)
//	[TN]   A. Tomiya, Y. Nagai, arXiv:2103.11965 (SLHMC, covariant networks)
//	[SW]   J. Sexton, D. Weingarten, Nucl. Phys. B 380 (1992) 665 (several time scales)
//	[OMF]  I. Omelyan, I. Mryglod, R. Folk, Comput. Phys. Commun. 151 (2003) 272
//	[CJKS] M. Clark, B. Joó, A. Kennedy, P. Silva, arXiv:1108.1828 (force gradient)
//	[YM]   H. Yin, R. Mawhinney, arXiv:1111.5059 (its gradient by a second force)
//	[SFGK] K. Schäfers, J. Finkenrath, M. Günther, F. Knechtli, arXiv:2403.10370 (more of those)
//	[TF]   T. Takaishi, P. de Forcrand, hep-lat/0505020
package sampler
