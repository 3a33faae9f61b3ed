package dirac

import "github.com/slhmc/slhmc/physics/lattice"

// wilsonForce adds the part c [U tr_spin …]_TA of a force.
type wilsonForce struct {
	d       *Wilson
	f, x, y []lattice.Vec
	c       float64
	t       [][]lattice.Vec // per worker: a projected spin
}

// Do does a range of blocks.
func (j *wilsonForce) Do(r lattice.Range) {
	d, o := j.d, j.d.ops
	dims, n, nbr := d.geo.Dims(), o.V*d.spins, d.geo.Neighbours()
	for b := r.Lo; b < r.Hi; b++ {
		x, y := j.x[b*n:][:n], j.y[b*n:][:n]
		for nu := range dims {
			k, e := b*dims+nu, nbr[2*dims*b+nu]
			f, link := j.f[k*o.A:][:o.A], d.double.link(b, nu)
			xp, yp := j.x[e.Block()*n:][:n], j.y[e.Block()*n:][:n]
			if d.inLinks {
				o.AddWilson[nu](f, j.c, link, x, y, xp, e.Mask(), yp)
				continue
			}
			t := j.t[r.Worker]
			for s, g := range d.gamma[nu] {
				for _, side := range [2]struct {
					sign     complex128
					from, to []lattice.Vec
				}{{-1, xp, y}, {1, yp, x}} {
					copy(t, side.from[s*o.V:])
					addTimes(t, side.sign*g.value, side.from[g.column*o.V:])
					j.turnAt(t, e.Mask(), k)
					o.AddForce(f, j.c, link, t, e.Mask(), side.to[s*o.V:])
				}
			}
		}
	}
}

// turnAt multiplies t by the phases of the forward hop, lane l of t being that of
// site l^mask.
func (j *wilsonForce) turnAt(t []lattice.Vec, mask, k int) {
	p := &j.d.phase[0][k]
	for i := 0; i < len(t); i += 2 {
		for l := range lattice.Lanes {
			re, im := p[0][l^mask], p[1][l^mask]
			a, b := t[i][l], t[i+1][l]
			t[i][l] = float64(re*a) - float64(im*b)
			t[i+1][l] = float64(re*b) + float64(im*a)
		}
	}
}
