package rational

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// Certificate is the proof that an approximation of degree n is the best one: the relative error
// r(x) x^(-power) - 1 takes equal sizes with alternating signs at 2n + 2 points (Chebyshev), and these are all the places
// where it can be largest.
//
// By de la Vallée-Poussin's theorem the error of the best approximation lies between Least and Most.
type Certificate struct {
	// Points are the 2n + 2 extrema, ascending, the first lo and the last hi.
	Points []float64
	// Errors are the relative errors there, signs alternating, computed from zeros and poles in Bits bits.
	Errors []float64
	// Least and Most are the sizes of the smallest and the largest of them; Most is the error of the approximation.
	Least, Most float64
	// Spread is (Most - Least) / Least before both were rounded, at most 1e-23.
	Spread float64
	// Bits is the precision of the proof.
	Bits uint
}

func (c Certificate) clone() Certificate {
	c.Points, c.Errors = slices.Clone(c.Points), slices.Clone(c.Errors)
	return c
}

// centred returns c = sqrt(1 - delta^2) = (1 - t^2) / (1 + t^2), which makes the extrema of c e^E - 1 equal in size.
func (p *problem) centred() *big.Float {
	t2 := p.mul(p.tanh, p.tanh)
	return p.quo(p.sub(p.of(1), t2), p.add(p.of(1), t2))
}

// prove checks the solution over the whole interval, nothing taken from the search but its points:
//
//   - dE/dlog y changes sign within 2^(1 - bits/4) of each of the 2n inner points. It has at most 2n zeros, so these are all, and
//     |E| is largest at one of them or at an end. (The error at the point misses less than n^2 2^(2 - bits/2) of its size.)
//   - the error alternates at the 2n points and the two ends, and its sizes agree to 2^-78: those of tanh(E/2) agree to 2^-90, and
//     (1 + delta)(1 + t^2)/(1 - t^2) times that is left of it.
func (p *problem) prove(power Power, center *big.Float) (Certificate, error) {
	var points []*big.Float
	for _, y := range p.extrema {
		points = append(points, p.quo(p.of(1), y))
	}
	for _, y := range slices.Backward(p.extrema) {
		points = append(points, y)
	}
	near := new(big.Float).SetMantExp(p.of(1), 1-int(p.arithmetic)/4)
	for _, y := range points[1 : len(points)-1] {
		below, _ := p.slope(p.mul(y, p.sub(p.of(1), near)))
		above, _ := p.slope(p.mul(y, p.add(p.of(1), near)))
		if below.Sign()*above.Sign() >= 0 {
			return Certificate{}, errors.New("not proved: the error is not extremal at each point")
		}
	}

	c := Certificate{Bits: uint(p.arithmetic)}
	var least, most *big.Float
	for i, y := range points {
		e := p.mul(p.centred(), p.ratio(y))
		if power.Num < 0 {
			e = p.quo(p.centred(), p.ratio(y))
		}
		e.Sub(e, p.of(1))
		value, _ := e.Float64()
		x, _ := p.mul(center, y).Float64()
		if i > 0 && (value < 0) == (c.Errors[i-1] < 0) {
			return Certificate{}, errors.New("not proved: the error does not alternate")
		}
		c.Points, c.Errors = append(c.Points, x), append(c.Errors, value)
		e.Abs(e)
		if least == nil || e.Cmp(least) < 0 {
			least = e
		}
		if most == nil || e.Cmp(most) > 0 {
			most = e
		}
	}
	c.Least, _ = least.Float64()
	c.Most, _ = most.Float64()
	c.Spread, _ = p.quo(p.sub(most, least), least).Float64()
	if c.Spread > 0x1p-78 {
		return Certificate{}, fmt.Errorf("not proved: sizes of the error differ by %.2g of them", c.Spread)
	}
	return c, nil
}
