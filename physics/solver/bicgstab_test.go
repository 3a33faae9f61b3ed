package solver_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// generalSolvers are the solvers of equations that are not Hermitian.
var generalSolvers = map[string]func(tolerance float64, most int, stop func() error) solver.GeneralSolver{
	"double": func(tolerance float64, most int, stop func() error) solver.GeneralSolver {
		return &solver.BiCGStab{Tolerance: tolerance, MaxIterations: most, Stop: stop}
	},
	"mixed": func(tolerance float64, most int, stop func() error) solver.GeneralSolver {
		return &solver.MixedBiCGStab{Tolerance: tolerance, MaxIterations: most, Stop: stop}
	},
}

// missed is the relative residual of D x = b.
func missed(d solver.General, x, b *fermion.Field) float64 {
	r := b.Like()
	d.Apply(r, x)
	r.Axpy(-1, b, lattice.All)
	return math.Sqrt(r.Norm2(lattice.All) / b.Norm2(lattice.All))
}

// D x = b of the staggered operator, by the dense twin as D†D x = D† b; heavy quarks,
// since a spectrum m + i lambda of light ones surrounds too little.
func TestGeneralSolutions(t *testing.T) {
	for name, build := range generalSolvers {
		t.Run(name, func(t *testing.T) {
			verify.Run(t, verify.Domain{Even: true, Volume: 48}, func(c verify.Case) (results []verify.Result) {
				c.Mass++
				d, u := staggered(c, c.Geometry())
				bindSingle(d, u)
				b, x, y := d.NewField(), d.NewField(), d.NewField()
				b.Gaussian(c.Stream("source"), lattice.All)
				d.ApplyDagger(y, b)
				normal, err := reference.NewNormal(reference.Staggered(verify.Links(u), c.Mass, c.Phases()))
				if err != nil {
					panic(err)
				}
				want := normal.Solve(verify.Vector(y))
				size := math.Sqrt(b.Norm2(lattice.All))
				for _, tolerance := range []float64{1e-4, 1e-11} {
					x.Gaussian(c.Stream("what was there"), lattice.All)
					report, err := build(tolerance, 2000, nil).Solve(x, d, b, lattice.All)
					if err != nil {
						panic(err)
					}
					r := missed(d, x, b)
					results = append(results,
						verify.Result{Law: "true residual", Measured: r, Bound: tolerance, Because: "the tolerance asked for"},
						verify.Result{Law: "reported residual", Measured: math.Abs(report.Residual - r), Bound: 1e-14, Because: "round-off of a residual"},
						verify.Result{Law: "history", Measured: math.Abs(float64(len(report.History) - report.Iterations)), Because: "one of each iteration"},
						// |D^-1| <= 1/m; the twin rounds with the condition number of D†D
						verify.Result{Law: "solution of the twin", Measured: verify.Distance(verify.Vector(x), want), Bound: (tolerance + 1e-12) * size / c.Mass, Because: "|D^-1| times the residual"},
					)
				}
				return results
			})
		})
	}
}

// matrix is an operator on the numbers of a small field: any matrix, in double
// precision, whose results fields round.
type matrix struct {
	sites [][]int
	n     int // components of a site
	m     []complex128
}

func small() *fermion.Field {
	return fermion.NewField(verify.Case{Extents: []int{2, 4}}.Geometry(), group.SU2, 1)
}

func newMatrix(element func(i, j int) complex128) *matrix {
	d := &matrix{n: 2}
	for x := range 2 {
		for y := range 4 {
			d.sites = append(d.sites, []int{x, y})
		}
	}
	k := len(d.sites) * d.n
	for i := range k {
		for j := range k {
			d.m = append(d.m, element(i, j))
		}
	}
	return d
}

func (d *matrix) vector(f *fermion.Field) []complex128 {
	v := make([]complex128, d.n*len(d.sites))
	for i, x := range d.sites {
		f.At(v[d.n*i:][:d.n], x)
	}
	return v
}

