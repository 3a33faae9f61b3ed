package statistics

import (
	"errors"
	"math"
)

// MinLength is the smallest number of entries of a replica, and of bins of a
// jackknife. An error of an error is then still about 40 %: do not use so few.
const MinLength = 8

// Why an analysis gives no result; wrapped with the details, test with errors.Is.
var (
	// ErrTooShort: fewer than MinLength entries in a replica, or bins in a jackknife.
	ErrTooShort = errors.New("statistics: too few entries")
	// ErrNotFinite: an entry, or the function at a mean, is NaN or infinite, or
	// squares overflow.
	ErrNotFinite = errors.New("statistics: not finite")
	// ErrNoWindow: the autocorrelations do not end within half of the longest replica.
	ErrNoWindow = errors.New("statistics: autocorrelations as long as the series")
)

// Estimate is a mean, or a function of means, with all that the Gamma method says
// about its error.
type Estimate struct {
	Value        float64 // for two or more replicas without the bias of order 1/N
	Error        float64 // one standard deviation
	ErrorOfError float64
	TauInt       float64 // in entries; 1/2 for independent ones
	TauIntError  float64
	Window       int // W, the last t of the sum of rho
	N            int // entries, of all replicas

	// Q is the probability that replicas scatter about their mean more than these
	// do, 1 for one replica. A tiny value says that they are not samples of one
	// distribution; replicas that are worlds apart show in a huge TauInt instead.
	Q float64

	// Rho and RhoError are rho(t) and its error for t = 0 ... 2W (less if all replicas are short).
	Rho, RhoError []float64
}

// Independent returns the number of independent entries, N/(2 tau_int).
func (e Estimate) Independent() float64 { return float64(e.N) / (2 * e.TauInt) }

// finite tells whether x is a number.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
