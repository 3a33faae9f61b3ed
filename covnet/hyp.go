package covnet

import (
	"fmt"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// HYP is hypercubic smearing [HK] in four dimensions: three levels of decorated links,
// each projected as by [APE], that stay within the hypercubes of a link,
//
//	V_mu         = N[(1 - a_1) U_mu + a_1/6 sum_{+-nu != mu} Vt_nu;mu Vt_mu;nu Vt_nu;mu^†]
//	Vt_mu;nu     = N[(1 - a_2) U_mu + a_2/4 sum_{+-rho != mu,nu} Vb_rho;nu mu Vb_mu;rho nu Vb_rho;nu mu^†]
//	Vb_mu;nu rho = N[(1 - a_3) U_mu + a_3/2 sum_{+-eta != mu,nu,rho} U_eta U_mu U_eta^†].
//
// It is a nested layer: its weights are the three alphas. It keeps scratch: one per
// goroutine.
type HYP struct {
	geo   *lattice.Geometry
	ops   *kernel.Ops
	alpha []float64

	// Fields: the thin links; Vb by the one direction that decorates them; Vt by the
	// direction excluded; V. A field has one decorated link for each other direction.
	fields    []*gauge.Field
	sums      []*gauge.Field   // what was projected
	cotangent []*gauge.Algebra // of each field
	mark      *gauge.Field     // Lambda^†
	levels    [3][]decoration
	p         *projector
	job       hypJob
}

// A decoration is N[(1 - a) U_mu + a/(2n) sum of staples], n pairs of them.
type decoration struct {
	field, mu, level int
	staples          []staple
}

// A staple has sides of direction nu and a middle, of two fields.
type staple struct{ sides, nu, middle int }

type hypJob struct {
	s       *HYP
	do      func(s *HYP, r lattice.Range)
	d       decoration
	st      staple
	partial []float64
	scratch [][]lattice.Vec
}

func (j *hypJob) Do(r lattice.Range) { j.do(j.s, r) }

// Places of the fields.
const (
	thinLinks  = 0
	barLinks   = 1 // + decorating direction
	tildeLinks = 5 // + excluded direction
	fatLinks   = 9
)

// NewHYP returns the layer with the weights alpha_1, alpha_2, alpha_3; [HK] found .75,
// .6, .3 best. Errors: not four dimensions.
func NewHYP(u *gauge.Field, alpha [3]float64) (*HYP, error) {
	geo, g := u.Geometry(), u.Group()
	if geo.Dims() != 4 {
		return nil, fmt.Errorf("covnet: HYP smearing in %d dimensions (allowed: 4)", geo.Dims())
	}
	s := &HYP{geo: geo, ops: kernel.For(g), alpha: alpha[:], p: newProjector(u), mark: gauge.NewField(geo, g)}
	for i := range fatLinks + 1 {
		s.sums = append(s.sums, gauge.NewField(geo, g))
		s.cotangent = append(s.cotangent, gauge.NewAlgebra(geo, g))
		if i == thinLinks {
			s.fields = append(s.fields, nil) // those of Forward
			continue
		}
		s.fields = append(s.fields, gauge.NewField(geo, g))
	}
	for level := range s.levels {
		s.levels[level] = decorations(level + 1)
	}
	s.job = hypJob{s: s, partial: make([]float64, geo.Chunks(lattice.All))}
	for range geo.Workers() {
		s.job.scratch = append(s.job.scratch, make([]lattice.Vec, 4*s.ops.M))
	}
	return s, nil
}

// decorations lists those of a level, 3 being the first to be made.
func decorations(level int) (all []decoration) {
	for mu := range 4 {
		if level == 1 {
			d := decoration{field: fatLinks, mu: mu, level: level}
			for nu := range 4 {
				if nu != mu {
					d.staples = append(d.staples, staple{tildeLinks + mu, nu, tildeLinks + nu})
				}
			}
			all = append(all, d)
			continue
		}
		for nu := range 4 {
			if nu == mu {
				continue
			}
			if level == 3 {
				all = append(all, decoration{barLinks + nu, mu, level, []staple{{thinLinks, nu, thinLinks}}})
				continue
			}
			d := decoration{field: tildeLinks + nu, mu: mu, level: level}
			for rho := range 4 {
				if rho != mu && rho != nu {
					other := barLinks + 6 - mu - nu - rho // the fourth direction decorates
					d.staples = append(d.staples, staple{other, rho, other})
				}
			}
			all = append(all, d)
		}
	}
	return all
}

// levelFields are the fields that a level fills.
func levelFields(level int) (first, last int) {
	switch level {
	case 3:
		return barLinks, tildeLinks
	case 2:
		return tildeLinks, fatLinks
	}
	return fatLinks, fatLinks + 1
}

// Project chooses the projection of all three levels; at first it is Polar.
func (s *HYP) Project(how Projection) { s.p.how = how }

// Params returns alpha_1, alpha_2, alpha_3.
func (s *HYP) Params() []float64 { return s.alpha }

func (s *HYP) sweep(do func(*HYP, lattice.Range)) {
	s.job.do = do
	s.geo.Sweep(&s.job, lattice.All)
}

// Forward sets v to the smeared links; NaN where a sum is singular.
func (s *HYP) Forward(v, u *gauge.Field) {
	if v == u {
		panic("covnet: output is input")
	}
	s.fields[thinLinks] = u
	u.Ghosts()
	for level := 3; level >= 1; level-- {
		for _, d := range s.levels[level-1] {
			s.job.d = d
			s.sweep(decorate)
		}
		for first, last := levelFields(level); first < last; first++ {
			s.p.project(s.fields[first], s.sums[first])
			s.fields[first].Ghosts()
		}
	}
	v.Copy(s.fields[fatLinks])
}

// link returns the matrix of (field, direction) at a place.
func (s *HYP) link(field, mu int, e lattice.Entry) []lattice.Vec {
	return s.fields[field].Raw()[(e.Block()*4+mu)*s.ops.M:]
}

// step follows e by one step along mu (sign +1 or -1).
func (s *HYP) step(e lattice.Entry, mu, sign int) lattice.Entry {
	k := mu
	if sign < 0 {
		k += 4
	}
	return e.Step(s.geo.Neighbours()[8*e.Block()+k])
}

// decorate sets the sum of a decoration.
func decorate(s *HYP, r lattice.Range) {
	d, o := s.job.d, s.ops
	a := s.alpha[d.level-1]
	for b := r.Lo; b < r.Hi; b++ {
		e := lattice.At(b)
		z := s.sums[d.field].Raw()[(b*4+d.mu)*o.M:][:o.M]
		copy(z, s.link(thinLinks, d.mu, e))
		kernel.Scale(z, 1-a)
		for _, st := range d.staples {
			s.addStaples(z, a/float64(2*len(d.staples)), st, d.mu, e, r.Worker)
		}
	}
}

// addStaples adds c times the staples above and below a link.
func (s *HYP) addStaples(z []lattice.Vec, c float64, st staple, mu int, e lattice.Entry, worker int) {
	t, o := s.job.scratch[worker], s.ops
	up, right, down := s.step(e, st.nu, 1), s.step(e, mu, 1), s.step(e, st.nu, -1)
	corner := s.step(down, mu, 1)
	o.Mul[kernel.NN](t, s.link(st.sides, st.nu, e), e.Mask(), s.link(st.middle, mu, up), up.Mask())
	o.AddMul[kernel.NA](z, c, t, 0, s.link(st.sides, st.nu, right), right.Mask())
	o.Mul[kernel.AN](t, s.link(st.sides, st.nu, down), down.Mask(), s.link(st.middle, mu, down), down.Mask())
	o.AddMul[kernel.NN](z, c, t, 0, s.link(st.sides, st.nu, corner), corner.Mask())
}
