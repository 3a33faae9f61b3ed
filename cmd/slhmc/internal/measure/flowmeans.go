package measure

import (
	"fmt"
	"math"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/observe"
)

// flowQuantities lists what the flows of an ensemble say: t0 and w0 of the mean curve
// t²<E(t)>, with how many files reach the level by themselves, and at the times of the
// table t²<E>, its parts, <Q> and <Q²>.
func (s *survey) flowQuantities(results []*measured) (all []quantity) {
	if results[0].Flow == nil {
		return nil
	}
	// series returns a number of a point of the flow, of all files.
	series := func(k int, of func(p flowed) rundir.Float) (x []float64) {
		for _, m := range results {
			x = append(x, float64(of(m.Flow[k])))
		}
		return x
	}
	var energies [][]float64
	var times []float64
	for k, p := range results[0].Flow {
		times = append(times, float64(p.Time))
		energies = append(energies, series(k, func(p flowed) rundir.Float { return p.EnergyClover }))
	}
	for _, scale := range flowScales() {
		all = append(all, scale.quantity(times, energies, s.Flow.Level))
	}
	for _, t := range s.Flow.tabulated() {
		k := slices.Index(times, t)
		scaled := func(name string, of func(p flowed) rundir.Float) {
			q := single(fmt.Sprintf("%s(%.6g)", name, t), series(k, func(p flowed) rundir.Float { return rundir.Float(t*t) * of(p) }))
			all = append(all, q)
		}
		scaled("t²E_clover", func(p flowed) rundir.Float { return p.EnergyClover })
		if len(results[0].Extents) > 2 {
			scaled("t²E_clover_space", func(p flowed) rundir.Float { return p.EnergySpace })
			scaled("t²E_clover_time", func(p flowed) rundir.Float { return p.EnergyTime })
		}
		scaled("t²E_plaquette", func(p flowed) rundir.Float { return p.EnergyPlaquette })
		if results[0].Flow[k].Charge == nil {
			continue
		}
		for _, c := range []struct {
			name string
			of   func(p flowed) rundir.Float
		}{
			{"clover", func(p flowed) rundir.Float { return *p.ChargeClover }},
			{"improved", func(p flowed) rundir.Float { return *p.Charge }},
		} {
			q := series(k, c.of)
			squares := make([]float64, len(q))
			for i, x := range q {
				squares[i] = x * x
			}
			all = append(all, single(fmt.Sprintf("Q_%s(%.6g)", c.name, t), q), single(fmt.Sprintf("Q²_%s(%.6g)", c.name, t), squares))
		}
	}
	return all
}

// quantity is the scale of the mean of curves E(t), energies[time][file].
func (scale flowScale) quantity(times []float64, energies [][]float64, level float64) quantity {
	find := func(e []float64) (float64, error) {
		curve := make([]observe.FlowPoint, len(e))
		for k, v := range e {
			curve[k] = observe.FlowPoint{T: times[k], E: v}
		}
		return scale.find(curve, level)
	}
	q := quantity{name: scale.name, series: energies, curve: true, f: func(m []float64) float64 {
		v, err := find(m)
		if err != nil {
			return math.NaN()
		}
		return v
	}}
	files, reach := len(energies[0]), 0
	one := make([]float64, len(energies))
	for i := range files {
		for k := range one {
			one[k] = energies[k][i]
		}
		if _, err := find(one); err == nil {
			reach++
		}
	}
	q.remark = fmt.Sprintf("of the mean curve; %d of %d files reach %v by themselves", reach, files, level)
	if _, err := find(means(energies)); err != nil {
		q.remark = fmt.Sprintf("the mean curve has none (%s); %d of %d files reach %v by themselves", cli.Reason(err), reach, files, level)
	}
	return q
}
