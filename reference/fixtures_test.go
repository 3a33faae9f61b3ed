package reference_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/reference"
)

var hypercube = []int{2, 2, 2, 2}

func maxDeviation(t *testing.T, want, got []complex128) float64 {
	t.Helper()
	require.Len(t, got, len(want))
	worst := 0.0
	for i := range want {
		d := want[i] - got[i]
		worst = math.Max(worst, math.Max(math.Abs(real(d)), math.Abs(imag(d))))
	}
	return worst
}

// latticeqcd-rs exp_ta: exp(t i sum c_a lambda_a/2), a in the Gell-Mann order.
// Where the sum of the coefficients is small that program falls back on a Taylor
// series (metadata.json says so of all but the last such case), and the fixture
// is that series to fourth order.
func TestExpFixture(t *testing.T) {
	t.Parallel()
	want := npy(t, "latticeqcd-rs/exp_ta/expected.npy")
	gellMann := []int{0, 1, 6, 2, 3, 4, 5, 7} // our index of lambda_1 ... lambda_8
	for k, c := range []struct {
		c        [8]float64
		t        float64
		fallback bool
	}{
		{[8]float64{}, 0.75, false},
		{[8]float64{0.31, -0.27, 0.19, 0.41, -0.13, 0.23, -0.37, 0.29}, 0.7, false},
		{[8]float64{-0.17, 0.43, -0.11, 0.07, 0.33, -0.39, 0.21, -0.25}, -0.45, false},
		{[8]float64{1, -1}, 1, true},
		{[8]float64{0.4, -0.3, 0.2, -0.1, -0.2, 0.1, -0.4, 0.3}, 0.6, false},
		{[8]float64{2: 1}, 0.5, true},
		{[8]float64{2: 1, 3: 1e-13}, 0.5, true},
		{[8]float64{2: 1, 3: 1e-11}, 0.5, true},
	} {
		omega := make([]float64, 8)
		for a, v := range c.c {
			omega[gellMann[a]] = v * c.t
		}
		x := reference.AlgebraElement(3, omega)
		got := x.Exp()
		if c.fallback {
			one := reference.Identity(3)
			got = one
			for order := 4; order >= 1; order-- {
				got = one.Add(x.Mul(got).ScaleBy(complex(1/float64(order), 0)))
			}
		}
		for i := range 3 {
			for j := range 3 {
				// array [row, column, case], first index fastest
				require.InDelta(t, 0, cmplx.Abs(want[9*k+3*j+i]-got.At(i, j)), 1e-14, "case %d", k)
			}
		}
	}
}

func TestStoutFixture(t *testing.T) {
	t.Parallel()
	u := npyLinks(t, "latticeqcd-rs/stout_task_c/u", hypercube)
	within(t, -0.009508755537, reference.Plaquette(u).V, 1e-12)
	for file, rho := range map[string]float64{"plus": 0.12, "minus": -0.07} {
		want := npyLinks(t, "latticeqcd-rs/stout_task_c/stout_"+file, hypercube)
		layer := reference.Layer{reference.PlaquetteStaples(4, reference.Shared(reference.Constant(rho)))}
		got := layer.Forward(u)
		for i := range want.U {
			require.Less(t, maxDeviation(t, want.U[i].V, got.U[i].V), 1e-14, file) // stated: 5e-12
		}
	}
}

func TestDeterminantsOnStoutFixture(t *testing.T) {
	t.Parallel()
	u := npyLinks(t, "latticeqcd-rs/stout_task_c/u", hypercube)
	bc := reference.AntiperiodicTime(4)
	const kappa = 0.13
	mass := 1/(2*kappa) - 4
	for _, c := range []struct {
		name    string
		op      *reference.Operator
		perSite float64 // ln of the factor between our form and theirs, per row
		want    float64
	}{
		{"Wilson, kappa form", reference.WilsonDirac(u, mass, bc), math.Log(2 * kappa), 0.0417052667618},
		{"clover csw 1, kappa form", reference.CloverDirac(u, mass, 1, bc), math.Log(2 * kappa), -0.5828669997242},
		{"staggered m 0.17", reference.Staggered(u, 0.17, bc), 0, -3.650953144829},
	} {
		s, err := reference.NewNormal(c.op)
		require.NoError(t, err)
		logDet, phase := s.LogDet()
		require.InDelta(t, c.want, logDet+float64(c.op.Dim())*c.perSite, 1e-12, c.name) // 13 digits are given
		require.InDelta(t, 1, real(phase), 1e-12, "gamma5 (epsilon) hermiticity makes the determinant of %s real", c.name)
		if c.perSite == 0 {
			require.InDelta(t, 2.478365866711, real(s.TraceInverse())/16, 1e-12)
		}
	}
}

