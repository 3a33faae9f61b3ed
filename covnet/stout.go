package covnet

import (
	"fmt"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Sharing says which links share a weight.
type Sharing int

// The sharings.
const (
	Shared       Sharing = iota // one weight a term
	PerDirection                // one a term and direction
	PerSite                     // one a term, direction and site
)

// Term is what one weight multiplies: for each direction mu, paths from n to
// n+mu.
type Term struct {
	Name  string
	Paths [][]gauge.Loop // [mu]

	plaquettes bool // all of them, and nothing else
}

// PlaquetteTerm is the sum of the 2(D-1) staples of each link.
func PlaquetteTerm(d int) Term {
	t := loopTerm("plaquette", d, gauge.Plaquettes(d, 1))
	t.plaquettes = true
	return t
}

// RectangleTerm is the sum of the 6(D-1) paths that close a link to a 2 x 1
// rectangle.
func RectangleTerm(d int) Term { return loopTerm("rectangle", d, gauge.Rectangles(d, 1)) }

// LoopTerm is the sum of all paths that remain of closed loops when a link is
// taken away.
func LoopTerm(name string, d int, loops []gauge.Loop) Term { return loopTerm(name, d, loops) }

func loopTerm(name string, d int, loops []gauge.Loop) Term {
	t := Term{Name: name, Paths: make([][]gauge.Loop, d)}
	for mu := range t.Paths {
		t.Paths[mu] = gauge.Staples(loops, mu+1)
	}
	return t
}

// PolyakovTerm closes the links of the directions for which winds is true by the
// rest of the line around the lattice: P_mu(n)^† with P_mu(n) = U_mu(n+mu) …
// U_mu(n+(L-1)mu), once per link.
func PolyakovTerm(name string, geo *lattice.Geometry, winds func(mu int) bool) Term {
	t := Term{Name: name, Paths: make([][]gauge.Loop, geo.Dims())}
	for mu := range t.Paths {
		if !winds(mu) {
			continue
		}
		line := make(gauge.Path, geo.Extent(mu)-1)
		for i := range line {
			line[i] = -(mu + 1)
		}
		t.Paths[mu] = []gauge.Loop{{Path: line, Coefficient: 1}}
	}
	return t
}

// PolyakovTime is PolyakovTerm for the time direction, PolyakovSpace for the
// others: the talk gives them weights of their own.
func PolyakovTime(geo *lattice.Geometry) Term {
	return PolyakovTerm("polyakov_time", geo, func(mu int) bool { return mu == geo.Dims()-1 })
}

// PolyakovSpace is PolyakovTerm for the space directions.
func PolyakovSpace(geo *lattice.Geometry) Term {
	return PolyakovTerm("polyakov_space", geo, func(mu int) bool { return mu < geo.Dims()-1 })
}

// Stout is the layer U' = exp(Q) U (package comment).
//
// It keeps scratch: one per goroutine.
type Stout struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	terms   []Term
	sharing Sharing
	sum     *gauge.StapleSum
	rho     []float64

	plaq  *gauge.PlaquetteSum // of a plaquette term, for sharings above the site; else nil
	plaqW []float64           // its weights (direction)
	rest  bool                // there are other terms

	w    []float64      // (term, direction), for sharings above the site; none for plaq
	u    *gauge.Field   // of the last Forward
	ua   *gauge.Field   // U A, A = C^†, plaq aside
	q    *gauge.Algebra // Q = i q^a T_a
	dq   *gauge.Algebra // its cotangent
	mark *gauge.Field   // Phi U: what multiplies dA
	a    *gauge.Field   // one term
	mine *gauge.Field   // Phi U times the site weights of a term
	job  stoutJob
}

type stoutJob struct {
	s       *Stout
	do      func(s *Stout, r lattice.Range)
	v       []lattice.Vec
	du, dv  []lattice.Vec
	theta   []float64
	term    int
	mu      int
	partial []float64
	scratch [][]lattice.Vec
}

func (j *stoutJob) Do(r lattice.Range) { j.do(j.s, r) }

