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
// # Coverage
//
// How often the mean of N entries of an AR(1) process is within one Error of the
// truth (0.683 for an error that is exact), the mean Error in units of the exact one,
// and how often there is no result, over 40000 chains each ([Gamma]; the table is held
// against by TestLongCoverage). Short series of long autocorrelations have too small
// errors in any such analysis: they do not show what they do not hold.
//
//	   N    tau_int   within one Error   Error/exact   no window
//	  10    0.5               0.660          1.01       0.010
//	  30    0.5               0.677          1.02       0.000
//	 100    0.5               0.676          1.00       0.000
//	1000    0.5               0.685          1.00       0.000
//	  10    5.0               0.331          0.44       0.003
//	  30    5.0               0.486          0.68       0.000
//	 100    5.0               0.612          0.91       0.000
//	1000    5.0               0.681          1.00       0.000
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
