package reference_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/reference"
)

// differencesConverge compares the dual derivative of f along t with central
// differences (f(h) - f(-h))/2h at two steps. The extrapolated difference must
// agree to its own error: with h of 1/512 that is h^4 = 1.5e-11 times the fifth
// derivative over the first, allowed to be 1e4 (18 rectangle staples: |dQ/drho|
// is up to 10). The errors must fall like h^2 (ratio 4, within 10 %) where they
// stand 1000 times above round-off; it returns whether they did.
func differencesConverge(t *testing.T, what string, f func(h float64) float64, derivative float64) bool {
	t.Helper()
	const h = 1.0 / 512
	central := func(h float64) float64 { return (f(h) - f(-h)) / (2 * h) }
	coarse, fine := central(h), central(h/2)
	extrapolated := fine + (fine-coarse)/3
	require.InEpsilon(t, extrapolated, derivative, 1.5e-7, what)
	noise := 1e-15 * math.Max(1, math.Abs(f(0))) / h
	if math.Abs(coarse-derivative) < 1000*noise {
		return false
	}
	ratio := (coarse - derivative) / (fine - derivative)
	require.InDelta(t, 4, ratio, 0.4, "%s: order %.2f, derivative %g, differences %g, %g", what, math.Log2(math.Abs(ratio)), derivative, coarse, fine)
	return true
}

func TestDualDerivatives(t *testing.T) {
	t.Parallel()
	checked, orders := 0, 0
	converge := func(what string, f func(h float64) float64, derivative float64) {
		t.Helper()
		checked++
		if differencesConverge(t, what, f, derivative) {
			orders++
		}
	}
	for n := 1; n <= 4; n++ {
		for _, extents := range [][]int{{4, 2}, {2, 2, 4}, {2, 2, 2, 2}} {
			c := latticeCase{N: n, Extents: extents, Seed: 7}
			u, a := c.links(), c.algebra()
			small := func(site, mu int) reference.Matrix { return a(site, mu).ScaleBy(0.3) }
			name := func(what string) string { return fmt.Sprintf("%s, %v", what, c) }
			network := richNet(extents)
			bc := reference.AntiperiodicTime(len(extents))
			phi := c.vector(u.Volume() * n)
			terms := reference.RectangleAction(len(extents), reference.SymanzikC1)
			pseudofermion := func(u *reference.Links) reference.Real {
				s, err := reference.PseudofermionAction(reference.Staggered(u, 0.5, bc), phi)
				require.NoError(t, err)
				return s
			}
			clover := func(u *reference.Links) reference.Real {
				op := reference.CloverDirac(u, 0.5, 1.2, bc)
				s, err := reference.PseudofermionAction(op, c.vector(op.Dim()))
				require.NoError(t, err)
				return s
			}
			functionals := map[string]func(*reference.Links) reference.Real{
				"gauge action":             func(u *reference.Links) reference.Real { return reference.GaugeAction(u, 2, terms) },
				"Polyakov loop":            func(u *reference.Links) reference.Real { return reference.PolyakovLoop(u, 1).Re() },
				"gauge action of network":  func(u *reference.Links) reference.Real { return reference.GaugeAction(network.Forward(u), 2, terms) },
				"pseudofermion":            pseudofermion,
				"pseudofermion of network": func(u *reference.Links) reference.Real { return pseudofermion(network.Forward(u)) },
			}
			if len(extents) != 4 || n <= 2 {
				functionals["clover pseudofermion"] = clover
			}
			if len(extents) == 4 && n > 1 {
				functionals["charge"] = reference.ChargeClover
			}
			for what, f := range functionals {
				converge(name(what),
					func(h float64) float64 { return f(u.Moved(h, small)).V },
					f(u.Along(small)).D)
			}

			// weights: each of the second layer, and one site's alone
			for i := range 4 {
				s := func(h float64, seed float64) reference.Real {
					w := plain([][]float64{{0.1, 0.04, -0.03, 0.02}, {-0.05, 0.02, 0.06, 0.01}})
					w[1][i] = reference.Real{V: w[1][i].V + h, D: seed}
					return pseudofermion(net(extents, w).Forward(u))
				}
				converge(name(fmt.Sprintf("weight %d", i)), func(h float64) float64 { return s(h, 0).V }, s(0, 1).D)
			}
			s := func(h float64, seed float64) reference.Real {
				rho := func(site, mu int) reference.Real {
					if site == 1 && mu == 0 {
						return reference.Real{V: 0.1 + h, D: seed}
					}
					return reference.Constant(0.05)
				}
				layer := reference.Layer{reference.PlaquetteStaples(len(extents), rho)}
				return reference.GaugeAction(layer.Forward(u), 2, terms)
			}
			converge(name("weight of one link"), func(h float64) float64 { return s(h, 0).V }, s(0, 1).D)
		}
	}
	t.Logf("%d derivatives, order of the differences seen in %d", checked, orders)
	require.Greater(t, orders, checked*3/4)
}

// Links and a weight moved together: the derivative is the sum of the two.
func TestDualDerivativeIsLinear(t *testing.T) {
	t.Parallel()
	c := latticeCase{N: 3, Extents: []int{2, 4}, Seed: 3}
	derivative := func(u *reference.Links, rho reference.Real) float64 {
		layer := reference.Layer{reference.PlaquetteStaples(2, reference.Shared(rho))}
		return reference.Plaquette(layer.Forward(u)).D
	}
	still, moving := c.links(), c.links().Along(c.algebra())
	links := derivative(moving, reference.Constant(0.1))
	weight := derivative(still, reference.Variable(0.1))
	require.Greater(t, math.Min(math.Abs(links), math.Abs(weight)), 1e-3)
	require.InDelta(t, links+weight, derivative(moving, reference.Variable(0.1)), 1e-13)
}

func TestRealDuals(t *testing.T) {
	t.Parallel()
	f := func(x reference.Real) reference.Real {
		return x.Pow(3).Mul(x.Log()).Div(x.Add(reference.Constant(2))).Sub(x.Scale(0.3)).Add(x.Pow(0))
	}
	require.True(t, differencesConverge(t, "x^3 ln x/(x+2)", func(h float64) float64 { return f(reference.Constant(1.3 + h)).V }, f(reference.Variable(1.3)).D))
}
