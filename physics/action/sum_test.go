package action_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/verify"
)

func gluons(c verify.Case, geo *lattice.Geometry) *gauge.Action {
	a, err := gauge.NewRectangleAction(geo, c.GaugeGroup(), c.Beta, c.C1)
	if err != nil {
		panic(err)
	}
	return a
}

// The whole theory: sums obey the laws of actions, and are linear.
func TestSum(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 8, Even: true, Volume: 48}, func(c verify.Case) []verify.Result {
		geo := c.Geometry()
		u := c.Links(geo, "links")
		g, q := gluons(c, geo), quarks(c, geo, lattice.Even)
		s := action.Sum{g, q}
		f, parts := gauge.NewAlgebra(geo, c.GaugeGroup()), gauge.NewAlgebra(geo, c.GaugeGroup())
		wrong, total := 0, 0.0
		for _, a := range s {
			v, err := a.Value(u)
			if err != nil {
				panic(err)
			}
			total += v
			if err := a.AddForce(parts, -0.3, u); err != nil {
				panic(err)
			}
		}
		if v, err := s.Value(u); err != nil || v != total {
			wrong++
		}
		if err := s.AddForce(f, -0.3, u); err != nil {
			panic(err)
		}
		f.Add(-1, parts)
		r := []verify.Result{
			{Law: "value of a sum", Measured: float64(wrong), Because: "exact"},
			{Law: "force of a sum", Measured: f.Norm2(), Because: "exact"},
			{Law: "components of a sum", Measured: math.Abs(float64(s.Components() - q.Components())), Because: "exact"},
		}
		r = append(r, verify.Force(s, u, c.Stream("force"))...)
		return append(r, verify.Covariance(s, u, c.Stream("covariance"), tolerance*condition(c))...)
	})
}

// Terms draw from streams of their own, nested ones too: with one stream, two
// equal terms would have the same phi.
func TestTermsDrawApart(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Beta: 2, Mass: 0.5, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	u := c.Links(geo, "links")
	q := make([]*action.TwoFlavour, 5)
	for i := range q {
		q[i] = quarks(c, geo, lattice.Even)
	}
	s := action.Sum{q[0], gluons(c, geo), q[1], action.Sum{q[2], q[3]}, action.Sum{q[4]}}
	drawn, err := s.Refresh(u, rng.New(1).Child("pseudofermions"))
	require.NoError(t, err)
	value, err := s.Value(u)
	require.NoError(t, err)
	assert.InEpsilon(t, value, drawn, 4*verify.Roundoff)
	assert.Equal(t, 5*q[0].Components(), s.Components())
	for i := range q {
		for j := range i {
			// of 16 components of size one, normal deviate of 6
			n := math.Sqrt(q[i].Phi().Norm2(lattice.Even) * q[j].Phi().Norm2(lattice.Even))
			d := q[i].Phi().Dot(q[j].Phi(), lattice.Even)
			assert.Less(t, math.Hypot(real(d), imag(d))/n, 0.95, "terms %d and %d", i, j)
			assert.NotEqual(t, verify.Vector(q[i].Phi()), verify.Vector(q[j].Phi()), "terms %d and %d", i, j)
		}
	}
	again := quarks(c, geo, lattice.Even)
	_, err = action.Sum{again}.Refresh(u, rng.New(1).Child("pseudofermions"))
	require.NoError(t, err)
	assert.Equal(t, verify.Vector(q[0].Phi()), verify.Vector(again.Phi()), "one stream, one phi")

	work := s.Work()
	sum := action.WorkOf(s[1])
	for i := range q {
		sum.Add(q[i].Work())
	}
	assert.Equal(t, sum, work)

	// flops alone, and none known
	links := gluons(c, geo)
	_, err = links.Value(u)
	require.NoError(t, err)
	spent := links.Flops()
	assert.Equal(t, action.Work{Flops: spent}, action.WorkOf(links))
	require.NoError(t, links.AddForce(gauge.NewAlgebra(geo, u.Group()), 1, u))
	assert.Greater(t, links.Flops(), 2*spent)
	assert.Zero(t, action.WorkOf(failing{}))
	assert.True(t, action.Counts(action.Sum{links, action.Sum{again}}))
	assert.False(t, action.Counts(action.Sum{links, action.Sum{failing{}}}))
}

// failing is an action that cannot be evaluated.
type failing struct{}

func (failing) Value(*gauge.Field) (float64, error)                  { return 0, assert.AnError }
func (failing) AddForce(*gauge.Algebra, float64, *gauge.Field) error { return assert.AnError }

func TestSumErrors(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Beta: 2, Mass: 0.5}
	geo := c.Geometry()
	u, f := gauge.NewField(geo, group.SU2), gauge.NewAlgebra(geo, group.SU2)
	for _, s := range []action.Sum{{failing{}}, {gluons(c, geo), failing{}}, {failing{}, quarks(c, geo, lattice.All)}} {
		_, err := s.Value(u)
		assert.ErrorIs(t, err, assert.AnError)
		assert.ErrorIs(t, s.AddForce(f, 1, u), assert.AnError)
		_, err = s.Refresh(u, rng.New(1))
		assert.ErrorIs(t, err, assert.AnError)
	}
}

// What is spent between two counts is the difference of every number.
func TestWorkSpent(t *testing.T) {
	before := action.Work{Solves: 1, Iterations: 20, Applications: 300, Flops: 4000, Uncounted: 50000}
	spent := action.Work{Solves: 7, Iterations: 11, Applications: 13, Flops: 17, Uncounted: 19}
	after := before
	after.Add(spent)
	assert.Equal(t, action.Work{Solves: 8, Iterations: 31, Applications: 313, Flops: 4017, Uncounted: 50019}, after)
	assert.Equal(t, spent, after.Minus(before))
}

// refreshed is a pseudofermion that draws one number.
type refreshed struct {
	action.Pseudofermion
	drew *[]float64
}

func (r refreshed) Refresh(_ *gauge.Field, s rng.Stream) (float64, error) {
	x := s.Site(0)
	v := x.Float64()
	*r.drew = append(*r.drew, v)
	return v, nil
}

// Every term of a sum, however many, has random numbers of its own.
func TestRefreshOfManyTerms(t *testing.T) {
	var drew []float64
	var s action.Sum
	for range 70 {
		s = append(s, refreshed{drew: &drew})
	}
	_, err := s.Refresh(nil, rng.New(1))
	require.NoError(t, err)
	seen := map[float64]bool{}
	for _, x := range drew {
		seen[x] = true
	}
	assert.Len(t, seen, 70)
}
