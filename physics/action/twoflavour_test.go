package action_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

const tolerance = 1e-12

// quarks returns the action of the case on the sites of s, with the phi of a
// heat bath on other links.
func quarks(c verify.Case, geo *lattice.Geometry, s lattice.Subset) *action.TwoFlavour {
	a, err := action.NewTwoFlavour(staggered(c, geo), s, action.Tolerances{Action: tolerance, Force: tolerance, MaxIterations: 5000})
	if err != nil {
		panic(err)
	}
	if _, err := a.Refresh(c.Links(geo, "heat bath"), c.Stream("phi")); err != nil {
		panic(err)
	}
	return a
}

func staggered(c verify.Case, geo *lattice.Geometry) *dirac.Staggered {
	d, err := dirac.NewStaggered(geo, c.GaugeGroup(), c.Mass, c.Boundary)
	if err != nil {
		panic(err)
	}
	return d
}

// condition bounds the condition number of D†D: m^2 <= D†D <= m^2 + D^2.
func condition(c verify.Case) float64 {
	d := float64(len(c.Extents))
	return 1 + d*d/(c.Mass*c.Mass)
}

var both = []lattice.Subset{lattice.All, lattice.Even}

// on runs a law for the action on all sites and on even sites.
func on(c verify.Case, law func(a *action.TwoFlavour, geo *lattice.Geometry) []verify.Result) (results []verify.Result) {
	for _, s := range both {
		geo := c.Geometry()
		for _, r := range law(quarks(c, geo, s), geo) {
			r.Law += map[lattice.Subset]string{lattice.All: ", all sites", lattice.Even: ", even sites"}[s]
			results = append(results, r)
		}
	}
	return results
}

// Value and force against the dense inverse and dual numbers.
func TestTwoFlavourTwin(t *testing.T) {
	verify.Run(t, verify.Domain{Even: true, Volume: 32}, func(c verify.Case) []verify.Result {
		return on(c, func(a *action.TwoFlavour, geo *lattice.Geometry) []verify.Result {
			u, g := c.Links(geo, "links"), c.GaugeGroup()
			p, f := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
			p.Gaussian(c.Stream("direction"))
			omega, x := make([]float64, g.Dim()), make([]int, geo.Dims())
			links := verify.Links(u).Along(func(site, mu int) reference.Matrix {
				geo.Coordinates(x, site)
				p.At(omega, x, mu)
				return reference.AlgebraElement(g.N(), omega)
			})
			want, err := reference.PseudofermionAction(reference.Staggered(links, c.Mass, c.Phases()), verify.Vector(a.Phi()))
			if err != nil {
				panic(err)
			}
			got, err := a.Value(u)
			if err != nil {
				panic(err)
			}
			if err := a.AddForce(f, 1, u); err != nil {
				panic(err)
			}
			// |X| <= |phi|/m^2, |DX| <= |phi|/m, both with the relative errors of solves
			// times the condition; |dD| <= D times the longest P of a link
			phi := a.Phi().Norm2(lattice.All)
			off := (tolerance + 64*verify.Roundoff) * condition(c)
			bound := off * phi / (c.Mass * c.Mass)
			steep := 2 * bound / c.Mass * float64(geo.Dims()) * (math.Sqrt(float64(g.Dim())) + 6)
			return []verify.Result{
				{Law: "value of the twin", Measured: math.Abs(got - want.V), Bound: bound, Because: "tolerance and round-off of the solves", Vacuous: !(bound < 1e-6*got)},
				{Law: "force of the twin", Measured: math.Abs(f.Dot(p) - want.D), Bound: steep, Because: "tolerance and round-off of the solves", Vacuous: !(steep < 1e-4*math.Sqrt(f.Norm2()))},
			}
		})
	})
}

// All laws of pseudofermion actions, on both subsets.
func TestTwoFlavourLaws(t *testing.T) {
	for _, s := range both {
		t.Run(map[lattice.Subset]string{lattice.All: "all sites", lattice.Even: "even sites"}[s], func(t *testing.T) {
			verify.Pseudofermion(t, func(c verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
				return quarks(c, geo, s), nil
			}, verify.With(verify.Suite{Cases: 12, Volume: 64, Draws: 400}), verify.Within(verify.Domain{Even: true}),
				verify.Has(verify.EvenTranslations, verify.ChargeConjugation), verify.Accuracy(10*tolerance, 100*tolerance))
		})
	}
}

