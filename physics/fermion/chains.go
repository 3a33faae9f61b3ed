package fermion

import "github.com/slhmc/slhmc/physics/lattice"

// Chain is a solution, its search direction, and the steps that they have still to
// make,
//
//	x += A_j p,  p = r_j + B_j p,  j = 0, 1, …, len(A)-1.
type Chain struct {
	X, P *Field
	A, B []float64 // of equal length
}

// Chains are chains that share the fields r_j, as the equations of a multi-shift
// solver do. Their steps are made together, several at a time: each piece of x and
// p is then read from memory and written once for all of them, not once a step.
//
// It belongs to one goroutine, as its fields do.
type Chains struct {
	Of []Chain
	R  []*Field

	n int // Vecs of a block
}

// piece is how many Vecs of each field a pass takes: in double precision 4 KiB, so
// that x, p and four r_j stay in 32 KiB of the nearest cache.
const piece = 64

// Step makes all steps on s. Panics: fields of different shape or precision, fewer
// r_j than steps.
func (c *Chains) Step(s lattice.Subset) {
	most := 0
	for i := range c.Of {
		h := &c.Of[i]
		if len(h.A) != len(h.B) || len(h.A) > len(c.R) {
			panic("fermion: a chain with other numbers of coefficients or of residuals")
		}
		h.X.match(h.P)
		for _, r := range c.R[:len(h.A)] {
			h.X.match(r)
		}
		most += len(h.A)
	}
	if most == 0 {
		return
	}
	f := c.Of[0].X
	c.n = f.ops.V * f.spins
	f.geo.SweepLight(c, s, 3*c.n*most)
}

// Do makes the steps on a range of blocks.
func (c *Chains) Do(r lattice.Range) {
	for lo, end := r.Lo*c.n, r.Hi*c.n; lo < end; lo += piece {
		hi := min(lo+piece, end)
		for i := range c.Of {
			h := &c.Of[i]
			for j, a := range h.A {
				if f := h.X.double; f != nil {
					f.lin.Step(f.v[lo:hi], a, h.P.double.v[lo:hi], c.R[j].double.v[lo:hi], h.B[j])
				} else {
					f := h.X.single
					f.lin.Step(f.v[lo:hi], float32(a), h.P.single.v[lo:hi], c.R[j].single.v[lo:hi], float32(h.B[j]))
				}
			}
		}
	}
}
