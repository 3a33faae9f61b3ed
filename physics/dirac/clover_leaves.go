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

type leafScratch struct{ m, y, phi, ab, cd, p []lattice.Vec }

// newLeaves makes those of the links of w. Boundary phases in them cancel.
func newLeaves(w *Wilson) *leaves {
	geo, o := w.geo, w.ops
	s := &leaves{geo: geo, ops: o, planes: cloverPlanes(geo.Dims()), each: elementSize(o), w: w}
	planes := len(s.planes)
	s.x = lattice.Make[float64](geo.BlocksWithGhosts() * planes * s.each)
	s.g = lattice.Make[float64](geo.BlocksWithFaces() * planes * max(2*o.A, s.each))
	s.zero = make([]lattice.Vec, o.A)
	for range geo.Workers() {
		vecs := func(n int) []lattice.Vec { return make([]lattice.Vec, n) }
		s.work = append(s.work, leafScratch{m: vecs(2 * o.N * o.N), y: vecs(4 * o.A), phi: vecs(4 * o.A), ab: vecs(o.M), cd: vecs(o.M), p: vecs(o.M)})
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
				s.plaquette(w, b, plane)
				setComponents(o, s.at(s.x, b, p), w.p)
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
					o.AddRotated(s.f[(b*d+to)*o.A:][:o.A], -1, s.link(e.Block(), along), s.kept(e.Block(), p)[k*o.A:], e.Mask(), s.zero)
				}
			}
		}
	}
}

// plaquette sets w.p to P at a block.
func (s *leaves) plaquette(w *leafScratch, block int, plane cloverPlane) {
	o, d, nbr := s.ops, s.geo.Dims(), s.geo.Neighbours()
	em, en := nbr[2*d*block+plane.mu], nbr[2*d*block+plane.nu]
	o.Mul[kernel.NN](w.ab, s.link(block, plane.mu), 0, s.link(em.Block(), plane.nu), em.Mask())
	o.Mul[kernel.NN](w.cd, s.link(block, plane.nu), 0, s.link(en.Block(), plane.mu), en.Mask())
	o.Mul[kernel.NA](w.p, w.ab, 0, w.cd, 0)
}

// spread takes the derivative of the four leaves that are the plaquette of a block, begun
// at each of its corners 1 = n, 2 = n+mu, 3 = n+mu+nu, 4 = n+nu. With X_k carried to n,
// that of 3 along a b, the links' changes are
//
//	a: P X_1 + X_2 P + X_3 P + P X_4 = [P S]_TA + [X_2 + X_3, P]
//	b: P X_1 + P X_2 + X_3 P + P X_4 = [P S]_TA + [X_3, P]
//	c: -(X_1 P + X_2 P + X_3 P + P X_4) = -[S P]_TA + [X_4, P]
//	d: -(X_1 + X_2 + X_3 + X_4) P = -[S P]_TA
//
// where S is the sum of the four and those of b and d are carried to n too: they are what
// kernel.Ops.PlaquetteBack makes of (X_1, X_2 + X_3, 0, -X_4), but for the commutator of b.
// Traces of X commute with all.
func (s *leaves) spread(w *leafScratch, block, p int) {
	o, d, nbr := s.ops, s.geo.Dims(), s.geo.Neighbours()
	n, plane := o.A, s.planes[p]
	a, c := s.link(block, plane.mu), s.link(block, plane.nu)
	em, en := nbr[2*d*block+plane.mu], nbr[2*d*block+plane.nu]
	up := nbr[2*d*em.Block()+plane.nu] // seen from n+mu
	b := s.link(em.Block(), plane.nu)
	x1, x2, x3, x4 := s.at(s.x, block, p), s.at(s.x, em.Block(), p), s.at(s.x, up.Block(), p), s.at(s.x, en.Block(), p)

	phi, y := w.phi, w.y
	third := phi[2*n : 3*n]
	o.Rotate(y[:n], b, x3[:n], up.Mask())
	o.Rotate(third, a, y[:n], em.Mask())
	o.Rotate(phi[n:2*n], a, x2[:n], em.Mask())
	o.Rotate(phi[3*n:], c, x4[:n], en.Mask())
	copy(phi[:n], x1)
	kernel.Axpy(phi[n:2*n], 1, third)
	kernel.Scale(phi[3*n:], -1)
	o.Element(w.m, 2, third)
	clear(third)
	o.PlaquetteBack(y, phi, a, b, em.Mask(), c, s.link(en.Block(), plane.mu), en.Mask())

	s.plaquette(w, block, plane)
	o.TA(phi[:n], w.p)
	o.Element(w.ab, 1, phi[:n])
	o.AddAlgebra(y[n:2*n], 1, w.m[:o.M], w.ab) // [X_3, P] = 2 [X_3 P_TA]_TA
	if s.each > n {
		trace := x1[n]
		addMasked(&trace, &x2[n], em.Mask())
		addMasked(&trace, &x3[n], em.Step(up).Mask())
		addMasked(&trace, &x4[n], en.Mask())
		timesI(w.p, &trace, 1/float64(o.N))
		o.TA(phi[:n], w.p)
		for k, sign := range [4]float64{1, 1, -1, -1} {
			kernel.Axpy(y[k*n:][:n], sign, phi[:n])
		}
	}
	kernel.Axpy(s.f[(block*d+plane.mu)*n:][:n], -o.Index, y[:n])
	kernel.Axpy(s.f[(block*d+plane.nu)*n:][:n], -o.Index, y[2*n:3*n])
	kept := s.kept(block, p)
	copy(kept, y[n:2*n])
	copy(kept[n:], y[3*n:])
	kernel.Scale(kept, -o.Index)
}

// timesI multiplies a matrix by i c t.
func timesI(m []lattice.Vec, t *lattice.Vec, c float64) {
	for k := 0; k < len(m); k += 2 {
		for l := range lattice.Lanes {
			x := c * t[l]
			m[k][l], m[k+1][l] = -x*m[k+1][l], x*m[k][l]
		}
	}
}
