package action_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// field is one field of a rational action, the others being zero.
type field struct {
	*action.Rational
	k int
}

func (f field) Phi() *fermion.Field { return f.Rational.Phi()[f.k] }

var memo rational.Memo

// root returns the action of a power, its interval measured.
func root(t *testing.T, o operators, u *gauge.Field, num, den, fields int) *action.Rational {
	t.Helper()
	d, err := o.build(o.c, u.Geometry())
	require.NoError(t, err)
	a, err := action.NewRational(d, o.s, powers(num, den, fields), precise())
	require.NoError(t, err)
	return a
}

func powers(num, den, fields int) action.Approximations {
	return action.Approximations{Power: rational.Power{Num: num, Den: den}, Fields: fields, Action: 1e-13, Force: 1e-10, Memo: &memo}
}

// squared returns D^†D on the sites of s.
func squared(t *testing.T, o operators, u *gauge.Field) reference.Matrix {
	t.Helper()
	d, err := o.build(o.c, u.Geometry())
	require.NoError(t, err)
	d.Bind(u)
	x, y := d.NewField(), d.NewField()
	list := where(x, o.s)
	n := len(list)
	m := reference.NewMatrix(n, make([]complex128, n*n))
	for j := range n {
		v := make([]complex128, x.Components(lattice.All))
		v[list[j]] = 1
		verify.SetVector(x, v)
		d.(dirac.Decoupled).ApplyNormal(y, x, o.s)
		w := verify.Vector(y)
		for i := range n {
			m.V[i*n+j] = w[list[i]]
		}
	}
	return m
}

// far returns the largest element of a - 1.
func far(a reference.Matrix) (most float64) {
	for i := range a.N {
		for j := range a.N {
			z := a.At(i, j)
			if i == j {
				z--
			}
			most = max(most, cmplx.Abs(z))
		}
	}
	return most
}

// The q-th power of S's matrix times the p-th of D^†D is 1, and its determinant is that of
// the power: exactly, on 2^4, for every number of flavours. So are all fields of an n-th
// root together: four tastes of two rational fields are the plain ones.
//
// r and solves leave 1e-13 times the condition of D^†D, below 500, in each factor of at
// most 8 and their product of up to 64 terms, and ln det that times as many.
func TestRationalRoots(t *testing.T) {
	for _, o := range someOperators() {
		if o.s == lattice.All || o.name == "Wilson, even-odd" && testing.Short() { // as on even sites, and twice as many
			continue
		}
		u := o.c.Links(o.c.Geometry(), "links")
		for _, r := range [][3]int{{1, 4, 1}, {1, 2, 1}, {3, 4, 1}, {1, 1, 2}, {3, 2, 2}} {
			num, den, fields := r[0], r[1], r[2]
			if o.name == "Wilson, even-odd" && r != [3]int{1, 2, 1} { // many components
				continue
			}
			t.Run(fmt.Sprintf("%s: %d/%d of %d", o.name, num, den, fields), func(t *testing.T) {
				a := root(t, o, u, num, den, fields)
				product, logDet := squared(t, o, u), 0.
				for range num - 1 {
					product = product.Mul(squared(t, o, u))
				}
				for k := range fields {
					m := form(t, field{a, k}, u, o.s)
					lu, err := reference.Factor(m)
					require.NoError(t, err)
					v, _ := lu.LogDet()
					logDet -= v
					for range den {
						product = product.Mul(m)
					}
				}
				assert.Less(t, far(product), 1e-7)
				assert.InDelta(t, float64(num)/float64(den)*o.logDet(t, o.c, u), logDet, 1e-7)
				s := a.Spectrum()
				assert.Zero(t, s.Widened)
				assert.Less(t, s.Interval.Lo, s.Lo)
				assert.Greater(t, s.Interval.Hi, s.Hi)
			})
		}
	}
}

// quotientField is the first field of a quotient.
type quotientField struct{ *action.Quotient }

func (f quotientField) Phi() *fermion.Field { return f.Quotient.Phi()[0] }

