package bench_test

import (
	"bytes"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"golang.org/x/perf/benchfmt"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/physics/rng"
)

// recorded returns 40 samples of each of eight kernels, measured on one core of a
// machine of two on which other programs ran as well.
func recorded(t *testing.T) *bench.Record {
	t.Helper()
	r, err := bench.ReadFile("testdata/recorded.txt")
	require.NoError(t, err)
	return r
}

// split deals the samples of every case to two hands, at random but for the seed.
func split(s bench.Samples, seed uint64) (a, b bench.Samples) {
	a, b = bench.Samples{}, bench.Samples{}
	deal := rng.New(seed).Site(0)
	for _, name := range slices.Sorted(maps.Keys(s)) {
		units := s[name]
		order := make([]int, len(units["sec/op"]))
		for i := range order {
			order[i] = i
		}
		for i := len(order) - 1; i > 0; i-- {
			k := int(deal.Float64() * float64(i+1))
			order[i], order[k] = order[k], order[i]
		}
		a[name], b[name] = map[string][]float64{}, map[string][]float64{}
		for unit, x := range units {
			for i, k := range order {
				if i%2 == 0 {
					a[name][unit] = append(a[name][unit], x[k])
				} else {
					b[name][unit] = append(b[name][unit], x[k])
				}
			}
		}
	}
	return a, b
}

// Fifty comparisons of the same code with itself all pass.
func TestSameCodePasses(t *testing.T) {
	rec := recorded(t)
	noise, err := rec.Noise()
	require.NoError(t, err)
	for seed := range uint64(50) {
		a, b := split(rec.Samples(), seed)
		j, err := bench.Judge(a, b, noise)
		require.NoError(t, err)
		assert.Empty(t, j.Bad(), "seed %d", seed)
		assert.Len(t, slices.DeleteFunc(j.Verdicts, func(v bench.Verdict) bool { return v.Unit != "sec/op" }), 8)
	}
	// also without the noise, by the rank test and Holm's procedure alone, in
	// nearly all: P(more than 2 of 50 alarms of 1e-3 each) < 3e-5
	alarms := 0
	for seed := range uint64(50) {
		a, b := split(rec.Samples(), seed)
		j, err := bench.Judge(a, b, 0)
		require.NoError(t, err)
		if len(j.Bad()) > 0 {
			alarms++
		}
	}
	assert.LessOrEqual(t, alarms, 2)
}

// A case that takes 5 % longer is called slower, and no other.
func TestSlowdownIsCaught(t *testing.T) {
	rec := recorded(t)
	noise, err := rec.Noise()
	require.NoError(t, err)
	require.Less(t, noise, 0.05)
	for i, name := range rec.Cases() {
		if strings.HasPrefix(name, "roofline-") {
			continue
		}
		a, b := split(rec.Samples(), uint64(i))
		for k := range b[name]["sec/op"] {
			b[name]["sec/op"][k] *= 1.05
		}
		j, err := bench.Judge(a, b, noise)
		require.NoError(t, err)
		require.Len(t, j.Bad(), 1, name)
		bad := j.Bad()[0]
		assert.Equal(t, name, bad.Case)
		assert.Equal(t, bench.Slower, bad.Outcome)
		assert.InDelta(t, 1.05, bad.Ratio, 0.03)
		assert.Less(t, bad.P, bench.FalseAlarm)

		// the other way round it is faster, which is no fault
		j, err = bench.Judge(b, a, noise)
		require.NoError(t, err)
		assert.Empty(t, j.Bad())
		assert.True(t, slices.ContainsFunc(j.Verdicts, func(v bench.Verdict) bool { return v.Case == name && v.Outcome == bench.Faster }))
	}
}

