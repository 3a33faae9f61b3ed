package config

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
)

var seed = flag.Int64("seed", 1, "of the generated configurations")

// randomConfig makes a resolved configuration, every key that applies set at random.
func randomConfig(r *rand.Rand) *Config {
	pick := func(key string) string { all := Names(key); return all[r.IntN(len(all))] }
	number := func() float64 { return math.Ldexp(r.Float64()+0.5, r.IntN(40)-20) }
	count := func() int { return r.IntN(1000) }
	quarks := r.IntN(3) > 0

	c := &Config{Seed: r.Uint64() >> 1}
	d := 2 + r.IntN(3)
	for range d {
		c.Lattice.Extents = append(c.Lattice.Extents, 2+2*r.IntN(4))
	}
	c.Lattice.Group, c.Lattice.Start = pick("lattice.group"), pick("lattice.start")
	if c.Lattice.Start == "rough" {
		c.Lattice.Roughness = number()
	}
	if c.Lattice.Start == "file" {
		c.Lattice.File = `a "quoted" \ näme.ildg`
	}
	c.Gauge = Gauge{Action: pick("gauge.action"), Beta: number(), Level: r.IntN(2) - 1}
	switch c.Gauge.Action {
	case "plaquette":
		c.Gauge.Anisotropy = number()
	case "rectangle":
		c.Gauge.C1 = -number()
	case "loops":
		c.Gauge.Loops = []Loop{{Path: []int{1, 2, -1, -2}, Coefficient: number()}, {Path: slices.Repeat([]int{d}, c.Lattice.Extents[d-1]), Coefficient: -number()}}
	}
	// dynamics makes a trajectory of as many levels, and says how many there are
	dynamics := func(key string) Dynamics {
		m := Dynamics{Tau: number(), Integrator: pick(key), Levels: []Level{}}
		if n := r.IntN(3); n > 0 {
			for range n {
				m.Levels = append(m.Levels, Level{pick(key), 1 + count()})
			}
			return m
		}
		m.Steps = 1 + count()
		if quarks {
			m.GaugeSteps = count()
		}
		return m
	}
	c.HMC = dynamics("hmc.integrator")
	c.Run = Run{
		Thermalise: count(), HMC: 1 + count(), MeasureEvery: 1 + count(), SaveEvery: count(),
		CheckpointEvery: 1 + count(), CheckpointMinutes: number(), Unconditional: count(), OnFailure: pick("run.on_failure"),
	}
	if c.Run.OnFailure == "reject" {
		c.Run.MaxFailures = count()
	}

	c.Measure = Measure{Observables: []string{"polyakov", "plaquette"}[:r.IntN(3)]}
	c.Quarks = [][]Quarks{{}, {{Action: "none"}}}[r.IntN(2)]
	if !quarks {
		return c
	}
	c.Quarks = nil
	for i := range 1 + r.IntN(3) {
		c.Quarks = append(c.Quarks, randomQuarks(c, fmt.Sprintf("group%d", i), r))
	}
	if c.Staggered() {
		c.Background = Background{Plane: [][]int{{1, 2}, {2, 1}}[r.IntN(2)]}
	}
	if slices.ContainsFunc(c.Quarks, func(q Quarks) bool { return q.Charge != 0 }) {
		c.Background.Flux = 1 + r.IntN(7)
	}
	c.Solver = Solver{ForceTolerance: 1e-9 * (1 + r.Float64()), ActionTolerance: 1e-10 * (1 + r.Float64()), MaxIterations: 1 + count()}
	if r.IntN(2) == 0 && c.Condensates() {
		c.Measure.Observables = append(slices.Clone(c.Measure.Observables), "condensate")
		c.Measure.Noise = 1 + count()
	}
	if r.IntN(3) == 0 {
		return c
	}
	m := dynamics("slhmc.integrator")
	c.SLHMC = &SLHMC{
		Tau: m.Tau, Integrator: m.Integrator, Levels: m.Levels, Steps: m.Steps, GaugeSteps: m.GaugeSteps,
		Quarks: []Seen{}, Weights: []string{"", "runs/a-001"}[r.IntN(2)], Layers: []Layer{},
	}
	for _, q := range c.Quarks {
		if r.IntN(4) == 0 && len(c.SLHMC.Quarks) > 0 {
			continue
		}
		s := Seen{Group: q.Name, Mass: number(), Coefficient: number(), Train: []string{TrainMass, TrainCoefficient}[:1+r.IntN(2)], Network: len(c.SLHMC.Quarks) == 0 || r.IntN(2) == 0, Ratios: r.IntN(1 + len(q.Ratios)), ForceTolerance: 1e-6}
		if q.Wilson() && r.IntN(2) == 0 {
			s.Kappa, s.Mass = number(), 0
		}
		if len(q.Ratios) > 0 && q.Twist == 0 { // what is lighter than the first of them
			s.Kappa, s.Mass, s.Ratios = q.Kappa, q.Mass, len(q.Ratios)
			if q.Kappa != 0 {
				s.Mass = 0
			}
		}
		if q.Action == "clover" {
			s.CSW, s.CSWTime = number(), number()
		}
		if q.Method == "rational" {
			s.Poles = count() / 10
		}
		c.SLHMC.Quarks = append(c.SLHMC.Quarks, s)
	}
	for range r.IntN(4) {
		c.SLHMC.Layers = append(c.SLHMC.Layers, randomLayer(r, d))
	}
	c.Run.SLHMC = count()
	if r.IntN(3) == 0 {
		return c
	}
	c.Run.Train = count()
	t := Training{Loss: pick("training.loss"), Optimizer: pick("training.optimizer"), Rate: number(), Clip: number(), Mode: pick("training.mode")}
	if t.Optimizer != "sgd" {
		t.Momentum = r.Float64()
	}
	if t.Optimizer == "adam" {
		t.Beta2 = r.Float64()
	}
	if t.Mode == "batch" {
		t.Batch = 1 + count()
		t.Keep = t.Batch + count()
	}
	c.Training = &t
	return c
}

