package main

import "math"

// The exponential map for small arguments: alpha = tr(H^2)/2 <= 3/4, so that
// the eigenvalues of H lie in [-1, 1] (SU(3): they are bounded by
// sqrt(4 alpha/3)) and Taylor's series needs 18 powers of H, 1/19! = 8e-18.
// Reduced by Cayley-Hamilton it has no denominators: degenerate eigenvalues need
// no care, unlike in the trigonometric form of C. Morningstar and M. Peardon,
// hep-lat/0311018.
const order = 18

func inverseFactorial(k int) float64 {
	f := 1.0
	for i := 2; i <= k; i++ {
		f *= float64(i)
	}
	return 1 / f
}

// Sums of signed parts, of which value 0 stands for nothing.

func (p *program) plus(x, y part) part {
	switch {
	case x.v == 0:
		return y
	case y.v == 0:
		return x
	case x.minus == y.minus:
		return part{x.minus, p.add(x.v, y.v)}
	case x.minus:
		return part{false, p.sub(y.v, x.v)}
	}
	return part{false, p.sub(x.v, y.v)}
}

// plusTimes is x + y z.
func (p *program) plusTimes(x, y part, z value) part {
	switch {
	case y.v == 0:
		return x
	case x.v == 0:
		return part{y.minus, p.mul(y.v, z)}
	case x.minus == y.minus:
		return part{x.minus, p.fma(y.v, z, x.v)}
	}
	return part{x.minus, p.fnma(y.v, z, x.v)}
}

// positive is x as a value.
func (p *program) positive(x part) value {
	if x.minus {
		return p.scale(x.v, -1)
	}
	return x.v
}

// timesI is i z.
func (z number) timesI() number { return number{z.im.neg(), z.re} }

// A cayley is a polynomial c0 + c1 H + c2 H^2, of which H^3 = alpha H + delta
// keeps the degree.
type cayley [3]number

// timesIH is i H times f.
func (p *program) timesIH(f cayley, alpha, delta value) cayley {
	var zero part
	return cayley{
		number{p.plusTimes(zero, f[2].re, delta), p.plusTimes(zero, f[2].im, delta)}.timesI(),
		number{p.plusTimes(f[0].re, f[2].re, alpha), p.plusTimes(f[0].im, f[2].im, alpha)}.timesI(),
		f[1].timesI(),
	}
}

func (p *program) plusNumber(x, y number) number {
	if p.paired {
		return p.plusPair(x, y)
	}
	return number{p.plus(x.re, y.re), p.plus(x.im, y.im)}
}

// series is exp(i H) by Horner's rule, p <- i H p + 1/k!, and if asked for its
// derivatives with respect to alpha and delta.
func (p *program) series(alpha, delta value, derivatives bool) (f, fa, fd cayley) {
	for k := order; k >= 0; k-- {
		if derivatives {
			// the explicit alpha and delta in i H p act on p2
			fa, fd = p.timesIH(fa, alpha, delta), p.timesIH(fd, alpha, delta)
			fa[1] = p.plusNumber(fa[1], f[2].timesI())
			fd[0] = p.plusNumber(fd[0], f[2].timesI())
		}
		f = p.timesIH(f, alpha, delta)
		f[0].re = p.plus(part{v: p.number(inverseFactorial(k))}, f[0].re)
	}
	return f, fa, fd
}

// hermitian is a Hermitian 3 x 3 matrix: its diagonal, and 01, 02, 12.
type hermitian struct {
	d   [3]value
	off [3]number
}

var offDiagonal = [3][2]int{{0, 1}, {0, 2}, {1, 2}}

// at returns element (i, j).
func (h hermitian) at(i, j int) number {
	if i == j {
		return number{re: part{v: h.d[i]}}
	}
	if i > j {
		return h.at(j, i).conj()
	}
	return h.off[i+j-1]
}

// element is c x^a T_a of the components first … of an array; c may be none, for 1.
func (p *program) element(array string, first int, c value) (h hermitian) {
	half := p.number(0.5)
	if c != 0 {
		half = p.scale(c, 0.5)
	}
	x := func(k int) value { return p.load(array, first+k) }
	third := p.scale(x(7), 1/math.Sqrt(3))
	h.d[0], h.d[1] = p.mul(half, p.add(third, x(6))), p.mul(half, p.sub(third, x(6)))
	h.d[2] = p.scale(p.mul(half, third), -2)
	for k := range h.off {
		h.off[k] = number{part{v: p.mul(half, x(2*k))}, part{true, p.mul(half, x(2*k+1))}}
	}
	return h
}

