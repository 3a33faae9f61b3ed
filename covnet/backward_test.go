package covnet_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

func abs(x float64) float64  { return math.Abs(x) }
func sqrt(x float64) float64 { return math.Sqrt(x) }

func norm(f *gauge.Algebra) float64 { return math.Sqrt(f.Norm2()) }

func dot(x, y []float64) float64 {
	s := 0.0
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}

// gaugeAction is the improved action at beta = 2, which sees a network's output
// along all links.
func gaugeAction(u *gauge.Field) *gauge.Action {
	s, err := gauge.NewRectangleAction(u.Geometry(), u.Group(), 2, gauge.Symanzik)
	if err != nil {
		panic(err)
	}
	return s
}

func twinGaugeAction(l *reference.Links) reference.Real {
	return reference.GaugeAction(l, 2, reference.RectangleAction(l.Dim(), reference.SymanzikC1))
}

// derivative is the error allowed in a derivative, relative to the size of the
// output's force times the direction: the worst case of round-off, but never more
// than the 1e-12 that the design asks for (1e-15 is typical, whatever the gain:
// roundings are not aligned).
func (c conditions) derivative() float64 { return min(c.fresh*c.gain, 1e-12) }

// S_g[U^NN[U]]: the force along a random direction over all links and the
// derivative along a random direction over all weights are the exact derivatives
// of the reference (dual numbers).
func TestBackwardIsTheExactDerivative(t *testing.T) {
	forAll(t, 80, generator{sites: 24}, func(r recipe) []bound {
		u := r.links()
		net := r.network(u)
		e := covnet.NewEffective(u, net, gaugeAction(u))
		w := r.weights(net.NumParams())
		p, dw := r.direction(u), r.normals("direction of weights", len(w))

		f := gauge.NewAlgebra(u.Geometry(), u.Group())
		if err := e.AddForce(f, 1, u); err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		grad := make([]float64, len(w))
		if err := e.AddParamGradient(grad, 1, u); err != nil {
			return []bound{{err.Error(), 1, 0}}
		}

		links := verify.Links(u)
		byLinks := twinGaugeAction(r.twin(w, nil).Forward(links.Along(along(p))))
		byWeights := twinGaugeAction(r.twin(w, dw).Forward(links))

		c := r.errors(w)
		dv, n := r.outputForce(), sqrt(float64(r.volume()*len(r.Extents)))
		largest := 0.0
		for _, x := range dw {
			largest = max(largest, abs(x))
		}
		value, err := e.Value(u)
		if err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		return []bound{
			{"value", abs(value - byLinks.V), (c.forward*dv + 8*ulp) * n * n},
			{"links", abs(f.Dot(p) - byLinks.D), c.derivative() * dv * n * norm(p)},
			{"weights", abs(dot(grad, dw) - byWeights.D), c.derivative() * dv * n * c.weights * n * largest},
		}
	})
}

// outputForce bounds |F| per link of gaugeAction, which is linear in the
// 2(D-1) staples and 6(D-1) rectangles: beta (c0 2 + |c1| 6 · 2)(D-1), tr T of a
// unitary matrix being at most N.
func (r recipe) outputForce() float64 {
	d := float64(len(r.Extents) - 1)
	return 2 * d * ((1+8.0/12)*2 + 12.0/12)
}

// quarks returns the staggered pseudofermion action on u with random phi (on the
// even sites or on all), and its twin.
func (r recipe) quarks(u *gauge.Field, mass float64) (*action.TwoFlavour, func(l *reference.Links, mass float64) reference.Real) {
	op, err := dirac.NewStaggered(u.Geometry(), u.Group(), mass, dirac.AntiperiodicTime(u.Geometry().Dims()))
	if err != nil {
		panic(err)
	}
	sub := lattice.Subset(r.Seed % 2)
	s, err := action.NewTwoFlavour(op, sub, action.Tolerances{Action: solved, Force: solved, MaxIterations: 1000})
	if err != nil {
		panic(err)
	}
	s.Phi().Gaussian(r.stream("phi"), sub)
	phi := verify.Vector(s.Phi())
	return s, func(l *reference.Links, mass float64) reference.Real {
		v, err := reference.PseudofermionAction(reference.Staggered(l, mass, reference.AntiperiodicTime(l.Dim())), phi)
		if err != nil {
			panic(err)
		}
		return v
	}
}

