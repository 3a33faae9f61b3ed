package gauge

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// PlaquetteSum does for the plaquettes what a StapleSum does for any paths,
// faster: every plaquette is multiplied once and serves its four links. With
//
//	P_mn(n) = U_m(n) U_n(n+m) U_m(n+n)^† U_n(n)^†,  X_mn = [P_mn]_TA,  m < n,
//
// the closed paths through U_mu(n) are P_mn, or its dagger, and, one step back
// along the other direction nu, the same carried along U_nu(n-nu):
//
//	[U_mu(n) A_mu(n)]_TA = sum_nu ± { X(n) - U_nu(n-nu)^† X(n-nu) U_nu(n-nu) },
//
// + where mu < nu: 18 products of matrices for each site of four dimensions and 12
// of a matrix with an algebra element, rather than 52 products.
//
// It keeps scratch: one per goroutine.
type PlaquetteSum struct {
	geo *lattice.Geometry
	ops *kernel.Ops
	y   []lattice.Vec // (block, plane, 1 or 2 elements), ghosts one step away behind
	phi []lattice.Vec // (block, mu), likewise
	buf [2]lattice.HaloBuffers
	one []float64
	job plaquetteJob
}

type plaquetteJob struct {
	s       *PlaquetteSum
	do      func(s *PlaquetteSum, r lattice.Range)
	u, f, x []lattice.Vec
	w       []float64
	c       float64
	scratch [][]lattice.Vec // per worker: eight elements
}

func (j *plaquetteJob) Do(r lattice.Range) { j.do(j.s, r) }

// NewPlaquetteSum returns the sum over all plaquettes of a lattice.
func NewPlaquetteSum(geo *lattice.Geometry, g group.Group) *PlaquetteSum {
	s := &PlaquetteSum{geo: geo, ops: kernel.For(g)}
	s.y = lattice.Make[float64](geo.BlocksWithFaces() * 2 * s.planes() * s.ops.A)
	s.job.s = s
	for range geo.Dims() {
		s.one = append(s.one, 1)
	}
	for range geo.Workers() {
		s.job.scratch = append(s.job.scratch, make([]lattice.Vec, 8*s.ops.A))
	}
	return s
}

func (s *PlaquetteSum) planes() int { return s.geo.Dims() * (s.geo.Dims() - 1) / 2 }

// start begins a sweep; w is nil for weights of one.
func (s *PlaquetteSum) start(f *Algebra, c float64, u *Field, w []float64) *plaquetteJob {
	f.match(u)
	u.needDouble()
	if u.geo != s.geo || u.ops.Group != s.ops.Group {
		panic("gauge: plaquettes of another geometry or group")
	}
	if w == nil {
		w = s.one
	}
	if len(w) != s.geo.Dims() {
		panic("gauge: a weight is needed for every direction")
	}
	u.Ghosts()
	j := &s.job
	j.u, j.f, j.c, j.w = u.v, f.v, c, w
	return j
}

// AddForce adds, component by component, c w_mu [U_mu(n) A_mu(n)]_TA, A_mu the sum
// of the daggered staples (StapleSum.Close); w may be nil, for weights of one.
func (s *PlaquetteSum) AddForce(f *Algebra, c float64, u *Field, w []float64) {
	j := s.start(f, c, u, w)
	j.do = multiplyPlaquettes
	s.geo.Sweep(j, lattice.All)
	n := s.planes() * s.ops.A
	lattice.Exchange(s.geo, s.y[:s.geo.BlocksWithFaces()*n], n, lattice.All, lattice.Faces, &s.buf[0])
	j.do = gatherPlaquettes
	s.geo.Sweep(j, lattice.All)
}

// link returns U_mu at e.
func (j *plaquetteJob) link(e lattice.Entry, mu int) []lattice.Vec {
	return j.u[(e.Block()*j.s.geo.Dims()+mu)*j.s.ops.M:]
}

func multiplyPlaquettes(s *PlaquetteSum, r lattice.Range) {
	j, o, d, nbr := &s.job, s.ops, s.geo.Dims(), s.geo.Neighbours()
	k := r.Lo * s.planes() * o.A
	for b := r.Lo; b < r.Hi; b++ {
		here := lattice.At(b)
		for mu := range d {
			em := nbr[2*d*b+mu]
			for nu := mu + 1; nu < d; nu++ {
				en := nbr[2*d*b+nu]
				o.Plaquette(s.y[k:], j.link(here, mu), j.link(em, nu), em.Mask(), j.link(here, nu), j.link(en, mu), en.Mask())
				k += o.A
			}
		}
	}
}

