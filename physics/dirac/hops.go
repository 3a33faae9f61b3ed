package dirac

import (
	"math"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// hops are the hops of a staggered operator in one precision: its links, with
// phases, and a sweep with its operands.
type hops[F lattice.Real] struct {
	d     *Staggered
	ops   *kernel.Hops[F]
	lin   *kernel.Linear[F]
	links []lattice.VecOf[F] // (mu, block); ghosts one step away behind
	bytes int                // of the links
	sign  []lattice.VecOf[F] // of the phases, without a background
	buf   lattice.HaloBuffers
	half  *fermion.Field       // D_h src, within the normal operator
	t     [][]lattice.VecOf[F] // per worker: U times a vector

	u             []lattice.VecOf[F] // to bind; nil: to hop
	dst, src, add []lattice.VecOf[F]
	c, ca         F
	boost         [2]F // exp(a mu) - 1 and exp(-a mu) - 1 of an Isospin
	both          bool // hop on the odd blocks in the same places too
	dot           bool // leave the parts of <add, dst> in partial
	partial       []float64
	first         int // of the chunks of a slice
}

func newHops[F lattice.Real](d *Staggered, ops *kernel.Hops[F], lin *kernel.Linear[F]) *hops[F] {
	h := &hops[F]{d: d, ops: ops, lin: lin, half: d.NewField()}
	width := 8
	if _, single := any(F(0)).(float32); single {
		h.half, width = h.half.LikeIn(lattice.Float32), 4
	}
	h.links = lattice.Make[F](d.geo.BlocksWithFaces() * d.geo.Dims() * d.ops.M)
	h.bytes = len(h.links) * lattice.Lanes * width
	h.sign = make([]lattice.VecOf[F], len(d.phase.sign))
	for k, w := range d.phase.sign {
		for l := range w {
			h.sign[k][l] = F(w[l])
		}
	}
	h.t = scratch[F](d)
	chunks := d.geo.Chunks(lattice.All)
	if n := d.geo.Slices(); n > 0 {
		lo, hi := d.geo.Slice(lattice.Even, 0)
		chunks = max(chunks, n*d.geo.ChunksOf(hi-lo))
	}
	h.partial = make([]float64, chunks)
	return h
}

// link returns the matrix of a block and direction, phases included.
func (h *hops[F]) link(block, mu int) []lattice.VecOf[F] {
	return h.links[(mu*h.d.geo.BlocksWithFaces()+block)*h.d.ops.M:][:h.d.ops.M]
}

func (h *hops[F]) bind(u []lattice.VecOf[F]) {
	geo := h.d.geo
	h.u = u
	geo.Sweep(h, lattice.All)
	h.u = nil
	n := geo.BlocksWithFaces() * h.d.ops.M
	for mu := range geo.Dims() {
		lattice.Exchange(geo, h.links[mu*n:][:n], h.d.ops.M, lattice.All, lattice.Faces, &h.buf)
	}
}

// hop sets dst = c D_h src + ca add on s. With dot, it returns Re <add, dst>.
func (h *hops[F]) hop(dst []lattice.VecOf[F], c float64, src []lattice.VecOf[F], ca float64, add []lattice.VecOf[F], s lattice.Subset, dot bool) (product float64) {
	h.set(dst, c, src, ca, add)
	geo := h.d.geo
	light := 2 * geo.Dims() * (h.d.ops.M + h.d.ops.V)
	switch {
	case dot:
		h.dot, h.first = true, 0
		product = geo.ReduceLight(h, s, light, h.partial)
		h.dot = false
	case s == lattice.All && h.sliced():
		h.both = true
		geo.Sweep(h, lattice.Even)
		h.both = false
	default:
		geo.SweepLight(h, s, light)
	}
	return product
}

func (h *hops[F]) set(dst []lattice.VecOf[F], c float64, src []lattice.VecOf[F], ca float64, add []lattice.VecOf[F]) {
	h.dst, h.c, h.src, h.ca, h.add = dst, F(c/2), src, F(ca), add
	h.boost = [2]F{}
	if mu := h.d.potential; mu != 0 {
		h.boost = [2]F{F(math.Expm1(mu)), F(math.Expm1(-mu))}
	}
}

func (h *hops[F]) slice(s lattice.Subset, t int) {
	lo, hi := h.d.geo.Slice(s, t)
	h.d.geo.SweepBlocks(h, lo, hi)
}

// cache is a size that caches do not hold, in bytes.
const cache = 8 << 20

// sliced reports whether the lattice is so large that both parities should go
// through it together: links then come from memory once, not twice.
func (h *hops[F]) sliced() bool { return sliced(h.d.geo, h.bytes) }

// sliced is that for links of so many bytes.
func sliced(geo *lattice.Geometry, bytes int) bool {
	for mu := range geo.Dims() {
		if geo.Divided(mu) {
			return false // ghosts are fetched between whole parities
		}
	}
	return geo.Slices() >= 4 && bytes > cache
}

// normal sets dst = (m^2 - D_h^2) src on s, a parity. In slices, the other parity
// of a slice follows as soon as its neighbours are there; that of the first one
// needs the last one, the direction being closed. With dot, it returns Re <src, dst>.
func (h *hops[F]) normal(dst, half, src []lattice.VecOf[F], mass float64, s lattice.Subset, dot bool) float64 {
	geo := h.d.geo
	n, other := geo.Slices(), s.Other()
	lo, hi := geo.Slice(s, 0)
	chunks := geo.ChunksOf(hi - lo)
	first := func(t int) {
		h.set(half, 1, src, 0, nil)
		h.slice(other, t)
	}
	first(n - 1)
	first(0)
	for t := range n {
		if t+1 < n-1 {
			first(t + 1)
		}
		h.set(dst, -1, half, mass*mass, src)
		h.dot, h.first = dot, t*chunks
		h.slice(s, t)
		h.dot = false
	}
	if !dot {
		return 0
	}
	return lattice.Neumaier(h.partial[:n*chunks])
}

// Do does a range of blocks.
func (h *hops[F]) Do(r lattice.Range) {
	geo, dims, m := h.d.geo, h.d.geo.Dims(), h.d.ops.M
	if h.u == nil {
		hop := func(lo, hi int) {
			if !h.d.inLinks {
				h.turned(lo, hi, h.t[r.Worker])
				return
			}
			h.ops.Hop(h.dst, h.c, h.links, geo.BlocksWithFaces(), h.src, geo.Neighbours(), dims, h.ca, h.add, lo, hi)
			if h.boost[0] != 0 {
				h.push(lo, hi)
			}
		}
		if h.both {
			geo.Alternate(r, hop)
		} else {
			hop(r.Lo, r.Hi)
		}
		if h.dot {
			lo, hi := r.Lo*h.d.ops.V, r.Hi*h.d.ops.V
			h.partial[h.first+r.Chunk] = kernel.Total(h.lin.Dot(h.add[lo:hi], h.dst[lo:hi]))
		}
		return
	}
	for b := r.Lo; b < r.Hi; b++ {
		for mu := range dims {
			link, k := h.link(b, mu), b*dims+mu
			copy(link, h.u[k*m:])
			switch {
			case h.d.phase.turn[0] == nil:
				kernel.MulLanes(link, &h.sign[k])
			case h.d.inLinks:
				turn(link, &h.d.phase.turn[0][k])
			}
		}
	}
}

// push adds to blocks lo … hi-1 what a chemical potential changes in the hops of time.
func (h *hops[F]) push(lo, hi int) {
	geo, dims, v := h.d.geo, h.d.geo.Dims(), h.d.ops.V
	for b := lo; b < hi; b++ {
		for way := range 2 {
			e, at, c := geo.Neighbours()[2*dims*b+way*dims+dims-1], lattice.At(b), h.c*h.boost[way]
			if way == 1 {
				at, c = e, -c
			}
			h.ops.AddMulVec[way](h.dst[b*v:][:v], c, h.link(at.Block(), dims-1), at.Mask(), h.src[e.Block()*v:][:v], e.Mask())
		}
	}
}

// turned hops to blocks lo … hi-1 one direction after another, links having no phases.
func (h *hops[F]) turned(lo, hi int, t []lattice.VecOf[F]) {
	geo, dims, v := h.d.geo, h.d.geo.Dims(), h.d.ops.V
	for b := lo; b < hi; b++ {
		dst := h.dst[b*v:][:v]
		for k := range dst {
			for l := range lattice.Lanes {
				if h.add == nil {
					dst[k][l] = 0
				} else {
					dst[k][l] = h.ca * h.add[b*v+k][l]
				}
			}
		}
		for way := range 2 {
			for mu := range dims {
				e, at, c := geo.Neighbours()[2*dims*b+way*dims+mu], lattice.At(b), h.c
				if mu == dims-1 {
					c += c * h.boost[way]
				}
				if way == 1 {
					at, c = e, -c
				}
				h.ops.MulVec[way](t, h.link(at.Block(), mu), at.Mask(), h.src[e.Block()*v:][:v], e.Mask())
				turn(t, &h.d.phase.turn[way][b*dims+mu])
				addTimes(dst, complex(float64(c), 0), t)
			}
		}
	}
}
