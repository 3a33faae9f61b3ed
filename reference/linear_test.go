package reference_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/reference"
)

func gaussian(n int, seed uint64) reference.Matrix {
	r := rand.New(rand.NewPCG(seed, 0))
	v := make([]complex128, n*n)
	for i := range v {
		v[i] = complex(r.NormFloat64(), r.NormFloat64())
	}
	return reference.NewMatrix(n, v)
}

// Sizes around the panel width and its remainders by four.
func TestLU(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 31, 32, 33, 35, 64, 97} {
		a, b := gaussian(n, 1), gaussian(n, 2)
		lu, err := reference.Factor(a)
		require.NoError(t, err)
		// |A^{-1}| of a Gaussian matrix is about sqrt(n) with heavy tails: 1e-16 n^2 times 100
		tol := 1e-14 * float64(n*n)
		inverse := lu.Inverse()
		require.Less(t, math.Sqrt(a.Mul(inverse).Sub(reference.Identity(n)).Norm2()), tol, "n=%d", n)
		rhs := b.V[:n]
		x, y := lu.Solve(rhs), lu.SolveDagger(rhs)
		for i := range n {
			var ax, ay complex128
			for j := range n {
				ax += a.At(i, j) * x[j]
				ay += cmplx.Conj(a.At(j, i)) * y[j]
			}
			require.Less(t, cmplx.Abs(ax-rhs[i]), tol)
			require.Less(t, cmplx.Abs(ay-rhs[i]), tol)
		}
		other, err := reference.Factor(b)
		require.NoError(t, err)
		both, err := reference.Factor(a.Mul(b))
		require.NoError(t, err)
		la, pa := lu.LogDet()
		lb, pb := other.LogDet()
		lab, pab := both.LogDet()
		require.InDelta(t, la+lb, lab, tol)
		require.Less(t, cmplx.Abs(pa*pb-pab), tol)
	}
	require.InDelta(t, 0, cmplx.Abs(reference.NewMatrix(2, []complex128{1, 2i, 3, 4}).Determinant()-(4-6i)), 1e-15)
	_, err := reference.Factor(reference.NewMatrix(2, []complex128{1, 2, 2, 4}))
	require.ErrorIs(t, err, reference.ErrSingular)
	_, err = reference.Factor(reference.NewMatrix(1, []complex128{cmplx.NaN()}))
	require.ErrorIs(t, err, reference.ErrSingular)
	require.Zero(t, reference.NewMatrix(2, make([]complex128, 4)).Determinant())
}

func TestGenerators(t *testing.T) {
	for n := 1; n <= 5; n++ {
		ts := reference.Generators(n)
		require.Len(t, ts, max(n*n-1, 1))
		for a := range ts {
			require.Equal(t, ts[a].Dagger(), ts[a])
			for b := range ts {
				want := 0.0
				if a == b {
					want = 0.5
				}
				if n == 1 {
					want = 1
				}
				require.InDelta(t, want, real(ts[a].Mul(ts[b]).Trace().V), 1e-15)
			}
		}
	}
	// the second one is (-i/2) above the diagonal
	require.Equal(t, -0.5i, reference.Generators(3)[1].At(0, 1))
}

// exp against the closed form of SU(2), exp(i w.s/2) = cos(|w|/2) + i w.s sin(|w|/2)/|w|,
// also for angles that need squaring, and TA for U(1).
func TestExp(t *testing.T) {
	for _, size := range []float64{1e-9, 0.1, 1, 10} {
		omega := []float64{0.3 * size, -0.5 * size, 0.7 * size}
		angle := math.Sqrt(0.83) * size
		got := reference.AlgebraElement(2, omega).Exp()
		c, s := math.Cos(angle/2), math.Sin(angle/2)/angle
		want := reference.NewMatrix(2, []complex128{
			complex(c, s*omega[2]), complex(s*omega[1], s*omega[0]),
			complex(-s*omega[1], s*omega[0]), complex(c, -s*omega[2]),
		})
		require.Less(t, math.Sqrt(got.Sub(want).Norm2()), 1e-14)
	}
	require.Equal(t, []complex128{2i}, reference.NewMatrix(1, []complex128{3 + 2i}).TA().V)
	ta := gaussian(3, 1).TA()
	require.InDelta(t, 0, cmplx.Abs(ta.Trace().V), 1e-15)
	require.InDelta(t, 0, ta.Add(ta.Dagger()).Norm2(), 1e-30)
}

func TestLinksGeometry(t *testing.T) {
	u := reference.Random([]int{2, 3, 4}, 2, 1)
	require.Equal(t, 1, u.Site([]int{1, 0, 0}), "x is fastest")
	require.Equal(t, u.Site([]int{1, 2, 3}), u.Site([]int{-1, -1, 7}), "coordinates wrap")
	for site := range u.Volume() {
		require.Equal(t, site, u.Site(u.Coordinates(site)))
		for _, step := range []int{1, 2, 3} {
			require.Equal(t, site, u.Step(u.Step(site, step), -step))
		}
		there, end := u.Follow(site, []int{1, -2, 3, 3})
		back, start := u.Follow(end, reference.Reverse([]int{1, -2, 3, 3}))
		require.Equal(t, site, start)
		require.Less(t, there.Mul(back).Sub(reference.Identity(2)).Norm2(), 1e-28)
	}
	require.True(t, u.Even(0))
	require.False(t, u.Even(1))
	require.Equal(t, []int{1, 1, 4, 4, 4, -1, -1, -4, -4, -4}, reference.WilsonLoop(0, 2, 3, 3))
	require.Len(t, reference.Staples(reference.Plaquettes(4), 2), 6)
	require.Len(t, reference.Staples(reference.Rectangles(4), 2), 18)
}

