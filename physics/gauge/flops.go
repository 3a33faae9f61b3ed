package gauge

import "github.com/slhmc/slhmc/physics/group"

// The floating-point operations of this package's sums are those of the textbook
// (see package group): every path by itself, m - 1 products for m links. Traces,
// projections on the algebra and coefficients are left out.

// pathFlops is a sum of products of so many links each.
func pathFlops(g group.Group, lengths []int) (flops float64) {
	for i, m := range lengths {
		flops += float64(m-1) * g.MulFlops()
		if i > 0 {
			flops += g.AddFlops()
		}
	}
	return flops
}

// lengths are those of the routes of a term, or of all terms for -1.
func lengths(routes []route, term int) (n []int) {
	for _, r := range routes {
		if term < 0 || r.term == term {
			n = append(n, len(r.steps))
		}
	}
	return n
}

// CloseFlops returns the operations of Close and AddForce: the paths of all terms,
// and their sum times the link.
func (s *StapleSum) CloseFlops() float64 { return s.flops(s.forward, -1, true) }

// BackFlops returns the operations of AddBack, likewise.
func (s *StapleSum) BackFlops() float64 { return s.flops(s.back, -1, true) }

// TermFlops returns the operations of Term.
func (s *StapleSum) TermFlops(term int) float64 { return s.flops(s.forward, term, false) }

func (s *StapleSum) flops(routes [][]route, term int, closed bool) (flops float64) {
	for mu := range routes {
		n := lengths(routes[mu], term)
		flops += pathFlops(s.ops.Group, n)
		if closed && len(n) > 0 {
			flops += s.ops.Group.MulFlops()
		}
	}
	return flops * float64(s.geo.Volume())
}

// Flops returns the operations of ReTr and ImTr.
func (s *LoopSum) Flops() float64 {
	return float64(s.geo.Volume()) * pathFlops(s.ops.Group, lengths(s.routes, -1))
}

// DriftFlops returns the operations of Drift: on each link c P, its exponential, and
// the product with the link.
func (u *Field) DriftFlops() float64 {
	g := u.ops.Group
	return float64(u.geo.Volume()*u.geo.Dims()) * (float64(g.Dim()) + g.ExpFlops() + g.MulFlops())
}

// Flops returns the operations of all values and forces so far.
func (a *Action) Flops() int64 { return a.spent }

// countForce returns the operations of the force: on each link the staples of all
// loops, and their sum times the link.
func (a *Action) countForce(g group.Group, loops []Loop) int64 {
	flops := 0.0
	for mu := range a.geo.Dims() {
		var n []int
		for _, p := range Staples(loops, mu+1) {
			n = append(n, len(p.Path))
		}
		flops += float64(a.geo.Volume()) * (pathFlops(g, n) + g.MulFlops())
	}
	return int64(flops)
}
