package dirac

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Staggered is the one-link staggered operator of mass m [KS],
//
//	D = m + D_h,  D_h = 1/2 sum_mu eta_mu(n) [ U_mu(n) delta_{n+mu} - U_mu(n-mu)^† delta_{n-mu} ],
//
// on one-spin fields: 4 tastes in four dimensions, 2 in two. Phases of a [Background]
// may multiply the links: [NewStaggeredIn]. D_h is anti-Hermitian and connects sites of
// opposite parity, so D^†D = m^2 - D_h^2 does not mix them: Staggered is [Decoupled],
// and [Shifted].
type Staggered struct {
	mass      float64
	potential float64 // a mu of an Isospin, else 0
	geo       *lattice.Geometry
	ops       *kernel.Ops
	phase     staggeredPhases
	inLinks   bool // the links in use have the phases
	double    *hops[float64]
	single    *hops[float32] // nil until bound to links in single precision
	force     staggeredForce
}

// Periodic and Antiperiodic are boundary phases.
const (
	Periodic     = 1
	Antiperiodic = -1
)

// AntiperiodicTime returns the usual boundary phases in d dimensions.
func AntiperiodicTime(d int) []int {
	b := make([]int, d)
	for mu := range b {
		b[mu] = Periodic
	}
	b[d-1] = Antiperiodic
	return b
}

// NewStaggered returns the operator on unit links.
//
// Errors: an odd extent (staggered phases need all extents even), a boundary
// phase that is not Periodic or Antiperiodic, a mass that is not a number.
func NewStaggered(geo *lattice.Geometry, g group.Group, mass float64, boundary []int) (*Staggered, error) {
	return NewStaggeredIn(geo, g, mass, boundary, Background{})
}

// NewStaggeredIn is NewStaggered in a background. A block of an SU(2) link has no room for
// its phases: there hops are made one by one, and cost several times as much.
//
// Errors: also a plane that is none, a number of angles that is not that of the
// directions, what is not a number.
func NewStaggeredIn(geo *lattice.Geometry, g group.Group, mass float64, boundary []int, b Background) (*Staggered, error) {
	if !geo.EvenOdd() {
		return nil, fmt.Errorf("dirac: staggered fermions on extents %v (allowed: all even)", geo.Extents())
	}
	if len(boundary) != geo.Dims() {
		return nil, fmt.Errorf("dirac: %d boundary phases in %d dimensions", len(boundary), geo.Dims())
	}
	for mu, b := range boundary {
		if b != Periodic && b != Antiperiodic {
			return nil, fmt.Errorf("dirac: boundary phase %d in direction %d (allowed: 1, -1)", b, mu)
		}
	}
	if err := b.check(geo); err != nil {
		return nil, err
	}
	if math.IsNaN(mass) || math.IsInf(mass, 0) {
		return nil, fmt.Errorf("dirac: mass %v", mass)
	}
	d := &Staggered{mass: mass, geo: geo, ops: kernel.For(g), inLinks: b.none() || g.N() != 2}
	d.phase = newStaggeredPhases(geo, boundary, &b, !d.inLinks)
	d.double = newHops(d, &d.ops.Hops, kernel.Double())
	d.force.d = d
	d.force.t = scratch[float64](d)
	d.Bind(gauge.NewField(geo, g))
	return d, nil
}

// scratch returns a colour vector for each worker.
func scratch[F lattice.Real](d *Staggered) (t [][]lattice.VecOf[F]) {
	for range d.geo.Workers() {
		t = append(t, make([]lattice.VecOf[F], d.ops.V))
	}
	return t
}

// Mass returns m.
func (d *Staggered) Mass() float64 { return d.mass }

// SetMass changes m.
func (d *Staggered) SetMass(m float64) { d.mass = m }

// NewField returns a zero one-spin field.
func (d *Staggered) NewField() *fermion.Field { return fermion.NewField(d.geo, d.ops.Group, 1) }

// Bind copies the links and multiplies them by their phases.
func (d *Staggered) Bind(u *gauge.Field) {
	if u.Geometry() != d.geo || u.Group() != d.ops.Group {
		panic("dirac: links of another geometry or group")
	}
	if u.Precision() == lattice.Float64 {
		d.double.bind(u.Raw())
		return
	}
	if d.single == nil {
		d.single = newHops(d, &d.ops.Single, kernel.SinglePrecision())
	}
	d.single.bind(u.RawSingle())
}

// hop sets dst = c D_h src + ca add on s, src being read on the other parity. With dot,
// it returns Re <add, dst> on s.
func (d *Staggered) hop(dst *fermion.Field, c float64, src *fermion.Field, ca float64, add *fermion.Field, s lattice.Subset, dot bool) float64 {
	src.Ghosts(s.Other())
	if dst.Precision() == lattice.Float64 {
		var a []lattice.Vec
		if add != nil {
			a = add.Raw()
		}
		return d.double.hop(dst.Raw(), c, src.Raw(), ca, a, s, dot)
	}
	var a []lattice.Single
	if add != nil {
		a = add.RawSingle()
	}
	return d.single.hop(dst.RawSingle(), c, src.RawSingle(), ca, a, s, dot)
}

func (d *Staggered) check(dst, src *fermion.Field) {
	if !dst.SameShape(d.double.half) || !src.SameShape(dst) {
		panic("dirac: staggered operator on fields of another shape")
	}
	if p := dst.Precision(); p != src.Precision() || p == lattice.Float32 && d.single == nil {
		panic("dirac: fields of different precision, or of another than the links that the operator is bound to")
	}
	if dst == src {
		panic("dirac: source is destination")
	}
}

