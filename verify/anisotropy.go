package verify

import (
	"github.com/slhmc/slhmc/physics/dirac"
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
