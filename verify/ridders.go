package verify

import (
	"fmt"
	"math"
)

// Ridders returns the derivative of f at 0, an estimate of its error, and the
// smallest step that it rests on, by extrapolating central differences
//
//	D(h) = [f(h) - f(-h)] / 2h = f'(0) + O(h^2) + O(h^4) + …
//
// of steps h, h/2, h/4 … to h = 0 (Neville's scheme in h^2); the entry with the
// smallest estimated error is taken. Source: [Ridders].
func Ridders(f func(h float64) float64, h float64) (derivative, estimate, step float64) {
	const rows = 7
	var t [rows][rows]float64
	estimate = math.Inf(1)
	for i := range rows {
		t[i][0] = (f(h) - f(-h)) / (2 * h)
		power := 1.0
		for j := 1; j <= i; j++ {
			power *= 4
			t[i][j] = t[i][j-1] + (t[i][j-1]-t[i-1][j-1])/(power-1)
			e := math.Max(math.Abs(t[i][j]-t[i][j-1]), math.Abs(t[i][j]-t[i-1][j-1]))
			if e <= estimate {
				derivative, estimate, step = t[i][j], e, h
			}
		}
		h /= 2
	}
	return derivative, estimate, step
}

// slope returns the derivative of f at 0 and a bound on its error, 32 x (Ridders'
// estimate + noise of f / step), for the first of the steps h, h/8 and h/64 from
// which the differences converge down to the noise, or else for the best: a stiff
// function needs a small one.
func slope(f func(h float64) float64, noise, h float64) (derivative, bound float64, because string) {
	bound = math.Inf(1)
	for range 3 {
		d, estimate, step := Ridders(f, h)
		if b := margin * (estimate + noise/step); b < bound {
			derivative, bound = d, b
			because = fmt.Sprintf("32 x (Ridders' estimate %.2g + noise %.2g / step %.2g), derivative %.4g", estimate, noise, step, d)
		}
		if estimate < 10*noise/step {
			break
		}
		h /= 8
	}
	return derivative, bound, because
}
