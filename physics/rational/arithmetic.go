package rational

import "math/big"

// arithmetic is that of big.Float with so many bits, written as functions.
type arithmetic uint

func (a arithmetic) of(x float64) *big.Float { return new(big.Float).SetPrec(uint(a)).SetFloat64(x) }

func (a arithmetic) add(x, y *big.Float) *big.Float {
	return new(big.Float).SetPrec(uint(a)).Add(x, y)
}

func (a arithmetic) sub(x, y *big.Float) *big.Float {
	return new(big.Float).SetPrec(uint(a)).Sub(x, y)
}

func (a arithmetic) mul(x, y *big.Float) *big.Float {
	return new(big.Float).SetPrec(uint(a)).Mul(x, y)
}

func (a arithmetic) quo(x, y *big.Float) *big.Float {
	return new(big.Float).SetPrec(uint(a)).Quo(x, y)
}

func (a arithmetic) sqrt(x *big.Float) *big.Float {
	return new(big.Float).SetPrec(uint(a)).Sqrt(x)
}

// power returns x^n for n >= 0 by squaring.
func (a arithmetic) power(x *big.Float, n int) *big.Float {
	out := a.of(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			out = a.mul(out, x)
		}
		x = a.mul(x, x)
	}
	return out
}

// stretch returns x (1 + d/2) / (1 - d/2) = x e^d + O(d^3), positive for |d| < 2: a step d of log x without a logarithm.
func (a arithmetic) stretch(x, d *big.Float) *big.Float {
	half := a.mul(d, a.of(0.5))
	return a.mul(x, a.quo(a.add(a.of(1), half), a.sub(a.of(1), half)))
}

// solve overwrites b with the solution of m x = b by elimination with row pivots, and reports whether m was regular.
func (a arithmetic) solve(m [][]*big.Float, b []*big.Float) bool {
	n := len(b)
	product := a.of(0)
	for c := range n {
		best := c
		for r := c + 1; r < n; r++ {
			if new(big.Float).Abs(m[r][c]).Cmp(new(big.Float).Abs(m[best][c])) > 0 {
				best = r
			}
		}
		if m[best][c].Sign() == 0 {
			return false
		}
		m[c], m[best], b[c], b[best] = m[best], m[c], b[best], b[c]
		for r := c + 1; r < n; r++ {
			f := a.quo(m[r][c], m[c][c])
			for k := c + 1; k < n; k++ {
				m[r][k].Sub(m[r][k], product.Mul(f, m[c][k]))
			}
			b[r].Sub(b[r], product.Mul(f, b[c]))
		}
	}
	for r := n - 1; r >= 0; r-- {
		for k := r + 1; k < n; k++ {
			b[r].Sub(b[r], product.Mul(m[r][k], b[k]))
		}
		b[r].Quo(b[r], m[r][r])
	}
	return true
}
