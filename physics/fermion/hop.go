package fermion

import (
	"github.com/slhmc/slhmc/internal/kernel"
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
	j := &f.job
	j.do, j.a, j.x, j.y, j.u = hop, c, f.v, src.v, u.Raw()
	j.mu, j.backward = mu, sign < 0
	f.geo.Sweep(j, s)
}

func (f *Field) matchLinks(u *gauge.Field) {
	if f.geo != u.Geometry() || f.ops.Group != u.Group() {
		panic("fermion: links of another geometry or group")
	}
}

func hop(j *job, r lattice.Range) {
	d, o, nbr := j.geo.Dims(), j.ops, j.geo.Neighbours()
	t := j.scratch[r.Worker][:o.V]
	for b := r.Lo; b < r.Hi; b++ {
		// the link of a backward hop starts at the neighbour
		e, at, dagger := nbr[2*d*b+j.mu], lattice.At(b), 0
		if j.backward {
			e, dagger = nbr[2*d*b+d+j.mu], 1
			at = e
		}
		link := j.u[(at.Block()*d+j.mu)*o.M:]
		for k := 0; k < j.n; k += o.V {
			o.MulVec[dagger](t, link, at.Mask(), j.y[e.Block()*j.n+k:], e.Mask())
			kernel.Axpy(j.x[b*j.n+k:][:o.V], j.a, t)
		}
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
	x.match(y)
	x.matchLinks(u)
	if f.Geometry() != x.geo || f.Group() != x.ops.Group {
		panic("fermion: force of another geometry or group")
	}
	x.Ghosts(s.Other())
	j := &x.job
	j.do, j.a, j.x, j.y, j.u, j.f, j.mu = addForce, c, x.v, y.v, u.Raw(), f.Raw(), mu
	x.geo.Sweep(j, s)
}

func addForce(j *job, r lattice.Range) {
	d, o, nbr := j.geo.Dims(), j.ops, j.geo.Neighbours()
	for b := r.Lo; b < r.Hi; b++ {
		e, l := nbr[2*d*b+j.mu], b*d+j.mu
		for k := 0; k < j.n; k += o.V {
			o.AddForce(j.f[l*o.A:][:o.A], -2*o.Index*j.a, j.u[l*o.M:], j.x[e.Block()*j.n+k:], e.Mask(), j.y[b*j.n+k:])
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
	j := &f.job
	j.do, j.x, j.y = mulSites, f.v, w.v
	f.geo.Sweep(j, s)
}

func mulSites(j *job, r lattice.Range) {
	for b := r.Lo; b < r.Hi; b++ {
		kernel.MulLanes(j.x[b*j.n:][:j.n], &j.y[b])
	}
}
