package reference_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/reference"
)

func TestBessel(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 1.2660658777520084, reference.BesselI(0, 1), 1e-15)
	require.InDelta(t, 0.5651591039924850, reference.BesselI(1, 1), 1e-15)
	for _, x := range []float64{0.1, 1, 2.7, 10, 30} {
		// e^x = sum_n I_n and the recurrence I_{n-1} - I_{n+1} = (2n/x) I_n [DLMF, eqs. 10.35.5, 10.29.1],
		// while the terms are far from the denormal numbers
		total := reference.BesselI(0, x)
		for n := 1; n < 120 && reference.BesselI(n, x) > 1e-290; n++ {
			total += 2 * reference.BesselI(n, x)
			scale := reference.BesselI(n-1, x)
			left := (scale - reference.BesselI(n+1, x)) / scale
			require.InDelta(t, left, 2*float64(n)/x*reference.BesselI(n, x)/scale, 1e-14)
		}
		require.InEpsilon(t, math.Exp(x), total, 1e-14)
		require.Equal(t, reference.BesselI(3, x), reference.BesselI(-3, x))
	}
}

// The table of another program, 14 digits.
func TestPlaquette2D(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n    int
		beta float64
		want [3]float64 // 2x2, 4x4, 8x8
	}{
		{1, 2, [3]float64{.77956092269243, .69925192681770, .69777465801084}},
		{2, 2.7, [3]float64{.55122855416044, .53298057565657, .53297073358968}},
		{3, 5.7, [3]float64{.41134909444672, .40271676704514, .40271660731617}},
	} {
		for i, volume := range []int{4, 16, 64} {
			require.InDelta(t, c.want[i], reference.Plaquette2D(c.n, c.beta, volume), 6e-15, "N=%d V=%d", c.n, volume)
			require.InDelta(t, c.want[i], reference.WilsonLoop2D(c.n, c.beta, volume, 1), 6e-15, "N=%d V=%d as a loop", c.n, volume)
		}
	}
}

func TestTwoDimensionalLoops(t *testing.T) {
	t.Parallel()
	const beta = 2.7
	b := reference.BesselI
	for n, u := range map[int]float64{1: b(1, beta) / b(0, beta), 2: b(2, beta) / b(1, beta)} {
		require.InDelta(t, u, reference.WilsonLoop2DInfinite(n, beta, 1), 1e-15)
	}
	for n := 1; n <= 4; n++ {
		u := reference.WilsonLoop2DInfinite(n, beta, 1)
		require.InDelta(t, u, reference.Plaquette2D(n, beta, 1000), 1e-14, "N=%d", n)
		require.InDelta(t, u, reference.StrongCouplingPlaquette(n, 2, beta), 1e-15, "exact in two dimensions")
		if n == 4 {
			break // enough of the slowest
		}
		require.InDelta(t, 1, reference.WilsonLoop2D(n, beta, 16, 0), 1e-14, "the empty loop, N=%d", n)
		require.InDelta(t, math.Pow(u, 6), reference.WilsonLoop2D(n, beta, 1000, 6), 1e-14, "area law, N=%d", n)
	}
}

func TestChargeSquared2D(t *testing.T) {
	t.Parallel()
	require.InDelta(t, .650097794402, reference.ChargeSquared2D(1, 16), 6e-13) // 12 digits are given
	require.InDelta(t, .0318906960396, reference.ChargeSquared2D(4, 16), 6e-14)
	// beta -> 0: V uniform angles in (-1/2, 1/2] whose sum is an integer, variance V/12: the
	// constraint adds Fourier modes with the second derivative of sinc^V at integers, 0 for V >= 3
	require.InDelta(t, 16.0/12, reference.ChargeSquared2D(1e-9, 16), 1e-8)
}

// Leading terms in beta: the ratio to them tends to 1 linearly or quadratically.
func TestStrongCoupling(t *testing.T) {
	t.Parallel()
	const beta = 1e-4
	for n, slope := range map[int]float64{1: 1.0 / 2, 2: 1.0 / 4, 3: 1.0 / 18, 4: 1.0 / 32} {
		require.InEpsilon(t, slope*beta, reference.StrongCouplingPlaquette(n, 4, beta), 1e-4, "N=%d", n)
	}
	for n, slope := range map[int]float64{1: 1.0 / 2, 2: 1.0 / 4, 3: 1.0 / 18} {
		beta := 0.01 / slope // the next order is a factor 1 + O(beta), beta <= 0.18
		cube := reference.StrongCouplingPlaquette(n, 4, beta) - reference.StrongCouplingPlaquette(n, 2, beta)
		u := reference.WilsonLoop2DInfinite(n, beta, 1)
		require.InEpsilon(t, 4*math.Pow(u, 5), cube, 0.05, "N=%d", n)
	}
}

