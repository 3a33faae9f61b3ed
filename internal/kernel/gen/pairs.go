package main

// A number of a program of pairs is a pair times a power of i: re + i im with one
// part missing, the other a pair.

// pair is the signed pair x with z = x, or z = i x.
func (p *program) pair(z number, timesI bool) part {
	switch {
	case timesI && z.im.v == 0:
		return part{!z.re.minus, p.turn(z.re.v)}
	case timesI:
		return z.im
	case z.re.v == 0:
		return part{z.im.minus, p.turn(z.im.v)}
	}
	return z.re
}

func paired(x part, timesI bool) number {
	if timesI {
		return number{im: x}
	}
	return number{re: x}
}

// plusPair is x + y.
func (p *program) plusPair(x, y number) number {
	if x == (number{}) {
		return y
	}
	timesI := x.re.v == 0
	return paired(p.plus(p.pair(x, timesI), p.pair(y, timesI)), timesI)
}

// plusProductPair is z + x y, x an element of a matrix.
func (p *program) plusProductPair(z, x, y number) number {
	timesI := z.re.v == 0
	if z == (number{}) {
		timesI = y.re.v == 0
	}
	v := p.pair(y, timesI)
	s := part{}
	if z != (number{}) {
		s = p.pair(z, timesI)
	}
	s = p.plusTimes(s, part{x.re.minus != v.minus, x.re.v}, v.v)
	s = p.plusTimes(s, part{x.im.minus != v.minus, x.im.v}, p.turn(v.v))
	return paired(s, timesI)
}
