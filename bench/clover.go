package bench

import (
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// clover returns the cases of the clover operator of mass -0.77 and c_sw 1.76,
// antiperiodic in time, and of its Schur complement on even sites.
func clover() (t []Case) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 16} {
			for _, workers := range []int{1, 2} {
				for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
					t = append(t, cloverCases(g, l, workers, p)...)
				}
				t = append(t, cloverLinks(g, l, workers)...)
			}
		}
	}
	return t
}

// blockCount is the cost of site blocks on one parity: two Hermitian matrices of n = 2N
// rows, each a real and n - 1 complex products and their sum, are read; the vectors are
// those of the hop that they follow.
func blockCount(c *Case) Count {
	_, half := traffic(c)
	n := 2 * float64(c.Group.N())
	return Count{c.Sites() / 2 * 2 * n * (8*n - 6), 2 * n * half}
}

// cloverNormalCount is the cost of S^†S: that of Wilson and the blocks of either parity
// twice.
func cloverNormalCount(c *Case) Count { return schurNormalCount(c).plus(4, blockCount(c)) }

// leavesCount is the cost of the derivative of the leaves: 22 products for each of six
// plaquettes of a site, each of which reads and writes four elements of the algebra
// and its trace, and as much again where they lie elsewhere; forces are read and written.
func leavesCount(c *Case) Count {
	_, p, _ := fields(c)
	u, half := traffic(c)
	planes := 6 * c.Sites()
	element := half / (c.Sites() / 2) / vectorReals(c.Group) * float64(c.Group.Dim()+1)
	return Count{planes * 22 * c.Group.MulFlops(), u + planes*8*element + 2*p}
}

// cloverForceCount is the cost of the derivative of S: that of Wilson, two blocks for X
// and Y, x y^† + y x^† for the halves of g_5, 8 for each of n^2 numbers, and the leaves.
func cloverForceCount(c *Case) Count {
	n := 2 * float64(c.Group.N())
	return schurForceCount(c).plus(2, blockCount(c)).plus(1, Count{Flops: c.Sites() * 2 * 8 * n * n}).plus(1, leavesCount(c))
}

// cloverTermCount is the cost of the blocks from the links: three products for each of
// six plaquettes and two for each of two carried sums of them; and of their inverses on
// one parity, n sweeps of n (n - 1)/2 complex products, subtracted. Links are read, and
// plaquettes written and read twice.
func cloverTermCount(c *Case) Count {
	n := 2 * float64(c.Group.N())
	u, half := traffic(c)
	planes := 6 * c.Sites()
	element := half / (c.Sites() / 2) / vectorReals(c.Group) * float64(c.Group.Dim()+1)
	return Count{planes*(3+4)*c.Group.MulFlops() + c.Sites()/2*2*4*n*n*(n-1), u + planes*4*element}.plus(4, Count{Bytes: blockCount(c).Bytes})
}

// cloverCases returns the operator's cases in one precision.
func cloverCases(g group.Group, l, workers int, p lattice.Precision) []Case {
	c := Case{Group: g, L: l, Workers: workers, Precision: p, Short: g == group.SU3 && l == 8 && workers == 1}
	links, half := traffic(&c)
	dslash := c
	dslash.Kernel = "clover-dslash"
	dslash.Once = Count{wilsonCount(&c).Flops, links + 4*spins*half}.plus(2, blockCount(&c))
	dslash.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		d, _, y, x, err := cloverQuarks(c, geo)
		return func() (int, error) { d.Apply(y, x); return 0, nil }, err
	}
	normal := c
	normal.Short = false
	normal.Kernel, normal.Once = "clover-normal-evenodd", cloverNormalCount(&c)
	normal.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		_, s, y, x, err := cloverQuarks(c, geo)
		return func() (int, error) { s.ApplyNormal(y, x, lattice.Even); return 0, nil }, err
	}
	iteration := c
	iteration.Short = c.Short && p == lattice.Float64
	residual := cloverNormalCount(&c).plus(spins, Count{4 * c.Sites() / 2 * vectorReals(c.Group), 3 * half})
	iteration.Kernel, iteration.Once, iteration.Iteration = "clover-cg-iterations", residual, cloverNormalCount(&c).plus(1, vectorsCount(&c, spins))
	iteration.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		_, s, y, x, err := cloverQuarks(c, geo)
		return iterations(s, y, x), err
	}
	return []Case{dslash, normal, iteration}
}

// cloverLinks returns the cases of what follows the links: the blocks with their
// inverses on odd sites, and the derivative of S.
func cloverLinks(g group.Group, l, workers int) []Case {
	c := Case{Group: g, L: l, Workers: workers, Short: g == group.SU3 && l == 8 && workers == 1}
	term := c
	term.Kernel, term.Once = "clover-term", cloverTermCount(&c)
	term.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		d, _, _, _, err := cloverQuarks(c, geo)
		u := rough(geo, c.Group)
		return func() (int, error) { d.Bind(u); d.LogDetBlock(lattice.Odd); return 0, nil }, err
	}
	force := c
	force.Kernel, force.Once = "clover-force", cloverForceCount(&c)
	force.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
		_, s, y, x, err := cloverQuarks(c, geo)
		f := gauge.NewAlgebra(geo, c.Group)
		return func() (int, error) { s.AddDerivativeFrom(f, 1e-9, y, x, lattice.Even); return 0, nil }, err
	}
	return []Case{term, force}
}

// cloverQuarks returns the operator and its Schur complement on rough links, and two
// fields in the case's precision, the second one Gaussian noise.
func cloverQuarks(c *Case, geo *lattice.Geometry) (d *dirac.Clover, s *dirac.Schur, y, x *fermion.Field, err error) {
	u := rough(geo, c.Group)
	d, err = dirac.NewClover(geo, c.Group, wilsonMass, 1.76, dirac.Phases(dirac.AntiperiodicTime(directions)))
	if err != nil {
		return nil, nil, nil, nil, err
	}
	if s, err = dirac.NewSchur(d, lattice.Even); err != nil {
		return nil, nil, nil, nil, err
	}
	s.Bind(u)
	y, x = noise(s, u, c.Precision)
	return d, s, y, x, nil
}
