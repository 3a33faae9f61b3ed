//go:build long

package theory

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/summary"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
)

// longRun runs a preset with overrides on one worker and returns what it found.
// Extra phases are appended by more.
func longRun(t *testing.T, preset string, set []string, more func(*builder, *sampler.Run)) *sampler.Summary {
	t.Helper()
	text, err := config.Preset(preset)
	require.NoError(t, err)
	var overrides []config.Override
	for _, s := range set {
		o, err := config.ParseOverride(s)
		require.NoError(t, err)
		overrides = append(overrides, o)
	}
	c, err := config.Parse(preset, text, overrides)
	require.NoError(t, err)
	b := &builder{c: c}
	r, err := b.run(lattice.NewPool(1))
	require.NoError(t, err)
	if more != nil {
		more(b, r)
	}
	r.Dir = t.TempDir()
	require.NoError(t, r.Start(context.Background()))
	s, err := sampler.Summarise(r.Dir)
	require.NoError(t, err)
	return s
}

// within asserts |q - want| < 3 standard deviations of both: a false alarm in
// 370 comparisons of a correct program, and the seeds here are fixed.
func within(t *testing.T, name string, q sampler.Quantity, want, wantError float64) {
	t.Helper()
	require.NotNil(t, q.Error, name)
	sigma := statistics.Sigma(float64(q.Value), *q.Error, want, wantError)
	t.Logf("%-16s %.6f ± %.6f, tau_int %.2f; known %.6f ± %.6f: %.2f sigma", name, float64(q.Value), *q.Error, *q.TauInt, want, wantError, sigma)
	assert.Less(t, sigma, 3.0, name)
}

// The talk's system by HMC against arXiv:2103.11965 and an independent program.
func longHMC(t *testing.T) *sampler.PhaseSummary {
	s := longRun(t, "default", []string{"seed=11", "run.train=0", "run.hmc=40000", "run.slhmc=0"}, nil).Phases["hmc"]
	within(t, "plaquette", s.Observables["plaquette"], 0.7025, 0.0001)
	within(t, "condensate", s.Observables["condensate"], 0.4236, 0.0004)
	within(t, "polyakov_trace", s.Observables["polyakov_trace"], 0.808, 0.013)
	within(t, "<exp(-dH)>", s.ExpMinusDH, 1, 0)
	assert.LessOrEqual(t, *s.Observables["plaquette"].Error, 1.2e-4)
	t.Logf("HMC: acceptance %.4f, %.2f ms and %.0f CG iterations per trajectory", float64(s.Acceptance.Value), 1e3*s.Seconds, s.Iterations)
	return s
}

// learner is a row of the table of self-learning HMC.
type learner struct {
	name       string
	set        []string
	production int // trajectories at tau 1
	atLeast    float64
}

// layers returns overrides that replace the network by n equal layers.
func layers(n int, share string, terms ...string) []string {
	var set []string
	for i, w := range terms {
		terms[i] = fmt.Sprintf("{ loop = %q, weight = 0.0 }", w)
	}
	var all []string
	for range n {
		all = append(all, fmt.Sprintf("{ kind = \"stout\", share = %q, terms = [%s] }", share, strings.Join(terms, ", ")))
	}
	return append(set, "slhmc.layers=["+strings.Join(all, ", ")+"]")
}

func firstWeights(w ...float64) []string {
	var set []string
	for i, x := range w {
		set = append(set, fmt.Sprintf("slhmc.layers.%d.terms.%d.weight=%v", i/3, i%3, x))
	}
	return set
}

var trained = []string{"training.rate=0.0003", "run.train=2000"}

func join(lists ...[]string) (all []string) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var learners = []learner{
	{"zero weights", []string{"run.train=0"}, 6000, 0.03},
	{"action, sgd 1e-7", []string{"training.loss=action", "training.optimizer=sgd", "training.rate=1e-7", "run.train=1500"}, 3000, 0.03},
	{"action, adam", join([]string{"training.loss=action"}, trained), 6000, 0.03},
	{"delta", join([]string{"training.loss=delta"}, trained), 6000, 0.72},
	{"force", join([]string{"training.loss=force"}, trained), 6000, 0.72},
	{"bad: rho +.02", join([]string{"run.train=0"}, firstWeights(.02, 0, 0, .02, 0, 0)), 6000, 0},
	{"bad: polyakov .1", join([]string{"run.train=0"}, firstWeights(-.005, .1, -.1, -.005, -.1, .1)), 6000, 0},
	{"delta + rectangles", join(trained, layers(2, "all", "plaquette", "rectangle", "polyakov_space", "polyakov_time")), 2000, 0.03},
	{"delta, per direction", join(trained, layers(2, "direction", "plaquette", "polyakov_space", "polyakov_time")), 2000, 0.03},
	{"delta, 4 layers", join(trained, layers(4, "all", "plaquette", "rectangle", "polyakov_space", "polyakov_time")), 2000, 0.03},
	{"delta + coefficient", join(trained, []string{"slhmc.train_coefficient=true"}), 2000, 0.03},
	{"delta + coefficient, rect.", join(trained, []string{"slhmc.train_coefficient=true"}, layers(2, "all", "plaquette", "rectangle", "polyakov_space", "polyakov_time")), 2000, 0.03},
	{"delta + mass", join(trained, []string{"slhmc.train_mass=true", "training.rate=0.001"}), 2000, 0.03},
}

