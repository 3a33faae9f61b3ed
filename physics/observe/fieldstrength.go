package observe

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// fieldStrength holds F_munu(n) = s [L_munu(n)]_TA of all planes mu < nu, L a sum of
// loops around the plane: anti-Hermitian and traceless, F = i F^a T_a.
type fieldStrength struct {
	geo     *lattice.Geometry
	ops     *kernel.Ops
	loops   *gauge.LoopMatrices
	planes  int
	density func(f []lattice.Vec) lattice.Vec // of the F^a of all planes of a block
	m, f    [][]lattice.Vec                   // per worker: a matrix, and F^a of all planes
	partial []float64
}

// newFieldStrength compiles the loops of a plane, scaled by s. They reach no
// further than two sites, which every ghost shell holds.
func newFieldStrength(geo *lattice.Geometry, g group.Group, s float64, loops func(mu, nu int) []gauge.Path) *fieldStrength {
	var sets [][]gauge.Loop
	for mu := 1; mu <= geo.Dims(); mu++ {
		for nu := mu + 1; nu <= geo.Dims(); nu++ {
			var set []gauge.Loop
			for _, p := range loops(mu, nu) {
				set = append(set, gauge.Loop{Path: p, Coefficient: s})
			}
			sets = append(sets, set)
		}
	}
	l, err := gauge.NewLoopMatrices(geo, g, sets...)
	if err != nil {
		panic("observe: " + err.Error())
	}
	f := &fieldStrength{geo: geo, ops: kernel.For(g), loops: l, planes: len(sets), partial: make([]float64, geo.Chunks(lattice.All))}
	for range geo.Workers() {
		f.m = append(f.m, make([]lattice.Vec, f.ops.M))
		f.f = append(f.f, make([]lattice.Vec, f.ops.A*f.planes))
	}
	return f
}

// leaves are the m x n loops that start at a site and lie in the four quarters of
// a plane around it, all turning the same way.
func leaves(mu, nu, m, n int) []gauge.Path {
	var paths []gauge.Path
	for _, q := range [][2]int{{mu, nu}, {nu, -mu}, {-mu, -nu}, {-nu, mu}} {
		var p gauge.Path
		for _, side := range []struct{ step, length int }{{q[0], m}, {q[1], n}, {-q[0], m}, {-q[1], n}} {
			for range side.length {
				p = append(p, side.step)
			}
		}
		paths = append(paths, p)
	}
	return paths
}

// plaquetteStrength: F_munu = [P_munu]_TA.
func plaquetteStrength(geo *lattice.Geometry, g group.Group) *fieldStrength {
	return newFieldStrength(geo, g, 1, func(mu, nu int) []gauge.Path { return leaves(mu, nu, 1, 1)[:1] })
}

// cloverStrength: F_munu = [Q_munu]_TA / 4, Q the sum of four leaves.
func cloverStrength(geo *lattice.Geometry, g group.Group) *fieldStrength {
	return newFieldStrength(geo, g, 1./4, func(mu, nu int) []gauge.Path { return leaves(mu, nu, 1, 1) })
}

// rectangleStrength: F_munu = [R_munu]_TA / 16, R the sum of the eight leaves of
// 2 x 1 and 1 x 2 plaquettes, which hold twice the flux.
func rectangleStrength(geo *lattice.Geometry, g group.Group) *fieldStrength {
	return newFieldStrength(geo, g, 1./16, func(mu, nu int) []gauge.Path {
		return append(leaves(mu, nu, 2, 1), leaves(mu, nu, 1, 2)...)
	})
}

// sum returns the sum of a density over all sites.
func (s *fieldStrength) sum(u *gauge.Field) float64 {
	s.loops.Bind(u)
	return s.geo.Reduce(s, lattice.All, s.partial)
}

// Do is the sweep of sum.
func (s *fieldStrength) Do(r lattice.Range) {
	m, f := s.m[r.Worker], s.f[r.Worker]
	var total lattice.Vec
	for b := r.Lo; b < r.Hi; b++ {
		for p := range s.planes {
			s.loops.Set(m, p, b, r.Worker)
			s.ops.TA(f[p*s.ops.A:][:s.ops.A], m)
		}
		v := s.density(f)
		for l := range v {
			total[l] += v[l]
		}
	}
	s.partial[r.Chunk] = kernel.Lanes(&total, s.geo.ActiveLanes())
}

