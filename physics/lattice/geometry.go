package lattice

import (
	"fmt"
	"slices"
)

// Lanes is the number of sites in a block.
const (
	Lanes    = 8
	laneBits = 3
)

// Real is a number of either precision.
type Real interface{ float64 | float32 }

// VecOf holds one real number of each of the eight sites of a block.
type VecOf[F Real] = [Lanes]F

// Vec is a VecOf in double precision.
type Vec = VecOf[float64]

// Single is a VecOf in single precision.
type Single = VecOf[float32]

// Precision is that of a field's numbers.
type Precision uint8

// The precisions.
const (
	Float64 Precision = iota
	Float32
)

// Entry names a block and the permutation of its lanes: lane l of the
// neighbour is lane l^Mask of Block.
type Entry int32

// noEntry marks a step that leaves the ghost shell.
const noEntry Entry = -1

// Block returns the index of the block.
func (e Entry) Block() int { return int(e >> laneBits) }

// Mask returns the XOR mask of the lanes.
func (e Entry) Mask() int { return int(e & (Lanes - 1)) }

// Step follows e by a step whose entry, seen from e's block, is next.
func (e Entry) Step(next Entry) Entry { return next ^ (e & (Lanes - 1)) }

// At returns the entry of a block itself.
func At(block int) Entry { return Entry(block << laneBits) }

// Subset is a range of blocks: all sites, or those of one parity.
type Subset uint8

// The subsets. Even sites have an even sum of coordinates.
const (
	All Subset = iota
	Even
	Odd
)

// Other returns the opposite parity; All is its own opposite.
func (s Subset) Other() Subset {
	switch s {
	case Even:
		return Odd
	case Odd:
		return Even
	}
	return All
}

// Halo is the depth of the ghost shell of a divided direction: two, so that
// staples, rectangles and clover leaves stay within it.
const Halo = 2

// Geometry is the layout of one lattice (one process's part of it). It is
// immutable and may be shared by any number of fields.
type Geometry struct {
	dims    int
	extents []int // global
	grid    []int // processes per direction
	local   []int // extents of this process's part
	origin  []int // its first site
	sub     []int // extents of a sub-lattice (one lane)
	laneDir []int // direction cut by lane bit b
	evenOdd bool

	blocks int     // local blocks
	faces  int     // ghost blocks one step away from a local one: the first ghosts
	ghosts int     // all ghost blocks
	nbr    []Entry // (block, 2 dims): steps +0 … +(D-1), -0 … -(D-1)
	site   []int   // global index of (block, lane) of local blocks, -1 where idle

	chunk int // blocks in a chunk
	pool  *Pool
	comm  Comm
	halo  *halo
}

// Option sets what most lattices leave at its default.
type Option func(*settings)

type settings struct {
	pool *Pool
	comm Comm
	grid []int
}

// WithPool has the sweeps over fields done by the workers of p; without it the
// calling goroutine does them alone.
func WithPool(p *Pool) Option { return func(s *settings) { s.pool = p } }

// WithComm divides the lattice among the processes of comm: grid[mu] of them
// along direction mu. Divided directions need even local extents of at least
// two, so that parity is the same seen from every process.
func WithComm(comm Comm, grid []int) Option {
	return func(s *settings) { s.comm, s.grid = comm, grid }
}

// New lays out a lattice of the given global extents (two to four directions,
// each of at least two sites).
//
// Errors: extents out of range; a process grid that does not divide them.
func New(extents []int, options ...Option) (*Geometry, error) {
	s := settings{pool: NewPool(1), comm: Alone()}
	for _, o := range options {
		o(&s)
	}
	d := len(extents)
	if d < 2 || d > 4 {
		return nil, fmt.Errorf("lattice: %d directions (allowed: 2, 3, 4)", d)
	}
	if s.grid == nil {
		s.grid = slices.Repeat([]int{1}, d)
	}
	g := &Geometry{
		dims: d, extents: slices.Clone(extents), grid: slices.Clone(s.grid),
		local: make([]int, d), origin: make([]int, d), sub: make([]int, d),
		pool: s.pool, comm: s.comm, evenOdd: true,
	}
	if err := g.divide(); err != nil {
		return nil, err
	}
	g.cut()
	ghosts := g.number()
	// A chunk is the unit of work and of partial sums. Its size depends on the
	// volume alone, so that results do not depend on the number of workers;
	// 128 blocks keep one call of a kernel far below 100 us.
	g.chunk = min(max(g.blocks/32, 4), 128)
	g.halo = newHalo(g, ghosts)
	return g, nil
}

// divide gives this process its part of the lattice.
func (g *Geometry) divide() error {
	const most = 1 << 27 // sites of one process: an Entry holds blocks < 2^28, ghosts included
	if len(g.grid) != g.dims {
		return fmt.Errorf("lattice: process grid %v for %d directions", g.grid, g.dims)
	}
	processes, volume, rest := 1, 1, g.comm.Rank()
	for mu, l := range g.extents {
		if l < 2 || l > most {
			return fmt.Errorf("lattice: extent %d in direction %d (allowed: 2 … %d)", l, mu, most)
		}
		n := g.grid[mu]
		if n < 1 || l%n != 0 || (n > 1 && (l/n)%2 != 0) {
			return fmt.Errorf("lattice: extent %d in direction %d cannot be divided among %d processes in even parts", l, mu, n)
		}
		g.evenOdd = g.evenOdd && l%2 == 0
		processes *= n
		g.local[mu] = l / n
		g.origin[mu] = (rest % n) * g.local[mu]
		rest /= n
		if volume *= g.local[mu]; volume > most {
			return fmt.Errorf("lattice: more than %d sites in one process", most)
		}
	}
	if processes != g.comm.Size() {
		return fmt.Errorf("lattice: process grid %v has %d processes, the communicator %d", g.grid, processes, g.comm.Size())
	}
	return nil
}

