package verify

import (
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
)

// BuildWilson makes the Wilson operator of a case.
func BuildWilson(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	return dirac.NewWilson(geo, c.GaugeGroup(), c.Mass, c.Phases())
}

// TwinWilson is the matrix of that operator by the reference.
func TwinWilson(c Case, u *reference.Links) (*reference.Operator, error) {
	return reference.WilsonDirac(u, c.Mass, c.Phases()), nil
}

// FreeWilson returns the eigenvalues of the Wilson operator on unit links.
func FreeWilson(c Case) []complex128 {
	return reference.FreeWilsonSpectrum(c.Extents, c.GaugeGroup().N(), c.Mass, c.Phases())
}

// Gamma5 multiplies f, of two or four spins, by g_5 = diag(1, …, -1, …). In three
// dimensions there is none: see [Skip].
func Gamma5(f *fermion.Field) {
	if f.Geometry().Dims() == 3 {
		Skip("three dimensions have no gamma5")
	}
	v := Vector(f)
	n := f.Spins() * f.Group().N()
	for i := range v {
		if i%n >= n/2 {
			v[i] = -v[i]
		}
	}
	SetVector(f, v)
}

// twist is the twisted mass of a case.
func twist(c Case) float64 { return 0.4 - c.Mass }

// BuildTwisted makes the Wilson operator with a twisted mass.
func BuildTwisted(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	if geo.Dims() == 3 {
		return nil, ErrUnsupported
	}
	d, err := dirac.NewWilson(geo, c.GaugeGroup(), c.Mass, c.Phases())
	if err != nil {
		return nil, err
	}
	return d, d.SetTwist(twist(c))
}

// TwinTwisted is the matrix of that operator by the reference.
func TwinTwisted(c Case, u *reference.Links) (*reference.Operator, error) {
	return reference.TwistedDirac(u, c.Mass, twist(c), c.Phases()), nil
}

// BuildSchur makes the Schur complement on even sites of an operator that is
// [dirac.EvenOdd].
func BuildSchur(build OperatorBuilder) OperatorBuilder {
	return func(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
		d, err := build(c, geo)
		if err != nil {
			return nil, err
		}
		return dirac.NewSchur(d.(dirac.EvenOdd), lattice.Even)
	}
}

// MeasureWilsonPion measures the correlator of the pion of Wilson quarks.
func MeasureWilsonPion(c Case, u *gauge.Field) ([]float64, error) {
	d, err := BuildWilson(c, u.Geometry())
	if err != nil {
		return nil, err
	}
	p, err := observe.NewPion(d, 1e-12)
	if err != nil {
		return nil, err
	}
	g := make([]float64, c.Extents[len(c.Extents)-1])
	return g, p.Measure(g, u)
}

// TwinWilsonPion is that correlator by dense inversion.
func TwinWilsonPion(c Case, u *reference.Links) ([]float64, error) {
	n, err := reference.NewNormal(reference.WilsonDirac(u, c.Mass, c.Phases()))
	if err != nil {
		return nil, err
	}
	return n.Pion(u), nil
}

// exactly returns tolerances of solves that laws do not see.
func exactly() action.Tolerances {
	return action.Tolerances{Action: 1e-13, Force: 1e-13, MaxIterations: 5000}
}

// BuildWilsonQuarks makes the action of two flavours of Wilson quarks.
func BuildWilsonQuarks(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
	d, err := BuildWilson(c, geo)
	if err != nil {
		return nil, err
	}
	return action.NewTwoFlavour(d, lattice.All, exactly())
}

// TwinWilsonQuarks is that action of the phi that a holds, by dense inversion.
func TwinWilsonQuarks(c Case, a action.Action, u *reference.Links) (reference.Real, float64, error) {
	s, err := reference.PseudofermionAction(reference.WilsonDirac(u, c.Mass, c.Phases()), Vector(a.(withPhi).Phi()))
	return s, 0, err
}

// BuildSchurQuarks makes the action of the Schur complement on even sites.
func BuildSchurQuarks(build OperatorBuilder) PseudofermionBuilder {
	return func(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
		d, err := BuildSchur(build)(c, geo)
		if err != nil {
			return nil, err
		}
		return action.NewTwoFlavour(d, lattice.Even, exactly())
	}
}

// BuildWilsonHMC makes HMC of gauge fields and two flavours of Wilson quarks, on all
// sites or even-odd.
func BuildWilsonHMC(evenOdd bool) SystemBuilder {
	return func(c Case, u *gauge.Field) (System, error) {
		geo := u.Geometry()
		sg, err := gauge.NewRectangleAction(geo, u.Group(), c.Beta, 0)
		if err != nil {
			return System{}, err
		}
		d, err := dirac.NewWilson(geo, u.Group(), c.Mass, c.Phases())
		if err != nil {
			return System{}, err
		}
		target := action.Sum{sg}
		var of dirac.Operator = d
		s := lattice.All
		if evenOdd {
			s = lattice.Even
			if of, err = dirac.NewSchur(d, s); err != nil {
				return System{}, err
			}
			target = append(target, action.NewDeterminant(d, s.Other()))
		}
		quarks, err := action.NewTwoFlavour(of, s, action.Tight())
		if err != nil {
			return System{}, err
		}
		target = append(target, quarks)
		h, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: target, Scheme: sampler.Leapfrog(), Steps: 3}}, 1)
		return System{Sampler: h, Target: target, Plaquettes: sg, Beta: c.Beta}, err
	}
}

// BuildWilsonMotion makes the dynamics of gauge fields and two flavours of Wilson
// quarks, on all sites or even-odd.
func BuildWilsonMotion(c Case, u *gauge.Field) (Motion, Integrator, error) {
	geo := u.Geometry()
	sg, err := gauge.NewRectangleAction(geo, u.Group(), c.Beta, c.C1)
	if err != nil {
		return Motion{}, nil, err
	}
	build, s := OperatorBuilder(BuildWilson), lattice.All
	if geo.EvenOdd() && c.Seed%2 == 1 {
		build, s = BuildSchur(BuildWilson), lattice.Even
	}
	d, err := build(c, geo)
	if err != nil {
		return Motion{}, nil, err
	}
	q, err := action.NewTwoFlavour(d, s, exactly())
	if err != nil {
		return Motion{}, nil, err
	}
	// m <= |D x| / |x| <= m + 2 d, and S^-1 is a block of D^-1
	condition := 1 + 2*float64(geo.Dims())/c.Mass
	m := Motion{
		Tau: standardTau / math.Sqrt(1+c.stiffness()), Phi: q, Solves: 2e-13 * condition * condition,
		Levels: []sampler.Level{{Force: action.Sum{sg, q}, Scheme: sampler.Omelyan2(), Steps: 3}},
	}
	by, err := sampler.NewDynamics(u, m.Levels)
	return m, by, err
}
