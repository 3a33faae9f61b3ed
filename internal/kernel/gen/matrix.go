package main

import "math"

// matrix is an N x N matrix of an array, or its dagger. SU(2) is stored as the
// first row (a, b) of ((a, b), (-b^*, a^*)).
type matrix struct {
	p      *program
	array  string
	n      int
	dagger bool
}

func (x matrix) complex(k int) number {
	load := x.p.load
	if x.p.paired {
		load = x.p.spread
	}
	return number{part{v: load(x.array, 2*k)}, part{v: load(x.array, 2*k+1)}}
}

// at returns element (i, j).
func (x matrix) at(i, j int) number {
	if x.dagger {
		return matrix{x.p, x.array, x.n, false}.at(j, i).conj()
	}
	if x.n != 2 {
		return x.complex(i*x.n + j)
	}
	switch {
	case i == 0:
		return x.complex(j)
	case j == 0:
		b := x.complex(1)
		return number{b.re.neg(), b.im}
	}
	return x.complex(0).conj()
}

// rows is how many rows of a matrix are stored.
func rows(n int) int {
	if n == 2 {
		return 1
	}
	return n
}

// size is the number of Vecs of a matrix.
func size(n int) int { return 2 * n * rows(n) }

// vector is a colour vector of an array.
type vector struct {
	p     *program
	array string
}

func (x vector) at(i int) number {
	if x.p.paired {
		return number{re: part{v: x.p.load(x.array, i)}}
	}
	return number{part{v: x.p.load(x.array, 2*i)}, part{v: x.p.load(x.array, 2*i+1)}}
}

// both returns re + the real and im + the imaginary terms, term by term in turn.
func (p *program) both(re, im value, r, i []term) (value, value) {
	if re == 0 || im == 0 {
		return p.sum(re, r...), p.sum(im, i...)
	}
	for k := range r {
		re = p.sum(re, r[k])
		im = p.sum(im, i[k])
	}
	return re, im
}

// terms returns the terms of sum_k x_k y_k.
func terms(x, y []number) (re, im []term) {
	for k := range x {
		r, i := product(x[k], y[k])
		re, im = append(re, r...), append(im, i...)
	}
	return re, im
}

func (x matrix) row(i int) (r []number) {
	for k := range x.n {
		r = append(r, x.at(i, k))
	}
	return r
}

func (x matrix) column(j int) (c []number) {
	for k := range x.n {
		c = append(c, x.at(k, j))
	}
	return c
}

// scaled returns c times numbers.
func (p *program) scaled(c value, x []number) (y []number) {
	for _, z := range x {
		y = append(y, number{part{z.re.minus, p.mul(c, z.re.v)}, part{z.im.minus, p.mul(c, z.im.v)}})
	}
	return y
}

// multiply is dst = a b, with daggers.
func multiply(n int, da, db bool) *program {
	p := newProgram()
	a, b := matrix{p, "a", n, da}, matrix{p, "b", n, db}
	for i := range rows(n) {
		for j := range n {
			r, m := terms(a.row(i), b.column(j))
			re, im := p.both(0, 0, r, m)
			p.store("dst", 2*(i*n+j), re)
			p.store("dst", 2*(i*n+j)+1, im)
		}
	}
	return p
}

// addMultiply is dst += c a b.
func addMultiply(n int, da, db bool) *program {
	p := newProgram()
	a, b, c := matrix{p, "a", n, da}, matrix{p, "b", n, db}, p.arg("c")
	for i := range rows(n) {
		row := p.scaled(c, a.row(i))
		p.addRow(i, row, b)
	}
	return p
}

// addRow adds row times b to row i of dst.
func (p *program) addRow(i int, row []number, b matrix) {
	for j := range b.n {
		k := 2 * (i*b.n + j)
		r, m := terms(row, b.column(j))
		re, im := p.both(p.load("dst", k), p.load("dst", k+1), r, m)
		p.store("dst", k, re)
		p.store("dst", k+1, im)
	}
}

// addTriple is dst += c a b d, row by row: a row of a b stays in registers.
func addTriple(n int, da, db, dd bool) *program {
	p := newProgram()
	a, b, d, c := matrix{p, "a", n, da}, matrix{p, "b", n, db}, matrix{p, "d", n, dd}, p.arg("c")
	for i := range rows(n) {
		row := p.scaled(c, a.row(i))
		var ab []number
		for j := range n {
			r, m := terms(row, b.column(j))
			re, im := p.both(0, 0, r, m)
			ab = append(ab, number{part{v: re}, part{v: im}})
		}
		p.addRow(i, ab, d)
	}
	return p
}

// apply returns the components of a v.
func apply(p *program, a matrix, v vector) (y []number) {
	var x []number
	for k := range a.n {
		x = append(x, v.at(k))
	}
	for i := range a.n {
		r, m := terms(a.row(i), x)
		re, im := p.both(0, 0, r, m)
		y = append(y, number{part{v: re}, part{v: im}})
	}
	return y
}

