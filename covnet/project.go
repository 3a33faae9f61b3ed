package covnet

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Projection says how a smeared sum comes back to the group.
type Projection int

// The projections. Only the polar one has a derivative here: Backward of a layer that
// uses the other panics.
const (
	Polar   Projection = iota // group.Group.Project
	MaxReTr                   // group.Group.ProjectMaxReTr, by the largest Re tr(U'^† z)
)

// projector applies a projection to all links of a field, and takes cotangents back
// through the polar one.
type projector struct {
	how     Projection
	geo     *lattice.Geometry
	ops     *kernel.Ops
	do      func(p *projector, r lattice.Range)
	dst     []lattice.Vec
	v, z    []lattice.Vec
	dv      []lattice.Vec
	scratch []projectorScratch
}

// projectorScratch belongs to a worker: matrices of one link.
type projectorScratch struct {
	m      [6]group.Matrix
	x      []float64 // algebra
	values []float64
}

func newProjector(u *gauge.Field) *projector {
	g := u.Group()
	p := &projector{geo: u.Geometry(), ops: kernel.For(g)}
	for range p.geo.Workers() {
		s := projectorScratch{x: make([]float64, g.Dim()), values: make([]float64, g.N())}
		for i := range s.m {
			s.m[i] = g.NewMatrix()
		}
		p.scratch = append(p.scratch, s)
	}
	return p
}

// Do is a sweep of project or back.
func (p *projector) Do(r lattice.Range) { p.do(p, r) }

// project sets v = N(z); NaN where z is singular.
func (p *projector) project(v, z *gauge.Field) {
	p.do, p.dst, p.z = projectLinks, v.Raw(), z.Raw()
	p.geo.Sweep(p, lattice.All)
	v.Changed()
}

func projectLinks(p *projector, r lattice.Range) {
	o, m := p.ops, p.scratch[r.Worker].m[0]
	for k := r.Lo * p.geo.Dims() * o.M; k < r.Hi*p.geo.Dims()*o.M; k += o.M {
		o.Unit(p.dst[k : k+o.M]) // idle lanes
		for l := range p.geo.ActiveLanes() {
			o.Get(m, p.z[k:], l)
			project := o.Group.Project
			if p.how == MaxReTr {
				project = o.Group.ProjectMaxReTr
			}
			if project(m) != nil {
				for i := range m {
					m[i] = cmplx.NaN()
				}
			}
			o.Set(p.dst[k:], l, m)
		}
	}
}

// back sets mark to Lambda^† with dS = Re tr(Lambda dz), for the cotangent dv of v = N(z).
// Let v = W' with z = e^(i phi/N) W' H, F = i dv^a T_a and G = W'^† F W'. The change of W' is
// W' A_0, A_0 the traceless part of A = W^† dW (U(1): all of it), and dS = -(1/t) tr(G A),
// t = tr T_a T_a, the trace of A being orthogonal to G. From z = W H follows
//
//	A H + H A = W^† dz - dz^† W,
//
// and with B the solution of B H + H B = G, since X -> XH + HX is its own adjoint,
//
//	Lambda = -(2/t) B W^†.
//
// In the eigenvectors of z^†z, of eigenvalues h^2, B_ij = G_ij / (h_i + h_j): there is no
// singular case but that of z itself.
func (p *projector) back(mark, v, z *gauge.Field, dv *gauge.Algebra) {
	if p.how != Polar {
		panic("covnet: Backward of a projection by the largest Re tr (allowed: the polar one)")
	}
	p.do, p.dst, p.v, p.z, p.dv = backLinks, mark.Raw(), v.Raw(), z.Raw(), dv.Raw()
	p.geo.Sweep(p, lattice.All)
	mark.Changed()
}

func backLinks(p *projector, r lattice.Range) {
	o, s := p.ops, &p.scratch[r.Worker]
	for k := r.Lo * p.geo.Dims(); k < r.Hi*p.geo.Dims(); k++ {
		clear(p.dst[k*o.M : (k+1)*o.M])
		for l := range p.geo.ActiveLanes() {
			o.Get(s.m[0], p.v[k*o.M:], l)
			o.Get(s.m[1], p.z[k*o.M:], l)
			for a := range s.x {
				s.x[a] = p.dv[k*o.A+a][l]
			}
			s.back(o.Group, o.Index)
			o.Set(p.dst[k*o.M:], l, s.m[2])
		}
	}
}

// back sets m[2] = Lambda^† = (2/t) W B for v = m[0], z = m[1] and dv = x: B is
// anti-Hermitian.
func (s *projectorScratch) back(g group.Group, t float64) {
	n := g.N()
	v, z, out, b, e, w := s.m[0], s.m[1], s.m[2], s.m[3], s.m[4], s.m[5]
	// G = v^† F v; the phase of W against v drops out of it.
	g.Element(b, s.x)
	group.Mul(e, b, v)
	group.DaggerMul(b, v, e)
	// Into the eigenvectors e of z^†z, divided there, and back.
	group.DaggerMul(out, z, z)
	group.Diagonalize(s.values, e, out)
	group.Mul(w, b, e)
	group.DaggerMul(b, e, w)
	for i := range n {
		for j := range n {
			h := math.Sqrt(s.values[i]) + math.Sqrt(s.values[j])
			b[i*n+j] *= complex(2/(t*h), 0)
		}
	}
	group.Mul(w, e, b)
	group.MulDagger(b, w, e)
	// W = v e^(i phi/N) with the phase of det z.
	group.Mul(out, v, b)
	if n > 1 {
		phase := cmplx.Rect(1, cmplx.Phase(group.Det(z))/float64(n))
		for i := range out {
			out[i] *= phase
		}
	}
}