func TestStaggeredFixture(t *testing.T) {
	t.Parallel()
	const folder = "latticeqcd-rs/fermions_task_d/"
	u := npyLinks(t, folder+"u", hypercube)
	x := npy(t, folder+"input_julia.npy")
	rhs := npy(t, folder+"rhs_julia.npy")
	eta := npy(t, folder+"eta.npy")
	for site := range u.Volume() {
		for mu := range 4 {
			require.Equal(t, real(eta[4*site+mu]), reference.Eta(u.Coordinates(site), mu))
		}
	}
	for name, bc := range map[string][]complex128{"periodic": reference.Periodic(4), "default_antiperiodic": reference.AntiperiodicTime(4)} {
		file := func(kind string) []complex128 { return npy(t, folder+kind+"_"+name+"_julia.npy") }
		d, k := reference.Staggered(u, 0.17, bc), reference.Staggered(u, 0, bc)
		normal := func(x []complex128) []complex128 { return d.ApplyDagger(d.Apply(x)) }
		const tol = 1e-14 // stated: 2e-12
		require.Less(t, maxDeviation(t, file("d"), d.Apply(x)), tol)
		require.Less(t, maxDeviation(t, file("ddag"), d.ApplyDagger(x)), tol)
		require.Less(t, maxDeviation(t, file("k"), k.Apply(x)), tol)
		require.Less(t, maxDeviation(t, file("normal_composition"), normal(x)), tol)
		require.Less(t, maxDeviation(t, file("normal_closed"), normal(x)), tol)
	}
	// (D^†D + shift) x_shift = rhs, by its residual
	d := reference.Staggered(u, 0.17, reference.AntiperiodicTime(4))
	for i, shift := range []float64{0.31, 0, 0.07} {
		sol := npy(t, fmt.Sprintf("%sshift%d_julia.npy", folder, i))
		got := d.ApplyDagger(d.Apply(sol))
		for j := range got {
			got[j] += complex(shift, 0) * sol[j]
		}
		require.Less(t, maxDeviation(t, rhs, got), 1e-11)
	}
}

// Other codes' plaquettes and Polyakov loops through both readers.
func TestPlaquettesOfOtherCodes(t *testing.T) {
	t.Parallel()
	l448 := []int{4, 4, 4, 8}
	weak := ildg(t, "chroma/weak_field.lime", l448, 3)
	within(t, 0.9948041322667, reference.Plaquette(weak).V, 1e-12)
	bridge := bridgeText(t, "bridgepp/conf_04040408.txt.gz", l448)
	within(t, 0.625129946974942, reference.Plaquette(bridge).V, 1e-14)
	julia := ildg(t, "julia/su3_4444_staggered_m0.5.ildg", []int{4, 4, 4, 4}, 3)
	within(t, 0.575584039474714, reference.Plaquette(julia).V, 1e-14)
	milc := ildg(t, "milc/lat.sample.l4444.ildg", []int{4, 4, 4, 4}, 3)
	within(t, 1.79467515607618, 3*reference.SpacePlaquette(milc).V, 1e-14)
	within(t, 1.77442579760673, 3*reference.TimePlaquette(milc).V, 1e-14)
	cl2qcd := ildg(t, "cl2qcd/conf.00200", []int{4, 4, 4, 4}, 3)
	p := reference.PolyakovLoop(cl2qcd, 3).V / 3
	within(t, -0.11349672123636857, real(p), 1e-14)
	within(t, 0.22828243566855227, imag(p), 1e-14)
}