// NewStout returns a layer with zero weights: the identity. Params holds rho in
// the order (term), (term, direction) or (term, direction, site).
//
// Errors: no term; a path that does not lead alongside its link; PerSite on a
// lattice divided among processes.
func NewStout(u *gauge.Field, sharing Sharing, terms ...Term) (*Stout, error) {
	geo := u.Geometry()
	if len(terms) == 0 {
		return nil, fmt.Errorf("covnet: a stout layer needs a term")
	}
	s := &Stout{geo: geo, ops: kernel.For(u.Group()), terms: terms, sharing: sharing}
	var paths [][][]gauge.Loop
	for _, t := range terms {
		paths = append(paths, t.Paths)
	}
	var err error
	if s.sum, err = gauge.NewStapleSum(geo, u.Group(), paths); err != nil {
		return nil, err
	}
	d := geo.Dims()
	s.w = make([]float64, len(terms)*d)
	switch sharing {
	case Shared:
		s.rho = make([]float64, len(terms))
	case PerDirection:
		s.rho = make([]float64, len(terms)*d)
	case PerSite:
		if geo.LocalVolume() != geo.Volume() {
			return nil, fmt.Errorf("covnet: weights per site on a lattice divided among processes (allowed: shared, per direction)")
		}
		s.rho = make([]float64, len(terms)*d*geo.Volume())
		s.mine = gauge.NewField(geo, u.Group())
	default:
		return nil, fmt.Errorf("covnet: sharing %d (allowed: Shared, PerDirection, PerSite)", sharing)
	}
	s.rest = true
	for _, t := range terms {
		if t.plaquettes && s.plaq == nil && sharing != PerSite {
			s.plaq, s.plaqW = gauge.NewPlaquetteSum(geo, u.Group()), make([]float64, d)
			s.rest = len(terms) > 1
		}
	}
	s.ua, s.mark, s.a = gauge.NewField(geo, u.Group()), gauge.NewField(geo, u.Group()), gauge.NewField(geo, u.Group())
	s.q, s.dq = gauge.NewAlgebra(geo, u.Group()), gauge.NewAlgebra(geo, u.Group())
	s.job = stoutJob{s: s, partial: make([]float64, geo.Chunks(lattice.All)), scratch: make([][]lattice.Vec, geo.Workers())}
	for i := range s.job.scratch {
		s.job.scratch[i] = make([]lattice.Vec, 3*s.ops.M)
	}
	return s, nil
}

// Params returns the weights.
func (s *Stout) Params() []float64 { return s.rho }

// weights spreads shared weights over directions, those of plaq apart.
func (s *Stout) weights() []float64 {
	d := s.geo.Dims()
	apart := s.plaq == nil
	for i, t := range s.terms {
		w := s.w[i*d:][:d]
		for mu := range w {
			switch s.sharing {
			case Shared:
				w[mu] = s.rho[i]
			case PerDirection:
				w[mu] = s.rho[i*d+mu]
			default:
				w[mu] = 1
			}
		}
		if t.plaquettes && !apart {
			copy(s.plaqW, w)
			clear(w)
			apart = true
		}
	}
	return s.w
}

func (s *Stout) sweep(do func(*Stout, lattice.Range)) {
	s.job.do = do
	s.geo.Sweep(&s.job, lattice.All)
}

// Forward sets v = exp(Q) u.
func (s *Stout) Forward(v, u *gauge.Field) {
	if v == u {
		panic("covnet: output is input")
	}
	s.u = u
	s.q.Zero()
	w := s.weights()
	if s.plaq != nil {
		s.plaq.AddForce(s.q, -1, u, s.plaqW)
	}
	if s.sharing == PerSite {
		clear(s.ua.Raw())
		for k := range s.terms {
			s.sum.Term(s.a, k, u)
			s.job.term = k
			s.sweep(closeSites)
		}
	} else if s.rest {
		s.sum.Close(s.ua, u, w)
	}
	s.job.v = v.Raw()
	s.sweep(stoutForward)
	v.Changed()
}

// closeSites adds rho_k(n) U A_k to ua.
func closeSites(s *Stout, r lattice.Range) {
	d, o := s.geo.Dims(), s.ops
	t := s.job.scratch[r.Worker][:o.M]
	for b := r.Lo; b < r.Hi; b++ {
		for mu := range d {
			k := (b*d + mu) * o.M
			o.Mul[kernel.NN](t, s.u.Raw()[k:], 0, s.a.Raw()[k:], 0)
			w := s.siteWeights(s.job.term, mu, b)
			kernel.MulLanes(t, &w)
			kernel.Axpy(s.ua.Raw()[k:][:o.M], 1, t)
		}
	}
}

// siteWeights gathers the weights of a block.
func (s *Stout) siteWeights(term, mu, b int) (w lattice.Vec) {
	for l := range s.geo.ActiveLanes() {
		w[l] = s.rho[s.siteIndex(term, mu, s.geo.Site(b, l))]
	}
	return w
}

func (s *Stout) siteIndex(term, mu, site int) int {
	return (term*s.geo.Dims()+mu)*s.geo.Volume() + site
}

// stoutForward: Q = [C U^†]_TA = -[U A]_TA.
func stoutForward(s *Stout, r lattice.Range) {
	d, o := s.geo.Dims(), s.ops
	t, u, ua := s.job.scratch[r.Worker], s.u.Raw(), s.ua.Raw()
	for k := r.Lo * d; k < r.Hi*d; k++ {
		q, v := s.q.Raw()[k*o.A:][:o.A], s.job.v[k*o.M:][:o.M]
		if s.rest {
			o.TA(t[:o.A], ua[k*o.M:])
			kernel.Axpy(q, -1, t[:o.A])
		}
		copy(v, u[k*o.M:])
		o.Drift(v, 1, q, t)
	}
}

