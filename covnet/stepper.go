package covnet

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// stepper moves links along dU/dt = Q(U) U, stage by stage of a scheme.
type stepper struct {
	e      *exponent
	scheme Scheme
	after  func(q *gauge.Algebra, u *gauge.Field) // changes Q(u); nil: nothing
	q      *gauge.Algebra                         // eps Q of the last stage
	k      []*gauge.Algebra                       // K after each stage
}

func newStepper(u *gauge.Field, e *exponent, scheme Scheme) *stepper {
	s := &stepper{e: e, scheme: scheme, q: gauge.NewAlgebra(u.Geometry(), u.Group())}
	for range scheme.A {
		s.k = append(s.k, gauge.NewAlgebra(u.Geometry(), u.Group()))
	}
	return s
}

// look sets q = eps Q(u) and K of stage i.
func (s *stepper) look(i int, u *gauge.Field, eps float64) {
	s.e.set(s.q, u)
	if s.after != nil {
		s.after(s.q, u)
	}
	s.q.Scale(eps)
	s.k[i].Copy(s.q)
	if i > 0 {
		s.k[i].Add(s.scheme.A[i], s.k[i-1])
	}
}

// move takes u to the end of stage i.
func (s *stepper) move(i int, u *gauge.Field) { u.Drift(s.scheme.B[i], s.k[i]) }

// step takes u a whole step.
func (s *stepper) step(u *gauge.Field, eps float64) {
	for i := range s.scheme.A {
		s.look(i, u, eps)
		s.move(i, u)
	}
}

// mover takes cotangents back through U' = exp(i b k^a T_a) U.
type mover struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	b       float64
	du, dk  []lattice.Vec
	k, dv   []lattice.Vec
	scratch [][]lattice.Vec
}

func newMover(u *gauge.Field) *mover {
	m := &mover{geo: u.Geometry(), ops: kernel.For(u.Group())}
	for range m.geo.Workers() {
		m.scratch = append(m.scratch, make([]lattice.Vec, 3*m.ops.M+m.ops.A))
	}
	return m
}

// back adds Ad(e^-bK) dv to du and sets dk = J(b K)^T dv.
func (m *mover) back(du, dk *gauge.Algebra, b float64, k, dv *gauge.Algebra) {
	m.b, m.du, m.dk, m.k, m.dv = b, du.Raw(), dk.Raw(), k.Raw(), dv.Raw()
	m.geo.Sweep(m, lattice.All)
}

// Do is the sweep of back.
func (m *mover) Do(r lattice.Range) {
	d, o, s := m.geo.Dims(), m.ops, m.scratch[r.Worker]
	q := s[3*o.M:][:o.A]
	for i := r.Lo * d; i < r.Hi*d; i++ {
		copy(q, m.k[i*o.A:][:o.A])
		kernel.Scale(q, m.b)
		backExp(o, s, m.du[i*o.A:][:o.A], m.dk[i*o.A:][:o.A], q, m.dv[i*o.A:][:o.A])
	}
}
