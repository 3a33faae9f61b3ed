package verify

import (
	"fmt"
	"math"
	"math/big"

	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// Random is the functions that random numbers are drawn with.
type Random struct {
	Uniform func(r *rng.Source) float64          // of [0, 1)
	Normal  func(r *rng.Source) float64          // of mean 0 and variance 1
	Site    func(s rng.Stream, n int) rng.Source // of a site
	Child   func(s rng.Stream, name string) rng.Stream
	At      func(s rng.Stream, trajectory uint64) rng.Stream
}

// Generator returns the functions of package rng.
func Generator() Random {
	return Random{
		Uniform: func(r *rng.Source) float64 { return r.Float64() },
		Normal:  func(r *rng.Source) float64 { return r.Normal() },
		Site:    func(s rng.Stream, n int) rng.Source { return s.Site(uint64(n)) },
		Child:   func(s rng.Stream, name string) rng.Stream { return s.Child(name) },
		At:      func(s rng.Stream, trajectory uint64) rng.Stream { return s.At(trajectory) },
	}
}

// OfRandom returns random numbers as a subject.
func OfRandom(name string, f Random, options ...Option) Subject {
	o := newSettings(options)
	return Subject{Name: name, Domain: o.within, Laws: []Law{
		{Name: "distribution", Check: func(c Case) []Result { return drawn(c, f) }},
		{Name: "streams", Check: func(c Case) []Result { return streams(c, f) }},
	}}
}

// drawn: deviates are uniform and normal, over the numbers of a site and over
// sites, and those beside each other are not correlated.
func drawn(c Case, f Random) (results []Result) {
	n := 20 * max(c.Draws, 50)
	for _, what := range []string{"of one site", "over sites"} {
		r := f.Site(c.Stream("numbers"), 3)
		uniform, normal := make([]float64, n), make([]float64, n)
		outside, square, product, last := 0, 0.0, 0.0, 0.0
		for i := range n {
			if what == "over sites" {
				r = f.Site(c.Stream("numbers"), i)
			}
			u := f.Uniform(&r)
			if !(u >= 0 && u < 1) {
				outside++
			}
			z := f.Normal(&r)
			uniform[i], normal[i] = u, math.Erfc(-z/math.Sqrt2)/2
			square += z * z
			product += z * last
			last = z
		}
		half := float64(n) / 2 // the sum of n squares is chi-squared with n degrees
		variance := (math.Cbrt(square/2/half) - (1 - 1/(9*half))) * math.Sqrt(9*half)
		kolmogorovLaw := func(law string, x []float64) Result {
			return Result{Law: law + " " + what, Measured: kolmogorov(x), Bound: kolmogorovBound, Because: "Massart's bound, false alarms 5e-10"}
		}
		results = append(results,
			exact("uniform deviates are in [0, 1) "+what, outside),
			kolmogorovLaw("uniform", uniform), kolmogorovLaw("normal", normal),
			Result{Law: "variance one " + what, Measured: math.Abs(variance), Bound: normalBound, Because: "normal deviate, false alarms 5e-10"},
			Result{Law: "neighbours are independent " + what, Measured: math.Abs(product) / math.Sqrt(float64(n)), Bound: 1.2 * normalBound, Because: "normal deviate, a fifth more for products of normals"},
		)
	}
	return results
}

// streams: the same address gives the same number, and another seed, purpose,
// trajectory or site another one.
func streams(c Case, f Random) []Result {
	first := func(s rng.Stream, site int) float64 {
		r := f.Site(s, site)
		return f.Normal(&r)
	}
	s := rng.New(c.Seed)
	seen, equal, apart := map[float64]bool{}, 0, 0
	for seed := range uint64(2) {
		for _, name := range []string{"momenta", "eta", "noise"} {
			for trajectory := range uint64(3) {
				for site := range 4 {
					at := f.At(f.Child(rng.New(c.Seed+seed), name), trajectory)
					z := first(at, site)
					if first(at, site) != z {
						equal++
					}
					if seen[z] {
						apart++
					}
					seen[z] = true
				}
			}
		}
	}
	order := 0
	if first(f.At(f.Child(s, "a"), 1), 2) != first(f.Child(f.At(s, 1), "a"), 2) {
		order++
	}
	return []Result{
		exact("the same address, the same number", equal),
		exact("another address, another number", apart),
		exact("trajectory and purpose commute", order),
	}
}

// OfSum returns a sum of numbers as a subject, that of reductions by default.
func OfSum(name string, sum func(x []float64) float64, options ...Option) Subject {
	o := newSettings(options)
	return Subject{Name: name, Domain: o.within, Laws: []Law{{Name: "compensated", Check: func(c Case) []Result { return compensated(c, sum) }}}}
}

// Compensated returns the sum of reductions.
func Compensated() func(x []float64) float64 { return lattice.Neumaier }

// compensated: the sum of large numbers that cancel, against 300-bit arithmetic;
// it errs by one rounding of the sum and n ulp² of the terms.
func compensated(c Case, sum func(x []float64) float64) (results []Result) {
	for _, n := range []int{1, 2, 7, 100, 1000} {
		r := c.Draw(fmt.Sprint("terms", n))
		x, size := make([]float64, 0, 2*n), 0.0
		exactly := new(big.Float).SetPrec(300)
		for range n {
			z := r.Normal() * math.Exp(20*r.Float64())
			x = append(x, z)
			if r.Float64() < 0.7 {
				x = append(x, -z*(1+1e-9*r.Normal()))
			}
		}
		for _, z := range x {
			size += math.Abs(z)
			exactly.Add(exactly, big.NewFloat(z))
		}
		before := append([]float64(nil), x...)
		got := sum(x)
		want, _ := exactly.Float64()
		changed := 0
		for i := range x {
			if x[i] != before[i] {
				changed++
			}
		}
		bound := 2*Roundoff*math.Abs(want) + 4*float64(len(x))*Roundoff*Roundoff*size
		results = append(results,
			Result{Law: "the sum is compensated", Measured: math.Abs(got - want), Bound: bound, Because: "one rounding, and n ulp² of the terms"},
			exact("terms are untouched", changed),
		)
	}
	return results
}

// Descent is an optimizer: what training needs of one, and its memory.
type Descent interface {
	Step(theta, g []float64)
	State() []float64
	SetState(state []float64, n int) error
}

// OfOptimizer returns an optimizer as a subject.
func OfOptimizer(name string, build func() Descent, options ...Option) Subject {
	o := newSettings(options)
	return Subject{Name: name, Domain: o.within, Laws: []Law{
		{Name: "resumes", Check: func(c Case) []Result { return resumes(c, build) }},
		{Name: "descends", Check: func(c Case) []Result { return descends(c, build) }},
	}}
}

// Optimizers returns the built-in ones by name.
func Optimizers() map[string]func() Descent {
	return map[string]func() Descent{
		"sgd":      func() Descent { return sampler.NewSGD(0.05) },
		"momentum": func() Descent { return sampler.NewMomentum(0.02, 0.8) },
		"adam":     func() Descent { return sampler.NewAdam(0.05, 0.9, 0.999) },
	}
}

// bowl is the gradient of sum k theta_k^2 / 2.
func bowl(g, theta []float64) (value float64) {
	for k := range g {
		g[k] = float64(k+1) * theta[k]
		value += g[k] * theta[k] / 2
	}
	return value
}

// resumes: an optimizer with another's memory goes on bit for bit, and a memory
// of another size is refused.
func resumes(c Case, build func() Descent) []Result {
	const n = 4
	r := c.Draw("start")
	theta, g := make([]float64, n), make([]float64, n)
	for k := range theta {
		theta[k] = r.Normal()
	}
	a := build()
	for range 5 {
		bowl(g, theta)
		a.Step(theta, g)
	}
	b := build()
	state := append([]float64(nil), a.State()...)
	check(b.SetState(state, n))
	other := append([]float64(nil), theta...)
	apart := 0
	for range 5 {
		bowl(g, theta)
		a.Step(theta, g)
		bowl(g, other)
		b.Step(other, g)
	}
	for k := range theta {
		if math.Float64bits(theta[k]) != math.Float64bits(other[k]) {
			apart++
		}
	}
	silent := 0
	if build().SetState(make([]float64, 100), n) == nil {
		silent = 1
	}
	return []Result{exact("resumes bit for bit", apart), exact("a memory of another size is refused", silent)}
}

// descends: in a bowl it goes down.
func descends(c Case, build func() Descent) []Result {
	const n = 4
	r := c.Draw("start")
	theta, g := make([]float64, n), make([]float64, n)
	for k := range theta {
		theta[k] = 1 + r.Float64()
	}
	a := build()
	before := bowl(g, theta)
	for range 150 {
		bowl(g, theta)
		a.Step(theta, g)
	}
	return []Result{{Law: "goes down in a bowl", Measured: bowl(g, theta) / before, Bound: 0.05, Because: "150 steps of a stable rate"}}
}
