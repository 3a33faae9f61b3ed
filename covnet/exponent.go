package covnet

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// exponent is the algebra field that stout layers exponentiate and flows follow,
//
//	Q = [Omega]_TA = i q^a T_a,  Omega_mu(n) = sum_k rho_k C_k,mu(n) U_mu(n)^†,
//
// with its derivative by links and weights.
type exponent struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	terms   []Term
	sharing Sharing
	sum     *gauge.StapleSum
	rho     []float64

	plaq  *gauge.PlaquetteSum // of one plaquette term, for sharings above the site; else nil
	which int                 // this term
	plaqW []float64           // its weights (direction)
	rest  bool                // there are other terms

	w    []float64    // (term, direction), for sharings above the site; none for plaq
	u    *gauge.Field // of the last set
	ua   *gauge.Field // U A, A = C^†, plaq aside
	mark *gauge.Field // Phi U: what multiplies dA
	a    *gauge.Field // one term
	mine *gauge.Field // Phi U times the site weights of a term
	job  exponentJob
}

type exponentJob struct {
	s       *exponent
	do      func(s *exponent, r lattice.Range)
	q       []lattice.Vec
	du, dq  []lattice.Vec
	theta   []float64
	term    int
	mu      int
	partial []float64
	scratch [][]lattice.Vec
}

func (j *exponentJob) Do(r lattice.Range) { j.do(j.s, r) }

// newExponent returns an exponent with zero weights, in the order (term), (term,
// direction) or (term, direction, site).
func newExponent(u *gauge.Field, sharing Sharing, terms []Term) (*exponent, error) {
	geo := u.Geometry()
	if len(terms) == 0 {
		return nil, fmt.Errorf("covnet: a stout layer needs a term")
	}
	s := &exponent{geo: geo, ops: kernel.For(u.Group()), terms: terms, sharing: sharing}
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
	if i := slices.IndexFunc(terms, Term.plaquettes); i >= 0 && sharing != PerSite {
		s.plaq, s.which, s.plaqW = gauge.NewPlaquetteSum(geo, u.Group()), i, make([]float64, d)
		s.rest = len(terms) > 1
	}
	s.ua, s.mark, s.a = gauge.NewField(geo, u.Group()), gauge.NewField(geo, u.Group()), gauge.NewField(geo, u.Group())
	s.job = exponentJob{s: s, partial: make([]float64, geo.Chunks(lattice.All)), scratch: make([][]lattice.Vec, geo.Workers())}
	for i := range s.job.scratch {
		s.job.scratch[i] = make([]lattice.Vec, s.ops.M)
	}
	return s, nil
}

// weights spreads shared weights over directions, those of plaq apart.
func (s *exponent) weights() []float64 {
	d := s.geo.Dims()
	for i := range s.terms {
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
		if s.plaq != nil && i == s.which {
			copy(s.plaqW, w)
			clear(w)
		}
	}
	return s.w
}

func (s *exponent) sweep(do func(*exponent, lattice.Range)) {
	s.job.do = do
	s.geo.Sweep(&s.job, lattice.All)
}

// set sets q to Q(u).
func (s *exponent) set(q *gauge.Algebra, u *gauge.Field) {
	s.u = u
	q.Zero()
	w := s.weights()
	if s.plaq != nil {
		s.plaq.AddForce(q, -1, u, s.plaqW)
	}
	if !s.rest {
		return
	}
	if s.sharing == PerSite {
		clear(s.ua.Raw())
		for k := range s.terms {
			s.sum.Term(s.a, k, u)
			s.job.term = k
			s.sweep(closeSites)
		}
	} else {
		s.sum.Close(s.ua, u, w)
	}
	s.job.q = q.Raw()
	s.sweep(project)
}

// project adds [C U^†]_TA = -[U A]_TA to Q.
func project(s *exponent, r lattice.Range) {
	d, o, ua := s.geo.Dims(), s.ops, s.ua.Raw()
	t := s.job.scratch[r.Worker][:o.A]
	for k := r.Lo * d; k < r.Hi*d; k++ {
		o.TA(t, ua[k*o.M:])
		kernel.Axpy(s.job.q[k*o.A:][:o.A], -1, t)
	}
}

// closeSites adds rho_k(n) U A_k to ua.
func closeSites(s *exponent, r lattice.Range) {
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
func (s *exponent) siteWeights(term, mu, b int) (w lattice.Vec) {
	for l := range s.geo.ActiveLanes() {
		w[l] = s.rho[s.siteIndex(term, mu, s.geo.Site(b, l))]
	}
	return w
}

func (s *exponent) siteIndex(term, mu, site int) int {
	return (term*s.geo.Dims()+mu)*s.geo.Volume() + site
}

// back adds the cotangents of u and of the weights (nil: not wanted) that belong to
// dS = dq.q, at the u of the last set. From q^a = -(1/t) Re tr(-i T_a U A), t = tr T_a T_a,
// follows dS = Re tr(Phi d(U A)) with Phi = (i/t) dq^a T_a: the outer U receives
// -t [U A Phi]_TA, the links in A the derivative of sum Re tr(Phi U A) at fixed Phi U, and
// rho_k sum Re tr(Phi U A_k). Plaquettes do both at once (gauge.PlaquetteSum).
func (s *exponent) back(du *gauge.Algebra, dtheta []float64, dq *gauge.Algebra) {
	if s.u == nil {
		panic("covnet: Backward before Forward")
	}
	s.job.du, s.job.dq = du.Raw(), dq.Raw()
	s.sweep(backOuter)
	s.mark.Changed()
	w := s.weights()
	if s.plaq != nil {
		s.plaq.AddBack(du, 1/s.ops.Index, s.u, dq, s.plaqW)
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

// backOuter sets Phi U and adds what the outer link receives.
func backOuter(s *exponent, r lattice.Range) {
	j, d, o := &s.job, s.geo.Dims(), s.ops
	phi := j.scratch[r.Worker]
	u, ua := s.u.Raw(), s.ua.Raw()
	for k := r.Lo * d; k < r.Hi*d; k++ {
		o.Element(phi, 1/o.Index, j.dq[k*o.A:][:o.A])
		o.Mul[kernel.NN](s.mark.Raw()[k*o.M:], phi, 0, u[k*o.M:], 0)
		if s.rest {
			o.AddAlgebra(j.du[k*o.A:][:o.A], -o.Index, ua[k*o.M:], phi)
		}
	}
}

// backSites takes the derivative term by term, the weights having gone into the
// marked field.
func (s *exponent) backSites(du *gauge.Algebra) {
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

func weighMark(s *exponent, r lattice.Range) {
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
func (s *exponent) gradient(dtheta []float64) {
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
func (s *exponent) overlap(t []lattice.Vec, link int) (sum lattice.Vec) {
	o := s.ops
	o.Mul[kernel.NN](t, s.mark.Raw()[link*o.M:], 0, s.a.Raw()[link*o.M:], 0)
	o.ReTr(&sum, 1, t)
	return sum
}

func gradientLinks(s *exponent, r lattice.Range) {
	j, d := &s.job, s.geo.Dims()
	total := 0.0
	for b := r.Lo; b < r.Hi; b++ {
		sum := s.overlap(j.scratch[r.Worker][:s.ops.M], b*d+j.mu)
		total += kernel.Lanes(&sum, s.geo.ActiveLanes())
	}
	j.partial[r.Chunk] = total
}

func gradientSites(s *exponent, r lattice.Range) {
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
