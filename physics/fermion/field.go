package fermion

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Field has, on every site, N colours for each of its spins (staggered: one), in
// double or single precision. Operations act on a subset of the sites and leave
// the others alone; the fields of one operation have the same precision, unless
// it says otherwise.
//
// A Field belongs to one goroutine at a time.
type Field struct {
	geo    *lattice.Geometry
	ops    *kernel.Ops
	spins  int
	double *data[float64] // one of the two
	single *data[float32]
	force  forceJob
}

// NewField returns a zero field in double precision. Panics if spins < 1.
func NewField(geo *lattice.Geometry, g group.Group, spins int) *Field {
	return newField(geo, g, spins, lattice.Float64)
}

func newField(geo *lattice.Geometry, g group.Group, spins int, p lattice.Precision) *Field {
	if spins < 1 {
		panic("fermion: a field needs a spin")
	}
	ops := kernel.For(g)
	f := &Field{geo: geo, ops: ops, spins: spins}
	if p == lattice.Float32 {
		f.single = newData(geo, ops, &ops.Single, kernel.SinglePrecision(), spins)
	} else {
		f.double = newData(geo, ops, &ops.Hops, kernel.Double(), spins)
	}
	return f
}

// Like returns a zero field of the same shape and precision.
func (f *Field) Like() *Field { return f.LikeIn(f.Precision()) }

// LikeIn returns a zero field of the same shape in a precision.
func (f *Field) LikeIn(p lattice.Precision) *Field {
	return newField(f.geo, f.ops.Group, f.spins, p)
}

// Geometry returns the lattice of f.
func (f *Field) Geometry() *lattice.Geometry { return f.geo }

// Group returns the gauge group that f transforms under.
func (f *Field) Group() group.Group { return f.ops.Group }

// Spins returns the number of spins.
func (f *Field) Spins() int { return f.spins }

// Precision returns that of the components.
func (f *Field) Precision() lattice.Precision {
	if f.single != nil {
		return lattice.Float32
	}
	return lattice.Float64
}

// Components returns the number of complex components on the sites of s.
func (f *Field) Components(s lattice.Subset) int {
	n := f.geo.Volume() * f.ops.N * f.spins
	if s != lattice.All {
		n /= 2
	}
	return n
}

// Raw returns the storage of a field in double precision, for whole-field sweeps
// within this module: the vectors of a block begin at block 2 N spins.
func (f *Field) Raw() []lattice.Vec { return f.double.v }

// RawSingle is Raw of a field in single precision.
func (f *Field) RawSingle() []lattice.Single { return f.single.v }

// Ghosts fetches the neighbours of sites of the other parity that s stands for:
// the ghosts of sites in s, one step deep.
func (f *Field) Ghosts(s lattice.Subset) {
	if f.single != nil {
		f.single.ghosts(s)
		return
	}
	f.double.ghosts(s)
}

// SameShape reports whether f and g have the same lattice, group and spins.
func (f *Field) SameShape(g *Field) bool {
	return f.geo == g.geo && f.ops.Group == g.ops.Group && f.spins == g.spins
}

func (f *Field) match(g *Field) {
	if !f.SameShape(g) || f.Precision() != g.Precision() {
		panic("fermion: fields of different shape or precision")
	}
}

// Zero sets f to zero on s.
func (f *Field) Zero(s lattice.Subset) {
	if f.single != nil {
		clear(f.single.local(s))
		return
	}
	clear(f.double.local(s))
}

// Copy sets f to g on s, rounding if f is in single precision and g is not.
func (f *Field) Copy(g *Field, s lattice.Subset) {
	switch {
	case f.single == nil || g.single != nil:
		f.match(g)
	case !f.SameShape(g):
		panic("fermion: fields of different shape or precision")
	}
	switch {
	case f.single == nil:
		copy(f.double.local(s), g.double.local(s))
	case g.single == nil:
		kernel.Round(f.single.local(s), g.double.local(s))
	default:
		copy(f.single.local(s), g.single.local(s))
	}
}

// Axpy sets f += a g on s; g may be in single precision where f is not.
func (f *Field) Axpy(a float64, g *Field, s lattice.Subset) {
	if f.single == nil && g.single != nil && f.SameShape(g) {
		kernel.AddSingle(f.double.local(s), a, g.single.local(s))
		return
	}
	f.match(g)
	if f.single != nil {
		f.single.two(axpy, a, g.single, s)
		return
	}
	f.double.two(axpy, a, g.double, s)
}

// Xpay sets f = g + a f on s.
func (f *Field) Xpay(g *Field, a float64, s lattice.Subset) {
	f.match(g)
	if f.single != nil {
		f.single.two(xpay, a, g.single, s)
		return
	}
	f.double.two(xpay, a, g.double, s)
}

