package dirac

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// The even-odd structure of Wilson: A = a + i mu g_5, a = d + m (or as SetAnisotropy
// has it), A^-1 = (a - i mu g_5) / (a^2 + mu^2).

// Hop sets dst = H src or H^† src on s.
func (w *Wilson) Hop(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	w.check(dst, src)
	w.hop(dst, src, s, dagger)
}

// Block sets dst = A src or A^† src on s.
func (w *Wilson) Block(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	w.spinBlock(dst, src, false, w.diagonal(), w.twisted(dagger), s)
}

// BlockInverse sets dst = A^-1 src or A^-† src on s.
func (w *Wilson) BlockInverse(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	a, mu := w.diagonal(), w.twisted(dagger)
	n := a*a + mu*mu
	w.spinBlock(dst, src, false, a/n, -mu/n, s)
}

// LogDetBlock returns ln |det A| on s: 1/2 ln(a^2 + mu^2) for each component.
func (w *Wilson) LogDetBlock(s lattice.Subset) float64 {
	return float64(w.shape.Components(s)) * math.Log(math.Hypot(w.diagonal(), w.twist))
}

// AddLogDetBlockDerivative adds nothing: A knows no links.
func (w *Wilson) AddLogDetBlockDerivative(*gauge.Algebra, float64, lattice.Subset) {}
