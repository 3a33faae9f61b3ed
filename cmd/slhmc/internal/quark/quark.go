// Package quark turns the quarks of a configuration into Dirac operators.
package quark

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Operator returns the Dirac operator of a flavour group on unit links, in the field that
// its charge feels. Errors: those of the operator.
func Operator(geo *lattice.Geometry, g group.Group, q *config.Quarks, b config.Background) (dirac.Operator, error) {
	switch {
	case q.IsospinMu != 0:
		return dirac.NewIsospin(geo, g, q.Mass, q.IsospinMu, Signs(q), background(q, b))
	case !q.Wilson():
		return Staggered(geo, g, q, b)
	case q.Action == "wilson":
		d, err := dirac.NewWilson(geo, g, Mass(q, geo.Dims()), Boundary(q))
		if err != nil {
			return nil, err
		}
		return d, options(d, q, geo.Dims())
	}
	d, err := dirac.NewClover(geo, g, Mass(q, geo.Dims()), q.CSW, Boundary(q))
	if err == nil {
		err = d.SetCSW(q.CSW, q.CSWTime)
	}
	if err != nil {
		return nil, err
	}
	return d, options(d, q, geo.Dims())
}

// options sets what Wilson's operators share.
func options(d interface {
	SetTwist(mu float64) error
	SetAnisotropy(weights []float64) error
}, q *config.Quarks, dims int,
) error {
	if q.HopSpace != 1 {
		if err := d.SetAnisotropy(weights(q, dims)); err != nil {
			return err
		}
	}
	if q.Twist != 0 {
		return d.SetTwist(q.Twist)
	}
	return nil
}

// weights returns those of the hops.
func weights(q *config.Quarks, d int) []float64 {
	w := slices.Repeat([]float64{q.HopSpace}, d)
	w[d-1] = 1
	return w
}

// Staggered returns the operator of a staggered group.
func Staggered(geo *lattice.Geometry, g group.Group, q *config.Quarks, b config.Background) (*dirac.Staggered, error) {
	return dirac.NewStaggeredIn(geo, g, q.Mass, Signs(q), background(q, b))
}

func background(q *config.Quarks, b config.Background) dirac.Background {
	f := dirac.Background{Charge: q.Charge, Flux: b.Flux, Potential: q.ImaginaryMu}
	for k, mu := range b.Plane {
		f.Plane[k] = mu - 1
	}
	if slices.ContainsFunc(q.Theta, func(x float64) bool { return x != 0 }) {
		f.Angles = q.Theta
	}
	return f
}

// Mass returns the mass of a group in d dimensions, however it is given.
func Mass(q *config.Quarks, d int) float64 {
	if q.Kappa == 0 {
		return q.Mass
	}
	sum := 1. // of the weights
	for range d - 1 {
		sum += q.HopSpace
	}
	return 1/(2*q.Kappa) - sum
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
