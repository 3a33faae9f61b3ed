package verify

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/sampler"
)

// Rule is the probability that a trajectory is accepted.
type Rule func(t sampler.Trajectory) float64

// Metropolis is min(1, exp(-dH)), the rule of a sampler that claims no other.
func Metropolis(t sampler.Trajectory) float64 { return math.Min(1, math.Exp(-t.DeltaH)) }

// Accepts claims another rule than that of [Metropolis], such as 1/(1 + exp(dH)), or
// that of delayed acceptance, min(1, exp(-dG)) min(1, exp(dG - dH)), dG that of the guide.
func Accepts(rule Rule) Option { return func(o *settings) { o.rule = rule } }

// Persistent claims momenta that are refreshed in part: a trajectory begins with
//
//	P' = c P + sqrt(1 - c²) xi,   0 < c < 1,
//
// xi normal and P the momenta at the end of the last one if it was accepted, and minus
// those at its start if it was refused. Panics unless 0 < c < 1.
func Persistent(c float64) Option {
	if !(c > 0 && c < 1) {
		panic("verify: momenta that persist by a factor that is not between 0 and 1")
	}
	return func(o *settings) { o.persists = c }
}

// turned returns t from its end to its start, the momenta reversed.
func turned(t sampler.Trajectory) sampler.Trajectory {
	for _, e := range []*[2]float64{&t.Kinetic, &t.Target, &t.Guide} {
		e[0], e[1] = e[1], e[0]
	}
	t.DeltaH, t.GuideDeltaH = -t.DeltaH, -t.GuideDeltaH
	return t
}

// decisions: given the trajectories, each is accepted with the probability of the rule,
// for which forth and back are in balance, p = exp(-dH) p_back. The sum of what was
// accepted, less p, is a martingale: it is as large as x or larger with a probability
// of at most 2 exp(-x²/(2 V + 2 x/3)), V the sum of p (1 - p) [Freedman].
func decisions(list []sampler.Trajectory, rule Rule) []Result {
	sum, variance, wrong, unbalanced := 0.0, 0.0, 0, 0
	for _, t := range list {
		p, back, dh := rule(t), rule(turned(t)), t.DeltaH
		if dh < 0 {
			p, back, dh = back, p, -dh
		}
		if !(p >= 0 && back <= 1 && math.Abs(p-math.Exp(-dh)*back) <= 1e-12*(1+dh)*p) {
			unbalanced++
		}
		p = rule(t)
		if sum -= p; t.Accepted {
			sum++
		}
		if t.Accepted && p == 0 || !t.Accepted && p == 1 {
			wrong++
		}
		variance += p * (1 - p)
	}
	l := math.Log(2 / alarm)
	return []Result{
		exact("the rule keeps exp(-H) in balance", unbalanced),
		exact("what is certain is accepted, and what is impossible is not", wrong),
		{
			Law: "accepted as the rule says, given dH", Measured: math.Abs(sum), Bound: l/3 + math.Sqrt(l*l/9+2*variance*l),
			Because: fmt.Sprintf("Freedman's inequality, false alarms 5e-10, in %d trajectories of variance %.3g", len(list), variance),
		},
	}
}

// refreshment: momenta that persist. Given the last trajectory, 2 K at the start is
// (1 - c²) times a noncentral chi-squared number, of mean c² |P|² + (1 - c²) n and
// variance 4 c² (1 - c²) |P|² + 2 (1 - c²)² n, n the number of components. Where the
// sampler shows its momenta, xi is known after a refusal, and each component of it is
// normal.
func refreshment(c Case, build SystemBuilder, keep float64) []Result {
	s, u := newSystem(c, build)
	fresh := 1 - keep*keep
	geo := u.Geometry()
	n := float64(geo.Volume() * geo.Dims() * u.Group().Dim())
	shown, shows := s.Sampler.(interface{ Momenta() *gauge.Algebra })
	before, xi := gauge.NewAlgebra(geo, u.Group()), gauge.NewAlgebra(geo, u.Group())
	columns, wrong := make([][]float64, geo.Dims()*u.Group().Dim()), 0
	var last sampler.Trajectory
	draws, refused := max(c.Draws, 100), exact("a trajectory is refused", 1)
	refused.Somewhere = true
	var sums [2]float64 // after refusals and after others
	var counts [2]float64
	for i := range draws {
		t := must(s.Sampler.Step(u, c.Stream("refreshment").At(uint64(i))))
		if i > 0 {
			k, from := 0, 2*last.Kinetic[0]
			if last.Accepted {
				k, from = 1, 2*last.Kinetic[1]
			}
			sums[k] += (2*t.Kinetic[0] - keep*keep*from - fresh*n) / math.Sqrt(4*keep*keep*fresh*from+2*fresh*fresh*n)
			counts[k]++
		}
		if shows {
			p := shown.Momenta()
			if math.Abs(p.Norm2()/2-t.Kinetic[0]) > 16*Roundoff*t.Kinetic[0] {
				wrong++
			}
			if i > 0 && !last.Accepted {
				xi.Zero()
				xi.Add(1/math.Sqrt(fresh), p)
				xi.Add(keep/math.Sqrt(fresh), before)
				eachColumn(columns, xi)
			}
			before.Copy(p)
		}
		last = t
	}
	results := []Result{refused}
	for k, after := range []string{"refusal", "acceptance"} {
		if counts[k] == 0 {
			continue
		}
		if k == 0 {
			results[0].Measured = 0
		}
		results = append(results, Result{
			Law: "<K at the start> after " + after, Measured: math.Abs(sums[k]) / math.Sqrt(counts[k]), Bound: 1.5 * normalBound,
			Because: "normal deviate, half as much again for noncentral chi-squared",
		})
	}
	if !shows {
		return results
	}
	results = append(results, exact("K at the start is that of the momenta", wrong))
	if counts[0] == 0 {
		return results
	}
	return append(results, normalColumns(columns)...)
}