func gatherPlaquettes(s *PlaquetteSum, r lattice.Range) {
	j, o, d, nbr := &s.job, s.ops, s.geo.Dims(), s.geo.Neighbours()
	planes := s.planes()
	for b := r.Lo; b < r.Hi; b++ {
		plane := 0
		for mu := range d {
			for nu := mu + 1; nu < d; nu++ {
				x := func(e lattice.Entry) []lattice.Vec { return s.y[(e.Block()*planes+plane)*o.A:] }
				add := func(mu, nu int, c float64) {
					e := nbr[2*d*b+d+nu]
					o.AddRotated(j.f[(b*d+mu)*o.A:], c, j.link(e, nu), x(e), e.Mask(), x(lattice.At(b)))
				}
				add(mu, nu, j.c*j.w[mu])
				add(nu, mu, -j.c*j.w[nu])
				plane++
			}
		}
	}
}

// AddBack adds the derivative along all links
//
//	f^a_mu(n) += c d/d omega sum w_nu Re tr(i phi^b_nu T_b U_nu A_nu)[exp(i omega T_a) U_mu(n)]
//
// at fixed phi: back-propagation through the closed paths U A (see
// kernel.Ops.PlaquetteBack).
func (s *PlaquetteSum) AddBack(f *Algebra, c float64, u *Field, phi *Algebra, w []float64) {
	f.matchAlgebra(phi)
	j := s.start(f, c, u, w)
	d := s.geo.Dims()
	if s.phi == nil {
		s.phi = lattice.Make[float64](s.geo.BlocksWithFaces() * d * s.ops.A)
	}
	j.do, j.x = weighElements, phi.v
	s.geo.Sweep(j, lattice.All)
	lattice.Exchange(s.geo, s.phi, d*s.ops.A, lattice.All, lattice.Faces, &s.buf[1])
	j.do = multiplyBack
	s.geo.Sweep(j, lattice.All)
	lattice.Exchange(s.geo, s.y, 2*s.planes()*s.ops.A, lattice.All, lattice.Faces, &s.buf[0])
	j.do = gatherBack
	s.geo.Sweep(j, lattice.All)
}

// weighElements copies phi, with weights, to where it has ghosts.
func weighElements(s *PlaquetteSum, r lattice.Range) {
	j, n, d := &s.job, s.ops.A, s.geo.Dims()
	for k := r.Lo * d; k < r.Hi*d; k++ {
		x := s.phi[k*n:][:n]
		copy(x, j.x[k*n:])
		kernel.Scale(x, j.w[k%d])
	}
}

// multiplyBack adds what the plaquettes of a site bring to the links that begin
// there, and keeps what belongs to the two others.
func multiplyBack(s *PlaquetteSum, r lattice.Range) {
	j, o, d, nbr := &s.job, s.ops, s.geo.Dims(), s.geo.Neighbours()
	n, c := o.A, -o.Index*j.c
	phi, y := j.scratch[r.Worker][:4*n], j.scratch[r.Worker][4*n:]
	element := func(e lattice.Entry, mu int) []lattice.Vec { return s.phi[(e.Block()*d+mu)*n:] }
	k := r.Lo * s.planes() * 2 * n
	for b := r.Lo; b < r.Hi; b++ {
		here := lattice.At(b)
		for mu := range d {
			em := nbr[2*d*b+mu]
			for nu := mu + 1; nu < d; nu++ {
				en := nbr[2*d*b+nu]
				copy(phi[:n], element(here, mu))
				copy(phi[2*n:3*n], element(here, nu))
				o.Rotate(phi[n:], j.link(here, mu), element(em, nu), em.Mask())
				o.Rotate(phi[3*n:], j.link(here, nu), element(en, mu), en.Mask())
				o.PlaquetteBack(y, phi, j.link(here, mu), j.link(em, nu), em.Mask(), j.link(here, nu), j.link(en, mu), en.Mask())
				kernel.Axpy(j.f[(b*d+mu)*n:][:n], c, y[:n])
				kernel.Axpy(j.f[(b*d+nu)*n:][:n], c, y[2*n:3*n])
				copy(s.y[k:], y[n:2*n])
				copy(s.y[k+n:], y[3*n:])
				k += 2 * n
			}
		}
	}
}

// gatherBack carries what multiplyBack kept to where it belongs.
func gatherBack(s *PlaquetteSum, r lattice.Range) {
	j, o, d, nbr := &s.job, s.ops, s.geo.Dims(), s.geo.Neighbours()
	planes, n := s.planes(), o.A
	zero := j.scratch[r.Worker][:n]
	clear(zero)
	for b := r.Lo; b < r.Hi; b++ {
		plane := 0
		for mu := range d {
			for nu := mu + 1; nu < d; nu++ {
				add := func(mu, nu, k int) { // minus: AddRotated subtracts
					e := nbr[2*d*b+d+nu]
					o.AddRotated(j.f[(b*d+mu)*n:], o.Index*j.c, j.link(e, nu), s.y[(2*(e.Block()*planes+plane)+k)*n:], e.Mask(), zero)
				}
				add(nu, mu, 0)
				add(mu, nu, 1)
				plane++
			}
		}
	}
}
