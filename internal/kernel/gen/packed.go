package main

// packed is a Hermitian matrix of an array: its diagonal, then the rows of the lower
// triangle, complex numbers.
type packed struct {
	n int
	d []value
	l map[[2]int]number // i > j
}

func below(n, i, j int) int { return n + i*(i-1) + 2*j }

func (p *program) packed(n int, array string) packed {
	a := packed{n, nil, map[[2]int]number{}}
	for i := range n {
		a.d = append(a.d, p.load(array, i))
	}
	for i := range n {
		for j := range i {
			k := below(n, i, j)
			a.l[[2]int{i, j}] = number{part{v: p.load(array, k)}, part{v: p.load(array, k+1)}}
		}
	}
	return a
}

// off returns element (i, j), i != j.
func (a packed) off(i, j int) number {
	if i > j {
		return a.l[[2]int{i, j}]
	}
	return a.l[[2]int{j, i}].conj()
}

// pairs calls f for the lower triangle, diagonal by diagonal: what follows each other
// does not wait for each other.
func pairs(n int, f func(i, j int)) {
	for d := 1; d < n; d++ {
		for i := d; i < n; i++ {
			f(i, i-d)
		}
	}
}

// blockVector is dst = (a + re + i im) src for a packed matrix, or adds it.
func blockVector(n int, add bool) *program {
	p := newProgram()
	re, im := p.arg("re"), p.arg("im")
	x := func(i int) number { return vector{p, "src"}.at(i) }
	var sum []number
	for i := range n {
		d := part{v: p.add(p.load("a", i), re)}
		sum = append(sum, p.plusProduct(number{}, number{re: d, im: part{v: im}}, x(i)))
	}
	pairs(n, func(i, j int) {
		k := below(n, i, j)
		z := number{part{v: p.load("a", k)}, part{v: p.load("a", k+1)}}
		sum[i] = p.plusProduct(sum[i], z, x(j))
		sum[j] = p.plusProduct(sum[j], z.conj(), x(i))
	})
	for i, z := range sum {
		for k, v := range []value{p.positive(z.re), p.positive(z.im)} {
			if add {
				v = p.add(p.load("dst", 2*i+k), v)
			}
			p.store("dst", 2*i+k, v)
		}
	}
	return p
}

// outer is a = x y^† + y x^†, packed.
func outer(n int) *program {
	p := newProgram()
	x := func(i int) number { return vector{p, "x"}.at(i) }
	y := func(i int) number { return vector{p, "y"}.at(i) }
	for i := range n {
		v := p.fma(x(i).im.v, y(i).im.v, p.mul(x(i).re.v, y(i).re.v))
		p.store("a", i, p.add(v, v))
	}
	pairs(n, func(i, j int) {
		z := p.plusProduct(number{}, x(i), y(j).conj())
		z = p.plusProduct(z, y(i), x(j).conj())
		k := below(n, i, j)
		p.store("a", k, p.positive(z.re))
		p.store("a", k+1, p.positive(z.im))
	})
	return p
}

// invert is a = a^-1 for a packed matrix, by sweeps without pivoting, and d its pivots:
// with b column k of a and d its diagonal element, a_ij becomes a_ij - b_i b_j^* / d,
// b becomes b/d and d becomes -1/d; after all of them a is -a^-1.
func invert(n int) *program {
	p := newProgram()
	a := p.packed(n, "a")
	for k := range n {
		p.store("d", k, a.d[k])
		inverse := p.div(p.number(1), a.d[k])
		b, c := make([]number, n), make([]number, n)
		for i := range n {
			if i != k {
				b[i] = a.off(i, k)
				c[i] = number{part{b[i].re.minus, p.mul(b[i].re.v, inverse)}, part{b[i].im.minus, p.mul(b[i].im.v, inverse)}}
			}
		}
		for i := range n {
			if i == k {
				continue
			}
			a.d[i] = p.fnma(c[i].im.v, b[i].im.v, p.fnma(c[i].re.v, b[i].re.v, a.d[i]))
			for j := range i {
				if j != k {
					a.l[[2]int{i, j}] = p.plusProduct(a.l[[2]int{i, j}], c[i].neg(), b[j].conj())
				}
			}
		}
		for i := range n {
			if i > k {
				a.l[[2]int{i, k}] = c[i]
			} else if i < k {
				a.l[[2]int{k, i}] = c[i].conj()
			}
		}
		a.d[k] = p.scale(inverse, -1)
	}
	for i := range n {
		p.store("a", i, p.scale(a.d[i], -1))
		for j := range i {
			z := a.l[[2]int{i, j}].neg()
			p.store("a", below(n, i, j), p.positive(z.re))
			p.store("a", below(n, i, j)+1, p.positive(z.im))
		}
	}
	return p
}
