package sampler_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/sampler"
)

// written returns a directory with the given records, numbered in order, each of
// which took a second a trajectory, or two from number slow on.
func written(t *testing.T, slow int, records []sampler.Record) string {
	t.Helper()
	dir := scratch(t)
	h, err := rundir.CreateJournal(filepath.Join(dir, rundir.HistoryFile))
	require.NoError(t, err)
	s, err := rundir.CreateJournal(filepath.Join(dir, rundir.TimingsFile))
	require.NoError(t, err)
	for i, r := range records {
		r.Trajectory = uint64(i)
		require.NoError(t, h.Append(r))
		timing := sampler.Timing{Trajectory: uint64(i), Seconds: 1, Training: 100, Measuring: 1000}
		if i >= slow {
			timing.Seconds = 2
		}
		require.NoError(t, s.Append(timing))
	}
	require.NoError(t, h.Close())
	require.NoError(t, s.Close())
	return dir
}

// Forces of two levels, of one and of two terms: roots of mean squares, the largest
// of the largest, and shares of the seconds of trajectories. A proposal that failed, and
// lines of before there were names, are as they were.
func TestSummariseForces(t *testing.T) {
	dir := scratch(t)
	h, err := rundir.CreateJournal(filepath.Join(dir, rundir.HistoryFile))
	require.NoError(t, err)
	s, err := rundir.CreateJournal(filepath.Join(dir, rundir.TimingsFile))
	require.NoError(t, err)
	for i, forces := range [][]sampler.RecordedForce{
		{{RMS: 3, Max: 5, Kicks: 7, Term: "gauge"}, {RMS: 5, Max: 8, Kicks: 20, Terms: []sampler.RecordedTerm{{Term: "light", RMS: 1, Max: 2}, {Term: "heavy", RMS: 2, Max: 3}}}},
		{{RMS: 4, Max: 4, Kicks: 7, Term: "gauge"}, {RMS: 5, Max: 8, Kicks: 20, Terms: []sampler.RecordedTerm{{Term: "light", RMS: 7, Max: 9}, {Term: "heavy", RMS: 2, Max: 2}}}},
		{{RMS: 100, Max: 100, Kicks: 1, Term: "gauge"}, {}},
	} {
		r := sampler.Record{Phase: "hmc", Trajectory: uint64(i), Forces: forces}
		timing := sampler.Timing{Trajectory: uint64(i), Seconds: 2, Forces: [][]float64{{0.5}, {0.25, 0.75}}}
		if i == 2 {
			r.Failure, timing.Forces, timing.Seconds = "it broke", nil, 1000
		}
		require.NoError(t, h.Append(r))
		require.NoError(t, s.Append(timing))
	}
	require.NoError(t, h.Append(map[string]any{"trajectory": 3, "phase": "old", "forces": []map[string]any{{"rms": 3, "max": 4}}}))
	require.NoError(t, h.Close())
	require.NoError(t, s.Close())
	sum, err := sampler.Summarise(dir)
	require.NoError(t, err)
	share := func(x float64) *float64 { return &x }
	near := rundir.Float(math.Sqrt(12.5))
	assert.Equal(t, []sampler.TermSummary{
		{Level: 0, Term: "gauge", RMS: near, Max: 5, Kicks: 7, Share: share(0.25)},
		{Level: 1, Term: "light", RMS: 5, Max: 9, Kicks: 20, Share: share(0.125)},
		{Level: 1, Term: "heavy", RMS: 2, Max: 3, Kicks: 20, Share: share(0.375)},
	}, sum.Phases["hmc"].Forces)
	assert.Equal(t, []sampler.TermSummary{{RMS: 3, Max: 4}}, sum.Phases["old"].Forces)
}

