package dirac

import (
	"github.com/slhmc/slhmc/physics/lattice"
)

// cloverBlocks applies blocks in one precision.
type cloverBlocks[F lattice.Real] struct {
	d         *Wilson
	dim       int
	t         [][]lattice.VecOf[F] // per worker: a vector
	dst, src  []lattice.VecOf[F]
	a         []lattice.VecOf[F]
	first     int // block that a begins with
	z         complex128
	add       bool
	halfBlock int // Vecs of a half's block
}

func (c *cloverBlocks[F]) init(d *Wilson, dim int) {
	c.d, c.dim, c.halfBlock = d, dim, dim*dim
	for range d.geo.Workers() {
		c.t = append(c.t, make([]lattice.VecOf[F], 2*dim))
	}
}

// apply sets dst = (z + a) src on s, or adds it, with the conjugate of z on the lower half
// of g_5. The blocks a are those of s, or of all sites.
func (c *cloverBlocks[F]) apply(dst, a, src []lattice.VecOf[F], z complex128, add bool, s lattice.Subset) {
	c.dst, c.a, c.src, c.z, c.add, c.first = dst, a, src, z, add, 0
	n := c.d.ops.V * c.d.spins / (2 * c.dim) * c.halfBlock
	if lo, hi := c.d.geo.Range(s); len(a) == (hi-lo)*n {
		c.first = lo
	}
	c.d.geo.SweepLight(c, s, n)
}

// Do does a range of blocks.
func (c *cloverBlocks[F]) Do(r lattice.Range) {
	v := 2 * c.dim
	halves := c.d.ops.V * c.d.spins / v
	for b := r.Lo; b < r.Hi; b++ {
		z := c.z
		for half := range halves {
			k := b*halves + half
			addHermitian(c.dst[k*v:][:v], c.a[(k-c.first*halves)*c.halfBlock:][:c.halfBlock], c.src[k*v:][:v], z, c.add, c.t[r.Worker])
			z = complex(real(z), -imag(z))
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
	other   []lattice.Vec // blocks to trace A^-1 with
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
	g, keep []lattice.Vec // blocks of all halves
}

func (j *cloverJob) init(d *Clover) {
	j.d = d
	j.partial = make([]float64, d.geo.Chunks(lattice.All))
	for k := range d.geo.Workers() {
		j.work = append(j.work, cloverWork{
			cloverScratch: d.term.fill.work[k], inverter: newInverter(d.term.dim),
			g: make([]lattice.Vec, d.term.size), keep: make([]lattice.Vec, d.term.size),
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
			clear(w.g)
			for half := range t.halves {
				k := (b*t.halves + half) * 2 * t.dim
				addOuter(w.g[half*square:][:square], j.x[k:][:2*t.dim], j.y[k:][:2*t.dim])
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
