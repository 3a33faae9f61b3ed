package main

import "math"

// A square is an N x N matrix of values; SU(2) as in matrix.
type square struct {
	n int
	e []number // the rows that are stored
}

func (x square) at(i, j int) number {
	if x.n != 2 || i == 0 {
		return x.e[i*x.n+j]
	}
	z := x.e[1-j].conj()
	if j == 0 {
		return number{z.re.neg(), z.im.neg()}
	}
	return z
}

func (x square) row(i int) (r []number) {
	for k := range x.n {
		r = append(r, x.at(i, k))
	}
	return r
}

func (x square) column(j int) (c []number) {
	for k := range x.n {
		c = append(c, x.at(k, j))
	}
	return c
}

// daggerColumn is column j of x^†.
func (x square) daggerColumn(j int) (c []number) {
	for _, z := range x.row(j) {
		c = append(c, z.conj())
	}
	return c
}

// fill makes a square of its elements.
func fill(n int, f func(i, j int) number) square {
	x := square{n: n}
	for i := range rows(n) {
		for j := range n {
			x.e = append(x.e, f(i, j))
		}
	}
	return x
}

func (p *program) times(n int, x, y string) square {
	a, b := matrix{p, x, n, false}, matrix{p, y, n, false}
	return fill(n, func(i, j int) number { return p.product(a.row(i), b.column(j)) })
}

// antiHermitian is i x^a T_a, components first … of an array.
func (p *program) antiHermitian(n int, array string, first int) square {
	x := func(k int) value { return p.load(array, first+k) }
	if n == 2 { // (0, x_3, x_2, x_1)/2
		h := func(k int) part { return part{v: p.scale(x(k), 0.5)} }
		return square{2, []number{{im: h(2)}, {h(1), h(0)}}}
	}
	h := p.element(array, first, 0)
	return fill(n, func(i, j int) number { return h.at(i, j).timesI() })
}

// combine is sum of ± squares of which the lower triangle follows from the upper.
func (p *program) combine(signs []bool, x ...square) square {
	sum := func(i, j int) number {
		z := number{}
		for k, s := range x {
			t := s.at(i, j)
			if signs[k] {
				t = number{t.re.neg(), t.im.neg()}
			}
			z = p.plusNumber(z, t)
		}
		return z
	}
	return p.lower(x[0].n, sum)
}

// lower is the anti-Hermitian square of which f gives the upper triangle; real
// parts of its diagonal are dropped.
func (p *program) lower(n int, f func(i, j int) number) square {
	known := map[[2]int]number{}
	get := func(i, j int) number {
		z, ok := known[[2]int{i, j}]
		if !ok {
			z = f(i, j)
			if i == j {
				z.re = part{}
			}
			known[[2]int{i, j}] = z
		}
		return z
	}
	return fill(n, func(i, j int) number {
		if i <= j {
			return get(i, j)
		}
		z := get(j, i).conj()
		return number{z.re.neg(), z.im.neg()}
	})
}

// components puts those of an anti-Hermitian square, traceless but for n > 2's
// round-off: x^a = 2 Re tr(-i T_a m).
func (p *program) components(m square, put func(k int, v value)) {
	double := func(x part) value { return p.positive(p.twice(x)) } // x_0, x_1 = 2 Im, 2 Re m_01
	if m.n == 2 {
		put(0, double(m.at(0, 1).im))
		put(1, double(m.at(0, 1).re))
		put(2, double(m.at(0, 0).im))
		return
	}
	for k, ij := range offDiagonal {
		z := m.at(ij[0], ij[1])
		put(2*k, double(z.im))
		put(2*k+1, double(z.re))
	}
	d := func(i int) value { return p.positive(m.at(i, i).im) } // x_6 = d0 - d1, x_7 = (d0 + d1 - 2 d2)/sqrt 3
	put(6, p.sub(d(0), d(1)))
	put(7, p.scale(p.fnma(p.number(2), d(2), p.add(d(0), d(1))), 1/math.Sqrt(3)))
}

// productTA is [x y]_TA, as a square.
func (p *program) productTA(x, y square, minus bool) square {
	n := x.n
	m := func(i, j int) number {
		z := p.product(x.row(i), y.column(j))
		if minus {
			z = number{z.re.neg(), z.im.neg()}
		}
		return z
	}
	if n == 2 {
		return p.lower(2, m)
	}
	half := func(x part) part { return part{x.minus, p.scale(x.v, 0.5)} }
	return p.lower(n, func(i, j int) number {
		z := m(i, j)
		if i == j {
			return z
		}
		w := m(j, i).conj()
		z = p.plusNumber(z, number{w.re.neg(), w.im.neg()})
		return number{half(z.re), half(z.im)}
	})
}

