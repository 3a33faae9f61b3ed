// Package verify answers one question for a physicist with a new action,
// operator, layer, integrator or sampler: is it right?
//
// A law is a function that measures and returns [Result] values, each with its
// bound and the reason for it. [Run] tries it on cases drawn from a [Domain],
// shrinks a failure to the smallest [Case] and prints the command that repeats
// it. Laws hold for any correct implementation, of whatever theory; that it is
// the theory whose name it bears is for the twins of package reference to say,
// which [Links], [Field], [Vector] and [SetVector] translate to.
//
// # Conventions
//
// Those of the packages it judges. A result is broken if it is larger than its
// bound or not a number, and worthless if the bound could not tell right from
// wrong: both fail. Bounds come from round-off, derived where the operations are
// known and otherwise measured by [Noise], and from stated false-alarm rates.
// Noise drawn for one purpose comes from rng streams of the case's seed.
//
// # References
//
//	[Ridders] C. Ridders, Adv. Eng. Softw. 4 (1982) 75 (extrapolated differences)
//	[WH]      E. Wilson, M. Hilferty, PNAS 17 (1931) 684 (chi-squared deviates)
//	[Massart] P. Massart, Ann. Probab. 18 (1990) 1269 (empirical distributions)
package verify