// A history by hand: 20 steps of training, 400 trajectories of hmc and 400 of slhmc,
// measured every second one.
func TestSummarise(t *testing.T) {
	const train, n = 20, 400
	ln2 := rundir.Float(math.Ln2)
	var records []sampler.Record
	for i := range train {
		r := sampler.Record{Phase: "train", Accepted: true, Training: &sampler.RecordedTraining{Loss: rundir.Float(train - i), Params: []rundir.Float{rundir.Float(i), -1}}}
		records = append(records, r)
	}
	series, flops := map[string][]float64{}, rundir.Float(5e6)
	for i := range 2 * n {
		r := sampler.Record{Phase: "hmc", Accepted: i%4 != 0, Solves: 3, Iterations: 50, Applications: 70, DeltaH: ln2, GuideDeltaH: 1, Flops: &flops}
		if i == 2*n-1 {
			r.Flops = nil
		}
		if i >= n {
			r.Phase, r.Iterations = "slhmc", 90
		}
		if i%2 == 1 { // dH = ± ln 2: the mean of exp(-dH) is (2 + 1/2)/2
			r.DeltaH = -ln2
			// a walk that comes back, four times as slow in slhmc
			x := math.Sin(float64(i)) + math.Sin(3*float64(i)) // no period, little correlation
			if r.Phase == "slhmc" {
				x = math.Sin(float64(i/8)) + 0.1
			}
			r.Observables = map[string]rundir.Float{"x": rundir.Float(x), "still": 5}
			series[r.Phase] = append(series[r.Phase], x)
		}
		records = append(records, r)
	}
	s, err := sampler.Summarise(written(t, train+n, records))
	require.NoError(t, err)

	require.Len(t, s.Phases, 3)
	hmc, slhmc := s.Phases["hmc"], s.Phases["slhmc"]
	for _, p := range []*sampler.PhaseSummary{hmc, slhmc} {
		assert.Equal(t, n, p.Trajectories)
		assert.InDelta(t, 0.75, float64(p.Acceptance.Value), 1e-15)
		assert.InDelta(t, 1.25, float64(p.ExpMinusDH.Value), 1e-14)
		assert.InDelta(t, 0, float64(p.DeltaH.Value), 1e-14)
		assert.Equal(t, 3., p.Solves)
		assert.Equal(t, 70., p.Applications)
		assert.Equal(t, n, p.Acceptance.Entries)
		assert.Equal(t, n/2, p.Observables["x"].Entries)
		assert.Equal(t, 1., float64(p.GuideDeltaH.Value))
		assert.Equal(t, 0., *p.GuideDeltaH.Error, "a constant that may be one")
	}
	assert.Equal(t, 50., hmc.Iterations)
	assert.Equal(t, 90., slhmc.Iterations)
	assert.Equal(t, 1., hmc.Seconds, "training and measuring do not count")
	assert.Equal(t, 2., slhmc.Seconds)

	// what was measured, by the Gamma method, in entries; two trajectories each
	for name, p := range map[string]*sampler.PhaseSummary{"hmc": hmc, "slhmc": slhmc} {
		want, err := statistics.Gamma(series[name])
		require.NoError(t, err)
		got := p.Observables["x"]
		assert.InDelta(t, want.Value, float64(got.Value), 1e-14)
		assert.Equal(t, want.Error, *got.Error)
		assert.Equal(t, 2*want.TauInt, *got.TauInt, "in trajectories")
		assert.Equal(t, 2*want.TauIntError, *got.TauIntError)
		k := 2 * want.TauInt * 2
		assert.InEpsilon(t, k, p.IndependentIn["x"].Trajectories, 1e-14)
		assert.InEpsilon(t, k*p.Seconds, p.IndependentIn["x"].Seconds, 1e-14)
		assert.InEpsilon(t, k*p.Iterations, p.IndependentIn["x"].Iterations, 1e-14)
	}
	// prices: constants have no error, and of flops that one record lacks nothing is known
	c := hmc.Costs
	assert.Equal(t, sampler.Price{Value: 3, Error: new(float64)}, *c.Trajectory.Solves)
	assert.Equal(t, sampler.Price{Value: 1, Error: new(float64)}, *c.Trajectory.Seconds)
	assert.Equal(t, 5e6, c.Trajectory.Flops.Value)
	assert.Nil(t, slhmc.Costs.Trajectory.Flops)
	assert.InEpsilon(t, 4., c.Accepted.Solves.Value, 1e-14, "3/4 are accepted")
	accepted, solves := make([]float64, n), make([]float64, n)
	for i := range n {
		solves[i] = 3
		if i%4 != 0 {
			accepted[i] = 1
		}
	}
	want, err := statistics.GammaDerived(func(m []float64) float64 { return m[0] / m[1] }, [][]float64{solves, accepted})
	require.NoError(t, err)
	assert.Equal(t, want.Error, *c.Accepted.Solves.Error)
	tau := hmc.Observables["x"]
	k := 2 * *tau.TauInt
	assert.InEpsilon(t, k*3, c.Independent["x"].Solves.Value, 1e-14)
	assert.InEpsilon(t, k*3**tau.TauIntError / *tau.TauInt, *c.Independent["x"].Solves.Error, 1e-12)
	assert.NotContains(t, c.Independent, "still")

	x, y := hmc.Observables["x"], slhmc.Observables["x"]
	assert.InEpsilon(t, math.Abs(float64(x.Value-y.Value))/math.Hypot(*x.Error, *y.Error), float64(s.Agreement["x"]), 1e-12)

	// a chain that never moved knows no error: not one of zero
	still := hmc.Observables["still"]
	assert.Equal(t, 5., float64(still.Value))
	assert.Nil(t, still.Error)
	assert.Nil(t, still.TauInt)
	assert.Equal(t, "it never changed", still.Note)
	assert.NotContains(t, s.Agreement, "still")
	assert.NotContains(t, hmc.IndependentIn, "still")

	// windows of a tenth: (20 + 19)/2 and (2 + 1)/2
	require.NotNil(t, s.Training)
	assert.Equal(t, sampler.TrainingSummary{
		Steps: train, LossFirst: 19.5, LossLast: 1.5,
		ExpMinusLoss: rundir.Float((math.Exp(-2) + math.Exp(-1)) / 2), Weights: []rundir.Float{train - 1, -1},
	}, *s.Training)
}

