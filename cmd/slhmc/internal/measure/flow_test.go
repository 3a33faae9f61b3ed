package measure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
)

// With t²E_i(t) = .15 s_i t, a polynomial that the cubics of T0 and W0 meet exactly, the mean
// curve has t0 = 2/<s> and w0 = sqrt(2/<s>), and not the means of 2/s_i: functions of one
// mean, whose errors the Gamma method and the jackknife know. Influences are differences
// over 1/N of a fluctuation of less than 1, the method's are over the error of independent
// entries, h = sqrt(Gamma(0)/N): slopes are off by 1/N² and h² relative. The grid is finer than the error of t0, where a derivative
// by one mean at a time would be wrong.
func TestScalesOfTheMeanCurve(t *testing.T) {
	const n = 60
	source := rng.New(3).Child("series").Site(0)
	s := make([]float64, n)
	last := 0.
	for i := range s {
		last = .6*last + .1*source.Normal()
		s[i] = 1 + last
	}
	var times []float64
	var energies [][]float64
	for k := range 226 {
		x := float64(k) * .01
		times = append(times, x)
		e := make([]float64, n)
		for i := range e {
			if k > 0 {
				e[i] = .15 * s[i] / x
			}
		}
		energies = append(energies, e)
	}
	for k, scale := range flowScales() {
		f := func(m []float64) float64 {
			if k == 0 {
				return 2 / m[0]
			}
			return math.Sqrt(2 / m[0])
		}
		want, err := statistics.GammaDerived(f, [][]float64{s})
		require.NoError(t, err)
		require.Greater(t, want.Error, .02, "above the grid")
		off := 1./(n*n) + want.Error*want.Error
		q := scale.quantity(times, energies, .3)
		got, err := q.gamma()
		require.NoError(t, err)
		assert.InEpsilon(t, want.Value, got.Value, 1e-10, scale.name)
		assert.InEpsilon(t, want.Error, got.Error, off, scale.name)
		assert.InEpsilon(t, want.TauInt, got.TauInt, off, scale.name)
		resampled, err := statistics.JackknifeDerived(f, 4, s)
		require.NoError(t, err)
		mine, err := statistics.JackknifeDerived(q.f, 4, q.series...)
		require.NoError(t, err)
		assert.InEpsilon(t, resampled.Error, mine.Error, 1e-9, scale.name)

		reach := 0
		for _, x := range s {
			if 2/x <= 2.25 {
				reach++
			}
		}
		require.Less(t, reach, n)
		assert.Equal(t, fmt.Sprintf("of the mean curve; %d of %d files reach 0.3 by themselves", reach, n), q.remark)
	}
	q := flowScales()[0].quantity(times, energies, .9)
	assert.Contains(t, q.remark, "the mean curve has none (the flow to t = 2.25 reaches")
	_, err := q.gamma()
	assert.ErrorIs(t, err, statistics.ErrNotFinite)
}

// row returns the fields of the line of a table that begins with a name.
func row(t *testing.T, table, name string) []string {
	t.Helper()
	for _, line := range strings.Split(table, "\n") {
		if f := strings.Fields(line); len(f) > 0 && f[0] == name {
			return f
		}
	}
	require.Fail(t, "no "+name, table)
	return nil
}