// Backward adds the cotangents of u and of the weights. With dS = dv.w the change
// under dU' U'^† = i w^a T_a,
//
//	w = J(q) dq + Ad(e^Q) du,
//
// so the cotangent of q is J(q)^T dv, and u itself receives Ad(e^-Q) dv. From
// q^a = -(1/t) Re tr(-i T_a U A), t = tr T_a T_a, follows dS = Re tr(Phi d(U A))
// with Phi = (i/t) (J^T dv)^a T_a: the outer U receives -t [U A Phi]_TA, the
// links in A the derivative of sum Re tr(Phi U A) at fixed Phi U, and rho_k
// sum Re tr(Phi U A_k). Plaquettes do both at once (gauge.PlaquetteSum).
func (s *Stout) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	if s.u == nil {
		panic("covnet: Backward before Forward")
	}
	s.job.du, s.job.dv = du.Raw(), dv.Raw()
	s.sweep(stoutBackward)
	s.mark.Changed()
	w := s.weights()
	if s.plaq != nil {
		s.plaq.AddBack(du, 1/s.ops.Index, s.u, s.dq, s.plaqW)
	}
	if s.sharing == PerSite {
		s.backSites(du)
	} else if s.rest {
		s.sum.AddBack(du, s.u, s.mark, w)
	}
	if dtheta != nil {
		s.gradient(dtheta)
	}
}

func stoutBackward(s *Stout, r lattice.Range) {
	j, d, o := &s.job, s.geo.Dims(), s.ops
	m := j.scratch[r.Worker]
	x, y := m[:o.M], m[o.M:2*o.M]
	u, ua := s.u.Raw(), s.ua.Raw()
	for k := r.Lo * d; k < r.Hi*d; k++ {
		q, dq := s.q.Raw()[k*o.A:][:o.A], s.dq.Raw()[k*o.A:][:o.A]
		dv, du := j.dv[k*o.A:][:o.A], j.du[k*o.A:][:o.A]
		// du += e^-Q dv e^Q
		o.Exp(x, -1, q)
		o.Rotate(y, x, dv, 0)
		kernel.Axpy(du, 1, y[:o.A])
		// Phi, Phi U and the outer link
		o.DExpTranspose(dq, q, dv)
		o.Element(x, 1/o.Index, dq)
		o.Mul[kernel.NN](s.mark.Raw()[k*o.M:], x, 0, u[k*o.M:], 0)
		if s.rest {
			o.AddAlgebra(du, -o.Index, ua[k*o.M:], x)
		}
	}
}

// backSites takes the derivative term by term, the weights having gone into the
// marked field.
func (s *Stout) backSites(du *gauge.Algebra) {
	d := s.geo.Dims()
	for k := range s.terms {
		s.job.term = k
		s.sweep(weighMark)
		s.mine.Changed()
		clear(s.w)
		for mu := range d {
			s.w[k*d+mu] = 1
		}
		s.sum.AddBack(du, s.u, s.mine, s.w)
	}
}

func weighMark(s *Stout, r lattice.Range) {
	d, o := s.geo.Dims(), s.ops
	for b := r.Lo; b < r.Hi; b++ {
		for mu := range d {
			k := (b*d + mu) * o.M
			to := s.mine.Raw()[k:][:o.M]
			copy(to, s.mark.Raw()[k:])
			w := s.siteWeights(s.job.term, mu, b)
			kernel.MulLanes(to, &w)
		}
	}
}

// gradient adds Re tr(Phi U A_k) to the weights' derivatives.
func (s *Stout) gradient(dtheta []float64) {
	if len(dtheta) != len(s.rho) {
		panic("covnet: gradient of another number of weights")
	}
	s.job.theta = dtheta
	for k := range s.terms {
		s.sum.Term(s.a, k, s.u)
		s.job.term = k
		if s.sharing == PerSite {
			s.sweep(gradientSites)
			continue
		}
		for mu := range s.geo.Dims() {
			s.job.mu, s.job.do = mu, gradientLinks
			g := s.geo.Reduce(&s.job, lattice.All, s.job.partial)
			if s.sharing == Shared {
				dtheta[k] += g
			} else {
				dtheta[k*s.geo.Dims()+mu] += g
			}
		}
	}
}

// overlap returns Re tr(Phi U A_k) of the lanes of a link.
func (s *Stout) overlap(t []lattice.Vec, link int) (sum lattice.Vec) {
	o := s.ops
	o.Mul[kernel.NN](t, s.mark.Raw()[link*o.M:], 0, s.a.Raw()[link*o.M:], 0)
	o.ReTr(&sum, 1, t)
	return sum
}

func gradientLinks(s *Stout, r lattice.Range) {
	j, d := &s.job, s.geo.Dims()
	total := 0.0
	for b := r.Lo; b < r.Hi; b++ {
		sum := s.overlap(j.scratch[r.Worker][:s.ops.M], b*d+j.mu)
		total += kernel.Lanes(&sum, s.geo.ActiveLanes())
	}
	j.partial[r.Chunk] = total
}

func gradientSites(s *Stout, r lattice.Range) {
	j, d := &s.job, s.geo.Dims()
	for b := r.Lo; b < r.Hi; b++ {
		for mu := range d {
			sum := s.overlap(j.scratch[r.Worker][:s.ops.M], b*d+mu)
			for l := range s.geo.ActiveLanes() {
				j.theta[s.siteIndex(j.term, mu, s.geo.Site(b, l))] += sum[l]
			}
		}
	}
}
