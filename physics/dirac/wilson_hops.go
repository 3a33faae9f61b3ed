package dirac

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
)

// wilsonTask is what a sweep of wilsonHops does.
type wilsonTask uint8

const (
	copyLinks wilsonTask = iota
	hopFast              // the kernel of four dimensions
	hopAny
	blockOfSpins
)

// wilsonHops are the hops of a Wilson operator in one precision: its links and a
// sweep with its operands.
type wilsonHops[F lattice.Real] struct {
	d     *Wilson
	ops   *kernel.Hops[F]
	links []lattice.VecOf[F] // (nu, block); ghosts one step away behind
	buf   lattice.HaloBuffers
	turn  []lattice.VecOf[F]   // g_5 src, for the kernel to make H^† of H
	t     [][]lattice.VecOf[F] // per worker: U times a spin

	do       wilsonTask
	u        []lattice.VecOf[F]
	dst, src []lattice.VecOf[F]
	dagger   bool
	add      bool
	a, b     float64
}

func newWilsonHops[F lattice.Real](d *Wilson, ops *kernel.Hops[F]) *wilsonHops[F] {
	h := &wilsonHops[F]{d: d, ops: ops}
	n := d.geo.BlocksWithFaces()
	h.links = lattice.Make[F](n * d.geo.Dims() * d.ops.M)
	if d.inLinks {
		h.turn = lattice.Make[F](n * d.ops.V * d.spins)
	}
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

// hop sets dst = H src or H^† src on s. The kernel knows H alone, and H^† is
// g_5 H g_5.
func (h *wilsonHops[F]) hop(dst, src []lattice.VecOf[F], s lattice.Subset, dagger bool) {
	h.dst, h.src, h.dagger, h.do = dst, src, dagger, hopAny
	if h.d.inLinks {
		h.do = hopFast
		if dagger {
			h.flip(h.turn, src)
			h.src = h.turn
		}
	}
	h.d.geo.Sweep(h, s)
}

// flip sets dst = g_5 src, ghosts included.
func (h *wilsonHops[F]) flip(dst, src []lattice.VecOf[F]) {
	n := h.d.ops.V * h.d.spins
	copy(dst, src)
	for k := n / 2; k < len(dst); k += n {
		h.negate(dst[k : k+n/2])
	}
}

func (h *wilsonHops[F]) negate(x []lattice.VecOf[F]) {
	for k := range x {
		for l := range x[k] {
			x[k][l] = -x[k][l]
		}
	}
}

func (h *wilsonHops[F]) spinBlock(dst, src []lattice.VecOf[F], add bool, a, b float64, s lattice.Subset) {
	h.do, h.dst, h.src, h.add, h.a, h.b = blockOfSpins, dst, src, add, a, b
	h.d.geo.Sweep(h, s)
}

// Do does a range of blocks.
func (h *wilsonHops[F]) Do(r lattice.Range) {
	geo, o := h.d.geo, h.d.ops
	dims, n := geo.Dims(), o.V*h.d.spins
	switch h.do {
	case copyLinks:
		for b := r.Lo; b < r.Hi; b++ {
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
	case hopFast:
		h.ops.Wilson(h.dst, -0.5, h.links, geo.BlocksWithFaces(), h.src, geo.Neighbours(), 0, nil, r.Lo, r.Hi)
		if h.dagger {
			for b := r.Lo; b < r.Hi; b++ {
				h.negate(h.dst[b*n+n/2:][:n/2])
			}
		}
	case hopAny:
		for b := r.Lo; b < r.Hi; b++ {
			h.any(h.dst[b*n:][:n], b, h.t[r.Worker])
		}
	case blockOfSpins: // g_5 = diag(1, …, -1, …)
		for b := r.Lo; b < r.Hi; b++ {
			h.numbers(h.dst[b*n:][:n/2], h.src[b*n:], h.b)
			h.numbers(h.dst[b*n+n/2:][:n/2], h.src[b*n+n/2:], -h.b)
		}
	}
}

func (h *wilsonHops[F]) real(k int) (sign lattice.VecOf[F]) {
	for l, p := range h.d.phase[0][k][0] {
		sign[l] = F(p)
	}
	return sign
}

// numbers sets dst = (a + i b) src, or adds it.
func (h *wilsonHops[F]) numbers(dst, src []lattice.VecOf[F], b float64) {
	re, im := F(h.a), F(b)
	for k := 0; k < len(dst); k += 2 {
		for l := range lattice.Lanes {
			x, y := src[k][l], src[k+1][l]
			u, v := re*x-im*y, re*y+im*x
			if h.add {
				u, v = u+dst[k][l], v+dst[k+1][l]
			}
			dst[k][l], dst[k+1][l] = u, v
		}
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
			if h.dagger {
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

// wilsonForce adds the part c [U tr_spin …]_TA of a force.
type wilsonForce struct {
	d       *Wilson
	f, x, y []lattice.Vec
	c       float64
	t       [][]lattice.Vec // per worker: a projected spin
}

// Do does a range of blocks.
func (j *wilsonForce) Do(r lattice.Range) {
	d, o := j.d, j.d.ops
	dims, n, nbr := d.geo.Dims(), o.V*d.spins, d.geo.Neighbours()
	for b := r.Lo; b < r.Hi; b++ {
		x, y := j.x[b*n:][:n], j.y[b*n:][:n]
		for nu := range dims {
			k, e := b*dims+nu, nbr[2*dims*b+nu]
			f, link := j.f[k*o.A:][:o.A], d.double.link(b, nu)
			xp, yp := j.x[e.Block()*n:][:n], j.y[e.Block()*n:][:n]
			if d.inLinks {
				o.AddWilson[nu](f, j.c, link, x, y, xp, e.Mask(), yp)
				continue
			}
			t := j.t[r.Worker]
			for s, g := range d.gamma[nu] {
				for _, side := range [2]struct {
					sign     complex128
					from, to []lattice.Vec
				}{{-1, xp, y}, {1, yp, x}} {
					copy(t, side.from[s*o.V:])
					addTimes(t, side.sign*g.value, side.from[g.column*o.V:])
					j.turnAt(t, e.Mask(), k)
					o.AddForce(f, j.c, link, t, e.Mask(), side.to[s*o.V:])
				}
			}
		}
	}
}

// turnAt multiplies t by the phases of the forward hop, lane l of t being that of
// site l^mask.
func (j *wilsonForce) turnAt(t []lattice.Vec, mask, k int) {
	p := &j.d.phase[0][k]
	for i := 0; i < len(t); i += 2 {
		for l := range lattice.Lanes {
			re, im := p[0][l^mask], p[1][l^mask]
			a, b := t[i][l], t[i+1][l]
			t[i][l] = float64(re*a) - float64(im*b)
			t[i+1][l] = float64(re*b) + float64(im*a)
		}
	}
}
