package bench

import (
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
)

// vectorReals is the real numbers of a colour vector.
func vectorReals(g group.Group) float64 { return 2 * float64(g.N()) }

// hopFlops is the flops of one site of the staggered hop: eight matrices on
// vectors and seven sums of vectors; 570 for SU(3).
func hopFlops(g group.Group) float64 {
	return 2*directions*g.VectorFlops() + (2*directions-1)*vectorReals(g)
}

// staggered returns the cases of the one-link operator of mass 0.05 on hot links,
// antiperiodic in time.
func staggered() (t []Case) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 12, 16, 24} {
			for _, workers := range []int{1, 2} {
				for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
					t = append(t, hops(g, l, workers, p)...)
				}
				t = append(t, solves(g, l, workers)...)
			}
		}
	}
	return t
}

// traffic returns the bytes of all links, and of a vector on one parity.
func traffic(c *Case) (links, half float64) {
	scale := 1.0
	if c.Precision == lattice.Float32 {
		scale = 0.5
	}
	return scale * directions * c.Sites() * linkBytes(c.Group), scale * c.Sites() / 2 * 8 * vectorReals(c.Group)
}

// normalCount is the cost of D^†D on a parity: two hops of half the sites each,
// all links twice (each hop of a parity meets every link), and five half
// vectors: read, write; read twice, write.
func normalCount(c *Case) Count {
	links, half := traffic(c)
	return Count{c.Sites() * hopFlops(c.Group), 2*links + 5*half}
}

// iterationCount is the cost of an iteration of conjugate gradients: D^†D, and what
// it does to vectors.
func iterationCount(c *Case) Count { return normalCount(c).plus(1, vectorsCount(c, 1)) }

// vectorsCount is the cost, on half vectors of so many spins, of a product, r += a p
// with a norm, and two updates that share one operand: 2 + 4 + 4 flops a number,
// 2 + 3 + 5 vectors of traffic.
func vectorsCount(c *Case, spins float64) Count {
	_, half := traffic(c)
	numbers := c.Sites() / 2 * vectorReals(c.Group)
	return Count{}.plus(10*spins, Count{numbers, half})
}

// residualCount is the cost of the residual that is recomputed when an iteration
// ends: D^†D and r += a p with a norm.
func residualCount(c *Case) Count {
	_, half := traffic(c)
	return normalCount(c).plus(1, Count{4 * c.Sites() / 2 * vectorReals(c.Group), 3 * half})
}

// hopCount is the cost of D: links once, the source, the destination.
func hopCount(c *Case) Count {
	links, half := traffic(c)
	return Count{c.Sites() * hopFlops(c.Group), links + 4*half}
}

// derivativeCount is the cost of the force of half vectors: on each link U x y^†, a
// matrix on a vector and N^2 complex products, and a component of the force times a
// coefficient, added. Links and two half vectors are read, forces read and written.
func derivativeCount(c *Case) Count {
	_, p, links := fields(c)
	u, half := traffic(c)
	g := c.Group
	return Count{links * (g.VectorFlops() + 6*float64(g.N()*g.N()) + 2*float64(g.Dim())), u + 2*half + 2*p}
}

// hops returns the operator's cases in one precision.
func hops(g group.Group, l, workers int, p lattice.Precision) []Case {
	c := Case{Group: g, L: l, Workers: workers, Precision: p, Short: (l == 4 || l == 8) && workers == 1}
	dslash := c
	dslash.Kernel, dslash.Once = "staggered-dslash", hopCount(&c)
	dslash.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		d, y, x, err := quark(c, geo)
		return func() (int, error) { d.Apply(y, x); return 0, nil }, err
	}
	normal := c
	normal.Kernel, normal.Once = "staggered-normal", normalCount(&c)
	normal.Short = l == 8 && workers == 1
	normal.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		d, y, x, err := quark(c, geo)
		return func() (int, error) { d.ApplyNormal(y, x, lattice.Even); return 0, nil }, err
	}
	iteration := c
	iteration.Kernel, iteration.Once, iteration.Iteration = "cg-iterations", residualCount(&c), iterationCount(&c)
	iteration.Short = l == 8 && workers == 1
	iteration.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		d, y, x, err := quark(c, geo)
		return iterations(d, y, x), err
	}
	if p == lattice.Float32 {
		return []Case{dslash, normal} // iterations: those of the mixed solver
	}
	return []Case{dslash, normal, iteration}
}

// solves returns the solvers to a residual of 1e-10, and the operator's force.
func solves(g group.Group, l, workers int) []Case {
	c := Case{Group: g, L: l, Workers: workers, Short: l == 8 && workers == 1}
	double := c
	double.Kernel, double.Iteration = "solve-double", iterationCount(&c) // the residual at the end is left out
	double.Build = solve(func() solver.Solver { return &solver.CG{Tolerance: 1e-10, MaxIterations: 10000} })
	// iterations are in single precision; the few defects in double are left out
	mixed := c
	mixed.Kernel = "solve-mixed"
	mixed.Precision = lattice.Float32
	mixed.Iteration = iterationCount(&mixed)
	mixed.Build = solve(func() solver.Solver { return &solver.Mixed{Tolerance: 1e-10, MaxIterations: 10000} })

	force := c
	force.Kernel, force.Once = "staggered-force", derivativeCount(&c)
	force.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		d, y, x, err := quark(c, geo)
		f := gauge.NewAlgebra(geo, c.Group)
		return func() (int, error) { d.AddDerivativeFrom(f, 1e-9, y, x, lattice.Even); return 0, nil }, err
	}
	return []Case{double, mixed, force}
}

// solve returns a builder for a solver.
func solve(with func() solver.Solver) func(*Case, *lattice.Geometry) (Call, error) {
	return func(c *Case, geo *lattice.Geometry) (Call, error) {
		d, y, x, err := quark(&Case{Group: c.Group}, geo)
		if err != nil {
			return nil, err
		}
		if c.Precision == lattice.Float32 {
			u, _ := hot(geo, c.Group)
			bindSingle(d, u)
		}
		s := with()
		return func() (int, error) {
			r, err := s.Solve(y, d, x, lattice.Even)
			return r.Iterations, err
		}, nil
	}
}

func bindSingle(d dirac.Operator, u *gauge.Field) {
	single := gauge.NewSingle(u.Geometry(), u.Group())
	single.Round(u)
	d.Bind(single)
}

// quark returns the operator on hot links, and two fields in the case's
// precision, the second one Gaussian noise.
func quark(c *Case, geo *lattice.Geometry) (d *dirac.Staggered, y, x *fermion.Field, err error) {
	u := gauge.NewField(geo, c.Group)
	u.Hot(rng.New(1))
	if d, err = dirac.NewStaggered(geo, c.Group, 0.05, dirac.AntiperiodicTime(directions)); err != nil {
		return nil, nil, nil, err
	}
	d.Bind(u)
	y, x = noise(d, u, c.Precision)
	return d, y, x, nil
}

// noise returns two fields of d in a precision, which it binds d to, the second one
// Gaussian.
func noise(d dirac.Operator, u *gauge.Field, p lattice.Precision) (y, x *fermion.Field) {
	x = d.NewField()
	x.Gaussian(rng.New(2), lattice.All)
	if p == lattice.Float32 {
		bindSingle(d, u)
		single := x.LikeIn(lattice.Float32)
		single.Copy(x, lattice.All)
		x = single
	}
	return x.Like(), x
}