// SLHMC agrees with HMC in every observable whatever its network, as long as
// anything is accepted; the table shows what each way of training reaches.
func TestLongTalk(t *testing.T) {
	var mu sync.Mutex
	rows := make([]string, len(learners))
	results := make([]*sampler.PhaseSummary, len(learners))
	var hmc *sampler.PhaseSummary
	t.Run("runs", func(t *testing.T) {
		t.Run("hmc", func(t *testing.T) {
			t.Parallel()
			s := longHMC(t)
			mu.Lock()
			hmc = s
			mu.Unlock()
		})
		for i, l := range learners {
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				set := join([]string{fmt.Sprintf("seed=%d", 100+i), "run.hmc=0", fmt.Sprintf("run.slhmc=%d", l.production)}, l.set)
				s := longRun(t, "default", set, func(b *builder, r *sampler.Run) {
					half, err := b.sampler(config.Dynamics{Tau: 0.5, Integrator: "omelyan2", Steps: 4}, true)
					require.NoError(t, err)
					r.Phases = append(r.Phases, sampler.Phase{Name: "half", Sampler: half, Trajectories: 2000, Measure: true})
				})
				full, half := s.Phases["slhmc"], s.Phases["half"]
				row := fmt.Sprintf("| %s | ", l.name)
				if tr := s.Training; tr != nil {
					row += fmt.Sprintf("%.3g -> %.3g | %.3f | %.4f", tr.LossFirst, tr.LossLast, tr.ExpMinusLoss, tr.Weights)
				} else {
					row += " | | "
				}
				row += fmt.Sprintf(" | %s | %s | %s | %s |", cell(full.Acceptance), cell(full.ExpMinusDH), cell(half.Acceptance), cell(half.ExpMinusDH))
				t.Log(row)
				assert.GreaterOrEqual(t, float64(full.Acceptance.Value), l.atLeast, "acceptance")
				mu.Lock()
				rows[i], results[i] = row, full
				mu.Unlock()
			})
		}
	})
	require.NotNil(t, hmc)
	t.Log("| training | loss | e^-L | parameters | acceptance, tau 1 | <exp(-dH)> | acceptance, tau 1/2 | <exp(-dH)> |")
	for i, l := range learners {
		t.Log(rows[i])
		s := results[i]
		if s == nil || l.production < 6000 || float64(s.Acceptance.Value) < 0.03 {
			continue
		}
		for _, o := range []string{"plaquette", "condensate", "polyakov_trace"} {
			within(t, l.name+" "+o, s.Observables[o], float64(hmc.Observables[o].Value), *hmc.Observables[o].Error)
		}
	}
}

func cell(q sampler.Quantity) string {
	v, _ := summary.WithError(q)
	return v
}

// Numbers that other programs and exact results give: shared/data/INDEX.md and
// reference.Literature state their provenance.
func TestLongKnown(t *testing.T) {
	quenched := func(group string, beta float64, extents string, n int) []string {
		return []string{
			"lattice.group=" + group, fmt.Sprintf("gauge.beta=%v", beta), "lattice.extents=" + extents,
			"run.thermalise=1000", fmt.Sprintf("run.hmc=%d", n),
		}
	}
	for _, c := range []struct {
		name, preset string
		set          []string
		observable   string
		value, error float64
	}{
		{"SU(2) 4^4 beta 2.7", "quenched", quenched("SU(2)", 2.7, "[4, 4, 4, 4]", 40000), "plaquette", 0.687145, 0.000047},
		{"SU(2) 4^4 beta 2.3", "quenched", quenched("SU(2)", 2.3, "[4, 4, 4, 4]", 20000), "plaquette", 0.60940, 0.00021},
		{"SU(3) 4^4 beta 5.7", "quenched", quenched("SU(3)", 5.7, "[4, 4, 4, 4]", 10000), "plaquette", 0.56015, 0.00022},
		{"U(1) 4x4 beta 2", "quenched", quenched("U(1)", 2, "[4, 4]", 100000), "plaquette", reference.Plaquette2D(1, 2, 16), 0},
		{"SU(2) 8x8 beta 2.7", "quenched", quenched("SU(2)", 2.7, "[8, 8]", 50000), "plaquette", reference.Plaquette2D(2, 2.7, 64), 0},
		{"SU(3) 2x2 beta 5.7", "quenched", quenched("SU(3)", 5.7, "[2, 2]", 50000), "plaquette", reference.Plaquette2D(3, 5.7, 4), 0},
		{"SU(3) 4x4 beta 5.7", "quenched", quenched("SU(3)", 5.7, "[4, 4]", 50000), "plaquette", reference.Plaquette2D(3, 5.7, 16), 0},
		// exactly reweighted from a quenched heat bath with dense determinants
		{"2^4 Nf 4 m 1 plaquette", "default", small, "plaquette", 0.712495, 0.000136},
		{"2^4 Nf 4 m 1 condensate", "default", small, "condensate", 0.540471, 0.000246},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := longRun(t, c.preset, append([]string{"seed=5"}, c.set...), nil).Phases["hmc"]
			within(t, c.observable, s.Observables[c.observable], c.value, c.error)
			within(t, "<exp(-dH)>", s.ExpMinusDH, 1, 0)
		})
	}
}

var small = []string{"lattice.extents=[2, 2, 2, 2]", "quarks.mass=1.0", "slhmc.mass=1.1", "run.train=0", "run.slhmc=0", "run.hmc=40000"}
