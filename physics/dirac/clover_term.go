package dirac

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
)

// cloverTerm makes the blocks of C of a Wilson operator's links, and takes derivatives
// of traces with them.
type cloverTerm struct {
	*leaves
	spins   int // of a half of g_5
	halves  int
	dim     int           // of a block, N spins
	size    int           // Vecs of the blocks of all halves
	a       []lattice.Vec // (block, half): C
	fresh   bool
	fill    cloverFill
	outer   func(a, x, y []lattice.Vec)
	kernels bool // there are those of all planes at once
}

// cloverFill is the sweep that makes C.
type cloverFill struct {
	t     *cloverTerm
	dst   []lattice.Vec
	c     [2]float64
	work  []cloverScratch
	lasts int
}

// cloverScratch belongs to one worker.
type cloverScratch struct {
	x, sum, h, m []lattice.Vec
}

func newCloverTerm(w *Wilson) cloverTerm {
	geo, o := w.geo, w.ops
	t := cloverTerm{leaves: newLeaves(w), spins: 2, halves: 1}
	if geo.Dims() != 3 {
		t.halves = 2
		t.spins = w.spins / 2
	}
	t.dim = t.spins * o.N
	t.size = t.halves * t.dim * t.dim
	t.a = lattice.Make[float64](geo.Blocks() * t.size)
	t.kernels = geo.Dims() == 4 && o.CloverBlocks != nil
	t.outer = kernel.PackedOuter(t.dim)
	if t.spins == 2 {
		t.outer = o.Outer
	}
	t.fill.lasts = geo.Dims() - 1
	for range geo.Workers() {
		vecs := func(n int) []lattice.Vec { return make([]lattice.Vec, n) }
		t.fill.work = append(t.fill.work, cloverScratch{vecs(t.each * len(t.planes)), vecs(t.each), vecs(2 * o.N * o.N), vecs(o.M)})
	}
	return t
}

// csw is that of a plane.
func (f *cloverFill) csw(p cloverPlane) float64 {
	if p.nu == f.lasts {
		return f.c[1]
	}
	return f.c[0]
}

// set sets dst to the blocks of C.
func (t *cloverTerm) set(dst []lattice.Vec, space, time float64) {
	t.prepare()
	t.fill.t, t.fill.dst, t.fill.c = t, dst, [2]float64{space, time}
	t.geo.Sweep(&t.fill, lattice.All)
}

// Do does a range of blocks. i F = -(Q^a T_a + Q_tr / N)/4 for the components of Q.
func (f *cloverFill) Do(r lattice.Range) {
	t, w := f.t, &f.work[r.Worker]
	o, size := t.ops, t.each
	for b := r.Lo; b < r.Hi; b++ {
		for p := range t.planes {
			t.leaves.set(w.x[p*size:][:size], b, p)
		}
		a := f.dst[b*t.size:][:t.size]
		if t.kernels {
			o.CloverBlocks(a, f.c[0], f.c[1], w.x)
			continue
		}
		clear(a)
		for half := range t.halves {
			for k := range 3 {
				used := false
				clear(w.sum)
				for p, plane := range t.planes {
					if plane.k == k {
						kernel.Axpy(w.sum, -plane.sign[half]*f.csw(plane)/8, w.x[p*size:][:size])
						used = true
					}
				}
				if used {
					setHermitian(o, w.h, w.sum, w.m)
					addPauli(a[half*t.dim*t.dim:][:t.dim*t.dim], w.h, o.N, t.spins, k)
				}
			}
		}
	}
}

// setTraces sets X of all planes at a block, for the derivative of
//
//	c sum_halves Re tr (d C) g
//
// with Hermitian g: C has c_sw/2 of each sigma i F, so that it is that of
// sum_planes Re tr Q X, X = c (c_sw/8) i tr_spin sigma g.
func (t *cloverTerm) setTraces(b int, c float64, space, time float64, g []lattice.Vec, w *cloverScratch) {
	if t.kernels {
		t.ops.CloverTraces(t.x[b*len(t.planes)*t.each:][:len(t.planes)*t.each], c*space, c*time, g)
		return
	}
	for p, plane := range t.planes {
		csw := space
		if plane.nu == t.fill.lasts {
			csw = time
		}
		clear(w.h)
		for half := range t.halves {
			addTracePauli(w.h, c*csw/8*plane.sign[half], g[half*t.dim*t.dim:][:t.dim*t.dim], t.ops.N, t.spins, plane.k)
		}
		fromHermitian(t.ops, t.at(t.x, b, p), w.h, w.m)
	}
}