// S = beta [ (1 - 8 c1) sum (1 - P) + c1 sum (1 - R) ] with 6 planes and 12 rectangles a site.
func TestGaugeActionCoefficients(t *testing.T) {
	u := reference.Random([]int{2, 3, 2, 4}, 3, 5)
	p, r := reference.Plaquette(u).V, reference.Rectangle(u).V
	const sites, beta = 48, 5.5
	for c1, c0 := range map[float64]float64{0: 1, reference.SymanzikC1: 5.0 / 3, reference.IwasakiC1: 3.648, reference.DBW2C1: 12.2552} {
		want := beta * sites * (c0*6*(1-p) + c1*12*(1-r))
		got := reference.GaugeAction(u, beta, reference.RectangleAction(4, c1)).V
		require.InEpsilon(t, want, got, 1e-13, "c1 = %g", c1)
	}
}

func TestMisusePanics(t *testing.T) {
	u := reference.Unit([]int{2, 2}, 2)
	for name, f := range map[string]func(){
		"open loop":      func() { reference.LoopAverage(u, [][]int{{1, 2}}) },
		"step 0":         func() { u.Step(0, 0) },
		"odd extents":    func() { reference.Staggered(reference.Unit([]int{2, 3}, 2), 1, reference.Periodic(2)) },
		"phases":         func() { reference.WilsonDirac(u, 1, reference.Periodic(3)) },
		"charge in 2D":   func() { reference.ChargeClover(u) },
		"spatial planes": func() { reference.SpacePlaquette(u) },
		"matrix sizes":   func() { reference.Identity(2).Mul(reference.Identity(3)) },
		"entries":        func() { reference.NewMatrix(2, make([]complex128, 3)) },
		"components":     func() { reference.AlgebraElement(2, []float64{1}) },
		"vector":         func() { reference.Staggered(u, 1, reference.Periodic(2)).Apply(make([]complex128, 3)) },
		"staple elsewhere": func() {
			reference.Layer{{Paths: [][][]int{{{2}}, {{2}}}, Rho: reference.Shared(reference.Constant(1))}}.Forward(u)
		},
		"plaquettes":    func() { reference.Plaquette2D(2, 1, 0) },
		"area":          func() { reference.WilsonLoop2D(2, 1, 4, 5) },
		"charge's beta": func() { reference.ChargeSquared2D(0, 4) },
		"gamma in 5D":   func() { reference.Gamma(5) },
		"pion's operator": func() {
			other, _ := reference.NewNormal(reference.WilsonDirac(u, 1, reference.Periodic(2)))
			other.Pion(reference.Unit([]int{3, 5}, 2))
		},
		"element moments":   func() { reference.HaarElementMoment(1, 1) },
		"no directions":     func() { reference.Unit(nil, 2) },
		"coordinates":       func() { u.Site([]int{1}) },
		"vector of LU":      func() { lu, _ := reference.Factor(reference.Identity(2)); lu.Solve(make([]complex128, 3)) },
		"momenta's phases":  func() { reference.Momenta([]int{2}, nil) },
		"vector of lattice": func() { reference.EvenPart(u, make([]complex128, 3)) },
	} {
		require.Panics(t, f, name)
	}
}

func TestFileErrors(t *testing.T) {
	record := func(kind string, data []byte) []byte {
		header := make([]byte, 144)
		binary.BigEndian.PutUint32(header, 0x456789ab)
		binary.BigEndian.PutUint64(header[8:], uint64(len(data)))
		copy(header[16:], kind)
		return append(append(header, data...), make([]byte, (8-len(data)%8)%8)...)
	}
	file := append(record("one", []byte("abc")), record("two", []byte("defgh"))...)
	got, err := reference.LIMERecord(file, "two")
	require.NoError(t, err)
	require.Equal(t, "defgh", string(got))
	lying := bytes.Clone(file)
	lying[8] = 0xff
	for name, b := range map[string][]byte{"absent": record("three", nil), "cut": file[:len(file)-6], "header": file[:100], "magic": file[1:], "length": lying, "empty": nil} {
		_, err := reference.LIMERecord(b, "two")
		require.Error(t, err, name)
	}
	_, err = reference.LinksFromILDG(make([]byte, 100), []int{2, 2}, 1)
	require.Error(t, err)
	u, err := reference.LinksFromILDG(make([]byte, 2*2*2*2*4), []int{2, 2}, 1)
	require.NoError(t, err)
	require.Len(t, u.U, 8)
	for _, text := range []string{"1 2 x", "1 2 3", strings.Repeat("1\n", 17)} {
		_, err = reference.LinksFromText(strings.NewReader(text), []int{2, 2}, 1)
		require.Error(t, err, text)
	}
	u, err = reference.LinksFromText(strings.NewReader(strings.Repeat("1\n-2\n", 8)), []int{2, 2}, 1)
	require.NoError(t, err)
	require.Equal(t, 1-2i, u.At(3, 1).At(0, 0))
}
