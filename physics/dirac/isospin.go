package dirac

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Isospin is the staggered operator at a real chemical potential mu [HK],
//
//	D(mu) = m + 1/2 sum_nu eta_nu(n) [ exp(a mu delta_{nu,4}) U_nu(n) delta_{n+nu} - exp(-a mu delta_{nu,4}) U_nu(n-nu)^† delta_{n-nu} ],
//
// 4 being the last direction. D(mu)^† = eps D(-mu) eps with eps the parity of sites, so
//
//	det D(mu) det D(-mu) = det D(mu)^†D(mu) > 0:
//
// two fields of opposite mu, an isospin chemical potential [SS]. The hops are no longer
// anti-Hermitian, and D^†D connects sites of different parity: Isospin is [EvenOdd], not
// [Decoupled].
type Isospin struct{ d *Staggered }

// NewIsospin returns the operator on unit links, in a background.
//
// Errors: those of NewStaggeredIn, a mu that is not a number.
func NewIsospin(geo *lattice.Geometry, g group.Group, mass, mu float64, boundary []int, b Background) (*Isospin, error) {
	if err := finite(potential, mu); err != nil {
		return nil, err
	}
	d, err := NewStaggeredIn(geo, g, mass, boundary, b)
	if err != nil {
		return nil, err
	}
	d.potential = mu
	return &Isospin{d}, nil
}

const potential = "chemical potential"

// NewField returns a zero one-spin field.
func (i *Isospin) NewField() *fermion.Field { return i.d.NewField() }

// Bind copies the links and multiplies them by their phases.
func (i *Isospin) Bind(u *gauge.Field) { i.d.Bind(u) }

// Mass returns m.
func (i *Isospin) Mass() float64 { return i.d.mass }

// SetMass changes m.
func (i *Isospin) SetMass(m float64) { i.d.mass = m }

// Potential returns a mu.
func (i *Isospin) Potential() float64 { return i.d.potential }

// hop sets dst = H src + m add on s, or H^† src = -H(-mu) src.
func (i *Isospin) hop(dst, src, add *fermion.Field, s lattice.Subset, dagger bool) {
	d := i.d
	d.check(dst, src)
	if !dagger {
		d.hop(dst, 1, src, d.mass, add, s, false)
		return
	}
	d.potential = -d.potential
	d.hop(dst, -1, src, d.mass, add, s, false)
	d.potential = -d.potential
}

// Apply sets dst = D src.
func (i *Isospin) Apply(dst, src *fermion.Field) { i.hop(dst, src, src, lattice.All, false) }

// ApplyDagger sets dst = D^† src.
func (i *Isospin) ApplyDagger(dst, src *fermion.Field) { i.hop(dst, src, src, lattice.All, true) }

// AddDerivative adds c d/d omega 2 Re <y, D x>, as that of Staggered does, from
//
//	M = eta_4(n) U_4(n) [ exp(a mu) x(n+4) y(n)^† - exp(-a mu) y(n+4) x(n)^† ]
//
// in time.
func (i *Isospin) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	i.d.addDerivative(f, c, y, x, lattice.All)
}

// Hop sets dst = H src or H^† src on s.
func (i *Isospin) Hop(dst, src *fermion.Field, s lattice.Subset, dagger bool) {
	i.hop(dst, src, nil, s, dagger)
}

// Block sets dst = m src on s.
func (i *Isospin) Block(dst, src *fermion.Field, s lattice.Subset, _ bool) {
	i.times(dst, src, i.d.mass, s)
}

// BlockInverse sets dst = src / m on s.
func (i *Isospin) BlockInverse(dst, src *fermion.Field, s lattice.Subset, _ bool) {
	i.times(dst, src, 1/i.d.mass, s)
}

func (i *Isospin) times(dst, src *fermion.Field, c float64, s lattice.Subset) {
	if dst != src {
		dst.Copy(src, s)
	}
	dst.Scale(c, s)
}

// LogDetBlock returns ln |m| for each component on s.
func (i *Isospin) LogDetBlock(s lattice.Subset) float64 {
	return float64(i.d.double.half.Components(s)) * math.Log(math.Abs(i.d.mass))
}

// AddLogDetBlockDerivative adds nothing: m knows no links.
func (i *Isospin) AddLogDetBlockDerivative(*gauge.Algebra, float64, lattice.Subset) {}

// NormalFlops returns those of D and then D^†: two hops, as Staggered has on all sites.
func (i *Isospin) NormalFlops(lattice.Subset) float64 { return i.d.NormalFlops(lattice.All) }

// DerivativeFlops returns those of Staggered on all sites.
func (i *Isospin) DerivativeFlops(lattice.Subset) float64 { return i.d.DerivativeFlops(lattice.All) }

// Parameters returns "mass".
func (i *Isospin) Parameters() []string { return i.d.Parameters() }

// Parameter returns m.
func (i *Isospin) Parameter(name string) float64 { return i.d.Parameter(name) }

// SetParameter changes m. Errors: a mass that is not a number.
func (i *Isospin) SetParameter(name string, x float64) error { return i.d.SetParameter(name, x) }

// ParameterDerivative returns 2 Re <y, x>.
func (i *Isospin) ParameterDerivative(name string, y, x *fermion.Field) float64 {
	return i.d.ParameterDerivative(name, y, x)
}

// LogDetBlockParameterDerivative returns 1/m for each component on s.
func (i *Isospin) LogDetBlockParameterDerivative(name string, s lattice.Subset) float64 {
	i.d.known(name)
	return float64(i.d.double.half.Components(s)) / i.d.mass
}
