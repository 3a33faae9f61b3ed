package dirac

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// The even-odd structure of Clover: A = a + C + i mu g_5, a that of Wilson. With B the
// inverse of the Hermitian and positive (a + C)^2 + mu^2, A^-1 = B (a + C - i mu g_5);
// without mu, B is A^-1 itself. ln |det A| is -1/2 ln det B, or -ln |det B|.

// cloverInverse has B of one parity, or of all sites where there is none.
type cloverInverse struct {
	b          []lattice.Vec
	z          complex128 // a + i mu that it was made with
	logDet     float64    // ln |det A|
	fresh      bool
	rounded    []lattice.Single // nil until wanted
	roundFresh bool
}

// Itself returns d.
func (d *Clover) Itself() EvenOdd { return d }

// Block sets dst = A src or A^† src on s.
func (d *Clover) Block(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	d.multiplyBlock(dst, src, d.diagonalBlock(dagger), s)
}

// multiplyBlock sets dst = (z + C) src on s.
func (d *Clover) multiplyBlock(dst, src *fermion.Field, z complex128, s lattice.Subset) {
	if dst.Precision() == lattice.Float64 {
		d.onDouble.apply(dst.Raw(), d.blocks(), src.Raw(), z, false, s)
		return
	}
	d.onSingle.apply(dst.RawSingle(), d.roundedBlocks(), src.RawSingle(), z, false, s)
}

// BlockInverse sets dst = A^-1 src or A^-† src on s.
func (d *Clover) BlockInverse(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	if z := d.diagonalBlock(!dagger); imag(z) != 0 {
		d.multiplyBlock(dst, src, z, s)
		src = dst
	}
	for _, p := range d.parts(s) {
		v := d.inverted(p)
		if dst.Precision() == lattice.Float64 {
			d.onDouble.apply(dst.Raw(), v.b, src.Raw(), 0, false, p)
		} else {
			d.onSingle.apply(dst.RawSingle(), v.single(), src.RawSingle(), 0, false, p)
		}
	}
}

// Combine sets dst = A a + H b on s, or that with adjoints, and returns Re <with, dst>
// unless with is nil.
func (d *Clover) Combine(dst, a, b *fermion.Field, s lattice.Subset, dagger bool, with *fermion.Field) float64 {
	d.check(dst, a)
	d.check(dst, b)
	b.Ghosts(s.Other())
	z := d.diagonalBlock(dagger)
	if dst.Precision() == lattice.Float64 {
		return d.onDouble.afterHop(d.double, b.Raw(), dst.Raw(), d.blocks(), a.Raw(), z, true, s, dagger, raw(with))
	}
	return d.onSingle.afterHop(d.single, b.RawSingle(), dst.RawSingle(), d.roundedBlocks(), a.RawSingle(), z, true, s, dagger, rawSingle(with))
}

// Eliminate sets dst = -A^-1 H src on s, or that with adjoints.
func (d *Clover) Eliminate(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	d.Hop(dst, src, s, dagger)
	d.BlockInverse(dst, dst, s, dagger)
	dst.Scale(-1, s)
}

// single returns B in single precision.
func (v *cloverInverse) single() []lattice.Single {
	if !v.roundFresh {
		v.rounded = round(v.rounded, v.b)
		v.roundFresh = true
	}
	return v.rounded
}

var (
	bothParities = []lattice.Subset{lattice.Even, lattice.Odd}
	wholeLattice = []lattice.Subset{lattice.All}
)

// parts are the subsets of s that have inverses of their own.
func (d *Clover) parts(s lattice.Subset) []lattice.Subset {
	if !d.geo.EvenOdd() {
		return wholeLattice
	}
	switch s {
	case lattice.Even:
		return bothParities[:1]
	case lattice.Odd:
		return bothParities[1:]
	}
	return bothParities
}

// inverted returns B of a part.
func (d *Clover) inverted(p lattice.Subset) *cloverInverse {
	v := &d.inverse[0]
	if p == lattice.Odd {
		v = &d.inverse[1]
	}
	z := d.diagonalBlock(false)
	if v.fresh && v.z == z {
		return v
	}
	lo, hi := d.geo.Range(p)
	if v.b == nil {
		v.b = lattice.Make[float64]((hi - lo) * d.term.size)
	}
	a := d.blocks()
	copy(v.b, a[lo*d.term.size:hi*d.term.size])
	v.z, v.fresh, v.roundFresh = z, true, false
	j := &d.job
	j.do, j.inverse, j.first, j.s = invertBlocks, v, lo, p
	v.logDet = d.geo.Reduce(j, p, j.partial)
	return v
}

// invert makes the B of a block of C, and returns its ln |det A|.
func (j *cloverJob) invert(b int, w *cloverWork) (log float64) {
	t := &j.d.term
	n := t.dim
	mu := imag(j.inverse.z)
	for half := range t.halves {
		a := j.inverse.b[(b-j.first)*t.size+half*n*n:][:n*n]
		shift(a[:n], real(j.inverse.z))
		c := 1.
		if mu != 0 {
			copy(w.g, a)
			setProduct(a, w.g, w.g, n)
			shift(a[:n], mu*mu)
			c = 0.5
		}
		logs := w.invert(a, j.d.geo.ActiveLanes())
		log += c * kernel.Lanes(&logs, j.d.geo.ActiveLanes())
	}
	return log
}

func shift(diagonal []lattice.Vec, x float64) {
	for k := range diagonal {
		for l := range lattice.Lanes {
			diagonal[k][l] += x
		}
	}
}

// LogDetBlock returns ln |det A| on s, no finite number where A has no inverse.
func (d *Clover) LogDetBlock(s lattice.Subset) (log float64) {
	for _, p := range d.parts(s) {
		log += d.inverted(p).logDet
	}
	return log
}

// AddLogDetBlockDerivative adds c d/d omega ln |det A| = c Re tr A^-1 dC on s: with the
// Hermitian part of A^-1, g,
//
//	(c_sw/8) sum_{mu<nu} Re tr dQ_munu X_munu,  X_munu = i tr_spin sigma_munu g.
func (d *Clover) AddLogDetBlockDerivative(f *gauge.Algebra, c float64, s lattice.Subset) {
	d.checkForce(f)
	for _, p := range d.parts(s) {
		v := d.inverted(p)
		j := &d.job
		j.do, j.inverse, j.s, j.c = traceInverses, v, p, c
		j.first, _ = d.geo.Range(p)
		d.geo.Sweep(j, lattice.All)
		d.term.addDerivative(f.Raw())
	}
}

func (d *Clover) checkForce(f *gauge.Algebra) {
	if f.Geometry() != d.geo || f.Group() != d.ops.Group {
		panic("dirac: force of another geometry or group")
	}
}

// setHermitianPart sets w.g to the Hermitian part of A^-1 at a block, B or (a + C) B.
func (j *cloverJob) setHermitianPart(b int, w *cloverWork) {
	t := &j.d.term
	n := t.dim
	inverse := j.inverse.b[(b-j.first)*t.size:][:t.size]
	if imag(j.inverse.z) == 0 {
		copy(w.g, inverse)
		return
	}
	copy(w.blocks, t.a[b*t.size:][:t.size])
	for half := range t.halves {
		a := w.blocks[half*n*n:][:n*n]
		shift(a[:n], real(j.inverse.z))
		setProduct(w.g[half*n*n:][:n*n], a, inverse[half*n*n:][:n*n], n)
	}
}