// What a quotient is integrated to is the power of the ratio of determinants, though its
// operators do not commute; and so is the ratio of those that do.
func TestQuotientDeterminants(t *testing.T) {
	o := someOperators()[2] // Wilson in two dimensions
	u := o.c.Links(o.c.Geometry(), "links")
	heavy := o.c
	heavy.Mass = 0.8
	light, err := o.build(o.c, u.Geometry())
	require.NoError(t, err)
	d, err := o.build(heavy, u.Geometry())
	require.NoError(t, err)
	a, err := action.NewQuotient(light, d, o.s, powers(1, 2, 1), precise())
	require.NoError(t, err)
	assert.InDelta(t, (o.logDet(t, o.c, u)-o.logDet(t, heavy, u))/2, weight(t, quotientField{a}, u, o.s), 1e-7)

	o = someOperators()[0]
	heavy = o.c
	heavy.Mass = 0.8
	u = o.c.Links(o.c.Geometry(), "links")
	r, err := action.NewRationalRatio(staggered(o.c, u.Geometry()), staggered(heavy, u.Geometry()), o.s, powers(1, 4, 1), precise())
	require.NoError(t, err)
	assert.InDelta(t, (o.logDet(t, o.c, u)-o.logDet(t, heavy, u))/4, weight(t, field{r, 0}, u, o.s), 1e-7)
}

// Several fields are drawn, counted and seen by a guide as one is; nothing is allocated,
// and a force that fails is not added.
func TestQuotientFields(t *testing.T) {
	o := someOperators()[2]
	geo := o.c.Geometry()
	u := o.c.Links(geo, "links")
	operator := func(m float64) dirac.Operator {
		c := o.c
		c.Mass = m
		d, err := o.build(c, geo)
		require.NoError(t, err)
		return d
	}
	a, err := action.NewQuotient(operator(0.3), operator(0.8), o.s, powers(1, 1, 2), precise())
	require.NoError(t, err)
	s, err := a.Refresh(u, rng.New(3))
	require.NoError(t, err)
	value, err := a.Value(u)
	require.NoError(t, err)
	assert.InEpsilon(t, s, value, 1e-10)
	assert.Equal(t, 2*a.Phi()[0].Components(o.s), a.Components())
	b, err := a.With(operator(0.4), operator(0.9), powers(1, 1, 2), precise())
	require.NoError(t, err)
	assert.Same(t, a.Phi()[1], b.Phi()[1])
	seen, err := b.Value(u)
	require.NoError(t, err)
	assert.InEpsilon(t, s, seen, 0.3)
	assert.NotEqual(t, s, seen)
	_, err = a.With(operator(0.4), operator(0.9), powers(1, 2, 1), precise())
	assert.ErrorContains(t, err, "2 rational fields seen as 1")

	f := gauge.NewAlgebra(geo, u.Group())
	before := a.Work()
	require.NoError(t, a.AddForce(f, 1, u))
	assert.Equal(t, 6, a.Work().Minus(before).Solves)
	for name, do := range map[string]func(){
		"Value":    func() { _, _ = a.Value(u) },
		"AddForce": func() { _ = a.AddForce(f, 1, u) },
		"Refresh":  func() { _, _ = a.Refresh(u, rng.New(1)) },
	} {
		assert.Zero(t, testing.AllocsPerRun(2, do), name)
	}
	light, heavy := a.Terms()
	assert.Less(t, light.Spectrum().Lo, heavy.Spectrum().Lo)
	tolerances := precise()
	tolerances.MaxIterations = 3
	r := powers(1, 1, 2)
	r.Interval = light.Spectrum().Interval
	failing, err := a.With(operator(0.3), operator(0.8), r, tolerances)
	require.NoError(t, err)
	size := f.Norm2()
	var failed *solver.NotConverged
	require.ErrorAs(t, failing.AddForce(f, 1, u), &failed)
	assert.Equal(t, size, f.Norm2())
}

