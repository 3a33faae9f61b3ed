package lattice_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/lattice"
)

var shapes = [][]int{
	{2, 2},
	{3, 5},
	{4, 4},
	{4, 6},
	{8, 4},
	{2, 2, 2},
	{3, 4, 5},
	{4, 4, 4},
	{8, 4, 2},
	{2, 2, 2, 2},
	{4, 4, 4, 4},
	{3, 2, 4, 5},
	{6, 6, 6, 6},
	{8, 4, 4, 12},
	{2, 3, 3, 2},
}

// Every site has one (block, lane); a step through the table is a step of the
// coordinates; parities are contiguous.
func TestGeometry(t *testing.T) {
	for _, ext := range shapes {
		t.Run(fmt.Sprint(ext), func(t *testing.T) {
			g, err := lattice.New(ext)
			require.NoError(t, err)
			d := g.Dims()
			x, seen := make([]int, d), map[int]bool{}
			for b := range g.Blocks() {
				for l := range lattice.Lanes {
					n := g.Site(b, l)
					if l >= g.ActiveLanes() {
						assert.Equal(t, -1, n)
						continue
					}
					assert.False(t, seen[n])
					seen[n] = true
					g.Coordinates(x, n)
					assert.Equal(t, n, g.Index(x))
					bb, ll, local := g.Locate(x)
					assert.Equal(t, []any{b, l, true}, []any{bb, ll, local})
					if g.EvenOdd() {
						sum := 0
						for _, c := range x {
							sum += c
						}
						lo, hi := g.Range(lattice.Even + lattice.Subset(sum&1))
						assert.True(t, lo <= b && b < hi)
					}
					for mu := range d {
						for k, step := range []int{1, -1} {
							e := g.Neighbours()[b*2*d+k*d+mu]
							x[mu] += step
							assert.Equal(t, g.Index(x), g.Site(e.Block(), l^e.Mask()))
							x[mu] -= step
						}
					}
				}
			}
			assert.Len(t, seen, g.Volume())
		})
	}
}

func TestBadGeometries(t *testing.T) {
	for _, c := range []struct {
		ext  []int
		want string
	}{
		{[]int{4}, "1 directions (allowed: 2, 3, 4)"},
		{[]int{4, 1}, "extent 1 in direction 1"},
		{[]int{4, -4, 4}, "extent -4 in direction 1"},
		{[]int{1 << 20, 1 << 20}, "more than"},
		{[]int{1 << 62, 4}, "extent 4611686018427387904"},
	} {
		_, err := lattice.New(c.ext)
		require.Error(t, err)
		assert.Contains(t, err.Error(), c.want)
	}
	_, err := lattice.New([]int{4, 6}, lattice.WithComm(lattice.InProcess(2)[0], []int{1, 2}))
	assert.ErrorContains(t, err, "extent 6 in direction 1 cannot be divided among 2")
	_, err = lattice.New([]int{4, 4}, lattice.WithComm(lattice.InProcess(2)[0], []int{1, 1}))
	assert.ErrorContains(t, err, "has 1 processes, the communicator 2")
}

// Every ghost lane ends up with the number of the site it stands for, reached
// through the neighbour tables from local blocks, for every process grid.
func TestExchange(t *testing.T) {
	for _, c := range []struct{ ext, grid []int }{
		{[]int{4, 4}, []int{2, 1}},
		{[]int{4, 4}, []int{1, 2}},
		{[]int{8, 8}, []int{2, 2}},
		{[]int{4, 4, 4, 4}, []int{1, 1, 1, 2}},
		{[]int{8, 4, 4, 8}, []int{2, 1, 1, 2}},
		{[]int{3, 4, 8}, []int{1, 2, 2}},
		{[]int{16, 4}, []int{4, 1}},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			size := 1
			for _, n := range c.grid {
				size *= n
			}
			var wg sync.WaitGroup
			for _, comm := range lattice.InProcess(size) {
				wg.Go(func() {
					g, err := lattice.New(c.ext, lattice.WithComm(comm, c.grid))
					if !assert.NoError(t, err) {
						return
					}
					checkExchange(t, g)
					x := []float64{float64(comm.Rank()), 1}
					g.Sum(x)
					assert.Equal(t, []float64{float64(size * (size - 1) / 2), float64(size)}, x)
				})
			}
			wg.Wait()
		})
	}
}