// rotate is y^a T_a = u x^a T_a u^†, u and x taken where they are and x permuted.
func rotate(n int) *program {
	p := newProgram()
	if n == 1 {
		p.store("y", 0, p.load("x", 0))
		return p
	}
	u, x := matrix{p, "u", n, false}, p.antiHermitian(n, "x", 0)
	ux := fill(n, func(i, j int) number { return p.product(u.row(i), x.column(j)) })
	y := p.lower(n, func(i, j int) number { return p.product(ux.row(i), matrix{p, "u", n, true}.column(j)) })
	p.components(y, func(k int, v value) { p.store("y", k, v) })
	return p
}

// plaquetteBack takes the derivative along the four links of a plaquette
// P = a b (c d)^† of
//
//	G = Re tr [ Phi_a P + Phi_b b d^† c^† a + Phi_c P^† + Phi_d d b^† a^† c ],
//
// each Phi anti-Hermitian and at the start of its link, whose loop it multiplies.
// Let Phi_b' = a Phi_b a^† and Phi_d' = c Phi_d c^† be carried to where P begins,
// S = Phi_a + Phi_b' - Phi_c - Phi_d' and X = [P]_TA. Moving one link and collecting
// what multiplies i omega,
//
//	a: Phi_b' P + P (Phi_a - Phi_c - Phi_d')   = [Phi_b', P] + P S,
//	b, carried along a:                          P S,
//	c: Phi_d' P^† + P^† (Phi_c - Phi_a - Phi_b'), whose TA is that of -[Phi_d', P] - S P,
//	d, carried along c: P^† (-S),                 of -S P,
//
// since [P^† Phi]_TA = [Phi P]_TA; and [[Phi, P]]_TA = [Phi, X]. G changes by
// -t y omega with y the components of these and t = tr T_a T_a.
func plaquetteBack(n int) *program {
	p := newProgram()
	ab, cd := p.times(n, "a", "b"), p.times(n, "c", "d")
	plaquette := fill(n, func(i, j int) number { return p.product(ab.row(i), cd.daggerColumn(j)) })
	size := n*n - 1
	if n == 1 {
		// phases commute: S P has the imaginary part S Re P
		v := func(k int) value { return p.load("phi", k) }
		s := p.mul(p.sub(p.add(v(0), v(1)), p.add(v(2), v(3))), p.positive(plaquette.at(0, 0).re))
		p.store("y", 0, s)
		p.store("y", 1, s)
		p.store("y", 2, p.scale(s, -1))
		p.store("y", 3, p.scale(s, -1))
		return p
	}
	var phi []square
	for k := range 4 {
		phi = append(phi, p.antiHermitian(n, "phi", k*size))
	}
	s := p.combine([]bool{false, false, true, true}, phi...)
	put := func(link int, m square) {
		p.components(m, func(k int, v value) { p.store("y", link*size+k, v) })
	}
	// [P]_TA but for its trace, with which all commutes
	x := p.lower(n, func(i, j int) number {
		z := plaquette.at(i, j)
		if i == j || n == 2 {
			return z
		}
		w := plaquette.at(j, i).conj()
		z = p.plusNumber(z, number{w.re.neg(), w.im.neg()})
		return number{part{z.re.minus, p.scale(z.re.v, 0.5)}, part{z.im.minus, p.scale(z.im.v, 0.5)}}
	})
	commutator := func(u square) square {
		return p.lower(n, func(i, j int) number {
			z := p.product(u.row(i), x.column(j))
			w := p.product(x.row(i), u.column(j))
			return p.plusNumber(z, number{w.re.neg(), w.im.neg()})
		})
	}
	ps := p.productTA(plaquette, s, false)
	put(1, ps)
	put(0, p.combine([]bool{false, false}, ps, commutator(phi[1])))
	sp := p.productTA(s, plaquette, true)
	put(3, sp)
	put(2, p.combine([]bool{false, true}, sp, commutator(phi[3])))
	return p
}

