package verify

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/sampler"
)

// meanOrder: over starts in equilibrium, at fixed trajectory length, <dH> ~ h^(2 order)
// though |dH| ~ h^order. The map being reversible and preserving volume, P(-dH) =
// exp(-dH) P(dH), so that
//
//	<dH> = <dH (1 - exp(-dH))>/2,
//
// whose right-hand side is positive start by start and of second order in dH. Its
// slope is therefore seen where <dH> itself drowns in its spread of first order; the
// two are the same to the statistical error of their difference, which a mean of
// order h^order, of a map that loses energy or volume, is not. As in order, the slope
// from h/2 to h/4 may be off by a quarter of what it was from h to h/2 and by twice
// the tenth that is allowed there.
//
// The starts are a chain of HMC with another integrator, exact through Metropolis.
func meanOrder(c Case, s sampler.Scheme, by IntegratorBuilder) (results []Result) {
	const halvings, steps = 3, 4 // of the longest step
	c.C1 = 0
	u := c.Links(c.Geometry(), "links")
	sg := must(gauge.NewRectangleAction(u.Geometry(), u.Group(), c.Beta, 0))
	tau := standardTau / math.Sqrt(1+c.stiffness())
	chain := must(sampler.NewSLHMC(u, sg, []sampler.Level{{Force: sg, Scheme: sampler.Leapfrog(), Steps: 4}}, 2*tau))
	z := point{u, gauge.NewAlgebra(u.Geometry(), u.Group())}
	var movers [halvings]motion
	for i := range movers {
		levels := []sampler.Level{{Force: sg, Scheme: s, Steps: steps << i}}
		movers[i] = motion{Motion: Motion{Levels: levels, Tau: tau}, c: c, by: must(by(u, levels))}
	}
	starts := min(max(2*c.Draws, 400), 600)
	var dh, off [halvings][]float64
	var half, square [halvings]float64
	for i := range starts/4 + starts {
		must(chain.Step(u, c.Stream("chain").At(uint64(i))))
		if i < starts/4 {
			continue
		}
		z.p.Gaussian(c.Stream("momenta").At(uint64(i)))
		before := movers[0].energy(z)
		for k, m := range movers {
			x := m.energy(m.run(z, tau)) - before
			second := -x * math.Expm1(-x) / 2
			dh[k], off[k] = append(dh[k], x), append(off[k], x-second)
			half[k] += second / float64(starts)
			square[k] += x * x / float64(starts)
		}
	}
	series := Series{Title: "Mean energy error in equilibrium", XLabel: "step of the trajectory's length", YLabel: "<dH>", Log: true}
	for k := range movers {
		series.X, series.Y = append(series.X, 1/float64(int(steps)<<k)), append(series.Y, half[k])
		r := mean(fmt.Sprintf("<dH> = <dH (1 - exp(-dH))>/2 in %d steps", steps<<k), off[k], 0, fmt.Sprintf(", rms dH %.2g", math.Sqrt(square[k])))
		// a mean of half the spread must show
		rms := math.Sqrt(square[k])
		r.Vacuous = r.Vacuous || !(r.Bound*rms/math.Sqrt(float64(starts)) < rms/2)
		results = append(results, r)
	}
	want := float64(2 * s.Order)
	first, second := math.Log2(half[0]/half[1]), math.Log2(half[1]/half[2])
	series.Note = fmt.Sprintf("fitted order %.3f, expected %g", second, want)
	bound := math.Abs(first-want)/4 + 0.2
	return append(results, Result{
		Law: fmt.Sprintf("<dH> ~ h^%g", want), Measured: math.Abs(second - want), Bound: bound,
		Because: fmt.Sprintf("the next order: %.3f, then %.3f, <dH> %.2g", first, second, half[2]),
		Vacuous: bound > 0.8 || math.Sqrt(square[2]) < 1e-11, Series: []Series{series},
	})
}
