package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
)

// number is a measured value; Error is that of noise within a configuration.
type number struct {
	Name  string        `json:"name"`
	Value rundir.Float  `json:"value"`
	Error *rundir.Float `json:"error,omitempty"`
}

func named(name string, value float64) number { return number{Name: name, Value: rundir.Float(value)} }

// measurement takes its numbers from the links it is given.
type measurement func(u *gauge.Field, stream rng.Stream) ([]number, error)

// quarkSettings are what observables of quarks need.
type quarkSettings struct {
	Mass        float64 `json:"mass"`
	Tolerance   float64 `json:"tolerance"`
	Noise       int     `json:"noise"`
	Eigenvalues int     `json:"eigenvalues"`
}

// observable is an entry of the table of what can be measured.
type observable struct {
	name, about string
	make        func(u *gauge.Field, q quarkSettings) (measurement, error)
}

// observables is that table.
func observables() []observable {
	return []observable{
		{"plaquette", "average plaquette, in space, with time", measurePlaquette},
		{"rectangle", "average 2 x 1 loop", func(u *gauge.Field, _ quarkSettings) (measurement, error) {
			r := observe.NewRectangle(u.Geometry(), u.Group())
			return one("rectangle", r.Measure), nil
		}},
		{"polyakov", "Polyakov loop around time: trace, and divided by N", measurePolyakov},
		{"polyakov_correlator", "correlator of two Polyakov loops by distance", measurePolyakovCorrelator},
		{"wilson_loops", "R x T loops up to half the extents", measureWilsonLoops},
		{"charge", "topological charge: plaquette, clover, improved", measureCharge},
		{"energy", "energy density: plaquette, clover", measureEnergy},
		{"condensate", "staggered condensate (1/V) Tr D^-1 by noise", measureCondensate},
		{"pion", "staggered Goldstone pion by time", measurePion},
		{"mesons", "local staggered mesons by time: scalar, vector, pseudovector", measureMesons},
		{"eigenvalues", "lowest eigenvalues of the staggered D^†D on the even sites", measureEigenvalues},
	}
}

// newMeasurement combines those of a list. Errors: of the command line, a name that
// is not in the table; of the lattice.
func newMeasurement(names []string, u *gauge.Field, q quarkSettings) (measurement, error) {
	var all []measurement
	for _, name := range names {
		i := slices.IndexFunc(observables(), func(o observable) bool { return o.name == name })
		m, err := observables()[i].make(u, q)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, m)
	}
	return func(u *gauge.Field, stream rng.Stream) (numbers []number, err error) {
		for i, m := range all {
			n, err := m(u, stream.Child(names[i]))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", names[i], err)
			}
			numbers = append(numbers, n...)
		}
		return numbers, nil
	}, nil
}

// checkObservables says whether all names are in the table. Errors: of the command
// line.
func checkObservables(names []string) error {
	var known []string
	for _, o := range observables() {
		known = append(known, o.name)
	}
	for i, name := range names {
		if !slices.Contains(known, name) {
			return usage{fmt.Errorf("--what: there is no observable %q (allowed: %s)", name, strings.Join(known, ", "))}
		}
		if slices.Contains(names[:i], name) {
			return usage{fmt.Errorf("--what: %s twice", name)}
		}
	}
	return nil
}

func one(name string, measure func(u *gauge.Field) float64) measurement {
	return func(u *gauge.Field, _ rng.Stream) ([]number, error) {
		return []number{named(name, measure(u))}, nil
	}
}

func measurePlaquette(u *gauge.Field, _ quarkSettings) (measurement, error) {
	p := observe.NewPlaquette(u.Geometry(), u.Group())
	space := u.Geometry().Dims() > 2
	return func(u *gauge.Field, _ rng.Stream) ([]number, error) {
		n := []number{named("plaquette", p.Measure(u)), named("plaquette_time", p.Time(u))}
		if space {
			n = append(n, named("plaquette_space", p.Space(u)))
		}
		return n, nil
	}, nil
}

func measurePolyakov(u *gauge.Field, _ quarkSettings) (measurement, error) {
	p, err := observe.NewPolyakovLoop(u.Geometry(), u.Group(), u.Geometry().Dims()-1)
	n := float64(u.Group().N())
	return func(u *gauge.Field, _ rng.Stream) ([]number, error) {
		t := p.Trace(u)
		return []number{
			named("polyakov_trace", real(t)), named("polyakov_trace_im", imag(t)),
			named("polyakov_normalised", real(t)/n), named("polyakov_normalised_im", imag(t)/n),
		}, nil
	}, err
}

func measurePolyakovCorrelator(u *gauge.Field, _ quarkSettings) (measurement, error) {
	c, err := observe.NewPolyakovCorrelator(u.Geometry(), u.Group())
	if err != nil {
		return nil, err
	}
	values := make([]float64, c.Distances())
	return func(u *gauge.Field, _ rng.Stream) (n []number, err error) {
		c.Measure(values, u)
		for r, v := range values {
			n = append(n, named(fmt.Sprintf("polyakov_correlator[%d]", r), v))
		}
		return n, nil
	}, nil
}

