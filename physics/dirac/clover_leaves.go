package dirac

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// leaves are the sums Q_munu(n) of the four plaquettes that begin at n and lie in the
// quarters of a plane, and derivatives of traces of them. With P the plaquette of n,
//
//	P = a b (c d)^†,  a = U_mu(n), b = U_nu(n+mu), c = U_nu(n), d = U_mu(n+nu),
//
// the leaf of a quarter is that of another corner, carried along its links to n. Only the
// anti-Hermitian part is wanted, which is carried as components:
//
//	G(n) = P(n) + U_mu(n-mu)^† P(n-mu) U_mu(n-mu),
//	Q(n) = G(n) + U_nu(n-nu)^† G(n-nu) U_nu(n-nu).
type leaves struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	planes  []cloverPlane
	each    int // Vecs of the components of a plane
	w       *Wilson
	own     []lattice.Vec // links like those of w, where these have weights
	x       []lattice.Vec // (block, plane): P, and X of the derivative; all ghosts behind
	g       []lattice.Vec // (block, plane): G, and what plaquettes keep for other links; ghosts one step away behind
	buf     [2]lattice.HaloBuffers
	linkBuf lattice.HaloBuffers

	do   leafTask
	f    []lattice.Vec
	work []leafScratch // per worker
	zero []lattice.Vec
}

type leafTask uint8

const (
	multiplyLeaves leafTask = iota
	pairLeaves
	spreadLeaves
	gatherLeaves
)

type leafScratch struct{ y, phi []lattice.Vec }

// newLeaves makes those of the links of w. Boundary phases in them cancel.
func newLeaves(w *Wilson) *leaves {
	geo, o := w.geo, w.ops
	s := &leaves{geo: geo, ops: o, planes: cloverPlanes(geo.Dims()), each: elementSize(o), w: w}
	planes := len(s.planes)
	s.x = lattice.Make[float64](geo.BlocksWithGhosts() * planes * s.each)
	s.g = lattice.Make[float64](geo.BlocksWithFaces() * planes * max(2*o.A, s.each))
	s.zero = make([]lattice.Vec, o.A)
	for range geo.Workers() {
		s.work = append(s.work, leafScratch{make([]lattice.Vec, 4*o.A), make([]lattice.Vec, 4*o.A+1)})
	}
	return s
}

// bind copies the links where those of w have weights.
func (s *leaves) bind(u *gauge.Field) {
	if s.w.weight == nil {
		s.own = nil
		return
	}
	d, m := s.geo.Dims(), s.ops.M
	if s.own == nil {
		s.own = lattice.Make[float64](s.geo.BlocksWithFaces() * d * m)
	}
	copy(s.own, u.Raw()[:s.geo.Blocks()*d*m])
	lattice.Exchange(s.geo, s.own, d*m, lattice.All, lattice.Faces, &s.linkBuf)
}

// link returns the matrix of a block and direction.
func (s *leaves) link(block, nu int) []lattice.Vec {
	if s.own == nil {
		return s.w.double.link(block, nu)
	}
	return s.own[(block*s.geo.Dims()+nu)*s.ops.M:][:s.ops.M]
}

// at returns the components of plane p at a block.
func (s *leaves) at(x []lattice.Vec, block, p int) []lattice.Vec {
	return x[(block*len(s.planes)+p)*s.each:][:s.each]
}

// kept returns what plaquette p of a block keeps for its links b and d.
func (s *leaves) kept(block, p int) []lattice.Vec {
	return s.g[(block*len(s.planes)+p)*2*s.ops.A:][:2*s.ops.A]
}

func (s *leaves) exchange(x []lattice.Vec, blocks, n int, d lattice.Depth, buf *lattice.HaloBuffers) {
	n *= len(s.planes)
	lattice.Exchange(s.geo, x[:blocks*n], n, lattice.All, d, buf)
}

// prepare makes G.
func (s *leaves) prepare() {
	faces := s.geo.BlocksWithFaces()
	s.do = multiplyLeaves
	s.geo.Sweep(s, lattice.All)
	s.exchange(s.x, faces, s.each, lattice.Faces, &s.buf[0])
	s.do = pairLeaves
	s.geo.Sweep(s, lattice.All)
	s.exchange(s.g, faces, s.each, lattice.Faces, &s.buf[1])
}

// set sets x to the components of plane p of Q at a block, once G is prepared.
func (s *leaves) set(x []lattice.Vec, block, p int) {
	copy(x, s.at(s.g, block, p))
	s.addCarried(x, s.g, block, p, s.planes[p].nu)
}

