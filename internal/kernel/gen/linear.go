package main

// A sweep is a loop over the Vecs of arrays: at describes what is done with
// the k-th of those that one iteration takes, or pair what is done with two that are
// real and imaginary parts.
type sweep struct {
	name      string
	doc       string
	signature signature
	sum       bool // has a state: what at returns, what pair carries on
	at        func(p *program, k int, state value) value
	pair      func(p *program, re, im int, state []value)
}

var sweeps = []sweep{
	{
		name: "axpy", doc: "sets x += a y", signature: signature{vecs("x"), scalar("a"), vecs("y")},
		at: func(p *program, k int, _ value) value {
			p.store("x", k, p.fma(p.arg("a"), p.load("y", k), p.load("x", k)))
			return 0
		},
	},
	{
		name: "xpay", doc: "sets x = y + a x", signature: signature{vecs("x"), vecs("y"), scalar("a")},
		at: func(p *program, k int, _ value) value {
			p.store("x", k, p.fma(p.arg("a"), p.load("x", k), p.load("y", k)))
			return 0
		},
	},
	{
		name: "scale", doc: "sets x *= a", signature: signature{vecs("x"), scalar("a")},
		at: func(p *program, k int, _ value) value {
			p.store("x", k, p.mul(p.arg("a"), p.load("x", k)))
			return 0
		},
	},
	{
		name: "triad", doc: "sets x = y + a z", signature: signature{vecs("x"), vecs("y"), scalar("a"), vecs("z")},
		at: func(p *program, k int, _ value) value {
			p.store("x", k, p.fma(p.arg("a"), p.load("z", k), p.load("y", k)))
			return 0
		},
	},
	{
		name: "step", doc: "sets x += a p and p = r + b p: the last step of an iteration of conjugate gradients",
		signature: signature{vecs("x"), scalar("a"), vecs("p"), vecs("r"), scalar("b")},
		at: func(p *program, k int, _ value) value {
			v := p.load("p", k)
			p.store("x", k, p.fma(p.arg("a"), v, p.load("x", k)))
			p.store("p", k, p.fma(p.arg("b"), v, p.load("r", k)))
			return 0
		},
	},
	{
		name: "axpyNorm", doc: "sets x += a y and returns the sum of the squares of x, lane by lane",
		signature: signature{vecs("x"), scalar("a"), vecs("y"), total()}, sum: true,
		at: func(p *program, k int, s value) value {
			t := p.fma(p.arg("a"), p.load("y", k), p.load("x", k))
			p.store("x", k, t)
			return p.fma(t, t, s)
		},
	},
	{
		name: "dot", doc: "returns the sum of the products of x and y, lane by lane",
		signature: signature{vecs("x"), vecs("y"), total()}, sum: true,
		at: func(p *program, k int, s value) value {
			return p.fma(p.load("x", k), p.load("y", k), s)
		},
	},
	{
		name: "caxpy", doc: "sets x += (a + i b) y", signature: signature{vecs("x"), scalar("a"), scalar("b"), vecs("y")},
		pair: func(p *program, re, im int, _ []value) { addComplex(p, re, im, "x", "y") },
	},
	{
		name: "cxpay", doc: "sets x = y + (a + i b) x", signature: signature{vecs("x"), vecs("y"), scalar("a"), scalar("b")},
		pair: func(p *program, re, im int, _ []value) { addComplex(p, re, im, "y", "x") },
	},
	{
		name: "imDot", doc: "returns the sum of Im x^* y, lane by lane",
		signature: signature{vecs("x"), vecs("y"), total()}, sum: true,
		pair: func(p *program, re, im int, s []value) {
			p.carry(re, p.fma(p.load("x", re), p.load("y", im), s[re]))
			p.carry(im, p.fnma(p.load("x", im), p.load("y", re), s[im]))
		},
	},
}

// addComplex stores u + (a + i b) v in x.
func addComplex(p *program, re, im int, u, v string) {
	a, b, vr, vi := p.arg("a"), p.arg("b"), p.load(v, re), p.load(v, im)
	r := p.fnma(b, vi, p.fma(a, vr, p.load(u, re)))
	i := p.fma(b, vr, p.fma(a, vi, p.load(u, im)))
	p.store("x", re, r)
	p.store("x", im, i)
}

// least is how few registers the sweep takes at a time, those of a Vec being so many.
func (s sweep) least(halves int) int {
	if s.pair != nil {
		return 2 * halves
	}
	return halves
}

// body returns the program of n consecutive registers, each with a state of its own
// if the sweep sums; a Vec takes so many.
func (s sweep) body(n, halves int) *program {
	p := newProgram()
	var state []value
	if s.sum {
		for range n {
			state = append(state, p.newState())
		}
	}
	for k := range n {
		if s.pair != nil {
			if k/halves%2 == 0 {
				s.pair(p, k, k+halves, state)
			}
			continue
		}
		if s.sum {
			p.carry(k, s.at(p, k, state[k]))
		} else {
			s.at(p, k, 0)
		}
	}
	return p
}
