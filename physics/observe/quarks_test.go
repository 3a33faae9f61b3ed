package observe_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
)

const tight = 1e-12 // of the solves

func newCondensate(u *gauge.Field, mass float64, noise int) *observe.Condensate {
	c, err := observe.NewCondensate(newStaggered(u, mass), tight, noise)
	if err != nil {
		panic(err)
	}
	return c
}

func exact(u *gauge.Field, mass float64) float64 {
	c, err := newCondensate(u, mass, 1).Exact(u)
	if err != nil {
		panic(err)
	}
	return c
}

func pion(u *gauge.Field, mass float64) []float64 {
	p, err := observe.NewPion(newStaggered(u, mass), tight)
	if err != nil {
		panic(err)
	}
	g := make([]float64, u.Geometry().Extent(u.Geometry().Dims()-1))
	if err := p.Measure(g, u); err != nil {
		panic(err)
	}
	return g
}

// solved bounds the errors of the two observables by the tolerance r of the
// solves. Condensate: r N/m (its documentation). Pion: an error d of X moves
// |D X|^2 by 2 |D X| |d'|, |D X| <= 1/m and |d'| <= r/m for each of N colours.
func solved(n int, mass float64) float64 { return 2 * tight * float64(n) / (mass * mass) }

// On any even lattice the condensate is the trace of the inverse of the dense
// operator, over all sites and colours: the even half counts for both. The pion
// is made of the columns of that inverse.
func TestQuarksTwin(t *testing.T) {
	forAll(t, 40, allEven, func(r recipe) (b []bound) {
		u := r.field()
		inverse, volume := dense(u, r.Mass), u.Geometry().Volume()
		trace, dim := complex128(0), volume*r.N
		for i := range dim {
			trace += inverse[i*dim+i]
		}
		b = append(b, near("condensate", complex(exact(u, r.Mass), 0), trace/complex(float64(volume), 0), solved(r.N, r.Mass)))
		want := make([]float64, r.Extents[len(r.Extents)-1])
		slice := volume / len(want)
		for i := range dim {
			for a := range r.N {
				z := inverse[i*dim+a]
				want[i/r.N/slice] += real(z)*real(z) + imag(z)*imag(z)
			}
		}
		for s, g := range pion(u, r.Mass) {
			b = append(b, near("pion", complex(g, 0), complex(want[s], 0), solved(r.N, r.Mass)))
		}
		return b
	})
}

// dense returns the elements of D^-1, row-major; component colour + N site.
func dense(u *gauge.Field, mass float64) []complex128 {
	lu, err := reference.Factor(reference.Staggered(links(u), mass, reference.AntiperiodicTime(u.Geometry().Dims())).Dense())
	if err != nil {
		panic(err)
	}
	return lu.Inverse().V
}

// Neither changes under gauge transformations, and
//
//	sum_t G(t) = (1/m) Re tr D^-1(0;0),
//
// the Ward identity of the remnant chiral symmetry [KiS], gives on each
// configuration what the condensate does summed over origins.
func TestQuarksGaugeInvariant(t *testing.T) {
	forAll(t, 40, allEven, func(r recipe) (b []bound) {
		u := r.field()
		before, pionBefore := exact(u, r.Mass), pion(u, r.Mass)
		inverse, dim := dense(u, r.Mass), u.Geometry().Volume()*r.N
		local, sum := 0.0, 0.0
		for a := range r.N {
			local += real(inverse[a*dim+a]) / r.Mass
		}
		for _, g := range pionBefore {
			sum += g
		}
		b = append(b, near("Ward identity", complex(sum, 0), complex(local, 0), float64(len(pionBefore))*solved(r.N, r.Mass)))

		rotate(u, r.Seed)
		b = append(b, near("condensate", complex(before, 0), complex(exact(u, r.Mass), 0), 2*solved(r.N, r.Mass)))
		for s, g := range pion(u, r.Mass) {
			b = append(b, near("pion", complex(pionBefore[s], 0), complex(g, 0), 2*solved(r.N, r.Mass)))
		}
		return b
	})
}

