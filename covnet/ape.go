package covnet

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// APE is the layer that projects a weighted sum on the group [APE],
//
//	U'_mu(n) = N(z_mu(n)),  z_mu(n) = w_0 U_mu(n) + sum_k w_k C_k,mu(n),
//
// N the polar projection: z = W H with H = (z^†z)^{1/2}, and then the phase of det W
// is shared equally by all elements (U(1): W = z/|z|). [APE.Project] replaces it by that of
// the largest Re tr(U'^† z), from which it differs for N > 2. Usual smearing is w_0 = 1 - alpha
// and w_1 = alpha / (2(D-1)) for the staples of plaquettes ([NewAPESmearing]). Links of
// a direction in which no term has a path stay as they are.
//
// It keeps scratch: one per goroutine.
type APE struct {
	geo   *lattice.Geometry
	ops   *kernel.Ops
	terms []Term
	sum   *gauge.StapleSum
	w     []float64 // w_0, then one a term

	spread []float64    // (term, direction)
	still  []bool       // by direction: there is no path
	u      *gauge.Field // of the last Forward
	a      *gauge.Field // U sum_k w_k C_k^†, then sums of terms
	z      *gauge.Field
	v      *gauge.Field // U'
	mark   *gauge.Field // Lambda^†
	p      *projector
	job    apeJob
}

type apeJob struct {
	s       *APE
	do      func(s *APE, r lattice.Range)
	du, dv  []lattice.Vec
	partial []float64
	scratch [][]lattice.Vec
}

func (j *apeJob) Do(r lattice.Range) { j.do(j.s, r) }

// NewAPE returns the layer with w_0 = 1 and all other weights 0: the identity. Params
// holds w_0 and a weight for each term.
//
// Errors: no term; a path that does not lead alongside its link.
func NewAPE(u *gauge.Field, terms ...Term) (*APE, error) {
	geo, g := u.Geometry(), u.Group()
	if len(terms) == 0 {
		return nil, fmt.Errorf("covnet: an APE layer needs a term")
	}
	s := &APE{geo: geo, ops: kernel.For(g), terms: terms, w: make([]float64, 1+len(terms)), spread: make([]float64, len(terms)*geo.Dims())}
	s.w[0] = 1
	var paths [][][]gauge.Loop
	for _, t := range terms {
		paths = append(paths, t.Paths)
	}
	for mu := range geo.Dims() {
		s.still = append(s.still, !slices.ContainsFunc(terms, func(t Term) bool { return len(t.Paths[mu]) > 0 }))
	}
	var err error
	if s.sum, err = gauge.NewStapleSum(geo, g, paths); err != nil {
		return nil, err
	}
	for _, f := range []**gauge.Field{&s.a, &s.z, &s.v, &s.mark} {
		*f = gauge.NewField(geo, g)
	}
	s.p = newProjector(u)
	s.job = apeJob{s: s, partial: make([]float64, geo.Chunks(lattice.All)), scratch: make([][]lattice.Vec, geo.Workers())}
	for i := range s.job.scratch {
		s.job.scratch[i] = make([]lattice.Vec, s.ops.M)
	}
	return s, nil
}

// NewAPESmearing returns a layer of fixed weights 1 - alpha for the link and
// alpha / (2(D-1)) for each staple.
func NewAPESmearing(u *gauge.Field, alpha float64) (*APE, error) {
	s, err := NewAPE(u, PlaquetteTerm(u.Geometry().Dims()))
	if err != nil {
		return nil, err
	}
	s.w[0], s.w[1] = 1-alpha, alpha/float64(2*(s.geo.Dims()-1))
	return s, nil
}

// NewAPESmearingInSpace is NewAPESmearing of the links of space by the staples of space,
// alpha / (2(D-2)) for each; links of time stay. Errors: two dimensions.
func NewAPESmearingInSpace(u *gauge.Field, alpha float64) (*APE, error) {
	d := u.Geometry().Dims()
	if d == 2 {
		return nil, fmt.Errorf("covnet: smearing in space in 2 dimensions (allowed: 3, 4)")
	}
	s, err := NewAPE(u, SpaceTerm(d))
	if err != nil {
		return nil, err
	}
	s.w[0], s.w[1] = 1-alpha, alpha/float64(2*(d-2))
	return s, nil
}

// Project chooses the projection; at first it is Polar.
func (s *APE) Project(how Projection) { s.p.how = how }

// Params returns the weights.
func (s *APE) Params() []float64 { return s.w }

func (s *APE) sweep(do func(*APE, lattice.Range)) {
	s.job.do = do
	s.geo.Sweep(&s.job, lattice.All)
}