// square is h^2, tr(h^2)/2 and det h of a traceless h.
func (p *program) square(h hermitian) (q hermitian, alpha, delta value) {
	var norm [3]value
	for k, z := range h.off {
		norm[k] = p.fma(z.im.v, z.im.v, p.mul(z.re.v, z.re.v))
	}
	q.d[0] = p.fma(h.d[0], h.d[0], p.add(norm[0], norm[1]))
	q.d[1] = p.fma(h.d[1], h.d[1], p.add(norm[0], norm[2]))
	q.d[2] = p.fma(h.d[2], h.d[2], p.add(norm[1], norm[2]))
	alpha = p.scale(p.add(p.add(q.d[0], q.d[1]), q.d[2]), 0.5)
	// (h^2)_ij = (h_ii + h_jj) h_ij + h_ik h_kj, and h_ii + h_jj = -h_kk
	var through number // h_01 h_12
	for k, ij := range offDiagonal {
		i, j := ij[0], ij[1]
		l := 3 - i - j
		re, im := product(h.at(i, l), h.at(l, j))
		z := number{part{v: p.sum(0, re...)}, part{v: p.sum(0, im...)}}
		if l == 1 {
			through = z
		}
		minus := func(x part) part { return part{!x.minus, h.d[l]} }
		q.off[k] = number{
			p.plusTimes(z.re, minus(h.off[k].re), h.off[k].re.v),
			p.plusTimes(z.im, minus(h.off[k].im), h.off[k].im.v),
		}
	}
	// det = h00 h11 h22 + 2 Re (h01 h12 h20) - sum_k h_kk |h_ij|^2
	re, _ := product(through, h.off[1].conj())
	cross := p.sum(0, re...)
	delta = p.fma(p.mul(h.d[0], h.d[1]), h.d[2], p.add(cross, cross))
	delta = p.fnma(h.d[0], norm[2], p.fnma(h.d[1], norm[1], p.fnma(h.d[2], norm[0], delta)))
	return q, alpha, delta
}

// polynomial is f(h): with f = a + i b, the elements ij and ji are
// a_ij + i b_ij and conj(a_ij) + i conj(b_ij).
func (p *program) polynomial(f cayley, h, q hermitian) (e [3][3]number) {
	var re, im [3]value
	for k := range f {
		re[k], im[k] = p.positive(f[k].re), p.positive(f[k].im)
	}
	for i := range 3 {
		e[i][i] = number{
			part{v: p.fma(re[2], q.d[i], p.fma(re[1], h.d[i], re[0]))},
			part{v: p.fma(im[2], q.d[i], p.fma(im[1], h.d[i], im[0]))},
		}
	}
	combine := func(c [3]value, x, y part) part {
		var zero part
		return p.plusTimes(p.plusTimes(zero, x, c[1]), y, c[2])
	}
	for k, ij := range offDiagonal {
		i, j := ij[0], ij[1]
		a := number{combine(re, h.off[k].re, q.off[k].re), combine(re, h.off[k].im, q.off[k].im)}
		b := number{combine(im, h.off[k].re, q.off[k].re), combine(im, h.off[k].im, q.off[k].im)}
		e[i][j] = p.plusNumber(a, b.timesI())
		e[j][i] = p.plusNumber(a.conj(), b.conj().timesI())
	}
	return e
}

// exponential is dst = exp(i c x^a T_a), or that times u, in place.
func exponential(n int, drift bool) *program {
	p := newProgram()
	if n == 2 {
		return p.exponential2(drift)
	}
	h := p.element("x", 0, p.arg("c"))
	q, alpha, delta := p.square(h)
	f, _, _ := p.series(alpha, delta, false)
	e := p.polynomial(f, h, q)
	if !drift {
		for i := range 3 {
			for j := range 3 {
				p.store("dst", 2*(3*i+j), p.positive(e[i][j].re))
				p.store("dst", 2*(3*i+j)+1, p.positive(e[i][j].im))
			}
		}
		return p
	}
	u := matrix{p, "u", 3, false}
	for j := range 3 { // column by column: those of u are read before they are written
		column, out := u.column(j), []value(nil)
		for i := range 3 {
			r, m := terms(e[i][:], column)
			re, im := p.both(0, 0, r, m)
			out = append(out, re, im)
		}
		for i := range 3 {
			p.store("u", 2*(3*i+j), out[2*i])
			p.store("u", 2*(3*i+j)+1, out[2*i+1])
		}
	}
	return p
}