// Numbers of an independent implementation (shared/data, values.json; stable to
// 1e-9 relative).
func TestQuarksOfOtherCodes(t *testing.T) {
	for _, c := range []struct {
		file       string
		n          int
		extents    []int
		condensate map[float64]float64
		pion       []float64 // m = 0.5
	}{
		{
			"julia/su3_4444_testconf.txt", 3, []int{4, 4, 4, 4},
			map[float64]float64{.5: 1.1432448206498669, .3: .9475033142965456},
			[]float64{1.5469594183694004, .32645894689895805, .08634701391893475, .3047023125185546},
		},
		{
			"julia/su2_4444.ildg", 2, []int{4, 4, 4, 4},
			map[float64]float64{.5: .6891923412392498, .3: .5226560192666021},
			[]float64{.9286655311573574, .18807085708169508, .03521755272878761, .17488906922042083},
		},
		{"julia/su3_4422_domainwall.ildg", 3, []int{4, 4, 2, 2}, map[float64]float64{.5: 1.005109150857478}, nil},
	} {
		t.Run(c.file, func(t *testing.T) {
			u := readField(t, c.file, c.n, c.extents...)
			for m, want := range c.condensate {
				assert.InEpsilon(t, want, exact(u, m), 1e-9)
			}
			if c.pion != nil {
				assert.InEpsilonSlice(t, c.pion, pion(u, .5), 1e-9)
			}
		})
	}
}

// Free quarks: the known number, the momentum sum of the twin in other
// dimensions, and the Ward identity, every origin being the same.
func TestFreeQuarks(t *testing.T) {
	for _, n := range []int{1, 2, 3} {
		u := gauge.NewField(newGeometry([]int{4, 4, 4, 4}), su(n))
		want := float64(n) * .27532467532467547
		assert.InDelta(t, want, exact(u, .5), solved(n, .5))
		sum := 0.0
		for _, g := range pion(u, .5) {
			sum += g
		}
		assert.InDelta(t, want/.5, sum, 4*solved(n, .5))
	}
	for _, extents := range [][]int{{8, 6}, {4, 2, 6}} {
		u := gauge.NewField(newGeometry(extents), group.SU2)
		want := reference.FreeStaggeredCondensate(extents, 2, .2, reference.AntiperiodicTime(len(extents)))
		assert.InDelta(t, want, exact(u, .2), solved(2, .2))
	}
}

// The noise is unbiased, and as wide as its formula and as it says itself.
//
// With A = (2m/V) (D^†D)^-1 on even sites, one vector has the exact mean tr A
// and variance s^2 = 2 sum_{i != j} (Re A_ij)^2. The mean of n of them is within
// 5 s/sqrt(n), their variance within 5 sqrt((kappa-1)/n) of s^2, relatively,
// kappa being the kurtosis of the sample: both fail by chance less than once in
// a million times (normal tails), and the seed is fixed.
func TestCondensateNoise(t *testing.T) {
	const n = 4000
	for _, r := range []recipe{
		{N: 2, Extents: []int{4, 4, 2, 2}, Rough: .7, Mass: .3, Seed: 1},
		{N: 3, Extents: []int{4, 4}, Rough: .7, Mass: .3, Seed: 2},
		{N: 1, Extents: []int{2, 4, 2}, Rough: .2, Mass: .1, Seed: 3},
	} {
		t.Run(r.String(), func(t *testing.T) {
			u := r.field()
			mean, variance := exactNoise(u, r.Mass)
			require.InDelta(t, mean, exact(u, r.Mass), solved(r.N, r.Mass))

			single := newCondensate(u, r.Mass, 1)
			var sum [5]float64 // of powers of the deviation
			for k := range n {
				v, e, err := single.Measure(u, rng.New(r.Seed).At(uint64(k)))
				require.NoError(t, err)
				require.True(t, math.IsNaN(e), "one vector knows no error")
				for p := range sum {
					sum[p] += math.Pow(v-mean, float64(p)) / n
				}
			}
			assert.InDelta(t, 0, sum[1], 5*math.Sqrt(variance/n))
			kurtosis := sum[4] / (sum[2] * sum[2])
			assert.InEpsilon(t, variance, sum[2], 5*math.Sqrt((kurtosis-1)/n))

			const many = 1000
			v, e, err := newCondensate(u, r.Mass, many).Measure(u, rng.New(r.Seed).Child("many"))
			require.NoError(t, err)
			assert.InDelta(t, mean, v, 5*math.Sqrt(variance/many))
			assert.InEpsilon(t, variance, e*e*many, 5*math.Sqrt((kurtosis-1)/many))
		})
	}
}

