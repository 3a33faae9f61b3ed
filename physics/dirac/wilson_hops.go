package dirac

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
)

// wilsonTask is what a sweep of wilsonHops does.
type wilsonTask uint8

const (
	copyLinks wilsonTask = iota
	hop
	multiply
)

// wilsonHops are the hops of a Wilson operator in one precision: its links and a
// sweep with its operands.
type wilsonHops[F lattice.Real] struct {
	d     *Wilson
	ops   *kernel.Hops[F]
	lin   *kernel.Linear[F]
	links []lattice.VecOf[F] // (nu, block); ghosts one step away behind
	bytes int                // of the links
	buf   lattice.HaloBuffers
	zeros []lattice.VecOf[F]   // a block
	t     [][]lattice.VecOf[F] // per worker: U times a spin

	do                  wilsonTask
	u                   []lattice.VecOf[F]
	dst, src, add, with []lattice.VecOf[F]
	c, ca               twisted
	adjoint             int  // 1: H^†
	both                bool // hop on the odd blocks in the same places too
	partial             []float64
}

func newWilsonHops[F lattice.Real](d *Wilson, ops *kernel.Hops[F], lin *kernel.Linear[F]) *wilsonHops[F] {
	h := &wilsonHops[F]{d: d, ops: ops, lin: lin}
	h.links = lattice.Make[F](d.geo.BlocksWithFaces() * d.geo.Dims() * d.ops.M)
	h.bytes = len(h.links) * lattice.Lanes * 8
	if _, single := any(F(0)).(float32); single {
		h.bytes /= 2
	}
	h.zeros = lattice.Make[F](d.ops.V * d.spins)
	h.partial = make([]float64, d.geo.Chunks(lattice.All))
	for range d.geo.Workers() {
		h.t = append(h.t, make([]lattice.VecOf[F], d.ops.V))
	}
	return h
}

// link returns the matrix of a block and direction.
func (h *wilsonHops[F]) link(block, nu int) []lattice.VecOf[F] {
	return h.links[(nu*h.d.geo.BlocksWithFaces()+block)*h.d.ops.M:][:h.d.ops.M]
}

func (h *wilsonHops[F]) bind(u []lattice.VecOf[F]) {
	geo := h.d.geo
	h.do, h.u = copyLinks, u
	geo.Sweep(h, lattice.All)
	h.u = nil
	n := geo.BlocksWithFaces() * h.d.ops.M
	for nu := range geo.Dims() {
		lattice.Exchange(geo, h.links[nu*n:][:n], h.d.ops.M, lattice.All, lattice.Faces, &h.buf)
	}
}

// hop sets dst = c H src + ca add on s, or that with H^†. It returns Re <with, dst>
// unless with is nil.
func (h *wilsonHops[F]) hop(dst []lattice.VecOf[F], c twisted, src []lattice.VecOf[F], ca twisted, add []lattice.VecOf[F], s lattice.Subset, dagger bool, with []lattice.VecOf[F]) (product float64) {
	h.set(dst, c, src, ca, add, dagger, with)
	geo := h.d.geo
	switch {
	case with != nil:
		product = geo.Reduce(h, s, h.partial)
	case s == lattice.All && sliced(geo, h.bytes):
		h.both = true
		geo.Sweep(h, lattice.Even)
		h.both = false
	default:
		geo.Sweep(h, s)
	}
	h.add, h.with = nil, nil
	return product
}

// set sets the operands of hop, for hopTo.
func (h *wilsonHops[F]) set(dst []lattice.VecOf[F], c twisted, src []lattice.VecOf[F], ca twisted, add []lattice.VecOf[F], dagger bool, with []lattice.VecOf[F]) {
	h.do, h.dst, h.c, h.src, h.ca, h.add, h.with = hop, dst, c, src, ca, add, with
	h.adjoint = 0
	if dagger {
		h.adjoint = 1
	}
}

// multiply sets dst = c src on s.
func (h *wilsonHops[F]) multiply(dst []lattice.VecOf[F], c twisted, src []lattice.VecOf[F], s lattice.Subset) {
	h.do, h.dst, h.c, h.src = multiply, dst, c, src
	h.d.geo.Sweep(h, s)
}

// Do does a range of blocks.
func (h *wilsonHops[F]) Do(r lattice.Range) {
	n := h.d.ops.V * h.d.spins
	switch {
	case h.do == copyLinks:
		for b := r.Lo; b < r.Hi; b++ {
			h.copyLinks(b)
		}
	case h.do == multiply:
		if &h.dst[0] != &h.src[0] {
			copy(h.dst[r.Lo*n:r.Hi*n], h.src[r.Lo*n:])
		}
		h.times(h.dst[r.Lo*n:r.Hi*n], h.c)
	case h.both:
		h.d.geo.Alternate(r, func(lo, hi int) { h.hopTo(lo, hi, r.Worker) })
	default:
		h.hopTo(r.Lo, r.Hi, r.Worker)
	}
	if h.with != nil {
		h.partial[r.Chunk] = kernel.Total(h.lin.Dot(h.with[r.Lo*n:r.Hi*n], h.dst[r.Lo*n:r.Hi*n]))
	}
}