// The heat bath alone: S is |xi|^2, and phi is A^(alpha/2) xi, for each field its own xi.
func TestRationalHeatBath(t *testing.T) {
	o := someOperators()[0]
	u := o.c.Links(o.c.Geometry(), "links")
	a := root(t, o, u, 3, 4, 2)
	s, err := a.Refresh(u, rng.New(7))
	require.NoError(t, err)
	var total float64
	for k, phi := range a.Phi() {
		xi := phi.Like()
		xi.Gaussian(rng.New(7).Child(fmt.Sprintf("term %d", k)), o.s)
		total += xi.Norm2(o.s)
		alpha := 3. / 8
		want, err := reference.FunctionAction(staggeredTwin(o.c, u), verify.Vector(xi),
			func(x float64) float64 { return math.Pow(x, alpha) }, func(x float64) float64 { return alpha * math.Pow(x, alpha-1) })
		require.NoError(t, err)
		assert.InEpsilon(t, want.V, phi.Norm2(o.s), 1e-10)
	}
	assert.InEpsilon(t, total, s, 1e-14)
	value, err := a.Value(u)
	require.NoError(t, err)
	assert.InEpsilon(t, total, value, 1e-10)
	assert.Equal(t, 2*a.Phi()[0].Components(o.s), a.Components())
}

// An end point outside the interval is judged with a wider one, and tells of it; forces
// stay what they are until phi is drawn again, lest molecular dynamics be irreversible.
func TestRationalInterval(t *testing.T) {
	o := someOperators()[0]
	geo := o.c.Geometry()
	u := o.c.Links(geo, "links")
	d, err := o.build(o.c, geo)
	require.NoError(t, err)
	r := powers(1, 2, 1)
	r.Interval = action.Interval{Lo: 0.5, Hi: 1} // D^†D of mass 0.3 begins far below
	a, err := action.NewRational(d, o.s, r, precise())
	require.NoError(t, err)
	a.Phi()[0].Gaussian(rng.New(5), o.s) // as if drawn on other links
	force := func() *gauge.Algebra {
		f := gauge.NewAlgebra(geo, u.Group())
		require.NoError(t, a.AddForce(f, 1, u))
		return f
	}
	_, poles := a.Poles()
	before := force()
	got, err := a.Value(u)
	require.NoError(t, err)
	want, err := reference.FunctionAction(staggeredTwin(o.c, u), verify.Vector(a.Phi()[0]),
		func(x float64) float64 { return 1 / math.Sqrt(x) }, func(x float64) float64 { return -0.5 * math.Pow(x, -1.5) })
	require.NoError(t, err)
	assert.InEpsilon(t, want.V, got, 1e-10, "judged with an interval that holds it")
	s := a.Spectrum()
	assert.Equal(t, 1, s.Widened)
	assert.Less(t, s.Interval.Lo, s.Lo)
	assert.Greater(t, s.Interval.Hi, s.Hi)
	assert.Equal(t, before.Raw(), force().Raw(), "the same molecular dynamics")
	_, same := a.Poles()
	assert.Equal(t, poles, same)

	_, err = a.Refresh(u, rng.New(6))
	require.NoError(t, err)
	after := force()
	_, more := a.Poles()
	assert.Greater(t, more, poles)
	assert.Equal(t, 1, a.Spectrum().Widened)

	// a run that is continued has the same bits
	b, err := action.NewRational(d, o.s, r, precise())
	require.NoError(t, err)
	require.NoError(t, b.SetInterval(s.Interval))
	value, err := a.Value(u)
	require.NoError(t, err)
	_, err = b.Refresh(u, rng.New(6))
	require.NoError(t, err)
	again, err := b.Value(u)
	require.NoError(t, err)
	assert.Equal(t, value, again)
	f := gauge.NewAlgebra(geo, u.Group())
	require.NoError(t, b.AddForce(f, 1, u))
	assert.Equal(t, after.Raw(), f.Raw())
	assert.ErrorContains(t, b.SetInterval(action.Interval{Lo: 2, Hi: 1}), "rational: interval")
	assert.Equal(t, s.Interval, b.Spectrum().Interval)

	// one that is put back knows no more than it did then
	require.NoError(t, b.SetSpectrum(s))
	assert.Equal(t, s, b.Spectrum())
	require.NoError(t, b.SetSpectrum(action.Spectrum{}))
	assert.Zero(t, b.Spectrum())
	value, err = b.Value(u)
	require.NoError(t, err)
	r.Interval = action.Interval{}
	fresh, err := a.With(d, nil, r, precise())
	require.NoError(t, err)
	b.Phi()[0].Copy(fresh.Phi()[0], o.s)
	value, err = b.Value(u)
	require.NoError(t, err)
	again, err = fresh.Value(u)
	require.NoError(t, err)
	assert.Equal(t, again, value)
	assert.Equal(t, fresh.Spectrum(), b.Spectrum())
}

