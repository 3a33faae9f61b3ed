package solver_test

import (
	"errors"
	"math"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// shiftedBy is A + sigma.
type shiftedBy struct {
	a     solver.Operator
	sigma float64
}

func (o shiftedBy) ApplyNormal(dst, src *fermion.Field, s lattice.Subset) {
	o.a.ApplyNormal(dst, src, s)
	dst.Axpy(o.sigma, src, s)
}

// truth is the relative residual of (A + sigma) x = b.
func truth(a solver.Operator, sigma float64, x, b *fermion.Field, s lattice.Subset) float64 {
	r := b.Like()
	shiftedBy{a, sigma}.ApplyNormal(r, x, s)
	r.Axpy(-1, b, s)
	return math.Sqrt(r.Norm2(s) / b.Norm2(s))
}

func values(sigma ...float64) (shifts []solver.Shift) {
	for i, v := range sigma {
		shifts = append(shifts, solver.Shift{Value: v, Tolerance: []float64{1e-11, 1e-9, 1e-6}[i%3]})
	}
	return shifts
}

// multiShifts are the solvers of shifted equations.
var multiShifts = map[string]func(most int, stop func() error) solver.MultiSolver{
	"double": func(most int, stop func() error) solver.MultiSolver {
		return &solver.MultiShift{MaxIterations: most, Stop: stop}
	},
	"mixed": func(most int, stop func() error) solver.MultiSolver {
		return &solver.MixedMultiShift{MaxIterations: most, Stop: stop}
	},
}

// Every shift against the dense twin, since D†D + sigma is D†D at the mass
// sqrt(m^2 + sigma); every true residual; other sites left alone. The shifts are
// tiny, huge and equal, and have tolerances of their own.
func TestShiftedSolutions(t *testing.T) {
	for name, build := range multiShifts {
		t.Run(name, func(t *testing.T) {
			verify.Run(t, verify.Domain{Even: true, Volume: 48}, func(c verify.Case) (results []verify.Result) {
				d, u := staggered(c, c.Geometry())
				bindSingle(d, u)
				ref := verify.Links(u)
				b := d.NewField()
				for _, s := range []lattice.Subset{lattice.All, lattice.Even, lattice.Odd} {
					shifts := values(0.3, 1e-10, 1e4, 0, 1, 1)
					x := fieldsLike(b, len(shifts))
					for _, f := range x {
						f.Gaussian(c.Stream("what was there"), lattice.All)
					}
					before := b.Like()
					before.Copy(x[0], lattice.All)
					b.Zero(lattice.All)
					b.Gaussian(c.Stream("source"), s)
					report, err := build(5000, nil).SolveShifts(x, d, shifts, b, s)
					if err != nil {
						panic(err)
					}
					size := math.Sqrt(b.Norm2(s))
					worst := 0.
					for i, shift := range shifts {
						r := truth(d, shift.Value, x[i], b, s)
						worst = max(worst, r)
						outside := 0.
						if s != lattice.All {
							y := b.Like()
							y.Copy(x[i], lattice.All)
							y.Axpy(-1, before, lattice.All)
							outside = y.Norm2(s.Other())
							x[i].Zero(s.Other())
						}
						mass := math.Sqrt(c.Mass*c.Mass + shift.Value)
						normal, err := reference.NewNormal(reference.Staggered(ref, mass, c.Phases()))
						if err != nil {
							panic(err)
						}
						want := normal.Solve(verify.Vector(b))
						// as for CG: |A^-1| <= 1/(m^2 + sigma), and round-off of both programs
						rounding := 64 * verify.Roundoff * math.Pow((float64(2*len(c.Extents))+mass)/mass, 2)
						results = append(results,
							verify.Result{Law: "true residual", Measured: r, Bound: shift.Tolerance, Because: "the tolerance asked for"},
							verify.Result{Law: "reported residual", Measured: math.Abs(report.Residuals[i] - r), Bound: 1e-14, Because: "round-off of a residual"},
							verify.Result{Law: "solution of the twin", Measured: verify.Distance(verify.Vector(x[i]), want), Bound: (shift.Tolerance + rounding) * size / (mass * mass), Because: "|A^-1| times the residual"},
							verify.Result{Law: "other sites left alone", Measured: outside, Because: "exact"},
						)
					}
					results = append(results, verify.Result{Law: "largest residual", Measured: math.Abs(report.Residual - worst), Bound: 1e-14, Because: "round-off of a residual"})
				}
				return results
			})
		})
	}
}

// mirrored is H diag H, H = 1 - 2 v v^T a reflection: symmetric, of known spectrum and
// inverse, and dense.
type mirrored struct {
	spectrum operator
	v        *fermion.Field // of norm 1
}

func newMirrored(spectrum operator, seed uint64, like *fermion.Field) *mirrored {
	v := like.Like()
	v.Gaussian(rng.New(seed), lattice.All)
	v.Scale(1/math.Sqrt(v.Norm2(lattice.All)), lattice.All)
	return &mirrored{spectrum, v}
}

func (m *mirrored) reflect(f *fermion.Field) {
	v := m.v
	if f.Precision() == lattice.Float32 {
		v = v.LikeIn(lattice.Float32)
		v.Copy(m.v, lattice.All)
	}
	f.Axpy(-2*v.ReDot(f, lattice.All)/v.Norm2(lattice.All), v, lattice.All)
}

func (m *mirrored) ApplyNormal(dst, src *fermion.Field, s lattice.Subset) {
	t := src.Like()
	t.Copy(src, s)
	m.reflect(t)
	m.spectrum.ApplyNormal(dst, t, s)
	m.reflect(dst)
}

// solution is (A + sigma)^-1 b.
func (m *mirrored) solution(b *fermion.Field, sigma float64) *fermion.Field {
	inverse := operator{}
	for _, v := range m.spectrum {
		inverse = append(inverse, 1/(v+sigma))
	}
	x := b.Like()
	(&mirrored{inverse, m.v}).ApplyNormal(x, b, lattice.All)
	return x
}

// Random spectra between 1e-3 and 1e3 and shifts between 1e-10 and 1e4: every residual,
// and the exact solution.
func TestRandomSpectra(t *testing.T) {
	parameters := gopter.DefaultTestParametersWithSeed(7)
	parameters.MinSuccessfulTests = 30
	logarithms := func(low, high float64, n int) gopter.Gen { return gen.SliceOfN(n, gen.Float64Range(low, high)) }
	for name, build := range multiShifts {
		t.Run(name, func(t *testing.T) {
			b := source(t)
			properties := gopter.NewProperties(parameters)
			properties.Property("solved", prop.ForAll(func(spectrum, sigma []float64, seed uint64) (string, error) {
				var eigenvalues operator
				low := math.Inf(1)
				for _, e := range spectrum {
					eigenvalues = append(eigenvalues, math.Pow(10, e))
					low = min(low, math.Pow(10, e))
				}
				var shifts []solver.Shift
				for _, e := range sigma {
					shifts = append(shifts, solver.Shift{Value: math.Pow(10, e), Tolerance: 1e-8})
				}
				a := newMirrored(eigenvalues, seed, b)
				x := fieldsLike(b, len(shifts))
				if _, err := build(5000, nil).SolveShifts(x, a, shifts, b, lattice.All); err != nil {
					return "", err
				}
				for i, shift := range shifts {
					if r := truth(a, shift.Value, x[i], b, lattice.All); !(r <= 1e-8+1e-14) {
						return "residual", nil
					}
					x[i].Axpy(-1, a.solution(b, shift.Value), lattice.All)
					// |A^-1| times the residual, and round-off of the two reflections
					bound := (1e-8 + 1e-13) / (low + shift.Value)
					if !(math.Sqrt(x[i].Norm2(lattice.All)/b.Norm2(lattice.All)) <= bound) {
						return "solution", nil
					}
				}
				return "", nil
			}, logarithms(-3, 3, 12), logarithms(-10, 4, 5), gen.UInt64()))
			properties.TestingRun(t)
		})
	}
}

// Where round-off leaves the recursion alone with its belief, the solution is not
// taken from it.
func TestPolished(t *testing.T) {
	b := source(t)
	var spectrum operator
	for i := range 48 {
		spectrum = append(spectrum, math.Pow(10, -6*float64(i)/47))
	}
	shifts := poles(4, 1e-8, 1e-2, 1e-11)
	x := fieldsLike(b, len(shifts))
	multi := solver.MultiShift{MaxIterations: 20000}
	report, err := multi.SolveShifts(x, newMirrored(spectrum, 1, b), shifts, b, lattice.All)
	require.NoError(t, err)
	t.Log(report.Iterations, report.Applications, report.Residuals)
	assert.Greater(t, report.Applications, report.Iterations+len(shifts), "more than one residual for a shift")
	for i, r := range report.Residuals {
		assert.LessOrEqual(t, r, 1e-11, "shift %d", i)
	}
}

// One shift of zero is CG, in as many iterations; equal shifts give equal bits;
// the more is shifted, the sooner it is left alone.
func TestShiftsAreCG(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4, 4, 4}, Boundary: []int{1, 1, 1, -1}, Mass: 0.1, Roughness: 1, Seed: 3}
	d, _ := staggered(c, c.Geometry())
	b := d.NewField()
	b.Gaussian(c.Stream("source"), lattice.Even)
	y := b.Like()
	multi := solver.MultiShift{MaxIterations: 1000}
	for _, sigma := range []float64{0, 0.01, 3} {
		cg := solver.CG{Tolerance: 1e-9, MaxIterations: 1000}
		want, err := cg.Solve(y, shiftedBy{d, sigma}, b, lattice.Even)
		require.NoError(t, err)
		x := fieldsLike(b, 3)
		shift := solver.Shift{Value: sigma, Tolerance: 1e-9}
		got, err := multi.SolveShifts(x[:1], d, []solver.Shift{shift}, b, lattice.Even)
		require.NoError(t, err)
		assert.InDelta(t, want.Iterations, got.Iterations, 2, "sigma %g", sigma)
		assert.Equal(t, got.Iterations+1, got.Applications)
		require.Len(t, got.History, got.Iterations)
		// the same numbers until round-off has grown, as it does in every Lanczos process
		for n, r := range want.History[:min(20, len(want.History), len(got.History))] {
			assert.InEpsilon(t, r, got.History[n], 1e-9, "sigma %g, iteration %d", sigma, n)
		}
		require.NoError(t, ignore(multi.SolveShifts(x[1:], d, []solver.Shift{shift, shift}, b, lattice.Even)))
		assert.Equal(t, verify.Vector(x[0]), verify.Vector(x[1]))
		assert.Equal(t, verify.Vector(x[0]), verify.Vector(x[2]))
		// an equation that ends sooner takes nothing from one that goes on
		sooner := solver.Shift{Value: sigma + 5, Tolerance: 1e-3}
		both, err := multi.SolveShifts(x[1:], d, []solver.Shift{sooner, shift}, b, lattice.Even)
		require.NoError(t, err)
		assert.Equal(t, got.Iterations, both.Iterations)
		assert.Equal(t, got.Iterations+2, both.Applications)
		assert.Equal(t, verify.Vector(x[0]), verify.Vector(x[2]))
		assert.Less(t, 1e-5, both.Residuals[0], "iterated no further than it should")
	}
}