func checkExchange(t *testing.T, g *lattice.Geometry) {
	const n = 2
	d := g.Dims()
	subsets := []lattice.Subset{lattice.All}
	if g.EvenOdd() {
		subsets = append(subsets, lattice.Even, lattice.Odd)
	}
	var buf lattice.HaloBuffers
	for _, depth := range []lattice.Depth{lattice.Faces, lattice.Corners} {
		for _, s := range subsets {
			data := make([]lattice.Vec, g.BlocksWithGhosts()*n)
			for i := range data {
				for l := range data[i] {
					data[i][l] = -7
				}
			}
			for b := range g.Blocks() {
				for l := range g.ActiveLanes() {
					data[b*n][l], data[b*n+1][l] = float64(g.Site(b, l)), float64(g.Site(b, l))+.5
				}
			}
			lattice.Exchange(g, data, n, s, depth, &buf)
			lo, hi := g.Range(s.Other())
			steps := 1
			if depth == lattice.Corners {
				steps = 2
				lo, hi = g.Range(s)
			}
			x := make([]int, d)
			for b := lo; b < hi; b++ {
				for walk := range pow(2*d, steps) {
					e, w := lattice.At(b), walk
					shift := make([]int, d)
					for range steps {
						k := w % (2 * d)
						w /= 2 * d
						e = e.Step(g.Neighbours()[e.Block()*2*d+k])
						shift[k%d] += 1 - 2*(k/d)
					}
					for l := range g.ActiveLanes() {
						g.Coordinates(x, g.Site(b, l))
						for mu := range x {
							x[mu] += shift[mu]
						}
						want := float64(g.Index(x))
						got := data[e.Block()*n : e.Block()*n+2]
						if got[0][l^e.Mask()] != want || got[1][l^e.Mask()] != want+.5 {
							t.Errorf("depth %d subset %d: block %d lane %d shift %v: %v, want %v", depth, s, b, l, shift, got[0][l^e.Mask()], want)
							return
						}
					}
				}
			}
		}
	}
}

func pow(b, n int) int {
	r := 1
	for range n {
		r *= b
	}
	return r
}

type counting struct {
	hits    []atomic.Int32
	partial []float64
}

func (c *counting) Do(r lattice.Range) {
	for b := r.Lo; b < r.Hi; b++ {
		c.hits[b].Add(1)
	}
	c.partial[r.Chunk] = float64(r.Hi - r.Lo)
}

// Every block is visited once per sweep whatever the number of workers, also
// when workers have gone to sleep in between, and nothing is allocated.
func TestPool(t *testing.T) {
	for _, workers := range []int{1, 2, 4, 7} {
		p := lattice.NewPool(workers)
		defer p.Close()
		g, err := lattice.New([]int{8, 8, 8, 8}, lattice.WithPool(p))
		require.NoError(t, err)
		c := &counting{hits: make([]atomic.Int32, g.Blocks()), partial: make([]float64, g.Chunks(lattice.All))}
		const sweeps = 2000
		for range sweeps {
			assert.EqualValues(t, g.Blocks(), g.Reduce(c, lattice.All, c.partial))
		}
		for b := range c.hits {
			assert.EqualValues(t, sweeps, c.hits[b].Load())
		}
		assert.Zero(t, testing.AllocsPerRun(100, func() { g.Sweep(c, lattice.Even) }))
	}
}

func TestNeumaier(t *testing.T) {
	assert.Equal(t, 2.0, lattice.Neumaier([]float64{1, 1e100, 1, -1e100}))
}

func BenchmarkBarrier(b *testing.B) {
	p := lattice.NewPool(2)
	defer p.Close()
	g, _ := lattice.New([]int{4, 4, 4, 4}, lattice.WithPool(p))
	c := &counting{hits: make([]atomic.Int32, g.Blocks()), partial: make([]float64, g.Chunks(lattice.All))}
	for b.Loop() {
		g.Sweep(c, lattice.All)
	}
}
