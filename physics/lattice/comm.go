package lattice

import "sync"

// Comm is what the processes that share a lattice say to each other. All
// processes make the same calls in the same order. A transport that breaks
// cannot be recovered from within a trajectory: implementations end the
// process then.
type Comm interface {
	// Rank is this process's number, 0 … Size-1.
	Rank() int
	Size() int
	// Exchange sends send[i] to process peers[i] and fills recv[i] from it.
	Exchange(peers []int, send, recv [][]float64)
	// Sum replaces x by its sum over all processes, added in rank order: the
	// same bits on every process.
	Sum(x []float64)
	// Max replaces x by its largest value on any process, NaN being larger than
	// all.
	Max(x []float64)
}

// Alone returns the communicator of a single process.
func Alone() Comm { return alone{} }

type alone struct{}

func (alone) Rank() int                          { return 0 }
func (alone) Size() int                          { return 1 }
func (alone) Exchange(_ []int, _, _ [][]float64) {}
func (alone) Sum(_ []float64)                    {}
func (alone) Max(_ []float64)                    {}

// InProcess returns the communicators of n ranks that live in one process,
// one goroutine each.
func InProcess(n int) []Comm {
	h := &hub{mail: make([]chan []float64, n*n), read: make([]chan struct{}, n*n), parts: make([][]float64, n)}
	for i := range h.mail {
		h.mail[i] = make(chan []float64, 1)
		h.read[i] = make(chan struct{}, 1)
	}
	h.cond.L = &h.mu
	comms := make([]Comm, n)
	for r := range comms {
		comms[r] = &inProcess{hub: h, rank: r, size: n}
	}
	return comms
}

type hub struct {
	mail  []chan []float64 // from*n + to: the sender's buffer
	read  []chan struct{}  // from*n + to: the receiver has copied it
	mu    sync.Mutex
	cond  sync.Cond
	parts [][]float64
	here  int
	round int
}

// meet returns when all n ranks have called it.
func (h *hub) meet(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	round := h.round
	if h.here++; h.here == n {
		h.here = 0
		h.round++
		h.cond.Broadcast()
	}
	for round == h.round {
		h.cond.Wait()
	}
}

type inProcess struct {
	*hub
	rank, size int
	result     []float64
}

func (c *inProcess) Rank() int { return c.rank }
func (c *inProcess) Size() int { return c.size }

func (c *inProcess) Exchange(peers []int, send, recv [][]float64) {
	for i, p := range peers {
		c.mail[c.rank*c.size+p] <- send[i]
	}
	for i, p := range peers {
		copy(recv[i], <-c.mail[p*c.size+c.rank])
		c.read[p*c.size+c.rank] <- struct{}{}
	}
	for _, p := range peers {
		<-c.read[c.rank*c.size+p]
	}
}

func (c *inProcess) Sum(x []float64) {
	c.combine(x, func(a, b float64) float64 { return a + b })
}

func (c *inProcess) Max(x []float64) {
	c.combine(x, func(a, b float64) float64 { return max(a, b) })
}

func (c *inProcess) combine(x []float64, f func(a, b float64) float64) {
	c.parts[c.rank] = x
	c.meet(c.size)
	if len(c.result) < len(x) {
		c.result = make([]float64, len(x))
	}
	for i := range x {
		s := c.parts[0][i]
		for _, part := range c.parts[1:] {
			s = f(s, part[i])
		}
		c.result[i] = s
	}
	c.meet(c.size) // everybody has read x
	copy(x, c.result)
}
