// Package quark turns the quarks of a configuration into Dirac operators.
package quark

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Operator returns the Dirac operator of a flavour group on unit links. Errors: those of
// the operator; a group without quarks has none.
func Operator(geo *lattice.Geometry, g group.Group, q *config.Quarks) (dirac.Operator, error) {
	if !q.Wilson() {
		return Staggered(geo, g, q)
	}
	d, err := dirac.NewWilson(geo, g, Mass(q, geo.Dims()), Boundary(q))
	if err == nil && q.Twist != 0 {
		err = d.SetTwist(q.Twist)
	}
	return d, err
}

// Staggered returns that of a staggered group.
func Staggered(geo *lattice.Geometry, g group.Group, q *config.Quarks) (*dirac.Staggered, error) {
	return dirac.NewStaggered(geo, g, q.Mass, Signs(q))
}

// Mass returns the mass of a group in d dimensions, however it is given.
func Mass(q *config.Quarks, d int) float64 {
	if q.Kappa != 0 {
		return dirac.KappaMass(q.Kappa, d)
	}
	return q.Mass
}

// Boundary returns the phases of the quarks at the boundaries.
func Boundary(q *config.Quarks) []complex128 {
	phases := dirac.Phases(Signs(q))
	for mu, theta := range q.Theta {
		phases[mu] *= cmplx.Exp(complex(0, math.Mod(theta, 2*math.Pi)))
	}
	return phases
}

// Signs returns those of the boundary conditions, whatever angles there are beside.
func Signs(q *config.Quarks) (phases []int) {
	for _, name := range q.Boundary {
		phases = append(phases, map[string]int{"periodic": dirac.Periodic, "antiperiodic": dirac.Antiperiodic}[name])
	}
	return phases
}
