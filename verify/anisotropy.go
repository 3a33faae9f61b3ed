package verify

import (
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
)

// Anisotropy returns the weights of directions in cases of anisotropic Wilson quarks:
// no two alike.
func Anisotropy(c Case) []float64 { return []float64{0.4, 1.3, 0.7, 1.1}[:len(c.Extents)] }

// BuildAnisotropic makes the Wilson operator with weights of directions.
func BuildAnisotropic(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	d, err := dirac.NewWilson(geo, c.GaugeGroup(), c.Mass, c.Phases())
	if err != nil {
		return nil, err
	}
	return d, d.SetAnisotropy(Anisotropy(c))
}

// TwinAnisotropic is the matrix of that operator by the reference.
func TwinAnisotropic(c Case, u *reference.Links) (*reference.Operator, error) {
	return reference.AnisotropicDirac(u, c.Mass, Anisotropy(c), c.Phases()), nil
}

// xi is the anisotropy of gauge actions in cases.
const xi = 2.5

// BuildAnisotropicGauge makes the anisotropic plaquette action of a case.
func BuildAnisotropicGauge(c Case, geo *lattice.Geometry) (action.Action, error) {
	return gauge.NewAnisotropicAction(geo, c.GaugeGroup(), c.Beta, xi)
}

// TwinAnisotropicGauge is that action by the reference.
func TwinAnisotropicGauge(c Case, _ action.Action, u *reference.Links) (reference.Real, float64, error) {
	var terms []reference.LoopTerm
	d := u.Dim()
	for mu := 1; mu < d; mu++ {
		terms = append(terms, reference.LoopTerm{Coefficient: xi, Loops: [][]int{{d, mu, -d, -mu}}})
		for nu := 1; nu < mu; nu++ {
			terms = append(terms, reference.LoopTerm{Coefficient: 1 / xi, Loops: [][]int{{mu, nu, -mu, -nu}}})
		}
	}
	return reference.GaugeAction(u, c.Beta, terms), 0, nil
}
