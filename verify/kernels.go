package verify

import (
	"math"
	"slices"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// OfKernels returns the operations of a kernel set as a subject: those on blocks of
// sites that all else is made of. A process uses one set, chosen when it starts,
// but any set of the machine can be called.
func OfKernels(name string, fast func(g group.Group) *kernel.Ops) Subject {
	plain := kernel.Sets()[0]
	return Subject{
		Name: name, Domain: Domain{Groups: []string{"SU(2)", "SU(3)"}}, // others are portable in all sets
		Laws: []Law{{Name: "portable twin", Volume: 4, Check: func(c Case) []Result {
			return kernelTwin(c, fast(c.GaugeGroup()), plain.Ops(c.GaugeGroup()))
		}}},
	}
}

// kernelSubjects returns the sets that this machine has beside the portable one.
func kernelSubjects() (list []Subject) {
	for _, s := range kernel.Sets()[1:] {
		list = append(list, OfKernels(s.Name+" kernels", s.Ops))
	}
	return list
}

// blocks are the operands of a case: unitary matrices a, b, d, two algebra elements x, y
// and two colour vectors v, w of each of eight sites, lane masks, and what destinations hold.
type blocks struct {
	a, b, d, v, w, x, y, z []kernel.Vec
	ma, mb                 int
	c                      float64
}

func newBlocks(c Case, o *kernel.Ops) blocks {
	r := c.Draw("blocks")
	normal := func(n int, width float64) []kernel.Vec {
		f := make([]kernel.Vec, n)
		for k := range f {
			for l := range lattice.Lanes {
				f[k][l] = width * r.Normal()
			}
		}
		return f
	}
	matrix := func() []kernel.Vec {
		f, m := make([]kernel.Vec, o.M), o.Group.NewMatrix()
		for l := range lattice.Lanes {
			o.Group.Haar(m, r)
			o.Set(f, l, m)
		}
		return f
	}
	return blocks{
		a: matrix(), b: matrix(), d: matrix(), v: normal(o.V, 1), w: normal(o.V, 1),
		x: normal(o.A, min(c.Roughness, 3)), y: normal(o.A, 1), z: normal(max(o.M, o.V, o.A), 1),
		ma: int(r.Uint64N(lattice.Lanes)), mb: int(r.Uint64N(lattice.Lanes)), c: 2*r.Float64() - 1,
	}
}

// compute returns what the operations of o make of the operands.
func (b blocks) compute(o *kernel.Ops) (names []string, out [][]kernel.Vec) {
	on := func(name string, n int, f func(dst []kernel.Vec)) {
		dst := append(slices.Clone(b.z[:n]), kernel.Vec{1: math.Inf(1)}) // the last must not be touched
		f(dst[:n])
		names, out = append(names, name), append(out, dst)
	}
	for k := range 4 {
		on("Mul", o.M, func(dst []kernel.Vec) { o.Mul[k](dst, b.a, b.ma, b.b, b.mb) })
		on("AddMul", o.M, func(dst []kernel.Vec) { o.AddMul[k](dst, b.c, b.a, b.ma, b.b, b.mb) })
	}
	for k := range 8 {
		on("AddTriple", o.M, func(dst []kernel.Vec) { o.AddTriple[k](dst, b.c, b.a, b.ma, b.b, b.mb, b.d, b.ma) })
	}
	for k := range 2 {
		on("MulVec", o.V, func(dst []kernel.Vec) { o.MulVec[k](dst, b.a, b.ma, b.v, b.mb) })
		on("AddMulVec", o.V, func(dst []kernel.Vec) { o.AddMulVec[k](dst, b.c, b.a, b.ma, b.v, b.mb) })
	}
	on("AddAlgebra", o.A, func(dst []kernel.Vec) { o.AddAlgebra(dst, b.c, b.a, b.b) })
	on("AddForce", o.A, func(dst []kernel.Vec) { o.AddForce(dst, b.c, b.a, b.v, b.ma, b.w) })
	on("Plaquette", o.A, func(dst []kernel.Vec) { o.Plaquette(dst, b.a, b.b, b.ma, b.d, b.a, b.mb) })
	on("AddRotated", o.A, func(dst []kernel.Vec) { o.AddRotated(dst, b.c, b.a, b.x, b.ma, b.y) })
	on("Rotate", o.A, func(dst []kernel.Vec) { o.Rotate(dst, b.a, b.x, b.ma) })
	on("Exp", o.M, func(dst []kernel.Vec) { o.Exp(dst, b.c, b.x) })
	on("DExpTranspose", o.A, func(dst []kernel.Vec) { o.DExpTranspose(dst, b.x, b.y) })
	on("Reunitarize", o.M, func(dst []kernel.Vec) {
		copy(dst, b.a)
		for k := range dst {
			dst[k][k%lattice.Lanes] *= 1 + 1e-9
		}
		o.Reunitarize(dst)
	})
	return names, out
}

// kernelTwin: a set computes what the portable one does. Each number is made of at
// most three products of matrices of N columns, each of which adds (2N+2) roundings of
// the product of the norms, in either set; unitary rows have norm one, and what else
// there is is measured. Of exp and its derivative, series of some twenty terms, as many
// more are allowed.
func kernelTwin(c Case, fast, plain *kernel.Ops) (results []Result) {
	b := newBlocks(c, plain)
	norm := func(f []kernel.Vec) (most float64) {
		for l := range lattice.Lanes {
			s := 0.0
			for k := range f {
				s += f[k][l] * f[k][l]
			}
			most = math.Max(most, math.Sqrt(s))
		}
		return most
	}
	size := 1 + norm(b.z) + norm(b.x)*norm(b.x) + norm(b.y)*(1+norm(b.x)) + norm(b.v)*(1+norm(b.w))
	product := 2 * 3 * float64(2*plain.N+2) * Roundoff * size
	names, want := b.compute(plain)
	_, got := b.compute(fast)
	worst := map[string]float64{}
	beyond := 0
	for k, name := range names {
		n := len(want[k]) - 1
		if got[k][n] != (kernel.Vec{1: math.Inf(1)}) {
			beyond++
		}
		for i := range n {
			for l := range lattice.Lanes {
				if d := math.Abs(got[k][i][l] - want[k][i][l]); !(d <= worst[name]) {
					worst[name] = d
				}
			}
		}
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		bound := product
		if name == "Exp" || name == "DExpTranspose" {
			bound *= 20
		}
		results = append(results, Result{Law: name + " of the portable set", Measured: worst[name], Bound: bound, Because: "round-off of products of matrices and of series", Vacuous: !(bound < 1e-9)})
	}
	return append(results, exact("nothing is written behind a block", beyond))
}
