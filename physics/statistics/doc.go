// Package statistics turns the histories of Markov chains into numbers with errors:
// the Gamma method for means and functions of means, the jackknife, histograms,
// compensated sums.
//
// # Conventions
//
// A series is a []float64 in Monte Carlo time, one entry a trajectory, taken after
// thermalisation. Replicas are independent chains of one simulation, of any lengths.
// N is the number of entries of all replicas, ⟨a⟩ their mean. For a series a_i
//
//	Gamma(t) = ⟨(a_i - ⟨a⟩)(a_{i+t} - ⟨a⟩)⟩     autocorrelation function
//	rho(t)   = Gamma(t)/Gamma(0)
//	tau_int  = 1/2 + sum_{t>=1} rho(t)           1/2 for independent entries
//	error²   = 2 tau_int Gamma(0)/N              of the mean
//
// so that N/(2 tau_int) is the number of independent entries. Errors are one
// standard deviation. Problems of the data (too short, not finite, no window) are
// error values, and no result is then given; the shapes of arguments are the
// caller's business, and wrong ones panic.
//
// # References
//
//	[W]   U. Wolff, "Monte Carlo errors with less errors", hep-lat/0306017
//	[L]   M. Lüscher, hep-lat/0409106, appendix E (error of rho)
//	[MS]  N. Madras, A. D. Sokal, J. Stat. Phys. 50 (1988) 109 (error of tau_int)
//	[ET]  B. Efron, R. J. Tibshirani, "An Introduction to the Bootstrap" (1993),
//	      chapter 11 (jackknife)
//	[N]   A. Neumaier, Z. Angew. Math. Mech. 54 (1974) 39 (compensated sum)
//	[ORO] T. Ogita, S. M. Rump, S. Oishi, SIAM J. Sci. Comput. 26 (2005) 1955
//	      (its error bound)
package statistics
