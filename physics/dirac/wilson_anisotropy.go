package dirac

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// SetAnisotropy gives each direction a weight,
//
//	D = m + i mu g_5 + sum_nu c_nu W_nu,
//	W_nu = 1 - 1/2 [ (1 - g_nu) U_nu(n) delta_{n+nu} + (1 + g_nu) U_nu(n-nu)^† delta_{n-nu} ],
//
// so that A of [EvenOdd] is sum_nu c_nu + m + i mu g_5. D is then on unit links, as a new
// one is. On a lattice whose bare anisotropy is xi_0, [Ani] has c = nu/xi_0 in space and
// 1 in time, the mass being in units of the spacing in time.
//
// Errors: another number of weights than of directions; one that is not a number.
func (w *Wilson) SetAnisotropy(weights []float64) error {
	if len(weights) != w.geo.Dims() {
		return fmt.Errorf("dirac: %d weights of %d directions", len(weights), w.geo.Dims())
	}
	for nu, c := range weights {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return fmt.Errorf("dirac: weight %v of direction %d", c, nu)
		}
	}
	w.weight = append([]float64(nil), weights...)
	w.single = nil
	w.Bind(gauge.NewField(w.geo, w.ops.Group))
	return nil
}

// diagonal returns a of A = a + i mu g_5.
func (w *Wilson) diagonal() float64 {
	a := float64(w.geo.Dims())
	if w.weight != nil {
		a = 0
		for _, c := range w.weight {
			a += c
		}
	}
	return a + w.mass
}

// weigh multiplies a link that was copied by the weight of its direction.
func (h *wilsonHops[F]) weigh(link []lattice.VecOf[F], nu int) {
	if h.d.weight == nil {
		return
	}
	var c lattice.VecOf[F]
	for l := range c {
		c[l] = F(h.d.weight[nu])
	}
	kernel.MulLanes(link, &c)
}
