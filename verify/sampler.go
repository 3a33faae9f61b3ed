package verify

import (
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// Stepper makes the next configuration; *sampler.SLHMC is one. If it has a method
// Momenta() *gauge.Algebra, the momenta that the last trajectory began with, each
// component of them is judged, and otherwise their energy alone.
type Stepper interface {
	Step(u *gauge.Field, s rng.Stream) (sampler.Trajectory, error)
	Proposal() (start, end *gauge.Field)
}

// System is a sampler to be judged with the theory that it samples.
type System struct {
	Sampler Stepper
	Update  Update        // instead of a sampler: see Local
	Target  action.Action // exp(-Target) is the distribution

	// Plaquettes is the plaquette action among the terms of the target, Beta its
	// coupling; nil: there is none, and no Schwinger-Dyson equation is looked at.
	Plaquettes action.Action
	Beta       float64
	// Exact are averages that are known.
	Exact []Average
	// Observed is what two samplers are compared by beside loops.
	Observed []Observed
}

// Observed is a number that is measured on links; what noise that takes comes from
// the stream.
type Observed struct {
	Name    string
	Measure func(u *gauge.Field, s rng.Stream) (float64, error)
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

// Starts sets u to links of the distribution that a sampler is to have, which do not
// depend on any others.
type Starts func(c Case, u *gauge.Field, s rng.Stream) error

// From adds the laws of trajectories from independent starts in equilibrium.
func From(starts Starts) Option { return func(o *settings) { o.starts = starts } }

// Single leaves out what takes a chain in equilibrium.
func Single() Option { return func(o *settings) { o.single = true } }

// OfSampler returns a sampler as a subject, to be judged by what it claims: without
// [Persistent] each trajectory is a function of links and stream, without [Accepts]
// the decision is that of Metropolis. [Local] claims no trajectories at all.
func OfSampler(name string, build SystemBuilder, options ...Option) Subject {
	o := newSettings(options)
	var laws []Law
	if o.local {
		build = withUpdates(build)
		laws = localLaws(build, o)
	} else {
		laws = trajectoryLaws(build, o)
	}
	if o.against != nil {
		laws = append(laws, Law{Name: "agreement", Cost: 2, Check: func(c Case) []Result { return agreement(c, build, o.against) }})
	}
	if o.identical != nil {
		laws = append(laws, Law{Name: "identical", Check: func(c Case) []Result { return identical(c, build, o.identical) }})
	}
	return Subject{Name: name, Domain: o.within, Laws: laws}
}

// trajectoryLaws are those of samplers that propose trajectories.
func trajectoryLaws(build SystemBuilder, o settings) []Law {
	laws := []Law{
		{Name: "record", Check: func(c Case) []Result { return record(c, build, o.solves(1e-9, 0).value) }},
	}
	if o.persists == 0 {
		laws = append(laws,
			Law{Name: "repeatable", Check: func(c Case) []Result { return repeatable(c, build) }},
			Law{Name: "momenta", Cost: 3, Check: func(c Case) []Result { return momenta(c, build) }},
		)
	} else {
		laws = append(laws,
			Law{Name: "instances", Check: func(c Case) []Result { return identical(c, build, build) }},
			Law{Name: "refreshment", Cost: 3, Check: func(c Case) []Result { return refreshment(c, build, o.persists) }},
		)
	}
	if !o.single {
		laws = append(laws, Law{Name: "equilibrium", Cost: 2, Check: func(c Case) []Result { return equilibrium(c, build, o.rule) }})
	}
	if o.starts != nil {
		laws = append(laws, Law{Name: "independent starts", Cost: 4, Check: func(c Case) []Result { return independentStarts(c, build, o.starts, o.persists > 0) }})
	}
	return laws
}

func newSystem(c Case, build SystemBuilder) (System, *gauge.Field) {
	u := c.Links(c.Geometry(), "links")
	return must(build(c, u)), u
}

// record: what a trajectory says of itself. Kinetic and target energies are those
// of its ends, with the pseudofermions it drew; dH is their difference; the
// decision leaves the start or takes the end, put back into the group.
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
			exact("the decision takes the end or leaves the start", wrong),
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
