package fermion

import (
	"math"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Field has, on every site, N colours for each of its spins (staggered: one).
// Operations act on a subset of the sites and leave the others alone.
//
// A Field belongs to one goroutine at a time.
type Field struct {
	geo   *lattice.Geometry
	ops   *kernel.Ops
	spins int
	n     int           // Vecs of a block: 2 N spins
	v     []lattice.Vec // (block, spin, colour), ghosts behind
	buf   lattice.HaloBuffers
	job   job
}

// job is a sweep with its operands (see gauge).
type job struct {
	do       func(j *job, r lattice.Range)
	geo      *lattice.Geometry
	ops      *kernel.Ops
	n        int
	a, b     float64
	x, y, z  []lattice.Vec
	u, f     []lattice.Vec // links, force
	mu       int
	backward bool
	partial  []float64
	stream   rng.Stream
	scratch  [][]lattice.Vec
}

func (j *job) Do(r lattice.Range) { j.do(j, r) }

// NewField returns a zero field. Panics if spins < 1.
func NewField(geo *lattice.Geometry, g group.Group, spins int) *Field {
	if spins < 1 {
		panic("fermion: a field needs a spin")
	}
	ops := kernel.For(g)
	f := &Field{geo: geo, ops: ops, spins: spins, n: ops.V * spins}
	f.v = make([]lattice.Vec, geo.BlocksWithFaces()*f.n)
	f.job = job{geo: geo, ops: ops, n: f.n, partial: make([]float64, geo.Chunks(lattice.All)), scratch: make([][]lattice.Vec, geo.Workers())}
	for w := range f.job.scratch {
		f.job.scratch[w] = make([]lattice.Vec, ops.V+ops.M+ops.A)
	}
	return f
}

// Like returns a zero field of the same shape.
func (f *Field) Like() *Field { return NewField(f.geo, f.ops.Group, f.spins) }

// Geometry returns the lattice of f.
func (f *Field) Geometry() *lattice.Geometry { return f.geo }

// Group returns the gauge group that f transforms under.
func (f *Field) Group() group.Group { return f.ops.Group }

// Spins returns the number of spins.
func (f *Field) Spins() int { return f.spins }

// Components returns the number of complex components on the sites of s.
func (f *Field) Components(s lattice.Subset) int {
	n := f.geo.Volume() * f.ops.N * f.spins
	if s != lattice.All {
		n /= 2
	}
	return n
}

// Raw returns the storage, for whole-field sweeps within this module: the
// vectors of a block begin at block 2 N spins.
func (f *Field) Raw() []lattice.Vec { return f.v }

// Ghosts fetches the neighbours of sites of the other parity that s stands for:
// the ghosts of sites in s, one step deep.
func (f *Field) Ghosts(s lattice.Subset) {
	f.geo.Exchange(f.v, f.n, s, lattice.Faces, &f.buf)
}

// SameShape reports whether f and g have the same lattice, group and spins.
func (f *Field) SameShape(g *Field) bool {
	return f.geo == g.geo && f.ops.Group == g.ops.Group && f.spins == g.spins
}

func (f *Field) match(g *Field) {
	if !f.SameShape(g) {
		panic("fermion: fields of different shape")
	}
}

func (f *Field) local(s lattice.Subset) []lattice.Vec {
	lo, hi := f.geo.Range(s)
	return f.v[lo*f.n : hi*f.n]
}

// Zero sets f to zero on s.
func (f *Field) Zero(s lattice.Subset) { clear(f.local(s)) }

// Copy sets f to g on s.
func (f *Field) Copy(g *Field, s lattice.Subset) {
	f.match(g)
	copy(f.local(s), g.local(s))
}

// Axpy sets f += a g on s.
func (f *Field) Axpy(a float64, g *Field, s lattice.Subset) {
	f.match(g)
	j := &f.job
	j.do, j.a, j.x, j.y = axpy, a, f.v, g.v
	f.geo.Sweep(j, s)
}

func axpy(j *job, r lattice.Range) {
	lo, hi := r.Lo*j.n, r.Hi*j.n
	kernel.Axpy(j.x[lo:hi], j.a, j.y[lo:hi])
}

// Xpay sets f = g + a f on s.
func (f *Field) Xpay(g *Field, a float64, s lattice.Subset) {
	f.match(g)
	j := &f.job
	j.do, j.a, j.x, j.y = xpay, a, f.v, g.v
	f.geo.Sweep(j, s)
}

func xpay(j *job, r lattice.Range) {
	lo, hi := r.Lo*j.n, r.Hi*j.n
	kernel.Xpay(j.x[lo:hi], j.y[lo:hi], j.a)
}

// AxpyXpay sets f += a p and then p = r + b p on s, reading p once: how an
// iteration of conjugate gradients ends.
func (f *Field) AxpyXpay(a float64, p, r *Field, b float64, s lattice.Subset) {
	f.match(p)
	f.match(r)
	j := &f.job
	j.do, j.a, j.b, j.x, j.y, j.z = axpyXpay, a, b, f.v, p.v, r.v
	f.geo.Sweep(j, s)
}

func axpyXpay(j *job, r lattice.Range) {
	lo, hi := r.Lo*j.n, r.Hi*j.n
	kernel.Step(j.x[lo:hi], j.a, j.y[lo:hi], j.z[lo:hi], j.b)
}

// Scale sets f *= a on s.
func (f *Field) Scale(a float64, s lattice.Subset) {
	j := &f.job
	j.do, j.a, j.x = scale, a, f.v
	f.geo.Sweep(j, s)
}

func scale(j *job, r lattice.Range) { kernel.Scale(j.x[r.Lo*j.n:r.Hi*j.n], j.a) }

// AxpyNorm2 sets f += a g on s and returns |f|^2, reading f once.
func (f *Field) AxpyNorm2(a float64, g *Field, s lattice.Subset) float64 {
	f.match(g)
	j := &f.job
	j.do, j.a, j.x, j.y = axpyNorm, a, f.v, g.v
	return f.geo.Reduce(j, s, j.partial)
}

func axpyNorm(j *job, r lattice.Range) {
	lo, hi := r.Lo*j.n, r.Hi*j.n
	sum := kernel.AxpyNorm(j.x[lo:hi], j.a, j.y[lo:hi])
	j.partial[r.Chunk] = kernel.Lanes(&sum, lattice.Lanes)
}

// Norm2 returns |f|^2 on s, over all processes.
func (f *Field) Norm2(s lattice.Subset) float64 { return f.ReDot(f, s) }

// ReDot returns Re <f, g> on s, over all processes.
func (f *Field) ReDot(g *Field, s lattice.Subset) float64 {
	f.match(g)
	j := &f.job
	j.do, j.x, j.y = reDot, f.v, g.v
	return f.geo.Reduce(j, s, j.partial)
}

func reDot(j *job, r lattice.Range) {
	lo, hi := r.Lo*j.n, r.Hi*j.n
	sum := kernel.Dot(j.x[lo:hi], j.y[lo:hi])
	j.partial[r.Chunk] = kernel.Lanes(&sum, lattice.Lanes)
}

// Dot returns <f, g> on s, over all processes.
func (f *Field) Dot(g *Field, s lattice.Subset) complex128 {
	re := f.ReDot(g, s)
	j := &f.job
	j.do, j.x, j.y = imDot, f.v, g.v
	return complex(re, f.geo.Reduce(j, s, j.partial))
}

func imDot(j *job, r lattice.Range) {
	lo, hi := r.Lo*j.n, r.Hi*j.n
	var sum lattice.Vec
	kernel.ImDot(&sum, j.x[lo:hi], j.y[lo:hi])
	j.partial[r.Chunk] = kernel.Lanes(&sum, lattice.Lanes)
}

// Gaussian fills f on s with complex Gaussian numbers, <|xi_i|^2> = 1: density
// exp(-|xi|^2).
func (f *Field) Gaussian(stream rng.Stream, s lattice.Subset) {
	j := &f.job
	j.do, j.x, j.stream = gaussian, f.v, stream
	f.geo.Sweep(j, s)
}

func gaussian(j *job, r lattice.Range) {
	for b := r.Lo; b < r.Hi; b++ {
		x := j.x[b*j.n:][:j.n]
		for l := range j.geo.ActiveLanes() {
			src := j.stream.Site(uint64(j.geo.Site(b, l)))
			for k := range x {
				x[k][l] = math.Sqrt2 / 2 * src.Normal()
			}
		}
	}
}

// Z2 fills f on s with independent signs on the real parts of all components.
func (f *Field) Z2(stream rng.Stream, s lattice.Subset) {
	j := &f.job
	j.do, j.x, j.stream = signs, f.v, stream
	f.geo.Sweep(j, s)
}

func signs(j *job, r lattice.Range) {
	for b := r.Lo; b < r.Hi; b++ {
		x := j.x[b*j.n:][:j.n]
		for l := range j.geo.ActiveLanes() {
			src := j.stream.Site(uint64(j.geo.Site(b, l)))
			for k := 0; k < len(x); k += 2 {
				x[k][l], x[k+1][l] = float64(int(src.Uint32()>>31)*2-1), 0
			}
		}
	}
}

// At sets dst (spin-major, N spins) to the components at global coordinates x
// (wrapped) and reports whether this process has the site.
func (f *Field) At(dst []complex128, x []int) bool {
	b, l, local := f.geo.Locate(x)
	if local {
		v := f.v[b*f.n:]
		for k := range dst {
			dst[k] = complex(v[2*k][l], v[2*k+1][l])
		}
	}
	return local
}

// Set sets the components at global coordinates x (wrapped), on the process that
// has the site.
func (f *Field) Set(x []int, c []complex128) {
	if b, l, local := f.geo.Locate(x); local {
		v := f.v[b*f.n:]
		for k, z := range c {
			v[2*k][l], v[2*k+1][l] = real(z), imag(z)
		}
	}
}

// Transform rotates f: psi(n) <- G(n) psi(n), on s.
func (f *Field) Transform(t *gauge.Transformation, s lattice.Subset) {
	j := &f.job
	j.do, j.x, j.y = transform, f.v, t.Raw()
	f.geo.Sweep(j, s)
}

func transform(j *job, r lattice.Range) {
	tmp := j.scratch[r.Worker]
	for b := r.Lo; b < r.Hi; b++ {
		for k := b * j.n; k < (b+1)*j.n; k += j.ops.V {
			copy(tmp, j.x[k:])
			j.ops.MulVec[0](j.x[k:], j.y[b*j.ops.M:], 0, tmp, 0)
		}
	}
}