// Caxpy sets f += a g on s, a being complex.
func (f *Field) Caxpy(a complex128, g *Field, s lattice.Subset) { f.complex(caxpy, a, g, s) }

// Cxpay sets f = g + a f on s, a being complex.
func (f *Field) Cxpay(g *Field, a complex128, s lattice.Subset) { f.complex(cxpay, a, g, s) }

func (f *Field) complex(do operation, a complex128, g *Field, s lattice.Subset) {
	f.match(g)
	if f.single != nil {
		f.single.b = float32(imag(a))
		f.single.two(do, real(a), g.single, s)
		return
	}
	f.double.b = imag(a)
	f.double.two(do, real(a), g.double, s)
}

// AxpyXpay sets f += a p and then p = r + b p on s, reading p once: how an
// iteration of conjugate gradients ends.
func (f *Field) AxpyXpay(a float64, p, r *Field, b float64, s lattice.Subset) {
	f.match(p)
	f.match(r)
	if f.single != nil {
		f.single.b, f.single.z = float32(b), r.single.v
		f.single.two(axpyXpay, a, p.single, s)
		return
	}
	f.double.b, f.double.z = b, r.double.v
	f.double.two(axpyXpay, a, p.double, s)
}

// Scale sets f *= a on s.
func (f *Field) Scale(a float64, s lattice.Subset) {
	if f.single != nil {
		f.single.two(scale, a, f.single, s)
		return
	}
	f.double.two(scale, a, f.double, s)
}

// AxpyNorm2 sets f += a g on s and returns |f|^2, reading f once.
func (f *Field) AxpyNorm2(a float64, g *Field, s lattice.Subset) float64 {
	f.match(g)
	if f.single != nil {
		return f.single.sum(axpyNorm, a, g.single, s)
	}
	return f.double.sum(axpyNorm, a, g.double, s)
}

// Norm2 returns |f|^2 on s, over all processes.
func (f *Field) Norm2(s lattice.Subset) float64 { return f.ReDot(f, s) }

// ReDot returns Re <f, g> on s, over all processes.
func (f *Field) ReDot(g *Field, s lattice.Subset) float64 {
	f.match(g)
	if f.single != nil {
		return f.single.sum(reDot, 0, g.single, s)
	}
	return f.double.sum(reDot, 0, g.double, s)
}

// Dot returns <f, g> on s, over all processes.
func (f *Field) Dot(g *Field, s lattice.Subset) complex128 {
	f.match(g)
	if f.single != nil {
		return complex(f.single.sum(reDot, 0, g.single, s), f.single.sum(imDot, 0, g.single, s))
	}
	return complex(f.double.sum(reDot, 0, g.double, s), f.double.sum(imDot, 0, g.double, s))
}

// Gaussian fills f on s with complex Gaussian numbers, <|xi_i|^2> = 1: density
// exp(-|xi|^2).
func (f *Field) Gaussian(stream rng.Stream, s lattice.Subset) { f.random(gaussian, stream, s) }

// Z2 fills f on s with independent signs on the real parts of all components.
func (f *Field) Z2(stream rng.Stream, s lattice.Subset) { f.random(signs, stream, s) }

func (f *Field) random(what operation, stream rng.Stream, s lattice.Subset) {
	if f.single != nil {
		f.single.stream = stream
		f.single.two(what, 0, f.single, s)
		return
	}
	f.double.stream = stream
	f.double.two(what, 0, f.double, s)
}

// At sets dst (spin-major, N spins) to the components at global coordinates x
// (wrapped) and reports whether this process has the site.
func (f *Field) At(dst []complex128, x []int) bool {
	b, l, local := f.geo.Locate(x)
	switch {
	case !local:
	case f.single != nil:
		f.single.get(dst, b, l)
	default:
		f.double.get(dst, b, l)
	}
	return local
}

// Set sets the components at global coordinates x (wrapped), on the process that
// has the site.
func (f *Field) Set(x []int, c []complex128) {
	b, l, local := f.geo.Locate(x)
	switch {
	case !local:
	case f.single != nil:
		f.single.set(b, l, c)
	default:
		f.double.set(b, l, c)
	}
}

// Transform rotates f: psi(n) <- G(n) psi(n), on s. Double precision only.
func (f *Field) Transform(t *gauge.Transformation, s lattice.Subset) {
	f.needDouble()
	f.double.u = t.Raw()
	f.double.two(transform, 0, f.double, s)
}

func (f *Field) needDouble() {
	if f.single != nil {
		panic("fermion: an operation of double precision only")
	}
}
