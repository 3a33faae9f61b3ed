package action

import (
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Quotient is the rational action of a light operator D over any heavy one W,
//
//	weight (det(D^†D)/det(W^†W))^alpha,   S = sum_j |r(D^†D) w(W^†W) phi_j|^2,
//
// r(x) ~ x^(-alpha/2n) and w(x) ~ x^(alpha/2n), for operators that do not commute: where
// they do, [NewRationalRatio] costs one solve instead of two and three. With psi = w phi,
// X_k and f as for [Rational], chi = f(D^†D) psi, w(x) = c_0 + sum_j c_j/(x + d_j),
// Z_j = (W^†W + d_j)^-1 phi and Z'_j = (W^†W + d_j)^-1 chi,
//
//	dS = -2 sum_k a_k Re <D X_k, dD X_k> - 2 sum_j c_j Re [ <W Z'_j, dW Z_j> + <W Z_j, dW Z'_j> ].
//
// Each operator has an interval of its own, which is kept as that of Rational. It keeps
// scratch, a field for each pole of r and two for each of w: one per goroutine.
type Quotient struct {
	pair
	r, w   *Rational // of D and of W, whose heat bath is w
	phi    *drawn
	psi, y *fermion.Field
	z      []*fermion.Field // Z_j
	sum    *gauge.Algebra
}

// NewQuotient returns the action of light over heavy on the sites of sub. Both begin with
// the interval among the approximations, or measure theirs. Errors: those of
// [NewRational] for either; they act on different fields.
func NewQuotient(light, heavy dirac.Operator, sub lattice.Subset, r Approximations, t Tolerances) (*Quotient, error) {
	a := &Quotient{psi: light.NewField(), y: light.NewField()}
	var err error
	if _, err = shared(a.psi, heavy.NewField(), heavy, light); err != nil {
		return nil, err
	}
	if a.r, err = NewRational(light, sub, r, t); err != nil {
		return nil, err
	}
	if a.w, err = NewRational(heavy, sub, r, t); err != nil {
		return nil, err
	}
	a.pair = pair{a.r.light, a.w.light}
	a.phi, a.w.phi = a.r.phi, a.r.phi
	a.sum = gauge.NewAlgebra(a.psi.Geometry(), a.psi.Group())
	return a, nil
}

// With returns the action of the same phi - shared, not copied - seen through other
// operators, approximations of as many fields, and tolerances.
func (a *Quotient) With(light, heavy dirac.Operator, r Approximations, t Tolerances) (*Quotient, error) {
	b, err := NewQuotient(light, heavy, a.light.sub, r, t)
	if err != nil {
		return nil, err
	}
	if err := a.phi.sharedWith(b.phi, light, a.light.op); err != nil {
		return nil, err
	}
	b.phi, b.r.phi, b.w.phi = a.phi, a.phi, a.phi
	return b, nil
}

// Terms returns the actions of the determinants of D and of W, which know the intervals,
// their spectra and poles. They are for looking at.
func (a *Quotient) Terms() (light, heavy *Rational) { return a.r, a.w }

// Phi returns the pseudofermion fields, which live on the subset only.
func (a *Quotient) Phi() []*fermion.Field { return a.phi.phi }

// Value returns S. Cost: two multi-shift solves for each field.
// Errors: *solver.NotConverged with the shift.
func (a *Quotient) Value(u *gauge.Field) (float64, error) {
	s := 0.
	for _, phi := range a.phi.phi {
		if err := a.w.apply(a.psi, inverse, phi, u); err != nil {
			return 0, err
		}
		if err := a.r.apply(a.y, straight, a.psi, u); err != nil {
			return 0, err
		}
		s += a.y.Norm2(a.light.sub)
	}
	return s, nil
}

// Refresh sets phi_j = 1/w(W^†W) 1/r(D^†D) xi_j, xi_j Gaussian, S = |xi|^2. Cost, errors:
// those of Value.
func (a *Quotient) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	value := 0.
	for j, phi := range a.phi.phi {
		a.y.Gaussian(s.Child(termName(j)), a.light.sub)
		value += a.y.Norm2(a.light.sub)
		if err := a.r.apply(a.psi, inverse, a.y, u); err != nil {
			return 0, err
		}
		if err := a.w.apply(phi, straight, a.psi, u); err != nil {
			return 0, err
		}
	}
	a.phi.count++
	return value, nil
}

// AddForce adds f += c F. Cost: three multi-shift solves for each field, and for each pole
// of r one and of w two applications of an operator and its derivative.
// Errors: *solver.NotConverged with the shift.
func (a *Quotient) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	a.sum.Zero()
	err := a.each(u, func(q *quark, weight float64, y, x *fermion.Field) {
		q.addDerivative(a.sum, -c*weight, y, x)
	})
	if err != nil {
		return err
	}
	f.Add(1, a.sum)
	return nil
}

// ParameterDerivatives sets dst to dS/dp, as the force. Cost: that of the force.
func (a *Quotient) ParameterDerivatives(dst []float64, names []string, u *gauge.Field) error {
	checkNames(dst, names)
	clear(dst)
	return a.each(u, func(q *quark, weight float64, y, x *fermion.Field) {
		for i, name := range names {
			if d, of := a.of(name); d == q {
				dst[i] -= weight * d.byParameter(of, y, x)
			}
		}
	})
}

// each calls do for the terms of dS = -2 sum weight Re <y, dD x>, D being that of q.
func (a *Quotient) each(u *gauge.Field, do func(q *quark, weight float64, y, x *fermion.Field)) error {
	if err := a.r.prepareForce(u); err != nil {
		return err
	}
	if err := a.w.prepare(u); err != nil {
		return err
	}
	w := a.w.bath
	for len(a.z) < len(w.shifts) {
		a.z = append(a.z, a.y.Like())
	}
	for _, phi := range a.phi.phi {
		if err := a.w.solve(a.w.by.action, w, phi); err != nil {
			return err
		}
		a.w.combine(a.psi, w, phi)
		for j, f := range a.w.x[:len(w.shifts)] {
			a.z[j], a.w.x[j] = f, a.z[j]
		}
		if err := a.r.solveForce(a.psi); err != nil {
			return err
		}
		for k, residue := range a.r.force.residues {
			a.light.apply(a.y, a.r.x[k])
			do(a.light, residue, a.y, a.r.x[k])
		}
		a.r.combine(a.y, a.r.force, a.psi) // chi
		if err := a.w.solve(a.w.by.action, w, a.y); err != nil {
			return err
		}
		for j, residue := range w.residues {
			z, zz := a.z[j], a.w.x[j]
			a.heavy.apply(a.y, zz)
			do(a.heavy, residue, a.y, z)
			a.heavy.apply(a.y, z)
			do(a.heavy, residue, a.y, zz)
		}
	}
	return nil
}

// Components returns the number of complex components of all phi.
func (a *Quotient) Components() int { return a.r.Components() }

// Transform rotates phi.
func (a *Quotient) Transform(t *gauge.Transformation) { a.r.Transform(t) }

// Work returns the work so far.
func (a *Quotient) Work() Work {
	w := a.light.work
	w.Add(a.heavy.work)
	return w
}