func (h *wilsonHops[F]) copyLinks(b int) {
	dims, o := h.d.geo.Dims(), h.d.ops
	for nu := range dims {
		link, k := h.link(b, nu), b*dims+nu
		copy(link, h.u[k*o.M:])
		switch {
		case !h.d.inLinks:
		case o.N == 2: // four real numbers, real phases
			sign := h.real(k)
			kernel.MulLanes(link, &sign)
		default:
			turn(link, &h.d.phase[0][k])
		}
		h.weigh(link, nu)
	}
}

func (h *wilsonHops[F]) real(k int) (sign lattice.VecOf[F]) {
	for l, p := range h.d.phase[0][k][0] {
		sign[l] = F(p)
	}
	return sign
}

// strip is how many blocks are twisted while the nearest cache has them.
const strip = 4

// hopTo hops to blocks lo … hi-1. The kernel knows real numbers: what has g_5 follows.
func (h *wilsonHops[F]) hopTo(lo, hi, worker int) {
	geo, n, step := h.d.geo, h.d.ops.V*h.d.spins, hi-lo
	whole := h.d.inLinks && h.c.tw == 0 // the kernel multiplies and adds
	if !whole || h.ca.tw != 0 {
		step = strip
	}
	four := func(c, ca float64, add []lattice.VecOf[F], lo, hi int) {
		h.ops.Wilson[h.adjoint](h.dst, F(-0.5*c), h.links, geo.BlocksWithFaces(), h.src, geo.Neighbours(), F(ca), add, lo, hi)
	}
	for ; lo < hi; lo += step {
		end, ca := min(lo+step, hi), h.ca
		dst := h.dst[lo*n : end*n]
		switch {
		case whole:
			four(h.c.re, ca.re, h.add, lo, end)
			ca.re = 0
		case h.d.inLinks:
			four(1, 0, nil, lo, end)
			h.times(dst, h.c)
		default:
			for b := lo; b < end; b++ {
				h.any(h.dst[b*n:][:n], b, h.t[worker])
			}
			h.times(dst, h.c)
		}
		if h.add != nil && ca != (twisted{}) {
			h.halves(dst, h.add[lo*n:], func(x, y []lattice.VecOf[F], sign float64) {
				h.lin.Caxpy(x, F(ca.re), F(sign*ca.tw), y)
			})
		}
	}
}

// times sets x = c x.
func (h *wilsonHops[F]) times(x []lattice.VecOf[F], c twisted) {
	switch {
	case c.tw != 0:
		h.halves(x, x, func(x, _ []lattice.VecOf[F], sign float64) {
			h.lin.Cxpay(x, h.zeros[:len(x)], F(c.re), F(sign*c.tw))
		})
	case c.re != 1:
		h.lin.Scale(x, F(c.re))
	}
}

// halves calls f for each eigenspace of g_5 = diag(1, …, -1, …) on each block of x, y.
func (h *wilsonHops[F]) halves(x, y []lattice.VecOf[F], f func(x, y []lattice.VecOf[F], sign float64)) {
	n := h.d.ops.V * h.d.spins / 2
	for k := 0; k < len(x); k += 2 * n {
		f(x[k:k+n], y[k:k+n], 1)
		f(x[k+n:k+2*n], y[k+n:k+2*n], -1)
	}
}

// any sets dst to the hops to one block, spin by spin: for any dimension and phase.
func (h *wilsonHops[F]) any(dst []lattice.VecOf[F], b int, t []lattice.VecOf[F]) {
	d, v := h.d, h.d.ops.V
	dims, nbr := d.geo.Dims(), d.geo.Neighbours()
	clear(dst)
	for k := range 2 { // forward, backward
		for nu := range dims {
			e, at, sign := nbr[2*dims*b+k*dims+nu], lattice.At(b), -1.
			if k == 1 {
				at, sign = e, 1
			}
			if h.adjoint == 1 {
				sign = -sign
			}
			for s := range d.spins {
				h.ops.MulVec[k](t, h.link(at.Block(), nu), at.Mask(), h.src[(e.Block()*d.spins+s)*v:][:v], e.Mask())
				if !d.inLinks {
					turn(t, &d.phase[k][b*dims+nu])
				}
				addTimes(dst[s*v:][:v], -0.5, t)
				for row, g := range d.gamma[nu] {
					if g.column == s {
						addTimes(dst[row*v:][:v], complex(-0.5*sign, 0)*g.value, t)
					}
				}
			}
		}
	}
}