// Refresh is phi = D† xi: on all sites the vector itself is known.
func TestHeatBathField(t *testing.T) {
	verify.Run(t, verify.Domain{Even: true, Volume: 64}, func(c verify.Case) []verify.Result {
		return on(c, func(a *action.TwoFlavour, geo *lattice.Geometry) []verify.Result {
			u := c.Links(geo, "links")
			if _, err := a.Refresh(u, c.Stream("refresh")); err != nil {
				panic(err)
			}
			xi := a.Phi().Like()
			xi.Gaussian(c.Stream("refresh"), lattice.All)
			ref := verify.Links(u)
			want := reference.Staggered(ref, c.Mass, c.Phases()).ApplyDagger(verify.Vector(xi))
			if a.Components() < len(want) {
				want = reference.EvenPart(ref, want)
			}
			n := float64(c.GaugeGroup().N())
			return []verify.Result{{
				Law: "phi = D† xi", Measured: verify.Distance(verify.Vector(a.Phi()), want),
				Bound: 14 * verify.Roundoff * (float64(geo.Dims())*(n+2)*math.Sqrt(n) + c.Mass), Because: "round-off of the hops, |xi| < 7",
			}}
		})
	})
}

// dS/dm against extrapolated differences.
func TestMassDerivative(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 16, Even: true, Volume: 64}, func(c verify.Case) []verify.Result {
		return on(c, func(a *action.TwoFlavour, geo *lattice.Geometry) []verify.Result {
			u := c.Links(geo, "links")
			got, err := a.MassDerivative(u)
			if err != nil {
				panic(err)
			}
			noise, _, err := verify.Noise(a, u, c.Stream("noise"))
			if err != nil {
				panic(err)
			}
			want, estimate, step := verify.Ridders(func(h float64) float64 {
				a.SetMass(c.Mass + h)
				s, err := a.Value(u)
				if err != nil {
					panic(err)
				}
				return s
			}, c.Mass/4)
			bound := 32*(estimate+noise/step) + tolerance*condition(c)*math.Abs(got)
			a.SetMass(c.Mass)
			return []verify.Result{
				{Law: "dS/dm", Measured: math.Abs(got - want), Bound: bound, Because: "Ridders' estimate x 32, noise, tolerance", Vacuous: !(bound < 1e-6*math.Abs(got))},
				{Law: "mass as set", Measured: math.Abs(a.Mass() - c.Mass), Because: "exact"},
			}
		})
	})
}

// coupled hides that an operator's normal equation keeps parities apart.
type coupled struct{ dirac.Operator }

// An operator without that power works on all sites, by D and D†, and is
// refused on a parity.
func TestCoupledOperator(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 2, 4}, Boundary: []int{1, 1, -1}, Mass: 0.5, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	_, err := action.NewTwoFlavour(coupled{staggered(c, geo)}, lattice.Even, action.Tight())
	assert.ErrorContains(t, err, "connects even and odd sites (allowed: all sites)")
	a := quarks(c, geo, lattice.All)
	b, err := a.With(coupled{staggered(c, geo)})
	require.NoError(t, err)
	u := c.Links(geo, "links")
	want, err := a.Value(u)
	require.NoError(t, err)
	got, err := b.Value(u)
	require.NoError(t, err)
	assert.InEpsilon(t, want, got, tolerance*condition(c))
	for _, r := range verify.Force(b, u, rng.New(1)) {
		assert.True(t, r.OK(), "%v", r)
	}
}

