package observe

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// WilsonLoop measures the average of the R x T loops, R along a direction of
// space and T along time.
type WilsonLoop struct{ sum *gauge.LoopSum }

// NewWilsonLoop returns the observer for a lattice and group.
//
// Errors: R or T below 1 or beyond the extents; a direction that is divided among
// processes and whose ghosts the loop leaves.
func NewWilsonLoop(geo *lattice.Geometry, g group.Group, r, t int) (*WilsonLoop, error) {
	time := geo.Dims()
	var loops []gauge.Loop
	for mu := 1; mu < time; mu++ {
		if r < 1 || r > geo.Extent(mu-1) || t < 1 || t > geo.Extent(time-1) {
			return nil, fmt.Errorf("observe: Wilson loop of %d x %d on %v (allowed: 1 x 1 to the extents)", r, t, geo.Extents())
		}
		loops = append(loops, gauge.Loop{
			Path:        leaves(mu, time, r, t)[0],
			Coefficient: 1 / (float64(time-1) * float64(geo.Volume()) * float64(g.N())),
		})
	}
	sum, err := gauge.NewLoopSum(geo, g, loops)
	if err != nil {
		return nil, fmt.Errorf("observe: %w", err)
	}
	return &WilsonLoop{sum}, nil
}

// NewPlaneLoop returns the observer of the r x t loops of one plane, r along mu and t
// along nu, both counted from 0: D-1 is time. 1 x 1 is the plaquette of the plane.
//
// Errors: mu and nu are not two directions; the others as NewWilsonLoop.
func NewPlaneLoop(geo *lattice.Geometry, g group.Group, mu, nu, r, t int) (*WilsonLoop, error) {
	d := geo.Dims()
	if mu < 0 || nu < 0 || mu >= d || nu >= d || mu == nu {
		return nil, fmt.Errorf("observe: loops in the plane of directions %d and %d (allowed: two of 0 … %d)", mu, nu, d-1)
	}
	if r < 1 || r > geo.Extent(mu) || t < 1 || t > geo.Extent(nu) {
		return nil, fmt.Errorf("observe: loop of %d x %d in the plane of extents %d and %d (allowed: 1 x 1 to the extents)", r, t, geo.Extent(mu), geo.Extent(nu))
	}
	sum, err := gauge.NewLoopSum(geo, g, []gauge.Loop{{
		Path:        leaves(mu+1, nu+1, r, t)[0],
		Coefficient: 1 / (float64(geo.Volume()) * float64(g.N())),
	}})
	if err != nil {
		return nil, fmt.Errorf("observe: %w", err)
	}
	return &WilsonLoop{sum}, nil
}

// Measure returns the average of Re tr W / N over all sites and directions of
// space (NewPlaneLoop: over all sites),
//
//	W = U_mu(n) … U_mu(n+(R-1)mu) U_t(n+R mu) … U_t(n+R mu+(T-1)t) times the way back.
//
// Cost: 2 (R+T) products a site and direction of space. Panics: u has another
// geometry or group.
func (w *WilsonLoop) Measure(u *gauge.Field) float64 { return w.sum.ReTr(u) }
