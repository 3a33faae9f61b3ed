package rational

import (
	"math"
	"math/big"
)

// problem is the normalised one: R(y) = prod_i (y + z_i) / (z_i y + 1) for y^alpha, 0 < alpha < 1, on [1/kappa, kappa].
type problem struct {
	arithmetic
	power Power // alpha
	alpha *big.Float
	kappa *big.Float
	zeros []*big.Float // z_i, ascending
	tanh  *big.Float   // t = tanh(h/2), h the height that E = log(R y^-alpha) shall have

	// The n + 1 extrema at y >= 1, descending from kappa; those below 1 are their reciprocals. E has the sign
	// -(-1)^j at the j-th.
	extrema []*big.Float
}

// newProblem poses it with the bits that the expected error asks for, and its starting values.
func newProblem(power Power, lo, hi float64, degree int) *problem {
	root := math.Sqrt(hi) / math.Sqrt(lo)
	m := newNome(1 / root)
	size, log := m.height(power.Float(), degree)
	a := arithmetic(192 + 3*math.Ceil(math.Max(0, -log/math.Ln2)))

	p := &problem{arithmetic: a, power: power, tanh: a.of(math.Min(size, 0.9) / 2)}
	p.alpha = a.quo(a.of(float64(power.Num)), a.of(float64(power.Den)))
	p.kappa = a.sqrt(a.quo(a.of(hi), a.of(lo)))
	zeros, extrema := m.start(power.Float(), degree)
	for _, z := range zeros {
		p.zeros = append(p.zeros, a.of(z))
	}
	for _, y := range extrema {
		p.extrema = append(p.extrema, a.of(y))
	}
	p.extrema[0] = p.kappa
	return p
}

// sign of E at the j-th extremum from above: R grows too slowly at the upper end.
func sign(j int) float64 { return 2*float64(j%2) - 1 }

// ratio returns R(y) y^(-alpha).
func (p *problem) ratio(y *big.Float) *big.Float {
	above, below := p.of(1), p.power.of(y, uint(p.arithmetic))
	for _, z := range p.zeros {
		above.Mul(above, p.add(y, z))
		below.Mul(below, p.add(p.mul(z, y), p.of(1)))
	}
	return above.Quo(above, below)
}

// half returns tanh(E/2) = (ratio - 1) / (ratio + 1) at y, which spares the logarithm.
func (p *problem) half(y *big.Float) *big.Float {
	r := p.ratio(y)
	return p.quo(p.sub(r, p.of(1)), p.add(r, p.of(1)))
}

// slope returns the first two derivatives of E by log y:
//
//	sum_i y (1 - z_i^2) / ((y + z_i)(z_i y + 1)) - alpha  and  sum_i [ y z_i / (y + z_i)^2 - y z_i / (z_i y + 1)^2 ]
func (p *problem) slope(y *big.Float) (first, second *big.Float) {
	first, second = p.sub(p.of(0), p.alpha), p.of(0)
	for _, z := range p.zeros {
		u, v := p.add(y, z), p.add(p.mul(z, y), p.of(1))
		uv, yz := p.mul(u, v), p.mul(y, z)
		first.Add(first, p.quo(p.mul(y, p.sub(p.of(1), p.mul(z, z))), uv))
		// 1/u^2 - 1/v^2 = (v - u)(v + u) / (u v)^2
		second.Add(second, p.quo(p.mul(yz, p.mul(p.sub(v, u), p.add(v, u))), p.mul(uv, uv)))
	}
	return first, second
}
