// Package config reads, checks, completes and writes the TOML file that
// describes one run. It knows names and numbers only; fields, actions and
// samplers are built from a [Config] elsewhere.
//
// # Conventions
//
//   - One table, in schema.go, holds every key with its meaning, its default and
//     its allowed values. Reading, checking, writing, the comments of the presets
//     and the text of every error come from it.
//   - A program's own actions have tables too, by an argument of [Parse]; their keys
//     are numbers.
//   - A file stands alone: a key it leaves out takes the default of the table, or
//     is reported as missing. Physics (extents, group, actions, couplings, masses)
//     is never defaulted.
//   - A key that would be ignored is an error, not a warning.
//   - All problems are reported at once, with file, line and column (in
//     characters, from 1), and with the values that are allowed.
//   - Dimensions and time: direction mu = 1 ... D in the order of lattice.extents,
//     the last one is time. Directions are counted from 1 here because a path
//     writes a backward step as a minus sign. Elements of lists are counted from
//     0, as in slhmc.layers.0.terms.1.weight.
//   - Masses, couplings and trajectory lengths are in lattice units.
//
// # References
//
//   - [TOML] TOML v1.1.0, https://toml.io/en/v1.1.0
//   - [NT21] A. Tomiya, Y. Nagai, arXiv:2103.11965: the gauge covariant network,
//     the self-learning HMC and the system of the preset "default"
//   - [KMNP83] H. Kluberg-Stern, A. Morel, O. Napoly, B. Petersson, Nucl. Phys. B 220
//     (1983) 447: the flavours of staggered quarks, 2^D components on a hypercube
package config
