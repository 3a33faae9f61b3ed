package summary

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/sampler"
)

// known is a quantity with an error, unknown one of too short a series.
func known(value, err, tau, tauError float64) sampler.Quantity {
	return sampler.Quantity{Value: rundir.Float(value), Error: &err, TauInt: &tau, TauIntError: &tauError, Entries: 2000}
}

func unknown(value float64) sampler.Quantity {
	return sampler.Quantity{Value: rundir.Float(value), Entries: 3, Note: "too few entries"}
}

// found returns a summary of numbers of all sizes.
func found() *sampler.Summary {
	hmc := &sampler.PhaseSummary{
		Trajectories: 20000, Acceptance: known(0.98412, 0.00093, 0.55, 0.02), ExpMinusDH: known(1.00034, 0.00051, 0.5, 0.013),
		Observables: map[string]sampler.Quantity{
			"plaquette": known(0.7025312, 0.000103, 0.934, 0.041), "polyakov_trace": known(0.8081, 0.0134, 12.34, 1.23),
			"polyakov_normalised": known(0.4, 0.007, 12.34, 1.23), "condensate": known(0.42361, 0.00038, 0.71, 0.034),
		},
		Seconds: 0.0123456, Iterations: 512.3, Solves: 19,
		IndependentIn: map[string]sampler.Cost{
			"plaquette": {Seconds: 0.02306, Iterations: 956.97}, "polyakov_trace": {Seconds: 0.30469, Iterations: 12643.6}, "condensate": {Seconds: 0.01753, Iterations: 727.5},
		},
	}
	slhmc := &sampler.PhaseSummary{
		Trajectories: 400, Acceptance: known(0.7225, 0.0224, 0.6, 0.1), ExpMinusDH: known(2, 12345, 0.5, 0.05),
		Observables: map[string]sampler.Quantity{
			"plaquette": known(0.7021, 0.00061, 1.62, 0.25), "polyakov_trace": known(0.79, 0.094, 25.1, 11.8),
			"condensate": unknown(0.4241),
		},
		Seconds: 0.0297, Iterations: 1024, Solves: 19,
		IndependentIn: map[string]sampler.Cost{
			"plaquette": {Seconds: 0.0962, Iterations: 3318}, "polyakov_trace": {Seconds: 1.4909, Iterations: 51404},
		},
	}
	return &sampler.Summary{
		Phases:    map[string]*sampler.PhaseSummary{"hmc": hmc, "slhmc": slhmc, "train": {Trajectories: 3}},
		Training:  &sampler.TrainingSummary{Steps: 1000, LossFirst: 1.23456, LossLast: 0.3, ExpMinusLoss: 0.789, Weights: []rundir.Float{-0.0081, 0.0012345, 0, 0.00001, -0.5, 12}},
		Agreement: map[string]rundir.Float{"plaquette": 0.6976, "polyakov_trace": 0.19, "polyakov_normalised": 0.19},
	}
}

