package dirac_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

const dataFolder = "../../../shared/data"

func data(t *testing.T, name string) []byte {
	t.Helper()
	if _, err := os.Stat(dataFolder); os.IsNotExist(err) {
		t.Skipf("no data by other codes at %s", dataFolder)
	}
	b, err := os.ReadFile(filepath.Join(dataFolder, name))
	require.NoError(t, err)
	return b
}

// npy reads a NumPy file of complex numbers in Fortran order.
func npy(t *testing.T, name string) []complex128 {
	t.Helper()
	b := data(t, name)
	head := 10 + int(binary.LittleEndian.Uint16(b[8:]))
	require.True(t, strings.Contains(string(b[:head]), "<c16") && strings.Contains(string(b[:head]), "'fortran_order': True"), string(b[:head]))
	v := make([]complex128, (len(b)-head)/16)
	for i := range v {
		re := math.Float64frombits(binary.LittleEndian.Uint64(b[head+16*i:]))
		im := math.Float64frombits(binary.LittleEndian.Uint64(b[head+16*i+8:]))
		v[i] = complex(re, im)
	}
	return v
}

// The staggered operator of Gaugefields.jl and LatticeDiracOperators.jl, as
// recorded by latticeqcd-rs: 2^4, SU(3), m = 0.17. Their vectors are in our order
// (colour, then x fastest); the stated tolerance is 2e-12.
func TestStaggeredOfOtherCode(t *testing.T) {
	const folder = "latticeqcd-rs/fermions_task_d/"
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
	const tol = 2e-12
	for name, boundary := range map[string][]int{"periodic": {1, 1, 1, 1}, "default_antiperiodic": {1, 1, 1, -1}} {
		d, err := dirac.NewStaggered(geo, group.SU3, 0.17, boundary)
		require.NoError(t, err)
		d.Bind(u)
		want := func(kind string) []complex128 { return npy(t, folder+kind+"_"+name+"_julia.npy") }
		src, dst := d.NewField(), d.NewField()
		verify.SetVector(src, npy(t, folder+"input_julia.npy"))
		d.Apply(dst, src)
		assert.Less(t, verify.Distance(verify.Vector(dst), want("d")), tol)
		d.ApplyDagger(dst, src)
		assert.Less(t, verify.Distance(verify.Vector(dst), want("ddag")), tol)
		d.ApplyNormal(dst, src, lattice.All)
		assert.Less(t, verify.Distance(verify.Vector(dst), want("normal_composition")), tol)
		assert.Less(t, verify.Distance(verify.Vector(dst), want("normal_closed")), tol)
		d.SetMass(0)
		d.Apply(dst, src)
		assert.Less(t, verify.Distance(verify.Vector(dst), want("k")), tol)
	}

	// (D†D + s) x_s = b: D†D at mass sqrt(m^2 + s). Stated: relative residual 1e-11.
	rhs := npy(t, folder+"rhs_julia.npy")
	for i, shift := range []float64{0.31, 0, 0.07} {
		d, err := dirac.NewStaggered(geo, group.SU3, math.Sqrt(0.17*0.17+shift), []int{1, 1, 1, -1})
		require.NoError(t, err)
		d.Bind(u)
		b, x := d.NewField(), d.NewField()
		verify.SetVector(b, rhs)
		cg := solver.CG{Tolerance: 1e-14, MaxIterations: 1000}
		_, err = cg.Solve(x, d, b, lattice.All)
		require.NoError(t, err)
		// residuals of 1e-11 of |b|, times the condition number (m^2 + s + 4) / (m^2 + s)
		m2 := 0.17*0.17 + shift
		tol := 1e-11 * math.Sqrt(b.Norm2(lattice.All)) / m2
		assert.Less(t, verify.Distance(verify.Vector(x), npy(t, fmt.Sprintf("%sshift%d_julia.npy", folder, i))), tol)
	}
}

// CL2QCD: (1/2) b^† M^{-1} b on a 4^4 field, b = 1/sqrt(V) everywhere, m = 0.1,
// periodic. M^{-1} b = M^† (M^†M)^{-1} b.
func TestInverseOfOtherCode(t *testing.T) {
	record, err := reference.LIMERecord(data(t, "cl2qcd/conf.00200"), "ildg-binary-data")
	require.NoError(t, err)
	links, err := reference.LinksFromILDG(record, []int{4, 4, 4, 4}, 3)
	require.NoError(t, err)
	geo := verify.Case{Extents: []int{4, 4, 4, 4}}.Geometry()
	d, err := dirac.NewStaggered(geo, group.SU3, 0.1, []int{1, 1, 1, 1})
	require.NoError(t, err)
	d.Bind(verify.Field(geo, group.SU3, links))
	b, x, y := d.NewField(), d.NewField(), d.NewField()
	v := make([]complex128, 768)
	for i := range v {
		v[i] = 1.0 / 16
	}
	verify.SetVector(b, v)
	cg := solver.CG{Tolerance: 1e-13, MaxIterations: 10000}
	_, err = cg.Solve(x, d, b, lattice.All)
	require.NoError(t, err)
	d.ApplyDagger(y, x)
	got := b.Dot(y, lattice.All) / 2
	// the residual r <= 1e-13 |b| leaves <b, M^† (M^†M)^-1 r>/2 <= 1e-13 |b|^2 / 2m, |b|^2 = 3
	assert.InDelta(t, 0.20344039707296779, real(got), 1.5e-12)
	assert.InDelta(t, -0.00655061784868673, imag(got), 1.5e-12)
}
