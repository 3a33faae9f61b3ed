package dirac

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
)

// cloverBlocks applies blocks in one precision, perhaps to what hops have just brought.
type cloverBlocks[F lattice.Real] struct {
	d        *Wilson
	dim      int
	halves   int
	size     int                                               // Vecs of the block of a half
	multiply [2]func(dst, a, src []lattice.VecOf[F], re, im F) // set, add

	hops     *wilsonHops[F] // whose hop to do first; nil: none
	dst, src []lattice.VecOf[F]
	a        []lattice.VecOf[F]
	first    int // block that a begins with
	z        complex128
	add      bool
	with     []lattice.VecOf[F] // leave the parts of <with, dst> in partial; nil: no
	partial  []float64
}

func (c *cloverBlocks[F]) init(t *cloverTerm, ops *kernel.Hops[F]) {
	c.d, c.dim, c.halves, c.size = t.w, t.dim, t.halves, t.dim*t.dim
	c.partial = make([]float64, c.d.geo.Chunks(lattice.All))
	of := kernel.PackedVector[F](t.dim)
	if t.spins == 2 {
		of = ops.Block
	}
	for k := range of {
		c.multiply[k] = of[k]
	}
}

// apply sets dst = (z + a) src on s, or adds it, with the conjugate of z on the lower half
// of g_5. The blocks a are those of s, or of all sites.
func (c *cloverBlocks[F]) apply(dst, a, src []lattice.VecOf[F], z complex128, add bool, s lattice.Subset) {
	c.set(dst, a, src, z, add, s)
	c.d.geo.Sweep(c, s)
}

func (c *cloverBlocks[F]) set(dst, a, src []lattice.VecOf[F], z complex128, add bool, s lattice.Subset) {
	c.dst, c.a, c.src, c.z, c.add, c.first = dst, a, src, z, add, 0
	if lo, hi := c.d.geo.Range(s); len(a) == (hi-lo)*c.halves*c.size {
		c.first = lo
	}
}

// afterHop is apply, dst having been set to H src of hops: strip by strip, while
// the nearest cache has it. It returns Re <with, dst> unless with is nil.
func (c *cloverBlocks[F]) afterHop(h *wilsonHops[F], from []lattice.VecOf[F], dst, a, src []lattice.VecOf[F], z complex128, add bool, s lattice.Subset, dagger bool, with []lattice.VecOf[F]) (product float64) {
	c.set(dst, a, src, z, add, s)
	h.set(dst, twisted{re: 1}, from, twisted{}, nil, dagger, nil)
	c.hops, c.with = h, with
	if with != nil {
		product = c.d.geo.Reduce(c, s, c.partial)
	} else {
		c.d.geo.Sweep(c, s)
	}
	c.hops, c.with = nil, nil
	return product
}

// Do does a range of blocks.
func (c *cloverBlocks[F]) Do(r lattice.Range) {
	if c.hops == nil {
		c.blocks(r.Lo, r.Hi)
		return
	}
	for lo := r.Lo; lo < r.Hi; lo += strip {
		hi := min(lo+strip, r.Hi)
		c.hops.hopTo(lo, hi, r.Worker)
		c.blocks(lo, hi)
	}
	if c.with != nil {
		n := c.d.ops.V * c.d.spins
		c.partial[r.Chunk] = kernel.Total(c.hops.lin.Dot(c.with[r.Lo*n:r.Hi*n], c.dst[r.Lo*n:r.Hi*n]))
	}
}

func (c *cloverBlocks[F]) blocks(lo, hi int) {
	v, multiply := 2*c.dim, c.multiply[0]
	if c.add {
		multiply = c.multiply[1]
	}
	for b := lo; b < hi; b++ {
		re, im := F(real(c.z)), F(imag(c.z))
		for half := range c.halves {
			k := b*c.halves + half
			multiply(c.dst[k*v:][:v], c.a[(k-c.first*c.halves)*c.size:][:c.size], c.src[k*v:][:v], re, im)
			im = -im
		}
	}
}

// cloverJob is a sweep of a Clover operator beside those that apply it.
type cloverJob struct {
	d       *Clover
	do      cloverTask
	x, y    []lattice.Vec
	c       float64
	s       lattice.Subset
	inverse *cloverInverse
	other   []lattice.Vec // blocks to trace A^-1 with; nil: 1
	ofTwist bool          // trace mu B
	first   int           // block that an inverse begins with
	work    []cloverWork
	partial []float64
}

type cloverTask uint8

const (
	outerProducts cloverTask = iota
	invertBlocks
	traceInverses
	sumTraces
)

type cloverWork struct {
	cloverScratch
	inverter
	g, blocks []lattice.Vec // of all halves
}

func (j *cloverJob) init(d *Clover) {
	j.d = d
	j.partial = make([]float64, d.geo.Chunks(lattice.All))
	invert := kernel.PackedInvert(d.term.dim)
	if d.term.spins == 2 {
		invert = d.ops.Invert
	}
	for k := range d.geo.Workers() {
		j.work = append(j.work, cloverWork{
			cloverScratch: d.term.fill.work[k], inverter: newInverter(d.term.dim, invert),
			g: make([]lattice.Vec, d.term.size), blocks: make([]lattice.Vec, d.term.size),
		})
	}
}

// Do does a range of blocks.
func (j *cloverJob) Do(r lattice.Range) {
	d, w := j.d, &j.work[r.Worker]
	t := &d.term
	square := t.dim * t.dim
	sum := 0.
	lo, hi := d.geo.Range(j.s)
	for b := r.Lo; b < r.Hi; b++ {
		switch j.do {
		case outerProducts:
			for half := range t.halves {
				k := (b*t.halves + half) * 2 * t.dim
				t.outer(w.g[half*square:][:square], j.x[k:][:2*t.dim], j.y[k:][:2*t.dim])
			}
			t.setTraces(b, j.c, d.space, d.time, w.g, &w.cloverScratch)
		case invertBlocks:
			sum += j.invert(b, w)
		case traceInverses:
			if b < lo || b >= hi {
				clear(t.x[b*len(t.planes)*t.each:][:len(t.planes)*t.each])
				continue
			}
			j.setHermitianPart(b, w)
			t.setTraces(b, j.c, d.space, d.time, w.g, &w.cloverScratch)
		case sumTraces:
			sum += j.trace(b, w)
		}
	}
	if j.do == invertBlocks || j.do == sumTraces {
		j.partial[r.Chunk] = sum
	}
}
