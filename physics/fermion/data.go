package fermion

import (
	"math"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// data is a field in one precision, together with a sweep and its operands: it
// is the sweep's task, so that starting one allocates nothing.
type data[F lattice.Real] struct {
	geo  *lattice.Geometry
	ops  *kernel.Ops
	hops *kernel.Hops[F]
	lin  *kernel.Linear[F]
	n    int                // Vecs of a block: 2 N spins
	v    []lattice.VecOf[F] // (block, spin, colour), ghosts behind
	buf  lattice.HaloBuffers

	do       operation
	a, b     F
	y, z     []lattice.VecOf[F]
	u        []lattice.VecOf[F] // links
	mu       int
	backward bool
	partial  []float64
	stream   rng.Stream
	scratch  [][]lattice.VecOf[F] // per worker: a colour vector
	sites    []lattice.Vec
}

// operation is what a sweep does; a function value of a generic type would be
// allocated.
type operation uint8

const (
	axpy operation = iota
	xpay
	axpyXpay
	scale
	caxpy
	cxpay
	axpyNorm
	reDot
	imDot // up to here linear algebra
	gaussian
	signs
	transform
	addHop
	mulSites
)

func newData[F lattice.Real](geo *lattice.Geometry, ops *kernel.Ops, hops *kernel.Hops[F], lin *kernel.Linear[F], spins int) *data[F] {
	x := &data[F]{geo: geo, ops: ops, hops: hops, lin: lin, n: ops.V * spins, partial: make([]float64, geo.Chunks(lattice.All))}
	x.v = lattice.Make[F](geo.BlocksWithFaces() * x.n)
	for range geo.Workers() {
		x.scratch = append(x.scratch, make([]lattice.VecOf[F], ops.V))
	}
	return x
}

func (x *data[F]) ghosts(s lattice.Subset) {
	lattice.Exchange(x.geo, x.v, x.n, s, lattice.Faces, &x.buf)
}

func (x *data[F]) local(s lattice.Subset) []lattice.VecOf[F] {
	lo, hi := x.geo.Range(s)
	return x.v[lo*x.n : hi*x.n]
}

// two sweeps an operation of x and y.
func (x *data[F]) two(do operation, a float64, y *data[F], s lattice.Subset) {
	x.do, x.a, x.y = do, F(a), y.v
	if do < gaussian {
		x.geo.SweepLight(x, s, 3*x.n)
		return
	}
	x.geo.Sweep(x, s)
}

// sum is two for an operation that leaves partial sums.
func (x *data[F]) sum(do operation, a float64, y *data[F], s lattice.Subset) float64 {
	x.do, x.a, x.y = do, F(a), y.v
	return x.geo.ReduceLight(x, s, 3*x.n, x.partial)
}

// Do does the operation on a range of blocks.
func (x *data[F]) Do(r lattice.Range) {
	lo, hi := r.Lo*x.n, r.Hi*x.n
	switch x.do {
	case axpy:
		x.lin.Axpy(x.v[lo:hi], x.a, x.y[lo:hi])
	case xpay:
		x.lin.Xpay(x.v[lo:hi], x.y[lo:hi], x.a)
	case axpyXpay:
		x.lin.Step(x.v[lo:hi], x.a, x.y[lo:hi], x.z[lo:hi], x.b)
	case caxpy:
		x.lin.Caxpy(x.v[lo:hi], x.a, x.b, x.y[lo:hi])
	case cxpay:
		x.lin.Cxpay(x.v[lo:hi], x.y[lo:hi], x.a, x.b)
	case scale:
		x.lin.Scale(x.v[lo:hi], x.a)
	case axpyNorm:
		x.partial[r.Chunk] = kernel.Total(x.lin.AxpyNorm(x.v[lo:hi], x.a, x.y[lo:hi]))
	case reDot:
		x.partial[r.Chunk] = kernel.Total(x.lin.Dot(x.v[lo:hi], x.y[lo:hi]))
	case imDot:
		x.partial[r.Chunk] = kernel.Total(x.lin.ImDot(x.v[lo:hi], x.y[lo:hi]))
	case gaussian, signs:
		x.random(r)
	case transform:
		t := x.scratch[r.Worker]
		for b := r.Lo; b < r.Hi; b++ {
			for k := b * x.n; k < (b+1)*x.n; k += x.ops.V {
				copy(t, x.v[k:])
				x.hops.MulVec[0](x.v[k:], x.u[b*x.ops.M:], 0, t, 0)
			}
		}
	case addHop:
		x.addHop(r)
	case mulSites:
		for b := r.Lo; b < r.Hi; b++ {
			var c lattice.VecOf[F]
			for l, w := range x.sites[b] {
				c[l] = F(w)
			}
			kernel.MulLanes(x.v[b*x.n:][:x.n], &c)
		}
	}
}

func (x *data[F]) random(r lattice.Range) {
	for b := r.Lo; b < r.Hi; b++ {
		v := x.v[b*x.n:][:x.n]
		for l := range x.geo.ActiveLanes() {
			src := x.stream.Site(uint64(x.geo.Site(b, l)))
			if x.do == signs {
				for k := 0; k < len(v); k += 2 {
					v[k][l], v[k+1][l] = F(int(src.Uint32()>>31)*2-1), 0
				}
				continue
			}
			for k := range v {
				v[k][l] = F(math.Sqrt2 / 2 * src.Normal())
			}
		}
	}
}

func (x *data[F]) get(dst []complex128, b, l int) {
	v := x.v[b*x.n:]
	for k := range dst {
		dst[k] = complex(float64(v[2*k][l]), float64(v[2*k+1][l]))
	}
}

func (x *data[F]) set(b, l int, c []complex128) {
	v := x.v[b*x.n:]
	for k, z := range c {
		v[2*k][l], v[2*k+1][l] = F(real(z)), F(imag(z))
	}
}

func (x *data[F]) addHop(r lattice.Range) {
	d, o, nbr := x.geo.Dims(), x.ops, x.geo.Neighbours()
	for b := r.Lo; b < r.Hi; b++ {
		// the link of a backward hop starts at the neighbour
		e, at, dagger := nbr[2*d*b+x.mu], lattice.At(b), 0
		if x.backward {
			e, dagger = nbr[2*d*b+d+x.mu], 1
			at = e
		}
		link := x.u[(at.Block()*d+x.mu)*o.M:]
		for k := 0; k < x.n; k += o.V {
			x.hops.AddMulVec[dagger](x.v[b*x.n+k:], x.a, link, at.Mask(), x.y[e.Block()*x.n+k:], e.Mask())
		}
	}
}
