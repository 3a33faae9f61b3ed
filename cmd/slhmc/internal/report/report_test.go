package report

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
)

// The page of a run holds everything and needs nothing else; the JSON has the numbers
// of summary.json, and histories and histograms add up.
func TestReport(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Done(t, dir, harness.With(harness.Little, "--out", "run", "--quiet")...)
	o := harness.Done(t, dir, "report", "run")
	assert.Equal(t, filepath.Join("run", reportPage)+"\n"+filepath.Join("run", reportData)+"\n", o.Stdout)

	page := harness.WellFormed(t, filepath.Join(dir, "run", reportPage))
	for _, want := range []string{"<svg", "slhmc run run", "<h2>Forces</h2>", "<td>gauge</td>", "<td>staggered: m ", "<td>guide</td>", "<h2>History</h2>", "<h2>Histograms</h2>", "<h2>Autocorrelation functions</h2>", "extents = [4, 4]", "&lt;exp(-dH)&gt;", "loss", "acceptance", "W = ", "trajectory: Gflop", "accepted: D^+D applications"} {
		assert.Contains(t, page, want)
	}
	for _, foreign := range []string{"<script", "<link", "src=", "@import", "url("} {
		assert.NotContains(t, page, foreign)
	}
	assert.Equal(t, 1, strings.Count(strings.ReplaceAll(page, `xmlns="http://www.w3.org/2000/svg"`, ""), "<!DOCTYPE html>"))

	var r struct {
		Run     string
		Summary map[string]map[string]any
		Phases  []reportedPhase
	}
	b, err := os.ReadFile(filepath.Join(dir, "run", reportData))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &r))
	assert.Equal(t, "run", r.Run)
	for _, phase := range []string{"hmc", "slhmc"} {
		cost := r.Summary[phase]["cost"].(map[string]any)
		for _, of := range []string{"per_trajectory", "per_accepted_trajectory"} {
			for _, price := range []string{"seconds", "solves", "operator_applications", "flops"} {
				assert.Positive(t, cost[of].(map[string]any)[price].(map[string]any)["value"], "%s %s %s", phase, of, price)
			}
		}
		assert.Contains(t, cost, "per_independent_configuration")
		total := 0.0
		for _, f := range r.Summary[phase]["forces"].([]any) {
			term := f.(map[string]any)
			assert.Positive(t, term["rms"])
			assert.GreaterOrEqual(t, term["max"], term["rms"])
			assert.Positive(t, term["kicks_per_trajectory"])
			total += term["share_of_time"].(float64)
		}
		assert.Greater(t, total, 0.)
		assert.LessOrEqual(t, total, 1.)
	}
	var names []string
	for _, p := range r.Phases {
		names = append(names, p.Name)
		for _, s := range p.Series {
			sum, weight := 0.0, 0.0
			for i, v := range s.History.Value {
				n := float64(min(s.History.Mean, s.Entries-i*s.History.Mean))
				sum += n * float64(v)
				weight += n
			}
			assert.Equal(t, float64(s.Entries), weight)
			if s.Analysis != nil {
				assert.InDelta(t, s.Analysis.Mean, sum/weight, 1e-12*(1+math.Abs(sum/weight)), "%s of %s", s.Name, p.Name)
				assert.Equal(t, 1., s.Analysis.Rho[0])
				assert.Less(t, s.Analysis.Window, s.Entries)
			}
			if s.Histogram != nil {
				total := uint64(0)
				for _, n := range s.Histogram.Counts {
					total += n
				}
				assert.Equal(t, uint64(s.Entries), total)
			}
			if p.Name == "hmc" && s.Name == "plaquette" {
				q := r.Summary["hmc"]["plaquette"].(map[string]any)
				assert.InEpsilon(t, q["value"], s.Analysis.Mean, 1e-15)
				assert.Equal(t, q["error"], s.Analysis.Error)
				assert.Equal(t, q["tau_int"], s.Analysis.TauInt)
			}
		}
	}
	assert.Equal(t, []string{"thermalise", "train", "hmc", "slhmc"}, names)

	harness.Done(t, dir, "report", "run", "--out", ".")
	same, err := os.ReadFile(filepath.Join(dir, reportData))
	require.NoError(t, err)
	assert.Equal(t, b, same)
}

func TestReportRefuses(t *testing.T) {
	dir := harness.Scratch(t)
	o := harness.Run(t, dir, "report", "nothing")
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stderr, "nothing holds no run")
	assert.Equal(t, rundir.ExitUsage, harness.Run(t, dir, "report").Code)
}