// dot returns t F^a G^a = -tr F G of two planes, t = tr T_a T_a.
func (s *fieldStrength) dot(f []lattice.Vec, p, q int) lattice.Vec {
	var sum lattice.Vec
	for a := range s.ops.A {
		x, y := &f[p*s.ops.A+a], &f[q*s.ops.A+a]
		for l := range sum {
			sum[l] += x[l] * y[l]
		}
	}
	for l := range sum {
		sum[l] *= s.ops.Index
	}
	return sum
}

// Charge measures the topological charge
//
//	Q = -(1/32 pi^2) sum_n eps_munurhosigma tr F_munu F_rhosigma,  eps_xyzt = +1,
//
// F anti-Hermitian and traceless (U(1): the trace is all there is). On links as
// rough as those of a simulation Q is noise: it is for smeared or flowed links. The
// definitions differ in the loops that F is made of.
type Charge struct {
	terms []*fieldStrength
	c     []float64
}

// NewChargePlaquette takes F from single plaquettes. Errors: not four dimensions.
func NewChargePlaquette(geo *lattice.Geometry, g group.Group) (*Charge, error) {
	return newCharge(geo, []float64{1}, func() []*fieldStrength { return []*fieldStrength{plaquetteStrength(geo, g)} })
}

// NewChargeClover takes F from the four leaves of a clover. Errors: not four
// dimensions.
func NewChargeClover(geo *lattice.Geometry, g group.Group) (*Charge, error) {
	return newCharge(geo, []float64{1}, func() []*fieldStrength { return []*fieldStrength{cloverStrength(geo, g)} })
}

// NewChargeImproved removes the error of order a^2 of the clover by rectangles,
//
//	Q = 5/3 Q_clover - 2/3 Q_rectangle.
//
// The mean of F over the square of side 2m x 2n that leaves of m x n plaquettes
// cover is F + (m^2 D_mu^2 + n^2 D_nu^2) F / 6 + …; in Q the four directions of the two
// planes add up to D^2/6 for the clover, and to 5/2 of that for the average of
// 2 x 1 and 1 x 2. 5/3 - 2/3 · 5/2 = 0. Errors: not four dimensions.
//
// Source: [Q], with c_1 = -1/12 and rectangles not divided by the two plaquettes
// that they hold.
func NewChargeImproved(geo *lattice.Geometry, g group.Group) (*Charge, error) {
	return newCharge(geo, []float64{5. / 3, -2. / 3}, func() []*fieldStrength {
		return []*fieldStrength{cloverStrength(geo, g), rectangleStrength(geo, g)}
	})
}

func newCharge(geo *lattice.Geometry, c []float64, terms func() []*fieldStrength) (*Charge, error) {
	if geo.Dims() != 4 {
		return nil, fmt.Errorf("observe: topological charge in %d dimensions (allowed: 4)", geo.Dims())
	}
	q := &Charge{terms: terms(), c: c}
	for _, s := range q.terms {
		s.density = func(f []lattice.Vec) (sum lattice.Vec) {
			// Of the 24 terms of eps, 8 are equal for each pairing of planes. The
			// planes are 01, 02, 03, 12, 13, 23.
			xy, xz, xt := s.dot(f, 0, 5), s.dot(f, 1, 4), s.dot(f, 2, 3)
			for l := range sum {
				sum[l] = (xy[l] - xz[l] + xt[l]) / (4 * math.Pi * math.Pi)
			}
			return sum
		}
	}
	return q, nil
}

// Measure returns Q. Panics: u has another geometry or group.
func (q *Charge) Measure(u *gauge.Field) float64 {
	sum := 0.0
	for i, s := range q.terms {
		sum += q.c[i] * s.sum(u)
	}
	return sum
}

// Both returns Measure with its first term beside it, as it stands there without a
// factor: of the improved charge, that by clovers alone. Panics: u has another geometry or
// group.
func (q *Charge) Both(u *gauge.Field) (first, all float64) {
	for i, s := range q.terms {
		sum := s.sum(u)
		if i == 0 {
			first = sum
		}
		all += q.c[i] * sum
	}
	return first, all
}
