package dirac

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// EvenOdd is the power of an operator
//
//	D = A + H,
//
// A a matrix on each site and H hops between sites of opposite parity: what it says
// here is all that a [Schur] complement is made of. With dagger, each acts with its
// adjoint. s is a parity; destinations on the other one are left alone.
type EvenOdd interface {
	Operator
	// Hop sets dst = H src on s, from the other parity of src. dst is not src.
	Hop(dst, src *fermion.Field, s lattice.Subset, dagger bool)
	// Block sets dst = A src on s. dst may be src.
	Block(dst, src *fermion.Field, s lattice.Subset, dagger bool)
	// BlockInverse sets dst = A^-1 src on s, the inverse computed in double precision
	// for fields of either. dst may be src. A that cannot be inverted gives
	// infinities, which solvers refuse.
	BlockInverse(dst, src *fermion.Field, s lattice.Subset, dagger bool)
	// LogDetBlock returns ln |det A| on s, over all processes, in double precision.
	LogDetBlock(s lattice.Subset) float64
	// AddLogDetBlockDerivative adds its derivative along all links,
	//
	//	f^a_mu(n) += c d/d omega ln |det A[exp(i omega T_a) U_mu(n)]|.
	AddLogDetBlockDerivative(f *gauge.Algebra, c float64, s lattice.Subset)
}

// Fused is the power of an even-odd operator to hop and to multiply by its site
// blocks in one pass over the sites. A [Schur] complement then takes two.
type Fused interface {
	EvenOdd
	// Itself returns the operator whose hops and blocks these are: what embeds it, and
	// changes a part of it, is another one and is not Fused.
	Itself() EvenOdd
	// Eliminate sets dst = -A^-1 H src on s, from the other parity of src: so that
	// D (src + dst) vanishes on s.
	Eliminate(dst, src *fermion.Field, s lattice.Subset, dagger bool)
	// Combine sets dst = A a + H b on s. It returns Re <with, dst> on s, over all
	// processes, unless with is nil. dst is neither a nor b.
	Combine(dst, a, b *fermion.Field, s lattice.Subset, dagger bool, with *fermion.Field) float64
}

// Schur is the operator of one parity that even-odd preconditioning leaves [DGR],
//
//	S = A_ss - H_so A_oo^-1 H_os,   det D = det A_oo det S,
//
// for s the parity and o the other one, where it is the unit matrix: S + 1_oo is
// [Separate], and the action of two flavours is that of s. It does not own D: who
// binds the one binds the other.
type Schur struct {
	op    EvenOdd
	fused Fused // op, if that is
	s     lattice.Subset
	t     [2][2]*fermion.Field // by precision
	x     *fermion.Field       // of the derivative
	y     *fermion.Field
}

// NewSchur returns the Schur complement of op on the parity s.
//
// Errors: s is not a parity; a lattice with an odd extent has none.
func NewSchur(op EvenOdd, s lattice.Subset) (*Schur, error) {
	if s != lattice.Even && s != lattice.Odd {
		return nil, fmt.Errorf("dirac: Schur complement on all sites (allowed: even, odd)")
	}
	d := &Schur{op: op, s: s, x: op.NewField(), y: op.NewField()}
	if geo := d.x.Geometry(); !geo.EvenOdd() {
		return nil, fmt.Errorf("dirac: Schur complement on extents %v (allowed: all even)", geo.Extents())
	}
	if f, ok := op.(Fused); ok && f.Itself() == op {
		d.fused = f
	}
	for p := range d.t {
		for k := range d.t[p] {
			d.t[p][k] = d.x.LikeIn(lattice.Precision(p))
		}
	}
	return d, nil
}

// Operator returns D.
func (d *Schur) Operator() EvenOdd { return d.op }

// Parity returns that of the sites on which d is not the unit matrix.
func (d *Schur) Parity() lattice.Subset { return d.s }

// NewField returns a zero field of D.
func (d *Schur) NewField() *fermion.Field { return d.op.NewField() }

// Bind binds D.
func (d *Schur) Bind(u *gauge.Field) { d.op.Bind(u) }

// apply sets dst = S src on s, and returns Re <with, dst> there unless with is nil.
func (d *Schur) apply(dst, src *fermion.Field, dagger bool, with *fermion.Field) float64 {
	if dst == src {
		panic("dirac: source is destination")
	}
	t := d.t[dst.Precision()][0]
	d.eliminate(t, src, dagger)
	if d.fused != nil {
		return d.fused.Combine(dst, src, t, d.s, dagger, with)
	}
	d.op.Hop(dst, t, d.s, dagger)
	d.op.Block(t, src, d.s, dagger)
	dst.Axpy(1, t, d.s)
	if with == nil {
		return 0
	}
	return with.ReDot(dst, d.s)
}

