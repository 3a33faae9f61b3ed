package observe

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/solver"
)

// Pion measures the correlator of the charged pion of two quarks, of which one has the
// Dirac operator D and the other g_5 D^† g_5 (D itself, or for a twisted mass that of the
// other sign), at zero momentum from a point source at the origin,
//
//	G(t) = sum_x sum_{a,b} |D^-1(x,t; 0)_ab|^2,
//
// a and b running over spins and colours.
type Pion struct {
	// Stop is asked before each iteration of a solve; its error ends the measurement.
	Stop func() error

	op      dirac.Operator
	schur   *dirac.Schur // nil: D has no parities
	solver  solver.CG
	normal  fromRight
	x, y, b *fermion.Field
	e       []complex128
	one     [][]float64 // G of one source
}

// fromRight is D D^†.
type fromRight struct {
	op interface {
		Apply(dst, src *fermion.Field)
		ApplyDagger(dst, src *fermion.Field)
	}
	t *fermion.Field
}

// ApplyNormal sets dst = D D^† src on s, a subset on which D alone acts.
func (a *fromRight) ApplyNormal(dst, src *fermion.Field, _ lattice.Subset) {
	a.op.ApplyDagger(a.t, src)
	a.op.Apply(dst, a.t)
}

// NewPion returns the observer for op, which it binds to the links it is given; the
// tolerance is the relative residual |b - D x|/|b| of the solves, with the Schur
// complement and its source where D is [dirac.EvenOdd] on a lattice of even extents.
//
// Errors: a tolerance outside (0, 1).
func NewPion(op dirac.Operator, tolerance float64) (*Pion, error) {
	cg, err := newSolver(tolerance)
	if err != nil {
		return nil, err
	}
	p := &Pion{op: op, solver: cg, x: op.NewField(), y: op.NewField(), b: op.NewField()}
	p.normal = fromRight{op: op, t: op.NewField()}
	if d, ok := op.(dirac.EvenOdd); ok && p.b.Geometry().EvenOdd() {
		if p.schur, err = dirac.NewSchur(d, lattice.Even); err != nil {
			return nil, err
		}
		p.normal.op = p.schur
	}
	geo := p.b.Geometry()
	p.e = make([]complex128, p.b.Group().N()*p.b.Spins())
	p.one = [][]float64{make([]float64, geo.Extent(geo.Dims()-1))}
	return p, nil
}

// Measure sets g to G(0) … G(L-1), L the extent of time.
//
// Cost: N solves for each spin. Errors: a solve that does not converge, or that of Stop;
// g is then useless. Panics: another length than L; u has another geometry or group.
func (p *Pion) Measure(g []float64, u *gauge.Field) error {
	p.op.Bind(u)
	clear(g)
	var origin [4]int
	for a := range p.e {
		p.b.Zero(lattice.All)
		clear(p.e)
		p.e[a] = 1
		p.b.Set(origin[:u.Geometry().Dims()], p.e)
		if err := p.Add(g, p.b); err != nil {
			return err
		}
	}
	return nil
}

// Add adds sum_x |(D^-1 b)(x,t)|^2 to g(t) for any source b, on the links that D is bound
// to: for sources that are smeared, or elsewhere.
//
// Cost: a solve. Errors and panics as Measure.
func (p *Pion) Add(g []float64, b *fermion.Field) error {
	geo := p.x.Geometry()
	if len(g) != geo.Extent(geo.Dims()-1) {
		panic("observe: pion: a value is needed for every time slice")
	}
	p.solver.Stop = p.Stop
	if err := p.invert(b); err != nil {
		return fmt.Errorf("observe: pion: %w", err)
	}
	clear(p.one[0])
	addSlices(p.one, p.x)
	geo.Sum(p.one[0])
	for t, norm := range p.one[0] {
		g[t] += norm
	}
	return nil
}

// invert sets x = D^-1 b = D^† (D D^†)^-1 b, or that of the Schur complement.
func (p *Pion) invert(b *fermion.Field) error {
	if p.schur == nil {
		_, err := p.solver.Solve(p.y, &p.normal, b, lattice.All)
		p.op.ApplyDagger(p.x, p.y)
		return err
	}
	p.schur.Prepare(p.x, b)
	_, err := p.solver.Solve(p.y, &p.normal, p.x, lattice.Even)
	p.schur.ApplyDagger(p.x, p.y)
	p.schur.Reconstruct(p.x, b)
	return err
}
