package dirac

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Clover is the Wilson operator with the term of Sheikholeslami and Wohlert [SW],
//
//	D = D_W + C,  C = (c_sw/2) sum_{mu<nu} sigma_munu i F_munu(n),
//	sigma_munu = (i/2) [g_mu, g_nu],  F_munu = (Q_munu - Q_munu^†)/8,
//
// Q the sum of the four plaquettes that begin at n and lie in the quarters of the plane,
// all turning from mu to nu; the trace of F is kept. C is Hermitian and commutes with g_5:
// what [Wilson] says of D^† and of the twisted mass holds, and so does it know no boundary
// phases. It is kept as the Hermitian blocks of the halves of g_5, 2N x 2N numbers each in
// four dimensions.
//
// C is made in double precision, when it is first wanted: after links in single precision
// are bound, that of the links last bound in double precision is rounded, which must be
// the same.
type Clover struct {
	*Wilson
	space, time float64 // c_sw
	term        cloverTerm
	inverse     [2]cloverInverse // by parity; lattices without one have the first
	unit        []lattice.Vec    // C for c_sw = 1, for derivatives by it; nil until wanted
	unitFresh   bool
	rounded     []lattice.Single // C; nil until wanted
	roundFresh  bool
	onDouble    cloverBlocks[float64]
	onSingle    cloverBlocks[float32]
	job         cloverJob
}

// NewClover returns the operator on unit links, c_sw the same for all planes.
//
// Errors: those of [NewWilson]; a c_sw that is not a number.
func NewClover(geo *lattice.Geometry, g group.Group, mass, csw float64, boundary []complex128) (*Clover, error) {
	w, err := NewWilson(geo, g, mass, boundary)
	if err != nil {
		return nil, err
	}
	d := &Clover{Wilson: w}
	d.term = newCloverTerm(w)
	d.onDouble.init(&d.term, &w.ops.Hops)
	d.onSingle.init(&d.term, &w.ops.Single)
	d.job.init(d)
	return d, d.SetCSW(csw, csw)
}

// CSW returns c_sw of the planes in space and of those with time, the last direction.
func (d *Clover) CSW() (space, time float64) { return d.space, d.time }

// SetCSW changes c_sw of the planes in space and of those with time: actions on
// anisotropic lattices have two. Errors: not a number.
func (d *Clover) SetCSW(space, time float64) error {
	for _, c := range []float64{space, time} {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return fmt.Errorf("dirac: c_sw %v", c)
		}
	}
	d.space, d.time = space, time
	d.stale()
	return nil
}

// SetAnisotropy is that of [Wilson]; c_sw stays as it is.
func (d *Clover) SetAnisotropy(weights []float64) error {
	if err := d.Wilson.SetAnisotropy(weights); err != nil {
		return err
	}
	d.Bind(gauge.NewField(d.geo, d.ops.Group))
	return nil
}

// stale says that C has changed.
func (d *Clover) stale() {
	d.term.fresh, d.roundFresh = false, false
	for k := range d.inverse {
		d.inverse[k].fresh = false
	}
}

// Bind copies the links.
func (d *Clover) Bind(u *gauge.Field) {
	d.Wilson.Bind(u)
	if u.Precision() == lattice.Float64 {
		d.term.bind(u)
		d.stale()
		d.unitFresh = false
	}
}

// blocks returns C.
func (d *Clover) blocks() []lattice.Vec {
	if !d.term.fresh {
		d.term.set(d.term.a, d.space, d.time)
		d.term.fresh = true
	}
	return d.term.a
}

func (d *Clover) roundedBlocks() []lattice.Single {
	if !d.roundFresh {
		d.rounded = round(d.rounded, d.blocks())
		d.roundFresh = true
	}
	return d.rounded
}

// round sets dst, or a new one, to x in single precision.
func round(dst []lattice.Single, x []lattice.Vec) []lattice.Single {
	if dst == nil {
		dst = lattice.Make[float32](len(x))
	}
	for k := range x {
		for l, v := range x[k] {
			dst[k][l] = float32(v)
		}
	}
	return dst
}

// diagonalBlock is A less C on the upper half of g_5; the lower has its conjugate.
func (d *Clover) diagonalBlock(dagger bool) complex128 {
	a := d.block(dagger)
	return complex(a.re, a.tw)
}

// Apply sets dst = D src.
func (d *Clover) Apply(dst, src *fermion.Field) { d.whole(dst, src, false) }

// ApplyDagger sets dst = D^† src.
func (d *Clover) ApplyDagger(dst, src *fermion.Field) { d.whole(dst, src, true) }

func (d *Clover) whole(dst, src *fermion.Field, dagger bool) {
	d.Combine(dst, src, src, lattice.All, dagger, nil)
}

// AddDerivative adds c d/d omega 2 Re <y, D x>. With x and y the fields of a site, the
// clover term brings
//
//	2 Re y^† C x = (c_sw/8) sum_{mu<nu} Re tr Q_munu X_munu,
//	X_munu = i tr_spin sigma_munu (x y^† + y x^†).
func (d *Clover) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	d.Wilson.AddDerivative(f, c, y, x)
	j := &d.job
	j.do, j.x, j.y, j.c = outerProducts, x.Raw(), y.Raw(), c
	d.geo.Sweep(j, lattice.All)
	d.term.addDerivative(f.Raw())
}
