package observe

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// PolyakovLoop measures the loop that winds once around the lattice.
type PolyakovLoop struct {
	sum *gauge.LoopSum
	n   float64
}

// NewPolyakovLoop returns the observer of the loop along direction mu, counted
// from 0: D-1 is time.
//
// Errors: mu is no direction; it is divided among processes, whose ghosts do not
// reach around the lattice.
func NewPolyakovLoop(geo *lattice.Geometry, g group.Group, mu int) (*PolyakovLoop, error) {
	if mu < 0 || mu >= geo.Dims() {
		return nil, fmt.Errorf("observe: Polyakov loop along direction %d (allowed: 0 … %d)", mu, geo.Dims()-1)
	}
	path := make(gauge.Path, geo.Extent(mu))
	for i := range path {
		path[i] = mu + 1
	}
	// Cyclicity: each of the V/L loops is met at all its L sites.
	sum, err := gauge.NewLoopSum(geo, g, []gauge.Loop{{Path: path, Coefficient: 1 / float64(geo.Volume())}})
	if err != nil {
		return nil, fmt.Errorf("observe: %w", err)
	}
	return &PolyakovLoop{sum: sum, n: float64(g.N())}, nil
}

// Trace returns the average of the trace, NOT divided by N, over the sites x of
// a slice,
//
//	P = L/V sum_x tr prod_{s=0}^{L-1} U_mu(x + s mu).
//
// Cost: two sweeps of L products. Panics: u has another geometry or group.
func (p *PolyakovLoop) Trace(u *gauge.Field) complex128 {
	return complex(p.sum.ReTr(u), p.sum.ImTr(u))
}

// Normalised returns Trace / N, 1 on unit links.
func (p *PolyakovLoop) Normalised(u *gauge.Field) complex128 {
	return p.Trace(u) / complex(p.n, 0)
}
