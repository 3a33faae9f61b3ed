package main

// hop is what one direction adds to a site's vector, its states:
//
//	w(n) x(n+mu) - w(n-mu)^† x(n-mu),
//
// or one of the two. The backward product is taken at the neighbour and permuted
// afterwards: the link then needs no permutation. Wide, that is where there are
// registers for it, the sums of all rows go on together: they do not wait for
// each other.
func hop(n int, ahead, behind bool, wide, pairs bool) *program {
	p := newProgram()
	p.paired = pairs
	acc := p.sums(n)
	forward, back := matrix{p, "w", n, false}, matrix{p, "wb", n, true}
	var x, xb []number
	for k := range n {
		x, xb = append(x, vector{p, "x"}.at(k)), append(xb, vector{p, "xb"}.at(k))
	}
	each := 1
	if wide {
		each = n
	}
	for i := 0; i < n && ahead; i += each {
		p.accumulate(acc[i:i+each], forward, i, x)
		p.carrySums(i, acc[i:i+each])
	}
	for i := 0; i < n && behind; i += each {
		t := make([]number, each)
		p.accumulate(t, back, i, xb)
		for k, z := range t {
			p.carrySums(i+k, []number{p.plusNumber(acc[i+k], p.permuted(z, "xb").neg())})
		}
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

// carrySums makes z the values of sums first, first + 1, ….
func (p *program) carrySums(first int, z []number) {
	for i, x := range z {
		if p.paired {
			p.carry(first+i, x.re.v)
		} else {
			p.carry(2*(first+i), x.re.v)
			p.carry(2*(first+i)+1, x.im.v)
		}
	}
}

// accumulate adds rows first, first + 1, … of w x to sum, whose zeros are none.
func (p *program) accumulate(sum []number, w matrix, first int, x []number) {
	if len(sum) == 1 && !p.paired { // fewer registers: one part after the other, if there is no sum yet
		r, m := terms(w.row(first), x)
		sum[0].re.v, sum[0].im.v = p.both(sum[0].re.v, sum[0].im.v, r, m)
		return
	}
	for k := range w.n {
		for i := range sum {
			sum[i] = p.plusProduct(sum[i], w.at(first+i, k), x[k])
		}
	}
}
