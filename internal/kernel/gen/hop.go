package main

// hop is what one direction adds to a site's vector, its states:
//
//	w(n) x(n+mu) - w(n-mu)^† x(n-mu),
//
// or one of the two. The backward product is taken at the neighbour and permuted
// afterwards: the link then needs no permutation. Wide, that is where there are
// registers for it, the sums of all rows go on together: they do not wait for
// each other.
func hop(n int, ahead, behind bool, wide bool) *program {
	p := newProgram()
	var acc []value
	for range 2 * n {
		acc = append(acc, p.newState())
	}
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
		p.accumulate(acc[2*i:2*(i+each)], forward, i, x)
		for k := 2 * i; k < 2*(i+each); k++ {
			p.carry(k, acc[k])
		}
	}
	for i := 0; i < n && behind; i += each {
		t := make([]value, 2*each)
		p.accumulate(t, back, i, xb)
		for k, v := range t {
			p.carry(2*i+k, p.sub(acc[2*i+k], p.permute(v, "xb")))
		}
	}
	return p
}

// hopEnd is dst = c acc (+ ca add).
func hopEnd(n int, add bool) *program {
	p := newProgram()
	var acc []value
	for range 2 * n {
		acc = append(acc, p.newState())
	}
	for k, v := range acc {
		x := p.mul(p.arg("c"), v)
		if add {
			x = p.fma(p.arg("ca"), p.load("add", k), x)
		}
		p.store("dst", k, x)
	}
	return p
}

// accumulate adds rows first, first + 1, … of w x to sum, whose zeros are none.
func (p *program) accumulate(sum []value, w matrix, first int, x []number) {
	rows := len(sum) / 2
	if rows == 1 { // fewer registers: one part after the other, if there is no sum yet
		r, m := terms(w.row(first), x)
		sum[0], sum[1] = p.both(sum[0], sum[1], r, m)
		return
	}
	for k := range w.n {
		for i := range rows {
			r, m := product(w.at(first+i, k), x[k])
			sum[2*i], sum[2*i+1] = p.both(sum[2*i], sum[2*i+1], r, m)
		}
	}
}