// exactNoise returns the mean and variance of one noise vector, from the dense
// inverse: m (D^†D)^-1 is the Hermitian part of D^-1, for D^-1 - m (D^†D)^-1 =
// -D_h (D^†D)^-1 is anti-Hermitian.
func exactNoise(u *gauge.Field, mass float64) (mean, variance float64) {
	inverse, geo, n := dense(u, mass), u.Geometry(), u.Group().N()
	dim := geo.Volume() * n
	twin := links(u)
	var even []int
	for i := range dim {
		if twin.Even(i / n) {
			even = append(even, i)
		}
	}
	for _, i := range even {
		for _, j := range even {
			a := 2 / float64(geo.Volume()) * real(inverse[i*dim+j]+inverse[j*dim+i]) / 2
			if i == j {
				mean += a
			} else {
				variance += 2 * a * a
			}
		}
	}
	return mean, variance
}

// The same bits come from any number of workers; two processes agree with one
// to round-off and tolerance, and with each other to the bit.
func TestWorkersAndRanks(t *testing.T) {
	r := recipe{N: 3, Extents: []int{4, 4, 4, 8}, Rough: .5, Mass: .4, Seed: 5}
	all := func(u *gauge.Field, polyakov int) []float64 {
		p := observe.NewPlaquette(u.Geometry(), u.Group())
		l, err := observe.NewPolyakovLoop(u.Geometry(), u.Group(), polyakov)
		if err != nil {
			panic(err)
		}
		c, e, err := newCondensate(u, r.Mass, 3).Measure(u, rng.New(9))
		if err != nil {
			panic(err)
		}
		trace := l.Trace(u)
		return append(pion(u, r.Mass), p.Measure(u), p.Space(u), p.Time(u), observe.NewRectangle(u.Geometry(), u.Group()).Measure(u), real(trace), imag(trace), c, e)
	}
	const direction = 3
	want := all(r.field(), direction)
	for _, workers := range []int{2, 4} {
		pool := lattice.NewPool(workers)
		assert.Equal(t, want, all(r.field(lattice.WithPool(pool)), direction))
		pool.Close()
	}
	for _, grid := range [][]int{{2, 1, 1, 1}, {1, 1, 2, 1}} {
		results := make([][]float64, 2)
		done := make(chan struct{})
		for rank, comm := range lattice.InProcess(2) {
			u := r.field(lattice.WithComm(comm, grid))
			go func() {
				results[rank] = all(u, direction)
				done <- struct{}{}
			}()
		}
		<-done
		<-done
		assert.Equal(t, results[0], results[1])
		assert.InDeltaSlice(t, want, results[0], solved(3, .4))
	}
	comms := lattice.InProcess(2)
	_, err := observe.NewPolyakovLoop(newGeometry(r.Extents, lattice.WithComm(comms[0], []int{1, 1, 1, 2})), group.SU3, 3)
	assert.ErrorContains(t, err, "divided among processes")
}

