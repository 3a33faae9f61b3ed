package observe

import (
	"fmt"
	"math"
	"strconv"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
)

// maxIterations ends a solve that goes nowhere.
const maxIterations = 10000

// Condensate measures the chiral condensate of one staggered field,
//
//	C = (1/V) Tr D^-1,
//
// the trace over all V sites and N colours, with noise. With D = m + D_h,
//
//	D^-1 = D^† (D^†D)^-1,  Tr D^-1 = m Tr (m^2 - D_h^2)^-1,
//
// since D_h (D^†D)^-1 connects sites of opposite parity and has no trace. D_h is
// D_eo from odd to even sites and D_oe back, so D^†D is m^2 - D_eo D_oe on even
// and m^2 - D_oe D_eo on odd sites. The products of two square matrices in
// either order have the same spectrum (all extents are even: there are as many
// even as odd sites), so the halves have equal traces and
//
//	C = (2m/V) Tr_even (m^2 - D_eo D_oe)^-1.
//
// The trace is estimated by eta^T A eta with independent signs on the even
// sites and colours [DL]: unbiased, for <eta_i eta_j> = delta_ij, with variance
// 2 sum_{i != j} (Re A_ij)^2, against sum_ij |A_ij|^2 of complex Gaussian noise:
// signs are free of the noise of the diagonal, which is most of A where the mass
// is not small.
type Condensate struct {
	// Stop is asked before each iteration of a solve; its error ends the measurement.
	Stop func() error

	op     *dirac.Staggered
	solver solver.CG
	noise  int
	b, x   *fermion.Field
}

// NewCondensate returns the observer for op, which it binds to the links it is
// given, with a number of noise vectors per measurement. The tolerance is the
// relative residual r of the solves: it moves C by less than r times its
// largest possible value N/m.
//
// Errors: a tolerance outside (0, 1), noise < 1.
func NewCondensate(op *dirac.Staggered, tolerance float64, noise int) (*Condensate, error) {
	if noise < 1 {
		return nil, fmt.Errorf("observe: condensate from %d noise vectors (allowed: at least 1)", noise)
	}
	cg, err := newSolver(tolerance)
	if err != nil {
		return nil, err
	}
	return &Condensate{op: op, solver: cg, noise: noise, b: op.NewField(), x: op.NewField()}, nil
}

func newSolver(tolerance float64) (solver.CG, error) {
	if !(tolerance > 0 && tolerance < 1) {
		return solver.CG{}, fmt.Errorf("observe: tolerance %v of a solve (allowed: between 0 and 1)", tolerance)
	}
	return solver.CG{Tolerance: tolerance, MaxIterations: maxIterations}, nil
}

// Measure returns the mean over the noise vectors, which are drawn from children
// of the stream, and its error: the standard deviation of the mean, NaN for a
// single vector, whose error cannot be known.
//
// Cost: a solve on the even sites per noise vector; memory does not know how many there
// are. Errors: a solve that does not converge (at m = 0, D may have no inverse); that of
// Stop. Panics: u has another geometry or group.
func (c *Condensate) Measure(u *gauge.Field, stream rng.Stream) (value, noiseError float64, err error) {
	c.op.Bind(u)
	// Squares are those of the distance from the first value, which is near the mean:
	// their difference from those about the mean loses no digits.
	var first, sum, squares float64
	name := append(make([]byte, 0, 32), "noise "...)
	for k := range c.noise {
		name = strconv.AppendInt(name[:len("noise ")], int64(k), 10)
		c.b.Z2(stream.Child(string(name)), lattice.Even)
		v, err := c.solve()
		if err != nil {
			return 0, 0, err
		}
		if k == 0 {
			first = v
		}
		value += v
		sum += v - first
		squares += (v - first) * (v - first)
	}
	n := float64(c.noise)
	variance := max(0, squares-sum*sum/n)
	return value / n, math.Sqrt(variance / (n * (n - 1))), nil
}

// solve returns (2m/V) b^† (D^†D)^-1 b on the even sites.
func (c *Condensate) solve() (float64, error) {
	c.solver.Stop = c.Stop
	if _, err := c.solver.Solve(c.x, c.op, c.b, lattice.Even); err != nil {
		return 0, fmt.Errorf("observe: condensate: %w", err)
	}
	return 2 * c.op.Mass() / float64(c.b.Geometry().Volume()) * c.b.ReDot(c.x, lattice.Even), nil
}

// Exact returns C without noise, from all unit vectors on the even sites: for
// small lattices.
//
// Cost: N V/2 solves. Errors and panics as Measure.
func (c *Condensate) Exact(u *gauge.Field) (float64, error) {
	c.op.Bind(u)
	geo := u.Geometry()
	x, e := make([]int, geo.Dims()), make([]complex128, u.Group().N())
	total := 0.0
	c.b.Zero(lattice.Even)
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		if parity(x) != 0 {
			continue
		}
		for a := range e {
			e[a] = 1
			c.b.Set(x, e)
			value, err := c.solve()
			if err != nil {
				return 0, err
			}
			total += value
			e[a] = 0
		}
		c.b.Set(x, e)
	}
	return total, nil
}

func parity(x []int) int {
	sum := 0
	for _, n := range x {
		sum += n
	}
	return sum % 2
}
