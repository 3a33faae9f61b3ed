package main

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/observe"
)

// flowSettings are those of --flow.
type flowSettings struct {
	Kind      string  `json:"kind"`
	Time      float64 `json:"time"`
	Step      float64 `json:"step"`
	Tolerance float64 `json:"tolerance,omitempty"` // of adaptive steps; 0: fixed ones
}

// flowed is a point of a flow.
type flowed struct {
	Time            rundir.Float  `json:"t"`
	EnergyPlaquette rundir.Float  `json:"energy_plaquette"`
	EnergyClover    rundir.Float  `json:"energy_clover"`
	Charge          *rundir.Float `json:"charge,omitempty"` // improved; four dimensions
}

func flowActions() map[string]covnet.FlowAction {
	return map[string]covnet.FlowAction{"wilson": covnet.WilsonFlow(), "symanzik": covnet.SymanzikFlow(), "zeuthen": covnet.ZeuthenFlow()}
}

// check says what is wrong with the settings. Errors: of the command line.
func (f flowSettings) check() error {
	if f.Kind == "" {
		return nil
	}
	if _, known := flowActions()[f.Kind]; !known {
		return usage{fmt.Errorf("--flow %s (allowed: wilson, symanzik, zeuthen)", f.Kind)}
	}
	for name, v := range map[string]float64{"time": f.Time, "step": f.Step} {
		if !(v > 0) || math.IsInf(v, 0) {
			return usage{fmt.Errorf("--flow-%s %v (allowed: above 0)", name, v)}
		}
	}
	if !(f.Tolerance >= 0) {
		return usage{fmt.Errorf("--flow-tolerance %v (allowed: 0, fixed steps, or above)", f.Tolerance)}
	}
	return nil
}

// flower flows configurations of one shape.
type flower struct {
	flowSettings
	flow      *covnet.Flow
	plaquette *observe.EnergyPlaquette
	clover    *observe.Energy
	charge    *observe.Charge
}

func newFlower(f flowSettings, u *gauge.Field) (*flower, error) {
	flow, err := covnet.NewFlow(u, flowActions()[f.Kind])
	if err != nil {
		return nil, err
	}
	geo, g := u.Geometry(), u.Group()
	w := &flower{flowSettings: f, flow: flow, plaquette: observe.NewEnergyPlaquette(geo, g), clover: observe.NewEnergy(geo, g)}
	if geo.Dims() == 4 {
		if w.charge, err = observe.NewChargeImproved(geo, g); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *flower) point() flowed {
	u := w.flow.Links()
	p := flowed{Time: rundir.Float(w.flow.Time()), EnergyPlaquette: rundir.Float(w.plaquette.Measure(u)), EnergyClover: rundir.Float(w.clover.Measure(u))}
	if w.charge != nil {
		q := rundir.Float(w.charge.Measure(u))
		p.Charge = &q
	}
	return p
}

// run flows u and returns a point for every step, and what the flow as a whole says:
// t0 and w0 where they are reached.
func (w *flower) run(u *gauge.Field) (points []flowed, numbers []number, err error) {
	w.flow.Reset(u)
	points = []flowed{w.point()}
	next := w.Step
	for i := 1; w.flow.Time() < w.Time*(1-1e-12); i++ {
		if w.Tolerance == 0 {
			// The times are multiples of the step, whatever sums round to.
			w.flow.Step(min(float64(i)*w.Step, w.Time) - w.flow.Time())
		} else if next, err = w.flow.Adapt(min(next, w.Time-w.flow.Time()), w.Tolerance); err != nil {
			return nil, nil, err
		}
		points = append(points, w.point())
	}
	var curve []observe.FlowPoint
	for _, p := range points {
		curve = append(curve, observe.FlowPoint{T: float64(p.Time), E: float64(p.EnergyClover)})
	}
	const level = .3 // of both definitions
	for _, scale := range []struct {
		name string
		find func([]observe.FlowPoint, float64) (float64, error)
	}{{"t0", observe.T0}, {"w0", observe.W0}} {
		if v, err := scale.find(curve, level); err == nil { // not reached: there is none
			numbers = append(numbers, named(scale.name, v))
		}
	}
	return points, numbers, nil
}
