package main

// hop is what one direction adds to a site's vector, its states:
//
//	w(n) x(n+mu) - w(n-mu)^† x(n-mu),
//
// or one of the two. The backward product is taken at the neighbour and permuted
// afterwards: the link then needs no permutation.
func hop(n int, ahead, behind bool) *program {
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
	for i := range n {
		if !ahead {
			break
		}
		r, m := terms(forward.row(i), x)
		acc[2*i], acc[2*i+1] = p.both(acc[2*i], acc[2*i+1], r, m)
		p.carry(2*i, acc[2*i])
		p.carry(2*i+1, acc[2*i+1])
	}
	for i := range n {
		if !behind {
			break
		}
		r, m := terms(back.row(i), xb)
		re, im := p.both(0, 0, r, m)
		p.carry(2*i, p.sub(acc[2*i], p.permute(re, "xb")))
		p.carry(2*i+1, p.sub(acc[2*i+1], p.permute(im, "xb")))
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
