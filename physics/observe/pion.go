package observe

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/solver"
)

// Pion measures the correlator of the Goldstone pion of one staggered field at
// zero momentum, from a point source at the origin [KiS],
//
//	G(t) = sum_x sum_{a,b} |D^-1(x,t; 0)_ab|^2,
//
// summed over the sites of a time slice and over all colours at both ends.
type Pion struct {
	op     *dirac.Staggered
	solver solver.CG
	b, x   *fermion.Field
	e      []complex128
}

// NewPion returns the observer for op, which it binds to the links it is given;
// the tolerance is the relative residual of the solves.
//
// Errors: a tolerance outside (0, 1).
func NewPion(op *dirac.Staggered, tolerance float64) (*Pion, error) {
	cg, err := newSolver(tolerance)
	if err != nil {
		return nil, err
	}
	p := &Pion{op: op, solver: cg, b: op.NewField(), x: op.NewField()}
	p.e = make([]complex128, p.b.Group().N())
	return p, nil
}

// Measure sets dst to G(0) … G(L-1), L the extent of time.
//
// Cost: N solves on the even sites. Errors: a solve that does not converge; dst
// is then useless. Panics: dst has another length; u has another geometry or
// group.
func (p *Pion) Measure(dst []float64, u *gauge.Field) error {
	geo := u.Geometry()
	if len(dst) != geo.Extent(geo.Dims()-1) {
		panic("observe: pion: a value is needed for every time slice")
	}
	p.op.Bind(u)
	clear(dst)
	var origin [4]int
	x := origin[:geo.Dims()]
	p.b.Zero(lattice.Even)
	for a := range p.e {
		clear(p.e)
		p.e[a] = 1
		p.b.Set(x, p.e)
		if _, err := p.solver.Solve(p.x, p.op, p.b, lattice.Even); err != nil {
			return fmt.Errorf("observe: pion: %w", err)
		}
		// D^-1 b = D^† x. The source is even, so D x is the same but for the sign
		// of its odd sites, which the moduli do not see.
		p.op.ApplyFrom(p.b, p.x, lattice.Even)
		addSlices(dst, p.b)
		p.b.Zero(lattice.Even)
	}
	geo.Sum(dst)
	return nil
}

// addSlices adds the squared norm of f on each time slice of this process.
func addSlices(dst []float64, f *fermion.Field) {
	geo := f.Geometry()
	slice := geo.Volume() / len(dst)
	v := f.Raw()
	n := 2 * f.Group().N() * f.Spins()
	for b := range geo.Blocks() {
		for l := range geo.ActiveLanes() {
			t := geo.Site(b, l) / slice
			for k := range n {
				dst[t] += v[b*n+k][l] * v[b*n+k][l]
			}
		}
	}
}