func TestTable(t *testing.T) {
	for _, c := range []struct {
		name, preset string
		change       func(*sampler.Summary)
		want         string
	}{
		{"the talk's system", "talk", func(*sampler.Summary) {}, `
                                 HMC          SLHMC        sigma  tau_int HMC  tau_int SLHMC  published HMC  published SLHMC
plaquette                        0.70253(10)  0.70210(61)  0.7    0.93(4)      1.6(2)         0.7025(1)      0.7023(2)
polyakov_trace                   0.808(13)    0.790(94)    0.2    12(1)        25(12)         0.82(1)        0.83(1)
condensate                       0.42361(38)  0.4241(?)           0.71(3)      ?              0.4245(5)      0.4241(5)
acceptance                       0.98412(93)  0.723(22)           0.55(2)      0.6(1)                        about 0.4
<exp(-dH)>                       1.00034(51)  2 ± 1e+04           0.50(1)      0.50(5)
tau_int in trajectories

trajectories                     20000        400
ms per trajectory                12.35        29.7
CG iterations per trajectory     512.3        1024

for each independent configuration (2 tau_int trajectories), as seen by
  plaquette: ms                  23.06        96.2
  plaquette: CG iterations       957          3318
  polyakov_trace: ms             304.7        1491
  polyakov_trace: CG iterations  12644        51404
  condensate: ms                 17.53        ?
  condensate: CG iterations      727.5        ?
published: A. Tomiya, Y. Nagai, arXiv:2103.11965

training: 1000 steps, loss 1.235 -> 0.3, mean exp(-loss) at the end 0.789
weights:  -0.00810 0.00123 0.00000 0.00001 -0.50000 12.00000
`},
		{"HMC alone", "default", func(s *sampler.Summary) {
			delete(s.Phases, "slhmc")
			s.Training, s.Agreement = nil, nil
		}, `
                                 HMC          tau_int HMC  published HMC
plaquette                        0.70253(10)  0.93(4)      0.7025(1)
polyakov_trace                   0.808(13)    12(1)        0.82(1)
condensate                       0.42361(38)  0.71(3)      0.4245(5)
acceptance                       0.98412(93)  0.55(2)
<exp(-dH)>                       1.00034(51)  0.50(1)
tau_int in trajectories

trajectories                     20000
ms per trajectory                12.35
CG iterations per trajectory     512.3

for each independent configuration (2 tau_int trajectories), as seen by
  plaquette: ms                  23.06
  plaquette: CG iterations       957
  polyakov_trace: ms             304.7
  polyakov_trace: CG iterations  12644
  condensate: ms                 17.53
  condensate: CG iterations      727.5
published: A. Tomiya, Y. Nagai, arXiv:2103.11965
`},
		{"SLHMC alone, many weights", "su3", func(s *sampler.Summary) {
			delete(s.Phases, "hmc")
			s.Agreement = nil
			s.Training.Weights = make([]rundir.Float, 20)
			s.Phases["slhmc"].ExpMinusDH = known(2.34e30, 1.2e30, 0.5, 0.05)
		}, `
                                 SLHMC             tau_int SLHMC
plaquette                        0.70210(61)       1.6(2)
polyakov_trace                   0.790(94)         25(12)
condensate                       0.4241(?)         ?
acceptance                       0.723(22)         0.6(1)
<exp(-dH)>                       2.34e+30 ± 1e+30  0.50(5)
tau_int in trajectories

trajectories                     400
ms per trajectory                29.7
CG iterations per trajectory     1024

for each independent configuration (2 tau_int trajectories), as seen by
  plaquette: ms                  96.2
  plaquette: CG iterations       3318
  polyakov_trace: ms             1491
  polyakov_trace: CG iterations  51404
  condensate: ms                 ?
  condensate: CG iterations      ?

training: 1000 steps, loss 1.235 -> 0.3, mean exp(-loss) at the end 0.789
weights:  0.00000 0.00000 0.00000 0.00000 0.00000 0.00000 0.00000 0.00000 0.00000 0.00000 0.00000 0.00000 … (20 in all)
`},
		{"quenched", "quenched", func(s *sampler.Summary) {
			delete(s.Phases, "slhmc")
			s.Training, s.Agreement = nil, nil
			p := s.Phases["hmc"]
			p.Solves, p.Iterations = 0, 0
			delete(p.Observables, "condensate")
		}, `
                      HMC          tau_int HMC
plaquette             0.70253(10)  0.93(4)
polyakov_trace        0.808(13)    12(1)
acceptance            0.98412(93)  0.55(2)
<exp(-dH)>            1.00034(51)  0.50(1)
tau_int in trajectories

trajectories          20000
ms per trajectory     12.35

for each independent configuration (2 tau_int trajectories), as seen by
  plaquette: ms       23.06
  polyakov_trace: ms  304.7
`},
		{"too short", "quenched", func(s *sampler.Summary) {
			s.Training, s.Agreement = nil, map[string]rundir.Float{}
			for _, p := range s.Phases {
				p.Trajectories, p.Solves = 3, 0
				p.Acceptance, p.ExpMinusDH = unknown(1), unknown(math.Inf(1))
				p.Observables = map[string]sampler.Quantity{"plaquette": unknown(0.6871234567), "mine": unknown(-12345.6)}
				p.IndependentIn = nil
			}
		}, `
                   HMC          SLHMC        sigma  tau_int HMC  tau_int SLHMC
plaquette          0.687123(?)  0.687123(?)         ?            ?
mine               -12345.6(?)  -12345.6(?)         ?            ?
acceptance         1(?)         1(?)                ?            ?
<exp(-dH)>         +Inf(?)      +Inf(?)             ?            ?
tau_int in trajectories

trajectories       3            3
ms per trajectory  12.35        29.7

for each independent configuration (2 tau_int trajectories), as seen by
  plaquette: ms    ?            ?
  mine: ms         ?            ?
`},
		{"prices", "su3", func(s *sampler.Summary) {
			s.Training, s.Agreement = nil, nil
			delete(s.Phases, "slhmc")
			p := s.Phases["hmc"]
			p.Observables = map[string]sampler.Quantity{"plaquette": p.Observables["plaquette"]}
			price := func(v, e float64) *sampler.Price { return &sampler.Price{Value: v, Error: &e} }
			p.Costs = &sampler.CostTable{
				Trajectory:  sampler.Prices{Seconds: price(.0123, .0004), Solves: price(19, 0), Applications: price(531.1, 1.2), Flops: price(1.5e9, 3e7)},
				Accepted:    &sampler.Prices{Seconds: &sampler.Price{Value: .0125}, Solves: price(0, 0)},
				Independent: map[string]sampler.Prices{"plaquette": {Seconds: price(2.5, .1), Flops: nil}},
			}
		}, `
                                 HMC          tau_int HMC
plaquette                        0.70253(10)  0.93(4)
acceptance                       0.98412(93)  0.55(2)
<exp(-dH)>                       1.00034(51)  0.50(1)
tau_int in trajectories

trajectories                     20000
ms per trajectory                12.35
CG iterations per trajectory     512.3

for each independent configuration (2 tau_int trajectories), as seen by
  plaquette: ms                  23.06
  plaquette: CG iterations       957

cost                             HMC
  trajectory: ms                 12.30(40)
  trajectory: solves             19
  trajectory: D^+D applications  531.1(12)
  trajectory: Gflop              1.500(30)
  accepted: ms                   12.5(?)
  independent by plaquette: ms   2500(100)
`},
		{"training alone", "default", func(s *sampler.Summary) { s.Phases, s.Agreement = nil, nil }, `
training: 1000 steps, loss 1.235 -> 0.3, mean exp(-loss) at the end 0.789
weights:  -0.00810 0.00123 0.00000 0.00001 -0.50000 12.00000
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := found()
			c.change(s)
			var b strings.Builder
			require.NoError(t, Write(&b, harness.Preset(t, c.preset), s))
			assert.Equal(t, c.want[1:], b.String())
			_, err := json.Marshal(JSON(s))
			require.NoError(t, err)
		})
	}
}

func TestWithError(t *testing.T) {
	for _, c := range []struct {
		q          sampler.Quantity
		value, tau string
	}{
		{known(0.70253, 0.0001, 0.5, 0.01), "0.70253(10)", "0.50(1)"},
		{known(0.70253, 0.0000949, 0.5, 0.0094), "0.702530(95)", "0.500(9)"},
		{known(0.70253, 0.0000951, 0.5, 0.0096), "0.70253(10)", "0.50(1)"},
		{known(0.70253, 0.12, 3, 0.96), "0.70(12)", "3(1)"},
		{known(-1.5, 1.2, 100, 33), "-1.5(12)", "100(33)"},
		{known(123.456, 9.6, 1, 0.2), "123(10)", "1.0(2)"},
		{known(1234, 567, 1, 0.2), "1234(567)", "1.0(2)"},
		{known(2.5e30, 1.1e30, 1, 0.2), "2.5e+30 ± 1e+30", "1.0(2)"},
		{known(1, 0, 0.5, 0), "1", "-"},
		{known(1, 1e-18, 0.5, 0.1), "1 ± 1e-18", "0.5(1)"},
		{unknown(0.123456789), "0.123457(?)", "?"},
		{unknown(math.NaN()), "NaN(?)", "?"},
	} {
		value, tau := WithError(c.q)
		assert.Equal(t, c.value, value)
		assert.Equal(t, c.tau, tau, c.value)
	}
}

// The numbers of the talk stand beside its own system only.
func TestIsTalk(t *testing.T) {
	for name, want := range map[string]bool{"default": true, "talk": true, "long": true, "quenched": false, "su3": false, "u1-2d": false} {
		assert.Equal(t, want, isTalk(harness.Preset(t, name)), name)
	}
	for _, change := range []func(*config.Config){
		func(c *config.Config) { c.Lattice.Extents = []int{4, 4, 4, 8} },
		func(c *config.Config) { c.Gauge.Beta = 2.71 },
		func(c *config.Config) { c.Gauge.Action = "symanzik" },
		func(c *config.Config) { c.Quarks[0].Mass = 0.31 },
		func(c *config.Config) { c.Quarks[0].Flavours = 8 },
		func(c *config.Config) {
			c.Quarks[0].Boundary = []string{"periodic", "periodic", "periodic", "periodic"}
		},
	} {
		c := harness.Preset(t, "default")
		change(c)
		assert.False(t, isTalk(c))
	}
}
