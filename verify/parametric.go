package verify

import (
	"math"
	"slices"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Parameters names those that an action or an operator has, whose derivatives are
// then compared with differences.
func Parameters(names ...string) Option {
	return func(o *settings) { o.parameters = append(o.parameters, names...) }
}

// parameters are the values of what has some.
type parameters interface {
	Parameters() []string
	Parameter(name string) float64
	SetParameter(name string, x float64) error
}

// moving returns h -> f at the value of a parameter moved by h.
func moving(p parameters, name string, f func() float64) func(h float64) float64 {
	at := p.Parameter(name)
	return func(h float64) float64 {
		check(p.SetParameter(name, at+h))
		v := f()
		check(p.SetParameter(name, at))
		return v
	}
}

// parameterStep is the first step of differences, beside which masses of the cases
// stay positive.
const parameterStep = 0.05

// setting: a parameter is what it was set to, and stays if it is set to what is no
// number.
func setting(p parameters, names []string) (results []Result) {
	for _, name := range names {
		before, broken := p.Parameter(name), 0
		if !slices.Contains(p.Parameters(), name) {
			broken++
		}
		check(p.SetParameter(name, before+parameterStep))
		if p.Parameter(name) != before+parameterStep {
			broken++
		}
		for _, x := range []float64{math.NaN(), math.Inf(1)} {
			if p.SetParameter(name, x) == nil || p.Parameter(name) != before+parameterStep {
				broken++
			}
		}
		check(p.SetParameter(name, before))
		results = append(results, exact(name+" is what it was set to", broken))
	}
	return results
}

// operatorParameters: the derivatives of 2 Re <y, D x>, and of ln |det A|, by each
// parameter.
func operatorParameters(b bound, names []string) []Result {
	p := b.d.(dirac.Parametric)
	results := setting(p, names)
	allowed := 4 * b.roundoff() * math.Sqrt(b.y.Norm2(lattice.All))
	for _, name := range names {
		got := p.ParameterDerivative(name, b.y, b.x)
		want, bound, because := slope(moving(p, name, func() float64 {
			b.d.Bind(b.u)
			b.d.Apply(b.a, b.x)
			return 2 * b.y.ReDot(b.a, lattice.All)
		}), allowed, parameterStep)
		b.d.Bind(b.u)
		results = append(results, Result{
			Law: "d 2 Re <y, D x> / d " + name, Measured: math.Abs(got - want), Bound: bound, Because: because,
			Vacuous: !(bound < 1e-6*math.Sqrt(b.y.Norm2(lattice.All)*b.x.Norm2(lattice.All))),
		})
		if block, ok := b.d.(dirac.ParametricBlock); ok && b.geo.EvenOdd() {
			results = append(results, blockParameter(b, p, block, name))
		}
	}
	return results
}

func blockParameter(b bound, p dirac.Parametric, block dirac.ParametricBlock, name string) Result {
	d := b.d.(dirac.EvenOdd)
	got := block.LogDetBlockParameterDerivative(name, lattice.Odd)
	n := math.Abs(d.LogDetBlock(lattice.Odd)) + float64(b.x.Components(lattice.Odd))
	want, bound, because := slope(moving(p, name, func() float64 {
		d.Bind(b.u)
		return d.LogDetBlock(lattice.Odd)
	}), 16*Roundoff*n, parameterStep)
	d.Bind(b.u)
	return Result{
		Law: "d ln |det A| / d " + name, Measured: math.Abs(got - want), Bound: bound + 16*Roundoff*n, Because: because, Vacuous: !(bound < 1e-6*n),
	}
}

// actionParameters: the derivatives of S by each parameter, phi held fixed, all at
// once and alone.
func actionParameters(t theory, names []string, solve accuracy) []Result {
	p := t.a.(action.Parametric)
	results := setting(p, names)
	noise, _, err := Noise(t.a, t.u, t.c.Stream("noise"))
	check(err)
	got, one := make([]float64, len(names)), make([]float64, 1)
	check(p.ParameterDerivatives(got, names, t.u))
	for i, name := range slices.Backward(names) {
		check(p.ParameterDerivatives(one, []string{name}, t.u))
		want, bound, because := slope(moving(p, name, func() float64 { return must(t.a.Value(t.u)) }), noise, parameterStep)
		value := math.Abs(must(t.a.Value(t.u)))
		bound += solve.force*math.Abs(got[i]) + margin*solve.value*value/parameterStep
		results = append(results, Result{
			Law: "dS / d " + name, Measured: math.Max(math.Abs(got[i]-want), math.Abs(one[0]-want)), Bound: bound, Because: because,
			Vacuous: !(bound < 1e-4*math.Abs(want)+1e-6*value),
		})
	}
	return results
}
