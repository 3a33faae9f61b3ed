package action

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Ratio is the pseudofermion action of a light operator D over a heavy one W [H],
//
//	S = phi^† W (D^†D)^-1 W^† phi,   weight det(D^†D) / det(W^†W),
//
// so that TwoFlavour of W and Ratio of D over W make TwoFlavour of D of two terms,
// each with a smaller force. With psi = W^† phi, X = (D^†D)^-1 psi and Y = D X,
//
//	dS = 2 Re <phi, dW X> - 2 Re <Y, dD X>.
//
// That is for all sites, and for a parity of operators that stay on it
// (dirac.Separate). On a parity of operators of which D^†D alone stays there, it is for
// those that differ in their masses only (dirac.Shifted), W^†W = D^†D + delta:
//
//	S = |phi|^2 + delta phi^† X,   X = (D^†D)^-1 phi,   dS = -2 delta Re <Y, dD X>.
//
// It keeps scratch: one per goroutine.
type Ratio struct {
	pair
	shifted   bool
	t         Tolerances
	by        solvers
	phi       *fermion.Field
	psi, x, y *fermion.Field
}

// NewRatio returns the action of light over heavy on the sites of sub. phi is zero until
// Refresh. Both are bound to whatever links are passed, as that of [NewTwoFlavour].
//
// Errors: they act on different fields; sub is a parity that they do not allow.
func NewRatio(light, heavy dirac.Operator, sub lattice.Subset, t Tolerances) (*Ratio, error) {
	a := &Ratio{t: t, by: t.solvers(), phi: light.NewField(), psi: light.NewField(), x: light.NewField(), y: light.NewField()}
	var err error
	if _, err = shared(a.phi, heavy.NewField(), heavy, light); err != nil {
		return nil, err
	}
	if a.light, err = newQuark(light, sub, t.Mixed); err != nil {
		return nil, err
	}
	if a.heavy, err = newQuark(heavy, sub, t.Mixed); err != nil {
		return nil, err
	}
	if !a.light.alone() || !a.heavy.alone() {
		a.shifted = true
		if err := checkShifted(light, heavy); err != nil {
			return nil, fmt.Errorf("%w on one parity (allowed: all sites, or operators that stay on a parity)", err)
		}
	}
	return a, nil
}

// checkShifted says why W^†W of heavy is not D^†D of light and a constant: tried on
// random links, where anything but the mass would change more than round-off does,
// which leaves a few hundred units in the last place of each component.
func checkShifted(light, heavy dirac.Operator) error {
	d, ok := light.(dirac.Shifted)
	w, also := heavy.(dirac.Shifted)
	if !ok || !also {
		return fmt.Errorf("action: ratio of %T over %T, whose masses are no shifts of D^†D,", light, heavy)
	}
	x, y, z := d.NewField(), d.NewField(), d.NewField()
	u := gauge.NewField(x.Geometry(), x.Group())
	u.Hot(rng.New(1))
	d.Bind(u)
	w.Bind(u)
	x.Gaussian(rng.New(2), lattice.All)
	d.ApplyNormal(y, x, lattice.All)
	w.ApplyNormal(z, x, lattice.All)
	size := y.Norm2(lattice.All) + z.Norm2(lattice.All)
	z.Axpy(-1, y, lattice.All)
	z.Axpy(d.NormalShift()-w.NormalShift(), x, lattice.All)
	if !(z.Norm2(lattice.All) <= size*math.Pow(1e3*0x1p-53, 2)) {
		return fmt.Errorf("action: ratio of operators that differ in more than their mass")
	}
	return nil
}

// delta returns W^†W - D^†D of operators that are shifted.
func (a *Ratio) delta() float64 {
	return a.heavy.op.(dirac.Shifted).NormalShift() - a.light.op.(dirac.Shifted).NormalShift()
}

