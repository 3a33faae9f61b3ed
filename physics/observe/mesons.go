package observe

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/solver"
)

// The local mesons of one staggered field, by the weight w(x) of a site in the
// correlator: signs of its space coordinates, the oscillating sign (-1)^t of
// their partners of opposite parity left aside [KiS], [Gol].
const (
	Pseudoscalar = iota // the Goldstone pion: 1
	Scalar              // (-1)^(x + y + …)
	Vector              // sum over directions of space: (-1)^x + (-1)^y + …
	PseudoVector        // over pairs of them: (-1)^(x+y) + …
	Channels
)

// Mesons measures the correlators of local mesons of one staggered field at zero
// momentum, from a point source at the origin,
//
//	G(t) = sum_x w(x) sum_{a,b} |D^-1(x,t; 0)_ab|^2,
//
// summed over the sites of a time slice and over all colours at both ends: the
// full contraction, gauge invariant on every configuration.
type Mesons struct {
	// Stop is asked before each iteration of a solve; its error ends the measurement.
	Stop func() error

	op     *dirac.Staggered
	solver solver.CG
	b, x   *fermion.Field
	e      []complex128
}

// NewMesons returns the observer for op, which it binds to the links it is given;
// the tolerance is the relative residual of the solves.
//
// Errors: a tolerance outside (0, 1).
func NewMesons(op *dirac.Staggered, tolerance float64) (*Mesons, error) {
	cg, err := newSolver(tolerance)
	if err != nil {
		return nil, err
	}
	p := &Mesons{op: op, solver: cg, b: op.NewField(), x: op.NewField()}
	p.e = make([]complex128, p.b.Group().N())
	return p, nil
}

// Measure sets dst[channel] to G(0) … G(L-1), L the extent of time, for the first
// len(dst) channels.
//
// Cost: N solves on the even sites. Errors: a solve that does not converge, or that of
// Stop; dst is then useless. Panics: more than Channels, or another length than L; u has
// another geometry or group.
func (p *Mesons) Measure(dst [][]float64, u *gauge.Field) error {
	geo := u.Geometry()
	if len(dst) == 0 || len(dst) > Channels {
		panic("observe: mesons: another number of channels")
	}
	for _, g := range dst {
		if len(g) != geo.Extent(geo.Dims()-1) {
			panic("observe: mesons: a value is needed for every time slice")
		}
		clear(g)
	}
	p.op.Bind(u)
	p.solver.Stop = p.Stop
	var origin [4]int
	x := origin[:geo.Dims()]
	p.b.Zero(lattice.Even)
	for a := range p.e {
		clear(p.e)
		p.e[a] = 1
		p.b.Set(x, p.e)
		if _, err := p.solver.Solve(p.x, p.op, p.b, lattice.Even); err != nil {
			return fmt.Errorf("observe: mesons: %w", err)
		}
		// D^-1 b = D^† x. The source is even, so D x is the same but for the sign
		// of its odd sites, which the moduli do not see.
		p.op.ApplyFrom(p.b, p.x, lattice.Even)
		addSlices(dst, p.b)
		p.b.Zero(lattice.Even)
	}
	for _, g := range dst {
		geo.Sum(g)
	}
	return nil
}

// weights returns w(x) of all channels.
func weights(space []int) (w [Channels]float64) {
	w[Pseudoscalar], w[Scalar] = 1, 1
	for i, x := range space {
		s := float64(1 - 2*(x%2))
		w[Scalar] *= s
		w[Vector] += s
		for _, y := range space[:i] {
			w[PseudoVector] += s * float64(1-2*(y%2))
		}
	}
	return w
}

// addSlices adds the squared norm of f, weighed, on each time slice of this
// process.
func addSlices(dst [][]float64, f *fermion.Field) {
	geo := f.Geometry()
	v := f.Raw()
	n := 2 * f.Group().N() * f.Spins()
	var at [4]int
	x := at[:geo.Dims()]
	for b := range geo.Blocks() {
		for l := range geo.ActiveLanes() {
			geo.Coordinates(x, geo.Site(b, l))
			norm := 0.0
			for k := range n {
				norm += v[b*n+k][l] * v[b*n+k][l]
			}
			w := weights(x[:len(x)-1])
			for k, g := range dst {
				g[x[len(x)-1]] += w[k] * norm
			}
		}
	}
}