func TestFreeStaggered(t *testing.T) {
	t.Parallel()
	l := []int{4, 4, 4, 4}
	bc := reference.AntiperiodicTime(4)
	const want = 0.27532467532467547
	for n := 1; n <= 3; n++ {
		require.InDelta(t, float64(n)*want, reference.FreeStaggeredCondensate(l, n, 0.5, bc), 1e-15*4)
	}
	u := reference.Unit(l, 2)
	require.InDelta(t, 2*want, real(staggered(t, u, 0.5).TraceInverse())/256, 1e-13)
}

// The characteristic polynomial at points off the spectrum, for every dimension
// and for a boundary phase that is neither 1 nor -1.
func TestFreeSpectra(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		extents []int
		phases  []complex128
	}{
		{[]int{4, 6}, []complex128{1, -1}},
		{[]int{2, 4}, []complex128{cmplx.Exp(-0.7i), cmplx.Exp(0.4i)}},
		{[]int{2, 4, 2}, []complex128{1, 1i, -1}},
		{[]int{2, 2, 2, 4}, []complex128{1, 1, 1, -1}},
	} {
		u := reference.Unit(c.extents, 2)
		const mass = 0.3
		for name, op := range map[string]*reference.Operator{
			"staggered": reference.Staggered(u, mass, c.phases),
			"Wilson":    reference.WilsonDirac(u, mass, c.phases),
		} {
			spectrum := reference.FreeStaggeredSpectrum(c.extents, 2, mass, c.phases)
			if name == "Wilson" {
				spectrum = reference.FreeWilsonSpectrum(c.extents, 2, mass, c.phases)
			}
			require.Len(t, spectrum, op.Dim())
			for _, z := range []complex128{0, 0.1 + 0.2i, -0.5i, 3 + 1i} {
				shifted := op.Dense()
				for i := range shifted.N {
					shifted.V[i*shifted.N+i] -= z
				}
				lu, err := reference.Factor(shifted)
				require.NoError(t, err)
				logDet, phase := lu.LogDet()
				want, wantPhase := 0.0, complex128(1)
				for _, lambda := range spectrum {
					want += math.Log(cmplx.Abs(lambda - z))
					wantPhase *= (lambda - z) / complex(cmplx.Abs(lambda-z), 0)
				}
				// n logarithms of pivots, each to a few ulp of the growth of about n
				require.InDelta(t, want, logDet, 1e-10, "%s %v at %v", name, c.extents, z)
				require.InDelta(t, 0, cmplx.Abs(phase-wantPhase), 1e-10, "%s %v at %v", name, c.extents, z)
			}
		}
	}
}

// On a plane wave D is (m + sum (1 - cos p_mu) + i sum g_mu sin p_mu), which fixes
// the sign of the gammas that determinants do not see.
func TestWilsonPlaneWave(t *testing.T) {
	t.Parallel()
	for _, extents := range [][]int{{4, 6}, {4, 3, 2}, {3, 4, 2, 4}} {
		d := len(extents)
		u := reference.Unit(extents, 1)
		bc := reference.AntiperiodicTime(d)
		bc[0] = cmplx.Exp(0.3i)
		gamma := reference.Gamma(d)
		spins := gamma[0].N
		op := reference.WilsonDirac(u, 0.2, bc)
		p := reference.Momenta(extents, bc)[u.Volume()/2+1]
		symbol := reference.Identity(spins).ScaleBy(0.2)
		for mu, pm := range p {
			symbol = symbol.Add(reference.Identity(spins).ScaleBy(complex(1-math.Cos(pm), 0)))
			symbol = symbol.Add(gamma[mu].ScaleBy(complex(0, math.Sin(pm))))
		}
		wave := func(site int) complex128 {
			angle := 0.0
			for mu, x := range u.Coordinates(site) {
				angle += p[mu] * float64(x)
			}
			return cmplx.Exp(complex(0, angle))
		}
		psi := make([]complex128, op.Dim())
		for i := range psi {
			psi[i] = wave(i/spins) * complex(float64(1+i%spins), 0)
		}
		for i, got := range op.Apply(psi) {
			var want complex128
			for s := range spins {
				want += symbol.At(i%spins, s) * complex(float64(1+s), 0) * wave(i/spins)
			}
			require.InDelta(t, 0, cmplx.Abs(want-got), 1e-13)
		}
	}
}

