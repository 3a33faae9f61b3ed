package action_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// withField is a pseudofermion action that shows its phi.
type withField interface {
	action.Pseudofermion
	Phi() *fermion.Field
}

// form returns M of S = phi^† M phi on the sites of s, read off from S at unit vectors,
// sums of two, and sums with i of one of them.
func form(t *testing.T, a withField, u *gauge.Field, s lattice.Subset) reference.Matrix {
	t.Helper()
	list := where(a.Phi(), s)
	n := len(list)
	v := make([]complex128, a.Phi().Components(lattice.All))
	value := func(i, j int, z complex128) float64 {
		clear(v)
		v[list[i]] = 1
		v[list[j]] += z
		verify.SetVector(a.Phi(), v)
		x, err := a.Value(u)
		require.NoError(t, err)
		return x
	}
	m := reference.NewMatrix(n, make([]complex128, n*n))
	for i := range n {
		m.V[i*n+i] = complex(value(i, i, 0), 0)
	}
	for i := range n {
		for j := range i {
			// |e_i + z e_j|^2 = M_ii + M_jj + 2 Re z M_ij
			diagonal := real(m.V[i*n+i] + m.V[j*n+j])
			z := complex(value(i, j, 1)-diagonal, -(value(i, j, 1i)-diagonal)) / 2
			m.V[i*n+j], m.V[j*n+i] = z, complex(real(z), -imag(z))
		}
	}
	verify.SetVector(a.Phi(), make([]complex128, len(v)))
	return m
}

// where returns the numbers of the components on the sites of s.
func where(phi *fermion.Field, s lattice.Subset) (list []int) {
	noise := phi.Like()
	noise.Gaussian(rng.New(1), s)
	for i, z := range verify.Vector(noise) {
		if z != 0 {
			list = append(list, i)
		}
	}
	return list
}

// weight returns the logarithm of what phi is integrated to, -ln det M.
func weight(t *testing.T, a withField, u *gauge.Field, s lattice.Subset) float64 {
	t.Helper()
	lu, err := reference.Factor(form(t, a, u, s))
	require.NoError(t, err)
	logDet, _ := lu.LogDet()
	return -logDet
}

// operators are those of a case, and the logarithm of |det D|.
type operators struct {
	name  string
	c     verify.Case
	s     lattice.Subset
	build verify.OperatorBuilder
	full  func(c verify.Case, u *gauge.Field) *reference.Operator
}

func wilsonTwin(c verify.Case, u *gauge.Field) *reference.Operator {
	return reference.WilsonDirac(verify.Links(u), c.Mass, c.Phases())
}

func staggeredTwin(c verify.Case, u *gauge.Field) *reference.Operator {
	return reference.Staggered(verify.Links(u), c.Mass, c.Phases())
}

func someOperators() []operators {
	spins := verify.Case{Group: "U(1)", Extents: []int{2, 2, 2, 2}, Boundary: []int{1, 1, 1, -1}, Mass: 0.3, Roughness: 1, Seed: 3}
	tastes, plane := spins, spins
	tastes.Group = "SU(2)"
	plane.Extents, plane.Boundary = []int{4, 4}, []int{1, -1}
	return []operators{
		{"staggered, even", tastes, lattice.Even, verify.BuildStaggered, staggeredTwin},
		{"staggered, all", tastes, lattice.All, verify.BuildStaggered, staggeredTwin},
		{"Wilson in two dimensions, even-odd", plane, lattice.Odd, schurOn(lattice.Odd), wilsonTwin},
		{"Wilson, even-odd", spins, lattice.Even, schurOn(lattice.Even), wilsonTwin},
	}
}

// schurOn makes the Schur complement of Wilson's operator on a parity.
func schurOn(s lattice.Subset) verify.OperatorBuilder {
	return func(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
		d, err := dirac.NewWilson(geo, c.GaugeGroup(), c.Mass, c.Phases())
		if err != nil {
			return nil, err
		}
		return dirac.NewSchur(d, s)
	}
}

