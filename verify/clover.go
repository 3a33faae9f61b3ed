package verify

import (
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
)

// c_sw of the planes in space and of those with time, which the twisted operator has
// apart.
const cloverSpace, cloverTime = 1.1, 0.6

// BuildClover makes the clover operator of a case.
func BuildClover(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	return dirac.NewClover(geo, c.GaugeGroup(), c.Mass, cloverSpace, c.Phases())
}

// TwinClover is the matrix of that operator by the reference.
func TwinClover(c Case, u *reference.Links) (*reference.Operator, error) {
	return reference.CloverDirac(u, c.Mass, cloverSpace, c.Phases()), nil
}

// BuildTwistedClover makes the clover operator with a twisted mass.
func BuildTwistedClover(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	if geo.Dims() == 3 {
		return nil, ErrUnsupported
	}
	d, err := dirac.NewClover(geo, c.GaugeGroup(), c.Mass, cloverSpace, c.Phases())
	if err != nil {
		return nil, err
	}
	if err := d.SetCSW(cloverSpace, cloverTime); err != nil {
		return nil, err
	}
	return d, d.SetTwist(twist(c))
}

// TwinTwistedClover is the matrix of that operator by the reference.
func TwinTwistedClover(c Case, u *reference.Links) (*reference.Operator, error) {
	return reference.AnisotropicClover(u, c.Mass, cloverSpace, cloverTime, twist(c), c.Phases()), nil
}

// BuildCloverDeterminant makes the action of gauge fields and of the site blocks of the
// twisted clover operator on odd sites, whose force alone vanishes on smooth links.
func BuildCloverDeterminant(c Case, geo *lattice.Geometry) (action.Action, error) {
	d, err := BuildTwistedClover(c, geo)
	if err != nil {
		return nil, err
	}
	sg, err := BuildRectangle(c, geo)
	if err != nil {
		return nil, err
	}
	return action.Sum{sg, action.NewDeterminant(d.(dirac.EvenOdd), lattice.Odd)}, nil
}

// BuildCloverHMC makes HMC of gauge fields and two flavours of clover quarks, even-odd.
func BuildCloverHMC(c Case, u *gauge.Field) (System, error) {
	geo := u.Geometry()
	sg, err := gauge.NewRectangleAction(geo, u.Group(), c.Beta, 0)
	if err != nil {
		return System{}, err
	}
	d, err := dirac.NewClover(geo, u.Group(), c.Mass, cloverSpace, c.Phases())
	if err != nil {
		return System{}, err
	}
	s, err := dirac.NewSchur(d, lattice.Even)
	if err != nil {
		return System{}, err
	}
	quarks, err := action.NewTwoFlavour(s, lattice.Even, action.Tight())
	if err != nil {
		return System{}, err
	}
	target := action.Sum{sg, action.NewDeterminant(d, lattice.Odd), quarks}
	h, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: target, Scheme: sampler.Leapfrog(), Steps: 3}}, 1)
	return System{Sampler: h, Target: target, Plaquettes: sg, Beta: c.Beta}, err
}