// What would be a slowdown alone is none among ten: Holm's correction is made.
func TestManyCases(t *testing.T) {
	old, new := bench.Samples{}, bench.Samples{}
	for i := range 10 {
		name := string(rune('a' + i))
		old[name], new[name] = steady(20, 1)["case"], steady(20, 1)["case"]
	}
	// 66 of 400 pairs the other way round: p = 2e-4
	for i := range new["a"]["sec/op"] {
		new["a"]["sec/op"][i] += 8.5e-4
	}
	alone, err := bench.Judge(bench.Samples{"a": old["a"]}, bench.Samples{"a": new["a"]}, 0)
	require.NoError(t, err)
	assert.Equal(t, bench.Slower, alone.Verdicts[0].Outcome)
	among, err := bench.Judge(old, new, 0)
	require.NoError(t, err)
	assert.Empty(t, among.Bad())
	assert.InEpsilon(t, 10*alone.Verdicts[0].P, among.Verdicts[0].P, 1e-12)
}

// A difference within the noise of the machine is none, however sure it is.
func TestNoiseExcuses(t *testing.T) {
	a, b := steady(20, 1), steady(20, 1.05)
	for noise, want := range map[float64]bench.Outcome{0.04: bench.Slower, 0.06: bench.Same} {
		j, err := bench.Judge(a, b, noise)
		require.NoError(t, err)
		assert.Equal(t, want, j.Verdicts[0].Outcome)
	}
}

// Half of the samples of both sides take half as long again, and a ratio of medians
// would be that of one gap to the other: the shift is that of the code all the same,
// and its interval holds it.
func TestDisturbedSamples(t *testing.T) {
	a, b := steady(40, 1), steady(40, 1.05)
	for i := range 40 {
		if i%2 == 0 && i < 38 { // 19 of 40, and 20
			a["case"]["sec/op"][i] *= 1.5
		}
		if i%2 == 0 {
			b["case"]["sec/op"][i] *= 1.5
		}
	}
	j, err := bench.Judge(a, b, 0)
	require.NoError(t, err)
	v := j.Verdicts[0]
	assert.Greater(t, v.New.Center/v.Old.Center, 1.2, "the ratio of medians")
	assert.InDelta(t, 1.05, v.Ratio, 0.005)
	assert.Less(t, v.Lo, 1.05)
	assert.Greater(t, v.Hi, 1.05)
}

// The interval of the shift holds the true one in 95 of 100 comparisons: in 1000 of
// noise with a long tail, within four deviations.
func TestIntervalOfShift(t *testing.T) {
	const trials, n, ratio = 1000, 20, 1.1
	holds := 0
	for k := range uint64(trials) {
		s := rng.New(7).Site(k)
		a, b := make([]float64, n), make([]float64, n)
		for i := range n {
			a[i], b[i] = 1-0.1*math.Log(1-s.Float64()), ratio*(1-0.1*math.Log(1-s.Float64()))
		}
		j, err := bench.Judge(bench.Samples{"case": {"sec/op": a}}, bench.Samples{"case": {"sec/op": b}}, 0)
		require.NoError(t, err)
		if v := j.Verdicts[0]; v.Lo <= ratio && ratio <= v.Hi {
			holds++
		}
	}
	assert.InDelta(t, 0.95*trials, holds, 4*math.Sqrt(0.95*0.05*trials))
}

// A judgement says in how many cases it could have seen a slowdown of 5 %: not
// where samples scatter too much, nor where noise excuses it.
func TestBlindCases(t *testing.T) {
	scattered := steady(20, 1)
	for i := range scattered["case"]["sec/op"] {
		scattered["case"]["sec/op"][i] *= 1 + 0.02*float64(i)
	}
	for _, c := range []struct {
		name  string
		x     bench.Samples
		noise float64
		blind bool
	}{{"steady", steady(20, 1), 0.01, false}, {"scattered", scattered, 0.01, true}, {"noisy", steady(20, 1), 0.06, true}} {
		j, err := bench.Judge(c.x, c.x, c.noise)
		require.NoError(t, err)
		assert.Equal(t, c.blind, j.Verdicts[0].Blind, c.name)
		var out bytes.Buffer
		require.NoError(t, j.Write(&out))
		assert.Contains(t, out.String(), map[bool]string{true: "in 0 of 1", false: "in 1 of 1"}[c.blind], c.name)
	}
}

