package measure

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/gauge"
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

// maker makes the measurement for links like u. stop is asked now and then: its error
// ends a measurement. Errors: of the command line, what this lattice does not allow.
type maker func(u *gauge.Field, q quarkSettings, stop func() error) (measurement, error)

// observable is an entry of the table of what can be measured; flags are those that it
// uses.
type observable struct {
	name, about string
	flags       []string
	make        maker
}

// observables is that table.
func observables() []observable {
	with := func(more ...string) []string { return append(slices.Clone(solveFlags), more...) }
	return []observable{
		{"plaquette", "average plaquette, with time, in space", nil, measurePlaquette},
		{"rectangle", "average 2 x 1 loop", nil, func(u *gauge.Field, _ quarkSettings, _ func() error) (measurement, error) {
			r := observe.NewRectangle(u.Geometry(), u.Group())
			return one("rectangle", r.Measure), nil
		}},
		{"plaquette_planes", "average plaquette of each plane: plaquette_xy, …, _zt", nil, measurePlanes},
		{"rectangle_planes", "2 x 1 loops of each plane, by the direction that is 2 long: rectangle_xy, rectangle_yx, …", nil, measureRectanglePlanes},
		{"polyakov", "Polyakov loop around time: trace, and divided by N", nil, measurePolyakov},
		{"polyakov_correlator", "correlator of two Polyakov loops by distance", nil, measurePolyakovCorrelator},
		{"wilson_loops", "R x T loops up to half the extents", nil, measureWilsonLoops},
		{"wilson_loops_planes", "the same of each plane, space with space too: wilson_loop_xy[R,S], …", nil, measureLoopPlanes},
		{"charge", "topological charge: plaquette, clover, improved", nil, measureCharge},
		{"energy", "energy density: plaquette, clover; of each the planes in space and with time", nil, measureEnergy},
		{"condensate", "staggered condensate (1/V) Tr D^-1 by noise", with("noise", "seed"), measureCondensate},
		{"condensate_exact", fmt.Sprintf("the same without noise, by a solve for each of N V/2 components (at most %d)", maxExact), solveFlags, measureCondensateExact},
		{"pion", "pion from a point source, by time (staggered: the Goldstone one)", solveFlags, measurePion},
		{"mesons", "local staggered mesons by time: scalar, vector, pseudovector", solveFlags, measureMesons},
		{"eigenvalues", "lowest eigenvalues of D^†D (staggered: on the even sites)", with("eigenvalues", "seed"), measureEigenvalues},
		{"eigenvalues_largest", "largest eigenvalues of it, from the largest", with("eigenvalues", "seed"), measureLargestEigenvalues},
	}
}

// newMeasurement combines those of a list, all of which are in the table. Errors: of the
// command line or of the lattice.
func newMeasurement(names []string, u *gauge.Field, q quarkSettings, stop func() error) (measurement, error) {
	var all []measurement
	for _, name := range names {
		i := slices.IndexFunc(observables(), func(o observable) bool { return o.name == name })
		m, err := observables()[i].make(u, q, stop)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, m)
	}
	return func(u *gauge.Field, stream rng.Stream) (numbers []number, err error) {
		for i, m := range all {
			if err := stop(); err != nil {
				return nil, err
			}
			n, err := m(u, stream.Child(names[i]))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", names[i], err)
			}
			numbers = append(numbers, n...)
		}
		return numbers, nil
	}, nil
}

// checkObservables says whether all names are in the table, and returns the flags that
// they use. Errors: of the command line.
func checkObservables(names []string) (used []string, err error) {
	var known []string
	for _, o := range observables() {
		known = append(known, o.name)
		if slices.Contains(names, o.name) {
			used = append(used, o.flags...)
		}
	}
	for i, name := range names {
		if !slices.Contains(known, name) {
			return nil, cli.Usage(fmt.Errorf("--what: there is no observable %q (allowed: %s)", name, strings.Join(known, ", ")))
		}
		if slices.Contains(names[:i], name) {
			return nil, cli.Usage(fmt.Errorf("--what: %s twice", name))
		}
	}
	return used, nil
}

// checkNumbers finds the number that is none: links that were no links, or a smearing
// that has gone astray.
func checkNumbers(numbers []number) error {
	for _, n := range numbers {
		if v := float64(n.Value); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s is %v: no number", n.Name, v)
		}
	}
	return nil
}

func one(name string, measure func(u *gauge.Field) float64) measurement {
	return func(u *gauge.Field, _ rng.Stream) ([]number, error) {
		return []number{named(name, measure(u))}, nil
	}
}

// together runs measurements one after the other, and asks stop between them.
func together(stop func() error, all ...measurement) measurement {
	return func(u *gauge.Field, stream rng.Stream) (numbers []number, err error) {
		for _, m := range all {
			if err := stop(); err != nil {
				return nil, err
			}
			n, err := m(u, stream)
			if err != nil {
				return nil, err
			}
			numbers = append(numbers, n...)
		}
		return numbers, nil
	}
}
