package rational

import (
	"errors"
	"math"
	"math/big"
	"slices"
)

// fractions expands the solution in partial fractions of x = center y and rounds once. With Z_i, B_i the sizes of zeros and
// poles in y, ascending,
//
//	r(y) = A prod_i (y + Z_i) / (y + B_i) = A + sum_i A_i / (y + B_i),  A_i = A prod_j (Z_j - B_i) / prod_{j != i} (B_j - B_i)
//
// and A = c / prod z_i for a positive power (Z = z, B = 1/z), c prod z_i for a negative one (the other way round);
// c = sqrt(1 - delta^2) = (1 - t^2) / (1 + t^2).
func (p *problem) fractions(power Power, center *big.Float) (constant float64, residues, shifts []float64, err error) {
	n := len(p.zeros)
	zeros, poles := slices.Clone(p.zeros), make([]*big.Float, n)
	head := p.centred()
	for i, z := range p.zeros {
		poles[n-1-i] = p.quo(p.of(1), z)
		head = p.quo(head, z)
	}
	if power.Num < 0 {
		zeros, poles = poles, zeros
		head = p.quo(p.mul(p.centred(), p.centred()), head)
	}
	head = p.mul(head, power.of(center, uint(p.arithmetic)))
	constant, _ = head.Float64()
	for i, b := range poles {
		residue := p.mul(head, center)
		for j := range poles {
			residue.Mul(residue, p.sub(zeros[j], b))
			if j != i {
				residue.Quo(residue, p.sub(poles[j], b))
			}
		}
		r, _ := residue.Float64()
		s, _ := p.mul(center, b).Float64()
		if residue.Sign() == 0 || (residue.Sign() < 0) != (power.Num > 0) || b.Sign() <= 0 || (i > 0 && s <= shifts[i-1]) {
			return 0, nil, nil, errors.New("poles and zeros do not alternate")
		}
		residues, shifts = append(residues, r), append(shifts, s)
	}
	return constant, residues, shifts, nil
}

// Eval returns r(x) by its partial fractions in double precision, for x > 0 (on the interval, if it is to be near the power).
func (a *Approximation) Eval(x float64) float64 {
	sum := a.constant
	for i, s := range a.shifts {
		sum += a.residues[i] / (x + s)
	}
	return sum
}

// RoundOff returns a bound of |Eval(x) - r(x)| x^(-power) on the interval: what double precision adds to [Approximation.MaxError].
//
// With u = 2^-53 each fraction carries 4 u (residue, shift, their sum with x, quotient) and the additions at most n u
// of the sum of all sizes, so the error is below (n + 5) u (a_0 + sum |a_i| / (x + b_i)), second order included. For a
// negative power all terms are positive and their sum is r(x). For a positive one it is 2 a_0 - r(x), largest against r(x) at
// the lower end: of order (hi/lo)^power. Where that is too much, x^power is x times x^(power - 1).
func (a *Approximation) RoundOff() float64 {
	bound := float64(len(a.shifts)+5) * 0x1p-53 * (1 + a.MaxError())
	if a.power.Num > 0 {
		least := math.Pow(a.lo, a.power.Float()) * (1 - a.MaxError())
		bound *= 2*a.constant/least - 1
	}
	return bound
}
