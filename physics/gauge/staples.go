package gauge

import (
	"fmt"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// StapleSum evaluates sums of paths that lead alongside a link, and takes
// derivatives of them back to the links. Term k has, for each direction mu, a
// set of paths from n to n+mu; with weights w_k,mu,
//
//	C_mu(n) = sum_k w_k,mu C_k,mu(n),  A = C^†.
//
// The derivative of a sum of paths is again a sum of paths, in which one factor
// is the cotangent instead of a link: both are evaluated by the same code, site
// by site, so that no two workers write the same link.
type StapleSum struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	terms   int
	forward [][]route // per direction: A, paths from n+mu to n
	back    [][]route // per direction: derivative; route.term = term D + direction of the marked field
	walkers []walker
	out     [][]lattice.Vec // per worker: a matrix
	job     stapleJob
}

// stapleJob is a sweep of a StapleSum with its operands.
type stapleJob struct {
	s       *StapleSum
	do      func(s *StapleSum, r lattice.Range)
	u       *Field
	dst     []lattice.Vec
	w       []float64
	c       float64
	term    int
	partial []float64
}

func (j *stapleJob) Do(r lattice.Range) { j.do(j.s, r) }

// NewStapleSum compiles terms: terms[k][mu] are the paths of term k along
// direction mu, each from n to n+mu, with coefficients.
//
// Errors: a path that leads elsewhere, or that leaves the ghost shell of a
// divided direction.
func NewStapleSum(geo *lattice.Geometry, g group.Group, terms [][][]Loop) (*StapleSum, error) {
	return newStapleSum(geo, g, terms, true)
}

// newStapleSum is NewStapleSum, without the derivative where nobody takes it: of paths
// of n steps it has n^2 times as many steps.
func newStapleSum(geo *lattice.Geometry, g group.Group, terms [][][]Loop, derivative bool) (*StapleSum, error) {
	d := geo.Dims()
	s := &StapleSum{geo: geo, ops: kernel.For(g), terms: len(terms), forward: make([][]route, d), back: make([][]route, d)}
	for k, term := range terms {
		if len(term) != d {
			return nil, fmt.Errorf("gauge: term %d has paths for %d directions, the lattice has %d", k, len(term), d)
		}
		for mu, paths := range term {
			for _, p := range paths {
				target := make([]int, d)
				target[mu] = 1
				if err := p.Path.check(geo, target); err != nil {
					return nil, err
				}
				steps := reversed(d, compile(d, p.Path))
				if err := reach(geo, mu, steps); err != nil {
					return nil, err
				}
				s.forward[mu] = merge(s.forward[mu], route{k, p.Coefficient, steps})
			}
		}
	}
	for mu, routes := range s.forward {
		for _, r := range routes {
			if !derivative {
				break
			}
			if err := s.differentiate(mu, r); err != nil {
				return nil, err
			}
		}
	}
	s.walkers = make([]walker, geo.Workers())
	s.out = make([][]lattice.Vec, geo.Workers())
	for i := range s.walkers {
		s.out[i] = make([]lattice.Vec, s.ops.M)
		s.walkers[i] = walker{geo: geo, ops: s.ops, t: [2][]lattice.Vec{make([]lattice.Vec, s.ops.M), make([]lattice.Vec, s.ops.M)}}
	}
	s.job = stapleJob{s: s, partial: make([]float64, geo.Chunks(lattice.All))}
	return s, nil
}

// differentiate lists, for every link of a route from n+mu to n, the path that
// the marked field L closes: with s_1 … s_m the steps,
//
//	d Re tr(L s_1 … s_m) = Re tr(i omega U [s_j+1 … s_m L s_1 … s_j-1])      s_j = U
//	                     = Re tr(i omega U [s_j+1 … s_m L s_1 … s_j-1]^†)    s_j = U^†.
func (s *StapleSum) differentiate(mu int, r route) error {
	d := s.geo.Dims()
	mark := step{entry: mu, mu: mu, mark: true}
	for j, at := range r.steps {
		var steps []step
		steps = append(steps, r.steps[j+1:]...)
		steps = append(steps, mark)
		steps = append(steps, r.steps[:j]...)
		if at.dagger {
			steps = reversed(d, steps)
		}
		if err := reach(s.geo, at.mu, steps); err != nil {
			return err
		}
		s.back[at.mu] = merge(s.back[at.mu], route{r.term*d + mu, r.c, steps})
	}
	return nil
}

// Terms returns the number of terms.
func (s *StapleSum) Terms() int { return s.terms }

