package verify

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// Stepper makes the next configuration; *sampler.SLHMC is one.
type Stepper interface {
	Step(u *gauge.Field, s rng.Stream) (sampler.Trajectory, error)
	Proposal() (start, end *gauge.Field)
}

// System is a sampler to be judged with the theory that it samples.
type System struct {
	Sampler Stepper
	Target  action.Action // exp(-Target) is the distribution

	// Plaquettes is the plaquette action among the terms of the target, Beta its
	// coupling; nil: there is none, and no Schwinger-Dyson equation is looked at.
	Plaquettes action.Action
	Beta       float64
	// Exact are averages that are known.
	Exact []Average
}

// Average is the exact average of loops, summed over all sites.
type Average struct {
	Name  string
	Loops []gauge.Loop
	Value float64
}

// SystemBuilder makes the sampler of a case for links like u, or answers
// ErrUnsupported.
type SystemBuilder func(c Case, u *gauge.Field) (System, error)

// Sampler judges a sampler of one's own: what each trajectory says, and the
// exact laws of its equilibrium.
func Sampler(t TB, build SystemBuilder, options ...Option) {
	t.Helper()
	test(t, OfSampler(t.Name(), build, options...), newSettings(options))
}

// Against adds the comparison with another sampler of the same theory.
func Against(other SystemBuilder) Option { return func(o *settings) { o.against = other } }

// Identical adds that another sampler makes the same steps, bit for bit.
func Identical(other SystemBuilder) Option { return func(o *settings) { o.identical = other } }

// Single leaves out what takes a chain in equilibrium.
func Single() Option { return func(o *settings) { o.single = true } }

// OfSampler returns a sampler as a subject.
func OfSampler(name string, build SystemBuilder, options ...Option) Subject {
	o := newSettings(options)
	laws := []Law{
		{Name: "record", Check: func(c Case) []Result { return record(c, build, o.solves(1e-9, 0).value) }},
		{Name: "repeatable", Check: func(c Case) []Result { return repeatable(c, build) }},
		{Name: "momenta", Cost: 3, Check: func(c Case) []Result { return momenta(c, build) }},
	}
	if !o.single {
		laws = append(laws, Law{Name: "equilibrium", Cost: 2, Check: func(c Case) []Result { return equilibrium(c, build) }})
	}
	if o.against != nil {
		laws = append(laws, Law{Name: "agreement", Cost: 2, Check: func(c Case) []Result { return agreement(c, build, o.against) }})
	}
	if o.identical != nil {
		laws = append(laws, Law{Name: "identical", Check: func(c Case) []Result { return identical(c, build, o.identical) }})
	}
	return Subject{Name: name, Domain: o.within, Laws: laws}
}

func newSystem(c Case, build SystemBuilder) (System, *gauge.Field) {
	u := c.Links(c.Geometry(), "links")
	return must(build(c, u)), u
}

// record: what a trajectory says of itself. Kinetic and target energies are those
// of its ends, with the pseudofermions it drew; dH is their difference; Metropolis
// leaves the start or takes the end, put back into the group.
func record(c Case, build SystemBuilder, solve float64) (results []Result) {
	s, u := newSystem(c, build)
	before, after := gauge.NewField(u.Geometry(), u.Group()), gauge.NewField(u.Geometry(), u.Group())
	for i := range uint64(6) {
		before.Copy(u)
		t := must(s.Sampler.Step(u, c.Stream("chain").At(i)))
		start, end := s.Sampler.Proposal()
		size := t.Kinetic[0] + math.Abs(t.Target[0]) + math.Abs(t.Target[1])
		bound := solve*size + 64*Roundoff*size*math.Sqrt(float64(u.Geometry().Volume()))
		energy := func(law string, got, want float64) {
			results = append(results, Result{
				Law: law, Measured: math.Abs(got - want), Bound: bound, Because: "tolerance of solves and round-off of large energies", Vacuous: !(bound < 1e-3*size),
			})
		}
		energy("target at the start", t.Target[0], must(s.Target.Value(start)))
		energy("target at the end", t.Target[1], must(s.Target.Value(end)))
		energy("dH is the change of K + S of the target", t.DeltaH, t.Kinetic[1]-t.Kinetic[0]+t.Target[1]-t.Target[0])
		after.Copy(end)
		after.Reunitarize()
		want := before
		if t.Accepted {
			want = after
		}
		wrong := differ(ownLinks(u), ownLinks(want))
		if differ(ownLinks(before), ownLinks(after)) == 0 {
			wrong++ // a proposal that is the start proves nothing
		}
		results = append(results,
			exact("the start is where the links were", differ(ownLinks(start), ownLinks(before))),
			exact("Metropolis takes the end or leaves the start", wrong),
		)
	}
	return results
}