// leaf is x = [P]_TA and, of three colours, Im tr P behind it, P = a b (c d)^†.
func leaf(n int) *program {
	p := newProgram()
	ab, cd := p.times(n, "a", "b"), p.times(n, "c", "d")
	m := func(i, j int) number { return p.product(ab.row(i), cd.daggerColumn(j)) }
	if n == 1 {
		p.store("x", 0, p.positive(m(0, 0).im))
		return p
	}
	x := p.halfDifference(n, m)
	p.components(x, func(k int, v value) { p.store("x", k, v) })
	if n == 3 {
		t := p.plus(p.plus(x.at(0, 0).im, x.at(1, 1).im), x.at(2, 2).im)
		p.store("x", n*n-1, p.positive(t))
	}
	return p
}

// halfDifference is (m - m^†)/2, a square; of SU(2) m without its trace.
func (p *program) halfDifference(n int, m func(i, j int) number) square {
	if n == 2 {
		return p.lower(n, m)
	}
	half := func(x part) part { return part{x.minus, p.scale(x.v, 0.5)} }
	return p.lower(n, func(i, j int) number {
		z := m(i, j)
		if i == j {
			return z
		}
		w := m(j, i).conj()
		z = p.plusNumber(z, w.neg())
		return number{half(z.re), half(z.im)}
	})
}

// leafBack takes the derivative along the four links of a plaquette P = a b (c d)^† of
//
//	Re tr (X_1 + X_2 + X_3 + X_4) P
//
// where each X is anti-Hermitian, belongs to a corner, n, n+mu, n+mu+nu, n+nu, and is carried
// to n, that of 3 along a b. With S their sum and X = [P]_TA, what multiplies i omega is
//
//	a: P X_1 + X_2 P + X_3 P + P X_4 = P S + [X_2 + X_3, P],
//	b, carried along a: P X_1 + P X_2 + X_3 P + P X_4 = P S + [X_3, P],
//	c: -(X_1 P + X_2 P + X_3 P + P X_4) = -S P + [X_4, P],
//	d, carried along c: -S P,
//
// and [S P]_TA = [P S]_TA + [S, X], [[X_k, P]]_TA = [X_k, X]. phi has the components of the
// four and, of three colours, the sum of their traces Im tr X_k, which gives P i t/N more.
// The derivative is -t y omega with y the components of these and t = tr T_a T_a.
func leafBack(n int) *program {
	p := newProgram()
	ab, cd := p.times(n, "a", "b"), p.times(n, "c", "d")
	plaquette := fill(n, func(i, j int) number { return p.product(ab.row(i), cd.daggerColumn(j)) })
	size := n*n - 1
	if n == 1 {
		v := func(k int) value { return p.load("phi", k) }
		s := p.mul(p.add(p.add(v(0), v(1)), p.add(v(2), v(3))), p.positive(plaquette.at(0, 0).re))
		for k := range 4 {
			p.store("y", k, []value{s, s, p.scale(s, -1), p.scale(s, -1)}[k])
		}
		return p
	}
	var phi []square
	for k := range 4 {
		phi = append(phi, p.antiHermitian(n, "phi", k*size))
	}
	s := p.combine(make([]bool, 4), phi...)
	x := p.halfDifference(n, plaquette.at)
	ps := p.productTA(plaquette, s, false)
	if n == 3 { // i t/N (P + P^†)/2
		t := p.scale(p.load("phi", 4*size), 1./6)
		times := func(x part) part {
			if x.v == 0 {
				return x
			}
			return part{x.minus, p.mul(x.v, t)}
		}
		ps = p.combine(make([]bool, 2), ps, p.lower(n, func(i, j int) number {
			z := p.plusNumber(plaquette.at(i, j), plaquette.at(j, i).conj())
			return number{times(z.re), times(z.im)}.timesI()
		}))
	}
	commutator := func(u square) square {
		return p.lower(n, func(i, j int) number {
			z := p.product(u.row(i), x.column(j))
			w := p.product(x.row(i), u.column(j))
			return p.plusNumber(z, w.neg())
		})
	}
	put := func(link int, m square) {
		p.components(m, func(k int, v value) { p.store("y", link*size+k, v) })
	}
	b := p.combine(make([]bool, 2), ps, commutator(phi[2]))
	put(1, b)
	put(0, p.combine(make([]bool, 2), b, commutator(phi[1])))
	d := p.combine([]bool{true, true}, ps, commutator(s))
	put(3, d)
	put(2, p.combine(make([]bool, 2), d, commutator(phi[3])))
	return p
}
