package sampler_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// lossCase is a rig at parameters away from zero, and the two ends of a trajectory.
type lossCase struct {
	*rig
	start, end *gauge.Field
	at         []float64 // parameters: six weights, mass, coefficient
}

func lossCases(t *testing.T, run func(t *testing.T, c *lossCase)) {
	for _, system := range []struct {
		g       group.Group
		extents []int
	}{
		{group.U1, []int{4, 4}},
		{group.SU2, []int{4, 4}},
		{group.SU3, []int{4, 2}},
		{group.SU2, []int{2, 2, 2, 2}},
	} {
		t.Run(fmt.Sprint(system.g, system.extents), func(t *testing.T) {
			c := &lossCase{rig: newRig(t, system.g, precise(), lattice.NewPool(1), system.extents...)}
			stream := rng.New(5).Child("loss")
			_, err := c.sampled.Refresh(c.u, stream)
			require.NoError(t, err)
			c.start, c.end = gauge.NewField(c.u.Geometry(), system.g), gauge.NewField(c.u.Geometry(), system.g)
			c.start.Copy(c.u)
			c.end.Copy(c.u)
			p := gauge.NewAlgebra(c.u.Geometry(), system.g)
			p.Gaussian(stream.Child("momenta"))
			c.end.Drift(0.3, p)
			c.at = []float64{-.03, .02, .04, .02, -.01, .03, .5, 1.2}
			require.NoError(t, c.guide.SetParams(c.at))
			run(t, c)
		})
	}
}

// gradient returns the loss and its gradient.
func (c *lossCase) gradient(t *testing.T, l sampler.Loss) (float64, []float64) {
	t.Helper()
	g := make([]float64, len(c.at))
	v, err := l.Gradient(g, c.guide, c.quark, c.start, c.end)
	require.NoError(t, err)
	return v, g
}

// losses are built by name, so that the names are checked as well.
func losses(t *testing.T) []sampler.Loss {
	var all []sampler.Loss
	for _, name := range []string{"action", "delta", "force"} {
		l, err := sampler.LossByName(name)
		require.NoError(t, err)
		require.Equal(t, name, l.Name())
		all = append(all, l)
	}
	_, err := sampler.LossByName("force2")
	require.ErrorContains(t, err, "allowed: action, delta, force")
	return all
}

// noise bounds what solver and round-off leave in a loss of the given size: an
// action, or a force, is of the order s = |phi|²/m² at most, its error eps s with
// eps = 1e-13 (relative residual 1e-14, round-off of some 1e2 operations); a loss is
// half the square of a difference d = sqrt(2 loss) of such, and so off by eps s d.
func (c *lossCase) noise(loss float64) float64 {
	s := c.quark.Phi().Norm2(lattice.All) / (rigMass * rigMass)
	return 1e-13 * s * (math.Sqrt(2*loss) + 1e-13*s)
}

// Every gradient is the derivative of its loss, in every parameter: the central
// difference over ±h misses it by c h² and, at half the step, by a quarter of that:
// 4 ± .4 where noise/h is below a thirtieth of what is left (.13 of the ratio, and
// as much at h) and terms of order h⁴ below a tenth of it.
func TestLossGradientOrder(t *testing.T) {
	lossCases(t, func(t *testing.T, c *lossCase) {
		if testing.Short() && (c.u.Geometry().Dims() > 2 || c.u.Group() == group.SU3) {
			t.Skip("slow")
		}
		for _, l := range losses(t) {
			loss, g := c.gradient(t, l)
			h, own := 0.004, 0.0
			if l.Name() == "force" { // takes a derivative by itself, to about 1e-7 (see there)
				h, own = 0.016, 3e-7*norm2(g)
			}
			fitted := 0
			for k := range c.at {
				value := func(by float64) float64 {
					moved := append([]float64(nil), c.at...)
					moved[k] += by
					require.NoError(t, c.guide.SetParams(moved))
					defer func() { require.NoError(t, c.guide.SetParams(c.at)) }()
					v, _ := c.gradient(t, l)
					return v
				}
				miss := func(h float64) float64 { return (value(h)-value(-h))/(2*h) - g[k] }
				a, b := miss(h), miss(h/2)
				if left := c.noise(loss)/h + own; math.Abs(b) > 30*left {
					fitted++
					assert.InDelta(t, 4, a/b, 0.4, "%s, parameter %d: errors %g at h, %g at h/2", l.Name(), k, a, b)
				}
				assert.LessOrEqual(t, math.Abs(4*b-a)/3, 3e-4*norm2(g), "%s, parameter %d: extrapolated", l.Name(), k)
			}
			assert.GreaterOrEqual(t, fitted, 4, "%s: parameters with an order to see", l.Name())
		}
	})
}

func norm2(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s = math.Hypot(s, v)
	}
	return s
}

// dense is the guide by dense matrices and dual numbers: its action, differentiated
// by parameter k if it is a weight, or along the links' direction.
func (c *lossCase) dense(t *testing.T, theta []float64, k int, u *reference.Links) reference.Real {
	t.Helper()
	w := func(i int) reference.Real {
		if i == k {
			return reference.Variable(theta[i])
		}
		return reference.Constant(theta[i])
	}
	net := reference.Network{
		reference.TalkLayer(u.Extents, w(0), w(1), w(2)),
		reference.TalkLayer(u.Extents, w(3), w(4), w(5)),
	}
	return c.denseQuarks(t, theta[6], net.Forward(u)).Scale(theta[7])
}

