// Package verify answers one question for a physicist with a new action,
// operator, layer, integrator, solver, sampler or observable: is it right?
//
// One call in a test judges it by all laws of its kind:
//
//	func TestMine(t *testing.T) { verify.Pseudofermion(t, Build) }
//
// where Build makes the action of a [Case] on a lattice, or answers
// [ErrUnsupported]. [Action], [Pseudofermion], [Operator], [Layer], [Scheme],
// [Dynamics], [Solver], [Sampler], [Observable] and [Reader] are these calls; OfAction
// and its like return the same as a [Subject] for [Judge], which is what the command
// slhmc verify does with [BuiltIn] and with what a configuration describes. A law
// of one's own is a function that measures and returns [Result] values, each with
// its bound and the reason for it; [Run] tries it.
//
// Cases are drawn at random from a [Domain], every law by a seed of its own, so
// that it can be tried alone. A failure is shrunk to the smallest case, which is
// printed as JSON with the command that repeats it.
//
// Laws hold for any correct implementation, of whatever theory: a consistent
// force of the wrong theory obeys them all. That it is the theory whose name it
// bears is for twins to say, independent programs to compare with ([TwinOfAction],
// [TwinOfOperator], [TwinOfLayer]); package reference has some, and [Links],
// [Field], [Vector] and [SetVector] translate to it.
//
// # Conventions
//
// Those of the packages it judges. A result is broken if it is larger than its
// bound or not a number, and worthless if the bound could not tell right from
// wrong: both fail, and so does a law that has been tried on too few cases. A law that applies
// to no case of a subject ([Skip]) neither holds nor is broken, and is told as such; a
// suite in which nothing that matters applied fails. Bounds
// come from round-off, derived where the operations are known and otherwise
// measured by [Noise], and from exact laws at a false-alarm rate of 5e-10 each: one
// in a million for a suite. Which symmetries a subject has beyond gauge covariance
// is for the caller to say ([Has]). Noise drawn for one purpose comes from rng
// streams of the case's seed.
//
// MUTANTS.md lists planted bugs and the laws that catch them.
//
// # References
//
//	[Ridders] C. Ridders, Adv. Eng. Softw. 4 (1982) 75 (extrapolated differences)
//	[WH]      E. Wilson, M. Hilferty, PNAS 17 (1931) 684 (chi-squared deviates)
//	[Massart] P. Massart, Ann. Probab. 18 (1990) 1269 (empirical distributions)
//	[CMP]     M. Creutz, Phys. Rev. D 38 (1988) 1228 (<exp(-dH)> = 1)
//	[GS]      M. Golterman, J. Smit, Nucl. Phys. B 245 (1984) 61 (staggered symmetries)
//	[Holm]    S. Holm, Scand. J. Statist. 6 (1979) 65 (several tests at one rate)
//	[Ville]   J. Ville, Etude critique de la notion de collectif, Paris 1939 (martingales)
//	[Freedman] D. Freedman, Ann. Probab. 3 (1975) 100 (martingales)
//	[W]       U. Wolff, hep-lat/0306017 (the Gamma method)
package verify
