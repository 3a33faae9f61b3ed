package dirac

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// twisted is the number re + i tw g_5 of spinors.
type twisted struct{ re, tw float64 }

// block returns A = a + i mu g_5, a = d + m or as SetAnisotropy has it, or its adjoint.
func (w *Wilson) block(dagger bool) twisted {
	a := twisted{w.diagonal(), w.twist}
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

// Combine sets dst = A a + H b on s, or that with adjoints, and returns Re <with, dst>
// unless with is nil.
func (w *Wilson) Combine(dst, a, b *fermion.Field, s lattice.Subset, dagger bool, with *fermion.Field) float64 {
	w.check(dst, a)
	w.check(dst, b)
	return w.hop(dst, twisted{re: 1}, b, w.block(dagger), a, s, dagger, with)
}

// LogDetBlock returns ln |det A| on s: 1/2 ln(a^2 + mu^2) for each component.
func (w *Wilson) LogDetBlock(s lattice.Subset) float64 {
	a := w.block(false)
	return float64(w.shape.Components(s)) * math.Log(math.Hypot(a.re, a.tw))
}

// AddLogDetBlockDerivative adds nothing: A knows no links.
func (w *Wilson) AddLogDetBlockDerivative(*gauge.Algebra, float64, lattice.Subset) {}