func measureWilsonLoops(u *gauge.Field, _ quarkSettings) (measurement, error) {
	geo := u.Geometry()
	time := geo.Dims() - 1
	most := geo.Extent(0) / 2
	for mu := range time {
		most = min(most, geo.Extent(mu)/2)
	}
	var loops []*observe.WilsonLoop
	var names []string
	for r := 1; r <= most; r++ {
		for t := 1; t <= geo.Extent(time)/2; t++ {
			w, err := observe.NewWilsonLoop(geo, u.Group(), r, t)
			if err != nil {
				return nil, err
			}
			loops, names = append(loops, w), append(names, fmt.Sprintf("wilson_loop[%d,%d]", r, t))
		}
	}
	return func(u *gauge.Field, _ rng.Stream) (n []number, err error) {
		for i, w := range loops {
			n = append(n, named(names[i], w.Measure(u)))
		}
		return n, nil
	}, nil
}

func measureCharge(u *gauge.Field, _ quarkSettings) (measurement, error) {
	var all []measurement
	for _, d := range []struct {
		name string
		make func() (*observe.Charge, error)
	}{
		{"charge_plaquette", func() (*observe.Charge, error) { return observe.NewChargePlaquette(u.Geometry(), u.Group()) }},
		{"charge_clover", func() (*observe.Charge, error) { return observe.NewChargeClover(u.Geometry(), u.Group()) }},
		{"charge_improved", func() (*observe.Charge, error) { return observe.NewChargeImproved(u.Geometry(), u.Group()) }},
	} {
		q, err := d.make()
		if err != nil {
			return nil, err
		}
		all = append(all, one(d.name, q.Measure))
	}
	return together(all...), nil
}

func measureEnergy(u *gauge.Field, _ quarkSettings) (measurement, error) {
	return together(
		one("energy_plaquette", observe.NewEnergyPlaquette(u.Geometry(), u.Group()).Measure),
		one("energy_clover", observe.NewEnergy(u.Geometry(), u.Group()).Measure),
	), nil
}

func together(all ...measurement) measurement {
	return func(u *gauge.Field, stream rng.Stream) (numbers []number, err error) {
		for _, m := range all {
			n, err := m(u, stream)
			if err != nil {
				return nil, err
			}
			numbers = append(numbers, n...)
		}
		return numbers, nil
	}
}

func staggered(u *gauge.Field, q quarkSettings) (*dirac.Staggered, error) {
	return dirac.NewStaggered(u.Geometry(), u.Group(), q.Mass, dirac.AntiperiodicTime(u.Geometry().Dims()))
}

func measureCondensate(u *gauge.Field, q quarkSettings) (measurement, error) {
	op, err := staggered(u, q)
	if err != nil {
		return nil, err
	}
	c, err := observe.NewCondensate(op, q.Tolerance, q.Noise)
	return func(u *gauge.Field, stream rng.Stream) ([]number, error) {
		v, e, err := c.Measure(u, stream)
		n := named("condensate", v)
		if !math.IsNaN(e) {
			f := rundir.Float(e)
			n.Error = &f
		}
		return []number{n}, err
	}, err
}

func measurePion(u *gauge.Field, q quarkSettings) (measurement, error) {
	op, err := staggered(u, q)
	if err != nil {
		return nil, err
	}
	p, err := observe.NewMesons(op, q.Tolerance)
	values := make([]float64, u.Geometry().Extent(u.Geometry().Dims()-1))
	return func(u *gauge.Field, _ rng.Stream) (n []number, err error) {
		err = p.Measure([][]float64{values}, u)
		for t, v := range values {
			n = append(n, named(fmt.Sprintf("pion[%d]", t), v))
		}
		return n, err
	}, err
}

func measureMesons(u *gauge.Field, q quarkSettings) (measurement, error) {
	op, err := staggered(u, q)
	if err != nil {
		return nil, err
	}
	p, err := observe.NewMesons(op, q.Tolerance)
	values := make([][]float64, observe.Channels)
	for k := range values {
		values[k] = make([]float64, u.Geometry().Extent(u.Geometry().Dims()-1))
	}
	return func(u *gauge.Field, _ rng.Stream) (n []number, err error) {
		err = p.Measure(values, u)
		for k, name := range []string{"", "scalar", "vector", "pseudovector"} {
			for t, v := range values[k] {
				if name != "" { // the pion has an entry of its own
					n = append(n, named(fmt.Sprintf("%s[%d]", name, t), v))
				}
			}
		}
		return n, err
	}, err
}

func measureEigenvalues(u *gauge.Field, q quarkSettings) (measurement, error) {
	op, err := staggered(u, q)
	if err != nil {
		return nil, err
	}
	// The error of an eigenvalue is of the order of the squared residual.
	e, err := observe.NewEigenvalues(op, lattice.Even, q.Eigenvalues, max(math.Sqrt(q.Tolerance), 1e-8))
	return func(u *gauge.Field, stream rng.Stream) (n []number, err error) {
		values, _, err := e.Measure(u, stream)
		for k, v := range values {
			n = append(n, named(fmt.Sprintf("eigenvalue[%d]", k), v))
		}
		return n, err
	}, err
}
