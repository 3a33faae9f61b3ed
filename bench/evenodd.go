package bench

import (
	"errors"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
)

// wilsonMass is that of the trajectories that other codes were timed on.
const wilsonMass = -0.77

// spins of Wilson fields in four dimensions.
const spins = 4

// evenOdd returns the cases of the Wilson operator of mass -0.77, antiperiodic in
// time, and of its Schur complement on even sites.
func evenOdd() (t []Case) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 12, 16} {
			for _, workers := range []int{1, 2} {
				for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
					t = append(t, schurCases(g, l, workers, p)...)
				}
				t = append(t, schurSolves(g, l, workers)...)
			}
		}
	}
	return t
}

// halfHopCount is the cost of a hop to one parity: half the flops of a hop, all links,
// and four spins read and written.
func halfHopCount(c *Case) Count {
	links, half := traffic(c)
	return Count{wilsonCount(c).Flops / 2, links + 2*spins*half}
}

// schurCount is the cost of S: two such hops, the second one with a field to add.
func schurCount(c *Case) Count {
	_, half := traffic(c)
	return halfHopCount(c).plus(1, halfHopCount(c)).plus(1, Count{Bytes: spins * half})
}

// schurNormalCount is the cost of S^†S.
func schurNormalCount(c *Case) Count { return Count{}.plus(2, schurCount(c)) }

// schurIterationCount is that of an iteration of conjugate gradients (see
// iterationCount), schurResidualCount that of a residual.
func schurIterationCount(c *Case) Count {
	return schurNormalCount(c).plus(1, vectorsCount(c, spins))
}

func schurResidualCount(c *Case) Count {
	_, half := traffic(c)
	return schurNormalCount(c).plus(spins, Count{4 * c.Sites() / 2 * vectorReals(c.Group), 3 * half})
}

// shiftsCount is what each of n shifts adds to an iteration: two updates that share an
// operand, of which memory sees a quarter.
func shiftsCount(c *Case, n float64) Count {
	_, half := traffic(c)
	return Count{}.plus(n*spins, Count{4 * c.Sites() / 2 * vectorReals(c.Group), 5 * half / 4})
}

// schurForceCount is the cost of the derivative of S: two half hops for X and Y; on
// each link four spins, each with the half spinors of both factors, U x y^† and a sum,
// and a component of the force times a coefficient, added. Links, X and Y are read,
// forces read and written.
func schurForceCount(c *Case) Count {
	_, p, links := fields(c)
	u, half := traffic(c)
	n := float64(c.Group.N())
	term := 4*n + c.Group.VectorFlops() + 6*n*n
	return halfHopCount(c).plus(1, halfHopCount(c)).
		plus(1, Count{links * (spins*term + (spins-1)*2*n*n + 2*float64(c.Group.Dim())), u + 4*spins*half + 2*p})
}

// schurQuarkValueCount is the cost of the action of two flavours, iterations aside
// (see quarkValueCount), schurQuarkForceCount that of its force: the residual; S;
// the derivative.
func schurQuarkValueCount(c *Case) Count { return schurResidualCount(c).plus(1, schurDotCount(c)) }

// schurDotCount is the cost of a product of vectors on one parity.
func schurDotCount(c *Case) Count {
	_, half := traffic(c)
	return Count{}.plus(spins, Count{2 * c.Sites() / 2 * vectorReals(c.Group), 2 * half})
}

func schurQuarkForceCount(c *Case) Count {
	return schurResidualCount(c).plus(1, schurCount(c)).plus(1, schurForceCount(c))
}

// schurCases returns the operator's cases in one precision.
func schurCases(g group.Group, l, workers int, p lattice.Precision) []Case {
	c := Case{Group: g, L: l, Workers: workers, Precision: p, Short: g == group.SU3 && l == 8 && workers == 1}
	links, half := traffic(&c)
	// D in one pass: links once, the source, the destination
	dslash := c
	dslash.Short = false
	dslash.Kernel, dslash.Once = "wilson-dslash", Count{wilsonCount(&c).Flops, links + 4*spins*half}
	dslash.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		s, y, x, err := spinors(c, geo)
		return func() (int, error) { s.Operator().Apply(y, x); return 0, nil }, err
	}
	hop := c
	hop.Short = false
	hop.Kernel, hop.Once = "wilson-hop-evenodd", halfHopCount(&c)
	hop.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		s, y, x, err := spinors(c, geo)
		return func() (int, error) { s.Operator().Hop(y, x, lattice.Even, false); return 0, nil }, err
	}
	normal := c
	normal.Kernel, normal.Once = "wilson-normal-evenodd", schurNormalCount(&c)
	normal.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		s, y, x, err := spinors(c, geo)
		return func() (int, error) { s.ApplyNormal(y, x, lattice.Even); return 0, nil }, err
	}
	iteration := c
	iteration.Short = c.Short && p == lattice.Float64
	iteration.Kernel, iteration.Once, iteration.Iteration = "wilson-cg-iterations", schurResidualCount(&c), schurIterationCount(&c)
	iteration.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		s, y, x, err := spinors(c, geo)
		return iterations(s, y, x), err
	}
	return []Case{dslash, hop, normal, iteration}
}

