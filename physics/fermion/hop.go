package fermion

import (
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// The words that Dirac operators of one's own are made of. They sweep the
// lattice at the speed of the kernels and know nothing of its layout.

// AddHop adds on s, for sign = +1 and -1,
//
//	f(n) += c U_mu(n) src(n+mu),   f(n) += c U_mu(n-mu)^† src(n-mu).
//
// src is read on the sites one step away. Panics: f is src, or another sign.
func (f *Field) AddHop(c float64, u *gauge.Field, src *Field, mu, sign int, s lattice.Subset) {
	f.match(src)
	f.matchLinks(u)
	if f == src || (sign != 1 && sign != -1) {
		panic("fermion: a hop goes to another field, by +1 or -1")
	}
	src.Ghosts(s.Other())
	u.Ghosts()
	if f.single != nil {
		f.single.u, f.single.mu, f.single.backward = u.RawSingle(), mu, sign < 0
		f.single.two(addHop, c, src.single, s)
		return
	}
	f.double.u, f.double.mu, f.double.backward = u.Raw(), mu, sign < 0
	f.double.two(addHop, c, src.double, s)
}

func (f *Field) matchLinks(u *gauge.Field) {
	if f.geo != u.Geometry() || f.ops.Group != u.Group() || f.Precision() != u.Precision() {
		panic("fermion: links of another geometry, group or precision")
	}
}

// AddForce adds the derivative along the links of direction mu
//
//	f^a_mu(n) += c d/d omega 2 Re <y(n), exp(i omega T_a) U_mu(n) x(n+mu)>
//
// for the sites n of s: what a term U_mu(n) delta_{n+mu} of an operator
// contributes to dirac.Operator.AddDerivative. A term U_mu(n-mu)^† delta_{n-mu}
// is the same with x and y exchanged, since Re <y, U^† x> = Re <x, U y>.
//
// With 2 Re <y, U x> = 2 Re tr(U x y^†), F = -t [2 U x y^†]_TA, t = tr T_a T_a.
func AddForce(f *gauge.Algebra, c float64, u *gauge.Field, y, x *Field, mu int, s lattice.Subset) {
	x.needDouble()
	x.match(y)
	x.matchLinks(u)
	if f.Geometry() != x.geo || f.Group() != x.ops.Group {
		panic("fermion: force of another geometry or group")
	}
	x.Ghosts(s.Other())
	j := &x.force
	*j = forceJob{x: x, f: f.Raw(), c: c, u: u.Raw(), y: y.Raw(), mu: mu}
	x.geo.Sweep(j, s)
}

// forceJob is the sweep of AddForce.
type forceJob struct {
	x       *Field
	f, u, y []lattice.Vec
	c       float64
	mu      int
}

// Do does a range of blocks.
func (j *forceJob) Do(r lattice.Range) {
	x, n := j.x.double.v, j.x.double.n
	d, o, nbr := j.x.geo.Dims(), j.x.ops, j.x.geo.Neighbours()
	for b := r.Lo; b < r.Hi; b++ {
		e, l := nbr[2*d*b+j.mu], b*d+j.mu
		for k := 0; k < n; k += o.V {
			o.AddForce(j.f[l*o.A:][:o.A], -2*o.Index*j.c, j.u[l*o.M:], x[e.Block()*n+k:], e.Mask(), j.y[b*n+k:])
		}
	}
}

// Sites is a real number on every site: staggered phases, boundary signs.
type Sites struct {
	geo *lattice.Geometry
	v   []lattice.Vec
}

// NewSites tabulates w at the global coordinates of every site.
func NewSites(geo *lattice.Geometry, w func(x []int) float64) *Sites {
	s := &Sites{geo: geo, v: make([]lattice.Vec, geo.Blocks())}
	x := make([]int, geo.Dims())
	for b := range s.v {
		for l := range geo.ActiveLanes() {
			geo.Coordinates(x, geo.Site(b, l))
			s.v[b][l] = w(x)
		}
	}
	return s
}

// MulSites sets f(n) *= w(n) on s.
func (f *Field) MulSites(w *Sites, s lattice.Subset) {
	if f.geo != w.geo {
		panic("fermion: site weights of another geometry")
	}
	if f.single != nil {
		f.single.sites = w.v
		f.single.two(mulSites, 0, f.single, s)
		return
	}
	f.double.sites = w.v
	f.double.two(mulSites, 0, f.double, s)
}
