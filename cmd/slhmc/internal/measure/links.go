package measure

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
)

func measurePlaquette(u *gauge.Field, _ quarkSettings, _ func() error) (measurement, error) {
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

// plane is two directions, named as in "xt": the last direction is time, whatever the
// dimension.
type plane struct {
	mu, nu int
	name   string
}

// planes lists those with mu < nu.
func planes(d int) (all []plane) {
	name := func(mu int) byte {
		if mu == d-1 {
			return 't'
		}
		return "xyz"[mu]
	}
	for mu := range d {
		for nu := mu + 1; nu < d; nu++ {
			all = append(all, plane{mu, nu, string([]byte{name(mu), name(nu)})})
		}
	}
	return all
}

// turned is the plane with its directions exchanged.
func (p plane) turned() plane { return plane{p.nu, p.mu, string([]byte{p.name[1], p.name[0]})} }

// loop measures a loop that is made when it is wanted: thousands of them, each with the
// partial sums of a large lattice, would fill the memory.
func loop(name string, make func() (*observe.WilsonLoop, error)) measurement {
	return func(u *gauge.Field, _ rng.Stream) ([]number, error) {
		w, err := make()
		if err != nil {
			return nil, err
		}
		return []number{named(name, w.Measure(u))}, nil
	}
}

func measurePlanes(u *gauge.Field, _ quarkSettings, stop func() error) (measurement, error) {
	return planeLoops(u, "plaquette", stop, func(p plane) []plane { return []plane{p} }, 1, 1)
}

func measureRectanglePlanes(u *gauge.Field, _ quarkSettings, stop func() error) (measurement, error) {
	return planeLoops(u, "rectangle", stop, func(p plane) []plane { return []plane{p, p.turned()} }, 2, 1)
}

// planeLoops measures the r x s loops of planes, r along the first direction.
func planeLoops(u *gauge.Field, name string, stop func() error, of func(p plane) []plane, r, s int) (measurement, error) {
	var all []measurement
	for _, p := range planes(u.Geometry().Dims()) {
		for _, p := range of(p) {
			all = append(all, loop(name+"_"+p.name, func() (*observe.WilsonLoop, error) {
				return observe.NewPlaneLoop(u.Geometry(), u.Group(), p.mu, p.nu, r, s)
			}))
		}
	}
	return together(stop, all...), nil
}

func measureLoopPlanes(u *gauge.Field, _ quarkSettings, stop func() error) (measurement, error) {
	geo := u.Geometry()
	var all []measurement
	for _, p := range planes(geo.Dims()) {
		for r := 1; r <= geo.Extent(p.mu)/2; r++ {
			for s := 1; s <= geo.Extent(p.nu)/2; s++ {
				all = append(all, loop(fmt.Sprintf("wilson_loop_%s[%d,%d]", p.name, r, s), func() (*observe.WilsonLoop, error) {
					return observe.NewPlaneLoop(geo, u.Group(), p.mu, p.nu, r, s)
				}))
			}
		}
	}
	return together(stop, all...), nil
}

func measurePolyakov(u *gauge.Field, _ quarkSettings, _ func() error) (measurement, error) {
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

func measurePolyakovCorrelator(u *gauge.Field, _ quarkSettings, _ func() error) (measurement, error) {
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

func measureWilsonLoops(u *gauge.Field, _ quarkSettings, stop func() error) (measurement, error) {
	geo := u.Geometry()
	time := geo.Dims() - 1
	most := geo.Extent(0) / 2
	for mu := range time {
		most = min(most, geo.Extent(mu)/2)
	}
	var all []measurement
	for r := 1; r <= most; r++ {
		for t := 1; t <= geo.Extent(time)/2; t++ {
			all = append(all, loop(fmt.Sprintf("wilson_loop[%d,%d]", r, t), func() (*observe.WilsonLoop, error) {
				return observe.NewWilsonLoop(geo, u.Group(), r, t)
			}))
		}
	}
	return together(stop, all...), nil
}

func measureCharge(u *gauge.Field, _ quarkSettings, stop func() error) (measurement, error) {
	p, err := observe.NewChargePlaquette(u.Geometry(), u.Group())
	if err != nil {
		return nil, err
	}
	i, err := observe.NewChargeImproved(u.Geometry(), u.Group())
	return together(stop, one("charge_plaquette", p.Measure), func(u *gauge.Field, _ rng.Stream) ([]number, error) {
		clover, improved := i.Both(u)
		return []number{named("charge_clover", clover), named("charge_improved", improved)}, nil
	}), err
}

func measureEnergy(u *gauge.Field, _ quarkSettings, stop func() error) (measurement, error) {
	p, c := observe.NewEnergyPlaquette(u.Geometry(), u.Group()), observe.NewEnergy(u.Geometry(), u.Group())
	return together(
		stop,
		one("energy_plaquette", p.Measure), one("energy_plaquette_space", p.Space), one("energy_plaquette_time", p.Time),
		one("energy_clover", c.Measure), one("energy_clover_space", c.Space), one("energy_clover_time", c.Time),
	), nil
}
