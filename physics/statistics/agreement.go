package statistics

import "math"

// Sigma returns by how many standard deviations two independent results a ± ea and
// b ± eb differ, never negative:
//
//	|a - b| / sqrt(ea² + eb²)
//
// An exact number has error 0; two exact numbers are 0 apart if equal and +Inf if
// not. NaN in an argument gives NaN, which passes no bound `Sigma(...) < 3`.
// Panics: an error is negative.
func Sigma(a, ea, b, eb float64) float64 {
	if ea < 0 || eb < 0 {
		panic("statistics: Sigma of a negative error")
	}
	if a == b && ea == 0 && eb == 0 {
		return 0
	}
	return math.Abs(a-b) / math.Hypot(ea, eb)
}
