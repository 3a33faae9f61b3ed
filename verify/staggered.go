package verify

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
)

// MagneticField returns a flux through a plane of the case, of the charge of u or of d.
func MagneticField(c Case) dirac.Background {
	r, d := c.Draw("background"), uint64(len(c.Extents))
	x := int(r.Uint64N(d))
	y := (x + 1 + int(r.Uint64N(d-1))) % int(d)
	return dirac.Background{Charge: []int{2, -1}[r.Uint64N(2)], Flux: 1 + int(r.Uint64N(5)), Plane: [2]int{x, y}}
}

// ImaginaryPotential returns an imaginary chemical potential and angles of the boundary.
func ImaginaryPotential(c Case) dirac.Background {
	r := c.Draw("angles")
	b := dirac.Background{Potential: r.Normal()}
	for range c.Extents {
		b.Angles = append(b.Angles, r.Normal())
	}
	return b
}

// everything returns both.
func everything(c Case) dirac.Background {
	b, i := MagneticField(c), ImaginaryPotential(c)
	b.Potential, b.Angles = i.Potential, i.Angles
	return b
}

// BuildMagnetic makes the staggered operator in a magnetic field.
func BuildMagnetic(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	return dirac.NewStaggeredIn(geo, c.GaugeGroup(), c.Mass, c.Boundary, MagneticField(c))
}

// TwinMagnetic is the matrix of that operator by the reference.
func TwinMagnetic(c Case, u *reference.Links) (*reference.Operator, error) {
	return twinBackground(c, u, MagneticField(c), 0), nil
}

// BuildImaginary makes the staggered operator at an imaginary chemical potential, with
// any boundary phases.
func BuildImaginary(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	return dirac.NewStaggeredIn(geo, c.GaugeGroup(), c.Mass, c.Boundary, ImaginaryPotential(c))
}

// TwinImaginary is the matrix of that operator by the reference.
func TwinImaginary(c Case, u *reference.Links) (*reference.Operator, error) {
	return twinBackground(c, u, ImaginaryPotential(c), 0), nil
}

// FreeImaginary returns the eigenvalues of that operator on unit links: the chemical
// potential is a phase of the boundary in another gauge.
func FreeImaginary(c Case) []complex128 {
	b := ImaginaryPotential(c)
	phases := c.Phases()
	for mu := range phases {
		angle := b.Angles[mu]
		if mu == len(phases)-1 {
			angle += b.Potential * float64(c.Extents[mu])
		}
		phases[mu] *= cmplx.Exp(complex(0, angle))
	}
	return reference.FreeStaggeredSpectrum(c.Extents, c.GaugeGroup().N(), c.Mass, phases)
}

// IsospinPotential is the real chemical potential of a case.
func IsospinPotential(c Case) float64 { return 0.7 - c.Mass }

// BuildIsospin makes the staggered operator at a real chemical potential.
func BuildIsospin(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	return dirac.NewIsospin(geo, c.GaugeGroup(), c.Mass, IsospinPotential(c), c.Boundary, dirac.Background{})
}

// TwinIsospin is the matrix of that operator by the reference.
func TwinIsospin(c Case, u *reference.Links) (*reference.Operator, error) {
	return twinBackground(c, u, dirac.Background{}, IsospinPotential(c)), nil
}

// BuildMagneticIsospin makes the staggered operator with all that it knows.
func BuildMagneticIsospin(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	return dirac.NewIsospin(geo, c.GaugeGroup(), c.Mass, IsospinPotential(c), c.Boundary, everything(c))
}

// TwinMagneticIsospin is the matrix of that operator by the reference.
func TwinMagneticIsospin(c Case, u *reference.Links) (*reference.Operator, error) {
	return twinBackground(c, u, everything(c), IsospinPotential(c)), nil
}

func twinBackground(c Case, u *reference.Links, b dirac.Background, mu float64) *reference.Operator {
	phases := c.Phases()
	for nu, angle := range b.Angles {
		im, re := math.Sincos(angle)
		phases[nu] *= complex(re, im)
	}
	if b.Flux != 0 {
		u = reference.Phased(u, reference.Magnetic(u.Extents, b.Plane[0], b.Plane[1], b.Charge*b.Flux))
	}
	return reference.PotentialStaggered(u, c.Mass, complex(mu, b.Potential), phases)
}

// BuildMagneticQuarks makes the pseudofermion action of staggered quarks in a magnetic
// field on even sites.
func BuildMagneticQuarks(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
	d, err := BuildMagnetic(c, geo)
	if err != nil {
		return nil, err
	}
	return action.NewTwoFlavour(d, lattice.Even, exactly())
}

// BuildIsospinQuarks makes the pseudofermion action of two staggered fields of opposite
// chemical potential on all sites.
func BuildIsospinQuarks(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
	d, err := BuildIsospin(c, geo)
	if err != nil {
		return nil, err
	}
	return action.NewTwoFlavour(d, lattice.All, exactly())
}

// TwinIsospinQuarks is that action of the phi that a holds, by dense inversion.
func TwinIsospinQuarks(c Case, a action.Action, u *reference.Links) (reference.Real, float64, error) {
	s, err := reference.PseudofermionAction(twinBackground(c, u, dirac.Background{}, IsospinPotential(c)), Vector(a.(withPhi).Phi()))
	return s, 0, err
}