// The table of eight files, the JSON of each and the table of fewer say the same; the
// times are met to the bit by fixed steps and adaptive ones, which agree to their
// tolerances.
func TestMeasureFlowTable(t *testing.T) {
	dir := harness.Scratch(t)
	files := configurations(t, dir, 8)
	args := []string{"-w", "plaquette", "--flow", "wilson", "--flow-time", ".5", "--flow-step", ".02", "--flow-at", ".125,.3", "--flow-level", ".002", "--quiet", "--out", "results"}
	o := harness.Done(t, dir, append(append([]string{"measure"}, files...), args...)...)
	results := measure(t, dir, append(slices.Clone(files), args...)...)

	var curve []observe.FlowPoint
	charge, square, at := 0., 0., 0.
	for k, p := range results[0].Flow {
		mean := 0.
		for _, m := range results {
			require.Equal(t, p.Time, m.Flow[k].Time)
			mean += float64(m.Flow[k].EnergyClover) / 8
			assert.InDelta(t, float64(m.Flow[k].EnergyClover), float64(m.Flow[k].EnergySpace+m.Flow[k].EnergyTime), 1e-13)
			if p.Time == .125 {
				charge += float64(*m.Flow[k].Charge) / 8
				square += math.Pow(float64(*m.Flow[k].ChargeClover), 2) / 8
			}
		}
		if p.Time == .3 {
			at = .3 * .3 * mean
		}
		curve = append(curve, observe.FlowPoint{T: float64(p.Time), E: mean})
	}
	t0, err := observe.T0(curve, .002)
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf("%.10g", t0), row(t, o.Stdout, "t0")[1])
	assert.Contains(t, o.Stdout, "of the mean curve; 8 of 8 files reach 0.002 by themselves")
	assert.Equal(t, fmt.Sprintf("%.10g", at), row(t, o.Stdout, "t²E_clover(0.3)")[1])
	for name, want := range map[string]float64{"Q_improved(0.125)": charge, "Q²_clover(0.125)": square} {
		f := row(t, o.Stdout, name)
		var got float64
		_, err := fmt.Sscan(f[1], &got)
		require.NoError(t, err)
		assert.InEpsilon(t, want, got, 1e-8, name)
	}

	few := harness.Done(t, dir, append(append([]string{"measure"}, files[:7]...), args...)...)
	assert.Contains(t, few.Stdout, "7 files")
	assert.Contains(t, few.Stdout, "(errors take at least 8)")
	assert.Contains(t, few.Stdout, "of the mean curve; 7 of 7 files reach 0.002 by themselves")
	assert.Len(t, row(t, few.Stdout, "t²E_plaquette(0.3)"), 2)
	one := harness.Done(t, dir, append([]string{"measure", files[0]}, args...)...)
	assert.NotContains(t, one.Stdout, "files")
	assert.Contains(t, one.Stdout, "(improved)")
	first := row(t, one.Stdout, "t0")
	assert.Equal(t, fmt.Sprintf("%.12g", results[0].value(t, "t0")), first[1])

	adaptive := measure(t, dir, files[0], "-w", "plaquette", "--flow", "wilson", "--flow-time", ".5", "--flow-at", ".125,.3", "--flow-tolerance", "1e-9", "--flow-step", ".05")[0]
	met := 0
	for _, p := range adaptive.Flow {
		for _, q := range results[0].Flow {
			if p.Time == q.Time && p.Time > 0 {
				met++
				assert.InEpsilon(t, float64(q.EnergyClover), float64(p.EnergyClover), 1e-4, "%v", p.Time)
			}
		}
	}
	assert.Equal(t, 6, met, "the tenths, and .125")
}

// The times of a flow: ends of steps, parts for adaptive ones, what is asked for between
// them or on them, never more points than a line holds.
func TestFlowStops(t *testing.T) {
	look := func(f flowSettings) (times []float64) {
		for _, s := range f.stops() {
			if s.look {
				times = append(times, s.time)
			}
		}
		return times
	}
	assert.Equal(t, []float64{.4, .8, 1}, look(flowSettings{Time: 1, Step: .4}))
	assert.Equal(t, []float64{.3, .4, .8, 1}, look(flowSettings{Time: 1, Step: .4, At: []float64{.3, .8}}))
	assert.Len(t, look(flowSettings{Time: 1, Step: .5, Tolerance: 1e-5}), 20)
	assert.InDelta(t, .1, look(flowSettings{Time: 3, Step: .5, Tolerance: 1e-5})[0], 1e-15)
	assert.Len(t, look(flowSettings{Time: 50, Step: .01, Tolerance: 1e-5}), 100)
	many := look(flowSettings{Time: 500, Step: .001, At: []float64{.0015, .0025, 123.4567}})
	assert.LessOrEqual(t, len(many), maxFlowPoints+3)
	assert.Subset(t, many, []float64{.0015, .0025, 123.4567, 500})
	assert.True(t, slices.IsSorted(many))
	assert.Equal(t, []float64{3}, look(flowSettings{Time: 3, Step: 5}))
	assert.Equal(t, []float64{.25, .5, .75, 1}, flowSettings{Time: 1, Step: .01}.tabulated())
	assert.Equal(t, []float64{.4, .8, 1}, flowSettings{Time: 1, Step: .4}.tabulated())
	assert.Equal(t, []float64{.7}, flowSettings{Time: 1, Step: .4, At: []float64{.7}}.tabulated())
}

// What a flow that is short says: not a number, but how far it came.
func TestMeasureShortFlow(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU3, 4, 4)
	o := harness.Done(t, dir, "measure", "u.ildg", "-w", "plaquette", "--flow", "symanzik", "--flow-time", ".05")
	assert.Regexp(t, `t0 +- +the flow to t = 0.05 reaches 0\.\d+, not 0.3: flow longer`, o.Stdout)
	m := measure(t, dir, "u.ildg", "-w", "plaquette", "--flow", "symanzik", "--flow-time", ".05")[0]
	_, ok := m.find("t0")
	assert.False(t, ok)
	// the largest stable step is one, whatever rounding does to it, on a lattice that has the wave
	step := fmt.Sprint(flowActions()["symanzik"].MaxStep(2))
	assert.Equal(t, rundir.ExitDone, harness.Run(t, dir, "measure", "u.ildg", "-w", "plaquette", "--flow", "symanzik", "--flow-time", "20", "--flow-step", step).Code)
}