// cut chooses the directions that the lanes split: the longest first, later
// directions first among equals, each at most once (halves swap under a step
// either way, which is what makes the permutation an XOR).
func (g *Geometry) cut() {
	copy(g.sub, g.local)
	unit := 2
	if g.evenOdd {
		unit = 4
	}
	for len(g.laneDir) < laneBits {
		best := -1
		for mu := g.dims - 1; mu >= 0; mu-- {
			if g.local[mu]%unit == 0 && !slices.Contains(g.laneDir, mu) && (best < 0 || g.local[mu] > g.local[best]) {
				best = mu
			}
		}
		if best < 0 {
			return
		}
		g.laneDir = append(g.laneDir, best)
		g.sub[best] /= 2
	}
}

// Dims returns the number of directions D.
func (g *Geometry) Dims() int { return g.dims }

// Extent returns the global extent in direction mu.
func (g *Geometry) Extent(mu int) int { return g.extents[mu] }

// Extents returns the global extents.
func (g *Geometry) Extents() []int { return slices.Clone(g.extents) }

// Volume returns the number of sites of the whole lattice.
func (g *Geometry) Volume() int {
	v := 1
	for _, l := range g.extents {
		v *= l
	}
	return v
}

// LocalVolume returns the number of sites of this process.
func (g *Geometry) LocalVolume() int { return g.Volume() / g.comm.Size() }

// Divided reports whether direction mu is shared among processes.
func (g *Geometry) Divided(mu int) bool { return g.grid[mu] > 1 }

// EvenOdd reports whether all extents are even, so that sites have a parity.
func (g *Geometry) EvenOdd() bool { return g.evenOdd }

// ActiveLanes returns how many of the eight lanes carry sites (the first ones).
func (g *Geometry) ActiveLanes() int { return 1 << len(g.laneDir) }

// Blocks returns the number of local blocks; ghosts follow them.
func (g *Geometry) Blocks() int { return g.blocks }

// BlocksWithFaces counts local blocks and the ghosts that a nearest-neighbour
// hop reads.
func (g *Geometry) BlocksWithFaces() int { return g.blocks + g.faces }

// BlocksWithGhosts counts local blocks and all ghosts.
func (g *Geometry) BlocksWithGhosts() int { return g.blocks + g.ghosts }

// Range returns the local blocks lo … hi-1 of s. Panics if s is a parity of a
// lattice with an odd extent.
func (g *Geometry) Range(s Subset) (lo, hi int) {
	if s == All {
		return 0, g.blocks
	}
	if !g.evenOdd {
		panic("lattice: parity of a lattice with an odd extent")
	}
	if s == Even {
		return 0, g.blocks / 2
	}
	return g.blocks / 2, g.blocks
}

// Slices returns into how many slices across the last direction the blocks of
// either parity fall, in order; steps in other directions stay within a slice.
// Zero where sites have no parity.
func (g *Geometry) Slices() int {
	if !g.evenOdd {
		return 0
	}
	return g.sub[g.dims-1]
}

// Slice returns the blocks lo … hi-1 of slice t of a parity.
func (g *Geometry) Slice(s Subset, t int) (lo, hi int) {
	lo, hi = g.Range(s)
	n := (hi - lo) / g.Slices()
	return lo + t*n, lo + (t+1)*n
}

// Neighbours returns the table of steps: entry 2 D b + mu is the neighbour of
// block b in direction +mu, entry 2 D b + D + mu the one in direction -mu.
// Read only.
func (g *Geometry) Neighbours() []Entry { return g.nbr }

// Site returns the global index of a local block's lane, or -1 if it is idle.
func (g *Geometry) Site(block, lane int) int { return g.site[block*Lanes+lane] }

// Coordinates sets x to the coordinates of a global site.
func (g *Geometry) Coordinates(x []int, site int) {
	for mu, l := range g.extents {
		x[mu] = site % l
		site /= l
	}
}

// Index returns the global index of coordinates, which may lie outside the
// lattice and are wrapped.
func (g *Geometry) Index(x []int) int {
	n := 0
	for mu := g.dims - 1; mu >= 0; mu-- {
		n = n*g.extents[mu] + wrap(x[mu], g.extents[mu])
	}
	return n
}

// Locate returns the block and lane of the site at global coordinates x
// (wrapped), and whether this process has it.
func (g *Geometry) Locate(x []int) (block, lane int, local bool) {
	rank, block, lane := g.owner(x)
	return block, lane, rank == g.comm.Rank()
}

// owner returns the process that has the site x (wrapped), and where.
func (g *Geometry) owner(x []int) (rank, block, lane int) {
	var c [4]int
	for mu := g.dims - 1; mu >= 0; mu-- {
		n := wrap(x[mu], g.extents[mu])
		rank = rank*g.grid[mu] + n/g.local[mu]
		c[mu] = n % g.local[mu]
	}
	for b, mu := range g.laneDir {
		lane |= c[mu] / g.sub[mu] << b
		c[mu] %= g.sub[mu]
	}
	return rank, g.inner(c[:g.dims]), lane
}

// inner numbers the local blocks: lexicographic, even ones first.
func (g *Geometry) inner(c []int) int {
	n, parity := 0, 0
	for mu := g.dims - 1; mu >= 0; mu-- {
		n = n*g.sub[mu] + c[mu]
		parity += c[mu]
	}
	if !g.evenOdd {
		return n
	}
	// Direction 0 has an even extent, so each pair of consecutive blocks
	// holds one block of either parity.
	return n/2 + parity%2*(g.blocks/2)
}

func wrap(x, l int) int {
	if x %= l; x < 0 {
		x += l
	}
	return x
}