func (s *StapleSum) start(do func(*StapleSum, lattice.Range), u *Field, w []float64) *stapleJob {
	if u.geo != s.geo || u.ops.Group != s.ops.Group {
		panic("gauge: staples of another geometry or group")
	}
	if w != nil && len(w) != s.terms*s.geo.Dims() {
		panic("gauge: a weight is needed for every term and direction")
	}
	u.needDouble()
	u.Ghosts()
	j := &s.job
	j.do, j.u, j.w = do, u, w
	for i := range s.walkers {
		s.walkers[i].fields[0] = u.v
	}
	return j
}

// Close sets dst to the sum of the closed paths through each link,
//
//	U_mu(n) A_mu(n),  A = sum_k w_k,mu A_k,
//
// with weights w[k D + mu]. The stout exponent [C U^†]_TA is -[U A]_TA.
func (s *StapleSum) Close(dst, u *Field, w []float64) {
	dst.match(u)
	j := s.start(closeLinks, u, w)
	j.dst = dst.v
	s.geo.Sweep(j, lattice.All)
	dst.stale = true
}

func closeLinks(s *StapleSum, r lattice.Range) {
	j, d, o := &s.job, s.geo.Dims(), s.ops
	for k := r.Lo * d; k < r.Hi*d; k++ {
		o.Mul[kernel.NN](j.dst[k*o.M:], j.u.v[k*o.M:], 0, s.staple(r.Worker, k/d, k%d), 0)
	}
}

// AddForce adds, component by component, c [U_mu(n) A_mu(n)]_TA with weights as
// in Close: with c = t beta/N the force of an action made of these loops.
func (s *StapleSum) AddForce(dst *Algebra, c float64, u *Field, w []float64) {
	dst.match(u)
	j := s.start(addForce, u, w)
	j.dst, j.c = dst.v, c
	s.geo.Sweep(j, lattice.All)
}

func addForce(s *StapleSum, r lattice.Range) {
	j, d, o := &s.job, s.geo.Dims(), s.ops
	for k := r.Lo * d; k < r.Hi*d; k++ {
		o.AddAlgebra(j.dst[k*o.A:][:o.A], j.c, j.u.v[k*o.M:], s.staple(r.Worker, k/d, k%d))
	}
}

// staple sets the worker's matrix to sum_k w_k A_k at (b, mu).
func (s *StapleSum) staple(worker, b, mu int) []lattice.Vec {
	a, w, d := s.out[worker], &s.walkers[worker], s.geo.Dims()
	clear(a)
	e := s.geo.Neighbours()[2*d*b+mu]
	for i := range s.forward[mu] {
		r := &s.forward[mu][i]
		if weight := s.job.w[r.term*d+mu]; weight != 0 {
			w.add(a, weight*r.c, e, r.steps)
		}
	}
	return a
}

// AddBack adds to f the derivative of sum_n,mu Re tr(L_mu(n) A_mu(n)) along all
// links within A, L being held fixed:
//
//	f^a_mu(n) += d/d omega sum Re tr(L A[exp(i omega T_a) U_mu(n)]).
func (s *StapleSum) AddBack(f *Algebra, u, l *Field, w []float64) {
	f.match(u)
	u.match(l)
	l.Ghosts()
	j := s.start(addBack, u, w)
	j.dst = f.v
	for i := range s.walkers {
		s.walkers[i].fields[1] = l.v
	}
	s.geo.Sweep(j, lattice.All)
}

func addBack(s *StapleSum, r lattice.Range) {
	j, d, o, nbr := &s.job, s.geo.Dims(), s.ops, s.geo.Neighbours()
	w := &s.walkers[r.Worker]
	sum := s.out[r.Worker]
	for b := r.Lo; b < r.Hi; b++ {
		for mu := range d {
			clear(sum)
			e := nbr[2*d*b+mu]
			for i := range s.back[mu] {
				q := &s.back[mu][i]
				if weight := j.w[q.term]; weight != 0 {
					w.add(sum, weight*q.c, e, q.steps)
				}
			}
			o.AddAlgebra(j.dst[(b*d+mu)*o.A:][:o.A], -o.Index, j.u.v[(b*d+mu)*o.M:], sum)
		}
	}
}

// Term sets dst to A_k of one term, unweighted.
func (s *StapleSum) Term(dst *Field, term int, u *Field) {
	dst.match(u)
	j := s.start(oneTerm, u, nil)
	j.term, j.dst = term, dst.v
	s.geo.Sweep(j, lattice.All)
	dst.stale = true
}

func oneTerm(s *StapleSum, r lattice.Range) {
	j, d, o, nbr := &s.job, s.geo.Dims(), s.ops, s.geo.Neighbours()
	for b := r.Lo; b < r.Hi; b++ {
		for mu := range d {
			a, e := j.dst[(b*d+mu)*o.M:][:o.M], nbr[2*d*b+mu]
			clear(a)
			for i := range s.forward[mu] {
				if q := &s.forward[mu][i]; q.term == j.term {
					s.walkers[r.Worker].add(a, q.c, e, q.steps)
				}
			}
		}
	}
}