// A few trajectories give values without errors, a line that is being written ends
// the history, and one that is damaged is an error. Whatever the numbers, the summary
// is JSON.
func TestSummariseOfARunUnderWay(t *testing.T) {
	records := []sampler.Record{
		{Phase: "hmc", DeltaH: -1000, Accepted: true, Observables: map[string]rundir.Float{"x": 1}},
		{Phase: "hmc", DeltaH: rundir.Float(math.Inf(1)), Observables: map[string]rundir.Float{"x": 2}},
		{Phase: "train", Training: &sampler.RecordedTraining{Loss: rundir.Float(math.Inf(1)), Params: []rundir.Float{1}}},
	}
	dir := written(t, 0, records)
	s, err := sampler.Summarise(dir)
	require.NoError(t, err)
	hmc := s.Phases["hmc"]
	assert.Equal(t, 1.5, float64(hmc.Observables["x"].Value))
	assert.Nil(t, hmc.Observables["x"].Error)
	assert.Contains(t, hmc.Observables["x"].Note, "too few entries")
	assert.True(t, math.IsInf(float64(hmc.ExpMinusDH.Value), 1))
	assert.Nil(t, s.Agreement)
	_, err = json.Marshal(s)
	require.NoError(t, err)

	for _, name := range []string{rundir.HistoryFile, rundir.TimingsFile} {
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, append(whole[:len(whole):len(whole)], `{"crc":"0123`...), 0o666))
		torn, err := sampler.Summarise(dir)
		require.NoError(t, err, "torn %s", name)
		assert.Equal(t, 2, torn.Phases["hmc"].Trajectories)

		whole[len(whole)/2] ^= 1
		require.NoError(t, os.WriteFile(path, whole, 0o666))
		damaged, err := sampler.Summarise(dir)
		if name == rundir.TimingsFile { // of which nothing depends
			require.NoError(t, err)
			require.Len(t, damaged.Notes, 1)
			assert.Contains(t, damaged.Notes[0], path)
		} else {
			var damage *rundir.Damage
			require.ErrorAs(t, err, &damage, "damaged %s", name)
			assert.Equal(t, path, damage.File)
		}
		whole[len(whole)/2] ^= 1
		require.NoError(t, os.WriteFile(path, whole, 0o666))
	}
	_, err = sampler.Summarise(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)

	empty, err := sampler.Summarise(written(t, 0, nil))
	require.NoError(t, err)
	assert.Empty(t, empty.Phases)
	assert.Nil(t, empty.Training)
}

// Two chains that never moved, at different values, are no number of sigma apart.
func TestAgreementOfNothing(t *testing.T) {
	var records []sampler.Record
	for i := range 40 {
		r := sampler.Record{Phase: "hmc", Observables: map[string]rundir.Float{"x": 1}}
		if i >= 20 {
			r.Phase, r.Observables = "slhmc", map[string]rundir.Float{"x": 2}
		}
		records = append(records, r)
	}
	s, err := sampler.Summarise(written(t, 0, records))
	require.NoError(t, err)
	assert.NotNil(t, s.Agreement)
	assert.Empty(t, s.Agreement)
}