// Forward sets v = N(z). Where z is singular, v is NaN there: nothing is near it.
func (s *APE) Forward(v, u *gauge.Field) {
	if v == u {
		panic("covnet: output is input")
	}
	s.u = u
	d := s.geo.Dims()
	for k := range s.spread {
		s.spread[k] = s.w[1+k/d]
	}
	s.sum.Close(s.a, u, s.spread)
	s.sweep(apeSum)
	s.p.project(s.v, s.z)
	if slices.Contains(s.still, true) {
		s.sweep(apeKeep)
	}
	v.Copy(s.v)
}

// apeKeep keeps the links that no path leads along.
func apeKeep(s *APE, r lattice.Range) {
	d, o := s.geo.Dims(), s.ops
	for k := r.Lo * d; k < r.Hi*d; k++ {
		if s.still[k%d] {
			copy(s.v.Raw()[k*o.M:(k+1)*o.M], s.u.Raw()[k*o.M:])
		}
	}
}

// apeSum: U C^† is what Close gives, so that C = (U C^†)^† U.
func apeSum(s *APE, r lattice.Range) {
	d, o := s.geo.Dims(), s.ops
	u, a, z := s.u.Raw(), s.a.Raw(), s.z.Raw()
	for k := r.Lo * d * o.M; k < r.Hi*d*o.M; k += o.M {
		o.Mul[kernel.AN](z[k:], a[k:], 0, u[k:], 0)
		kernel.Axpy(z[k:k+o.M], s.w[0], u[k:k+o.M])
	}
}

// Backward adds the cotangents of u and of the weights. With dS = Re tr(Lambda dz) from
// the projection, the outer link receives -t w_0 [U Lambda]_TA, t = tr T_a T_a, the links
// in C the derivative of sum Re tr(Lambda^† A), A = C^†, and the weights Re tr(Lambda U) and
// Re tr(Lambda C_k).
func (s *APE) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	if s.u == nil {
		panic("covnet: Backward before Forward")
	}
	s.p.back(s.mark, s.v, s.z, dv)
	s.job.du, s.job.dv = du.Raw(), dv.Raw()
	s.sweep(apeOuter)
	s.sum.AddBack(du, s.u, s.mark, s.spread)
	if dtheta == nil {
		return
	}
	if len(dtheta) != len(s.w) {
		panic("covnet: gradient of another number of weights")
	}
	s.job.do = apeGradient
	s.a.Copy(s.u)
	dtheta[0] += s.geo.Reduce(&s.job, lattice.All, s.job.partial)
	for k := range s.terms {
		s.sum.Term(s.a, k, s.u)
		s.sweep(apeDagger)
		s.job.do = apeGradient
		dtheta[1+k] += s.geo.Reduce(&s.job, lattice.All, s.job.partial)
	}
}

func apeOuter(s *APE, r lattice.Range) {
	d, o := s.geo.Dims(), s.ops
	t := s.job.scratch[r.Worker]
	for k := r.Lo * d; k < r.Hi*d; k++ {
		if s.still[k%d] {
			clear(s.mark.Raw()[k*o.M : (k+1)*o.M])
			kernel.Axpy(s.job.du[k*o.A:][:o.A], 1, s.job.dv[k*o.A:][:o.A])
			continue
		}
		clear(t)
		o.AddDagger(t, 1, s.mark.Raw()[k*o.M:], 0)
		o.AddAlgebra(s.job.du[k*o.A:][:o.A], -o.Index*s.w[0], s.u.Raw()[k*o.M:], t)
	}
}

// apeDagger replaces A_k by C_k.
func apeDagger(s *APE, r lattice.Range) {
	d, o := s.geo.Dims(), s.ops
	t := s.job.scratch[r.Worker]
	for k := r.Lo * d * o.M; k < r.Hi*d*o.M; k += o.M {
		clear(t)
		o.AddDagger(t, 1, s.a.Raw()[k:], 0)
		copy(s.a.Raw()[k:k+o.M], t)
	}
}

// apeGradient sums Re tr(Lambda a) = Re tr((Lambda^†)^† a).
func apeGradient(s *APE, r lattice.Range) {
	d, o := s.geo.Dims(), s.ops
	t := s.job.scratch[r.Worker]
	var sum lattice.Vec
	for k := r.Lo * d * o.M; k < r.Hi*d*o.M; k += o.M {
		o.Mul[kernel.AN](t, s.mark.Raw()[k:], 0, s.a.Raw()[k:], 0)
		o.ReTr(&sum, 1, t)
	}
	s.job.partial[r.Chunk] = kernel.Lanes(&sum, s.geo.ActiveLanes())
}
