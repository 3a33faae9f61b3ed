package action_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
)

// quotientField is the first field of a quotient.
type quotientField struct{ *action.Quotient }

func (f quotientField) Phi() *fermion.Field { return f.Quotient.Phi()[0] }

// What a quotient is integrated to is the power of the ratio of determinants, though its
// operators do not commute; and so is the ratio of those that do.
func TestQuotientDeterminants(t *testing.T) {
	o := someOperators()[2] // Wilson in two dimensions
	u := o.c.Links(o.c.Geometry(), "links")
	heavy := o.c
	heavy.Mass = 0.8
	light, err := o.build(o.c, u.Geometry())
	require.NoError(t, err)
	d, err := o.build(heavy, u.Geometry())
	require.NoError(t, err)
	a, err := action.NewQuotient(light, d, o.s, powers(1, 2, 1), precise())
	require.NoError(t, err)
	assert.InDelta(t, (o.logDet(t, o.c, u)-o.logDet(t, heavy, u))/2, weight(t, quotientField{a}, u, o.s), 1e-7)

	o = someOperators()[0]
	heavy = o.c
	heavy.Mass = 0.8
	u = o.c.Links(o.c.Geometry(), "links")
	r, err := action.NewRationalRatio(staggered(o.c, u.Geometry()), staggered(heavy, u.Geometry()), o.s, powers(1, 4, 1), precise())
	require.NoError(t, err)
	assert.InDelta(t, (o.logDet(t, o.c, u)-o.logDet(t, heavy, u))/4, weight(t, field{r, 0}, u, o.s), 1e-7)
}

// Several fields are drawn, counted and seen by a guide as one is; nothing is allocated,
// and a force that fails is not added.
func TestQuotientFields(t *testing.T) {
	o := someOperators()[2]
	geo := o.c.Geometry()
	u := o.c.Links(geo, "links")
	operator := func(m float64) dirac.Operator {
		c := o.c
		c.Mass = m
		d, err := o.build(c, geo)
		require.NoError(t, err)
		return d
	}
	a, err := action.NewQuotient(operator(0.3), operator(0.8), o.s, powers(1, 1, 2), precise())
	require.NoError(t, err)
	s, err := a.Refresh(u, rng.New(3))
	require.NoError(t, err)
	value, err := a.Value(u)
	require.NoError(t, err)
	assert.InEpsilon(t, s, value, 1e-10)
	assert.Equal(t, 2*a.Phi()[0].Components(o.s), a.Components())
	b, err := a.With(operator(0.4), operator(0.9), powers(1, 1, 2), precise())
	require.NoError(t, err)
	assert.Same(t, a.Phi()[1], b.Phi()[1])
	seen, err := b.Value(u)
	require.NoError(t, err)
	assert.InEpsilon(t, s, seen, 0.3)
	assert.NotEqual(t, s, seen)
	_, err = a.With(operator(0.4), operator(0.9), powers(1, 2, 1), precise())
	assert.ErrorContains(t, err, "2 rational fields seen as 1")

	f := gauge.NewAlgebra(geo, u.Group())
	before := a.Work()
	require.NoError(t, a.AddForce(f, 1, u))
	assert.Equal(t, 6, a.Work().Minus(before).Solves)
	for name, do := range map[string]func(){
		"Value":    func() { _, _ = a.Value(u) },
		"AddForce": func() { _ = a.AddForce(f, 1, u) },
		"Refresh":  func() { _, _ = a.Refresh(u, rng.New(1)) },
	} {
		assert.Zero(t, testing.AllocsPerRun(2, do), name)
	}
	light, heavy := a.Terms()
	assert.Less(t, light.Spectrum().Lo, heavy.Spectrum().Lo)
	tolerances := precise()
	tolerances.MaxIterations = 3
	r := powers(1, 1, 2)
	r.Interval = light.Spectrum().Interval
	failing, err := a.With(operator(0.3), operator(0.8), r, tolerances)
	require.NoError(t, err)
	size := f.Norm2()
	var failed *solver.NotConverged
	require.ErrorAs(t, failing.AddForce(f, 1, u), &failed)
	assert.Equal(t, size, f.Norm2())
}