// A number of poles takes the place of the error of the force, and of nothing else.
func TestRationalPoles(t *testing.T) {
	o := someOperators()[0]
	geo := o.c.Geometry()
	u := o.c.Links(geo, "links")
	d, err := o.build(o.c, geo)
	require.NoError(t, err)
	r := powers(1, 2, 1)
	r.Poles = 3
	a, err := action.NewRational(d, o.s, r, precise())
	require.NoError(t, err)
	_, err = a.Refresh(u, rng.New(6))
	require.NoError(t, err)
	all, few := a.Poles()
	assert.Equal(t, 3, few)
	assert.Greater(t, all, few)
}

// A guide sees the phi of its target through fewer poles, and takes the interval that its
// forces have seen when phi is next drawn.
func TestRationalWith(t *testing.T) {
	o := someOperators()[0]
	geo := o.c.Geometry()
	u := o.c.Links(geo, "links")
	target := root(t, o, u, 1, 2, 1)
	heavy := o.c
	heavy.Mass = 0.4
	d, err := o.build(heavy, geo)
	require.NoError(t, err)
	loose := powers(1, 2, 1)
	loose.Force, loose.Interval = 1e-2, action.Interval{Lo: 0.9, Hi: 1}
	guide, err := target.With(d, nil, loose, action.Tolerances{Action: 1e-12, Force: 1e-6, MaxIterations: 100})
	require.NoError(t, err)
	force := func(a *action.Rational) *gauge.Algebra {
		f := gauge.NewAlgebra(geo, u.Group())
		require.NoError(t, a.AddForce(f, 1, u))
		return f
	}
	_, poles := guide.Poles()
	for k := range 3 {
		_, err = target.Refresh(u, rng.New(uint64(k)))
		require.NoError(t, err)
		assert.Same(t, target.Phi()[0], guide.Phi()[0])
		force(guide)
		if k == 0 {
			assert.Equal(t, 1, guide.Spectrum().Widened)
			assert.Zero(t, target.Spectrum().Widened)
		}
	}
	_, more := guide.Poles()
	assert.Greater(t, more, poles)
	_, all := target.Poles()
	assert.Greater(t, all, more)
	f, want := force(guide), force(target)
	size := want.Norm2()
	want.Add(-1, f)
	assert.Less(t, want.Norm2(), 0.2*size, "another mass and few poles, and much the same force")
	assert.Positive(t, want.Norm2())

	_, err = target.With(d, nil, powers(1, 2, 2), action.Tight())
	assert.ErrorContains(t, err, "1 rational fields seen as 2")
}