// CL2QCD: (1/2) b^† M^{-1} b of the constant source, m = 0.1, periodic; each
// component of b is 1/sqrt(V) there.
func TestStaggeredInverseOfOtherCode(t *testing.T) {
	t.Parallel()
	u := ildg(t, "cl2qcd/conf.00200", []int{4, 4, 4, 4}, 3)
	lu, err := reference.Factor(reference.Staggered(u, 0.1, reference.Periodic(4)).Dense())
	require.NoError(t, err)
	b := make([]complex128, 768)
	for i := range b {
		b[i] = 1.0 / 16
	}
	var s complex128
	for _, z := range lu.Solve(b) {
		s += z / 32
	}
	require.InDelta(t, 0.20344039707296779, real(s), 1e-12)
	require.InDelta(t, -0.00655061784868673, imag(s), 1e-12)
}

// All 3072 eigenvalues of 1 - kappa H by another program against traces of
// powers of H (odd powers vanish: H changes the parity of a site), and, when
// SLHMC_LONG is set, the determinant.
func TestWilsonEigenvaluesOfOtherCode(t *testing.T) {
	t.Parallel()
	const kappa = 0.141139
	var power [7]complex128
	var logDet float64
	count := 0
	lines := bufio.NewScanner(bytes.NewReader(readData(t, "julia/testconf_wilson_kappa0.141139_eigenvalues.txt.gz")))
	for lines.Scan() {
		var re, im float64
		_, err := fmt.Sscan(lines.Text(), &re, &im)
		require.NoError(t, err)
		count++
		logDet += math.Log(math.Hypot(re, im))
		h := (1 - complex(re, im)) / kappa
		for k, hk := 1, h; k < len(power); k, hk = k+1, hk*h {
			power[k] += hk
		}
	}
	require.Equal(t, 3072, count)

	u := field(t, "su3_4444_testconf")
	// H = 2 (dim + m) - 2 D at any m; with m = -dim it is -2 D
	d := reference.WilsonDirac(u, -4, reference.AntiperiodicTime(4))
	h := make([]map[int]complex128, d.Dim())
	for i, row := range d.Rows {
		h[i] = map[int]complex128{}
		for _, e := range row {
			if e.V != 0 {
				h[i][e.Column] -= 2 * e.V
			}
		}
	}
	h2 := multiply(h, h)
	h3 := multiply(h2, h)
	got := [7]complex128{2: traceOf(h, h), 4: traceOf(h2, h2), 6: traceOf(h3, h3)}
	for k := 1; k < len(power); k++ {
		t.Logf("tr H^%d = %.10f, from the eigenvalues %.10f", k, got[k], power[k])
		// the eigenvalues carry 5e-14 (their own check), times k |h|^(k-1) over 3072 of them, |h| <= 8
		tol := 3072 * 5e-14 / kappa * float64(k) * math.Pow(8, float64(k-1))
		require.InDelta(t, real(got[k]), real(power[k]), tol)
		require.InDelta(t, imag(got[k]), imag(power[k]), tol)
	}

	if os.Getenv("SLHMC_LONG") == "" {
		return
	}
	s, err := reference.NewNormal(reference.WilsonDirac(u, 1/(2*kappa)-4, reference.AntiperiodicTime(4)))
	require.NoError(t, err)
	ours, _ := s.LogDet()
	require.InDelta(t, logDet, ours+3072*math.Log(2*kappa), 1e-9)
}

func multiply(a, b []map[int]complex128) []map[int]complex128 {
	c := make([]map[int]complex128, len(a))
	dense := make([]complex128, len(a))
	for i, row := range a {
		for k, x := range row {
			for j, y := range b[k] {
				dense[j] += x * y
			}
		}
		c[i] = map[int]complex128{}
		for j, z := range dense {
			if z != 0 {
				c[i][j] = z
			}
			dense[j] = 0
		}
	}
	return c
}

func traceOf(a, b []map[int]complex128) complex128 {
	var s complex128
	for i, row := range a {
		for k, x := range row {
			s += x * b[k][i]
		}
	}
	return s
}
