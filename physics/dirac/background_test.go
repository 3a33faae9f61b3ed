package dirac_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// potential is the real chemical potential of the tests below.
const potential = 0.6

// background has everything, for d directions.
func background(d int) dirac.Background {
	return dirac.Background{Charge: 2, Flux: -1, Plane: [2]int{d - 1, 0}, Potential: 0.3, Angles: []float64{0.4, -1.3, 2.2, 0.9}[:d]}
}

// D, D^†, the derivative and D^†D in a background, at no and at a real chemical
// potential, against the dense operator, in both precisions; bounds as those of
// TestWilsonTwin, hops being exp(0.6) times as large.
func TestBackgroundTwin(t *testing.T) {
	for _, g := range verify.Groups() {
		for _, extents := range [][]int{{4, 2}, {4, 6}, {2, 4, 4}, {2, 4, 2, 4}} {
			c := verify.Case{Group: g.String(), Extents: extents, Mass: 0.3, Roughness: 1, Seed: 5}
			geo := c.Geometry()
			u, p, single := c.Links(geo, "links"), gauge.NewAlgebra(geo, g), gauge.NewSingle(geo, g)
			p.Gaussian(c.Stream("direction"))
			single.Round(u)
			boundary, b := dirac.AntiperiodicTime(len(extents)), background(len(extents))
			phases := dirac.Phases(boundary)
			for mu, angle := range b.Angles {
				phases[mu] *= cmplx.Rect(1, angle)
			}
			links := reference.Phased(verify.LinksAlong(u, p), reference.Magnetic(extents, b.Plane[0], b.Plane[1], b.Charge*b.Flux))
			n, dims := float64(g.N()), float64(geo.Dims())
			element := math.Exp(potential) * 2 * verify.Roundoff * 7 * dims * (n + 8) * math.Sqrt(n)

			plain, err := dirac.NewStaggeredIn(geo, g, c.Mass, boundary, b)
			require.NoError(t, err)
			isospin, err := dirac.NewIsospin(geo, g, c.Mass, potential, boundary, b)
			require.NoError(t, err)
			assert.Equal(t, potential, isospin.Potential())
			for mu, d := range map[float64]dirac.Operator{0: plain, potential: isospin} {
				name := fmt.Sprint(g, extents, mu)
				op := reference.PotentialStaggered(links, c.Mass, complex(mu, b.Potential), phases)
				d.Bind(u)
				d.Bind(single)
				x, y, dst := d.NewField(), d.NewField(), d.NewField()
				x.Gaussian(c.Stream("x"), lattice.All)
				y.Gaussian(c.Stream("y"), lattice.All)
				x1 := x.LikeIn(lattice.Float32)
				x1.Copy(x, lattice.All)
				dst1 := x1.Like()
				for i, of := range []struct {
					apply func(dst, src *fermion.Field)
					want  []complex128
				}{{d.Apply, op.Apply(verify.Vector(x))}, {d.ApplyDagger, op.ApplyDagger(verify.Vector(x))}} {
					of.apply(dst, x)
					assert.Less(t, verify.Distance(verify.Vector(dst), of.want), element, "%s %d", name, i)
					of.apply(dst1, x1)
					assert.Less(t, verify.Distance(verify.Vector(dst1), of.want), element*0x1p-24/verify.Roundoff, "%s %d", name, i)
				}
				f := gauge.NewAlgebra(geo, g)
				d.AddDerivative(f, -1.5, y, x)
				want, v := 0.0, verify.Vector(y)
				for i, z := range op.ApplyDerivative(verify.Vector(x)) {
					want += 2 * (real(v[i])*real(z) + imag(v[i])*imag(z))
				}
				bound := 1.5 * 8 * n * element * math.Sqrt(p.Norm2()*float64(geo.Volume()))
				assert.InDelta(t, -1.5*want, f.Dot(p), bound, name)
				assert.Less(t, bound, 1e-8*math.Sqrt(f.Norm2()), name)
			}
		}
	}
}

