package gauge_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// farthest returns the largest deviation of an element of a link.
func farthest(a, b *gauge.Field) float64 {
	worst := 0.0
	l, m := verify.Links(a), verify.Links(b)
	for i := range l.U {
		worst = math.Max(worst, verify.Distance(l.U[i].V, m.U[i].V))
	}
	return worst
}

// Random links are a function of stream and site, not of layout or workers:
// they are what the group makes of the numbers of the site.
func TestRandomLinks(t *testing.T) {
	verify.Run(t, verify.Domain{}, func(c verify.Case) []verify.Result {
		g := c.GaugeGroup()
		hot := gauge.NewField(c.Geometry(), g)
		hot.Hot(c.Stream("hot"))
		rough := c.Links(c.Geometry(), "rough")
		haar, exp := 0.0, 0.0
		m, want := g.NewMatrix(), g.NewMatrix()
		x, omega := make([]int, len(c.Extents)), make([]float64, g.Dim())
		for site := range c.Volume() {
			hot.Geometry().Coordinates(x, site)
			rh, rr := c.Stream("hot").Site(uint64(site)), c.Stream("rough").Site(uint64(site))
			for mu := range x {
				hot.At(m, x, mu)
				g.Haar(want, &rh)
				haar = math.Max(haar, verify.Distance(m, want))
				rough.At(m, x, mu)
				for a := range omega {
					omega[a] = c.Roughness * rr.Normal()
				}
				g.Exp(want, omega)
				exp = math.Max(exp, verify.Distance(m, want))
			}
		}
		// a field keeps a quaternion of an SU(2) matrix: the other two elements are as good as the group's own
		bound := verify.Roundoff * float64(g.N()+2) * 2 * math.Max(1, 5*c.Roughness*math.Sqrt(float64(g.Dim())))
		return []verify.Result{
			{Law: "Haar links of the site's numbers", Measured: haar, Bound: 8 * float64(g.N()+2) * verify.Roundoff, Because: "group.Haar's rounding"},
			{Law: "rough links of the site's numbers", Measured: exp, Bound: bound, Because: "group.Exp's bound"},
			{Law: "Haar links in the group", Measured: hot.Unitarity(), Bound: 8 * float64(g.N()+2) * verify.Roundoff, Because: "Gram-Schmidt"},
			{Law: "rough links in the group", Measured: rough.Unitarity(), Bound: 4 * float64(g.N()) * bound, Because: "group.Exp's bound, N of its elements in U U^†"},
		}
	})
}

func TestStreamsDiffer(t *testing.T) {
	geo := verify.Case{Extents: []int{4, 4}}.Geometry()
	u, v := gauge.NewField(geo, group.SU3), gauge.NewField(geo, group.SU3)
	u.Hot(rng.New(1).Child("a"))
	v.Hot(rng.New(1).Child("b"))
	assert.Greater(t, farthest(u, v), 0.1)
	v.Hot(rng.New(1).Child("a"))
	assert.Zero(t, farthest(u, v))
}

// Drift is exp(i c P) U of the twin, there and back is where it started, and
// links stay in the group.
func TestDrift(t *testing.T) {
	verify.Run(t, verify.Domain{Volume: 72}, func(c verify.Case) []verify.Result {
		geo, g := c.Geometry(), c.GaugeGroup()
		u, p := c.Links(geo, "links"), gauge.NewAlgebra(geo, g)
		p.Gaussian(c.Stream("momenta"))
		before := gauge.NewField(geo, g)
		before.Copy(u)
		const step = 0.7
		u.Drift(step, p)
		omega, x := make([]float64, g.Dim()), make([]int, geo.Dims())
		want := verify.Field(geo, g, verify.Links(before).Moved(step, func(site, mu int) reference.Matrix {
			geo.Coordinates(x, site)
			p.At(omega, x, mu)
			return reference.AlgebraElement(g.N(), omega)
		}))
		away := farthest(u, want)
		left := u.Unitarity() - before.Unitarity()
		moved := farthest(u, before)
		u.Drift(-step, p)
		// group.Exp errs by 2 (N+2) u max(1, |x|), |x| < 0.7 (sqrt Dim + 6); the product by (N+2) u;
		// the twin's series likewise
		bound := 4 * verify.Roundoff * float64(g.N()+2) * (2 + step*(math.Sqrt(float64(g.Dim()))+6))
		return []verify.Result{
			{Law: "drift of the twin", Measured: away, Bound: bound, Because: "round-off of exp"},
			{Law: "drift stays in the group", Measured: left, Bound: 2 * float64(g.N()) * bound, Because: "round-off of exp"},
			{Law: "drift is reversible", Measured: farthest(u, before), Bound: 2 * bound, Because: "round-off of exp", Vacuous: !(moved > 0.1)},
		}
	})
}

