package gauge

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Algebra has an element of the Lie algebra on every link, N^2-1 real
// components (U(1): one): a momentum, a force, or a cotangent.
//
// An Algebra belongs to one goroutine at a time.
type Algebra struct {
	geo *lattice.Geometry
	ops *kernel.Ops
	v   []lattice.Vec // (block, mu, component)
	job job
}

// NewAlgebra returns a zero field.
func NewAlgebra(geo *lattice.Geometry, g group.Group) *Algebra {
	ops := kernel.For(g)
	f := &Algebra{geo: geo, ops: ops, v: lattice.Make[float64](geo.Blocks() * geo.Dims() * ops.A)}
	f.job = newJob(geo, ops)
	return f
}

// Geometry returns the lattice of f.
func (f *Algebra) Geometry() *lattice.Geometry { return f.geo }

// Group returns the gauge group of f.
func (f *Algebra) Group() group.Group { return f.ops.Group }

// Raw returns the storage: the element of (block, mu) begins at
// (block D + mu) (N^2-1).
func (f *Algebra) Raw() []lattice.Vec { return f.v }

func (f *Algebra) match(u *Field) {
	if f.geo != u.geo || f.ops.Group != u.ops.Group {
		panic("gauge: algebra field and links of different geometry or group")
	}
}

func (f *Algebra) matchAlgebra(g *Algebra) {
	if f.geo != g.geo || f.ops.Group != g.ops.Group {
		panic("gauge: algebra fields of different geometry or group")
	}
}

// Zero sets f to zero.
func (f *Algebra) Zero() { clear(f.v) }

// Copy sets f to g.
func (f *Algebra) Copy(g *Algebra) {
	f.matchAlgebra(g)
	copy(f.v, g.v)
}

// Add sets f += c g.
func (f *Algebra) Add(c float64, g *Algebra) {
	f.matchAlgebra(g)
	j := &f.job
	j.do, j.c, j.x, j.y = addAlgebra, c, f.v, g.v
	f.geo.Sweep(j, lattice.All)
}

func addAlgebra(j *job, r lattice.Range) {
	n := j.geo.Dims() * j.ops.A
	kernel.Axpy(j.x[r.Lo*n:r.Hi*n], j.c, j.y[r.Lo*n:r.Hi*n])
}

// Scale sets f *= c.
func (f *Algebra) Scale(c float64) {
	for k := range f.v {
		for l := range f.v[k] {
			f.v[k][l] *= c
		}
	}
}

// Dot returns sum over links of f^a g^a, over all processes.
func (f *Algebra) Dot(g *Algebra) float64 {
	f.matchAlgebra(g)
	j := &f.job
	j.do, j.x, j.y = dotAlgebra, f.v, g.v
	return f.geo.Reduce(j, lattice.All, j.partial)
}

// Norm2 returns sum over links of (f^a)^2, over all processes. The kinetic term
// of a momentum is half of it.
func (f *Algebra) Norm2() float64 { return f.Dot(f) }

func dotAlgebra(j *job, r lattice.Range) {
	n := j.geo.Dims() * j.ops.A
	sum := kernel.Dot(j.x[r.Lo*n:r.Hi*n], j.y[r.Lo*n:r.Hi*n])
	j.partial[r.Chunk] = kernel.Lanes(&sum, lattice.Lanes)
}

// Gaussian fills f with independent standard normal components.
func (f *Algebra) Gaussian(s rng.Stream) {
	j := &f.job
	j.do, j.x, j.stream = gaussianAlgebra, f.v, s
	f.geo.Sweep(j, lattice.All)
}

func gaussianAlgebra(j *job, r lattice.Range) {
	n := j.geo.Dims() * j.ops.A
	for b := r.Lo; b < r.Hi; b++ {
		x := j.x[b*n:][:n]
		for l := range j.geo.ActiveLanes() {
			src := j.stream.Site(uint64(j.geo.Site(b, l)))
			for k := range x {
				x[k][l] = src.Normal()
			}
		}
	}
}

// At sets dst to the components on link mu at global coordinates x (wrapped)
// and reports whether this process has the site.
func (f *Algebra) At(dst []float64, x []int, mu int) bool {
	b, l, local := f.geo.Locate(x)
	if local {
		for a, v := range f.v[(b*f.geo.Dims()+mu)*f.ops.A:][:f.ops.A] {
			dst[a] = v[l]
		}
	}
	return local
}

// Set sets the components on link mu at global coordinates x (wrapped), on the
// process that has the site.
func (f *Algebra) Set(x []int, mu int, c []float64) {
	if b, l, local := f.geo.Locate(x); local {
		for a, v := range c {
			f.v[(b*f.geo.Dims()+mu)*f.ops.A+a][l] = v
		}
	}
}
