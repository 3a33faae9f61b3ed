package dirac

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// twisted is the number re + i tw g_5 of spinors.
type twisted struct{ re, tw float64 }

// block returns A = a + i mu g_5, a = d + m, or its adjoint.
func (w *Wilson) block(dagger bool) twisted {
	a := twisted{float64(w.geo.Dims()) + w.mass, w.twist}
	if dagger {
		a.tw = -a.tw
	}
	return a
}

// inverse returns A^-1 = (a - i mu g_5) / (a^2 + mu^2) or its adjoint.
func (w *Wilson) inverse(dagger bool) twisted {
	a := w.block(dagger)
	n := a.re*a.re + a.tw*a.tw
	return twisted{a.re / n, -a.tw / n}
}

// Hop sets dst = H src or H^† src on s.
func (w *Wilson) Hop(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	w.check(dst, src)
	w.hop(dst, twisted{re: 1}, src, twisted{}, nil, s, dagger, nil)
}

// Block sets dst = A src or A^† src on s.
func (w *Wilson) Block(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	w.times(dst, w.block(dagger), src, s)
}

// BlockInverse sets dst = A^-1 src or A^-† src on s.
func (w *Wilson) BlockInverse(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	w.times(dst, w.inverse(dagger), src, s)
}

// Itself returns w.
func (w *Wilson) Itself() EvenOdd { return w }

// Eliminate sets dst = -A^-1 H src on s, or that with adjoints.
func (w *Wilson) Eliminate(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	w.check(dst, src)
	c := w.inverse(dagger)
	w.hop(dst, twisted{-c.re, -c.tw}, src, twisted{}, nil, s, dagger, nil)
}

// Complement sets t = -A^-1 H src on the other parity and dst = A src + H t on s, or
// that with adjoints, and returns Re <with, dst> unless with is nil. Both parities go
// through a large lattice together, slice by slice: links then come from memory once.
func (w *Wilson) Complement(dst, t, src *fermion.Field, s lattice.Subset, dagger bool, with *fermion.Field) float64 {
	w.check(dst, src)
	w.check(dst, t)
	if dst.Precision() == lattice.Float64 && sliced(w.geo, w.double.bytes) {
		return w.double.complement(dst.Raw(), t.Raw(), src.Raw(), s, dagger, raw(with))
	}
	if dst.Precision() == lattice.Float32 && sliced(w.geo, w.single.bytes) {
		return w.single.complement(dst.RawSingle(), t.RawSingle(), src.RawSingle(), s, dagger, rawSingle(with))
	}
	w.Eliminate(t, src, s.Other(), dagger)
	return w.hop(dst, twisted{re: 1}, t, w.block(dagger), src, s, dagger, with)
}

// LogDetBlock returns ln |det A| on s: 1/2 ln(a^2 + mu^2) for each component.
func (w *Wilson) LogDetBlock(s lattice.Subset) float64 {
	a := w.block(false)
	return float64(w.shape.Components(s)) * math.Log(math.Hypot(a.re, a.tw))
}

// AddLogDetBlockDerivative adds nothing: A knows no links.
func (w *Wilson) AddLogDetBlockDerivative(*gauge.Algebra, float64, lattice.Subset) {}