// The elements of D on unit links are the phases: each plaquette of the plane has the
// flux of all, those at the border too, others have none; of the charge of u twice
// that of d, with the other sign. An exact phase, of four factors.
func TestFluxOfEachPlaquette(t *testing.T) {
	extents := []int{6, 4, 4}
	c := verify.Case{Group: "U(1)", Extents: extents}
	geo := c.Geometry()
	n := make([]int, len(extents))
	for _, b := range []dirac.Background{
		{Charge: 2, Flux: 3, Plane: [2]int{0, 1}},
		{Charge: -1, Flux: 3, Plane: [2]int{0, 1}},
		{Charge: -1, Flux: 5, Plane: [2]int{2, 0}, Potential: 0.7, Angles: []float64{1, 2, 3}}, // which have no curl
		{Charge: 2, Flux: 1 << 40, Plane: [2]int{1, 2}},
	} {
		d, err := dirac.NewStaggeredIn(geo, group.U1, 0, []int{1, -1, 1}, b)
		require.NoError(t, err)
		m := dense(d)
		element := func(x []int, mu int) complex128 {
			there := append([]int(nil), x...)
			there[mu] = (there[mu] + 1) % extents[mu]
			return 2 * m.At(geo.Index(x), geo.Index(there)) * complex(reference.Eta(x, mu), 0)
		}
		for site := range geo.Volume() {
			geo.Coordinates(n, site)
			for mu := range n {
				for nu := range n {
					if mu == nu {
						continue
					}
					ahead := func(mu int) []int {
						y := append([]int(nil), n...)
						y[mu] = (y[mu] + 1) % extents[mu]
						return y
					}
					plaquette := element(n, mu) * element(ahead(mu), nu) * cmplx.Conj(element(ahead(nu), mu)*element(n, nu))
					want := complex(1, 0)
					x, y := b.Plane[0], b.Plane[1]
					angle := 2 * math.Pi * float64(b.Charge*b.Flux%(extents[x]*extents[y])) / float64(extents[x]*extents[y])
					switch {
					case mu == x && nu == y:
						want = cmplx.Rect(1, angle)
					case mu == y && nu == x:
						want = cmplx.Rect(1, -angle)
					}
					assert.InDelta(t, 0, cmplx.Abs(plaquette-want), 64*verify.Roundoff, "%+v at %v, plane %d %d", b, n, mu, nu)
				}
			}
		}
	}
}

// exp(i mu t) takes an imaginary potential to the boundary: mu = pi / L_t makes
// periodic quarks antiperiodic, 2 pi / L_t is none.
func TestImaginaryPotentialIsABoundaryPhase(t *testing.T) {
	for _, g := range []group.Group{group.U1, group.SU2, group.SU3} {
		c := verify.Case{Group: g.String(), Extents: []int{4, 6}, Mass: 0.2, Roughness: 1, Seed: 3}
		u := c.Links(c.Geometry(), "links")
		for turns, boundary := range map[float64][]int{0.5: {1, -1}, 1: {1, 1}} {
			mu := 2 * math.Pi * turns / 6
			d, err := dirac.NewStaggeredIn(u.Geometry(), g, c.Mass, []int{1, 1}, dirac.Background{Potential: mu})
			require.NoError(t, err)
			d.Bind(u)
			other, err := dirac.NewStaggered(u.Geometry(), g, c.Mass, boundary)
			require.NoError(t, err)
			other.Bind(u)
			x, want, got := noise(c, d, "x"), d.NewField(), d.NewField()
			other.Apply(want, x)
			turned := func(f *fermion.Field, by float64) {
				v := verify.Vector(f)
				for i := range v { // the last coordinate is the slowest
					v[i] *= cmplx.Rect(1, by*mu*float64(i/(4*g.N())))
				}
				verify.SetVector(f, v)
			}
			turned(x, -1) // x = G y, D(mu) = G D G^†, G = exp(-i mu t)
			d.Apply(got, x)
			turned(got, 1)
			// phases of angles up to 2 pi are rounded at 7 x 2^-53, twice
			assert.Less(t, verify.Distance(verify.Vector(got), verify.Vector(want)), 4*applyBound(verify.Case{Group: c.Group, Extents: c.Extents, Mass: c.Mass}), "%v, %v turns", g, turns)
		}
	}
}

// On unit links plane waves are eigenvectors of (D - m)^2 = -sum sin^2 p_nu, with
// p_4 - i mu in time [HK].
func TestFreeIsospin(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4, 6}, Boundary: dirac.AntiperiodicTime(3), Mass: 0.2}
	geo := c.Geometry()
	d, err := dirac.NewIsospin(geo, c.GaugeGroup(), c.Mass, potential, c.Boundary, dirac.Background{})
	require.NoError(t, err)
	assert.Equal(t, c.Mass, d.Mass())
	src, dst, again := d.NewField(), d.NewField(), d.NewField()
	x := make([]int, 3)
	for i, p := range reference.Momenta(c.Extents, c.Phases()) {
		wave := make([]complex128, 3*geo.Volume())
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			wave[3*site+i%3] = cmplx.Rect(1, p[0]*float64(x[0])+p[1]*float64(x[1])+p[2]*float64(x[2]))
		}
		verify.SetVector(src, wave)
		for _, s := range subsets[1:] {
			d.Hop(dst, src, s, false)
		}
		for _, s := range subsets[1:] {
			d.Hop(again, dst, s, false)
		}
		time := cmplx.Sin(complex(p[2], -potential))
		square := time*time + complex(math.Pow(math.Sin(p[0]), 2)+math.Pow(math.Sin(p[1]), 2), 0)
		for k := range wave {
			wave[k] *= -square
		}
		// as in TestFreeSpectrum
		assert.Less(t, verify.Distance(verify.Vector(again), wave), math.Exp(2*potential)*8*verify.Roundoff*3*48*3)
	}
}