// multiplyVector is dst = a v or a^† v.
func multiplyVector(n int, dagger bool) *program {
	p := newProgram()
	for i, z := range apply(p, matrix{p, "a", n, dagger}, vector{p, "v"}) {
		p.store("dst", 2*i, z.re.v)
		p.store("dst", 2*i+1, z.im.v)
	}
	return p
}

// addMultiplyVector is dst += c a v, with daggers.
func addMultiplyVector(n int, dagger bool) *program {
	p := newProgram()
	c := p.arg("c")
	for i, z := range apply(p, matrix{p, "a", n, dagger}, vector{p, "v"}) {
		p.store("dst", 2*i, p.fma(c, z.re.v, p.load("dst", 2*i)))
		p.store("dst", 2*i+1, p.fma(c, z.im.v, p.load("dst", 2*i+1)))
	}
	return p
}

// ta puts the components of the traceless anti-Hermitian part of a matrix; at
// returns the terms of the parts of an element:
//
//	x^a = 2 Re tr(-i T_a m):  i<j: Im (m_ij + m_ji), Re (m_ij - m_ji);
//	diagonal l = 1 … N-1: sum_i 2 t_i Im m_ii, t = (1, …, 1, -l, 0, …)/sqrt(2 l (l+1)).
func (p *program) ta(n int, put func(a int, x value), at func(i, j int) (re, im []term)) {
	if n == 1 {
		_, im := at(0, 0)
		put(0, p.sum(0, im...))
		return
	}
	a := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			ur, ui := at(i, j)
			dr, di := at(j, i)
			for k := range dr {
				dr[k].minus = !dr[k].minus
			}
			put(a, p.sum(0, append(ui, di...)...))
			put(a+1, p.sum(0, append(ur, dr...)...))
			a += 2
		}
	}
	var diagonal []value
	for i := range n {
		_, im := at(i, i)
		diagonal = append(diagonal, p.sum(0, im...))
	}
	for l := 1; l < n; l++ {
		x := diagonal[0]
		for i := 1; i < l; i++ {
			x = p.add(x, diagonal[i])
		}
		x = p.fnma(p.number(float64(l)), diagonal[l], x)
		put(a+l-1, p.scale(x, 2/math.Sqrt(float64(2*l*(l+1)))))
	}
}

// adder returns what adds c times a component to f.
func (p *program) adder(c value) func(a int, x value) {
	return func(a int, x value) { p.store("f", a, p.fma(c, x, p.load("f", a))) }
}

// addAlgebra is f += c [a b]_TA.
func addAlgebra(n int) *program {
	p := newProgram()
	a, b, c := matrix{p, "a", n, false}, matrix{p, "b", n, false}, p.arg("c")
	if n == 2 { // of a quaternion: 2 (Im b, Re b, Im a)
		for k, part := range []struct {
			j  int
			im bool
		}{{1, true}, {1, false}, {0, true}} {
			re, im := terms(a.row(0), b.column(part.j))
			x := re
			if part.im {
				x = im
			}
			s := p.sum(0, x...)
			p.store("f", k, p.fma(c, p.add(s, s), p.load("f", k)))
		}
		return p
	}
	p.ta(n, p.adder(c), func(i, j int) (re, im []term) { return terms(a.row(i), b.column(j)) })
	return p
}

// addForce is f += c [u x y^†]_TA: what one hop of a quark field contributes to
// the force.
func addForce(n int) *program {
	p := newProgram()
	ux := apply(p, matrix{p, "u", n, false}, vector{p, "x"})
	p.ta(n, p.adder(p.arg("c")), func(i, j int) (re, im []term) { return product(ux[i], vector{p, "y"}.at(j).conj()) })
	return p
}

// plaquette is x = [a b (c d)^†]_TA: of the plaquette that is walked along a, b
// and back along d, c.
func plaquette(n int) *program {
	p := newProgram()
	multiply := func(x, y string) (m [][]number) {
		a, b := matrix{p, x, n, false}, matrix{p, y, n, false}
		for i := range rows(n) {
			m = append(m, nil)
			for j := range n {
				r, s := terms(a.row(i), b.column(j))
				re, im := p.both(0, 0, r, s)
				m[i] = append(m[i], number{part{v: re}, part{v: im}})
			}
		}
		return m
	}
	ab, cd := multiply("a", "b"), multiply("c", "d")
	dagger := func(row []number) (column []number) {
		for _, z := range row {
			column = append(column, z.conj())
		}
		return column
	}
	if n == 2 { // of a quaternion: 2 (Im b, Re b, Im a); column 0 of (c d)^† is the first row's dagger
		row := cd[0]
		second := []number{{row[1].re.neg(), row[1].im}, row[0].conj()} // of c d
		for k, y := range [][]number{dagger(second), dagger(second), dagger(row)} {
			re, im := terms(ab[0], y)
			x := im
			if k == 1 {
				x = re
			}
			s := p.sum(0, x...)
			p.store("x", k, p.add(s, s))
		}
		return p
	}
	p.ta(n, func(k int, v value) { p.store("x", k, v) }, func(i, j int) (re, im []term) { return terms(ab[i], dagger(cd[j])) })
	return p
}

