package verify

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/sampler"
)

// history is a chain in equilibrium.
type history struct {
	dh, plaquette   []float64
	bounded, accept []float64 // b, and accepted - 2 [dH < 0] - [dH = 0]
	exp             []float64
	dyson           []float64
	observed        [][]float64
	accepted        int
	all             []sampler.Trajectory
}

// run makes 2 c.Draws trajectories after a fifth as many that are thrown away, and
// as many again, up to eight times, while they hold fewer than 60 independent
// plaquettes, or others of what is observed: when to stop is asked of their
// autocorrelation, not of their mean.
func (s System) run(c Case, u *gauge.Field, name string, observed []Observed) (h history) {
	n := max(2*c.Draws, 200)
	geo, g := u.Geometry(), u.Group()
	planes := geo.Dims() * (geo.Dims() - 1) / 2
	plaquette := must(gauge.NewLoopSum(geo, g, gauge.Plaquettes(geo.Dims(), 1/float64(g.N()*geo.Volume()*planes))))
	h.observed = make([][]float64, len(observed))
	stream := c.Stream(name)
	f, fg := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
	for i := 0; i < n/5+n || len(h.dh)%n != 0 || len(h.dh) < 8*n && h.independent() < 60; i++ {
		t := must(s.Sampler.Step(u, stream.At(uint64(i))))
		if i < n/5 {
			continue
		}
		h.dh, h.all = append(h.dh, t.DeltaH), append(h.all, t)
		h.plaquette = append(h.plaquette, plaquette.ReTr(u))
		for k, o := range observed {
			h.observed[k] = append(h.observed[k], must(o.Measure(u, stream.At(uint64(i)).Child(o.Name))))
		}
		h.exp = append(h.exp, math.Exp(-t.DeltaH)-1)
		a := 0.0
		switch {
		case t.DeltaH < 0:
			a = -2
		case t.DeltaH == 0:
			a = -1
		}
		if t.Accepted {
			a++
			h.accepted++
		}
		h.bounded, h.accept = append(h.bounded, bounded(t.DeltaH)), append(h.accept, a)
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

// independent returns how many independent entries the chain holds of what it has
// fewest, the most if it does not move; three for one of the Schwinger-Dyson equation.
func (h history) independent() float64 {
	least := math.Inf(1)
	for _, series := range append([][]float64{h.plaquette}, h.observed...) {
		e, err := statistics.Gamma(series)
		check(err)
		least = math.Min(least, e.Independent())
	}
	if h.dyson != nil { // twenty are enough, and fewer worthless
		e, err := statistics.Gamma(h.dyson)
		check(err)
		least = math.Min(least, 3*e.Independent())
	}
	return least
}

// observe returns the loops of an average as what is observed.
func (a Average) observe(u *gauge.Field) Observed {
	sum := must(gauge.NewLoopSum(u.Geometry(), u.Group(), a.Loops))
	return Observed{a.Name, func(u *gauge.Field, _ rng.Stream) (float64, error) { return sum.ReTr(u), nil }}
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
		Law: law, Measured: math.Abs(e.Value-want) / e.Error, Bound: studentBound(e.Independent(), alarm),
		Because: fmt.Sprintf("standard errors, false alarms 5e-10: %.5g ± %.2g, expected %.5g, tau_int %.2g%s", e.Value, e.Error, want, e.TauInt, note),
		Vacuous: e.Independent() < 20,
	}
}

// studentTail returns the probability of a deviate beyond x, either way, of Student's
// law: P(|t| > x) = I_z(nu/2, 1/2), z = nu/(nu + x²), I the regularised incomplete
// beta function.
func studentTail(x, degrees float64) float64 {
	nu := min(max(degrees, 4), 1e6)
	return mathext.RegIncBeta(nu/2, 0.5, nu/(nu+x*x))
}

// studentBound returns the two-sided deviate of Student's law that is exceeded at a
// rate, by bisection.
func studentBound(degrees, rate float64) float64 {
	low, high := 0.0, 1e4
	for range 100 {
		x := (low + high) / 2
		if studentTail(x, degrees) > rate {
			low = x
		} else {
			high = x
		}
	}
	return high
}

// equilibrium holds a chain against the exact laws over all its proposals:
//
//	<exp(-dH)> = 1,   E[b] = 0 with b = 1 for dH < 0, 0 at 0, -exp(-dH) else,
//	acceptance = 2 P(dH < 0) + P(dH = 0)  (Metropolis),
//	<F_g.F> = 4 beta C_F <sum Re tr P / N>  (Schwinger-Dyson, F the target's force),
//
// and averages that are known. Each proposal is accepted as the rule says, nil being
// that of Metropolis. <exp(-dH)> rests on rare large values where
// few proposals are accepted, and is left out below 70 %; b has no such tail, and
// is looked at alone below 3 %, where a chain hardly moves.
func equilibrium(c Case, build SystemBuilder, rule Rule) []Result {
	s, u := newSystem(c, build)
	var known []Observed
	for _, a := range s.Exact {
		known = append(known, a.observe(u))
	}
	h := s.run(c, u, "chain", known)
	rate := float64(h.accepted) / float64(len(h.dh))
	note := fmt.Sprintf(", acceptance %.3f", rate)
	results := []Result{mean("E[b] = 0", h.bounded, 0, note)}
	results[0].Series = []Series{distribution(h.dh, results[0].Because)}
	metropolis := rule == nil
	if metropolis {
		rule = Metropolis
	}
	results = append(results, decisions(h.all, rule)...)
	if rate < 0.03 {
		return results
	}
	if metropolis {
		results = append(results, mean("acceptance = 2 P(dH < 0) + P(dH = 0)", h.accept, 0, note))
	}
	if rate >= 0.7 {
		results = append(results, mean("<exp(-dH)> = 1", h.exp, 0, note))
	}
	if h.dyson != nil {
		results = append(results, mean("Schwinger-Dyson", h.dyson, 0, note))
	}
	for k, a := range s.Exact {
		results = append(results, mean(a.Name, h.observed[k], a.Value, note))
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
