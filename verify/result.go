package verify

import (
	"fmt"
	"math"
)

// Result is what a law measured and what it allows.
type Result struct {
	Law      string
	Measured float64
	Bound    float64
	Because  string   // where the bound comes from
	Vacuous  bool     // the bound is so large that it could not tell right from wrong
	Series   []Series // what a plot of it would show
	// Somewhere says that one case has to obey it, no matter which: it is broken if
	// none does.
	Somewhere bool
}

// Series is what a plot shows: points that are joined, bars, or points with
// errors.
type Series struct {
	Title  string
	XLabel string
	YLabel string
	X, Y   []float64
	Errors []float64 // of Y; nil: none
	Names  []string  // of the points, instead of numbers along x; nil: none
	Log    bool      // both axes are logarithmic
	Bars   bool
	Note   string // what is to be seen
}

// OK reports whether the law holds, or may yet in another case. NaN never satisfies a
// bound, and a vacuous result proves nothing.
func (r Result) OK() bool { return r.Somewhere || r.obeyed() }

func (r Result) obeyed() bool { return r.Measured <= r.Bound && !r.Vacuous }

// Ratio returns Measured/Bound, and 0 for a law without tolerance that holds.
func (r Result) Ratio() float64 {
	if r.Bound == 0 && r.Measured == 0 {
		return 0
	}
	return r.Measured / r.Bound
}

// String says what was measured, what is allowed and why.
func (r Result) String() string {
	vacuous := ""
	if r.Vacuous {
		vacuous = ", vacuous: the bound is no smaller than what it should catch"
	}
	if r.Somewhere {
		vacuous += ", in one case at least"
	}
	return fmt.Sprintf("%s: measured %.4g, allowed %.4g (%s)%s", r.Law, r.Measured, r.Bound, r.Because, vacuous)
}

// failed is the result of a law that could not be measured.
func failed(law string, err error) []Result {
	return []Result{{Law: law, Measured: math.NaN(), Because: err.Error()}}
}

// exact is the result of a law without tolerance: how often it was broken.
func exact(law string, broken int) Result {
	return Result{Law: law, Measured: float64(broken), Because: "exact"}
}
