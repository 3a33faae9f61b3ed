package dirac_test

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"regexp"
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
	"github.com/slhmc/slhmc/verify"
)

// uneven is an operator whose block depends on the links and on a parameter,
// A = a(n) = offset + cos(theta) of the U(1) link of direction 0, with the hops of
// Wilson: not covariant, but all that even-odd preconditioning has to know.
type uneven struct {
	*dirac.Wilson
	offset     float64
	u          *gauge.Field
	a, inverse *fermion.Sites
}

func newUneven(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
	w, err := dirac.NewWilson(geo, c.GaugeGroup(), -float64(geo.Dims()), c.Phases())
	if err != nil {
		return nil, err
	}
	d := &uneven{Wilson: w, offset: 3}
	d.Bind(gauge.NewField(geo, c.GaugeGroup()))
	return d, nil
}

func (d *uneven) link(x []int) complex128 {
	m := make([]complex128, 1)
	d.u.At(m, x, 0)
	return m[0]
}

func (d *uneven) Bind(u *gauge.Field) {
	d.Wilson.Bind(u)
	d.u = u
	d.a = fermion.NewSites(u.Geometry(), func(x []int) float64 { return d.offset + real(d.link(x)) })
	d.inverse = fermion.NewSites(u.Geometry(), func(x []int) float64 { return 1 / (d.offset + real(d.link(x))) })
}

func (d *uneven) Apply(dst, src *fermion.Field)       { d.whole(dst, src, false) }
func (d *uneven) ApplyDagger(dst, src *fermion.Field) { d.whole(dst, src, true) }

func (d *uneven) whole(dst, src *fermion.Field, dagger bool) {
	t := src.Like()
	for _, s := range subsets[1:] {
		d.Hop(dst, src, s, dagger)
		d.Block(t, src, s, dagger)
		dst.Axpy(1, t, s)
	}
}

func (d *uneven) Block(dst, src *fermion.Field, s lattice.Subset, _ bool) {
	dst.Copy(src, s)
	dst.MulSites(d.a, s)
}

func (d *uneven) BlockInverse(dst, src *fermion.Field, s lattice.Subset, _ bool) {
	dst.Copy(src, s)
	dst.MulSites(d.inverse, s)
}

// each calls f at the sites of s.
func (d *uneven) each(s lattice.Subset, f func(x []int)) {
	x := make([]int, d.u.Geometry().Dims())
	for site := range d.u.Geometry().Volume() {
		d.u.Geometry().Coordinates(x, site)
		sum := 0
		for _, n := range x {
			sum += n
		}
		if s == lattice.All || (sum%2 == 0) == (s == lattice.Even) {
			f(x)
		}
	}
}

func (d *uneven) LogDetBlock(s lattice.Subset) (sum float64) {
	n := float64(d.NewField().Spins())
	d.each(s, func(x []int) { sum += n * math.Log(d.offset+real(d.link(x))) })
	return sum
}

// add adds c w(x) da(x).
func (d *uneven) add(f *gauge.Algebra, c float64, s lattice.Subset, w func(x []int) float64) {
	p := make([]float64, 1)
	d.each(s, func(x []int) {
		f.At(p, x, 0)
		p[0] -= c * w(x) * imag(d.link(x))
		f.Set(x, 0, p)
	})
}

func (d *uneven) AddLogDetBlockDerivative(f *gauge.Algebra, c float64, s lattice.Subset) {
	n := float64(d.NewField().Spins())
	d.add(f, c, s, func(x []int) float64 { return n / (d.offset + real(d.link(x))) })
}

func (d *uneven) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	d.Wilson.AddDerivative(f, c, y, x)
	v, w := make([]complex128, x.Spins()), make([]complex128, x.Spins())
	d.add(f, c, lattice.All, func(n []int) (product float64) {
		x.At(v, n)
		y.At(w, n)
		for i := range v {
			product += 2 * real(cmplx.Conj(w[i])*v[i])
		}
		return product
	})
}

func (d *uneven) Parameters() []string     { return []string{"offset"} }
func (d *uneven) Parameter(string) float64 { return d.offset }

func (d *uneven) SetParameter(_ string, x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return errors.New("no number")
	}
	d.offset = x
	return nil
}

func (d *uneven) ParameterDerivative(_ string, y, x *fermion.Field) float64 {
	return 2 * y.ReDot(x, lattice.All)
}

