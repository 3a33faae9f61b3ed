package verify

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
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
	// Exact is the average plaquette, where it is known; 0: it is not.
	Exact float64
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
// one degree for each component, and the trajectories' energies are independent.
func momenta(c Case, build SystemBuilder) []Result {
	s, u := newSystem(c, build)
	n := float64(u.Geometry().Volume()*u.Geometry().Dims()*u.Group().Dim()) / 2
	draws := max(c.Draws/2, 40)
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

// history is a chain in equilibrium.
type history struct {
	dh, plaquette   []float64
	bounded, accept []float64 // b, and accepted - 2 [dH < 0] - [dH = 0]
	exp             []float64
	dyson           []float64
	accepted        int
}

// run makes c.Draws trajectories after a fifth as many that are thrown away.
func (s System) run(c Case, u *gauge.Field, name string) (h history) {
	n := max(c.Draws, 100)
	geo, g := u.Geometry(), u.Group()
	planes := geo.Dims() * (geo.Dims() - 1) / 2
	plaquette := must(gauge.NewLoopSum(geo, g, gauge.Plaquettes(geo.Dims(), 1/float64(g.N()*geo.Volume()*planes))))
	stream := c.Stream(name)
	f, fg := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
	for i := range n + n/5 {
		t := must(s.Sampler.Step(u, stream.At(uint64(i))))
		if i < n/5 {
			continue
		}
		h.dh = append(h.dh, t.DeltaH)
		h.plaquette = append(h.plaquette, plaquette.ReTr(u))
		h.exp = append(h.exp, math.Exp(-t.DeltaH)-1)
		b, a := 0.0, 0.0
		switch {
		case t.DeltaH < 0:
			b, a = 1, -2
		case t.DeltaH > 0:
			b = -math.Exp(-t.DeltaH)
		default:
			a = -1
		}
		if t.Accepted {
			a++
			h.accepted++
		}
		h.bounded, h.accept = append(h.bounded, b), append(h.accept, a)
		if s.Plaquettes == nil {
			continue
		}
		if phi, ok := s.Target.(action.Pseudofermion); ok {
			must(phi.Refresh(u, stream.At(uint64(i)).Child("Schwinger-Dyson")))
		}
		f.Zero()
		fg.Zero()
		check(s.Target.AddForce(f, 1, u))
		check(s.Plaquettes.AddForce(fg, 1, u))
		sum := float64(geo.Volume()*planes) - must(s.Plaquettes.Value(u))/s.Beta
		h.dyson = append(h.dyson, (f.Dot(fg)-4*s.Beta*g.Casimir()*sum)/float64(geo.Volume()*geo.Dims()))
	}
	return h
}

// mean says whether the mean of a chain is what it should be, in standard errors
// of the Gamma method; the error's own error makes it Student's law, with as many
// degrees as it has independent entries.
func mean(law string, series []float64, want float64, note string) Result {
	e, err := statistics.Gamma(series)
	if err != nil {
		return failed(law, err)[0]
	}
	if e.Error == 0 {
		return Result{Law: law, Measured: math.Abs(e.Value - want), Because: "a constant", Vacuous: e.Value == want && len(series) > 1 && want != 0}
	}
	if e.TauInt < 0.5 { // an estimate that says more than independent entries could is not trusted
		e.Error *= math.Sqrt(0.5 / e.TauInt)
	}
	return Result{
		Law: law, Measured: math.Abs(e.Value-want) / e.Error, Bound: studentBound(e.Independent()),
		Because: fmt.Sprintf("standard errors, false alarms 1e-9: %.5g ± %.2g, expected %.5g, tau_int %.2g%s", e.Value, e.Error, want, e.TauInt, note),
		Vacuous: e.Independent() < 20,
	}
}

// studentBound returns the two-sided deviate of Student's law that is exceeded
// once in 1e9.
func studentBound(degrees float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: math.Max(degrees, 4)}.Quantile(1 - alarm/2)
}

// equilibrium holds a chain against the exact laws over all its proposals:
//
//	<exp(-dH)> = 1,   E[b] = 0 with b = 1 for dH < 0, 0 at 0, -exp(-dH) else,
//	acceptance = 2 P(dH < 0) + P(dH = 0),
//	<F_g.F> = 4 beta C_F <sum Re tr P / N>  (Schwinger-Dyson, F the target's force),
//
// and the plaquette where it is known. <exp(-dH)> rests on rare large values where
// few proposals are accepted, and is left out below 70 %; b has no such tail, and
// is looked at alone below 3 %, where a chain hardly moves.
func equilibrium(c Case, build SystemBuilder) []Result {
	s, u := newSystem(c, build)
	h := s.run(c, u, "chain")
	rate := float64(h.accepted) / float64(len(h.dh))
	note := fmt.Sprintf(", acceptance %.3f", rate)
	results := []Result{mean("E[b] = 0", h.bounded, 0, note)}
	results[0].Series = []Series{distribution(h.dh, results[0].Because)}
	if rate < 0.03 {
		return results
	}
	results = append(results, mean("acceptance = 2 P(dH < 0) + P(dH = 0)", h.accept, 0, note))
	if rate >= 0.7 {
		results = append(results, mean("<exp(-dH)> = 1", h.exp, 0, note))
	}
	if h.dyson != nil {
		results = append(results, mean("Schwinger-Dyson", h.dyson, 0, note))
	}
	if s.Exact != 0 {
		results = append(results, mean("plaquette", h.plaquette, s.Exact, note))
	}
	return results
}

// distribution is the histogram of dH as a curve.
func distribution(dh []float64, note string) Series {
	const bins = 24
	low, high := slices.Min(dh), slices.Max(dh)
	s := Series{Title: "Distribution of dH", XLabel: "dH", YLabel: "proposals", Bars: true, Note: "the bounded law E[b] = 0 in " + note}
	if !(low < high) {
		return s
	}
	counts := make([]float64, bins)
	for _, x := range dh {
		counts[min(bins-1, int((x-low)/(high-low)*bins))]++
	}
	for i, k := range counts {
		s.X = append(s.X, low+(float64(i)+0.5)*(high-low)/bins)
		s.Y = append(s.Y, k)
	}
	return s
}

// agreement: two samplers of one theory have the same plaquette, with Gamma-method
// errors.
func agreement(c Case, a, b SystemBuilder) []Result {
	const law = "agrees with the other sampler"
	sa, u := newSystem(c, a)
	ha := sa.run(c, u, "chain")
	sb, v := newSystem(c, b)
	hb := sb.run(c, v, "other chain")
	ea, err := statistics.Gamma(ha.plaquette)
	if err != nil {
		return failed(law, err)
	}
	eb, err := statistics.Gamma(hb.plaquette)
	if err != nil {
		return failed(law, err)
	}
	return []Result{{
		Law: law + ": plaquette", Measured: statistics.Sigma(ea.Value, ea.Error, eb.Value, eb.Error),
		Bound:   studentBound(min(ea.Independent(), eb.Independent())),
		Because: fmt.Sprintf("standard errors, false alarms 1e-9: %.5g ± %.2g and %.5g ± %.2g", ea.Value, ea.Error, eb.Value, eb.Error),
		Vacuous: min(ea.Independent(), eb.Independent()) < 20,
		Series:  []Series{{
			Title: "Plaquette, side by side", YLabel: "plaquette", Names: []string{"this sampler", "the other"},
			X: []float64{0, 1}, Y: []float64{ea.Value, eb.Value}, Errors: []float64{ea.Error, eb.Error}, Note: "Gamma-method errors",
		}},
	}}
}