const solved = 1e-13 // relative residual of the solves

// S_pf[U^NN[U]] against the same. With kappa <= 1 + D²/m² the condition of D^†D
// (|D_h| <= D), a residual of 1e-13 |phi| is an error of kappa 1e-13 in X, and of
// twice that in the derivative -2 Re <Y, dD X>, Y = D X; links that are off by the
// forward error e count kappa e likewise. All relative to 2 |Y| |X| |dD| with
// |Y|² = S, |X| <= |Y|/m and |dD| <= |dU| sqrt(1/2).
func TestBackwardThroughQuarks(t *testing.T) {
	forAll(t, 40, generator{even: true, sites: 16}, func(r recipe) []bound {
		mass := 1 + r.normals("mass", 1)[0]*.1
		u := r.links()
		net := r.network(u)
		s, twin := r.quarks(u, mass)
		e := covnet.NewEffective(u, net, s)
		w := r.weights(net.NumParams())
		p, dw := r.direction(u), r.normals("direction of weights", len(w))
		f := gauge.NewAlgebra(u.Geometry(), u.Group())
		if err := e.AddForce(f, 1, u); err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		grad := make([]float64, len(w))
		if err := e.AddParamGradient(grad, 1, u); err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		links := verify.Links(u)
		byLinks := twin(r.twin(w, nil).Forward(links.Along(along(p))), mass)
		byWeights := twin(r.twin(w, dw).Forward(links), mass)
		c := r.errors(w)
		d := float64(len(r.Extents))
		kappa := 1 + d*d/mass/mass
		relative := c.derivative() + 4*kappa*solved
		largest := 0.0
		for _, x := range dw {
			largest = max(largest, abs(x))
		}
		n := sqrt(float64(r.volume()) * d)
		value, err := e.Value(u)
		if err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		size := math.Sqrt2 * value / mass
		return []bound{
			{"value", abs(value - byLinks.V), relative * value},
			{"links", abs(f.Dot(p) - byLinks.D), relative * size * norm(p)},
			{"weights", abs(dot(grad, dw) - byWeights.D), relative * size * c.weights * n * largest},
		}
	})
}

// With zero weights the force is that of the thin links, and the derivative by
// the weights that of the reference, each weight by itself, on cold links too
// (where it vanishes: U = 1 is stationary).
func TestGradientAtZeroWeights(t *testing.T) {
	forAll(t, 40, generator{sites: 16, depth: 2}, func(r recipe) []bound {
		r.Weight = 0
		for i := range r.Layers {
			if r.Layers[i].Sharing == "per site" {
				r.Layers[i].Sharing = "per direction" // one pass of the twin for each weight
			}
		}
		u := r.links()
		net := r.network(u)
		s := gaugeAction(u)
		e := covnet.NewEffective(u, net, s)
		w, grad := make([]float64, net.NumParams()), make([]float64, net.NumParams())
		f, thin := gauge.NewAlgebra(u.Geometry(), u.Group()), gauge.NewAlgebra(u.Geometry(), u.Group())
		for _, err := range []error{e.AddForce(f, 1, u), s.AddForce(thin, 1, u), e.AddParamGradient(grad, 1, u)} {
			if err != nil {
				return []bound{{err.Error(), 1, 0}}
			}
		}
		f.Add(-1, thin)
		c := r.errors(w)
		n := sqrt(float64(r.volume() * len(r.Extents)))
		bounds := []bound{{"force", norm(f), c.derivative() * r.outputForce() * n}}
		links := verify.Links(u)
		for k := range w {
			dw := make([]float64, len(w))
			dw[k] = 1
			want := twinGaugeAction(r.twin(w, dw).Forward(links)).D
			allowed := c.derivative() * r.outputForce() * n * c.weights * n
			bounds = append(bounds, bound{"weight", abs(grad[k] - want), allowed})
			if r.Rough == 0 {
				bounds = append(bounds, bound{"weight on cold links", abs(grad[k]), allowed})
			}
		}
		return bounds
	})
}