// exponential2: exp(i x.sigma c/2) = cos q + i (c/2) x.sigma sin(q)/q, q = c |x|/2,
// whose first row is (cos q + i s x_3, s (x_2 + i x_1)).
func (p *program) exponential2(drift bool) *program {
	half := p.scale(p.arg("c"), 0.5)
	x := []value{p.load("x", 0), p.load("x", 1), p.load("x", 2)}
	q2 := p.mul(p.mul(half, half), p.sum(0, term{false, x[0], x[0]}, term{false, x[1], x[1]}, term{false, x[2], x[2]}))
	cos, sinc := p.number(inverseFactorial(order)), p.number(inverseFactorial(order+1))
	for k := order/2 - 1; k >= 0; k-- {
		cos = p.fnma(cos, q2, p.number(inverseFactorial(2*k)))
		sinc = p.fnma(sinc, q2, p.number(inverseFactorial(2*k+1)))
	}
	s := p.mul(half, sinc)
	e := []value{cos, p.mul(s, x[2]), p.mul(s, x[1]), p.mul(s, x[0])}
	if !drift {
		for k, v := range e {
			p.store("dst", k, v)
		}
		return p
	}
	u := matrix{p, "u", 2, false}
	row := []number{{part{v: e[0]}, part{v: e[1]}}, {part{v: e[2]}, part{v: e[3]}}}
	var out []value
	for j := range 2 {
		r, m := terms(row, u.column(j))
		re, im := p.both(0, 0, r, m)
		out = append(out, re, im)
	}
	for k, v := range out {
		p.store("u", k, v)
	}
	return p
}

// derivative is dst = J(x)^T y, J the left-trivialised derivative of the
// exponential map. With Y = y^a T_a, E = exp(i H) = c0 + c1 H + c2 H^2 and
// i w^a T_a = dE E^†,
//
//	y.w = Re tr(G dE),  G = -2i E^† Y,
//	dE = c1 dH + c2 (dH H + H dH) + a(H) tr(H dH) + d(H) tr((H^2 - alpha) dH)
//
// where a and d have the derivatives of the coefficients by alpha and delta, so
// that dst^a = Re tr(L T_a) = tr(L_H T_a) with L_H the Hermitian part of
//
//	L = c1 G + c2 (H G + G H) + H tr(G a(H)) + H^2 tr(G d(H)).
//
// With K_j that of c_j G, it is K_1 + H K_2 + K_2 H + H Re tr(G a) + H^2 Re tr(G d).
func derivative(n int) *program {
	p := newProgram()
	if n == 2 {
		return p.derivative2()
	}
	h := p.element("x", 0, 0)
	q, alpha, delta := p.square(h)
	f, fa, fd := p.series(alpha, delta, true)
	e := p.polynomial(f, h, q)
	y := p.element("y", 0, 0)
	// m = E^† Y, so that G = -2i m; all below are halves of what is made of G
	var m [3][3]number
	for i := range 3 {
		for j := range 3 {
			var zero part
			z := number{zero, zero}
			for k := range 3 {
				x, w := e[k][i].conj(), y.at(k, j)
				if k == j { // real
					z = number{p.plusTimes(z.re, x.re, w.re.v), p.plusTimes(z.im, x.im, w.re.v)}
					continue
				}
				z = p.plusProduct(z, x, w)
			}
			m[i][j] = z
		}
	}
	minusI := func(z number) number { return number{z.im, z.re.neg()} }
	// half of the Hermitian part of c G: the elements z_ij = -i c m_ij give
	// z_ij + conj(z_ji) of the whole
	hermitianPart := func(c number) (k hermitian) {
		c = minusI(c)
		for i := range 3 {
			var zero number
			k.d[i] = p.positive(p.plusProduct(zero, c, m[i][i]).re)
		}
		for l, ij := range offDiagonal {
			var zero number
			up := p.plusProduct(zero, c, m[ij[0]][ij[1]])
			z := p.plusProduct(up, c.conj(), m[ij[1]][ij[0]].conj())
			k.off[l] = number{part{z.re.minus, p.scale(z.re.v, 0.5)}, part{z.im.minus, p.scale(z.im.v, 0.5)}}
		}
		return k
	}
	k1, k2 := hermitianPart(f[1]), hermitianPart(f[2])
	// of m with 1, H, H^2
	trace := func(s hermitian) number {
		var z number
		for i := range 3 {
			for j := range 3 {
				w := s.at(j, i)
				if i == j {
					z = number{p.plusTimes(z.re, m[i][i].re, w.re.v), p.plusTimes(z.im, m[i][i].im, w.re.v)}
					continue
				}
				z = p.plusProduct(z, m[i][j], w)
			}
		}
		return z
	}
	t := [3]number{p.plusNumber(p.plusNumber(m[0][0], m[1][1]), m[2][2]), trace(h), trace(q)}
	real := func(c cayley) part { // Re sum_j c_j (-i t_j)
		var z part
		for j := range c {
			z = p.plusProduct(number{re: z}, minusI(c[j]), t[j]).re
		}
		return z
	}
	ta, td := real(fa), real(fd)
	// half of L_H
	var l hermitian
	for i := range 3 {
		s := p.plusTimes(part{v: k1.d[i]}, ta, h.d[i])
		s = p.plusTimes(s, td, q.d[i])
		// 2 (H K)_ii, of which the real part counts
		a := p.mul(h.d[i], k2.d[i])
		var r part
		for j := range 3 {
			if j != i {
				r = p.plusProduct(number{re: r}, h.at(i, j), k2.at(j, i)).re
			}
		}
		r = p.plus(r, part{v: a})
		r = part{r.minus, p.add(r.v, r.v)}
		l.d[i] = p.positive(p.plus(s, r))
	}
	for o, ij := range offDiagonal {
		i, j := ij[0], ij[1]
		g := 3 - i - j
		scale := func(z number, x number, c part) number { // z + c x, c real
			return number{
				p.plusTimes(z.re, part{x.re.minus != c.minus, x.re.v}, c.v),
				p.plusTimes(z.im, part{x.im.minus != c.minus, x.im.v}, c.v),
			}
		}
		z := scale(scale(k1.off[o], h.off[o], ta), q.off[o], td)
		z = scale(z, k2.off[o], part{v: p.add(h.d[i], h.d[j])})
		z = scale(z, h.off[o], part{v: p.add(k2.d[i], k2.d[j])})
		z = p.plusProduct(z, h.at(i, g), k2.at(g, j))
		z = p.plusProduct(z, k2.at(i, g), h.at(g, j))
		l.off[o] = z
	}
	for o, z := range l.off { // twice half of L_H
		p.store("dst", 2*o, p.scale(p.positive(z.re), 2))
		p.store("dst", 2*o+1, p.scale(p.positive(z.im), -2))
	}
	p.store("dst", 6, p.sub(l.d[0], l.d[1]))
	p.store("dst", 7, p.scale(p.fnma(p.number(2), l.d[2], p.add(l.d[0], l.d[1])), 1/math.Sqrt(3)))
	return p
}

