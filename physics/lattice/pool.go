package lattice

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Range is a chunk of a sweep: blocks Lo … Hi-1, the Chunk-th of the subset,
// done by worker number Worker.
type Range struct{ Lo, Hi, Chunk, Worker int }

// Task is a sweep over blocks; different ranges run at the same time, those of
// one worker one after the other. A Task is a pointer to something that lives
// as long as its field, so that nothing is allocated.
type Task interface {
	Do(r Range)
}

// Pool is a set of workers that share sweeps. Between sweeps they spin for a
// while and then sleep: a sweep of a small lattice lasts a microsecond, waking
// a sleeping worker several. One sweep runs at a time; a Task must not start
// another.
type Pool struct {
	workers int

	task   Task
	lo, hi int // range
	size   int // blocks per chunk

	chunks   int
	tickets  []tickets    // per worker
	done     atomic.Int64 // chunks that are complete
	epoch    atomic.Uint64
	sleepers atomic.Int64
	closed   atomic.Bool
	mu       sync.Mutex
	cond     *sync.Cond
}

// tickets are chunks that nobody has taken yet, below zero for none: a worker's own
// part of the lattice, so that sweep after sweep finds it in its cache. Who has
// worked off his own takes others'.
type tickets struct {
	left atomic.Int64
	_    [56]byte // a cache line each
}

// NewPool starts a pool of n >= 1 workers, the caller of Run being one of them.
func NewPool(n int) *Pool {
	if n < 1 {
		panic("lattice: a pool needs a worker")
	}
	p := &Pool{workers: n, tickets: make([]tickets, n)}
	p.cond = sync.NewCond(&p.mu)
	for worker := 1; worker < n; worker++ {
		go p.work(worker)
	}
	return p
}

// Workers returns the number of workers.
func (p *Pool) Workers() int { return p.workers }

// Close ends the workers; the pool must not be used afterwards.
func (p *Pool) Close() {
	p.closed.Store(true)
	p.wake()
}

func (p *Pool) run(t Task, lo, hi, size int, alone bool) {
	if p.workers == 1 || hi-lo <= size || alone {
		for c := 0; lo < hi; c++ {
			t.Do(Range{lo, min(lo+size, hi), c, 0})
			lo += size
		}
		return
	}
	// A worker reads the task only with a ticket in hand, and the task does not
	// change before all tickets have been worked off. So a sweep waits for chunks,
	// not for workers: one that sleeps, or that the system has put aside for
	// another program, holds up nobody.
	p.task, p.lo, p.hi, p.size = t, lo, hi, size
	p.chunks = (hi - lo + size - 1) / size
	p.done.Store(0)
	for w := range p.tickets {
		first, end := p.part(w)
		p.tickets[w].left.Store(int64(end - first))
	}
	p.wake()
	p.share(0)
	for i := 0; p.done.Load() < int64(p.chunks); i++ {
		if i > 1000 {
			runtime.Gosched()
		}
	}
	p.task = nil
}

// part returns the chunks first … end-1 of a worker.
func (p *Pool) part(worker int) (first, end int) {
	return worker * p.chunks / p.workers, (worker + 1) * p.chunks / p.workers
}

func (p *Pool) share(worker int) {
	for k := range p.workers {
		w := (worker + k) % p.workers
		for {
			left := int(p.tickets[w].left.Add(-1))
			if left < 0 {
				break
			}
			_, end := p.part(w)
			c := end - 1 - left
			lo := p.lo + c*p.size
			p.task.Do(Range{lo, min(lo+p.size, p.hi), c, worker})
			p.done.Add(1)
		}
	}
}

func (p *Pool) wake() {
	p.epoch.Add(1)
	if p.sleepers.Load() > 0 {
		p.mu.Lock()
		p.cond.Broadcast()
		p.mu.Unlock()
	}
}

func (p *Pool) work(worker int) {
	for epoch := uint64(0); ; {
		epoch = p.await(epoch)
		if p.closed.Load() {
			return
		}
		p.share(worker)
	}
}

// await returns the next epoch. A worker that is about to sleep counts itself
// before it looks once more, and wake looks at the count after it has changed
// the epoch: one of the two sees the other.
func (p *Pool) await(seen uint64) uint64 {
	const spins = 1 << 14 // some ten microseconds
	for i := range spins {
		if e := p.epoch.Load(); e != seen {
			return e
		}
		if i%1024 == 1023 {
			runtime.Gosched()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sleepers.Add(1)
	defer p.sleepers.Add(-1)
	for p.epoch.Load() == seen {
		p.cond.Wait()
	}
	return p.epoch.Load()
}

// Sweep has the workers run t over the blocks of s.
func (g *Geometry) Sweep(t Task, s Subset) {
	lo, hi := g.Range(s)
	g.pool.run(t, lo, hi, g.chunk, false)
}

// light is how many Vecs the caller goes through in less time than it takes to
// share them, a microsecond.
const light = 2048

// SweepLight is Sweep for a task that touches n Vecs a block and does little more:
// the caller does it alone if that is sooner done. The chunks are the same.
func (g *Geometry) SweepLight(t Task, s Subset, n int) {
	lo, hi := g.Range(s)
	g.pool.run(t, lo, hi, g.chunk, (hi-lo)*n < light)
}

// SweepBlocks is Sweep for blocks lo … hi-1.
func (g *Geometry) SweepBlocks(t Task, lo, hi int) { g.pool.run(t, lo, hi, g.chunk, false) }

// stretch is how many blocks of a parity have links that the second level of cache
// holds, with those of the other parity in the same places.
const stretch = 32

// Alternate calls f for the blocks of r, which are even, and for the odd blocks in
// the same places, a stretch of either parity at a time: the links between them are
// read from a near cache the second time.
func (g *Geometry) Alternate(r Range, f func(lo, hi int)) {
	half := g.blocks / 2
	for lo := r.Lo; lo < r.Hi; lo += stretch {
		hi := min(lo+stretch, r.Hi)
		f(lo, hi)
		f(lo+half, hi+half)
	}
}

// Workers returns how many workers sweep: how many scratch areas a task needs.
func (g *Geometry) Workers() int { return g.pool.workers }

// Chunks returns the number of chunks of s: how many partial sums a reduction
// over s has.
func (g *Geometry) Chunks(s Subset) int {
	lo, hi := g.Range(s)
	return g.ChunksOf(hi - lo)
}

// ChunksOf returns the number of chunks of so many blocks.
func (g *Geometry) ChunksOf(blocks int) int { return (blocks + g.chunk - 1) / g.chunk }

// Reduce runs t over s and returns the sum over all processes of the numbers
// that its chunks left in partial, added in a fixed order with compensation.
func (g *Geometry) Reduce(t Task, s Subset, partial []float64) float64 {
	return g.ReduceLight(t, s, light, partial)
}

// ReduceLight is Reduce for a light task (see SweepLight).
func (g *Geometry) ReduceLight(t Task, s Subset, n int, partial []float64) float64 {
	g.SweepLight(t, s, n)
	total := partial[:1]
	total[0] = Neumaier(partial[:g.Chunks(s)])
	g.comm.Sum(total)
	return total[0]
}

// Neumaier returns the compensated sum of x (A. Neumaier, ZAMM 54 (1974) 39):
// its error does not grow with the number of terms.
func Neumaier(x []float64) float64 {
	sum, lost := 0.0, 0.0
	for _, v := range x {
		t := sum + v
		if abs(sum) >= abs(v) {
			lost += (sum - t) + v
		} else {
			lost += (v - t) + sum
		}
		sum = t
	}
	return sum + lost
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}