// randomQuarks makes a flavour group.
func randomQuarks(c *Config, name string, r *rand.Rand) Quarks {
	pick := func(key string) string { all := Names(key); return all[r.IntN(len(all))] }
	number := func() float64 { return math.Ldexp(r.Float64()+0.5, r.IntN(40)-20) }
	d := c.Lattice.Dimensions()
	q := Quarks{Name: name, Action: pick("quarks.action"), Boundary: []string{}, Theta: []float64{}, Ratios: []float64{}, Levels: []int{}}
	if q.None() {
		q.Action = "staggered"
	}
	for range d {
		q.Boundary = append(q.Boundary, pick("quarks.boundary"))
		if r.IntN(2) == 0 {
			q.Theta = append(q.Theta, number())
		}
	}
	if len(q.Theta) != d {
		q.Theta = q.Theta[:0]
	}
	q.Flavours = 1 + r.IntN(4)
	switch {
	case q.Wilson() && r.IntN(2) == 0:
		q.Kappa = number()
	case q.Wilson():
		q.Mass = -number()
	default:
		q.Mass = number()
	}
	switch q.Action {
	case "clover":
		q.CSW, q.CSWTime = number(), number()
	case "staggered":
		q.Charge, q.ImaginaryMu = r.IntN(5)-2, number()
		if r.IntN(2) == 0 {
			q.IsospinMu = number()
		}
	}
	if q.Wilson() {
		q.HopSpace = number()
	}
	if q.Wilson() && d != 3 && q.Flavours == 2 && r.IntN(2) == 0 {
		q.Twist = -number()
	}
	q.Method = "rational"
	if c.whole(&q) && r.IntN(2) == 0 {
		q.Method = "pseudofermion"
	} else {
		q.Fields, q.Error, q.ForceError = c.fewestFields(&q)+r.IntN(2), 1e-9, 1e-6
	}
	last := q.Mass
	for range r.IntN(3) {
		switch {
		case q.Twist != 0:
			q.Ratios = append(q.Ratios, math.Ldexp(q.Twist, 1+len(q.Ratios)))
		case q.Kappa != 0:
			q.Ratios = append(q.Ratios, math.Ldexp(q.Kappa, -1-len(q.Ratios)))
		default:
			last += number()
			q.Ratios = append(q.Ratios, last)
		}
	}
	if r.IntN(2) == 0 {
		q.Levels = make([]int, q.Terms())
	}
	return q
}

// randomLayer makes a layer of any kind that d dimensions have.
func randomLayer(r *rand.Rand, d int) Layer {
	kinds := Names("slhmc.layers.kind")
	if d != 4 {
		kinds = slices.DeleteFunc(kinds, func(kind string) bool { return kind == "hyp" })
	}
	l := Layer{Kind: kinds[r.IntN(len(kinds))], Share: "all"}
	switch l.Kind {
	case "hyp":
		l.Alphas = []float64{r.Float64(), -r.Float64(), 0}
		return l
	case "ape":
		l.Link = r.NormFloat64()
	case "ode":
		schemes := Names("slhmc.layers.scheme")
		l.Scheme, l.Steps = schemes[r.IntN(len(schemes))], 1+r.IntN(100)
		fallthrough
	default:
		shares := Names("slhmc.layers.share")
		l.Share = shares[r.IntN(len(shares))]
	}
	l.Terms = []Term{{Loop: "polyakov_time", Weight: -r.Float64()}}
	if r.IntN(2) == 0 {
		l.Terms = append(l.Terms, Term{Loop: "path", Weight: r.NormFloat64(), Path: []int{-2, 1, 1, 2, -1}})
	}
	return l
}

// A configuration that is written is read back the same, and an annotated file
// means what the file meant.
func TestRoundTrip(t *testing.T) {
	parameters := gopter.DefaultTestParametersWithSeed(*seed)
	parameters.MinSuccessfulTests = 300
	properties := gopter.NewProperties(parameters)
	replay := fmt.Sprintf("replay: go test ./cmd/slhmc/internal/config -run TestRoundTrip -seed %d", *seed)
	properties.Property("read back the same; "+replay, prop.ForAll(func(seed uint64) (bool, error) {
		want := randomConfig(rand.New(rand.NewPCG(seed, 0)))
		text, err := want.TOML()
		if err != nil {
			return false, err
		}
		for _, again := range []func() ([]byte, error){
			func() ([]byte, error) { return text, nil },
			func() ([]byte, error) { return Annotate("written", text) },
		} {
			text, err := again()
			if err != nil {
				return false, err
			}
			got, err := Parse("read back", text, nil)
			if err != nil {
				return false, fmt.Errorf("%w in\n%s", err, text)
			}
			if !assert.ObjectsAreEqual(want, got) {
				return false, fmt.Errorf("want %+v, got %+v, from\n%s", want, got, text)
			}
		}
		return true, nil
	}, gen.UInt64()))
	properties.TestingRun(t)
}