// D(mu)^† = eps D(-mu) eps, to the bit, so det D(mu) det D(-mu) = det D(mu)^†D(mu).
func TestIsospinHermiticity(t *testing.T) {
	for _, g := range []group.Group{group.U1, group.SU2, group.SU3} {
		c := verify.Case{Group: g.String(), Extents: []int{2, 4}, Mass: 0.2, Roughness: 1, Seed: 3}
		u := c.Links(c.Geometry(), "links")
		var d [2]*dirac.Isospin
		for k := range d {
			var err error
			d[k], err = dirac.NewIsospin(u.Geometry(), g, c.Mass, potential*float64(1-2*k), []int{1, -1}, background(2))
			require.NoError(t, err)
			d[k].Bind(u)
		}
		x := d[0].NewField()
		x.Gaussian(c.Stream("x"), lattice.All)
		want, got := x.Like(), x.Like()
		d[0].ApplyDagger(want, x)
		verify.Epsilon(x)
		d[1].Apply(got, x)
		verify.Epsilon(got)
		assert.Equal(t, verify.Vector(want), verify.Vector(got))
		d[0].Apply(got, x)
		assert.Greater(t, verify.Distance(verify.Vector(want), verify.Vector(got)), 0.1)
	}
}

func TestBadBackground(t *testing.T) {
	geo := verify.Case{Extents: []int{4, 2}}.Geometry()
	for _, c := range []struct {
		b    dirac.Background
		want string
	}{
		{dirac.Background{Charge: 1, Flux: 1}, "plane [0 0] in 2 dimensions (allowed: two directions)"},
		{dirac.Background{Charge: 1, Flux: 1, Plane: [2]int{0, 2}}, "plane [0 2]"},
		{dirac.Background{Charge: 1, Flux: 1, Plane: [2]int{-1, 1}}, "plane [-1 1]"},
		{dirac.Background{Potential: math.NaN()}, "imaginary chemical potential NaN"},
		{dirac.Background{Angles: []float64{1}}, "1 angles of the boundary in 2 dimensions"},
		{dirac.Background{Angles: []float64{1, math.Inf(1)}}, "angle of the boundary +Inf"},
	} {
		_, err := dirac.NewStaggeredIn(geo, group.SU3, 1, []int{1, 1}, c.b)
		require.ErrorContains(t, err, c.want)
		_, err = dirac.NewIsospin(geo, group.SU3, 1, 0, []int{1, 1}, c.b)
		require.ErrorContains(t, err, c.want)
	}
	_, err := dirac.NewIsospin(geo, group.SU3, 1, math.NaN(), []int{1, 1}, dirac.Background{})
	require.ErrorContains(t, err, "chemical potential NaN")
	_, err = dirac.NewStaggeredIn(geo, group.SU3, 1, []int{1, 1}, dirac.Background{Flux: 7, Angles: []float64{0, 0}})
	require.NoError(t, err, "no charge feels no flux")
}

func TestBackgroundAllocatesNothing(t *testing.T) {
	pool := lattice.NewPool(1)
	defer pool.Close()
	geo, err := lattice.New([]int{4, 4, 4, 4}, lattice.WithPool(pool))
	require.NoError(t, err)
	for _, g := range []group.Group{group.U1, group.SU2, group.SU3} {
		u, f := gauge.NewField(geo, g), gauge.NewAlgebra(geo, g)
		u.Hot(rng.New(1))
		d, err := dirac.NewIsospin(geo, g, 0.3, potential, dirac.AntiperiodicTime(4), background(4))
		require.NoError(t, err)
		x, y := d.NewField(), d.NewField()
		x.Gaussian(rng.New(2), lattice.All)
		assert.Zero(t, testing.AllocsPerRun(3, func() {
			d.Bind(u)
			d.Apply(y, x)
			d.AddDerivative(f, 1, y, x)
		}))
	}
}

// Where both parities are gone through together, D is its hops on each.
func TestLargeIsospin(t *testing.T) {
	if testing.Short() {
		t.Skip("megabytes")
	}
	const mass = 0.3
	geo, err := lattice.New([]int{256, 260})
	require.NoError(t, err)
	u := gauge.NewField(geo, group.SU3)
	u.Rough(0.7, rng.New(1))
	d, err := dirac.NewIsospin(geo, group.SU3, mass, potential, []int{1, -1}, background(2))
	require.NoError(t, err)
	d.Bind(u)
	x := d.NewField()
	x.Gaussian(rng.New(2), lattice.All)
	whole, parts := x.Like(), x.Like()
	d.Apply(whole, x)
	for _, s := range subsets[1:] {
		d.Hop(parts, x, s, false)
	}
	parts.Axpy(mass, x, lattice.All)
	whole.Axpy(-1, parts, lattice.All)
	// the same products, one addition elsewhere
	assert.Less(t, math.Sqrt(whole.Norm2(lattice.All)), 16*verify.Roundoff*math.Sqrt(parts.Norm2(lattice.All)))
}
