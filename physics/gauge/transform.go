package gauge

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Transformation is a gauge transformation: a group element on every site.
type Transformation struct {
	geo   *lattice.Geometry
	ops   *kernel.Ops
	v     []lattice.Vec
	stale bool
	buf   lattice.HaloBuffers
}

// NewTransformation returns the identity.
func NewTransformation(geo *lattice.Geometry, g group.Group) *Transformation {
	ops := kernel.For(g)
	t := &Transformation{geo: geo, ops: ops, v: make([]lattice.Vec, geo.BlocksWithFaces()*ops.M)}
	for k := 0; k < len(t.v); k += ops.M {
		ops.Unit(t.v[k:])
	}
	return t
}

// Random sets independent Haar-distributed elements.
func (t *Transformation) Random(s rng.Stream) {
	m := t.ops.Group.NewMatrix()
	for b := range t.geo.Blocks() {
		for l := range t.geo.ActiveLanes() {
			r := s.Site(uint64(t.geo.Site(b, l)))
			t.ops.Group.Haar(m, &r)
			t.ops.Set(t.v[b*t.ops.M:], l, m)
		}
	}
	t.stale = true
}

// At sets dst to G at global coordinates x (wrapped) and reports whether this
// process has the site.
func (t *Transformation) At(dst group.Matrix, x []int) bool {
	b, l, local := t.geo.Locate(x)
	if local {
		t.ops.Get(dst, t.v[b*t.ops.M:], l)
	}
	return local
}

// Raw returns the storage: the element of a block begins at M block,
// M as in package kernel.
func (t *Transformation) Raw() []lattice.Vec { return t.v }

// Transform rotates the links: U_mu(n) <- G(n) U_mu(n) G(n+mu)^†.
func (u *Field) Transform(t *Transformation) {
	u.needDouble()
	if u.geo != t.geo || u.ops.Group != t.ops.Group {
		panic("gauge: transformation of another geometry or group")
	}
	if t.stale {
		lattice.Exchange(t.geo, t.v, t.ops.M, lattice.All, lattice.Faces, &t.buf)
		t.stale = false
	}
	j := &u.job
	j.do, j.x, j.g = transformLinks, u.v, t.v
	u.geo.Sweep(j, lattice.All)
	u.stale = true
}

func transformLinks(j *job, r lattice.Range) {
	d, m, nbr := j.geo.Dims(), j.ops.M, j.geo.Neighbours()
	tmp := j.scratch[r.Worker][:m]
	for b := r.Lo; b < r.Hi; b++ {
		for mu := range d {
			link, e := j.x[(b*d+mu)*m:][:m], nbr[2*d*b+mu]
			j.ops.Mul[kernel.NA](tmp, link, 0, j.g[e.Block()*m:], e.Mask())
			j.ops.Mul[kernel.NN](link, j.g[b*m:], 0, tmp, 0)
		}
	}
}

// Transform rotates an algebra field like a force: F(n) <- G(n) F(n) G(n)^†.
func (f *Algebra) Transform(t *Transformation) {
	if f.geo != t.geo || f.ops.Group != t.ops.Group {
		panic("gauge: transformation of another geometry or group")
	}
	j := &f.job
	j.do, j.x, j.g = transformAlgebra, f.v, t.v
	f.geo.Sweep(j, lattice.All)
}

func transformAlgebra(j *job, r lattice.Range) {
	d, m, a := j.geo.Dims(), j.ops.M, j.ops.A
	s := j.scratch[r.Worker]
	x, y := s[:m], s[m:2*m]
	for b := r.Lo; b < r.Hi; b++ {
		for mu := range d {
			p := j.x[(b*d+mu)*a:][:a]
			j.ops.Element(x, 1, p)
			j.ops.Mul[kernel.NN](y, j.g[b*m:], 0, x, 0)
			j.ops.Mul[kernel.NA](x, y, 0, j.g[b*m:], 0)
			j.ops.TA(p, x)
		}
	}
}
