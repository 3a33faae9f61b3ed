package covnet

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// secondDifference is the covariant second difference of an algebra field along the
// direction of each link [RS],
//
//	nabla^*_mu nabla_mu Q_mu(n) = U_mu(n) Q_mu(n+mu) U_mu(n)^† + U_mu(n-mu)^† Q_mu(n-mu) U_mu(n-mu) - 2 Q_mu(n).
type secondDifference struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	m       *gauge.Field // Q as matrices, with ghosts
	q       []lattice.Vec
	u       []lattice.Vec
	do      func(d *secondDifference, r lattice.Range)
	scratch [][]lattice.Vec
}

func newSecondDifference(u *gauge.Field) *secondDifference {
	d := &secondDifference{geo: u.Geometry(), ops: kernel.For(u.Group()), m: gauge.NewField(u.Geometry(), u.Group())}
	for range d.geo.Workers() {
		d.scratch = append(d.scratch, make([]lattice.Vec, 2*d.ops.M))
	}
	return d
}

// add sets Q += (1/12) nabla^* nabla Q.
func (d *secondDifference) add(q *gauge.Algebra, u *gauge.Field) {
	d.q, d.u = q.Raw(), u.Raw()
	d.do = toMatrices
	d.geo.Sweep(d, lattice.All)
	d.m.Changed()
	d.m.Ghosts()
	u.Ghosts()
	d.do = addDifference
	d.geo.Sweep(d, lattice.All)
}

// Do is the sweep of add.
func (d *secondDifference) Do(r lattice.Range) { d.do(d, r) }

func toMatrices(d *secondDifference, r lattice.Range) {
	o := d.ops
	for k := r.Lo * d.geo.Dims(); k < r.Hi*d.geo.Dims(); k++ {
		o.Element(d.m.Raw()[k*o.M:], 1, d.q[k*o.A:])
	}
}

func addDifference(d *secondDifference, r lattice.Range) {
	dims, o, nbr := d.geo.Dims(), d.ops, d.geo.Neighbours()
	s, m := d.scratch[r.Worker], d.m.Raw()
	t, sum := s[:o.M], s[o.M:]
	for b := r.Lo; b < r.Hi; b++ {
		for mu := range dims {
			here := (b*dims + mu) * o.M
			up, down := nbr[2*dims*b+mu], nbr[2*dims*b+dims+mu]
			above, below := (up.Block()*dims+mu)*o.M, (down.Block()*dims+mu)*o.M
			o.Mul[kernel.NN](t, d.u[here:], 0, m[above:], up.Mask())
			o.Mul[kernel.NA](sum, t, 0, d.u[here:], 0)
			o.Mul[kernel.AN](t, d.u[below:], down.Mask(), m[below:], down.Mask())
			o.AddMul[kernel.NN](sum, 1, t, 0, d.u[below:], down.Mask())
			q := d.q[(b*dims+mu)*o.A:][:o.A]
			kernel.Scale(q, 1-2./12)
			x := t[:o.A]
			o.TA(x, sum)
			kernel.Axpy(q, 1./12, x)
		}
	}
}
