package measure

import (
	"fmt"
	"math"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/observe"
)

// flowSettings are those of --flow.
type flowSettings struct {
	Kind      string    `json:"kind"`
	Time      float64   `json:"time"`
	Step      float64   `json:"step"`
	Tolerance float64   `json:"tolerance,omitempty"` // of adaptive steps; 0: fixed ones
	At        []float64 `json:"at,omitempty"`        // times that are met and tabulated
	Level     float64   `json:"-"`                   // of t0 and w0: read off the curves, it changes none
}

// flowed is a point of a flow.
type flowed struct {
	Time            rundir.Float  `json:"t"`
	EnergyPlaquette rundir.Float  `json:"energy_plaquette"`
	EnergyClover    rundir.Float  `json:"energy_clover"`
	EnergySpace     rundir.Float  `json:"energy_clover_space"` // its planes without time
	EnergyTime      rundir.Float  `json:"energy_clover_time"`
	ChargeClover    *rundir.Float `json:"charge_clover,omitempty"` // four dimensions
	Charge          *rundir.Float `json:"charge,omitempty"`        // improved
}

func flowActions() map[string]covnet.FlowAction {
	return map[string]covnet.FlowAction{"wilson": covnet.WilsonFlow(), "symanzik": covnet.SymanzikFlow(), "zeuthen": covnet.ZeuthenFlow()}
}

// Bounds of a flow: an hour of steps of a small lattice, and as many points as a line of
// --out holds (some 300 bytes each).
const (
	maxFlowSteps  = 1_000_000
	maxFlowPoints = 10_000
)

// check says what is wrong with the settings. Errors: of the command line.
func (f flowSettings) check() error {
	if f.Kind == "" {
		return nil
	}
	if _, known := flowActions()[f.Kind]; !known {
		return cli.Usage(fmt.Errorf("--flow %s (allowed: wilson, symanzik, zeuthen)", f.Kind))
	}
	for _, v := range []struct {
		name  string
		value float64
	}{{"time", f.Time}, {"step", f.Step}, {"level", f.Level}} {
		if !(v.value > 0) || math.IsInf(v.value, 0) {
			return cli.Usage(fmt.Errorf("--flow-%s %v (allowed: above 0)", v.name, v.value))
		}
	}
	if !(f.Tolerance >= 0) || math.IsInf(f.Tolerance, 0) {
		return cli.Usage(fmt.Errorf("--flow-tolerance %v (allowed: 0, fixed steps, or above)", f.Tolerance))
	}
	if steps := f.Time / f.Step; f.Tolerance == 0 && steps > maxFlowSteps {
		return cli.Usage(fmt.Errorf("--flow-time %v in steps of --flow-step %v are %.3g steps (allowed: at most %d)", f.Time, f.Step, steps, maxFlowSteps))
	}
	if len(f.At) > 1000 {
		return cli.Usage(fmt.Errorf("--flow-at: %d times (allowed: at most 1000)", len(f.At)))
	}
	for i, t := range f.At {
		if !(t > 0 && t <= f.Time) || i > 0 && t <= f.At[i-1] {
			return cli.Usage(fmt.Errorf("--flow-at %v (allowed: ascending times above 0, to the --flow-time %v)", f.At, f.Time))
		}
	}
	return nil
}

// flowStop is a time at which a flow arrives exactly; at some of them it is looked at.
type flowStop struct {
	time float64
	look bool
}

// stops are those of the settings: the same for all files, so that curves can be averaged.
// They are the ends of fixed steps, and the times asked for. Adaptive steps are cut at equal
// parts of about .1, twenty to a hundred of them: the cubics of t0 and w0 are then good to
// .1^4, and steps can be nearly as long as they are stable.
func (f flowSettings) stops() (all []flowStop) {
	n := int(math.Ceil(f.Time / f.Step * (1 - 1e-12)))
	part := f.Step
	if f.Tolerance > 0 {
		n = int(min(100, max(20, math.Ceil(f.Time/.1))))
		part = f.Time / float64(n)
	}
	every := (n + maxFlowPoints - 1) / maxFlowPoints
	for i := 1; i <= n; i++ {
		// Times are multiples of the step, whatever sums round to.
		t := float64(i) * part
		if i == n {
			t = f.Time
		}
		all = append(all, flowStop{t, i%every == 0 || i == n})
	}
	for _, t := range f.At {
		i, _ := slices.BinarySearchFunc(all, t, func(s flowStop, t float64) int {
			if s.time < t-1e-9*f.Time {
				return -1
			}
			return 1
		})
		if i < len(all) && math.Abs(all[i].time-t) <= 1e-9*f.Time {
			all[i] = flowStop{t, true}
		} else {
			all = slices.Insert(all, i, flowStop{t, true})
		}
	}
	return all
}

// tabulated returns the times of the table: those of --flow-at, or else the quarters of the
// flow, to a step.
func (f flowSettings) tabulated() (times []float64) {
	if len(f.At) > 0 {
		return f.At
	}
	var looks []float64
	for _, s := range f.stops() {
		if s.look {
			looks = append(looks, s.time)
		}
	}
	for k := 1; k <= 4; k++ {
		i := int(math.Round(float64(k)*float64(len(looks))/4)) - 1
		if t := looks[max(i, 0)]; !slices.Contains(times, t) {
			times = append(times, t)
		}
	}
	return times
}

