package dirac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

func clover(t *testing.T, u *gauge.Field, kappa, csw float64, boundary []int) *dirac.Clover {
	t.Helper()
	d, err := dirac.NewClover(u.Geometry(), u.Group(), dirac.KappaMass(kappa, 4), csw, dirac.Phases(boundary))
	require.NoError(t, err)
	d.Bind(u)
	return d
}

// Bridge++: the norm of the clover operator, in its kappa form, on a constant vector.
// Their tolerance is 1e-14; 15 digits are given.
func TestCloverOfBridge(t *testing.T) {
	const kappa = 0.12
	u := textLinks(t, unzip(t, "bridgepp/conf_04040408.txt.gz"), []int{4, 4, 4, 8})
	d := clover(t, u, kappa, 1, []int{1, 1, 1, -1})
	x, y := d.NewField(), d.NewField()
	verify.SetVector(x, bridgeSource(6144))
	d.Apply(y, x)
	assert.InEpsilon(t, 123.817935905285, 2*kappa*math.Sqrt(y.Norm2(lattice.All)), 1e-14)
}

// latticeqcd-rs, with LatticeDiracOperators.jl: ln det D in the kappa form, 13 digits. Ours
// is that of the blocks of one parity and of the Schur complement on the other, which is
// factorised as a matrix of its 96 components.
func TestCloverDeterminantOfJulia(t *testing.T) {
	const kappa, components = 0.13, 192
	u := juliaLinks(t, "latticeqcd-rs/stout_task_c/")
	d := clover(t, u, kappa, 1, []int{1, 1, 1, -1})
	s, err := dirac.NewSchur(d, lattice.Even)
	require.NoError(t, err)
	logDet := d.LogDetBlock(lattice.Odd) + logDet(t, s, components) + components*math.Log(2*kappa)
	assert.InDelta(t, -.5828669997242, logDet, 1e-12)
}

// logDet is ln |det| of the matrix of an operator, by elimination.
func logDet(t *testing.T, d dirac.Operator, n int) float64 {
	t.Helper()
	m := reference.NewMatrix(n, denseMatrix(d.Apply, d.NewField(), d.NewField(), n))
	f, err := reference.Factor(m)
	require.NoError(t, err)
	logs, _ := f.LogDet()
	return logs
}

// denseMatrix is row-major.
func denseMatrix(apply func(dst, src *fermion.Field), x, y *fermion.Field, n int) []complex128 {
	v, m := make([]complex128, n), make([]complex128, n*n)
	for j := range n {
		clear(v)
		v[j] = 1
		verify.SetVector(x, v)
		apply(y, x)
		for i, z := range verify.Vector(y) {
			m[i*n+j] = z
		}
	}
	return m
}
