package gauge

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// LoopSum evaluates traces of closed loops, summed over all sites.
type LoopSum struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	routes  []route
	walkers []walker
	out     [][]lattice.Vec
	u       *Field
	imag    bool
	partial []float64
}

// NewLoopSum compiles loops. Errors: a path that is not closed, or leaves the
// ghost shell of a divided direction.
func NewLoopSum(geo *lattice.Geometry, g group.Group, loops []Loop) (*LoopSum, error) {
	d := geo.Dims()
	s := &LoopSum{geo: geo, ops: kernel.For(g), partial: make([]float64, geo.Chunks(lattice.All))}
	for _, l := range loops {
		if err := l.Path.check(geo, make([]int, d)); err != nil {
			return nil, err
		}
		steps := compile(d, l.Path)
		if err := reach(geo, -1, steps); err != nil {
			return nil, err
		}
		s.routes = merge(s.routes, route{0, l.Coefficient, steps})
	}
	for range geo.Workers() {
		s.walkers = append(s.walkers, walker{geo: geo, ops: s.ops, t: [2][]lattice.Vec{make([]lattice.Vec, s.ops.M), make([]lattice.Vec, s.ops.M)}})
		s.out = append(s.out, make([]lattice.Vec, s.ops.M))
	}
	return s, nil
}

// ReTr returns sum over sites and loops of c Re tr(loop).
func (s *LoopSum) ReTr(u *Field) float64 { return s.trace(u, false) }

// ImTr returns sum over sites and loops of c Im tr(loop).
func (s *LoopSum) ImTr(u *Field) float64 { return s.trace(u, true) }

func (s *LoopSum) trace(u *Field, imag bool) float64 {
	if u.geo != s.geo || u.ops.Group != s.ops.Group {
		panic("gauge: loops of another geometry or group")
	}
	u.needDouble()
	u.Ghosts()
	s.u, s.imag = u, imag
	for i := range s.walkers {
		s.walkers[i].fields[0] = u.v
	}
	return s.geo.Reduce(s, lattice.All, s.partial)
}

// Do is the sweep of ReTr and ImTr.
func (s *LoopSum) Do(r lattice.Range) {
	w, m := &s.walkers[r.Worker], s.out[r.Worker]
	var sum lattice.Vec
	for b := r.Lo; b < r.Hi; b++ {
		clear(m)
		for i := range s.routes {
			w.add(m, s.routes[i].c, lattice.At(b), s.routes[i].steps)
		}
		if s.imag {
			s.ops.ImTr(&sum, 1, m)
		} else {
			s.ops.ReTr(&sum, 1, m)
		}
	}
	s.partial[r.Chunk] = kernel.Lanes(&sum, s.geo.ActiveLanes())
}