// addCarried adds to x what is carried from one step behind along a direction.
func (s *leaves) addCarried(x, from []lattice.Vec, block, p, mu int) {
	o, d := s.ops, s.geo.Dims()
	e := s.geo.Neighbours()[2*d*block+d+mu]
	y := s.at(from, e.Block(), p)
	o.AddRotated(x[:o.A], -1, s.link(e.Block(), mu), y[:o.A], e.Mask(), s.zero)
	if s.each > o.A {
		addMasked(&x[o.A], &y[o.A], e.Mask())
	}
}

func addMasked(x, y *lattice.Vec, mask int) {
	for l := range lattice.Lanes {
		x[l] += y[l^mask]
	}
}

// addDerivative adds, X being in x on all sites of this process, coefficients included,
//
//	f^a_mu(n) += d/d omega sum_n sum_planes Re tr Q X.
func (s *leaves) addDerivative(f []lattice.Vec) {
	s.exchange(s.x, s.geo.BlocksWithGhosts(), s.each, lattice.Corners, &s.buf[0])
	s.f, s.do = f, spreadLeaves
	s.geo.Sweep(s, lattice.All)
	s.exchange(s.g, s.geo.BlocksWithFaces(), 2*s.ops.A, lattice.Faces, &s.buf[1])
	s.do = gatherLeaves
	s.geo.Sweep(s, lattice.All)
}

// Do does a range of blocks.
func (s *leaves) Do(r lattice.Range) {
	o, d := s.ops, s.geo.Dims()
	w := &s.work[r.Worker]
	for b := r.Lo; b < r.Hi; b++ {
		for p, plane := range s.planes {
			switch s.do {
			case multiplyLeaves:
				u1, u2, u3, u4, em, en := s.corners(b, plane)
				o.Leaf(s.at(s.x, b, p), u1, u2, em.Mask(), u3, u4, en.Mask())
			case pairLeaves:
				g := s.at(s.g, b, p)
				copy(g, s.at(s.x, b, p))
				s.addCarried(g, s.x, b, p, plane.mu)
			case spreadLeaves:
				s.spread(w, b, p)
			case gatherLeaves:
				for k, to := range [2]int{plane.nu, plane.mu} { // links b and d, carried from behind
					along := plane.mu + plane.nu - to
					e := s.geo.Neighbours()[2*d*b+d+along]
					o.AddRotated(s.f[(b*d+to)*o.A:][:o.A], o.Index, s.link(e.Block(), along), s.kept(e.Block(), p)[k*o.A:], e.Mask(), s.zero)
				}
			}
		}
	}
}

// corners returns the links a, b, c, d of a plaquette, and the steps to n+mu and n+nu.
func (s *leaves) corners(block int, p cloverPlane) (a, b, c, d []lattice.Vec, em, en lattice.Entry) {
	dims, nbr := s.geo.Dims(), s.geo.Neighbours()
	em, en = nbr[2*dims*block+p.mu], nbr[2*dims*block+p.nu]
	return s.link(block, p.mu), s.link(em.Block(), p.nu), s.link(block, p.nu), s.link(en.Block(), p.mu), em, en
}

// spread takes the derivative of the four leaves that are the plaquette of a block, begun
// at each of its corners: X of each is carried to n (see kernel.Ops.LeafBack).
func (s *leaves) spread(w *leafScratch, block, p int) {
	o, dims, nbr := s.ops, s.geo.Dims(), s.geo.Neighbours()
	n, plane := o.A, s.planes[p]
	a, b, c, d, em, en := s.corners(block, plane)
	up := nbr[2*dims*em.Block()+plane.nu] // seen from n+mu
	x1, x2, x3, x4 := s.at(s.x, block, p), s.at(s.x, em.Block(), p), s.at(s.x, up.Block(), p), s.at(s.x, en.Block(), p)

	phi, y := w.phi, w.y
	copy(phi[:n], x1)
	o.Rotate(phi[n:2*n], a, x2[:n], em.Mask())
	o.Rotate(y[:n], b, x3[:n], up.Mask())
	o.Rotate(phi[2*n:3*n], a, y[:n], em.Mask())
	o.Rotate(phi[3*n:4*n], c, x4[:n], en.Mask())
	if s.each > n {
		trace := &phi[4*n]
		*trace = x1[n]
		addMasked(trace, &x2[n], em.Mask())
		addMasked(trace, &x3[n], em.Step(up).Mask())
		addMasked(trace, &x4[n], en.Mask())
	}
	o.LeafBack(y, phi, a, b, em.Mask(), c, d, en.Mask())
	kernel.Axpy(s.f[(block*dims+plane.mu)*n:][:n], -o.Index, y[:n])
	kernel.Axpy(s.f[(block*dims+plane.nu)*n:][:n], -o.Index, y[2*n:3*n])
	kept := s.kept(block, p)
	copy(kept, y[n:2*n])
	copy(kept[n:], y[3*n:])
}
