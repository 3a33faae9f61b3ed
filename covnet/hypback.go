package covnet

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Backward adds the cotangents of u and of the three weights, level by level from the
// last. With dS = Re tr(Lambda dz) from the projection of a decoration z, the thin link
// receives -t (1 - a) [U Lambda]_TA, t = tr T_a T_a, and with A the sides (direction nu) and
// B the middle (mu) of its staples, each link gathers what it receives, times a/(2n):
//
//	A(m): -t [A(m) B(m+nu) A(m+mu)^† L(m)] + t [L(m-mu) A(m-mu) B(m-mu+nu) A(m)^†]
//	      + t [B(m) A(m+mu) L(m+nu) A(m)^†] - t [A(m) L(m+nu-mu) A(m-mu)^† B(m-mu)]
//	B(m): -t [B(m) A(m+mu-nu)^† L(m-nu) A(m-nu)] - t [B(m) A(m+mu) L(m+nu) A(m)^†],
//
// L = Lambda; all by their traceless anti-Hermitian parts.
func (s *HYP) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	if s.fields[thinLinks] == nil {
		panic("covnet: Backward before Forward")
	}
	if dtheta != nil && len(dtheta) != len(s.alpha) {
		panic("covnet: gradient of another number of weights")
	}
	for _, c := range s.cotangent {
		c.Zero()
	}
	s.cotangent[fatLinks].Copy(dv)
	for level := 1; level <= 3; level++ {
		all := s.levels[level-1]
		for first, last := levelFields(level); first < last; first++ {
			s.p.back(s.mark, s.fields[first], s.sums[first], s.cotangent[first])
			s.mark.Ghosts()
			for _, d := range all {
				if d.field != first {
					continue
				}
				s.job.d = d
				s.sweep(hypThin)
				for _, st := range d.staples {
					s.job.st = st
					s.sweep(hypStaples)
				}
				if dtheta != nil {
					s.job.do = hypGradient
					dtheta[level-1] += s.geo.Reduce(&s.job, lattice.All, s.job.partial)
				}
			}
		}
	}
	du.Add(1, s.cotangent[thinLinks])
}

// cotangentOf returns the components of a link's cotangent.
func (s *HYP) cotangentOf(field, mu, b int) []lattice.Vec {
	return s.cotangent[field].Raw()[(b*4+mu)*s.ops.A:][:s.ops.A]
}

// hypThin adds what the thin link of a decoration receives.
func hypThin(s *HYP, r lattice.Range) {
	d, o, t := s.job.d, s.ops, s.job.scratch[r.Worker][:s.ops.M]
	c := -o.Index * (1 - s.alpha[d.level-1])
	for b := r.Lo; b < r.Hi; b++ {
		clear(t)
		o.AddDagger(t, 1, s.mark.Raw()[(b*4+d.mu)*o.M:], 0)
		o.AddAlgebra(s.cotangentOf(thinLinks, d.mu, b), c, s.link(thinLinks, d.mu, lattice.At(b)), t)
	}
}

// A factor of a product: a matrix at a place, or its dagger.
type factor struct {
	m      []lattice.Vec
	mask   int
	dagger int
}

// addProduct adds c [f_1 f_2 f_3 f_4]_TA.
func (s *HYP) addProduct(dst []lattice.Vec, c float64, worker int, f ...factor) {
	o := s.ops
	left, right := s.job.scratch[worker][:o.M], s.job.scratch[worker][o.M:2*o.M]
	o.Mul[f[0].dagger|f[1].dagger<<1](left, f[0].m, f[0].mask, f[1].m, f[1].mask)
	o.Mul[f[2].dagger|f[3].dagger<<1](right, f[2].m, f[2].mask, f[3].m, f[3].mask)
	o.AddAlgebra(dst, c*o.Index, left, right)
}

// hypStaples adds what sides and middles of the staples of a decoration receive.
func hypStaples(s *HYP, r lattice.Range) {
	d, st := s.job.d, s.job.st
	mu, nu := d.mu, st.nu
	c := s.alpha[d.level-1] / float64(2*len(d.staples))
	a := func(e lattice.Entry, dagger int) factor { return factor{s.link(st.sides, nu, e), e.Mask(), dagger} }
	m := func(e lattice.Entry) factor { return factor{s.link(st.middle, mu, e), e.Mask(), 0} }
	lambda := func(e lattice.Entry) factor { // mark is Lambda^†
		return factor{s.mark.Raw()[(e.Block()*4+mu)*s.ops.M:], e.Mask(), 1}
	}
	for b := r.Lo; b < r.Hi; b++ {
		e := lattice.At(b)
		right, left, up, down := s.step(e, mu, 1), s.step(e, mu, -1), s.step(e, nu, 1), s.step(e, nu, -1)
		upLeft, downRight := s.step(left, nu, 1), s.step(down, mu, 1)
		sides, middle := s.cotangentOf(st.sides, nu, b), s.cotangentOf(st.middle, mu, b)
		s.addProduct(sides, -c, r.Worker, a(e, 0), m(up), a(right, 1), lambda(e))
		s.addProduct(sides, c, r.Worker, lambda(left), a(left, 0), m(upLeft), a(e, 1))
		s.addProduct(sides, c, r.Worker, m(e), a(right, 0), lambda(up), a(e, 1))
		s.addProduct(sides, -c, r.Worker, a(e, 0), lambda(upLeft), a(left, 1), m(left))
		s.addProduct(middle, -c, r.Worker, m(e), a(downRight, 1), lambda(down), a(down, 0))
		s.addProduct(middle, -c, r.Worker, m(e), a(right, 0), lambda(up), a(e, 1))
	}
}

// hypGradient sums Re tr(Lambda dz/da), dz/da = (z - U)/a, or the staples themselves.
func hypGradient(s *HYP, r lattice.Range) {
	d, o := s.job.d, s.ops
	t := s.job.scratch[r.Worker]
	dz, product := t[2*o.M:3*o.M], t[3*o.M:]
	var sum lattice.Vec
	for b := r.Lo; b < r.Hi; b++ {
		e := lattice.At(b)
		copy(dz, s.link(thinLinks, d.mu, e))
		kernel.Scale(dz, -1)
		for _, st := range d.staples {
			s.addStaples(dz, 1/float64(2*len(d.staples)), st, d.mu, e, r.Worker)
		}
		o.Mul[kernel.AN](product, s.mark.Raw()[(b*4+d.mu)*o.M:], 0, dz, 0)
		o.ReTr(&sum, 1, product)
	}
	s.job.partial[r.Chunk] = kernel.Lanes(&sum, s.geo.ActiveLanes())
}
