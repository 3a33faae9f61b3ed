package verify

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/statistics"
)

// history is a chain in equilibrium.
type history struct {
	dh, plaquette   []float64
	bounded, accept []float64 // b, and accepted - 2 [dH < 0] - [dH = 0]
	exp             []float64
	dyson           []float64
	exact           [][]float64 // of each known average
	accepted        int
}

// run makes 2 c.Draws trajectories after a fifth as many that are thrown away, and
// as many again, up to eight times, while they hold fewer than 60 independent
// plaquettes: when to stop is asked of their autocorrelation, not of their mean.
func (s System) run(c Case, u *gauge.Field, name string) (h history) {
	n := max(2*c.Draws, 200)
	geo, g := u.Geometry(), u.Group()
	planes := geo.Dims() * (geo.Dims() - 1) / 2
	plaquette := must(gauge.NewLoopSum(geo, g, gauge.Plaquettes(geo.Dims(), 1/float64(g.N()*geo.Volume()*planes))))
	var known []*gauge.LoopSum
	for _, a := range s.Exact {
		known = append(known, must(gauge.NewLoopSum(geo, g, a.Loops)))
	}
	h.exact = make([][]float64, len(known))
	stream := c.Stream(name)
	f, fg := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
	for i := 0; i < n/5+n || len(h.dh)%n != 0 || len(h.dh) < 8*n && h.independent() < 60; i++ {
		t := must(s.Sampler.Step(u, stream.At(uint64(i))))
		if i < n/5 {
			continue
		}
		h.dh = append(h.dh, t.DeltaH)
		h.plaquette = append(h.plaquette, plaquette.ReTr(u))
		for k, loops := range known {
			h.exact[k] = append(h.exact[k], loops.ReTr(u))
		}
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

// independent returns how many independent plaquettes the chain holds, the most
// if it does not move.
func (h history) independent() float64 {
	e, err := statistics.Gamma(h.plaquette)
	check(err)
	return e.Independent()
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
// once in 1e9: P(|t| > x) = I_z(nu/2, 1/2), z = nu/(nu + x²), I the regularised
// incomplete beta function, solved by bisection.
func studentBound(degrees float64) float64 {
	nu := min(max(degrees, 4), 1e6)
	low, high := 0.0, 1e4
	for range 100 {
		x := (low + high) / 2
		if mathext.RegIncBeta(nu/2, 0.5, nu/(nu+x*x)) > alarm {
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
//	acceptance = 2 P(dH < 0) + P(dH = 0),
//	<F_g.F> = 4 beta C_F <sum Re tr P / N>  (Schwinger-Dyson, F the target's force),
//
// and averages that are known. <exp(-dH)> rests on rare large values where
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
	for k, a := range s.Exact {
		results = append(results, mean(a.Name, h.exact[k], a.Value, note))
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
		Series: []Series{{
			Title: "Plaquette, side by side", YLabel: "plaquette", Names: []string{"this sampler", "the other"},
			X: []float64{0, 1}, Y: []float64{ea.Value, eb.Value}, Errors: []float64{ea.Error, eb.Error}, Note: "Gamma-method errors",
		}},
	}}
}