// Apply sets dst = D src.
func (d *Staggered) Apply(dst, src *fermion.Field) {
	d.check(dst, src)
	d.hop(dst, 1, src, d.mass, src, lattice.All, false)
}

// ApplyDagger sets dst = D^† src = (m - D_h) src.
func (d *Staggered) ApplyDagger(dst, src *fermion.Field) {
	d.check(dst, src)
	d.hop(dst, -1, src, d.mass, src, lattice.All, false)
}

// ApplyNormal sets dst = (m^2 - D_h^2) src on the sites of s.
func (d *Staggered) ApplyNormal(dst, src *fermion.Field, s lattice.Subset) {
	d.normal(dst, src, s, false)
}

// ApplyNormalDot is ApplyNormal, and returns Re <src, (m^2 - D_h^2) src> on s, over
// all processes.
func (d *Staggered) ApplyNormalDot(dst, src *fermion.Field, s lattice.Subset) float64 {
	return d.normal(dst, src, s, true)
}

func (d *Staggered) normal(dst, src *fermion.Field, s lattice.Subset, dot bool) float64 {
	d.check(dst, src)
	half := d.double.half
	if dst.Precision() == lattice.Float32 {
		half = d.single.half
		if s != lattice.All && d.single.sliced() {
			return d.single.normal(dst.RawSingle(), half.RawSingle(), src.RawSingle(), d.mass, s, dot)
		}
	} else if s != lattice.All && d.double.sliced() {
		return d.double.normal(dst.Raw(), half.Raw(), src.Raw(), d.mass, s, dot)
	}
	d.hop(half, 1, src, 0, nil, s.Other(), false)
	return d.hop(dst, -1, half, d.mass*d.mass, src, s, dot)
}

// NormalShift returns m^2.
func (d *Staggered) NormalShift() float64 { return d.mass * d.mass }

// ApplyFrom sets dst = D src for a source that lives on the sites of s.
func (d *Staggered) ApplyFrom(dst, src *fermion.Field, s lattice.Subset) {
	if s == lattice.All {
		d.Apply(dst, src)
		return
	}
	d.check(dst, src)
	d.hop(dst, 1, src, 0, nil, s.Other(), false)
	dst.Copy(src, s)
	dst.Scale(d.mass, s)
}

// AddDerivative adds c d/d omega 2 Re <y, D x>. From the terms of U_mu(n),
//
//	2 Re <y, D x> = eta_mu(n) Re [ y(n)^† U x(n+mu) - y(n+mu)^† U^† x(n) ] + …,
//
// so its derivative is Re tr(i omega M) with
// M = eta_mu(n) U_mu(n) [ x(n+mu) y(n)^† - y(n+mu) x(n)^† ].
func (d *Staggered) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	d.AddDerivativeFrom(f, c, y, x, lattice.All)
}

// AddDerivativeFrom is AddDerivative for an x that lives on s, where y matters
// on the other parity only: one of the two outer products vanishes on each link.
func (d *Staggered) AddDerivativeFrom(f *gauge.Algebra, c float64, y, x *fermion.Field, s lattice.Subset) {
	d.addDerivative(f, c, y, x, s)
}

// addDerivative is AddDerivativeFrom, with exp(a mu) and exp(-a mu) in the two terms of
// time (see Isospin).
func (d *Staggered) addDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field, s lattice.Subset) {
	d.check(y, x)
	if f.Geometry() != d.geo || f.Group() != d.ops.Group {
		panic("dirac: force of another geometry or group")
	}
	if x.Precision() != lattice.Float64 {
		panic("dirac: forces are computed in double precision")
	}
	x.Ghosts(s)
	y.Ghosts(s.Other())
	// Sites n outside s read x(n+mu), those in s read x(n).
	j := &d.force
	j.f = f.Raw()
	j.a, j.b, j.c, j.time = x.Raw(), y.Raw(), -d.ops.Index*c, math.Exp(d.potential)
	d.geo.Sweep(j, s.Other())
	j.a, j.b, j.c, j.time = y.Raw(), x.Raw(), d.ops.Index*c, math.Exp(-d.potential)
	d.geo.Sweep(j, s)
}

// staggeredForce adds the part c eta [U a(n+mu) b(n)^†]_TA of a force.
type staggeredForce struct {
	d       *Staggered
	f, a, b []lattice.Vec
	c       float64
	time    float64         // what multiplies c in the last direction
	t       [][]lattice.Vec // per worker: a with its phase
}

// Do does a range of blocks.
func (j *staggeredForce) Do(r lattice.Range) {
	d, o := j.d, j.d.ops
	dims, nbr := d.geo.Dims(), d.geo.Neighbours()
	for block := r.Lo; block < r.Hi; block++ {
		for mu := range dims {
			k, e := block*dims+mu, nbr[2*dims*block+mu]
			a, c := j.a[e.Block()*o.V:][:o.V], j.c
			if mu == dims-1 {
				c *= j.time
			}
			if !d.inLinks { // else they carry eta, the boundary phase and the background
				copy(j.t[r.Worker], a)
				a = j.t[r.Worker]
				turnAt(a, &d.phase.turn[0][k], e.Mask())
			}
			o.AddForce(j.f[k*o.A:][:o.A], c, d.double.link(block, mu), a, e.Mask(), j.b[block*o.V:])
		}
	}
}