// flower flows configurations of one shape.
type flower struct {
	flowSettings
	flow      *covnet.Flow
	most      float64 // the largest stable step
	plaquette *observe.EnergyPlaquette
	clover    *observe.Energy
	charge    *observe.Charge
	stop      func() error
}

// newFlower makes it. Errors: of the command line, what the flow of this group and
// dimension does not allow; of the lattice.
func newFlower(f flowSettings, u *gauge.Field, stop func() error) (*flower, error) {
	geo, g := u.Geometry(), u.Group()
	action := flowActions()[f.Kind]
	most, least := action.MaxStep(geo.Dims()), covnet.MinTolerance(g.N())
	switch {
	case f.Tolerance == 0 && f.Step > most:
		return nil, cli.Usage(fmt.Errorf("--flow-step %v: the %s flow in %d dimensions is unstable beyond steps of %.4g", f.Step, f.Kind, geo.Dims(), most))
	case f.Tolerance > 0 && f.Tolerance < least:
		return nil, cli.Usage(fmt.Errorf("--flow-tolerance %v: round-off of %v is above that (allowed: 0, fixed steps, or at least %.2g)", f.Tolerance, g, least))
	case f.Tolerance > 0 && f.Time/most > maxFlowSteps:
		return nil, cli.Usage(fmt.Errorf("--flow-time %v takes more than %d steps, none of which can be larger than %.4g", f.Time, maxFlowSteps, most))
	}
	flow, err := covnet.NewFlow(u, action)
	if err != nil {
		return nil, err
	}
	w := &flower{flowSettings: f, flow: flow, most: most, plaquette: observe.NewEnergyPlaquette(geo, g), clover: observe.NewEnergy(geo, g), stop: stop}
	if geo.Dims() == 4 {
		if w.charge, err = observe.NewChargeImproved(geo, g); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// point looks at the links at a time.
func (w *flower) point(t float64) (flowed, error) {
	u := w.flow.Links()
	clover, time := w.clover.Measure(u), w.clover.Time(u)
	p := flowed{
		Time: rundir.Float(t), EnergyPlaquette: rundir.Float(w.plaquette.Measure(u)),
		EnergyClover: rundir.Float(clover), EnergySpace: rundir.Float(clover - time), EnergyTime: rundir.Float(time),
	}
	if w.charge != nil {
		first, all := w.charge.Both(u)
		c, q := rundir.Float(first), rundir.Float(all)
		p.ChargeClover, p.Charge = &c, &q
	}
	if math.IsNaN(clover) || math.IsInf(clover, 0) {
		return p, fmt.Errorf("at flow time %v the energy is %v: no number", t, clover)
	}
	return p, nil
}

// run flows u and returns a point for every stop at which it looks. Errors: that of stop;
// a flow that is none.
func (w *flower) run(u *gauge.Field) (points []flowed, err error) {
	w.flow.Reset(u)
	look := func(t float64) error {
		p, err := w.point(t)
		points = append(points, p)
		return err
	}
	if err := look(0); err != nil {
		return nil, err
	}
	next, steps := w.Step, 0
	for _, s := range w.stops() {
		for w.flow.Time() < s.time-1e-12*w.Time {
			if err := w.stop(); err != nil {
				return nil, err
			}
			left := s.time - w.flow.Time()
			if w.Tolerance == 0 {
				err = w.flow.Step(min(left, w.most)) // a step of the limit itself may round beyond it
			} else {
				next, err = w.adapt(next, left)
			}
			if err != nil {
				return nil, err
			}
			if steps++; steps > 2*maxFlowSteps {
				return nil, fmt.Errorf("after %d steps the flow is at t = %v (--flow-tolerance %v is too small)", steps, w.flow.Time(), w.Tolerance)
			}
		}
		if s.look {
			if err := look(s.time); err != nil {
				return nil, err
			}
		}
	}
	return points, nil
}

// adapt goes a step of what is proposed, or the rest of the way, and returns the next
// proposal: a step that was cut short by the way is no reason for short ones behind it.
func (w *flower) adapt(proposed, left float64) (next float64, err error) {
	before := w.flow.Time()
	next, err = w.flow.Adapt(min(proposed, left), w.Tolerance)
	if left < proposed && w.flow.Time()-before > .999*left {
		next = max(next, proposed)
	}
	return next, err
}

// flowScales are the scales that a flow curve defines.
func flowScales() []flowScale {
	return []flowScale{{"t0", observe.T0}, {"w0", observe.W0}}
}

type flowScale struct {
	name string
	find func(points []observe.FlowPoint, level float64) (float64, error)
}

// scales returns those that the flow of a file reaches.
func (f flowSettings) scales(points []flowed) (numbers []number) {
	for _, scale := range flowScales() {
		if v, err := scale.find(energyCurve(points), f.Level); err == nil {
			numbers = append(numbers, named(scale.name, v))
		}
	}
	return numbers
}

func energyCurve(points []flowed) (curve []observe.FlowPoint) {
	for _, p := range points {
		curve = append(curve, observe.FlowPoint{T: float64(p.Time), E: float64(p.EnergyClover)})
	}
	return curve
}
