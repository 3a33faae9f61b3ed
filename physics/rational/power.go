package rational

import (
	"fmt"
	"math"
	"math/big"
)

// Power is the exponent Num/Den, for example {-1, 4}.
type Power struct{ Num, Den int }

// Float returns the exponent as a number.
func (p Power) Float() float64 { return float64(p.Num) / float64(p.Den) }

// String returns the exponent as "-1/4".
func (p Power) String() string { return fmt.Sprintf("%d/%d", p.Num, p.Den) }

// maxDen bounds the denominator: a 1024th root of one flavour is far beyond use, and the error, about
// 4 sin(pi p/q) times something, must stay a number of ordinary size.
const maxDen = 1024

// check says why the exponent has no approximation here.
func (p Power) check() error {
	switch {
	case p.Den < 1 || p.Den > maxDen:
		return fmt.Errorf("rational: power %s: the denominator must be from 1 to %d", p, maxDen)
	case p.Num == 0:
		return fmt.Errorf("rational: power %s is constant and needs no approximation", p)
	case p.Num <= -p.Den || p.Num >= p.Den:
		return fmt.Errorf("rational: power %s: its size must be below 1 (take whole powers off first)", p)
	}
	return nil
}

// size returns the exponent without its sign.
func (p Power) size() Power {
	if p.Num < 0 {
		return Power{-p.Num, p.Den}
	}
	return p
}

// of returns x^p for 1e-300 < x < 1e300, right to about Den units of the last of bits.
//
// The root comes first, lest x^Num overflow the start; Newton's w -= (w^Den - x)/(Den w^(Den-1)) doubles the correct bits.
func (p Power) of(x *big.Float, bits uint) *big.Float {
	a := arithmetic(bits)
	start, _ := x.Float64()
	w := a.of(math.Pow(start, 1/float64(p.Den)))
	den := a.of(float64(p.Den))
	// 2^-40 at the start: math.Pow is better, but Newton's constant, Den/2, may cost ten bits
	for good := uint(40 - 10); p.Den > 1 && good < 2*bits; good *= 2 {
		v := a.power(w, p.Den-1)
		w = a.sub(w, a.quo(a.sub(a.mul(v, w), x), a.mul(den, v)))
	}
	if p.Den == 1 {
		w = a.add(a.of(0), x)
	}
	if p.Num < 0 {
		return a.quo(a.of(1), a.power(w, -p.Num))
	}
	return a.power(w, p.Num)
}