func (d *matrix) Apply(dst, src *fermion.Field) {
	v := d.vector(src)
	w := make([]complex128, len(v))
	for i := range v {
		for j, z := range v {
			w[i] += d.m[i*len(v)+j] * z
		}
	}
	for i, x := range d.sites {
		dst.Set(x, w[d.n*i:][:d.n])
	}
}

// solution is that of gonum's LU, real and imaginary parts as numbers of their own, and
// the condition number.
func (d *matrix) solution(t *testing.T, b []complex128) (x []complex128, condition float64) {
	n := len(b)
	a, rhs := mat.NewDense(2*n, 2*n, nil), mat.NewVecDense(2*n, nil)
	for i := range n {
		rhs.SetVec(i, real(b[i]))
		rhs.SetVec(n+i, imag(b[i]))
		for j := range n {
			z := d.m[i*n+j]
			a.Set(i, j, real(z))
			a.Set(n+i, n+j, real(z))
			a.Set(i, n+j, -imag(z))
			a.Set(n+i, j, imag(z))
		}
	}
	var solved mat.VecDense
	require.NoError(t, solved.SolveVec(a, rhs))
	for i := range n {
		x = append(x, complex(solved.AtVec(i), solved.AtVec(n+i)))
	}
	return x, mat.Cond(a, 2)
}

// Random matrices that are neither Hermitian nor normal, at any phase.
func TestGeneralMatrices(t *testing.T) {
	for name, build := range generalSolvers {
		for seed := range uint64(40) {
			r := rng.New(seed).Site(0)
			phase := complex(math.Cos(float64(seed)), math.Sin(float64(seed)))
			d := newMatrix(func(i, j int) complex128 {
				z := complex(r.Normal(), r.Normal()) / 4 // the circular law: a disc of radius sqrt(2)
				if i == j {
					z += 2.5
				}
				return z * phase
			})
			b := small()
			x := b.Like()
			b.Gaussian(rng.New(seed), lattice.All)
			report, err := build(1e-10, 500, nil).Solve(x, d, b, lattice.All)
			require.NoError(t, err, "%s, seed %d", name, seed)
			require.LessOrEqual(t, missed(d, x, b), 1e-10+1e-14, "%s, seed %d", name, seed)
			require.LessOrEqual(t, report.Iterations, 100, "%s, seed %d", name, seed)
			want, condition := d.solution(t, d.vector(b))
			// |dx| / |x| <= condition times residual
			size := math.Sqrt(x.Norm2(lattice.All))
			require.LessOrEqual(t, verify.Distance(d.vector(x), want), 2*condition*1e-10*size, "%s, seed %d", name, seed)
		}
	}
}

// blocks has the same 2 x 2 matrix on every two components.
func blocks(m [2][2]complex128) *matrix {
	return newMatrix(func(i, j int) complex128 {
		if i/2 != j/2 {
			return 0
		}
		return m[i%2][j%2]
	})
}

// A first step that breaks down, <b, D b> = 0, is begun anew with another shadow
// residual; what the method cannot solve at all is an error.
func TestBreakdown(t *testing.T) {
	for name, build := range generalSolvers {
		b := small()
		x := b.Like()
		b.Set([]int{0, 1}, []complex128{3, 0})
		_, err := build(1e-10, 100, nil).Solve(x, blocks([2][2]complex128{{0, 1}, {1, 0}}), b, lattice.All)
		require.NoError(t, err, name)
		got := make([]complex128, 2)
		x.At(got, []int{0, 1})
		assert.InDelta(t, 0, real(got[0]), 1e-9, name)
		assert.InDelta(t, 3, real(got[1]), 1e-9, name)

		report, err := build(1e-10, 100, nil).Solve(x, blocks([2][2]complex128{{0, 1}, {-1, 0}}), b, lattice.All)
		var failed *solver.NotConverged
		require.True(t, errors.As(err, &failed), "%s: %v", name, err)
		assert.InDelta(t, missed(blocks([2][2]complex128{{0, 1}, {-1, 0}}), x, b), report.Residual, 1e-14, name)
		assert.Nil(t, failed.Shift)
	}
}

