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
					turnAt(t, &d.phase[0][k], e.Mask())
					o.AddForce(f, j.c, link, t, e.Mask(), side.to[s*o.V:])
				}
			}
		}
	}
}
