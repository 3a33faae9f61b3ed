package verify

import (
	"fmt"
	"math"
	"slices"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/reference"
)

// compared returns what two samplers are compared by, beside the plaquette: Wilson
// loops of one by two and two by two sites of the first and the last direction, the
// Polyakov loop in each, and what the system adds.
func (s System) compared(u *gauge.Field) (list []Observed) {
	geo, g := u.Geometry(), u.Group()
	last := geo.Dims() - 1
	weight := 1 / float64(g.N()*geo.Volume())
	for _, loop := range []struct {
		name string
		path []int
	}{
		{"1 x 2 loop", reference.WilsonLoop(0, 1, last, 2)},
		{"2 x 2 loop", reference.WilsonLoop(0, 2, last, 2)},
	} {
		list = append(list, Average{Name: loop.name, Loops: []gauge.Loop{{Path: loop.path, Coefficient: weight}}}.observe(u))
	}
	for _, mu := range []int{0, last} {
		p := must(observe.NewPolyakovLoop(geo, g, mu))
		list = append(list, Observed{fmt.Sprintf("Polyakov loop %d", mu), func(u *gauge.Field, _ rng.Stream) (float64, error) {
			return real(p.Normalised(u)), nil
		}})
	}
	return append(list, s.Observed...)
}

// observeCondensate returns the condensate of the quarks of a case, by noise.
func observeCondensate(c Case, u *gauge.Field) (Observed, error) {
	d, err := dirac.NewStaggered(u.Geometry(), u.Group(), c.Mass, c.Boundary)
	if err != nil {
		return Observed{}, err
	}
	o, err := observe.NewCondensate(d, 1e-10, 1)
	return Observed{"condensate", func(u *gauge.Field, s rng.Stream) (float64, error) {
		v, _, err := o.Measure(u, s)
		return v, err
	}}, err
}

// agreement: two samplers of one theory have the same averages, with Gamma-method
// errors. The observables of a pair of chains are as many tests, and not independent:
// Holm's correction keeps the rate of false alarms of all of them.
func agreement(c Case, a, b SystemBuilder) (results []Result) {
	sa, u := newSystem(c, a)
	v := gauge.NewField(u.Geometry(), u.Group())
	v.Copy(u)
	sb := must(b(c, v))
	of := sb.compared(v)
	ha, hb := sa.run(c, u, "chain", of), sb.run(c, v, "other chain", of)
	names := []string{"plaquette"}
	for _, o := range of {
		names = append(names, o.Name)
	}
	tails, degrees := make([]float64, len(names)), make([]float64, len(names))
	for k, name := range names {
		xa, xb := ha.plaquette, hb.plaquette
		if k > 0 {
			xa, xb = ha.observed[k-1], hb.observed[k-1]
		}
		ea, err := statistics.Gamma(xa)
		check(err)
		eb, err := statistics.Gamma(xb)
		check(err)
		degrees[k] = min(ea.Independent(), eb.Independent())
		sigma := statistics.Sigma(ea.Value, ea.Error, eb.Value, eb.Error)
		tails[k] = studentTail(sigma, degrees[k])
		results = append(results, Result{
			Law: "agrees with the other sampler: " + name, Measured: sigma,
			Because: fmt.Sprintf("standard errors, false alarms 5e-10 of all observables [Holm]: %.5g ± %.2g and %.5g ± %.2g", ea.Value, ea.Error, eb.Value, eb.Error),
			Vacuous: degrees[k] < 20,
			Series: []Series{{
				Title: name + ", side by side", YLabel: name, Names: []string{"this sampler", "the other"},
				X: []float64{0, 1}, Y: []float64{ea.Value, eb.Value}, Errors: []float64{ea.Error, eb.Error}, Note: "Gamma-method errors",
			}},
		})
	}
	for k, rate := range holm(tails, alarm) {
		results[k].Bound = studentBound(degrees[k], rate)
	}
	return results
}

// holm returns the rate at which each of m tests is to be judged, that all of them
// together raise false alarms at a given rate at most, dependent or not [Holm]: the
// smallest of their tail probabilities at rate/m, the next at rate/(m-1), …
func holm(tails []float64, rate float64) []float64 {
	order := make([]int, len(tails))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if math.IsNaN(tails[a]) || tails[a] < tails[b] {
			return -1
		}
		return 1
	})
	rates := make([]float64, len(tails))
	for rank, k := range order {
		rates[k] = rate / float64(len(tails)-rank)
	}
	return rates
}
