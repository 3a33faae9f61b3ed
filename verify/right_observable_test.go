package verify_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/verify"
)

// adjoint measures the mean of |tr P|² over the plaquettes of the first two directions,
// the trace in the adjoint representation and one: on U(1) it is one whatever the links.
func adjoint(_ verify.Case, u *gauge.Field) ([]float64, error) {
	geo, g := u.Geometry(), u.Group()
	a, b, p := g.NewMatrix(), g.NewMatrix(), g.NewMatrix()
	x, sum := make([]int, geo.Dims()), 0.0
	at := func(m group.Matrix, mu, along int) group.Matrix {
		if y := slices.Clone(x); along >= 0 {
			y[along]++
			u.At(m, y, mu)
		} else {
			u.At(m, x, mu)
		}
		return m
	}
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		group.Mul(p, at(a, 0, -1), at(b, 1, 0))
		group.MulDagger(a, p, at(b, 0, 1))
		group.MulDagger(p, a, at(b, 1, -1))
		z := group.Trace(p)
		sum += real(z)*real(z) + imag(z)*imag(z)
	}
	return []float64{sum / float64(geo.Volume())}, nil
}

// An observable whose numbers are constants on some of the cases is right; one that
// never looks at the links is not.
func TestRightObservable(t *testing.T) {
	if testing.Short() {
		t.Skip("a single case, which may be one of those")
	}
	pure := verify.Only(regexp.MustCompile("/pure$"))
	few := verify.With(verify.Suite{Cases: 4, Volume: 16})
	verify.Observable(t, adjoint, nil, 0, few)
	r := &recorder{}
	verify.Observable(r, func(verify.Case, *gauge.Field) ([]float64, error) { return []float64{1}, nil }, nil, 0, few, pure)
	require.Len(t, r.errors, 1)
	assert.Contains(t, r.errors[0], "in no case: other links, other numbers")
}