// Central differences of the value: their error is a h² + b h⁴, so that it falls
// by 4 from h to h/2, up to 3 (b/a) h². The rms over six configurations and
// directions is taken, lest a vanish for one of them; on smooth recipes and at
// h = .01 what is left of h² is below a few per cent, a wrong order gives 2 or 1.
func TestDifferencesOfTheValueConverge(t *testing.T) {
	if testing.Short() {
		t.Skip("dual numbers say the same")
	}
	forAll(t, 20, generator{smooth: true, sites: 16, depth: 2}, func(r recipe) []bound {
		const h = .01
		var byLinks, byWeights [2]float64 // squared errors at h and h/2
		for range 6 {
			r.Seed++
			r.Rough = max(r.Rough, .5) // not at the minimum, where all of it vanishes
			u := r.links()
			net := r.network(u)
			e := covnet.NewEffective(u, net, gaugeAction(u))
			p, w, grad := r.direction(u), make([]float64, net.NumParams()), make([]float64, net.NumParams())
			net.Params(w)
			dw := r.normals("direction of weights", len(w))
			f, moved := gauge.NewAlgebra(u.Geometry(), u.Group()), gauge.NewField(u.Geometry(), u.Group())
			for _, err := range []error{e.AddForce(f, 1, u), e.AddParamGradient(grad, 1, u)} {
				if err != nil {
					return []bound{{err.Error(), 1, 0}}
				}
			}
			value := func(h, hw float64) float64 {
				moved.Copy(u)
				moved.Drift(h, p)
				x := make([]float64, len(w))
				for i := range x {
					x[i] = w[i] + hw*dw[i]
				}
				if err := net.SetParams(x); err != nil {
					panic(err)
				}
				v, err := e.Value(moved)
				if err != nil {
					panic(err)
				}
				return v
			}
			for i, h := range []float64{h, h / 2} {
				byLinks[i] += math.Pow((value(h, 0)-value(-h, 0))/(2*h)-f.Dot(p), 2)
				byWeights[i] += math.Pow((value(0, h)-value(0, -h))/(2*h)-dot(grad, dw), 2)
			}
		}
		return []bound{
			{"links: ratio - 4", abs(sqrt(byLinks[0]/byLinks[1]) - 4), .4},
			{"weights: ratio - 4", abs(sqrt(byWeights[0]/byWeights[1]) - 4), .4},
		}
	})
}

// The cotangent of the links rotates like a force, the derivative by the weights
// not at all.
func TestBackwardIsGaugeCovariant(t *testing.T) {
	forAll(t, 60, generator{}, func(r recipe) []bound {
		u := r.links()
		net := r.network(u)
		e := covnet.NewEffective(u, net, gaugeAction(u))
		w := r.weights(net.NumParams())
		gradients := func() (*gauge.Algebra, []float64) {
			f, g := gauge.NewAlgebra(u.Geometry(), u.Group()), make([]float64, len(w))
			for _, err := range []error{e.AddForce(f, 1, u), e.AddParamGradient(g, 1, u)} {
				if err != nil {
					panic(err)
				}
			}
			return f, g
		}
		f, g := gradients()
		rotation := r.rotation(u)
		u.Transform(rotation)
		f.Transform(rotation)
		f2, g2 := gradients()
		f2.Add(-1, f)
		c := r.errors(w)
		n := sqrt(float64(r.volume() * len(r.Extents)))
		size := c.derivative() * r.outputForce() * n
		bounds := []bound{{"force", norm(f2), 2 * size}}
		for k := range g {
			bounds = append(bounds, bound{"weight", abs(g[k] - g2[k]), 2 * size * c.weights * n})
		}
		return bounds
	})
}