func (d *uneven) LogDetBlockParameterDerivative(_ string, s lattice.Subset) (sum float64) {
	n := float64(d.NewField().Spins())
	d.each(s, func(x []int) { sum += n / (d.offset + real(d.link(x))) })
	return sum
}

// What a stranger writes and what is made of it obey the laws, but for covariance,
// which it does not have.
func TestSchurOfStranger(t *testing.T) {
	u1 := verify.Within(verify.Domain{Even: true, Groups: []string{"U(1)"}})
	laws := verify.Only(regexp.MustCompile("linear|adjoint|positive|pure|derivative|parities|parameters|determinant"))
	offset := verify.Parameters("offset")
	verify.Operator(t, newUneven, u1, laws, offset)
	verify.Operator(t, verify.BuildSchur(newUneven), u1, laws, offset)
	verify.Action(t, func(c verify.Case, geo *lattice.Geometry) (action.Action, error) {
		d, err := newUneven(c, geo)
		if err != nil {
			return nil, err
		}
		return action.NewDeterminant(d.(dirac.EvenOdd), lattice.Odd), nil
	}, u1, offset, verify.Only(regexp.MustCompile("force|pure|parameters")))
	verify.Pseudofermion(t, verify.BuildSchurQuarks(newUneven), u1, offset, verify.Accuracy(1e-11, 1e-10), verify.Only(regexp.MustCompile("force|pure|parameters|heat")))
}

func schurCases() []verify.Case {
	return []verify.Case{
		{Group: "U(1)", Extents: []int{4, 4}, Boundary: []int{1, -1}, Mass: 0.2, Roughness: 1, Seed: 3},
		{Group: "SU(2)", Extents: []int{2, 4, 4}, Boundary: []int{1, 1, -1}, Mass: 0.2, Roughness: 1, Seed: 3},
		{Group: "SU(3)", Extents: []int{2, 2, 4, 4}, Boundary: []int{1, 1, 1, -1}, Mass: 0.2, Roughness: 1, Seed: 3},
	}
}

// The solution of S x = b', put together, solves D x = b; in both precisions.
//
// CG on S^†S leaves a residual of 1e-12 |S^† b'|, so one of D x - b that is larger by
// |S| |S^-1| at most: below 100 with these masses.
func TestSchurSolves(t *testing.T) {
	for _, c := range schurCases() {
		geo := c.Geometry()
		u, single := c.Links(geo, "links"), gauge.NewSingle(geo, c.GaugeGroup())
		single.Round(u)
		d, err := dirac.NewWilson(geo, c.GaugeGroup(), c.Mass, c.Phases())
		require.NoError(t, err)
		if geo.Dims() != 3 {
			require.NoError(t, d.SetTwist(0.2))
		}
		for _, s := range subsets[1:] {
			schur, err := dirac.NewSchur(d, s)
			require.NoError(t, err)
			schur.Bind(u)
			schur.Bind(single)
			b, rhs, x, y := d.NewField(), d.NewField(), d.NewField(), d.NewField()
			b.Gaussian(c.Stream("b"), lattice.All)
			schur.Prepare(y, b)
			y.Zero(s.Other())
			schur.ApplyDagger(rhs, y)
			for _, solve := range []solver.Solver{
				&solver.CG{Tolerance: 1e-12, MaxIterations: 1000},
				&solver.Mixed{Tolerance: 1e-12, MaxIterations: 1000},
			} {
				_, err = solve.Solve(x, schur, rhs, s)
				require.NoError(t, err)
				schur.Reconstruct(x, b)
				d.Apply(y, x)
				y.Axpy(-1, b, lattice.All)
				assert.Less(t, math.Sqrt(y.Norm2(lattice.All)/b.Norm2(lattice.All)), 1e-10, "%v %T", c, solve)
			}
			for name, do := range map[string]func(){
				"ApplyNormal": func() { schur.ApplyNormal(y, x, s) },
				"Reconstruct": func() { schur.Reconstruct(y, x) },
			} {
				assert.Zero(t, testing.AllocsPerRun(2, do), name)
			}
			f := gauge.NewAlgebra(geo, c.GaugeGroup())
			assert.Zero(t, testing.AllocsPerRun(2, func() { schur.AddDerivative(f, 1, y, x) }))
		}
	}
}

