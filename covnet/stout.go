package covnet

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Stout is the layer U' = exp(Q) U (package comment).
//
// It keeps scratch: one per goroutine.
type Stout struct {
	e   *exponent
	q   *gauge.Algebra // Q = i q^a T_a
	dq  *gauge.Algebra // its cotangent
	job stoutJob
}

type stoutJob struct {
	s       *Stout
	do      func(s *Stout, r lattice.Range)
	v       []lattice.Vec
	du, dv  []lattice.Vec
	scratch [][]lattice.Vec
}

func (j *stoutJob) Do(r lattice.Range) { j.do(j.s, r) }

// NewStout returns a layer with zero weights: the identity. Params holds rho in
// the order (term), (term, direction) or (term, direction, site).
//
// Errors: no term; a path that does not lead alongside its link; PerSite on a
// lattice divided among processes.
func NewStout(u *gauge.Field, sharing Sharing, terms ...Term) (*Stout, error) {
	e, err := newExponent(u, sharing, terms)
	if err != nil {
		return nil, err
	}
	geo := u.Geometry()
	s := &Stout{e: e, q: gauge.NewAlgebra(geo, u.Group()), dq: gauge.NewAlgebra(geo, u.Group())}
	s.job = stoutJob{s: s, scratch: make([][]lattice.Vec, geo.Workers())}
	for i := range s.job.scratch {
		s.job.scratch[i] = make([]lattice.Vec, 3*e.ops.M)
	}
	return s, nil
}

// Params returns the weights.
func (s *Stout) Params() []float64 { return s.e.rho }

func (s *Stout) sweep(do func(*Stout, lattice.Range)) {
	s.job.do = do
	s.e.geo.Sweep(&s.job, lattice.All)
}

// Forward sets v = exp(Q) u.
func (s *Stout) Forward(v, u *gauge.Field) {
	if v == u {
		panic("covnet: output is input")
	}
	s.e.set(s.q, u)
	s.job.v = v.Raw()
	s.sweep(stoutForward)
	v.Changed()
}

func stoutForward(s *Stout, r lattice.Range) {
	d, o := s.e.geo.Dims(), s.e.ops
	t, u := s.job.scratch[r.Worker], s.e.u.Raw()
	for k := r.Lo * d; k < r.Hi*d; k++ {
		v := s.job.v[k*o.M:][:o.M]
		copy(v, u[k*o.M:])
		o.Drift(v, 1, s.q.Raw()[k*o.A:][:o.A], t)
	}
}

// Backward adds the cotangents of u and of the weights. With dS = dv.w the change
// under dU' U'^† = i w^a T_a,
//
//	w = J(q) dq + Ad(e^Q) du,
//
// so the cotangent of q is J(q)^T dv, and u itself receives Ad(e^-Q) dv.
func (s *Stout) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	s.job.du, s.job.dv = du.Raw(), dv.Raw()
	s.sweep(stoutBackward)
	s.e.back(du, dtheta, s.dq)
}

func stoutBackward(s *Stout, r lattice.Range) {
	d, o, m := s.e.geo.Dims(), s.e.ops, s.job.scratch[r.Worker]
	for k := r.Lo * d; k < r.Hi*d; k++ {
		q, dq := s.q.Raw()[k*o.A:][:o.A], s.dq.Raw()[k*o.A:][:o.A]
		dv, du := s.job.dv[k*o.A:][:o.A], s.job.du[k*o.A:][:o.A]
		backExp(o, m, du, dq, q, dv)
	}
}

// backExp takes the cotangent dv of U' = exp(i q^a T_a) U back: du += Ad(e^-Q) dv, dq =
// J(q)^T dv. m is scratch of two matrices.
func backExp(o *kernel.Ops, m, du, dq, q, dv []lattice.Vec) {
	x, y := m[:o.M], m[o.M:2*o.M]
	o.Exp(x, -1, q)
	o.Rotate(y, x, dv, 0)
	kernel.Axpy(du, 1, y[:o.A])
	o.DExpTranspose(dq, q, dv)
}
