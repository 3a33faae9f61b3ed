package sampler

import (
	"math"
	"slices"

	"github.com/slhmc/slhmc/physics/statistics"
)

// Price is a cost with its error; Error is nil where the series is too short to
// tell.
type Price struct {
	Value float64  `json:"value"`
	Error *float64 `json:"error"`
}

// Prices is what something costs. A nil price is not known: flops, where an action,
// an operator or a layer does not count its own.
type Prices struct {
	Seconds      *Price `json:"seconds"`
	Solves       *Price `json:"solves"`
	Iterations   *Price `json:"cg_iterations"`
	Applications *Price `json:"operator_applications"`
	Flops        *Price `json:"flops"` // of solves, forces, networks, links and momenta
}

// CostTable is what a phase of production costs: a trajectory; one that is
// accepted; a configuration that is independent of the last one, as each
// observable sees it, 2 tau_int trajectories.
//
// Errors are of the Gamma method; for accepted trajectories of the ratio of the
// means of cost and acceptance; for independent ones
//
//	(dC/C)^2 = (d tau_int/tau_int)^2 + (dc/c)^2,  C = 2 tau_int c,
//
// as if the cost of a trajectory knew nothing of the observable.
type CostTable struct {
	Trajectory  Prices            `json:"per_trajectory"`
	Accepted    *Prices           `json:"per_accepted_trajectory"` // nil: none was
	Independent map[string]Prices `json:"per_independent_configuration"`
}

// costs are the numbers of each trajectory, in Monte Carlo time.
type costs struct {
	seconds, solves, iterations, applications, flops []float64
	uncounted                                        bool
}

func (c *costs) record(r *Record) {
	c.seconds = append(c.seconds, math.NaN()) // until it is read
	c.solves = append(c.solves, float64(r.Solves))
	c.iterations = append(c.iterations, float64(r.Iterations))
	c.applications = append(c.applications, float64(r.Applications))
	flops := 0.0
	if r.Flops != nil {
		flops = float64(*r.Flops)
	}
	c.uncounted = c.uncounted || r.Flops == nil
	c.flops = append(c.flops, flops)
}

// knownSeconds returns the mean over those that are known, 0 if none is.
func (c *costs) knownSeconds() float64 {
	sum, n := 0.0, 0.0
	for _, s := range c.seconds {
		if !math.IsNaN(s) {
			sum, n = sum+s, n+1
		}
	}
	return sum / math.Max(n, 1)
}

// prices calls f for each series of costs. A time that is not known counts as the
// mean of the others.
func (c *costs) prices(f func(x []float64) *Price) Prices {
	p := Prices{nil, f(c.solves), f(c.iterations), f(c.applications), nil}
	if known := c.knownSeconds(); known > 0 {
		seconds := slices.Clone(c.seconds)
		for i, s := range seconds {
			if math.IsNaN(s) {
				seconds[i] = known
			}
		}
		p.Seconds = f(seconds)
	}
	if !c.uncounted {
		p.Flops = f(c.flops)
	}
	return p
}

func (c *costs) table(accepted []float64, observables map[string]Quantity) *CostTable {
	t := &CostTable{Trajectory: c.prices(price), Independent: map[string]Prices{}}
	if mean(accepted) > 0 {
		p := c.prices(func(x []float64) *Price { return ratio(x, accepted) })
		t.Accepted = &p
	}
	for name, q := range observables {
		if q.TauInt == nil {
			continue
		}
		k := 2 * *q.TauInt
		t.Independent[name] = c.prices(func(x []float64) *Price {
			p := price(x)
			if p.Error != nil {
				e := k * math.Hypot(*p.Error, p.Value**q.TauIntError / *q.TauInt)
				p.Error = &e
			}
			p.Value *= k
			return p
		})
	}
	return t
}

// price is the mean of a series.
func price(x []float64) *Price {
	p := &Price{Value: mean(x)}
	if e, err := statistics.Gamma(x); err == nil {
		p.Error = &e.Error
	}
	return p
}

// ratio is the ratio of the means of two series.
func ratio(x, y []float64) *Price {
	p := &Price{Value: mean(x) / mean(y)}
	of := func(m []float64) float64 { return m[0] / m[1] }
	if e, err := statistics.GammaDerived(of, [][]float64{x, y}); err == nil {
		p.Error = &e.Error
	}
	return p
}
