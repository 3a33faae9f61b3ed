package main

// hop is what one direction adds to a site's vector, its states:
//
//	w(n) x(n+mu) - w(n-mu)^† x(n-mu),
//
// or one of the two. The backward product is taken at the neighbour and permuted
// afterwards: the link then needs no permutation. Where there are registers for it,
// wide, the sums of all rows of both go on together: they do not wait for each other.
func hop(n int, ahead, behind, wide, pairs bool) *program {
	p := newProgram()
	p.paired = pairs
	acc := p.sums(n)
	forward, back := matrix{p, "w", n, false}, matrix{p, "wb", n, true}
	var x, xb []number
	for k := range n {
		x, xb = append(x, vector{p, "x"}.at(k)), append(xb, vector{p, "xb"}.at(k))
	}
	p.permuteAll("x", x)
	t := make([]number, n)
	end := func(i int) { p.carrySum(i, p.plusNumber(acc[i], t[i].neg())) }
	if wide {
		for k := range n {
			for i := range n {
				acc[i] = p.plusProduct(acc[i], forward.at(i, k), x[k])
			}
			for i := range n {
				t[i] = p.plusProduct(t[i], back.at(i, k), xb[k])
			}
		}
		p.permuteAll("xb", t)
		for i := range n {
			end(i)
		}
		return p
	}
	row := func(z number, w, x []number) number {
		r, m := terms(w, x)
		z.re.v, z.im.v = p.both(z.re.v, z.im.v, r, m)
		return z
	}
	for i := 0; i < n && ahead; i++ {
		acc[i] = row(acc[i], forward.row(i), x)
		p.carrySum(i, acc[i])
	}
	for i := 0; i < n && behind; i++ {
		t[i] = row(t[i], back.row(i), xb)
		p.permuteAll("xb", t[i:i+1])
		end(i)
	}
	return p
}

// hopEnd is dst = c acc (+ ca add).
func hopEnd(n int, add, pairs bool) *program {
	p := newProgram()
	p.paired = pairs
	p.sums(n)
	for k, v := range p.state {
		x := p.mul(p.arg("c"), v)
		if add {
			x = p.fma(p.arg("ca"), p.load("add", k), x)
		}
		p.store("dst", k, x)
	}
	return p
}

// sums returns n numbers that are states.
func (p *program) sums(n int) (z []number) {
	for range n {
		x := number{re: part{v: p.newState()}}
		if !p.paired {
			x.im.v = p.newState()
		}
		z = append(z, x)
	}
	return z
}

// carrySum makes z the value of sum i.
func (p *program) carrySum(i int, z number) {
	if p.paired {
		p.carry(i, z.re.v)
		return
	}
	p.carry(2*i, z.re.v)
	p.carry(2*i+1, z.im.v)
}