// logDet returns ln det of D^†D on its sites by the dense operator on all sites and, for
// a Schur complement, without its blocks.
func (o operators) logDet(t *testing.T, c verify.Case, u *gauge.Field) float64 {
	t.Helper()
	d, err := reference.NewNormal(o.full(c, u))
	require.NoError(t, err)
	logDet, _ := d.LogDet()
	op, err := o.build(c, u.Geometry())
	require.NoError(t, err)
	switch op := op.(type) {
	case *dirac.Schur:
		op.Bind(u)
		return 2 * (logDet - op.Operator().LogDetBlock(o.s.Other()))
	case *dirac.Staggered:
		if o.s == lattice.Even {
			return logDet
		}
	}
	return 2 * logDet
}

// What a ratio is integrated to is det(D^†D) / det(W^†W), so that ratios in a row and
// the last determinant are the first one: exactly, on 2^4.
//
// Every element of M is off by the tolerance 1e-13 times the condition of D^†D and of
// W^†W, below 500 each, and ln det M by that times n times the condition of M, below 50.
func TestRatioDeterminants(t *testing.T) {
	for _, o := range someOperators() {
		t.Run(o.name, func(t *testing.T) {
			geo := o.c.Geometry()
			u := o.c.Links(geo, "links")
			total := 0.
			masses := []float64{0.3, 0.6, 1.1}
			if o.name == "Wilson, even-odd" { // many components
				masses = masses[:2]
			}
			var lighter dirac.Operator
			for k, m := range masses {
				c := o.c
				c.Mass = m
				d, err := o.build(c, geo)
				require.NoError(t, err)
				if k > 0 {
					a, err := action.NewRatio(lighter, d, o.s, precise())
					require.NoError(t, err)
					c.Mass = masses[k-1]
					want := o.logDet(t, c, u)
					c.Mass = m
					got := weight(t, a, u, o.s)
					assert.InDelta(t, want-o.logDet(t, c, u), got, 1e-6)
					total += got
				}
				lighter = d
			}
			last, err := action.NewTwoFlavour(lighter, o.s, precise())
			require.NoError(t, err)
			assert.InDelta(t, o.logDet(t, o.c, u), total+weight(t, last, u, o.s), 1e-6)
		})
	}
}

func precise() action.Tolerances {
	return action.Tolerances{Action: 1e-13, Force: 1e-13, MaxIterations: 5000}
}

// ratio returns the action of masses 0.5 over 1.
func ratio(t *testing.T, c verify.Case, geo *lattice.Geometry, s lattice.Subset, tolerances action.Tolerances) *action.Ratio {
	t.Helper()
	heavy := c
	heavy.Mass = 1
	a, err := action.NewRatio(staggered(c, geo), staggered(heavy, geo), s, tolerances)
	require.NoError(t, err)
	return a
}

// A guide sees the phi of its target, of other masses and tolerances.
func TestRatioWith(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Mass: 0.5, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	u := c.Links(geo, "links")
	for _, s := range both {
		a := ratio(t, c, geo, s, precise())
		light, heavy := c, c
		light.Mass, heavy.Mass = 0.6, 1.1
		b, err := a.With(staggered(light, geo), staggered(heavy, geo))
		require.NoError(t, err)
		loose, err := a.WithTolerances(staggered(light, geo), staggered(heavy, geo), action.Tolerances{Action: 1e-3, Force: 1e-3, MaxIterations: 100})
		require.NoError(t, err)
		assert.Same(t, a.Phi(), b.Phi())
		for k := range 2 {
			_, err = a.Refresh(u, rng.New(uint64(k)))
			require.NoError(t, err)
			want, err := reference.RatioAction(staggeredTwin(light, u), staggeredTwin(heavy, u), verify.Vector(a.Phi()))
			require.NoError(t, err)
			got, err := b.Value(u)
			require.NoError(t, err)
			assert.InEpsilon(t, want.V, got, tolerance*condition(light))
			rough, err := loose.Value(u)
			require.NoError(t, err)
			assert.InEpsilon(t, want.V, rough, 1e-2)
			assert.NotEqual(t, got, rough)
		}
		assert.Equal(t, []string{"mass", "heavy mass"}, b.Parameters())
		assert.Equal(t, []float64{0.6, 1.1}, []float64{b.Parameter("mass"), b.Parameter("heavy mass")})
	}
}