// Transform is the twin's, and one rotation after the other is their product.
func TestTransform(t *testing.T) {
	verify.Run(t, verify.Domain{Volume: 72}, func(c verify.Case) []verify.Result {
		geo, g := c.Geometry(), c.GaugeGroup()
		u := c.Links(geo, "links")
		before := verify.Links(u)
		tr := gauge.NewTransformation(geo, g)
		tr.Random(c.Stream("rotation"))
		x, m := make([]int, geo.Dims()), g.NewMatrix()
		rotations := make([]reference.Matrix, geo.Volume())
		for site := range rotations {
			geo.Coordinates(x, site)
			tr.At(m, x)
			rotations[site] = reference.NewMatrix(g.N(), append(group.Matrix(nil), m...))
		}
		u.Transform(tr)

		f := gauge.NewAlgebra(geo, g)
		f.Gaussian(c.Stream("force"))
		size := f.Norm2()
		omega, turned := make([]float64, g.Dim()), 0.0
		old := gauge.NewAlgebra(geo, g)
		old.Copy(f)
		f.Transform(tr)
		for site := range rotations {
			geo.Coordinates(x, site)
			for mu := range x {
				old.At(omega, x, mu)
				w := rotations[site]
				want := w.Mul(reference.AlgebraElement(g.N(), omega)).Mul(w.Dagger())
				f.At(omega, x, mu)
				turned = math.Max(turned, verify.Distance(reference.AlgebraElement(g.N(), omega).V, want.V))
			}
		}
		bound := 4 * verify.Roundoff * float64(g.N()+2)
		length := math.Sqrt(float64(g.Dim())) + 6 // of a normal vector
		return []verify.Result{
			{Law: "links turn as the twin's", Measured: farthest(u, verify.Field(geo, g, before.Transform(rotations))), Bound: bound, Because: "two products"},
			{Law: "forces turn as the twin's", Measured: turned, Bound: bound * length, Because: "two products and TA"},
			{Law: "rotations keep lengths", Measured: math.Abs(f.Norm2()/size - 1), Bound: 2 * bound, Because: "two products and TA"},
		}
	})
}

// Reunitarize brings links back that have left by a little, moving them by as
// little, and leaves others where they are.
func TestReunitarize(t *testing.T) {
	verify.Run(t, verify.Domain{Volume: 64}, func(c verify.Case) []verify.Result {
		geo, g := c.Geometry(), c.GaugeGroup()
		u, before := c.Links(geo, "links"), c.Links(geo, "links")
		const off = 1e-7
		r := c.Draw("off")
		for k := range u.Raw() {
			for l := range u.Raw()[k] {
				u.Raw()[k][l] += off * r.Normal()
			}
		}
		u.Changed()
		broken := u.Unitarity()
		u.Reunitarize()
		return []verify.Result{
			{Law: "back in the group", Measured: u.Unitarity(), Bound: 16 * float64(g.N()+2) * verify.Roundoff, Because: "round-off", Vacuous: broken < off},
			{Law: "moved little", Measured: farthest(u, before), Bound: 20 * off * float64(g.N()), Because: "a few standard deviations of what was added"},
		}
	})
}

// Links come back from where they were put, and nowhere else.
func TestLinkAccess(t *testing.T) {
	geo := verify.Case{Extents: []int{3, 4, 2}}.Geometry()
	u := gauge.NewField(geo, group.SU2)
	m, s := group.SU2.NewMatrix(), rng.New(3).Site(0)
	group.SU2.Haar(m, &s)
	u.Set([]int{-1, 5, 1}, 2, m) // wraps to 2, 1, 1
	got, x := group.SU2.NewMatrix(), make([]int, 3)
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range x {
			require.True(t, u.At(got, x, mu))
			if mu == 2 && x[0] == 2 && x[1] == 1 && x[2] == 1 {
				assert.Less(t, verify.Distance(m, got), 4*verify.Roundoff) // SU(2) keeps two of the elements
			} else {
				assert.Equal(t, group.Matrix{1, 0, 0, 1}, got)
			}
		}
	}
	v := gauge.NewField(geo, group.SU2)
	v.Copy(u)
	assert.Zero(t, farthest(u, v))
	assert.True(t, u.Like(v))
	u.Cold()
	assert.Greater(t, farthest(u, v), 0.1)
	assert.PanicsWithValue(t, "gauge: fields of different geometry, group or precision", func() { u.Copy(gauge.NewField(geo, group.SU3)) })
}

// Links go out and come back bit by bit, also to another layout.
func TestExport(t *testing.T) {
	for _, g := range verify.Groups() {
		geo := verify.Case{Extents: []int{4, 8, 4}}.Geometry()
		u := gauge.NewField(geo, g)
		u.Hot(rng.New(1))
		data := u.Export(nil)
		v := gauge.NewField(geo, g)
		v.Import(data)
		assert.Equal(t, u.Raw(), v.Raw())
		require.NoError(t, verify.Ranks([]int{4, 8, 4}, []int{1, 2, 1}, func(geo *lattice.Geometry) {
			local := gauge.NewField(geo, g)
			local.Hot(rng.New(1))
			again := gauge.NewField(geo, g)
			again.Import(local.Export(nil))
			assert.Equal(t, local.Export(nil), again.Export(nil))
		}))
		assert.PanicsWithValue(t, "gauge: links of another lattice or group", func() { v.Import(data[1:]) })
	}
}

// Two workers and four do to every field what one does, bit by bit.
func TestWorkers(t *testing.T) {
	for _, extents := range [][]int{{4, 4, 4, 4}, {3, 5, 4, 2}, {6, 6, 6}} {
		var want []any
		for _, workers := range []int{1, 2, 4} {
			pool := lattice.NewPool(workers)
			geo, err := lattice.New(extents, lattice.WithPool(pool))
			require.NoError(t, err)
			u, p, f := gauge.NewField(geo, group.SU3), gauge.NewAlgebra(geo, group.SU3), gauge.NewAlgebra(geo, group.SU3)
			a, err := gauge.NewRectangleAction(geo, group.SU3, 5.7, gauge.Iwasaki)
			require.NoError(t, err)
			u.Hot(rng.New(1).Child("links"))
			p.Gaussian(rng.New(1).Child("momenta"))
			u.Drift(0.3, p)
			u.Reunitarize()
			require.NoError(t, a.AddForce(f, 0.1, u))
			p.Add(-1, f)
			s, err := a.Value(u)
			require.NoError(t, err)
			got := []any{s, p.Norm2(), p.Dot(f), u.Raw(), p.Raw()}
			if want == nil {
				want = got
			}
			assert.Equal(t, want, got, "%v, %d workers", extents, workers)
			pool.Close()
		}
	}
}
