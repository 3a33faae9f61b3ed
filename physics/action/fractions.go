package action

import (
	"slices"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/solver"
)

// fractions is r(x) = a_0 + sum_i a_i / (x + b_i).
type fractions struct {
	constant         float64
	residues, shifts []float64
}

// scaled returns c r(x).
func (f fractions) scaled(c float64) fractions {
	g := fractions{c * f.constant, slices.Clone(f.residues), f.shifts}
	for i := range g.residues {
		g.residues[i] *= c
	}
	return g
}

// at returns r(x) and its derivative.
func (f fractions) at(x float64) (value, slope float64) {
	value = f.constant
	for i, b := range f.shifts {
		t := f.residues[i] / (x + b)
		value += t
		slope -= t / (x + b)
	}
	return value, slope
}

// times returns f(x) g(x + delta), whose poles are those of both:
//
//	a_i g(delta - b_i) / (x + b_i),   g_j f(-delta - d_j) / (x + delta + d_j).
func (f fractions) times(g fractions, delta float64) fractions {
	p := fractions{constant: f.constant * g.constant}
	for i, b := range f.shifts {
		v, _ := g.at(delta - b)
		p.residues, p.shifts = append(p.residues, f.residues[i]*v), append(p.shifts, b)
	}
	for j, d := range g.shifts {
		v, _ := f.at(-delta - d)
		p.residues, p.shifts = append(p.residues, g.residues[j]*v), append(p.shifts, delta+d)
	}
	return p
}

// root is a power of D^†D, or of D^†D over W^†W = D^†D + delta, as a multi-shift solve
// applies it.
type root struct {
	light, heavy fractions // heavy is 1 without W
	delta        float64   // that the product is made for
	fractions              // of the product
	equations    []solver.Shift
}

func newRoot(light, heavy fractions, delta, tolerance float64) *root {
	r := &root{light: light, heavy: heavy}
	for range len(light.shifts) + len(heavy.shifts) {
		r.equations = append(r.equations, solver.Shift{Tolerance: tolerance})
	}
	r.compose(delta)
	return r
}

// compose makes the product for a delta.
func (r *root) compose(delta float64) {
	r.delta, r.fractions = delta, r.light.times(r.heavy, delta)
	for i, b := range r.shifts {
		r.equations[i].Value = b
	}
}

// combine sets y = r(A) b, x_i being (A + b_i)^-1 b.
func (r *root) combine(y, b *fermion.Field, x []*fermion.Field, s lattice.Subset) {
	y.Copy(b, s)
	y.Scale(r.constant, s)
	for i, f := range x[:len(r.shifts)] {
		y.Axpy(r.residues[i], f, s)
	}
}