// With returns the action of the same phi - shared, not copied - seen through other
// operators; see [TwoFlavour.With].
func (a *Ratio) With(light, heavy dirac.Operator) (*Ratio, error) {
	return a.WithTolerances(light, heavy, a.t)
}

// WithTolerances is With for solves of other tolerances.
func (a *Ratio) WithTolerances(light, heavy dirac.Operator, t Tolerances) (*Ratio, error) {
	b, err := NewRatio(light, heavy, a.light.sub, t)
	if err != nil {
		return nil, err
	}
	b.phi, err = shared(a.phi, b.phi, light, a.light.op)
	return b, err
}

// Light returns D.
func (a *Ratio) Light() dirac.Operator { return a.light.op }

// Heavy returns W.
func (a *Ratio) Heavy() dirac.Operator { return a.heavy.op }

// Phi returns the pseudofermion field, which lives on the subset only.
func (a *Ratio) Phi() *fermion.Field { return a.phi }

// source binds the operators and returns psi, that D^†D is solved for.
func (a *Ratio) source(u *gauge.Field) *fermion.Field {
	a.light.bind(u)
	if a.shifted {
		return a.phi
	}
	a.heavy.bind(u)
	a.heavy.applyDagger(a.psi, a.phi)
	return a.psi
}

// Value returns S. Cost: one solve of D.
func (a *Ratio) Value(u *gauge.Field) (float64, error) {
	source := a.source(u)
	if err := a.light.solve(a.by.action, a.x, source); err != nil {
		return 0, err
	}
	a.light.dot()
	s := source.ReDot(a.x, a.light.sub)
	if a.shifted {
		a.light.dot()
		return a.phi.Norm2(a.light.sub) + a.delta()*s, nil
	}
	return s, nil
}

// AddForce adds f += c F. Cost: one solve of D.
func (a *Ratio) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	if err := a.light.solve(a.by.force, a.x, a.source(u)); err != nil {
		return err
	}
	a.light.apply(a.y, a.x)
	if a.shifted {
		a.light.addDerivative(f, -a.delta()*c, a.y, a.x)
		return nil
	}
	a.light.addDerivative(f, -c, a.y, a.x)
	a.heavy.addDerivative(f, c, a.phi, a.x)
	return nil
}

// Refresh sets phi = W^-† D^† xi = W (W^†W)^-1 D^† xi, xi Gaussian, S = |xi|^2. On a
// parity that the operators do not stay on, xi lives on all sites and
// phi_e = (W^†W)_ee^-1 (W D^† xi)_e has the right covariance, since they commute; S needs
// a solve. Cost: one solve of W, and there one of D.
func (a *Ratio) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	sub := a.light.sub
	a.light.bind(u)
	a.heavy.bind(u)
	a.x.Gaussian(s, a.light.everywhere())
	a.light.applyDagger(a.y, a.x)
	if a.shifted {
		a.heavy.spend(func(d dirac.Counted) float64 { return d.NormalFlops(lattice.All) / 2 })
		a.heavy.op.Apply(a.psi, a.y)
		if err := a.heavy.solve(a.by.action, a.phi, a.psi); err != nil {
			return 0, err
		}
		v, err := a.Value(u)
		if err != nil {
			return 0, &Drawn{err}
		}
		return v, nil
	}
	if err := a.heavy.solve(a.by.action, a.psi, a.y); err != nil {
		return 0, err
	}
	a.heavy.apply(a.y, a.psi)
	a.phi.Copy(a.y, sub)
	a.light.dot()
	return a.x.Norm2(sub), nil
}

// Components returns the number of complex components of phi.
func (a *Ratio) Components() int { return a.phi.Components(a.light.sub) }

// Transform rotates phi.
func (a *Ratio) Transform(t *gauge.Transformation) { a.phi.Transform(t, a.light.sub) }

// Work returns the work so far.
func (a *Ratio) Work() Work {
	w := a.light.work
	w.Add(a.heavy.work)
	return w
}