// With sees the same phi, refreshed through the first, with another operator.
func TestWith(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Mass: 0.5, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	u := c.Links(geo, "links")
	for _, s := range both {
		a := quarks(c, geo, s)
		heavy := c
		heavy.Mass = 0.8
		b, err := a.With(staggered(heavy, geo))
		require.NoError(t, err)
		assert.Same(t, a.Phi(), b.Phi())
		for k := range 2 {
			_, err = a.Refresh(u, rng.New(uint64(k)))
			require.NoError(t, err)
			want, err := reference.PseudofermionAction(reference.Staggered(verify.Links(u), heavy.Mass, c.Phases()), verify.Vector(a.Phi()))
			require.NoError(t, err)
			got, err := b.Value(u)
			require.NoError(t, err)
			assert.InEpsilon(t, want.V, got, tolerance*condition(heavy))
		}
		assert.Equal(t, 0.5, a.Mass())
		assert.Equal(t, 0.8, b.Mass())
		other := c
		other.Group = "SU(2)"
		_, err = a.With(staggered(other, geo))
		assert.ErrorContains(t, err, "acts on other fields")
	}
}

// Every solve is counted, once; a failed one too, and it leaves the force alone.
func TestWork(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Mass: 0.5, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	u, f := c.Links(geo, "links"), gauge.NewAlgebra(geo, group.SU2)
	for _, s := range both {
		a := quarks(c, geo, s)
		for name, do := range map[string]struct {
			solves int
			do     func() error
		}{
			"Value":          {1, func() error { _, err := a.Value(u); return err }},
			"AddForce":       {1, func() error { return a.AddForce(f, 1, u) }},
			"MassDerivative": {1, func() error { _, err := a.MassDerivative(u); return err }},
			"Refresh": {map[lattice.Subset]int{lattice.All: 0, lattice.Even: 1}[s], func() error {
				_, err := a.Refresh(u, rng.New(1))
				return err
			}},
		} {
			before := a.Work()
			require.NoError(t, do.do())
			spent := action.WorkOf(a).Minus(before)
			assert.Equal(t, do.solves, spent.Solves, name)
			assert.Equal(t, do.solves > 0, spent.Iterations > 0, name)
			assert.Equal(t, spent.Iterations+spent.Solves, spent.Applications, name) // one residual a solve
		}
	}

	a, err := action.NewTwoFlavour(staggered(c, geo), lattice.Even, action.Tolerances{Action: 1e-12, Force: 1e-12, MaxIterations: 2})
	require.NoError(t, err)
	_, err = a.Refresh(u, rng.New(1))
	var failed *solver.NotConverged
	require.ErrorAs(t, err, &failed)
	f.Gaussian(rng.New(2))
	before := gauge.NewAlgebra(geo, group.SU2)
	before.Copy(f)
	work := a.Work()
	require.ErrorAs(t, a.AddForce(f, 1, u), &failed)
	assert.Equal(t, before.Raw(), f.Raw())
	// D^†D on a parity: 16 sites of 4 matrices on vectors (2 x 14 flops each) and 3
	// sums of 4 numbers; for 2 numbers of 8 x 2 components, 2 iterations of 10 flops and
	// a residual of 4
	flops := 3*16*(4*28+3*4) + (2*10+4)*2*8*2
	assert.Equal(t, action.Work{Solves: 1, Iterations: 2, Applications: 3, Flops: int64(flops)}, a.Work().Minus(work))
	_, err = a.MassDerivative(u)
	require.ErrorAs(t, err, &failed)
}

func TestAllocations(t *testing.T) {
	for _, g := range verify.Groups() {
		c := verify.Case{Group: g.String(), Extents: []int{4, 4, 4}, Boundary: []int{1, 1, -1}, Mass: 0.5, Roughness: 1, Seed: 3}
		geo := c.Geometry()
		u, f := c.Links(geo, "links"), gauge.NewAlgebra(geo, g)
		for _, s := range both {
			a := action.Sum{quarks(c, geo, s)}
			for name, do := range map[string]func(){
				"Value":    func() { _, _ = a.Value(u) },
				"AddForce": func() { _ = a.AddForce(f, 1, u) },
				"Refresh":  func() { _, _ = a.Refresh(u, rng.New(1)) },
			} {
				do()
				assert.Zero(t, testing.AllocsPerRun(2, do), fmt.Sprint(g, " ", name))
			}
		}
	}
}