// plusProduct is z + x y; parts of z that are missing stay missing only if
// nothing is added.
func (p *program) plusProduct(z, x, y number) number {
	if p.paired {
		return p.plusProductPair(z, x, y)
	}
	re, im := product(x, y)
	add := func(z part, t []term) part {
		for _, t := range t {
			if t.a == 0 || t.b == 0 {
				continue
			}
			z = p.plusTimes(z, part{t.minus, t.a}, t.b)
		}
		return z
	}
	return number{add(z.re, re), add(z.im, im)}
}

// derivative2: with t = |x| and [T_a, T_b] = i eps_abc T_c, ad_x y = -x × y, so
//
//	J(x)^T y = y + (1-cos t)/t^2 x×y + (t - sin t)/t^3 x×(x×y).
//
// t^2 = 4 alpha <= 3, where order 2 terms of either series stay below 1e-17.
func (p *program) derivative2() *program {
	x := []value{p.load("x", 0), p.load("x", 1), p.load("x", 2)}
	y := []value{p.load("y", 0), p.load("y", 1), p.load("y", 2)}
	t2 := p.sum(0, term{false, x[0], x[0]}, term{false, x[1], x[1]}, term{false, x[2], x[2]})
	const last = 10 // 3^11/24! = 3e-19
	a, b := p.number(inverseFactorial(2*last+2)), p.number(inverseFactorial(2*last+3))
	for k := last - 1; k >= 0; k-- {
		a = p.fnma(a, t2, p.number(inverseFactorial(2*k+2)))
		b = p.fnma(b, t2, p.number(inverseFactorial(2*k+3)))
	}
	cross := func(u, v []value) (w []value) {
		for i := range 3 {
			j, k := (i+1)%3, (i+2)%3
			w = append(w, p.sum(0, term{false, u[j], v[k]}, term{true, u[k], v[j]}))
		}
		return w
	}
	z := cross(x, y)
	for i, w := range cross(x, z) {
		p.store("dst", i, p.fma(b, w, p.fma(a, z[i], y[i])))
	}
	return p
}