// Operators that the ratio is not made for are refused, with the reason.
func TestRatioRefuses(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Mass: 0.5, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	light := staggered(c, geo)
	periodic, other := c, c
	periodic.Boundary = []int{1, 1}
	other.Group = "SU(3)"
	wilson, err := verify.BuildWilson(c, geo)
	require.NoError(t, err)
	_, err = action.NewRatio(light, staggered(periodic, geo), lattice.Even, action.Tight())
	assert.ErrorContains(t, err, "differ in more than their mass on one parity (allowed: all sites, or operators that stay on a parity)")
	_, err = action.NewRatio(light, staggered(periodic, geo), lattice.All, action.Tight())
	assert.NoError(t, err)
	_, err = action.NewRatio(light, staggered(other, geo), lattice.All, action.Tight())
	assert.ErrorContains(t, err, "acts on other fields")
	_, err = action.NewRatio(wilson, wilson, lattice.Even, action.Tight())
	assert.ErrorContains(t, err, "connects even and odd sites")
	_, err = action.NewRatio(light, hidden{staggered(c, geo)}, lattice.Even, action.Tight())
	assert.ErrorContains(t, err, "whose masses are no shifts of D^†D, on one parity (allowed: all sites, or operators that stay on a parity)")
	a := ratio(t, c, geo, lattice.All, action.Tight())
	_, err = a.With(staggered(other, geo), staggered(other, geo))
	assert.ErrorContains(t, err, "acts on other fields")
}

// hidden does not tell that its mass is a shift.
type hidden struct{ dirac.Decoupled }

// Solves are counted; a failed one leaves the force alone, and says so.
func TestRatioWork(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Mass: 0.5, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	u, f := c.Links(geo, "links"), gauge.NewAlgebra(geo, group.SU2)
	for _, s := range both {
		a := ratio(t, c, geo, s, precise())
		for name, do := range map[string]struct {
			solves int
			do     func() error
		}{
			"Value":       {1, func() error { _, err := a.Value(u); return err }},
			"AddForce":    {1, func() error { return a.AddForce(f, 1, u) }},
			"derivatives": {1, func() error { return a.ParameterDerivatives(make([]float64, 2), a.Parameters(), u) }},
			"Refresh": {map[lattice.Subset]int{lattice.All: 1, lattice.Even: 2}[s], func() error {
				_, err := a.Refresh(u, rng.New(1))
				return err
			}},
		} {
			before := a.Work()
			require.NoError(t, do.do())
			spent := a.Work().Minus(before)
			assert.Equal(t, do.solves, spent.Solves, name)
			assert.Zero(t, spent.Uncounted, name)
			assert.Positive(t, spent.Flops, name)
		}
		for name, do := range map[string]func(){
			"Value":    func() { _, _ = a.Value(u) },
			"AddForce": func() { _ = a.AddForce(f, 1, u) },
			"Refresh":  func() { _, _ = a.Refresh(u, rng.New(1)) },
		} {
			assert.Zero(t, testing.AllocsPerRun(2, do), name)
		}
	}

	a := ratio(t, c, geo, lattice.Even, action.Tolerances{Action: 1e-12, Force: 1e-12, MaxIterations: 2})
	var failed *solver.NotConverged
	_, err := a.Refresh(u, rng.New(1))
	require.ErrorAs(t, err, &failed)
	assert.NotErrorAs(t, err, new(*action.Drawn), "phi has not been drawn")
	f.Gaussian(rng.New(2))
	size := f.Norm2()
	require.ErrorAs(t, a.AddForce(f, 1, u), &failed)
	assert.Equal(t, size, f.Norm2())
}

// The mean force of a ratio is below that of the light operator alone: what it is for.
func TestRatioForce(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4, 4}, Boundary: []int{1, 1, -1}, Mass: 0.1, Roughness: 0.5, Seed: 3}
	geo := c.Geometry()
	u := c.Links(geo, "links")
	size := func(a action.Pseudofermion) float64 {
		_, err := a.Refresh(u, rng.New(1))
		require.NoError(t, err)
		f := gauge.NewAlgebra(geo, u.Group())
		require.NoError(t, a.AddForce(f, 1, u))
		return math.Sqrt(f.Norm2())
	}
	heavy := c
	heavy.Mass = 0.3
	split, err := action.NewRatio(staggered(c, geo), staggered(heavy, geo), lattice.Even, precise())
	require.NoError(t, err)
	assert.Less(t, size(split), 0.7*size(quarks(c, geo, lattice.Even)))
}
