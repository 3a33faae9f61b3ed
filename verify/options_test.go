package verify_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// Smooth and Perturb keep the cases of a layer where it is differentiable: what APE
// projects of cold SU(3) links has a negative determinant for large weights, whose phase
// jumps between pi and -pi when links change by round-off, and so does U'.
func TestSmoothAndPerturb(t *testing.T) {
	var roughest float64
	build := func(c verify.Case, geo *lattice.Geometry) (covnet.Layer, error) {
		roughest = max(roughest, c.Roughness)
		return covnet.NewAPE(gauge.NewField(geo, c.GaugeGroup()), covnet.PlaquetteTerm(4))
	}
	fixed := verify.Case{Group: "SU(3)", Extents: []int{2, 2, 2, 2}, Boundary: []int{1, 1, 1, 1}, Beta: 1, Mass: 1}
	broken := func(options ...verify.Option) (n int) {
		roughest = 0
		options = append([]verify.Option{verify.Within(verify.Domain{Fixed: &fixed, Cases: 30})}, options...)
		for _, v := range verify.Judge([]verify.Subject{verify.OfLayer("ape", build, options...)}, 1, nil, verify.Only(regexp.MustCompile("/gauge$")), verify.Coarse()) {
			if !v.OK() {
				n++
			}
		}
		return n
	}
	assert.Zero(t, broken(verify.Smooth(0.4), verify.Perturb(0.02)))
	assert.Equal(t, 0.4, roughest)
	assert.Equal(t, 1, broken(verify.Smooth(0.4)), "large weights")
	assert.Zero(t, broken(verify.Perturb(0.02)))
	assert.Equal(t, 10., roughest)
	assert.Zero(t, broken(verify.Smooth(0.05), verify.Perturb(0.02)))
	assert.Zero(t, roughest, "none is so smooth but cold links")
}