// Time is summed over processes that divide it.
func TestPionOfDividedTime(t *testing.T) {
	r := recipe{N: 2, Extents: []int{2, 2, 2, 8}, Rough: .5, Mass: .4, Seed: 5}
	want := pion(r.field(), r.Mass)
	results := make(chan []float64)
	for _, comm := range lattice.InProcess(2) {
		u := r.field(lattice.WithComm(comm, []int{1, 1, 1, 2}))
		go func() { results <- pion(u, r.Mass) }()
	}
	for range 2 {
		assert.InDeltaSlice(t, want, <-results, solved(2, .4))
	}
}

// Measurements leave the links alone, give the same bits when asked again, also
// after other links, and allocate nothing.
func TestPureAndFree(t *testing.T) {
	r := recipe{N: 2, Extents: []int{4, 4, 4, 4}, Rough: .5, Mass: .3, Seed: 6}
	u, v := r.field(), r.field()
	rotate(v, 8)
	before := slices.Clone(u.Raw())
	geo, g := u.Geometry(), u.Group()
	plaq, rect, cond := observe.NewPlaquette(geo, g), observe.NewRectangle(geo, g), newCondensate(u, r.Mass, 2)
	loop, err := observe.NewPolyakovLoop(geo, g, 3)
	require.NoError(t, err)
	pi, err := observe.NewPion(newStaggered(u, r.Mass), tight)
	require.NoError(t, err)
	results := make([]float64, 10)
	measure := func(u *gauge.Field) {
		results[0], results[1], results[2] = plaq.Measure(u), plaq.Space(u), plaq.Time(u)
		results[3] = rect.Measure(u)
		results[4], results[5] = real(loop.Trace(u)), imag(loop.Normalised(u))
		if err := pi.Measure(results[6:10], u); err != nil {
			panic(err)
		}
		c, e, err := cond.Measure(u, rng.New(3))
		if err != nil {
			panic(err)
		}
		results[0] += c + e
	}
	measure(u)
	first := slices.Clone(results)
	measure(v)
	measure(u)
	assert.Equal(t, first, results)
	assert.Equal(t, before, u.Raw())
	assert.Zero(t, testing.AllocsPerRun(5, func() { measure(u) }))
}

func TestQuarksMisuse(t *testing.T) {
	u := gauge.NewField(newGeometry([]int{4, 4}), group.SU2)
	op := newStaggered(u, 0)
	for _, tolerance := range []float64{0, 1, -1, math.NaN(), math.Inf(1)} {
		_, err := observe.NewCondensate(op, tolerance, 1)
		assert.ErrorContains(t, err, "allowed: between 0 and 1")
		_, err = observe.NewPion(op, tolerance)
		assert.ErrorContains(t, err, "allowed: between 0 and 1")
	}
	_, err := observe.NewCondensate(op, 1e-8, 0)
	assert.ErrorContains(t, err, "0 noise vectors (allowed: at least 1)")
	p, err := observe.NewPion(op, 1e-8)
	require.NoError(t, err)
	assert.PanicsWithValue(t, "observe: pion: a value is needed for every time slice", func() { _ = p.Measure(nil, u) })
}

// Massless quarks, periodic, on unit links have a zero mode: no inverse, and an
// error that says so.
func TestNotConverged(t *testing.T) {
	u := gauge.NewField(newGeometry([]int{4, 4}), group.U1)
	op, err := dirac.NewStaggered(u.Geometry(), u.Group(), 0, []int{dirac.Periodic, dirac.Periodic})
	require.NoError(t, err)
	c, err := observe.NewCondensate(op, 1e-8, 1)
	require.NoError(t, err)
	var failure *solver.NotConverged
	_, _, err = c.Measure(u, rng.New(1))
	assert.ErrorAs(t, err, &failure)
	_, err = c.Exact(u)
	assert.ErrorAs(t, err, &failure)
	p, err := observe.NewPion(op, 1e-8)
	require.NoError(t, err)
	assert.ErrorAs(t, p.Measure(make([]float64, 4), u), &failure)
}