func TestGamma(t *testing.T) {
	t.Parallel()
	for d := 2; d <= 4; d++ {
		g := reference.Gamma(d)
		for mu := range d {
			require.Equal(t, g[mu].Dagger(), g[mu])
			for nu := range d {
				anti := g[mu].Mul(g[nu]).Add(g[nu].Mul(g[mu]))
				want := reference.Identity(g[mu].N).ScaleBy(0)
				if mu == nu {
					want = reference.Identity(g[mu].N).ScaleBy(2)
				}
				require.Zero(t, anti.Sub(want).Norm2())
			}
			if d != 3 {
				g5 := reference.Gamma5(d)
				require.Equal(t, g5.Dagger(), g5)
				require.Zero(t, g5.Mul(g[mu]).Add(g[mu].Mul(g5)).Norm2())
				require.Zero(t, g5.Mul(g5).Sub(reference.Identity(g5.N)).Norm2())
			}
		}
	}
	require.Panics(t, func() { reference.Gamma5(3) })
}

// The table of moments against Weyl's integration formula: class functions of
// the eigenangles with weight prod_{i<j} |e^{i a_i} - e^{i a_j}|^2 / N!, sum of
// angles 0. They are trigonometric polynomials, so equally spaced points are exact.
func TestHaarMoments(t *testing.T) {
	t.Parallel()
	const points = 24 // beyond the degree: 8 of the moment + 6 of the weight, 2 x for the last angle
	for _, c := range reference.HaarMoments() {
		free := max(c.N-1, 1)
		total, weight := 0.0, 0.0
		for k := range int(math.Pow(points, float64(free))) {
			z := make([]complex128, 0, c.N)
			last := complex128(1)
			for range free {
				z = append(z, cmplx.Exp(complex(0, 2*math.Pi*float64(k%points)/points)))
				last /= z[len(z)-1]
				k /= points
			}
			if c.N > 1 {
				z = append(z, last)
			}
			w, tr := 1.0, complex128(0)
			for i := range z {
				tr += z[i]
				for j := range i {
					w *= math.Pow(cmplx.Abs(z[i]-z[j]), 2)
				}
			}
			weight += w
			if c.Modulus {
				total += w * math.Pow(cmplx.Abs(tr), 2*float64(c.Power))
			} else {
				total += w * real(cmplx.Pow(tr, complex(float64(c.Power), 0)))
			}
		}
		require.InDelta(t, c.Value, total/weight, 1e-11, "SU(%d) %s", c.N, c.Function)
	}
}

// A column of U is uniform on the sphere: <|U_ij|^(2k)> against samples.
func TestHaarElementMoments(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 1.0/3, reference.HaarElementMoment(3, 1), 1e-15)
	require.InDelta(t, 2.0/12, reference.HaarElementMoment(3, 2), 1e-15)
	const samples = 4096
	u := reference.Random([]int{samples}, 3, 1)
	for k := 1; k <= 3; k++ {
		mean, variance := 0.0, reference.HaarElementMoment(3, 2*k)-math.Pow(reference.HaarElementMoment(3, k), 2)
		for i := range samples {
			mean += math.Pow(cmplx.Abs(u.At(i, 0).At(0, 1)), 2*float64(k)) / samples
		}
		// 6 standard deviations: false-alarm rate 2e-9 (and the seed is fixed)
		require.InDelta(t, reference.HaarElementMoment(3, k), mean, 6*math.Sqrt(variance/samples))
	}
}

func TestLiterature(t *testing.T) {
	t.Parallel()
	results := reference.Literature()
	require.GreaterOrEqual(t, len(results), 20)
	for _, r := range results {
		require.NotEmpty(t, r.System)
		require.NotEmpty(t, r.Observable)
		require.NotEmpty(t, r.Source)
		require.Positive(t, r.Value)
		require.Less(t, r.Error, r.Value)
	}
}
