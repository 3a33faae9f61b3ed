package gauge

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// LoopMatrices evaluates sums of closed paths as matrices, block by block, for
// sweeps of packages above: a field strength, or the trace at every site.
type LoopMatrices struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	sets    [][]route
	walkers []walker
}

// NewLoopMatrices compiles sets of loops, each to be summed. Errors: a path that
// is not closed, or leaves the ghost shell of a divided direction.
func NewLoopMatrices(geo *lattice.Geometry, g group.Group, sets ...[]Loop) (*LoopMatrices, error) {
	d := geo.Dims()
	s := &LoopMatrices{geo: geo, ops: kernel.For(g), sets: make([][]route, len(sets))}
	for i, loops := range sets {
		for _, l := range loops {
			if err := l.Path.check(geo, make([]int, d)); err != nil {
				return nil, err
			}
			steps := compile(d, l.Path)
			if err := reach(geo, -1, steps); err != nil {
				return nil, err
			}
			s.sets[i] = merge(s.sets[i], route{0, l.Coefficient, steps})
		}
	}
	for range geo.Workers() {
		s.walkers = append(s.walkers, walker{geo: geo, ops: s.ops, t: [2][]lattice.Vec{make([]lattice.Vec, s.ops.M), make([]lattice.Vec, s.ops.M)}})
	}
	return s, nil
}

// Bind makes u the links. Panics: u has another geometry or group.
func (s *LoopMatrices) Bind(u *Field) {
	if u.geo != s.geo || u.ops.Group != s.ops.Group {
		panic("gauge: loops of another geometry or group")
	}
	u.Ghosts()
	for i := range s.walkers {
		s.walkers[i].fields[0] = u.v
	}
}

// Set sets dst to the sum of c times the product along the path over the loops
// of a set that start at the sites of a block, for the worker of a sweep.
func (s *LoopMatrices) Set(dst []lattice.Vec, set, block, worker int) {
	clear(dst[:s.ops.M])
	for i := range s.sets[set] {
		r := &s.sets[set][i]
		s.walkers[worker].add(dst[:s.ops.M], r.c, lattice.At(block), r.steps)
	}
}
