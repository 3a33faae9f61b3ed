package verify

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
)

// bounded is the number b of a trajectory whose mean over starts in equilibrium is
// zero: 1 for dH < 0, 0 at 0 and -exp(-dH) else. It lies in [-1, 1].
func bounded(dh float64) float64 {
	switch {
	case dh < 0:
		return 1
	case dh > 0:
		return -math.Exp(-dh)
	}
	return 0
}

// wager is an e-process for independent numbers b in [-1, 1] of mean zero: the capital
// of gamblers who stake the shares of stakes, each on either sign, beginning with
// equal parts of one,
//
//	E_n = 1/(2 K) sum over k, sign of prod_i (1 + sign lambda_k b_i).
//
// No share makes a fair bet ruin it, and none makes it pay: E is a martingale, and
// however often it is looked at, P(sup E >= 1/alpha) <= alpha [Ville].
type wager struct {
	logs  [2 * len(stakes)]float64
	worst float64 // largest ln E so far
}

// stakes are good for means down to about a twentieth.
var stakes = [...]float64{0.5, 0.25, 0.125, 0.0625}

// add takes the next number.
func (w *wager) add(b float64) {
	top := math.Inf(-1)
	for k := range w.logs {
		sign := float64(1 - 2*(k%2))
		w.logs[k] += math.Log1p(sign * stakes[k/2] * b)
		top = math.Max(top, w.logs[k])
	}
	sum := 0.0
	for _, l := range w.logs {
		sum += math.Exp(l - top)
	}
	w.worst = math.Max(w.worst, top+math.Log(sum/float64(len(w.logs))))
}

// independentStarts: the bounded law, E[b] = 0, over trajectories from independent
// starts in equilibrium, by an e-process that is looked at after each; and the starts
// have the averages that are known. Trajectories whose momenta persist are not
// independent, and b is then held against zero as that of a chain.
func independentStarts(c Case, build SystemBuilder, starts Starts, memory bool) []Result {
	s, u := newSystem(c, build)
	stream, n := c.Stream("independent starts"), max(2*c.Draws, 200)
	known := make([][]float64, len(s.Exact))
	var sums []Observed
	for _, a := range s.Exact {
		sums = append(sums, a.observe(u))
	}
	var w wager
	var series []float64
	accepted := 0
	for i := range n {
		at := stream.At(uint64(i))
		check(starts(c, u, at.Child("start")))
		for k, sum := range sums {
			known[k] = append(known[k], must(sum.Measure(u, at)))
		}
		t := must(s.Sampler.Step(u, at))
		w.add(bounded(t.DeltaH))
		series = append(series, bounded(t.DeltaH))
		if t.Accepted {
			accepted++
		}
	}
	limit := -math.Log(alarm)
	results := []Result{{
		Law: "E[b] = 0, whenever looked at", Measured: w.worst, Bound: limit,
		Because: fmt.Sprintf("ln 2e9, Ville's inequality: largest ln of the e-process in %d trajectories, acceptance %.3f", n, float64(accepted)/float64(n)),
		Vacuous: !(float64(n)*math.Log1p(stakes[0]) > 2*limit),
	}}
	if memory {
		results = []Result{mean("E[b] = 0", series[n/5:], 0, "")}
	}
	for k, a := range s.Exact {
		results = append(results, mean(a.Name+" of the starts", known[k], a.Value, ""))
	}
	return results
}

// TorusStart draws the links of the plaquette action on a torus of two dimensions.
//
// All links are random at first. Row by row, then, one link of each plaquette that is
// in none of the plaquettes before is chosen such that the plaquette is drawn from
// w(P) = exp(beta Re tr P/N); Haar's measure is invariant, so that these are
// independent. The last plaquette has no link left: all is drawn again unless it
// is accepted with probability w(P)/w(1).
func TorusStart(c Case, u *gauge.Field, s rng.Stream) error {
	if len(c.Extents) != 2 {
		return ErrUnsupported
	}
	g, r := u.Group(), s.Child("plaquettes").Site(0)
	p, a, b := g.NewMatrix(), g.NewMatrix(), g.NewMatrix()
	accept := func(p group.Matrix) bool {
		return r.Float64() < math.Exp(c.Beta*(real(group.Trace(p))/float64(g.N())-1))
	}
	draw := func() {
		for g.Haar(p, &r); !accept(p); {
			g.Haar(p, &r)
		}
	}
	// P = U_0(x,y) U_1(x+1,y) U_0(x,y+1)^† U_1(x,y)^†
	plaquette := func(x, y int) {
		u.At(p, []int{x, y}, 0)
		u.At(a, []int{x + 1, y}, 1)
		group.Mul(b, p, a)
		u.At(p, []int{x, y + 1}, 0)
		group.MulDagger(a, b, p)
		u.At(b, []int{x, y}, 1)
		group.MulDagger(p, a, b)
	}
	l0, l1 := c.Extents[0], c.Extents[1]
	for try := range uint64(tries) {
		u.Hot(s.At(try))
		for y := range l1 - 1 {
			for x := range l0 { // U_0(x,y+1) = U_1(x,y)^† P^† U_0(x,y) U_1(x+1,y)
				draw()
				u.At(a, []int{x, y}, 1)
				group.Mul(b, p, a)
				u.At(a, []int{x, y}, 0)
				group.DaggerMul(p, b, a)
				u.At(a, []int{x + 1, y}, 1)
				group.Mul(b, p, a)
				u.Set([]int{x, y + 1}, 0, b)
			}
		}
		for x := range l0 - 1 { // U_1(x+1,y) = U_0(x,y)^† P U_1(x,y) U_0(x,y+1)
			draw()
			u.At(a, []int{x, l1 - 1}, 0)
			group.DaggerMul(b, a, p)
			u.At(a, []int{x, l1 - 1}, 1)
			group.Mul(p, b, a)
			u.At(a, []int{x, l1}, 0)
			group.Mul(b, p, a)
			u.Set([]int{x + 1, l1 - 1}, 1, b)
		}
		if plaquette(l0-1, l1-1); accept(p) {
			return nil
		}
	}
	return fmt.Errorf("verify: no start in %d tries", tries)
}

// QuarkStart draws the links of that action and of staggered quarks on even sites: of
// [TorusStart], accepted with probability |det D| over its largest value.
//
// The pseudofermions integrate to det (D^†D)_even = |det D|. On NV/2 = n components,
// and extents above two, whatever the links, (D^†D)_even has the trace n (m² + d/2);
// of positive eigenvalues, their product is largest where they are equal.
func QuarkStart(c Case, u *gauge.Field, s rng.Stream) error {
	for _, l := range c.Extents {
		if l <= 2 {
			return ErrUnsupported // hops forth and back go to one site
		}
	}
	largest := float64(u.Group().N()*c.Volume()/2) * math.Log(c.Mass*c.Mass+float64(len(c.Extents))/2)
	r := s.Child("determinant").Site(0)
	for try := range uint64(tries) {
		if err := TorusStart(c, u, s.Child("gauge").At(try)); err != nil {
			return err
		}
		n, err := reference.NewNormal(reference.Staggered(Links(u), c.Mass, c.Phases()))
		if err != nil {
			return err
		}
		if logDet, _ := n.LogDet(); r.Float64() < math.Exp(logDet-largest) {
			return nil
		}
	}
	return fmt.Errorf("verify: no start in %d tries", tries)
}

// tries is how often links are drawn at most for one start.
const tries = 10000
