package rational

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// agreement is the fraction to which all heights agree when the exchange stops; each step doubles their common bits.
const agreement = 0x1p-90

// maxSteps is far beyond the few steps and exchanges that are needed where the method converges.
const maxSteps = 60

// newton takes one step of the n + 1 equations tanh(E(y_j)/2) = sign(j) t in log z_i and t, at most 1 in any log z_i, and
// returns the largest residual before it.
//
//	d tanh(E/2) / d log z_i = (1 - tanh^2)/2 z_i (1 - y^2) / ((y + z_i)(z_i y + 1))
func (p *problem) newton() (*big.Float, error) {
	n, worst := len(p.zeros), p.of(0)
	m, b := make([][]*big.Float, n+1), make([]*big.Float, n+1)
	for j, y := range p.extrema {
		g := p.half(y)
		common := p.mul(p.mul(p.of(0.5), p.sub(p.of(1), p.mul(g, g))), p.sub(p.of(1), p.mul(y, y)))
		for _, z := range p.zeros {
			uv := p.mul(p.add(y, z), p.add(p.mul(z, y), p.of(1)))
			m[j] = append(m[j], p.quo(p.mul(common, z), uv))
		}
		m[j] = append(m[j], p.of(-sign(j)))
		b[j] = p.sub(p.mul(p.of(sign(j)), p.tanh), g)
		if size := new(big.Float).Abs(b[j]); size.Cmp(worst) > 0 {
			worst = size
		}
	}
	if !p.solve(m, b) {
		return nil, errors.New("singular system")
	}
	scale := p.of(1)
	for _, d := range b[:n] {
		if s := p.quo(p.of(1), new(big.Float).Abs(d)); d.Sign() != 0 && s.Cmp(scale) < 0 {
			scale = s
		}
	}
	for i, z := range p.zeros {
		p.zeros[i] = p.stretch(z, p.mul(scale, b[i]))
	}
	p.tanh = p.add(p.tanh, p.mul(scale, b[n]))
	return worst, nil
}

// level brings E(y_j) to equal heights, each right to some 2^(-16), so that E certainly alternates.
func (p *problem) level() error {
	for range maxSteps {
		worst, err := p.newton()
		if err != nil {
			return err
		}
		// the step squares this; and a height that came out negative is not one yet
		if p.tanh.Sign() > 0 && worst.Cmp(p.mul(p.of(0x1p-8), p.tanh)) < 0 {
			return nil
		}
	}
	return fmt.Errorf("heights not level after %d steps", maxSteps)
}

// exchange moves the extrema to where E has them now: E moves through a wall towards the extremum above it, and so has a
// stationary point between two walls.
func (p *problem) exchange() error {
	n := len(p.zeros)
	walls := make([]*big.Float, n+1)
	for j := range n + 1 {
		lower := p.of(1) // E(1) = 0
		if j < n {
			lower = p.extrema[j+1]
		}
		var ok bool
		if walls[j], ok = p.wall(lower, p.extrema[j], j); !ok {
			return fmt.Errorf("no alternation between its extrema %d and %d", j, j+1)
		}
	}
	for j := 1; j <= n; j++ {
		p.extrema[j] = p.stationary(walls[j], walls[j-1], p.extrema[j])
	}
	return nil
}

// wall returns a point between extremum j and the next one below where E moves towards the sign of extremum j.
func (p *problem) wall(lower, upper *big.Float, j int) (*big.Float, bool) {
	if j == len(p.zeros) {
		s, _ := p.slope(lower)
		return lower, s.Sign() == int(sign(j))
	}
	// the middle serves unless a few poles have to cover a very long interval; then look closer
	gaps := []*big.Float{lower, upper}
	for range 6 {
		finer := gaps[:1:1]
		for i, y := range gaps[1:] {
			middle := p.sqrt(p.mul(gaps[i], y))
			if s, _ := p.slope(middle); s.Sign() == int(sign(j)) {
				return middle, true
			}
			finer = append(finer, middle, y)
		}
		gaps = finer
	}
	return nil, false
}

// stationary finds the zero of dE/dlog y between two walls, by Newton's method from y, held inside by bisection.
//
// It ends after a step below 2^(-bits/4), so within about 2^(-bits/2) of the zero; the height then misses the square of
// that.
func (p *problem) stationary(lower, upper, y *big.Float) *big.Float {
	slopeBelow, _ := p.slope(lower)
	small := new(big.Float).SetMantExp(p.of(1), -int(p.arithmetic)/4)
	if y.Cmp(lower) <= 0 || y.Cmp(upper) >= 0 {
		y = p.sqrt(p.mul(lower, upper))
	}
	for {
		s, ds := p.slope(y)
		if s.Sign() == 0 {
			return y
		}
		if s.Sign() == slopeBelow.Sign() {
			lower = y
		} else {
			upper = y
		}
		next := p.sqrt(p.mul(lower, upper))
		step := p.of(3)
		if ds.Sign() != 0 {
			step = p.quo(s, p.sub(p.of(0), ds))
		}
		size := new(big.Float).Abs(step)
		if size.Cmp(p.of(1)) < 0 {
			if to := p.stretch(y, step); to.Cmp(lower) > 0 && to.Cmp(upper) < 0 {
				next = to
			} else if size.Cmp(small) < 0 {
				return y
			}
		}
		if size.Cmp(small) < 0 || p.quo(p.sub(upper, lower), upper).Cmp(small) < 0 {
			return next
		}
		y = next
	}
}

// heights returns the smallest and the largest size of tanh(E/2) at the extrema, and whether the signs alternate.
func (p *problem) heights() (least, most *big.Float, alternate bool) {
	alternate = true
	for j, y := range p.extrema {
		g := p.half(y)
		alternate = alternate && g.Sign() == int(sign(j))
		g.Abs(g)
		if least == nil || g.Cmp(least) < 0 {
			least = g
		}
		if most == nil || g.Cmp(most) > 0 {
			most = g
		}
	}
	return least, most, alternate
}

// remez exchanges until the heights agree.
func (p *problem) remez() error {
	for range maxSteps {
		if err := p.level(); err != nil {
			return err
		}
		if err := p.exchange(); err != nil {
			return err
		}
		least, most, alternate := p.heights()
		if alternate && p.sub(most, least).Cmp(p.mul(p.of(agreement), least)) <= 0 {
			p.tanh = most
			slices.SortFunc(p.zeros, (*big.Float).Cmp) // long steps may have let them pass each other
			return nil
		}
	}
	return fmt.Errorf("heights still differ after %d exchanges", maxSteps)
}