// What a rational action is not made for is refused, with the reason.
func TestRationalRefuses(t *testing.T) {
	c := verify.Case{Group: "SU(2)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Mass: 0.5, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	d := staggered(c, geo)
	wilson, err := verify.BuildWilson(c, geo)
	require.NoError(t, err)
	for _, bad := range []struct {
		op, heavy dirac.Operator
		s         lattice.Subset
		change    func(r *action.Approximations)
		want      string
	}{
		{d, nil, lattice.Even, func(r *action.Approximations) { r.Fields = 0 }, "0 fields (allowed: at least 1)"},
		{d, nil, lattice.Even, func(r *action.Approximations) { r.Power.Num = 2 }, "power 2/2 of a determinant by 1 rational fields"},
		{d, nil, lattice.Even, func(r *action.Approximations) { r.Power.Num = -1 }, "power -1/2"},
		{d, nil, lattice.Even, func(r *action.Approximations) { r.Action = 1e-4 }, "relative error 0.0001 of a rational action of 16 components (allowed: at most 0.001 over their number)"},
		{d, nil, lattice.Even, func(r *action.Approximations) { r.Interval = action.Interval{Lo: 1, Hi: 0.5} }, "rational: interval"},
		{d, nil, lattice.Even, func(r *action.Approximations) { r.Force, r.Interval = 2, action.Interval{Lo: 0.2, Hi: 5} }, "rational: relative error 2"},
		{wilson, nil, lattice.Even, func(*action.Approximations) {}, "connects even and odd sites"},
		{wilson, wilson, lattice.All, func(*action.Approximations) {}, "whose masses are no shifts of D^†D"},
	} {
		r := powers(1, 2, 1)
		bad.change(&r)
		var err error
		if bad.heavy == nil {
			_, err = action.NewRational(bad.op, bad.s, r, action.Tight())
		} else {
			_, err = action.NewRationalRatio(bad.op, bad.heavy, bad.s, r, action.Tight())
		}
		assert.ErrorContains(t, err, bad.want)
	}
}

// A solve that does not converge is an error that names the shift, and forces of fields
// before it are not added; all work is counted, and nothing allocated.
func TestRationalWork(t *testing.T) {
	o := someOperators()[0]
	geo := o.c.Geometry()
	u, f := o.c.Links(geo, "links"), gauge.NewAlgebra(o.c.Geometry(), o.c.GaugeGroup())
	f = gauge.NewAlgebra(geo, u.Group())
	a := root(t, o, u, 1, 1, 2)
	_, err := a.Refresh(u, rng.New(1))
	require.NoError(t, err)
	poles, few := a.Poles()
	for name, do := range map[string]struct {
		do    func() error
		poles int
	}{
		"Value":       {func() error { _, err := a.Value(u); return err }, poles},
		"AddForce":    {func() error { return a.AddForce(f, 1, u) }, few},
		"Refresh":     {func() error { _, err := a.Refresh(u, rng.New(1)); return err }, poles},
		"derivatives": {func() error { return a.ParameterDerivatives(make([]float64, 1), []string{"mass"}, u) }, few},
	} {
		before := a.Work()
		require.NoError(t, do.do())
		spent := a.Work().Minus(before)
		assert.Equal(t, 2, spent.Solves, name)
		assert.Equal(t, spent.Iterations+2*do.poles, spent.Applications, name) // a residual for each equation
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

	d, err := o.build(o.c, geo)
	require.NoError(t, err)
	tolerances := precise()
	tolerances.MaxIterations = 2
	b, err := a.With(d, nil, func() action.Approximations {
		r := powers(1, 1, 2)
		r.Interval = a.Spectrum().Interval
		return r
	}(), tolerances)
	require.NoError(t, err)
	f.Gaussian(rng.New(2))
	size := f.Norm2()
	var failed *solver.NotConverged
	require.ErrorAs(t, b.AddForce(f, 1, u), &failed)
	assert.NotNil(t, failed.Shift)
	assert.Equal(t, size, f.Norm2())
}

// In single precision forces are what they are in double, to their tolerance.
func TestRationalMixed(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4, 4}, Boundary: []int{1, 1, -1}, Mass: 0.2, Roughness: 1, Seed: 3}
	geo := c.Geometry()
	u := c.Links(geo, "links")
	forces := map[bool]*gauge.Algebra{}
	for _, mixed := range []bool{false, true} {
		tolerances := action.Tolerances{Action: 1e-12, Force: 1e-9, MaxIterations: 5000, Mixed: mixed}
		a, err := action.NewRational(staggered(c, geo), lattice.Even, powers(1, 4, 1), tolerances)
		require.NoError(t, err)
		_, err = a.Refresh(u, rng.New(1))
		require.NoError(t, err)
		forces[mixed] = gauge.NewAlgebra(geo, u.Group())
		require.NoError(t, a.AddForce(forces[mixed], 1, u))
	}
	size := forces[false].Norm2()
	forces[true].Add(-1, forces[false])
	// 1e-9 times the condition of D^†D, 1 + 9/0.04
	assert.Less(t, math.Sqrt(forces[true].Norm2()/size), 1e-9*226)
}