// addRotated is f += c (y - w), w^a T_a = u^† x^a T_a u, all lanes of u and x
// being those of a neighbour: the force of the plaquettes on either side of a
// link that another link separates.
func addRotated(n int) *program {
	p := newProgram()
	c := p.arg("c")
	put := func(k int, w value) {
		p.store("f", k, p.fma(c, p.sub(p.load("y", k), p.permute(w, "x")), p.load("f", k)))
	}
	switch n {
	case 1:
		put(0, p.load("x", 0))
		return p
	case 2: // x and w as quaternions (0, x_3, x_2, x_1)
		u := matrix{p, "u", 2, false}
		x := []part{{v: p.load("x", 2)}, {v: p.load("x", 1)}, {v: p.load("x", 0)}}
		row := []number{{im: x[0]}, {x[1], x[2]}}
		var xu []number
		for j := range 2 {
			xu = append(xu, p.product(row, u.column(j)))
		}
		// row 0 of u^† times the columns of x u
		column := [][]number{{xu[0], {xu[1].re.neg(), xu[1].im}}, {xu[1], xu[0].conj()}}
		row = matrix{p, "u", 2, true}.row(0)
		_, im := terms(row, column[0])
		put(2, p.sum(0, im...))
		re, im := terms(row, column[1])
		put(1, p.sum(0, re...))
		put(0, p.sum(0, im...))
		return p
	}
	u, h := matrix{p, "u", n, false}, p.element("x", 0, 0)
	var hu [3][3]number
	for i := range 3 {
		for j := range 3 {
			hu[i][j] = p.product([]number{h.at(i, 0), h.at(i, 1), h.at(i, 2)}, u.column(j))
		}
	}
	w := func(i, j int) number { // of u^† H u, H = x^a T_a
		z := p.product(matrix{p, "u", n, true}.row(i), []number{hu[0][j], hu[1][j], hu[2][j]})
		return z
	}
	for k, ij := range offDiagonal {
		z := w(ij[0], ij[1])
		put(2*k, p.positive(p.twice(z.re)))
		put(2*k+1, p.positive(p.twice(z.im.neg())))
	}
	d0, d1 := p.positive(w(0, 0).re), p.positive(w(1, 1).re) // the third is -(d0 + d1)
	put(6, p.sub(d0, d1))
	put(7, p.scale(p.add(d0, d1), math.Sqrt(3)))
	return p
}

func (p *program) twice(x part) part { return part{x.minus, p.add(x.v, x.v)} }

// product is sum_k x_k y_k; parts that are nothing are left out.
func (p *program) product(x, y []number) (z number) {
	for k := range x {
		z = p.plusProduct(z, x[k], y[k])
	}
	return z
}

// reunitarize projects u, which has left the group by round-off: its first row
// is normalised, the second made orthogonal to it (twice, which is enough for
// rows independent to working precision) and normalised, the third is the
// conjugate of their vector product. In exact arithmetic that is Gram and
// Schmidt's process with the phase of the determinant taken from the last row.
func reunitarize(n int) *program {
	p := newProgram()
	put := func(i int, row []number) {
		for j, z := range row {
			p.store("u", 2*(n*i+j), p.positive(z.re))
			p.store("u", 2*(n*i+j)+1, p.positive(z.im))
		}
	}
	normalised := func(row []number) []number {
		var squares []term
		for _, z := range row {
			squares = append(squares, term{false, z.re.v, z.re.v}, term{false, z.im.v, z.im.v})
		}
		return p.scaled(p.div(p.number(1), p.sqrt(p.sum(0, squares...))), row)
	}
	u := matrix{p, "u", n, false}
	first := normalised(u.row(0))
	put(0, first)
	if n < 3 {
		return p
	}
	second := u.row(1)
	for range 2 {
		var c number
		for k := range first {
			c = p.plusProduct(c, second[k], first[k].conj())
		}
		c = number{c.re.neg(), c.im.neg()}
		for k := range first {
			second[k] = p.plusProduct(second[k], c, first[k])
		}
	}
	second = normalised(second)
	put(1, second)
	var third []number
	for k := range 3 {
		i, j := (k+1)%3, (k+2)%3
		var z number
		z = p.plusProduct(z, first[i], second[j])
		z = p.plusProduct(z, number{first[j].re.neg(), first[j].im.neg()}, second[i])
		third = append(third, z.conj())
	}
	put(2, third)
	return p
}