// repeatable: the step is a function of links and stream.
func repeatable(c Case, build SystemBuilder) []Result {
	s, u := newSystem(c, build)
	v := gauge.NewField(u.Geometry(), u.Group())
	v.Copy(u)
	step := func(w *gauge.Field, at uint64) float64 {
		return must(s.Sampler.Step(w, c.Stream("chain").At(at))).DeltaH
	}
	first := step(u, 0)
	other := c.Links(u.Geometry(), "other")
	apart := step(other, 1)
	second := step(v, 0)
	broken, same := differ(ownLinks(u), ownLinks(v)), 0
	if math.Float64bits(first) != math.Float64bits(second) {
		broken++
	}
	if apart == first {
		same = 1
	}
	return []Result{exact("the same links and stream make the same step", broken), exact("other links and stream make another", same)}
}

// momenta: twice the kinetic energy at the start is chi-squared distributed with
// one degree for each component, and the trajectories' energies are independent. A
// large lattice takes few trajectories: 2e5 components are enough.
func momenta(c Case, build SystemBuilder) []Result {
	s, u := newSystem(c, build)
	n := float64(u.Geometry().Volume()*u.Geometry().Dims()*u.Group().Dim()) / 2
	draws := max(min(c.Draws/2, int(1e5/n)), 40)
	total, uniform, scores := 0.0, make([]float64, draws), make([]float64, draws)
	for i := range draws {
		k := must(s.Sampler.Step(u, c.Stream("momenta").At(uint64(i)))).Kinetic[0]
		total += k
		uniform[i] = mathext.GammaIncReg(n, k)
		scores[i] = (k - n) / math.Sqrt(n)
	}
	results := gammaLaw("K at the start", total, n, uniform)
	product := 0.0
	for i := range draws - 1 {
		product += scores[i] * scores[i+1]
	}
	return append(results, Result{
		Law: "momenta of two trajectories are independent", Measured: math.Abs(product) / math.Sqrt(float64(draws-1)),
		Bound: 1.5 * normalBound, Because: "normal deviate, half as much again for products of chi-squared",
	})
}

// gammaLaw holds draws of Gamma(n, 1), given by their sum and their values of the
// distribution function, against it.
func gammaLaw(what string, total, n float64, uniform []float64) []Result {
	draws := float64(len(uniform))
	k := n * draws
	z := (math.Cbrt(total/k) - (1 - 1/(9*k))) * math.Sqrt(9*k)
	distance := kolmogorov(uniform)
	return []Result{{
		Law: "<" + what + ">", Measured: math.Abs(z), Bound: normalBound,
		Because: fmt.Sprintf("normal deviate, false alarms 1e-9: mean of %g is %.6g, expected %g", draws, total/draws, n),
	}, {
		Law: "2 x " + what + " is chi-squared", Measured: distance, Bound: kolmogorovBound, Because: "Massart's bound, false alarms 1e-9",
	}}
}

// kolmogorovBound is the deviate d sqrt(n) of the empirical distribution that is
// exceeded once in 1e9, 2 exp(-2 x^2) = 1e-9 [Massart].
var kolmogorovBound = math.Sqrt(-math.Log(alarm/2) / 2)

// kolmogorov returns sqrt(n) times the largest distance of the distribution of
// numbers that should be uniform from that. It sorts them.
func kolmogorov(uniform []float64) float64 {
	slices.Sort(uniform)
	distance, n := 0.0, float64(len(uniform))
	for i, p := range uniform {
		distance = max(distance, p-float64(i)/n, float64(i+1)/n-p)
		if math.IsNaN(p) {
			return p
		}
	}
	return distance * math.Sqrt(n)
}

// identical: two samplers make the same steps from the same links and streams.
func identical(c Case, a, b SystemBuilder) []Result {
	sa, u := newSystem(c, a)
	sb, v := newSystem(c, b)
	energies, links := 0, 0
	for i := range uint64(5) {
		ta := must(sa.Sampler.Step(u, c.Stream("chain").At(i)))
		tb := must(sb.Sampler.Step(v, c.Stream("chain").At(i)))
		if math.Float64bits(ta.DeltaH) != math.Float64bits(tb.DeltaH) || ta.Accepted != tb.Accepted {
			energies++
		}
		links += differ(ownLinks(u), ownLinks(v))
	}
	return []Result{exact("dH is that of the other sampler", energies), exact("links are those of the other sampler", links)}
}
