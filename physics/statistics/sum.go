package statistics

import "math"

// Sum is a running sum with the rounding errors of its additions carried along
// [N]. Its value is as good as if it were added in twice the precision and rounded
// once: with eps = 2^-53 and n terms,
//
//	|Value - sum x| <= eps |sum x| + (n eps/(1 - n eps))² sum |x|    [ORO, (4.5)]
//
// The zero value is an empty sum. The terms may be of any sign and order; a sum
// that overflows is ±Inf or NaN, as the plain sum would be.
type Sum struct {
	sum, rest float64
}

// Add adds x.
func (s *Sum) Add(x float64) {
	t := s.sum + x
	if math.Abs(s.sum) >= math.Abs(x) {
		s.rest += (s.sum - t) + x
	} else {
		s.rest += (x - t) + s.sum
	}
	s.sum = t
}

// Value returns the sum so far.
func (s *Sum) Value() float64 {
	if math.IsInf(s.sum, 0) {
		return s.sum // rest is NaN then
	}
	return s.sum + s.rest
}
