package lattice

import "slices"

// A shell numbers the blocks of the sub-lattice extended by Halo sites on both
// sides of every divided direction.
type shell struct {
	first, span []int // range of each coordinate: first … first+span-1
	block       []int // block of each extended coordinate, lexicographic
}

func (s *shell) index(c []int) int {
	n := 0
	for mu := len(c) - 1; mu >= 0; mu-- {
		k := c[mu] - s.first[mu]
		if k < 0 || k >= s.span[mu] {
			return -1
		}
		n = n*s.span[mu] + k
	}
	return n
}

// each calls f with every extended coordinate, in lexicographic order.
func (s *shell) each(f func(c []int)) {
	c := slices.Clone(s.first)
	for {
		f(c)
		mu := 0
		for ; mu < len(c); mu++ {
			if c[mu]++; c[mu] < s.first[mu]+s.span[mu] {
				break
			}
			c[mu] = s.first[mu]
		}
		if mu == len(c) {
			return
		}
	}
}

// outside counts the sites by which c lies beyond the sub-lattice.
func (g *Geometry) outside(c []int) int {
	n := 0
	for mu, x := range c {
		n += max(-x, 0) + max(x-g.sub[mu]+1, 0)
	}
	return n
}

// A ghost is a block beyond the local sub-lattice.
type ghost struct {
	c       []int // its coordinates
	block   int
	outside int // steps from the sub-lattice
	parity  int
}

// number assigns indices to all blocks, fills the tables and returns the
// ghosts: those that are one step outside first.
func (g *Geometry) number() (ghosts []ghost) {
	g.blocks = 1
	s := &shell{first: make([]int, g.dims), span: make([]int, g.dims)}
	total := 1
	for mu := range g.dims {
		g.blocks *= g.sub[mu]
		s.span[mu] = g.sub[mu]
		if g.Divided(mu) {
			s.first[mu], s.span[mu] = -Halo, g.sub[mu]+2*Halo
		}
		total *= s.span[mu]
	}
	s.block = make([]int, total)
	g.ghosts = total - g.blocks
	s.each(func(c []int) {
		if g.outside(c) == 1 {
			g.faces++
		}
	})
	face, far := g.blocks, g.blocks+g.faces
	s.each(func(c []int) {
		out, b := g.outside(c), 0
		switch out {
		case 0:
			b = g.inner(c)
		case 1:
			b = face
			face++
		default:
			b = far
			far++
		}
		s.block[s.index(c)] = b
		if out > 0 {
			parity := 0
			for _, x := range c {
				parity ^= x & 1
			}
			ghosts = append(ghosts, ghost{slices.Clone(c), b, out, parity})
		}
	})

	g.nbr = make([]Entry, total*2*g.dims)
	g.site = make([]int, g.blocks*Lanes)
	s.each(func(c []int) {
		b := s.block[s.index(c)]
		for mu := range g.dims {
			x := c[mu]
			c[mu] = x + 1
			g.nbr[b*2*g.dims+mu] = g.entry(s, c, mu)
			c[mu] = x - 1
			g.nbr[b*2*g.dims+g.dims+mu] = g.entry(s, c, mu)
			c[mu] = x
		}
		if b < g.blocks {
			for lane := range Lanes {
				g.site[b*Lanes+lane] = -1
				if lane < g.ActiveLanes() {
					g.site[b*Lanes+lane] = g.Index(g.global(c, lane, g.origin))
				}
			}
		}
	})
	return ghosts
}

// entry returns the block at c, which is one step along mu away from a block:
// in an undivided direction it wraps, changing lanes where mu is cut.
func (g *Geometry) entry(s *shell, c []int, mu int) Entry {
	x, mask := c[mu], 0
	if !g.Divided(mu) && (x < 0 || x >= g.sub[mu]) {
		c[mu] = wrap(x, g.sub[mu])
		for b, nu := range g.laneDir {
			if nu == mu {
				mask = 1 << b
			}
		}
	}
	i := s.index(c)
	c[mu] = x
	if i < 0 {
		return noEntry
	}
	return Entry(s.block[i]<<laneBits | mask)
}

// global returns the coordinates of a lane of the block at (extended) block
// coordinates c of the process whose part begins at origin.
func (g *Geometry) global(c []int, lane int, origin []int) []int {
	x := make([]int, g.dims)
	for mu := range x {
		x[mu] = origin[mu] + c[mu]
	}
	for b, mu := range g.laneDir {
		x[mu] += lane >> b & 1 * g.sub[mu]
	}
	return x
}