// eliminate sets t = -A_oo^-1 H_os src on the other parity.
func (d *Schur) eliminate(t, src *fermion.Field, dagger bool) {
	o := d.s.Other()
	if d.fused != nil {
		d.fused.Eliminate(t, src, o, dagger)
		return
	}
	d.op.Hop(t, src, o, dagger)
	d.op.BlockInverse(t, t, o, dagger)
	t.Scale(-1, o)
}

// ApplyOn sets dst = S src or S^† src on s; it is the unit matrix on the other parity.
func (d *Schur) ApplyOn(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	if s != d.s.Other() {
		d.apply(dst, src, dagger, nil)
	}
	if s != d.s {
		dst.Copy(src, d.s.Other())
	}
}

// Apply sets dst = S src on its parity and src on the other one.
func (d *Schur) Apply(dst, src *fermion.Field) { d.ApplyOn(dst, src, lattice.All, false) }

// ApplyDagger is Apply with S^†.
func (d *Schur) ApplyDagger(dst, src *fermion.Field) { d.ApplyOn(dst, src, lattice.All, true) }

// ApplyNormal sets dst = S^†S src, or src on the other parity, on s.
func (d *Schur) ApplyNormal(dst, src *fermion.Field, s lattice.Subset) {
	d.normal(dst, src, s, nil)
}

// ApplyNormalDot is ApplyNormal, and returns Re <src, dst> on s, over all processes.
func (d *Schur) ApplyNormalDot(dst, src *fermion.Field, s lattice.Subset) float64 {
	return d.normal(dst, src, s, src)
}

func (d *Schur) normal(dst, src *fermion.Field, s lattice.Subset, with *fermion.Field) (product float64) {
	o := d.s.Other()
	if s != o {
		t := d.t[dst.Precision()][1]
		d.apply(t, src, false, nil)
		product = d.apply(dst, t, true, with)
	}
	if s != d.s {
		dst.Copy(src, o)
		if with != nil {
			product += with.ReDot(dst, o)
		}
	}
	return product
}

// ApplyFrom is Apply for a source that lives on s.
func (d *Schur) ApplyFrom(dst, src *fermion.Field, s lattice.Subset) {
	if s != lattice.All {
		dst.Zero(s.Other())
	}
	d.ApplyOn(dst, src, s, false)
}

// AddDerivative adds c d/d omega 2 Re <y, S x>, which is that of 2 Re <Y, D X> at
//
//	X = x_s - A_oo^-1 H_os x_s,   Y = y_s - A_oo^-† (H^†)_os y_s
//
// held fixed, since d(A^-1) = -A^-1 dA A^-1.
func (d *Schur) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	d.extend(y, x)
	d.op.AddDerivative(f, c, d.y, d.x)
}

// extend sets d.x to X and d.y to Y.
func (d *Schur) extend(y, x *fermion.Field) {
	for _, v := range [2]struct {
		dst, src *fermion.Field
		dagger   bool
	}{{d.x, x, false}, {d.y, y, true}} {
		d.eliminate(v.dst, v.src, v.dagger)
		v.dst.Copy(v.src, d.s)
	}
}

// AddDerivativeFrom is AddDerivative for an x that lives on s: the other parity adds
// nothing.
func (d *Schur) AddDerivativeFrom(f *gauge.Algebra, c float64, y, x *fermion.Field, s lattice.Subset) {
	if s != d.s.Other() {
		d.AddDerivative(f, c, y, x)
	}
}

// Prepare sets dst = b_s - H_so A_oo^-1 b_o on its parity: S x_s of the solution of
// D x = b. dst is not b.
func (d *Schur) Prepare(dst, b *fermion.Field) {
	t := d.t[dst.Precision()][0]
	d.op.BlockInverse(t, b, d.s.Other(), false)
	d.op.Hop(dst, t, d.s, false)
	dst.Xpay(b, -1, d.s)
}

// Reconstruct sets x_o = A_oo^-1 (b_o - H_os x_s), so that x solves D x = b where x_s
// solves S x_s = Prepare b.
func (d *Schur) Reconstruct(x, b *fermion.Field) {
	o := d.s.Other()
	t := d.t[x.Precision()][0]
	d.op.Hop(t, x, o, false)
	t.Xpay(b, -1, o)
	d.op.BlockInverse(x, t, o, false)
}
