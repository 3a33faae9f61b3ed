package observe

import (
	"fmt"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// PolyakovCorrelator measures the correlator of two Polyakov loops that wind
// around time, at distances r along the directions of space,
//
//	C(r) = 1/((D-1) V_s) sum_x sum_i tr P(x) (tr P(x + r i))^*,
//
// with P(x) = prod_t U_t(x,t) and V_s sites in space; the traces are not divided
// by N. The sum over x makes C real.
type PolyakovCorrelator struct {
	geo   *lattice.Geometry
	ops   *kernel.Ops
	loops *gauge.LoopMatrices
	m     [][]lattice.Vec // per worker
	trace []float64       // of the sites of the first time slice: real part, imaginary part
	most  int
}

// NewPolyakovCorrelator returns the observer for a lattice and group.
//
// Errors: time is divided among processes, whose ghosts do not reach around the
// lattice.
func NewPolyakovCorrelator(geo *lattice.Geometry, g group.Group) (*PolyakovCorrelator, error) {
	time := geo.Dims() - 1
	path := make(gauge.Path, geo.Extent(time))
	for i := range path {
		path[i] = time + 1
	}
	loops, err := gauge.NewLoopMatrices(geo, g, []gauge.Loop{{Path: path, Coefficient: 1}})
	if err != nil {
		return nil, fmt.Errorf("observe: %w", err)
	}
	c := &PolyakovCorrelator{geo: geo, ops: kernel.For(g), loops: loops, most: geo.Extent(0)}
	for mu := range time {
		c.most = min(c.most, geo.Extent(mu))
	}
	for range geo.Workers() {
		c.m = append(c.m, make([]lattice.Vec, c.ops.M))
	}
	c.trace = make([]float64, 2*geo.Volume()/geo.Extent(time))
	return c, nil
}

// Distances returns how many distances r = 0, 1, … fit half around the smallest
// extent of space.
func (c *PolyakovCorrelator) Distances() int { return c.most/2 + 1 }

// Measure sets dst to C(0), C(1), …. Panics: dst has not the length Distances; u
// has another geometry or group.
func (c *PolyakovCorrelator) Measure(dst []float64, u *gauge.Field) {
	if len(dst) != c.Distances() {
		panic("observe: Polyakov correlator: a value is needed for every distance")
	}
	c.loops.Bind(u)
	clear(c.trace)
	c.geo.Sweep(c, lattice.All)
	c.geo.Sum(c.trace)

	sites, stride := len(c.trace)/2, 1
	clear(dst)
	for mu := range c.geo.Dims() - 1 {
		l := c.geo.Extent(mu)
		for site := range sites {
			x := site / stride % l
			for r := range dst {
				other := site + ((x+r)%l-x)*stride
				dst[r] += c.trace[2*site]*c.trace[2*other] + c.trace[2*site+1]*c.trace[2*other+1]
			}
		}
		stride *= l
	}
	for r := range dst {
		dst[r] /= float64((c.geo.Dims() - 1) * sites)
	}
}

// Do is the sweep of Measure: time is the slowest coordinate, so that the sites of
// its first slice come first.
func (c *PolyakovCorrelator) Do(r lattice.Range) {
	m := c.m[r.Worker]
	for b := r.Lo; b < r.Hi; b++ {
		here := false
		for l := range c.geo.ActiveLanes() {
			here = here || c.geo.Site(b, l) < len(c.trace)/2
		}
		if !here {
			continue
		}
		c.loops.Set(m, 0, b, r.Worker)
		var re, im lattice.Vec
		c.ops.ReTr(&re, 1, m)
		c.ops.ImTr(&im, 1, m)
		for l := range c.geo.ActiveLanes() {
			if site := c.geo.Site(b, l); site < len(c.trace)/2 {
				c.trace[2*site], c.trace[2*site+1] = re[l], im[l]
			}
		}
	}
}
