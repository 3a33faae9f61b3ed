package observe_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
)

func lowest(u *gauge.Field, mass float64, count int, tolerance float64) []float64 {
	e, err := observe.NewEigenvalues(newStaggered(u, mass), lattice.Even, count, tolerance)
	if err != nil {
		panic(err)
	}
	v, _, err := e.Measure(u, rng.New(4).Child("vectors"))
	if err != nil {
		panic(err)
	}
	return v
}

func largest(u *gauge.Field, mass float64, count int, tolerance float64) []float64 {
	e, err := observe.NewLargestEigenvalues(newStaggered(u, mass), lattice.Even, count, tolerance)
	if err != nil {
		panic(err)
	}
	v, _, err := e.Measure(u, rng.New(4).Child("vectors"))
	if err != nil {
		panic(err)
	}
	return v
}

// denseSpectrum returns the eigenvalues of D^†D, all sites, in ascending order:
// those of the real symmetric [[A, -B], [B, A]] of A + iB, each of which occurs twice.
func denseSpectrum(u *gauge.Field, mass float64) []float64 {
	d := reference.Staggered(links(u), mass, reference.AntiperiodicTime(u.Geometry().Dims())).Dense()
	a := d.Dagger().Mul(d)
	n := a.N
	s := mat.NewSymDense(2*n, nil)
	for i := range n {
		for j := range n {
			z := a.At(i, j)
			s.SetSym(i, j, real(z))
			s.SetSym(n+i, n+j, real(z))
			s.SetSym(n+i, j, imag(z))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(s, false) {
		panic("no eigenvalues")
	}
	var all []float64
	values := eigen.Values(nil)
	slices.Sort(values)
	for k := 0; k < 2*n; k += 2 {
		all = append(all, (values[k]+values[k+1])/2)
	}
	return all
}

// Against all eigenvalues of the dense operator: each on the even sites occurs
// again on the odd ones, and for SU(2) twice on each. The error of a Rayleigh
// quotient is of the order of the squared residual; tolerance is 1e-7.
func TestEigenvaluesTwin(t *testing.T) {
	forAll(t, 12, [][]int{{4, 4}, {2, 8}, {4, 2, 2}, {2, 2, 2, 2}}, func(r recipe) (b []bound) {
		u := r.field()
		const count = 5
		want := denseSpectrum(u, r.Mass)
		last := len(want) - 1
		off := func(v float64) float64 { return 1e-12*v + float64(len(want))*eps*want[last] }
		for k, v := range lowest(u, r.Mass, count, 1e-7) {
			b = append(b, near("eigenvalue", complex(v, 0), complex(want[2*k], 0), off(want[2*k])))
		}
		for k, v := range largest(u, r.Mass, count, 1e-7) {
			b = append(b, near("large eigenvalue", complex(v, 0), complex(want[last-2*k], 0), off(want[last-2*k])))
		}
		return b
	})
}

// Free quarks have many equal eigenvalues, m^2 + sum sin^2 p: all of them are found.
func TestEigenvaluesOfFreeQuarks(t *testing.T) {
	u := gauge.NewField(newGeometry([]int{4, 4, 4, 4}), group.SU3)
	var want []float64
	for _, z := range reference.FreeStaggeredSpectrum([]int{4, 4, 4, 4}, 3, .2, reference.AntiperiodicTime(4)) {
		want = append(want, real(z)*real(z)+imag(z)*imag(z))
	}
	slices.Sort(want)
	for k, v := range lowest(u, .2, 8, 1e-6) {
		assert.InDelta(t, want[2*k], v, 1e-11)
	}
	for k, v := range largest(u, .2, 8, 1e-6) {
		assert.InDelta(t, want[len(want)-1-2*k], v, 1e-11)
	}
}

func TestEigenvaluesMisuse(t *testing.T) {
	u := gauge.NewField(newGeometry([]int{2, 2}), group.SU2)
	op := newStaggered(u, .5)
	_, err := observe.NewEigenvalues(op, lattice.Even, 0, .1)
	assert.ErrorContains(t, err, "allowed: at least 1")
	_, err = observe.NewLargestEigenvalues(op, lattice.Even, 0, .1)
	assert.ErrorContains(t, err, "allowed: at least 1")
	for _, tolerance := range []float64{0, 1, 1e-14, math.NaN()} {
		_, err := observe.NewEigenvalues(op, lattice.Even, 1, tolerance)
		assert.ErrorContains(t, err, "allowed: between")
	}
	e, err := observe.NewEigenvalues(op, lattice.Even, 5, .1)
	require.NoError(t, err)
	assert.ErrorContains(t, e.Check(), "5 eigenvalues of an operator that has 4")
	_, _, err = e.Measure(u, rng.New(1))
	assert.ErrorContains(t, err, "5 eigenvalues of an operator that has 4")
	e, err = observe.NewEigenvalues(op, lattice.Even, 4, 1e-9)
	require.NoError(t, err)
	v, _, err := e.Measure(u, rng.New(1))
	require.NoError(t, err)
	assert.Len(t, v, 4)
	var _ observe.NormalOperator = (*dirac.Staggered)(nil)
}
