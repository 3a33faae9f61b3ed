package covnet_test

import (
	"testing"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// Every layer obeys the laws of layers, among them the derivative by Ridders'
// differences and the symmetries of the hypercube.
func TestLawsOfLayers(t *testing.T) {
	if testing.Short() {
		t.Skip("the twins say the same")
	}
	t.Run("ODE", func(t *testing.T) {
		verify.Layer(t, func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
			return covnet.NewODE(gauge.NewField(geo, c.GaugeGroup()), covnet.RK3(), 1, covnet.Shared, covnet.PlaquetteTerm(geo.Dims()))
		}, verify.Has(verify.Hypercubic()...))
	})
	// Reflections and charge conjugation conjugate det z, and the phase of a negative
	// one, which large random weights can give, is pi before and after.
	t.Run("APE", func(t *testing.T) {
		verify.Layer(t, func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
			return covnet.NewAPE(gauge.NewField(geo, c.GaugeGroup()), covnet.PlaquetteTerm(geo.Dims()))
		}, verify.Has(verify.Translations, verify.Rotations), verify.Trivial(func(theta []float64) { theta[0], theta[1] = 1, 0 }))
	})
	t.Run("HYP", func(t *testing.T) {
		verify.Layer(t, func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
			if geo.Dims() != 4 {
				return nil, verify.ErrUnsupported
			}
			return covnet.NewHYP(gauge.NewField(geo, c.GaugeGroup()), [3]float64{})
		}, verify.Has(verify.Hypercubic()...))
	})
}
