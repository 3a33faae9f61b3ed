package gauge

import (
	"math"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Field has an N x N complex matrix on every link: the gauge links, or, within
// smearing and its derivative, anything that transforms like them. For SU(2)
// these are real multiples of group elements, which sums of products of links
// are.
//
// A Field belongs to one goroutine at a time.
type Field struct {
	geo   *lattice.Geometry
	ops   *kernel.Ops
	v     []lattice.Vec // (block, mu, matrix), ghosts behind
	stale bool          // ghosts do not match
	buf   lattice.HaloBuffers
	job   job

	single []lattice.Single // in place of v (NewSingle)
}

// job is a sweep together with its operands; it lives in the field that the
// sweep writes, so that starting one allocates nothing.
type job struct {
	do      func(j *job, r lattice.Range)
	geo     *lattice.Geometry
	ops     *kernel.Ops
	c       float64
	x, y    []lattice.Vec
	g       []lattice.Vec
	partial []float64
	stream  rng.Stream
	scratch [][]lattice.Vec // per worker
}

func (j *job) Do(r lattice.Range) { j.do(j, r) }

func newJob(geo *lattice.Geometry, ops *kernel.Ops) job {
	j := job{geo: geo, ops: ops, partial: make([]float64, geo.Chunks(lattice.All)), scratch: make([][]lattice.Vec, geo.Workers())}
	for w := range j.scratch {
		j.scratch[w] = make([]lattice.Vec, 3*ops.M)
	}
	return j
}

// NewField returns the unit configuration.
func NewField(geo *lattice.Geometry, g group.Group) *Field {
	ops := kernel.For(g)
	u := &Field{geo: geo, ops: ops, v: lattice.Make[float64](geo.BlocksWithGhosts() * geo.Dims() * ops.M)}
	u.job = newJob(geo, ops)
	u.Cold()
	return u
}

// Geometry returns the lattice of u.
func (u *Field) Geometry() *lattice.Geometry { return u.geo }

// Group returns the gauge group of u.
func (u *Field) Group() group.Group { return u.ops.Group }

// Raw returns the storage, for whole-field sweeps within this module: the
// matrix of (block, mu) begins at M (block D + mu), M as in package kernel.
// Whoever writes it calls Changed afterwards.
func (u *Field) Raw() []lattice.Vec { return u.v }

// Changed says that links were written through Raw: ghosts are stale.
func (u *Field) Changed() { u.stale = true }

// Ghosts brings the ghosts up to date. Everything that reads neighbours calls
// it; it costs nothing if they are, or if there are none.
func (u *Field) Ghosts() {
	if u.stale {
		lattice.Exchange(u.geo, u.v, u.geo.Dims()*u.ops.M, lattice.All, lattice.Corners, &u.buf)
		u.stale = false
	}
}

// Like reports whether u and v have the same geometry, group and precision.
func (u *Field) Like(v *Field) bool {
	return u.geo == v.geo && u.ops.Group == v.ops.Group && u.Precision() == v.Precision()
}

func (u *Field) match(v *Field) {
	if !u.Like(v) {
		panic("gauge: fields of different geometry, group or precision")
	}
}

// Copy sets u to v.
func (u *Field) Copy(v *Field) {
	u.match(v)
	copy(u.v, v.v)
	copy(u.single, v.single)
	u.stale = v.stale
}

// Cold sets all links to one.
func (u *Field) Cold() {
	u.needDouble()
	for k := 0; k < len(u.v); k += u.ops.M {
		u.ops.Unit(u.v[k:])
	}
	u.stale = false
}

// Hot sets the links to independent Haar-distributed matrices.
func (u *Field) Hot(s rng.Stream) {
	u.each(s, func(m group.Matrix, r *rng.Source) { u.Group().Haar(m, r) })
}

// Rough multiplies unit links by exp(i eps x^a T_a), x^a normal: between cold
// (eps = 0) and nearly random.
func (u *Field) Rough(eps float64, s rng.Stream) {
	x := make([]float64, u.Group().Dim())
	u.each(s, func(m group.Matrix, r *rng.Source) {
		for a := range x {
			x[a] = eps * r.Normal()
		}
		u.Group().Exp(m, x)
	})
}

// each sets every local link by f, which draws from the numbers of its site.
func (u *Field) each(s rng.Stream, f func(m group.Matrix, r *rng.Source)) {
	u.needDouble()
	m, d := u.Group().NewMatrix(), u.geo.Dims()
	for b := range u.geo.Blocks() {
		for l := range u.geo.ActiveLanes() {
			r := s.Site(uint64(u.geo.Site(b, l)))
			for mu := range d {
				f(m, &r)
				u.ops.Set(u.v[(b*d+mu)*u.ops.M:], l, m)
			}
		}
	}
	u.stale = true
}

// At sets dst to U_mu at global coordinates x (wrapped) and reports whether
// this process has the site; if not, dst is left alone.
func (u *Field) At(dst group.Matrix, x []int, mu int) bool {
	b, l, local := u.geo.Locate(x)
	if local {
		u.needDouble()
		u.ops.Get(dst, u.v[(b*u.geo.Dims()+mu)*u.ops.M:], l)
	}
	return local
}

// Set sets U_mu at global coordinates x (wrapped) to m, on the process that has
// the site.
func (u *Field) Set(x []int, mu int, m group.Matrix) {
	u.needDouble()
	if b, l, local := u.geo.Locate(x); local {
		u.ops.Set(u.v[(b*u.geo.Dims()+mu)*u.ops.M:], l, m)
	}
	u.stale = true
}

// Drift moves the links: U <- exp(i c P) U.
func (u *Field) Drift(c float64, p *Algebra) {
	p.match(u)
	u.needDouble()
	j := &u.job
	j.do, j.c, j.x, j.y = drift, c, u.v, p.v
	u.geo.Sweep(j, lattice.All)
	u.stale = true
}

func drift(j *job, r lattice.Range) {
	d, m, a := j.geo.Dims(), j.ops.M, j.ops.A
	s := j.scratch[r.Worker]
	for k := r.Lo * d; k < r.Hi*d; k++ {
		j.ops.Drift(j.x[k*m:], j.c, j.y[k*a:][:a], s)
	}
}

// Reunitarize removes the round-off by which links have left the group.
func (u *Field) Reunitarize() {
	u.needDouble()
	j := &u.job
	j.do, j.x = reunitarize, u.v
	u.geo.Sweep(j, lattice.All)
	u.stale = true
}

func reunitarize(j *job, r lattice.Range) {
	d, m := j.geo.Dims(), j.ops.M
	for k := r.Lo * d; k < r.Hi*d; k++ {
		j.ops.Reunitarize(j.x[k*m:][:m])
	}
}

// Unitarity returns the largest deviation of a link from its group
// (group.Unitarity), over all processes.
func (u *Field) Unitarity() float64 {
	u.needDouble()
	worst := 0.0
	m, d := u.Group().NewMatrix(), u.geo.Dims()
	for k := range u.geo.Blocks() * d {
		for l := range u.geo.ActiveLanes() {
			u.ops.Get(m, u.v[k*u.ops.M:], l)
			dev := u.Group().Unitarity(m)
			if math.IsNaN(dev) || dev > worst {
				worst = dev
			}
		}
	}
	return u.geo.Max(worst)
}
