package main

import "math"

// planes of four dimensions, 01, 02, 12, 03, 13, 23: the Pauli matrix that sigma is on
// the halves of g_5 and its signs there (see package dirac).
var planes = []struct {
	k    int
	sign [2]bool // minus
}{{2, [2]bool{true, true}}, {1, [2]bool{}}, {0, [2]bool{true, true}}, {0, [2]bool{false, true}}, {1, [2]bool{false, true}}, {2, [2]bool{false, true}}}

// parts is the number of components of an anti-Hermitian matrix: of three colours with
// its trace.
func parts(n int) int { return []int{0, 1, 3, 9}[n] }

// hermitianOf is x^a T_a + x_tr/N, row by row.
func (p *program) hermitianOf(n int, x []part) (h [][]number) {
	h = make([][]number, n)
	for i := range h {
		h[i] = make([]number, n)
	}
	scaled := func(x part, c float64) part { return part{x.minus, p.scale(x.v, c)} }
	off := func(i, j, k int) {
		h[i][j] = number{scaled(x[k], 0.5), scaled(x[k+1], -0.5)}
		h[j][i] = h[i][j].conj()
	}
	switch n {
	case 1:
		h[0][0].re = x[0]
	case 2:
		off(0, 1, 0)
		h[0][0].re = scaled(x[2], 0.5)
		h[1][1].re = h[0][0].re.neg()
	case 3:
		for k, ij := range offDiagonal {
			off(ij[0], ij[1], 2*k)
		}
		third, half := scaled(x[7], 0.5/math.Sqrt(3)), scaled(x[6], 0.5)
		mean := scaled(x[8], 1./3)
		both := p.plus(mean, third)
		h[0][0].re, h[1][1].re = p.plus(both, half), p.plus(both, half.neg())
		h[2][2].re = p.plus(mean, scaled(third, -2))
	}
	return h
}

// cloverBlocks is a = sum_k s_k (x) h_k for both halves of g_5, packed, with h_k =
// -(c/8) sum ± (q^a T_a + q_tr/N) over the planes of q whose sigma is ± s_k there: c is
// that of a plane in space or with time.
func cloverBlocks(n int) *program {
	p := newProgram()
	size := parts(n)
	c := []value{p.scale(p.arg("space"), -0.125), p.scale(p.arg("time"), -0.125)}
	for half := range 2 {
		var h [3][][]number
		for k := range h {
			x := make([]part, size)
			for plane, s := range planes {
				if s.k != k {
					continue
				}
				for a := range x {
					x[a] = p.plusTimes(x[a], part{s.sign[half], c[plane/3]}, p.load("q", plane*size+a))
				}
			}
			h[k] = p.hermitianOf(n, x)
		}
		put := func(i, j int, z number) {
			at := half * 4 * n * n
			if i == j {
				p.store("a", at+i, p.positive(z.re))
				return
			}
			p.store("a", at+below(2*n, i, j), p.positive(z.re))
			p.store("a", at+below(2*n, i, j)+1, p.positive(z.im))
		}
		for i := range n {
			for j := range n {
				put(n+i, j, p.plusNumber(h[0][i][j], h[1][i][j].timesI()))
				if j <= i {
					put(i, j, h[2][i][j])
					put(n+i, n+j, h[2][i][j].neg())
				}
			}
		}
	}
	return p
}

// cloverTraces is the reverse: x of each plane are the components of
// i (c/8) sum_halves ± tr_spin s_k g.
func cloverTraces(n int) *program {
	p := newProgram()
	size := parts(n)
	c := []value{p.scale(p.arg("space"), 0.125), p.scale(p.arg("time"), 0.125)}
	g := func(half, i, j int) number {
		at := half * 4 * n * n
		if i == j {
			return number{re: part{v: p.load("g", at+i)}}
		}
		k := at + below(2*n, max(i, j), min(i, j))
		z := number{part{v: p.load("g", k)}, part{v: p.load("g", k+1)}}
		if i < j {
			return z.conj()
		}
		return z
	}
	trace := func(half, k, i, j int) number { // element (i, j), i <= j
		switch k {
		case 0:
			return p.plusNumber(g(half, n+i, j), g(half, n+j, i).conj())
		case 1:
			z := p.plusNumber(g(half, n+i, j), g(half, n+j, i).conj().neg())
			return number{z.im, z.re.neg()} // -i z
		}
		return p.plusNumber(g(half, i, j), g(half, n+i, n+j).neg())
	}
	for plane, s := range planes {
		at := func(i, j int) number {
			z := trace(0, s.k, i, j)
			w := trace(1, s.k, i, j)
			if s.sign[0] != s.sign[1] {
				w = w.neg()
			}
			z = p.plusNumber(z, w)
			if s.sign[0] {
				return z.neg()
			}
			return z
		}
		put := func(a int, x part, scale float64) {
			if x.minus {
				scale = -scale
			}
			p.store("x", plane*size+a, p.mul(p.scale(c[plane/3], scale), x.v))
		}
		d := make([]part, n)
		for i := range d {
			d[i] = at(i, i).re
		}
		pair := func(k, i, j int) {
			z := at(i, j)
			put(k, z.re, 2)
			put(k+1, z.im, -2)
		}
		switch n {
		case 1:
			put(0, d[0], 1)
		case 2:
			pair(0, 0, 1)
			put(2, p.plus(d[0], d[1].neg()), 1)
		case 3:
			for k, ij := range offDiagonal {
				pair(2*k, ij[0], ij[1])
			}
			sum := p.plus(d[0], d[1])
			put(6, p.plus(d[0], d[1].neg()), 1)
			put(7, p.plusTimes(sum, part{!d[2].minus, p.number(2)}, d[2].v), 1/math.Sqrt(3))
			put(8, p.plus(sum, d[2]), 1)
		}
	}
	return p
}