func ignore(_ solver.Report, err error) error { return err }

func TestShiftsOfNothing(t *testing.T) {
	b := source(t)
	for name, build := range multiShifts {
		m := build(10, nil)
		report, err := m.SolveShifts(nil, operator{1}, nil, b, lattice.All)
		require.NoError(t, err, name)
		assert.Zero(t, report.Iterations, name)
		x := fieldsLike(b, 2)
		x[1].Gaussian(rng.New(2), lattice.All)
		report, err = m.SolveShifts(x, operator{1, 2}, values(0, 1), b.Like(), lattice.All)
		require.NoError(t, err, name)
		assert.Zero(t, report.Iterations, name)
		assert.Equal(t, []float64{0, 0}, report.Residuals, name)
		assert.Zero(t, x[1].Norm2(lattice.All), name)
		assert.PanicsWithValue(t, "solver: not as many fields as shifts", func() {
			_, _ = m.SolveShifts(x, operator{1}, values(1), b, lattice.All)
		}, name)
	}
}

// The error names the first shift that misses its tolerance, with its own residual;
// those that meet theirs are solved all the same.
func TestShiftNotConverged(t *testing.T) {
	nan := math.NaN()
	wide := operator{1e-4, 1e-2, 1, 1e2, 1e4, 3, 5, 7}
	for name, build := range multiShifts {
		for what, c := range map[string]struct {
			a      operator
			shifts []solver.Shift
			most   int
			index  int
		}{
			"too few iterations":    {wide, []solver.Shift{{1e9, 1e-4}, {1e-3, 1e-10}, {1e-4, 1e-10}}, 4, 1},
			"below round-off":       {wide, []solver.Shift{{1, 1e-6}, {2, 1e-6}, {1e-4, 1e-19}}, 100000, 2},
			"operator is no number": {operator{1, nan}, values(1, 2), 100, 0},
			"operator is zero":      {operator{0}, []solver.Shift{{0, 1e-6}}, 100, 0},
			"shift is infinite":     {operator{1, 2, 3}, []solver.Shift{{math.Inf(1), 1e-6}}, 100, 0},
		} {
			b := source(t)
			x := fieldsLike(b, len(c.shifts))
			report, err := build(c.most, nil).SolveShifts(x, c.a, c.shifts, b, lattice.All)
			var failed *solver.NotConverged
			require.True(t, errors.As(err, &failed), "%s, %s: %v", name, what, err)
			require.NotNil(t, failed.Shift)
			assert.Equal(t, c.index, failed.Shift.Index, "%s, %s", name, what)
			assert.Equal(t, c.shifts[c.index].Value, failed.Shift.Shift)
			assert.Equal(t, c.shifts[c.index].Tolerance, failed.Tolerance)
			assert.LessOrEqual(t, report.Iterations, c.most, "%s, %s", name, what)
			assert.ErrorContains(t, err, "of shift ", name)
			for i := range c.index {
				assert.LessOrEqual(t, truth(c.a, c.shifts[i].Value, x[i], b, lattice.All), c.shifts[i].Tolerance, "%s, %s", name, what)
			}
		}
	}
}