// A multiple of one, at any phase, takes one iteration; the source may have any size.
func TestGeneralMultiples(t *testing.T) {
	for name, build := range generalSolvers {
		for _, z := range []complex128{1, -2, 1i, 3 - 4i} {
			for _, scale := range []float64{1, 0x1p-300, 0x1p+300} {
				b := small()
				x := b.Like()
				b.Gaussian(rng.New(1), lattice.All)
				b.Scale(scale, lattice.All)
				report, err := build(1e-5, 10, nil).Solve(x, blocks([2][2]complex128{{z, 0}, {0, z}}), b, lattice.All)
				require.NoError(t, err, name)
				assert.Equal(t, 1, report.Iterations, "%s, %v", name, z)
			}
		}
		b := small()
		x := b.Like()
		x.Gaussian(rng.New(1), lattice.All)
		report, err := build(1e-10, 10, nil).Solve(x, blocks([2][2]complex128{{1, 0}, {0, 1}}), b, lattice.All)
		require.NoError(t, err, name)
		assert.Zero(t, report.Iterations, name)
		assert.Zero(t, x.Norm2(lattice.All), name)
	}
}

func TestGeneralNotConverged(t *testing.T) {
	nan := complex(math.NaN(), 0)
	hard := newMatrix(func(i, j int) complex128 {
		switch i {
		case j:
			return complex(float64(1+i), 0)
		case j + 1:
			return 1
		}
		return 0
	})
	for name, build := range generalSolvers {
		for what, c := range map[string]struct {
			d         solver.General
			tolerance float64
			most      int
		}{
			"too few iterations":    {hard, 1e-12, 3},
			"below round-off":       {hard, 1e-18, 100000},
			"operator is no number": {blocks([2][2]complex128{{nan, 0}, {0, 1}}), 1e-12, 100},
			"operator is zero":      {blocks([2][2]complex128{}), 1e-12, 100},
			"singular":              {blocks([2][2]complex128{{1, 1}, {1, 1}}), 1e-12, 100},
		} {
			b := small()
			b.Gaussian(rng.New(2), lattice.All)
			report, err := build(c.tolerance, c.most, nil).Solve(b.Like(), c.d, b, lattice.All)
			var failed *solver.NotConverged
			require.True(t, errors.As(err, &failed), "%s, %s: %v", name, what, err)
			assert.LessOrEqual(t, report.Iterations, c.most, "%s, %s", name, what)
			assert.Equal(t, report.Iterations, failed.Iterations, "%s, %s", name, what)
			assert.Equal(t, c.tolerance, failed.Tolerance, "%s, %s", name, what)
		}
		told := errors.New("enough")
		asked := 0
		b := small()
		b.Gaussian(rng.New(2), lattice.All)
		report, err := build(1e-12, 100, func() error {
			if asked++; asked > 2 {
				return told
			}
			return nil
		}).Solve(b.Like(), hard, b, lattice.All)
		assert.ErrorIs(t, err, told, name)
		assert.Equal(t, 2, report.Iterations, name)
	}
}

// Bits do not depend on workers, and a second solve allocates nothing.
func TestGeneralWorkersAndAllocations(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4, 4, 4}, Boundary: []int{1, 1, 1, -1}, Mass: 2, Roughness: 10, Seed: 1}
	for name, build := range generalSolvers {
		var want []any
		for _, workers := range []int{1, 2, 4} {
			pool := lattice.NewPool(workers)
			d, u := staggered(c, c.Geometry(lattice.WithPool(pool)))
			bindSingle(d, u)
			b, x := d.NewField(), d.NewField()
			b.Gaussian(c.Stream("source"), lattice.All)
			w := build(1e-10, 1000, nil)
			report, err := w.Solve(x, d, b, lattice.All)
			require.NoError(t, err)
			got := []any{report, verify.Vector(x)}
			if want == nil {
				want = got
			}
			assert.Equal(t, want, got, "%s, %d workers", name, workers)
			if workers == 1 {
				assert.Zero(t, testing.AllocsPerRun(2, func() { _, _ = w.Solve(x, d, b, lattice.All) }), name)
			}
			pool.Close()
		}
	}
}
