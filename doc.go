// Package slhmc is the root of a module for lattice gauge theory with gauge-covariant neural networks: it trains a network
// during a hybrid Monte Carlo run and samples with it by self-learning hybrid Monte Carlo, exactly. It holds no code; the
// program is cmd/slhmc, and the packages are, from the ground up:
//
//   - physics/lattice, physics/rng, physics/statistics: sites and workers, random numbers, errors of correlated series
//   - physics/group, physics/gauge, physics/fermion: matrices, links and their forces, quark fields
//   - physics/dirac, physics/solver, physics/action: operators, their inverses, the actions made of them
//   - physics/observe, physics/format: what is measured, and the files of other codes
//   - covnet: networks that map links to links and commute with gauge transformations, and their training
//   - sampler: integrators, HMC and SLHMC
//   - reference: slow and independent twins of all this, for tests
//
// A package imports only those below it; graph_test.go has the table and its reasons.
//
// # Conventions
//
// Lattice units. Links U_μ(n) are in SU(N) or U(1) and go to G(n) U_μ(n) G(n+μ)† under a gauge transformation; generators are
// Hermitian with tr T_a T_b = δ_ab/2; momenta P = Σ P^a T_a have the kinetic term ½ Σ (P^a)², and dU/dτ = iPU, dP/dτ = −F.
// Time is the last direction. Each package states the rest of its own.
//
// # References
//
//   - [Covariant nets] A. Tomiya, Y. Nagai, arXiv:2103.11965: the networks, their training and self-learning HMC
//   - [Stout] C. Morningstar, M. Peardon, hep-lat/0311018: the stout layer and its derivative
//   - [Errors] U. Wolff, hep-lat/0306017: the Γ method
package slhmc