// steady returns n samples of a case, each a little longer than the one before.
func steady(n int, scale float64) bench.Samples {
	x := make([]float64, n)
	for i := range x {
		x[i] = scale * (1 + 1e-4*float64(i))
	}
	return bench.Samples{"case": {"sec/op": x}}
}

// Numbers without noise are compared exactly, allocations by their least.
func TestExactNumbers(t *testing.T) {
	for _, unit := range []string{"allocs/op", "iterations/op", "flop/op", "traffic-B/op"} {
		for _, c := range []struct {
			new  float64
			want bench.Outcome
		}{{100, bench.Same}, {101, bench.More}, {99, bench.Fewer}} {
			a, b := steady(20, 1), steady(20, 1)
			a["case"][unit], b["case"][unit] = []float64{100, 107}, []float64{c.new, c.new + 3}
			j, err := bench.Judge(a, b, 0.01)
			require.NoError(t, err)
			require.Len(t, j.Verdicts, 2)
			assert.Equal(t, c.want, j.Verdicts[1].Outcome, unit)
			assert.Equal(t, c.want == bench.More, len(j.Bad()) == 1)
		}
	}
	// where there were none at all
	a, b := steady(20, 1), steady(20, 1)
	b["case"]["allocs/op"] = []float64{1}
	j, err := bench.Judge(a, b, 0.01)
	require.NoError(t, err)
	assert.Len(t, j.Bad(), 1)
}

// A case that only the new record has is told.
func TestNewCase(t *testing.T) {
	old, now := steady(10, 1), steady(10, 1)
	now["fresh"] = now["case"]
	j, err := bench.Judge(old, now, 0.01)
	require.NoError(t, err)
	assert.Equal(t, []string{"fresh"}, j.New)
	var out bytes.Buffer
	require.NoError(t, j.Write(&out))
	assert.Regexp(t, `new +fresh`, out.String())
}

// What allows no judgement is an error, never a pass.
func TestIncomparable(t *testing.T) {
	for name, c := range map[string]struct {
		old, new bench.Samples
		want     string
	}{
		"too few":   {steady(6, 1), steady(6, 1), "too few samples, 6 and 6"}, // 2/924 > 1e-3
		"one side":  {steady(40, 1), steady(1, 1), "too few samples, 40 and 1"},
		"gone":      {steady(20, 1), bench.Samples{"other": steady(20, 1)["case"]}, "case case is gone"},
		"nothing":   {bench.Samples{}, steady(20, 1), "no case in common"},
		"no times":  {bench.Samples{"case": {}}, bench.Samples{"case": {}}, "too few samples, 0 and 0"},
		"only roof": {bench.Samples{"roofline-peak": steady(20, 1)["case"]}, bench.Samples{"roofline-peak": steady(20, 1)["case"]}, "no case in common"},
	} {
		_, err := bench.Judge(c.old, c.new, 0)
		var no *bench.Incomparable
		require.ErrorAs(t, err, &no, name)
		assert.Contains(t, err.Error(), c.want, name)
	}
	_, err := bench.Judge(steady(7, 1), steady(7, 1), 0) // 2/3432 < 1e-3
	require.NoError(t, err)
}

