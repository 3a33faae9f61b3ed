package gauge

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// plaquettes evaluates the force of the plaquette action. With
//
//	X_mn(n) = [P_mn(n)]_TA,  P_mn(n) = U_m(n) U_n(n+m) U_m(n+n)^† U_n(n)^†,  m < n,
//
// the plaquettes through U_mu(n) are P_mn and, one step back along the other
// direction nu, the same carried along U_nu(n-nu):
//
//	sum [U_mu(n) A_mu(n)]_TA = sum_nu ± { X(n) - U_nu(n-nu)^† X(n-nu) U_nu(n-nu) },
//
// + where mu < nu. Every plaquette is multiplied once, not four times: 18 rather
// than 52 products of matrices for each site of four dimensions, 12 more being
// those of a matrix with an algebra element.
type plaquettes struct {
	geo *lattice.Geometry
	ops *kernel.Ops
	x   []lattice.Vec // (block, plane, component), ghosts one step away behind
	buf lattice.HaloBuffers
	job plaquetteJob
}

type plaquetteJob struct {
	s  *plaquettes
	do func(s *plaquettes, r lattice.Range)
	u  []lattice.Vec
	f  []lattice.Vec
	c  float64
}

func (j *plaquetteJob) Do(r lattice.Range) { j.do(j.s, r) }

func newPlaquettes(geo *lattice.Geometry, g group.Group) *plaquettes {
	s := &plaquettes{geo: geo, ops: kernel.For(g)}
	s.x = make([]lattice.Vec, geo.BlocksWithFaces()*s.planes()*s.ops.A)
	s.job.s = s
	return s
}

func (s *plaquettes) planes() int { return s.geo.Dims() * (s.geo.Dims() - 1) / 2 }

// addForce adds c sum [U_mu A_mu]_TA, component by component.
func (s *plaquettes) addForce(f *Algebra, c float64, u *Field) {
	f.match(u)
	u.needDouble()
	if u.geo != s.geo || u.ops.Group != s.ops.Group {
		panic("gauge: plaquettes of another geometry or group")
	}
	u.Ghosts()
	j := &s.job
	j.do, j.u, j.f, j.c = multiplyPlaquettes, u.v, f.v, c
	s.geo.Sweep(j, lattice.All)
	lattice.Exchange(s.geo, s.x, s.planes()*s.ops.A, lattice.All, lattice.Faces, &s.buf)
	j.do = gatherPlaquettes
	s.geo.Sweep(j, lattice.All)
}

func multiplyPlaquettes(s *plaquettes, r lattice.Range) {
	j, o, d, nbr := &s.job, s.ops, s.geo.Dims(), s.geo.Neighbours()
	link := func(e lattice.Entry, mu int) []lattice.Vec { return j.u[(e.Block()*d+mu)*o.M:] }
	k := r.Lo * s.planes() * o.A
	for b := r.Lo; b < r.Hi; b++ {
		here := lattice.At(b)
		for mu := range d {
			em := nbr[2*d*b+mu]
			for nu := mu + 1; nu < d; nu++ {
				en := nbr[2*d*b+nu]
				o.Plaquette(s.x[k:], link(here, mu), link(em, nu), em.Mask(), link(here, nu), link(en, mu), en.Mask())
				k += o.A
			}
		}
	}
}

func gatherPlaquettes(s *plaquettes, r lattice.Range) {
	j, o, d, nbr := &s.job, s.ops, s.geo.Dims(), s.geo.Neighbours()
	planes := s.planes()
	for b := r.Lo; b < r.Hi; b++ {
		plane := 0
		for mu := range d {
			for nu := mu + 1; nu < d; nu++ {
				x := func(e lattice.Entry) []lattice.Vec { return s.x[(e.Block()*planes+plane)*o.A:] }
				add := func(mu, nu int, c float64) {
					e := nbr[2*d*b+d+nu]
					o.AddRotated(j.f[(b*d+mu)*o.A:], c, j.u[(e.Block()*d+nu)*o.M:], x(e), e.Mask(), x(lattice.At(b)))
				}
				add(mu, nu, j.c)
				add(nu, mu, -j.c)
				plane++
			}
		}
	}
}
