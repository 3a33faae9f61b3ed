// Package lattice is the ground every field stands on: a periodic hypercubic
// lattice in two, three or four dimensions, how its sites are laid out in
// memory, which worker touches which of them, and what the processes that
// share it exchange.
//
// # Conventions
//
// Extents are L_0 … L_{D-1}; direction D-1 is time. A global site has the
// lexicographic index n_0 + L_0 (n_1 + L_1 (n_2 + …)), direction 0 fastest.
//
// # Layout
//
// Sites are stored in blocks of [Lanes] = 8: up to three directions are cut in
// halves ("virtual nodes"), and the 8 lanes of a block are the same local site
// of the 8 sub-lattices. The neighbour of a whole block is therefore one other
// block, its lanes permuted by an XOR mask where the step crosses the face
// between two sub-lattices; masks of successive steps add by XOR. An [Entry]
// holds both. Where all extents are even, blocks of even sites come first, so
// that a parity is a contiguous range ([Subset]); a direction is then cut only
// if its local extent is a multiple of four, which keeps one parity per block.
// Lattices too small for three cuts leave lanes idle: those lanes are
// neighbours of themselves, hold unit links and zero vectors, and reductions
// of anything that does not vanish there use [Geometry.ActiveLanes].
//
// With more than one process the lattice is divided by a process grid. Blocks
// beyond the local ones are ghosts: the shell of the sub-lattice, corners
// included, filled whole by [Geometry.Exchange].
//
// # References
//
//	[Grid] P. Boyle et al., arXiv:1512.03487 (virtual nodes, permuted lanes)
package lattice
