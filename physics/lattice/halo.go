package lattice

// Depth says which ghosts an exchange fills.
type Depth uint8

// The depths.
const (
	Faces   Depth = iota // one step away: what a nearest-neighbour hop reads
	Corners              // the whole shell of depth Halo
)

// halo lists which lanes travel, for each subset and depth.
type halo struct {
	peers []int
	plan  [3][2]plan
}

type plan struct {
	send, recv [][]int32 // per peer: block*Lanes + lane
	copies     [][2]int32
	most       int // longest list
}

// HaloBuffers is the scratch of Exchange; a field owns one.
type HaloBuffers struct{ send, recv [][]float64 }

// newHalo works out, for every ghost lane of every process, who has the site.
// All processes use the same shell, so each can tell what a peer expects from
// it, and in which order.
func newHalo(g *Geometry, ghosts []ghost) *halo {
	if len(ghosts) == 0 {
		return nil
	}
	h := &halo{}
	me, size := g.comm.Rank(), g.comm.Size()
	slot := make([]int, size) // peer's place in h.peers + 1
	enlist := func(rank int) int {
		if slot[rank] == 0 {
			h.peers = append(h.peers, rank)
			slot[rank] = len(h.peers)
			for i := range h.plan {
				for j := range h.plan[i] {
					p := &h.plan[i][j]
					p.send, p.recv = append(p.send, nil), append(p.recv, nil)
				}
			}
		}
		return slot[rank] - 1
	}
	add := func(q ghost, f func(p *plan)) {
		for _, s := range []Subset{All, Even, Odd} {
			if s != All && (!g.evenOdd || q.parity != int(s-Even)) {
				continue
			}
			f(&h.plan[s][Corners])
			if q.outside == 1 {
				f(&h.plan[s][Faces])
			}
		}
	}
	for rank := range size {
		origin := make([]int, g.dims)
		for mu, r := 0, rank; mu < g.dims; mu++ {
			origin[mu] = r % g.grid[mu] * g.local[mu]
			r /= g.grid[mu]
		}
		for _, q := range ghosts {
			for lane := range g.ActiveLanes() {
				owner, block, from := g.owner(g.global(q.c, lane, origin))
				to, at := int32(q.block*Lanes+lane), int32(block*Lanes+from)
				switch {
				case rank == me && owner == me:
					add(q, func(p *plan) { p.copies = append(p.copies, [2]int32{to, at}) })
				case rank == me:
					i := enlist(owner)
					add(q, func(p *plan) { p.recv[i] = append(p.recv[i], to) })
				case owner == me:
					i := enlist(rank)
					add(q, func(p *plan) { p.send[i] = append(p.send[i], at) })
				}
			}
		}
	}
	for i := range h.plan {
		for j := range h.plan[i] {
			p := &h.plan[i][j]
			for k := range h.peers {
				p.most = max(p.most, len(p.send[k]), len(p.recv[k]))
			}
		}
	}
	return h
}

// Exchange fills the ghosts of a field that has n numbers per site, stored as
// n consecutive Vecs per block. With one process there are none.
func Exchange[F Real](g *Geometry, data []VecOf[F], n int, s Subset, d Depth, buf *HaloBuffers) {
	h := g.halo
	if h == nil {
		return
	}
	p := &h.plan[s][d]
	buf.fit(len(h.peers), h.plan[All][d].most*n)
	for k, list := range p.send {
		out := buf.send[k][:len(list)*n]
		for i, at := range list {
			from, lane := data[int(at>>laneBits)*n:][:n], at&(Lanes-1)
			for e := range from {
				out[i*n+e] = float64(from[e][lane])
			}
		}
		buf.send[k] = out
		buf.recv[k] = buf.recv[k][:len(p.recv[k])*n]
	}
	g.comm.Exchange(h.peers, buf.send, buf.recv)
	for k, list := range p.recv {
		in := buf.recv[k]
		for i, at := range list {
			to, lane := data[int(at>>laneBits)*n:][:n], at&(Lanes-1)
			for e := range to {
				to[e][lane] = F(in[i*n+e])
			}
		}
	}
	for _, c := range p.copies {
		to, from := data[int(c[0]>>laneBits)*n:][:n], data[int(c[1]>>laneBits)*n:][:n]
		for e := range to {
			to[e][c[0]&(Lanes-1)] = from[e][c[1]&(Lanes-1)]
		}
	}
}

// fit makes room for n numbers to and from each peer.
func (b *HaloBuffers) fit(peers, n int) {
	if len(b.send) == peers && (peers == 0 || cap(b.send[0]) >= n) {
		return
	}
	b.send, b.recv = make([][]float64, peers), make([][]float64, peers)
	for k := range peers {
		b.send[k], b.recv[k] = make([]float64, n), make([]float64, n)
	}
}

// Sum replaces x by its sum over all processes, the same bits on each.
func (g *Geometry) Sum(x []float64) { g.comm.Sum(x) }

// Max returns the largest x of any process.
func (g *Geometry) Max(x float64) float64 {
	v := []float64{x}
	g.comm.Max(v)
	return v[0]
}

// Rank returns this process's number.
func (g *Geometry) Rank() int { return g.comm.Rank() }