func (c *lossCase) denseQuarks(t *testing.T, mass float64, u *reference.Links) reference.Real {
	t.Helper()
	s, err := reference.PseudofermionAction(reference.Staggered(u, mass, reference.AntiperiodicTime(len(u.Extents))), verify.Vector(c.quark.Phi()))
	require.NoError(t, err)
	return s
}

// stencil is the five-point derivative of f by parameter k, off by h⁴ f⁽⁵⁾/30.
func stencil(f func(theta []float64) float64, at []float64, k int, h float64) float64 {
	value := func(by float64) float64 {
		moved := append([]float64(nil), at...)
		moved[k] += by
		return f(moved)
	}
	return (8*(value(h)-value(-h)) - (value(2*h) - value(-2*h))) / (12 * h)
}

// denseGradient returns S_theta on u and its derivatives: by weights exactly, by mass
// with the stencil, by the coefficient as S_theta/c.
func (c *lossCase) denseGradient(t *testing.T, u *reference.Links) (float64, []float64) {
	g := make([]float64, len(c.at))
	value := 0.0
	for k := range 6 {
		s := c.dense(t, c.at, k, u)
		value, g[k] = s.V, s.D
	}
	g[6] = stencil(func(theta []float64) float64 { return c.dense(t, theta, -1, u).V }, c.at, 6, 1e-3)
	g[7] = value / c.at[7]
	return value, g
}

// Losses and gradients are those of dense matrices and exact dual numbers. Actions
// agree to (noise); the stencil in the mass errs by h⁴ S⁽⁵⁾/30 <= h⁴ 5!/30 S/m⁵,
// below 2e-10 S, and by 1e-13 S/h: 1e-9 covers both, and derivatives by weights,
// some ten times S, as well.
func TestLossAgainstDualNumbers(t *testing.T) {
	lossCases(t, func(t *testing.T, c *lossCase) {
		start, end := verify.Links(c.start), verify.Links(c.end)
		s0, g0 := c.denseGradient(t, start)
		s1, g1 := c.denseGradient(t, end)
		gap0, gap1 := s0-c.denseQuarks(t, rigMass, start).V, s1-c.denseQuarks(t, rigMass, end).V
		for _, want := range []struct {
			loss     sampler.Loss
			gap      float64
			gradient func(k int) float64
		}{
			{sampler.ActionLoss{}, gap1, func(k int) float64 { return gap1 * g1[k] }},
			{sampler.DeltaLoss{}, gap1 - gap0, func(k int) float64 { return (gap1 - gap0) * (g1[k] - g0[k]) }},
		} {
			require.Greater(t, math.Abs(want.gap), 0.01, "a loss of nothing")
			loss, g := c.gradient(t, want.loss)
			assert.InDelta(t, want.gap*want.gap/2, loss, c.noise(loss), want.loss.Name())
			for k := range g {
				assert.InDelta(t, want.gradient(k), g[k], 1e-9*math.Abs(want.gap)*(s0+s1), "%s, parameter %d", want.loss.Name(), k)
			}
		}
	})
}

// With G = F_theta - F and the derivative d_G along it, exactly by dual numbers,
//
//	2 loss = |G|² = d_G (S_theta - S),   d loss/d theta = d/d theta d_G S_theta at fixed G,
//
// the latter by the five-point stencil in theta. The code differs in U instead, and
// is off by 1e-7 of the gradient (see there), a third of what is allowed.
func TestForceLossAgainstDualNumbers(t *testing.T) {
	lossCases(t, func(t *testing.T, c *lossCase) {
		loss, g := c.gradient(t, &sampler.ForceLoss{})
		f := gauge.NewAlgebra(c.end.Geometry(), c.end.Group())
		require.NoError(t, c.guide.AddForce(f, 1, c.end))
		require.NoError(t, c.quark.AddForce(f, -1, c.end))
		geo, n := f.Geometry(), f.Group().N()
		x, a := make([]int, geo.Dims()), make([]float64, f.Group().Dim())
		u := verify.Links(c.end).Along(func(site, mu int) reference.Matrix {
			geo.Coordinates(x, site)
			f.At(a, x, mu)
			return reference.AlgebraElement(n, a)
		})
		guide, target := c.dense(t, c.at, -1, u).D, c.denseQuarks(t, rigMass, u).D
		assert.InDelta(t, guide-target, 2*loss, c.noise(loss)*10)
		require.Greater(t, loss, 0.01, "a loss of nothing")
		for k := range g {
			want := stencil(func(theta []float64) float64 { return c.dense(t, theta, -1, u).D }, c.at, k, 1e-3)
			assert.InDelta(t, want, g[k], 3e-7*norm2(g), "parameter %d", k)
		}
	})
}

// Where guide and target agree there is nothing to learn: at zero weights, the
// target's mass and c = 1 every loss is zero, and so is its gradient.
func TestLossOfThePerfectGuide(t *testing.T) {
	r := su2(t)
	_, err := r.sampled.Refresh(r.u, rng.New(1))
	require.NoError(t, err)
	require.NoError(t, r.guide.SetParams([]float64{0, 0, 0, 0, 0, 0, rigMass, 1}))
	for _, l := range losses(t) {
		g := make([]float64, r.guide.NumParams())
		loss, err := l.Gradient(g, r.guide, r.quark, r.u, r.u)
		require.NoError(t, err)
		assert.Zero(t, loss, l.Name())
		assert.Zero(t, norm2(g), l.Name())
	}
}
