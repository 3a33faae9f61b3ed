package main

// Spins of the Wilson hop, in the chiral basis
//
//	g_k = ((0, -i s_k), (i s_k, 0)), k = 1, 2, 3,  g_4 = ((0, 1), (1, 0)),  g_5 = g_1 g_2 g_3 g_4 = diag(1, 1, -1, -1)
//
// with Pauli's matrices s. Of psi = (u, d), (1 ∓ g_mu) psi has two independent
// spins, h = its upper half:
//
//	forward,  1 - g_k: h = u + i s_k d, lower -i s_k h;  1 - g_4: h = u - d, lower -h
//	backward, 1 + g_k: h = u - i s_k d, lower +i s_k h;  1 + g_4: h = u + d, lower +h.

// pauli returns i s_k times a pair of numbers (mu = 0, 1, 2), or the pair itself
// with a minus sign (mu = 3), so that h = u + pauli(d) forward and u - pauli(d)
// backward, and the lower half is -pauli(h), resp. +pauli(h), but for mu = 3
// where it is pauli(h), resp. -pauli(h).
func pauli(mu int, a, b number) (x, y number) {
	switch mu {
	case 0:
		return b.timesI(), a.timesI()
	case 1:
		return b, a.neg()
	case 2:
		return a.timesI(), b.timesI().neg()
	}
	return a.neg(), b.neg()
}

// wilson is what all eight hops bring to a block:
//
//	dst = c sum_mu [ (1 - g_mu) w_mu(n) x(n+mu) + (1 + g_mu) w_mu(n-mu)^† x(n-mu) ] + ca add,
//
// or, adjoint, that with g_mu of the other sign. A hook before hop 2 mu (forward) and 2 mu + 1 (backward) moves the pointers of
// w and x. Half spinors are permuted, after they are made or multiplied.
func wilson(n int, adjoint, pairs bool) *program {
	p := newProgram()
	p.paired = pairs
	negated := func(z number, minus bool) number {
		if minus {
			return z.neg()
		}
		return z
	}
	acc := make([]number, 4*n)
	for k := range 8 {
		mu, backward := k/2, k%2 == 1
		plus := backward != adjoint // 1 + g_mu
		p.hook(k)
		x := func(spin, colour int) number { return vector{p, "x"}.at(spin*n + colour) }
		var h [2][]number
		for c := range n {
			a, b := pauli(mu, x(2, c), x(3, c))
			h[0] = append(h[0], p.plusNumber(x(0, c), negated(a, plus)))
			h[1] = append(h[1], p.plusNumber(x(1, c), negated(b, plus)))
		}
		if !backward {
			p.permuteAll("x", h[0], h[1])
		}
		w := matrix{p, "w", n, backward}
		var products [2][]number
		if pairs {
			products = p.spinProducts(w, h)
			if backward {
				p.permuteAll("x", products[0], products[1])
			}
		}
		for i := range n {
			var t [2]number
			for s := range t {
				if pairs {
					t[s] = products[s][i]
				} else {
					t[s] = p.product(w.row(i), h[s])
				}
			}
			if backward && !pairs {
				p.permuteAll("x", t[:])
			}
			for s := range t {
				acc[s*n+i] = p.plusNumber(acc[s*n+i], t[s])
			}
			a, b := pauli(mu, t[0], t[1])
			minus := plus == (mu == 3)
			acc[2*n+i] = p.plusNumber(acc[2*n+i], negated(a, minus))
			acc[3*n+i] = p.plusNumber(acc[3*n+i], negated(b, minus))
		}
	}
	var parts []part
	for _, z := range acc {
		if pairs {
			parts = append(parts, p.pair(z, false))
		} else {
			parts = append(parts, z.re, z.im)
		}
	}
	for k, x := range parts {
		c := p.arg("c")
		y := p.mul(p.arg("ca"), p.load("add", k))
		p.store("dst", k, p.plusTimes(part{v: y}, part{x.minus, c}, x.v).v)
	}
	return p
}

// permuteAll permutes lists of numbers in a row, so that a frame can do it at once.
func (p *program) permuteAll(array string, lists ...[]number) {
	for _, list := range lists {
		for k := range list {
			list[k] = p.permuted(list[k], array)
		}
	}
}

// spinProducts returns w h for both half spinors. All sums go on together, with one
// part of an element of w after the other, so that none waits for another: in pairs
// there are registers for it.
func (p *program) spinProducts(w matrix, h [2][]number) (t [2][]number) {
	t = [2][]number{make([]number, w.n), make([]number, w.n)}
	for k := range w.n {
		for part := range 2 {
			for i := range w.n {
				x := w.at(i, k)
				if part == 0 {
					x = number{re: x.re}
				} else {
					x = number{im: x.im}
				}
				for s := range t {
					t[s][i] = p.plusProduct(t[s][i], x, h[s][k])
				}
			}
		}
	}
	return t
}

// wilsonForce is what the hop along one link brings to the force of a pair of
// Wilson fields x and y,
//
//	f += c [ U tr_spin { (1 - g_mu) x(n+mu) y(n)^† + (1 + g_mu) y(n+mu) x(n)^† } ]_TA.
//
// (1 ∓ g_mu)/2 is a projector, so each trace is the sum over two spins of the half
// spinors of both its factors.
func wilsonForce(n, mu int) *program {
	p := newProgram()
	// half spinors (1 ∓ g_mu) of a field; permuted for one at the neighbour
	half := func(array string, plus, at bool) (h [2][]number) {
		x := func(spin, colour int) number { return vector{p, array}.at(spin*n + colour) }
		for c := range n {
			a, b := pauli(mu, x(2, c), x(3, c))
			if plus {
				a, b = a.neg(), b.neg()
			}
			for s, z := range []number{p.plusNumber(x(0, c), a), p.plusNumber(x(1, c), b)} {
				if at {
					z = p.permuted(z, "xp")
				}
				h[s] = append(h[s], z)
			}
		}
		return h
	}
	u := matrix{p, "u", n, false}
	var far, near [][]number
	for _, side := range []struct {
		far, near string
		plus      bool
	}{{"xp", "y", false}, {"yp", "x", true}} {
		h := half(side.far, side.plus, true)
		for s, v := range half(side.near, side.plus, false) {
			var uh []number
			for i := range n {
				uh = append(uh, p.product(u.row(i), h[s]))
			}
			far, near = append(far, uh), append(near, v)
		}
	}
	p.ta(n, p.adder(p.arg("c")), func(i, j int) (re, im []term) {
		for s := range far {
			r, m := product(far[s][i], near[s][j].conj())
			re, im = append(re, r...), append(im, m...)
		}
		return re, im
	})
	return p
}
