package dirac_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// unzip is data of a gzipped file.
func unzip(t *testing.T, name string) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data(t, name)))
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return b
}

// reals reads the numbers of a NumPy file of them.
func reals(b []byte) []float64 {
	b = b[10+int(binary.LittleEndian.Uint16(b[8:])):]
	v := make([]float64, len(b)/8)
	for i := range v {
		v[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return v
}

func textLinks(t *testing.T, file []byte, extents []int) *gauge.Field {
	t.Helper()
	links, err := reference.LinksFromText(bytes.NewReader(file), extents, 3)
	require.NoError(t, err)
	return verify.Field(verify.Case{Extents: extents}.Geometry(), group.SU3, links)
}

func wilson(t *testing.T, u *gauge.Field, kappa float64, boundary []int) *dirac.Wilson {
	t.Helper()
	d, err := dirac.NewWilson(u.Geometry(), u.Group(), dirac.KappaMass(kappa, 4), dirac.Phases(boundary))
	require.NoError(t, err)
	d.Bind(u)
	return d
}

// QCDMeasurements.jl lists all eigenvalues of 1 - kappa H on its configuration. The
// traces of (kappa H)^k, k = 1 … 8, are sums of all closed loops of length k; those
// of odd k and of k = 2 vanish, the others must be the sums of (1 - lambda)^k.
//
// An eigenvalue, |1 - lambda| <= 1.13, is reproduced by a dense solver to 5.5e-14,
// so that 3072 of them leave at most k 1.13^(k-1) 3072 x 5.5e-14 in the sum; our own
// round-off, of 8 k products of a matrix and a vector in each of 3072 components, is
// 3072 x 8 k x 5 u at worst.
func TestWilsonEigenvaluesOfOtherCode(t *testing.T) {
	if testing.Short() {
		t.Skip("12288 applications on 4^4")
	}
	const kappa, most = 0.141139, 8
	u := textLinks(t, data(t, "julia/su3_4444_testconf.txt"), []int{4, 4, 4, 4})
	d := wilson(t, u, kappa, []int{1, 1, 1, -1})
	var want, got [most + 1]complex128
	largest, n := 0.0, 0
	for _, line := range strings.Split(strings.TrimSpace(string(unzip(t, "julia/testconf_wilson_kappa0.141139_eigenvalues.txt.gz"))), "\n") {
		var re, im float64
		_, err := fmt.Sscan(line, &re, &im)
		require.NoError(t, err)
		z, p := 1-complex(re, im), complex(1, 0)
		largest = max(largest, cmplx.Abs(z))
		for k := range want {
			want[k] += p
			p *= z
		}
		n++
	}
	require.Equal(t, 3072, n)
	// <e, (kappa H)^(j+k) e> = <(kappa H)^†j e, (kappa H)^k e>, kappa H = 1 - 2 kappa D
	x, y, z := d.NewField(), d.NewField(), d.NewField()
	e := make([]complex128, n)
	for i := range e {
		e[i] = 1
		verify.SetVector(x, e)
		e[i] = 0
		v := make([][]complex128, most/2+1)
		w := make([][]complex128, most/2+1)
		y.Copy(x, lattice.All)
		v[0], w[0] = verify.Vector(x), verify.Vector(x)
		for k := 1; k <= most/2; k++ {
			d.Apply(z, x)
			z.Scale(-2*kappa, lattice.All)
			x.Axpy(1, z, lattice.All)
			v[k] = verify.Vector(x)
			d.ApplyDagger(z, y)
			z.Scale(-2*kappa, lattice.All)
			y.Axpy(1, z, lattice.All)
			w[k] = verify.Vector(y)
		}
		for k := range got {
			a, b := w[k/2], v[k-k/2]
			for i := range a {
				got[k] += cmplx.Conj(a[i]) * b[i]
			}
		}
	}
	require.Less(t, largest, 1.13)
	for k := range got {
		bound := 3072 * (float64(k)*math.Pow(largest, float64(k-1))*5.5e-14 + float64(8*(k+1))*5*verify.Roundoff)
		assert.InDelta(t, real(want[k]), real(got[k]), bound, k)
		assert.InDelta(t, imag(want[k]), imag(got[k]), bound, k)
		if k >= 4 && k%2 == 0 {
			assert.Greater(t, cmplx.Abs(want[k]), 1e9*bound, k)
		}
		t.Logf("tr (kappa H)^%d = %.12g, theirs %.12g", k, got[k], want[k])
	}
}

// bridgeSource has every component 1 + i in the basis of Bridge++, g_4 = diag(1, 1, -1,
// -1) and g_k = ((0, -i s_k), (i s_k, 0)): with ours that is (0, sqrt 2 (1 + i)), upper
// and lower.
func bridgeSource(n int) []complex128 {
	v := make([]complex128, n)
	for i := range v {
		if i%12 >= 6 {
			v[i] = complex(math.Sqrt2, math.Sqrt2)
		}
	}
	return v
}

// Bridge++: the norm of D, in its kappa form, on a constant vector, and of the
// operator on even sites. Their tolerance is 1e-14.
func TestWilsonOfBridge(t *testing.T) {
	const kappa = 0.12
	u := textLinks(t, unzip(t, "bridgepp/conf_04040408.txt.gz"), []int{4, 4, 4, 8})
	d := wilson(t, u, kappa, []int{-1, -1, -1, -1})
	x, y := d.NewField(), d.NewField()
	verify.SetVector(x, bridgeSource(6144))
	d.Apply(y, x)
	assert.InEpsilon(t, 1.23160709257508e+02, 2*kappa*math.Sqrt(y.Norm2(lattice.All)), 2e-14)
}

// juliaSpins turns a vector of LatticeDiracOperators.jl, spin slowest and with g_4 and
// g_5 of the other sign, into ours: g_1 g_2 g_3 = ((0, 1), (-1, 0)) commutes with g_k
// and anticommutes with g_4.
func juliaSpins(v []complex128) []complex128 {
	w := make([]complex128, len(v))
	sites := len(v) / 12
	for site := range sites {
		for s := range 4 {
			for c := range 3 {
				z := v[c+3*(site+sites*((s+2)%4))]
				if s >= 2 {
					z = -z
				}
				w[12*site+3*s+c] = z
			}
		}
	}
	return w
}

func juliaLinks(t *testing.T, folder string) *gauge.Field {
	t.Helper()
	geo := verify.Case{Extents: []int{2, 2, 2, 2}}.Geometry()
	u := gauge.NewField(geo, group.SU3)
	x, m := make([]int, 4), group.SU3.NewMatrix()
	for mu := range 4 {
		a := npy(t, fmt.Sprintf("%su%d.npy", folder, mu)) // row, column, x, y, z, t
		for site := range 16 {
			geo.Coordinates(x, site)
			for i := range m {
				m[i] = a[9*site+i/3+3*(i%3)]
			}
			u.Set(x, mu, m)
		}
	}
	return u
}

// LatticeDiracOperators.jl, as recorded by latticeqcd-rs: D, D^† and D^†D in the
// kappa form; the stated tolerance is 2e-12.
func TestWilsonOfJulia(t *testing.T) {
	const folder, kappa, tol = "latticeqcd-rs/fermions_task_a/", 0.13, 2e-12
	u := juliaLinks(t, folder)
	for name, boundary := range map[string][]int{"periodic": {1, 1, 1, 1}, "antiperiodic": {1, 1, 1, -1}} {
		d := wilson(t, u, kappa, boundary)
		x, y, z := d.NewField(), d.NewField(), d.NewField()
		verify.SetVector(x, juliaSpins(npy(t, folder+"input_julia.npy")))
		want := func(kind string) []complex128 { return juliaSpins(npy(t, folder+kind+"_"+name+"_julia.npy")) }
		d.ApplyDagger(y, x)
		y.Scale(2*kappa, lattice.All)
		assert.Less(t, verify.Distance(verify.Vector(y), want("ddag")), tol, name)
		d.Apply(y, x)
		y.Scale(2*kappa, lattice.All)
		assert.Less(t, verify.Distance(verify.Vector(y), want("d")), tol, name)
		d.ApplyDagger(z, y)
		z.Scale(2*kappa, lattice.All)
		assert.Less(t, verify.Distance(verify.Vector(z), want("ddagd")), tol, name)
	}
}

// The same for two flavours: the action of their phi, and the force, compared link by
// link as a norm, which no choice of generators changes. In the kappa form S and F are
// those of D over (2 kappa)^2. Stated: 2e-10.
func TestWilsonActionOfJulia(t *testing.T) {
	const folder, kappa, tol = "latticeqcd-rs/fermions_task_c/", 0.13, 2e-10
	u := juliaLinks(t, folder)
	d := wilson(t, u, kappa, []int{1, 1, 1, -1})
	a, err := action.NewTwoFlavour(d, lattice.All, action.Tolerances{Action: 1e-14, Force: 1e-14, MaxIterations: 2000})
	require.NoError(t, err)
	verify.SetVector(a.Phi(), juliaSpins(npy(t, folder+"phi_julia.npy")))
	s, err := a.Value(u)
	require.NoError(t, err)
	assert.InDelta(t, 1585.4962560000004, s/(4*kappa*kappa), tol)
	f := gauge.NewAlgebra(u.Geometry(), group.SU3)
	require.NoError(t, a.AddForce(f, 1/(4*kappa*kappa), u))
	x, p := make([]int, 4), make([]float64, 8)
	for mu := range 4 {
		b := data(t, fmt.Sprintf("%sforce%d.npy", folder, mu))
		theirs := reals(b)
		for site := range 16 {
			u.Geometry().Coordinates(x, site)
			f.At(p, x, mu)
			ours, want := 0.0, 0.0
			for i := range p {
				ours += p[i] * p[i]
				want += theirs[8*site+i] * theirs[8*site+i]
			}
			assert.InDelta(t, math.Sqrt(want), math.Sqrt(ours), tol, "direction %d site %d", mu, site)
		}
	}
}
