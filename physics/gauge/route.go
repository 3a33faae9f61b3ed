package gauge

import (
	"fmt"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
)

// A step multiplies by a matrix of one of two fields: the links, or a field
// that transforms like them (the cotangent in a derivative).
type step struct {
	entry  int // of the neighbour table: mu forward, D+mu backward
	mu     int
	dagger bool // backward
	mark   bool // of the second field
}

// A route is a product of matrices along a path from n+mu to n (or, in a loop,
// from n to n), with the term it belongs to and its coefficient.
type route struct {
	term  int
	c     float64
	steps []step
}

func (s step) key() int {
	k := 2 * s.entry
	if s.mark {
		k++
	}
	return k
}

// compile turns a path into steps.
func compile(d int, p Path) []step {
	steps := make([]step, len(p))
	for i, s := range p {
		mu := axis(s)
		steps[i] = step{entry: mu, mu: mu}
		if s < 0 {
			steps[i] = step{entry: d + mu, mu: mu, dagger: true}
		}
	}
	return steps
}

// back returns the step that undoes s.
func (s step) back(d int) step {
	s.dagger = !s.dagger
	if s.dagger {
		s.entry = d + s.mu
	} else {
		s.entry = s.mu
	}
	return s
}

func reversed(d int, steps []step) []step {
	r := make([]step, len(steps))
	for i, s := range steps {
		r[len(steps)-1-i] = s.back(d)
	}
	return r
}

// merge adds r to routes, joining it with an equal one.
func merge(routes []route, r route) []route {
next:
	for i := range routes {
		q := &routes[i]
		if q.term != r.term || len(q.steps) != len(r.steps) {
			continue
		}
		for k := range q.steps {
			if q.steps[k].key() != r.steps[k].key() {
				continue next
			}
		}
		q.c += r.c
		return routes
	}
	return append(routes, r)
}

// reach checks that the route, begun at start (a displacement from n), stays
// within the ghosts.
func reach(geo *lattice.Geometry, mu int, steps []step) error {
	x := make([]int, geo.Dims())
	if mu >= 0 {
		x[mu] = 1
	}
	for _, s := range steps {
		if s.dagger {
			x[s.mu]--
		} else {
			x[s.mu]++
		}
		if geo.Divided(s.mu) && (x[s.mu] < -lattice.Halo || x[s.mu] > lattice.Halo) {
			return fmt.Errorf("gauge: a path reaches %d sites along direction %d, which is divided among processes (allowed: %d): divide another direction", x[s.mu], s.mu+1, lattice.Halo)
		}
	}
	return nil
}

// walker multiplies along routes. It belongs to one worker.
type walker struct {
	geo    *lattice.Geometry
	ops    *kernel.Ops
	fields [2][]lattice.Vec // links, marked
	t      [2][]lattice.Vec // partial products
}

// factor returns the matrix of step s taken at e, its lane mask, and moves e.
func (w *walker) factor(e *lattice.Entry, s step) (m []lattice.Vec, mask int) {
	d, nbr := w.geo.Dims(), w.geo.Neighbours()
	at := *e
	*e = at.Step(nbr[2*d*at.Block()+s.entry])
	if s.dagger {
		at = *e
	}
	f := 0
	if s.mark {
		f = 1
	}
	return w.fields[f][(at.Block()*d+s.mu)*w.ops.M:], at.Mask()
}

// add sets dst += c times the product along steps, begun at e.
func (w *walker) add(dst []lattice.Vec, c float64, e lattice.Entry, steps []step) {
	n := len(steps)
	first, mask := w.factor(&e, steps[0])
	dagger := dag(steps[0])
	if n == 1 {
		if dagger != 0 {
			w.ops.AddDagger(dst, c, first, mask)
		} else {
			kernel.AddMasked(dst, c, first[:len(dst)], mask)
		}
		return
	}
	if n == 2 {
		last, m := w.factor(&e, steps[1])
		w.ops.AddMul[dagger|dag(steps[1])<<1](dst, c, first, mask, last, m)
		return
	}
	t := 0
	for _, s := range steps[1 : n-2] {
		next, m := w.factor(&e, s)
		w.ops.Mul[dagger|dag(s)<<1](w.t[t], first, mask, next, m)
		first, mask, dagger = w.t[t], 0, 0
		t = 1 - t
	}
	next, m := w.factor(&e, steps[n-2])
	last, ml := w.factor(&e, steps[n-1])
	w.ops.AddTriple[dagger|dag(steps[n-2])<<1|dag(steps[n-1])<<2](dst, c, first, mask, next, m, last, ml)
}

func dag(s step) int {
	if s.dagger {
		return 1
	}
	return 0
}
