// Package verify answers one question for a physicist with a new action,
// operator, layer, integrator or sampler: is it right?
//
// # Conventions
//
// Those of the packages it judges. Twins are the slow, independent programs of
// package reference.
package verify