// Bridge++: the norm of the operator on even sites. Its tolerance is 1e-14.
func TestSchurOfBridge(t *testing.T) {
	const kappa = 0.12
	u := textLinks(t, unzip(t, "bridgepp/conf_04040408.txt.gz"), []int{4, 4, 4, 8})
	d := wilson(t, u, kappa, []int{-1, -1, -1, -1})
	x, y := d.NewField(), d.NewField()
	verify.SetVector(x, bridgeSource(6144))
	// theirs is 1 - kappa^2 H_eo H_oe: ours times 2 kappa
	schur, err := dirac.NewSchur(d, lattice.Even)
	require.NoError(t, err)
	schur.Apply(y, x)
	assert.InEpsilon(t, 8.07908371651806e+01, 2*kappa*math.Sqrt(y.Norm2(lattice.Even)), 2e-14)
}

// What has no parities is refused.
func TestSchurRefuses(t *testing.T) {
	geo := verify.Case{Extents: []int{3, 4}}.Geometry()
	d, err := dirac.NewWilson(geo, group.SU2, 0.1, []complex128{1, 1})
	require.NoError(t, err)
	_, err = dirac.NewSchur(d, lattice.Even)
	assert.ErrorContains(t, err, "extents [3 4] (allowed: all even)")
	_, err = dirac.NewSchur(d, lattice.All)
	assert.ErrorContains(t, err, "all sites (allowed: even, odd)")
}

// A block that has no inverse ends a solve with an error.
func TestSingularBlock(t *testing.T) {
	c := schurCases()[1]
	u := c.Links(c.Geometry(), "links")
	d, err := dirac.NewWilson(u.Geometry(), u.Group(), -3, c.Phases())
	require.NoError(t, err)
	schur, err := dirac.NewSchur(d, lattice.Even)
	require.NoError(t, err)
	schur.Bind(u)
	b, x := d.NewField(), d.NewField()
	b.Gaussian(c.Stream("b"), lattice.All)
	cg := solver.CG{Tolerance: 1e-10, MaxIterations: 100}
	_, err = cg.Solve(x, schur, b, lattice.Even)
	var failed *solver.NotConverged
	assert.ErrorAs(t, err, &failed)
}

// The heat bath of the even-odd action: S is |xi|^2 on its parity, and nobody solves
// for it.
func TestSchurHeatBath(t *testing.T) {
	c := schurCases()[2]
	geo := c.Geometry()
	u := c.Links(geo, "links")
	d, err := dirac.NewWilson(geo, c.GaugeGroup(), c.Mass, c.Phases())
	require.NoError(t, err)
	schur, err := dirac.NewSchur(d, lattice.Even)
	require.NoError(t, err)
	a, err := action.NewTwoFlavour(schur, lattice.Even, action.Tolerances{Action: 1e-13, Force: 1e-13, MaxIterations: 1000})
	require.NoError(t, err)
	s, err := a.Refresh(u, rng.New(3))
	require.NoError(t, err)
	// S^† once: a hop on each parity, 1320 flops a site; a norm
	assert.Equal(t, action.Work{Flops: 1320*64 + 4*32*12}, a.Work())
	xi := d.NewField()
	xi.Gaussian(rng.New(3), lattice.All)
	assert.Equal(t, xi.Norm2(lattice.Even), s)
	value, err := a.Value(u)
	require.NoError(t, err)
	// the residual leaves 1e-13 times the condition number of S^†S, below 1000
	assert.InEpsilon(t, s, value, 1e-10)
}

// apart is an operator whose hops and blocks Schur must take one by one.
type apart struct{ *dirac.Wilson }