// Records of other machines, of a machine in another state, or that do not name
// their machine, are not compared.
func TestCompareRecords(t *testing.T) {
	text, err := os.ReadFile("testdata/recorded.txt")
	require.NoError(t, err)
	read := func(old, new string) *bench.Record {
		t.Helper()
		changed := strings.ReplaceAll(string(text), old, new)
		require.True(t, old == "" || changed != string(text), old)
		r, err := bench.Read(strings.NewReader(changed), "changed")
		require.NoError(t, err)
		return r
	}
	rec := recorded(t)
	j, err := bench.Compare(rec, rec)
	require.NoError(t, err)
	assert.Empty(t, j.Bad())
	var out bytes.Buffer
	require.NoError(t, j.Write(&out))
	assert.Contains(t, out.String(), "unchanged: 8 times")

	j, err = bench.Compare(rec, read("\ngo: go", "\ngo: other"))
	require.NoError(t, err, "another Go is what one wants to compare")
	assert.Empty(t, j.Bad())

	for _, c := range []struct{ old, new, want string }{
		{"cpu: ", "cpu: other ", "was measured on"},
		{"kernels: avx512", "kernels: avx2", "was measured on"},
		{"kernels: avx512", "", `key "kernels" missing`},
		{"aa-noise: ", "aa-noise: -", "aa-noise"},
	} {
		_, err := bench.Compare(rec, read(c.old, c.new))
		var no *bench.Incomparable
		require.ErrorAs(t, err, &no, c.old)
		assert.Contains(t, err.Error(), c.want)
	}

	slow := recorded(t)
	for _, line := range slow.Results {
		if strings.Contains(string(line.Name), "roofline-peak") {
			line.Values[0].Value *= 1.2
		}
	}
	_, err = bench.Compare(rec, slow)
	require.ErrorContains(t, err, "another state")
	require.ErrorContains(t, err, "+20.0%")

	untimed := recorded(t)
	for _, line := range untimed.Results {
		line.Values = slices.DeleteFunc(slices.Clone(line.Values), func(v benchfmt.Value) bool { return v.Unit == "sec/op" })
	}
	_, err = bench.Compare(rec, untimed)
	require.ErrorContains(t, err, "too few samples, 40 and 0")
}

// What is written is read again, with the names that testing would append to.
func TestRecordRoundTrip(t *testing.T) {
	rec := recorded(t)
	var out bytes.Buffer
	require.NoError(t, rec.Write(&out))
	again, err := bench.Read(&out, "again")
	require.NoError(t, err)
	assert.Equal(t, rec.Samples(), again.Samples())
	assert.Equal(t, rec.Cases(), again.Cases())
	a, err := rec.MachineKey()
	require.NoError(t, err)
	b, err := again.MachineKey()
	require.NoError(t, err)
	assert.Equal(t, a, b)

	tested, err := bench.Read(strings.NewReader("BenchmarkCases/x/L=4/workers=1-2 \t 10 \t 25 ns/op\t 3 ns/site\t 7 iterations/op\nBenchmarkOther 1 1 ns/op\n"), "bench.out")
	require.NoError(t, err)
	x := tested.Samples()["x/L=4/workers=1"]
	require.Len(t, x, 3)
	assert.InEpsilon(t, 25e-9, x["sec/op"][0], 1e-15)
	assert.InEpsilon(t, 3e-9, x["sec/site"][0], 1e-15)
	assert.Equal(t, []float64{7}, x["iterations/op"])
	_, err = bench.Read(strings.NewReader("BenchmarkOther 1 1 ns/op\n"), "other.out")
	require.ErrorContains(t, err, "other.out has no line of a case")
	_, err = bench.Read(strings.NewReader("BenchmarkCases/x 1 1x ns/op\n"), "broken.out")
	require.ErrorContains(t, err, "broken.out:1")
	_, err = bench.ReadFile("testdata/none.txt")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// The noise is three deviations of half against half: for two cases that
// differ by 1 % and 3 % it is their median 2 %, times 3 x 1.4826.
func TestNoise(t *testing.T) {
	s := bench.Samples{}
	for name, r := range map[string]float64{"a": 0.01, "b": -0.03} {
		s[name] = map[string][]float64{"sec/op": {1, 1, math.Exp(r), math.Exp(r)}}
	}
	noise, err := s.Noise()
	require.NoError(t, err)
	assert.InEpsilon(t, math.Expm1(3*1.4826*0.02), noise, 1e-9)
	_, err = bench.Samples{"a": {"sec/op": {1, 2, 3}}}.Noise()
	require.ErrorContains(t, err, "too few samples")
}