// Backward adds to what is there, scaled by c; a nil gradient leaves the force
// the same bits; and asking again gives the same bits.
func TestBackwardAddsAndIsPure(t *testing.T) {
	forAll(t, 30, generator{}, func(r recipe) []bound {
		u := r.links()
		net := r.network(u)
		e := covnet.NewEffective(u, net, gaugeAction(u))
		geo, g := u.Geometry(), u.Group()
		once, twice := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		dw, both := make([]float64, net.NumParams()), make([]float64, net.NumParams())
		dv := r.direction(u)
		net.Forward(u)
		net.Backward(once, dw, dv)

		other := gauge.NewField(geo, g) // stale scratch of other links
		net.Forward(other)
		net.Backward(gauge.NewAlgebra(geo, g), nil, dv)

		net.Forward(u)
		net.Backward(twice, nil, dv)
		same := gauge.NewAlgebra(geo, g)
		same.Copy(twice)
		same.Add(-1, once)
		net.Backward(twice, both, dv)
		net.Backward(twice, both, dv)
		twice.Add(-3, once)
		bounds := []bound{
			{"same bits", norm(same), 0},
			// three sums of once, each rounding per operation of a layer
			{"three times", norm(twice), 64 * ulp * (norm(once) + r.errors(r.weights(net.NumParams())).gain*norm(dv))},
		}
		for k := range dw {
			bounds = append(bounds, bound{"weights twice", abs(both[k] - 2*dw[k]), 8 * ulp * abs(dw[k]) * float64(r.volume())})
		}
		f, minus := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		for _, err := range []error{e.AddForce(f, 1, u), e.AddForce(minus, -2.5, u)} {
			if err != nil {
				return []bound{{err.Error(), 1, 0}}
			}
		}
		minus.Add(2.5, f)
		return append(bounds, bound{"c F", norm(minus), 64 * ulp * r.errors(r.weights(net.NumParams())).gain * norm(f) * 10})
	})
}

// Nothing is allocated once everything has been used.
func TestNothingIsAllocated(t *testing.T) {
	for _, sharing := range sharings {
		r := recipe{N: 2, Extents: []int{4, 4, 2}, Rough: hot, Weight: .1, Seed: 5, Layers: []layer{
			{sharing.name, []string{"plaquette", "polyakov time"}}, {sharing.name, []string{"rectangle"}},
		}}
		for _, workers := range []int{1, 2} {
			pool := lattice.NewPool(workers)
			defer pool.Close()
			geo, err := lattice.New(r.Extents, lattice.WithPool(pool))
			require.NoError(t, err)
			u := gauge.NewField(geo, groupOf(r.N))
			u.Hot(r.stream("links"))
			net := r.network(u)
			s, _ := r.quarks(u, .8)
			e, err := covnet.NewEffectiveSum(u, covnet.Part{Network: net, Action: action.Sum{gaugeAction(u), s}, C: 1, Train: []string{covnet.Coefficient}})
			require.NoError(t, err)
			f, dv := gauge.NewAlgebra(geo, u.Group()), r.direction(u)
			dw, all := make([]float64, net.NumParams()), make([]float64, e.NumParams())
			work := func() {
				net.Forward(u)
				net.Backward(f, dw, dv)
				for _, err := range []error{e.AddForce(f, 1, u), e.AddParamGradient(all, 1, u)} {
					if err != nil {
						panic(err)
					}
				}
				if _, err := e.Value(u); err != nil {
					panic(err)
				}
			}
			require.Zero(t, testing.AllocsPerRun(5, work), "%s, %d workers", sharing.name, workers)
		}
	}
}
