package gauge

import (
	"fmt"
	"math"
	"slices"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Rectangle coefficients c1 of the improved actions; c0 = 1 - 8 c1.
const (
	Wilson   = 0.0
	Symanzik = -1.0 / 12 // tree level, [LW]
	Iwasaki  = -0.331    // [Iwa]
	DBW2     = -1.4069   // [DBW2]
)

// Action is a gauge action made of closed loops,
//
//	S = beta sum_n sum_l c_l (1 - Re tr L_l(n) / N),
//
// bounded below by 0 where all c_l are positive; S = 0 on unit links.
//
// It keeps scratch: one per goroutine.
type Action struct {
	beta    float64
	unit    float64 // beta V sum c: S without the traces
	n       float64
	index   float64 // tr T_a T_a
	loops   *LoopSum
	plaq    *PlaquetteSum // nil: none
	c0      float64       // their coefficient
	staples *StapleSum    // of the other loops; nil: none
	w       []float64
	geo     *lattice.Geometry

	forceFlops, valueFlops int64
	spent                  int64 // flops
}

// NewAction returns the action of any set of closed loops with coefficients.
func NewAction(geo *lattice.Geometry, g group.Group, beta float64, loops []Loop) (*Action, error) {
	if math.IsNaN(beta) || math.IsInf(beta, 0) {
		return nil, fmt.Errorf("gauge: beta = %v", beta)
	}
	if len(loops) == 0 {
		return nil, fmt.Errorf("gauge: an action needs a loop")
	}
	a := &Action{beta: beta, n: float64(g.N()), index: kernel.For(g).Index, geo: geo, w: make([]float64, geo.Dims())}
	var err error
	if a.loops, err = NewLoopSum(geo, g, loops); err != nil {
		return nil, err
	}
	for _, l := range loops {
		a.unit += beta * float64(geo.Volume()) * l.Coefficient
	}
	a.forceFlops, a.valueFlops = a.countForce(g, loops), int64(a.loops.Flops())
	c0, loops := withoutPlaquettes(geo.Dims(), loops)
	if c0 != 0 {
		a.plaq, a.c0 = NewPlaquetteSum(geo, g), c0
	}
	if len(loops) == 0 {
		return a, nil
	}
	term := make([][]Loop, geo.Dims())
	for mu := range term {
		term[mu] = Staples(loops, mu+1)
		a.w[mu] = 1
	}
	if a.staples, err = newStapleSum(geo, g, [][][]Loop{term}, false); err != nil {
		return nil, err
	}
	return a, nil
}

// withoutPlaquettes splits the common part of all plaquettes, as Plaquettes lists
// them, from a set of loops: its coefficient, and what remains.
func withoutPlaquettes(d int, loops []Loop) (c float64, rest []Loop) {
	all := Plaquettes(d, 1)
	for k := range all {
		i := slices.IndexFunc(loops, func(l Loop) bool { return slices.Equal(l.Path, all[k].Path) })
		if i < 0 || k > 0 && loops[i].Coefficient != c {
			return 0, loops
		}
		c = loops[i].Coefficient
	}
	for _, l := range loops {
		if !slices.ContainsFunc(all, func(p Loop) bool { return slices.Equal(l.Path, p.Path) }) {
			rest = append(rest, l)
		}
	}
	return c, rest
}

// NewRectangleAction returns the action of plaquettes with c0 = 1 - 8 c1 and
// 2 x 1 rectangles with c1: c1 = Wilson, Symanzik, Iwasaki, DBW2, or any other.
func NewRectangleAction(geo *lattice.Geometry, g group.Group, beta, c1 float64) (*Action, error) {
	loops := Plaquettes(geo.Dims(), 1-8*c1)
	if c1 != 0 {
		loops = append(loops, Rectangles(geo.Dims(), c1)...)
	}
	return NewAction(geo, g, beta, loops)
}

// NewAnisotropicAction returns the plaquette action of a lattice whose last direction,
// time, has a spacing smaller by the bare anisotropy xi [Bur],
//
//	S = beta sum_n [ 1/xi sum_{planes in space} + xi sum_{planes with time} ] (1 - Re tr P/N).
//
// Errors: an xi that is not positive.
func NewAnisotropicAction(geo *lattice.Geometry, g group.Group, beta, xi float64) (*Action, error) {
	if !(xi > 0) || math.IsInf(xi, 0) {
		return nil, fmt.Errorf("gauge: anisotropy %v (allowed: positive)", xi)
	}
	loops := Plaquettes(geo.Dims(), 1/xi)
	for i, l := range loops {
		if l.Path[1] == geo.Dims() {
			loops[i].Coefficient = xi
		}
	}
	return NewAction(geo, g, beta, loops)
}

// Value returns S.
func (a *Action) Value(u *Field) (float64, error) {
	a.spent += a.valueFlops
	return a.unit - a.beta/a.n*a.loops.ReTr(u), nil
}

// AddForce sets f += c F. With U_mu(n) A_mu(n) the sum of the loops through a
// link, dS = -beta/N Re tr(i omega U A), so F = t beta/N [U A]_TA, t = tr T_a T_a.
func (a *Action) AddForce(f *Algebra, c float64, u *Field) error {
	a.spent += a.forceFlops
	c *= a.beta / a.n * a.index
	if a.plaq != nil {
		a.plaq.AddForce(f, c*a.c0, u, nil)
	}
	if a.staples != nil {
		a.staples.AddForce(f, c, u, a.w)
	}
	return nil
}