// iterations returns a call of 50 iterations of conjugate gradients.
func iterations(d solver.Operator, y, x *fermion.Field) Call {
	cg := &solver.CG{Tolerance: 1e-300, MaxIterations: 50}
	return func() (int, error) {
		r, err := cg.Solve(y, d, x, lattice.Even)
		var meant *solver.NotConverged
		if err == nil || !errors.As(err, &meant) {
			return r.Iterations, errors.Join(errors.New("50 iterations that do not converge were meant"), err)
		}
		return r.Iterations, nil
	}
}

// poles is how many shifts the case of multi-shift CG has, of 1e-3 to 10.
const poles = 12

// schurSolves returns the solvers to a residual of 1e-10, and the force.
func schurSolves(g group.Group, l, workers int) []Case {
	c := Case{Group: g, L: l, Workers: workers, Short: g == group.SU3 && l == 8 && workers == 1}
	double := c
	double.Kernel, double.Iteration = "wilson-solve-double", schurIterationCount(&c) // the residual at the end is left out
	double.Build = solveSpinors(&solver.CG{Tolerance: 1e-10, MaxIterations: 10000})
	mixed := c
	mixed.Kernel, mixed.Precision = "wilson-solve-mixed", lattice.Float32 // defects in double are left out
	mixed.Iteration = schurIterationCount(&mixed)
	mixed.Build = solveSpinors(&solver.Mixed{Tolerance: 1e-10, MaxIterations: 10000})
	shifts := c
	shifts.Kernel, shifts.Iteration = "wilson-solve-shifts", schurIterationCount(&c).plus(1, shiftsCount(&c, poles))
	shifts.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		s, _, b, err := spinors(c, geo)
		m := &solver.MultiShift{MaxIterations: 10000}
		var x []*fermion.Field
		var sigma []solver.Shift
		value := 1e-3
		for range poles {
			x, sigma = append(x, b.Like()), append(sigma, solver.Shift{Value: value, Tolerance: 1e-10})
			value *= 2.310129700083158 // 1e4^(1/11)
		}
		return func() (int, error) {
			r, err := m.SolveShifts(x, s, sigma, b, lattice.Even)
			return r.Iterations, err
		}, err
	}
	force := c
	force.Kernel, force.Once = "wilson-force", schurForceCount(&c)
	force.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		s, y, x, err := spinors(c, geo)
		f := gauge.NewAlgebra(geo, c.Group)
		return func() (int, error) { s.AddDerivativeFrom(f, 1e-9, y, x, lattice.Even); return 0, nil }, err
	}
	return []Case{double, mixed, shifts, force}
}

// solveSpinors returns a builder for a solver, the system being of double precision.
func solveSpinors(s solver.Solver) func(*Case, *lattice.Geometry) (Call, error) {
	return func(c *Case, geo *lattice.Geometry) (Call, error) {
		d, y, x, err := spinors(&Case{Group: c.Group}, geo)
		if err != nil {
			return nil, err
		}
		if c.Precision == lattice.Float32 {
			bindSingle(d, rough(geo, c.Group))
		}
		return func() (int, error) {
			r, err := s.Solve(y, d, x, lattice.Even)
			return r.Iterations, err
		}, nil
	}
}

// rough returns links exp(0.6 i P), P Gaussian: conjugate gradients take some hundred
// iterations there, on hot links a third of them.
func rough(geo *lattice.Geometry, g group.Group) *gauge.Field {
	u, p := gauge.NewField(geo, g), gauge.NewAlgebra(geo, g)
	p.Gaussian(rng.New(2))
	u.Drift(0.6, p)
	return u
}

// spinors returns the Schur complement on rough links, and two fields in the case's
// precision, the second one Gaussian noise.
func spinors(c *Case, geo *lattice.Geometry) (s *dirac.Schur, y, x *fermion.Field, err error) {
	u := rough(geo, c.Group)
	d, err := dirac.NewWilson(geo, c.Group, wilsonMass, dirac.Phases(dirac.AntiperiodicTime(directions)))
	if err != nil {
		return nil, nil, nil, err
	}
	if s, err = dirac.NewSchur(d, lattice.Even); err != nil {
		return nil, nil, nil, err
	}
	s.Bind(u)
	y, x = noise(s, u, c.Precision)
	return s, y, x, nil
}
