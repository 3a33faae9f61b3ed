package rng

import "math"

// The logarithm and the circular functions of Box-Muller, for exactly the
// arguments that occur. They are faster than package math's, which must reduce any
// argument, and give the same bits on every machine: only +, *, / and sqrt, and
// every product rounded before it is added (see mul).

// mul returns x y rounded: the conversion forbids the compiler to fuse the product
// with a following addition, as it would on arm64 or with GOAMD64=v3.
func mul(x, y float64) float64 { return float64(x * y) }

// centre maps 64 random bits to the middle of one of 2^52 cells of (0, 1); exact,
// for k + 1/2 has at most 53 bits.
func centre(w uint64) float64 { return mul(float64(w>>12)+0.5, 0x1p-52) }

// logarithm returns ln u for a normal u > 0. With u = 2^e m, sqrt(1/2) <= m < sqrt 2,
// and s = (m - 1)/(m + 1),
//
//	ln u = e ln 2 + 2 (s + s^3/3 + s^5/5 + ... + s^19/19)
//
// As |s| < 0.172 the first term left out, s^21/21, is below 3e-17 |s|. The relative
// error is a few units of 1e-16, at u near 1 too, where m - 1 is exact and e = 0.
func logarithm(u float64) float64 {
	const half = 0x3FE6A09E667F3BCD // the bits of sqrt(1/2): m's exponent and below start there
	b := math.Float64bits(u)
	e := (int64(b) - half) >> 52
	m := math.Float64frombits(b - uint64(e)<<52)
	s := (m - 1) / (m + 1)
	y := mul(s, s)
	y2 := mul(y, y)
	y4 := mul(y2, y2)
	y8 := mul(y4, y4)
	p0 := 1.0/3 + mul(y, 1.0/5)
	p1 := 1.0/7 + mul(y, 1.0/9)
	p2 := 1.0/11 + mul(y, 1.0/13)
	p3 := 1.0/15 + mul(y, 1.0/17)
	p := (p0 + mul(y2, p1)) + mul(y4, p2+mul(y2, p3)) + mul(y8, 1.0/19)
	return mul(float64(e), math.Ln2) + mul(2, s+mul(mul(s, y), p))
}

// turn returns sin and cos of the angle 2 pi v for v = centre(w). The top two bits
// of w are the quadrant, the next 50 the angle x in (-pi/4, pi/4) about its middle:
//
//	2 pi v = (pi/2) (quadrant + 1/2) + x
//	sin(pi/4 + x) = (cos x + sin x)/sqrt 2,  cos(pi/4 + x) = (cos x - sin x)/sqrt 2
//
// with the Taylor series of sin x to x^15 and of cos x to x^16, whose first terms
// left out, x^17/17! and x^18/18!, are below 5e-17. Absolute error below 6e-16.
func turn(w uint64) (sin, cos float64) {
	x := mul(float64(int64(w<<2>>14)-1<<49)+0.5, math.Pi/2*0x1p-50)
	y := mul(x, x)
	y2 := mul(y, y)
	y4 := mul(y2, y2)
	s0 := -1.0/6 + mul(y, 1.0/120)
	s1 := -1.0/5040 + mul(y, 1.0/362880)
	s2 := -1.0/39916800 + mul(y, 1.0/6227020800)
	s := x + mul(mul(x, y), (s0+mul(y2, s1))+mul(y4, s2+mul(y2, -1.0/1307674368000)))
	c0 := -1.0/2 + mul(y, 1.0/24)
	c1 := -1.0/720 + mul(y, 1.0/40320)
	c2 := -1.0/3628800 + mul(y, 1.0/479001600)
	c3 := -1.0/87178291200 + mul(y, 1.0/20922789888000)
	c := 1 + mul(y, (c0+mul(y2, c1))+mul(y4, c2+mul(y2, c3)))
	a := math.Float64bits(mul(c+s, 1/math.Sqrt2))
	b := math.Float64bits(mul(c-s, 1/math.Sqrt2))
	// Quadrants (sin, cos): 0 (a, b), 1 (b, -a), 2 (-a, -b), 3 (-b, a). Without
	// branches, which would be mispredicted half of the time.
	odd, lower := w>>62&1, w>>63
	swap := (a ^ b) & -odd
	return math.Float64frombits(a ^ swap ^ lower<<63), math.Float64frombits(b ^ swap ^ (odd^lower)<<63)
}
