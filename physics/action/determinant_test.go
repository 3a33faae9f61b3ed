package action_test

import (
	"math"
	"testing"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// det D = det (D†D)_ee: the action on even sites is one field of tastes, on all
// sites two.
func TestDeterminants(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 24, Even: true, Volume: 32}, func(c verify.Case) []verify.Result {
		geo := c.Geometry()
		u, d := c.Links(geo, "links"), staggered(c, geo)
		d.Bind(u)
		full, err := reference.NewNormal(reference.Staggered(verify.Links(u), c.Mass, c.Phases()))
		if err != nil {
			panic(err)
		}
		want, phase := full.LogDet()
		half := evenBlock(d)
		lu, err := reference.Factor(half)
		if err != nil {
			panic(err)
		}
		got, evenPhase := lu.LogDet()
		bound := 16 * verify.Roundoff * float64(half.N*half.N) * condition(c)
		return []verify.Result{
			{Law: "ln det D = ln det (D†D)_ee", Measured: math.Abs(got - want), Bound: bound, Because: "round-off of dense factorisations"},
			{Law: "both are positive", Measured: math.Hypot(real(phase-1), imag(phase)) + math.Hypot(real(evenPhase-1), imag(evenPhase)), Bound: bound, Because: "round-off of dense factorisations"},
		}
	})
}

// evenBlock returns D†D between even sites.
func evenBlock(d *dirac.Staggered) reference.Matrix {
	src, dst := d.NewField(), d.NewField()
	geo := src.Geometry()
	perSite := src.Components(lattice.All) / geo.Volume()
	var even []int // components on even sites
	for i := range src.Components(lattice.All) {
		x, sum := make([]int, geo.Dims()), 0
		geo.Coordinates(x, i/perSite)
		for _, n := range x {
			sum += n
		}
		if sum%2 == 0 {
			even = append(even, i)
		}
	}
	n := len(even)
	m := reference.NewMatrix(n, make([]complex128, n*n))
	e := make([]complex128, src.Components(lattice.All))
	for j, column := range even {
		e[column] = 1
		verify.SetVector(src, e)
		d.ApplyNormal(dst, src, lattice.Even)
		v := verify.Vector(dst)
		for i, row := range even {
			m.V[i*n+j] = v[row]
		}
		e[column] = 0
	}
	return m
}