// In one pass or in two, with or without the product: the Schur complement and its
// derivative are those that hop, block and inverse make, on each parity, in both
// precisions, with a twist where there is one, and for kernels of any dimension.
//
// An element is of size 10 at most, of 2 d spins (N+4) operations twice over.
func TestFusedSchur(t *testing.T) {
	for _, c := range append(schurCases(),
		verify.Case{Group: "SU(2)", Extents: []int{2, 4, 2, 4}, Boundary: []int{1, 1, 1, -1}, Mass: 0.2, Roughness: 1, Seed: 4}) {
		geo := c.Geometry()
		u, single := c.Links(geo, "links"), gauge.NewSingle(geo, c.GaugeGroup())
		single.Round(u)
		for k, phases := range wilsonPhases(geo.Dims()) {
			d, err := dirac.NewWilson(geo, c.GaugeGroup(), c.Mass, phases)
			require.NoError(t, err)
			d.Bind(u)
			d.Bind(single)
			for _, twist := range []float64{0, 0.7} {
				if geo.Dims() == 3 && twist != 0 {
					continue
				}
				if twist != 0 {
					require.NoError(t, d.SetTwist(twist))
				}
				for _, s := range subsets[1:] {
					whole, err := dirac.NewSchur(d, s)
					require.NoError(t, err)
					parts, err := dirac.NewSchur(apart{d}, s)
					require.NoError(t, err)
					name := fmt.Sprint(c.Group, c.Extents, " phases ", k, " twist ", twist, " on ", s)
					for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
						unit := verify.Roundoff
						if p == lattice.Float32 {
							unit = 0x1p-24
						}
						x := d.NewField().LikeIn(p)
						got, want := x.Like(), x.Like()
						x.Gaussian(c.Stream("x"), lattice.All)
						n := float64(geo.Volume())
						bound := 10 * 2 * unit * 8 * float64(geo.Dims()) * 7 * math.Sqrt(12*n)
						for _, apply := range []func(*dirac.Schur, *fermion.Field){
							func(s *dirac.Schur, dst *fermion.Field) { s.Apply(dst, x) },
							func(s *dirac.Schur, dst *fermion.Field) { s.ApplyDagger(dst, x) },
						} {
							apply(whole, got)
							apply(parts, want)
							assert.Less(t, verify.Distance(verify.Vector(got), verify.Vector(want)), bound, name)
						}
						for _, on := range subsets {
							product := whole.ApplyNormalDot(got, x, on)
							parts.ApplyNormal(want, x, on)
							size := x.Norm2(on)
							// S^†S has eigenvalues below 100
							assert.InDelta(t, x.ReDot(want, on), product, 100*size*unit*float64(8*geo.Dims()), name)
							assert.InDelta(t, x.ReDot(got, on), product, 100*size*unit, name)
						}
					}
					x, y := d.NewField(), d.NewField()
					x.Gaussian(c.Stream("x"), lattice.All)
					y.Gaussian(c.Stream("y"), lattice.All)
					f, g := gauge.NewAlgebra(geo, c.GaugeGroup()), gauge.NewAlgebra(geo, c.GaugeGroup())
					whole.AddDerivative(f, 1, y, x)
					parts.AddDerivative(g, -1, y, x)
					size := math.Sqrt(f.Norm2())
					f.Add(1, g)
					assert.Less(t, math.Sqrt(f.Norm2()), 1e-13*size, name)
				}
			}
		}
	}
}

// The arithmetic of Wilson in two dimensions, of a site: four neighbours, each with a
// sum of two colour vectors and a matrix on it, three sums of two spins; of a link: two
// outer products of projected vectors, a matrix on one of them, and their sum.
func TestSchurFlops(t *testing.T) {
	c := schurCases()[1]
	c.Extents, c.Boundary = []int{4, 4}, []int{1, 1}
	d, err := dirac.NewWilson(c.Geometry(), c.GaugeGroup(), c.Mass, c.Phases())
	require.NoError(t, err)
	schur, err := dirac.NewSchur(d, lattice.Odd)
	require.NoError(t, err)
	const sites, hop, links = 16., 4*(4+28) + 3*8, 32.
	const force = 2*(8+28+6*4) + 8 + 2*3
	assert.Equal(t, 2*sites*hop, d.NormalFlops(lattice.All))
	assert.Equal(t, links*force, d.DerivativeFlops(lattice.All))
	for _, s := range []lattice.Subset{lattice.All, lattice.Odd} {
		assert.Equal(t, 2*sites*hop, schur.NormalFlops(s))
		assert.Equal(t, sites*hop+links*force, schur.DerivativeFlops(s))
	}
	assert.Zero(t, schur.NormalFlops(lattice.Even))
	assert.Zero(t, schur.DerivativeFlops(lattice.Even))
	stranger, err := dirac.NewSchur(nameless{d}, lattice.Odd)
	require.NoError(t, err)
	_, counted := dirac.CountedOf(stranger)
	assert.False(t, counted)
}

// nameless has no power beyond the one that it must have.
type nameless struct{ dirac.EvenOdd }