func TestShiftStop(t *testing.T) {
	b := source(t)
	told := errors.New("enough")
	for name, build := range multiShifts {
		for _, after := range []int{0, 3} {
			asked := 0
			stop := func() error {
				if asked++; asked > after {
					return told
				}
				return nil
			}
			report, err := build(100, stop).SolveShifts(fieldsLike(b, 2), operator{.5, 1, 2, 4, 8}, values(0, 1), b, lattice.All)
			assert.ErrorIs(t, err, told, name)
			assert.Equal(t, after, report.Iterations, name)
		}
	}
}

// Bits do not depend on workers, and a second solve allocates nothing.
func TestShiftWorkersAndAllocations(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 4, 4, 4}, Boundary: []int{1, 1, 1, -1}, Mass: 0.3, Roughness: 10, Seed: 1}
	for name, build := range multiShifts {
		var want []any
		for _, workers := range []int{1, 2, 4} {
			pool := lattice.NewPool(workers)
			d, u := staggered(c, c.Geometry(lattice.WithPool(pool)))
			bindSingle(d, u)
			b := d.NewField()
			b.Gaussian(c.Stream("source"), lattice.Even)
			shifts := values(0.001, 0.1, 1, 10)
			x := fieldsLike(b, len(shifts))
			m := build(1000, nil)
			report, err := m.SolveShifts(x, d, shifts, b, lattice.Even)
			require.NoError(t, err)
			got := []any{report}
			for _, f := range x {
				got = append(got, verify.Vector(f))
			}
			if want == nil {
				want = got
			}
			assert.Equal(t, want, got, "%s, %d workers", name, workers)
			if workers == 1 {
				assert.Zero(t, testing.AllocsPerRun(2, func() { _, _ = m.SolveShifts(x, d, shifts, b, lattice.Even) }), name)
			}
			pool.Close()
		}
	}
}
