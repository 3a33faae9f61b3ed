package action_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// An operator without parameters gives an action none; a name that there is none of
// is misuse.
func TestParametersOfStranger(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Mass: 0.5, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	a, err := action.NewTwoFlavour(coupled{staggered(c, geo)}, lattice.All, action.Tight())
	require.NoError(t, err)
	assert.Empty(t, a.Parameters())
	assert.PanicsWithValue(t, `action: action_test.coupled has no parameter "mass"`, func() { a.Parameter("mass") })

	b := quarks(c, geo, lattice.All)
	assert.Equal(t, []string{"mass"}, b.Parameters())
	assert.PanicsWithValue(t, `dirac: *dirac.Staggered has no parameter "twist"`, func() { _ = b.SetParameter("twist", 1) })
	assert.PanicsWithValue(t, "action: not as many derivatives as names", func() {
		_ = b.ParameterDerivatives(nil, []string{"mass"}, c.Links(geo, "links"))
	})
}
