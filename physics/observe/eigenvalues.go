package observe

import (
	"errors"
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
)

// NormalOperator is a Dirac operator that applies A = D^†D on the sites of a subset.
type NormalOperator interface {
	solver.Operator
	Bind(u *gauge.Field)
	NewField() *fermion.Field
}

// Eigenvalues measures the lowest or the largest eigenvalues of A = D^†D on the sites of
// a subset (staggered: on the even ones, and again the same on the odd ones).
//
// By LOBPCG [K]: Rayleigh-Ritz in the space of the present vectors x, their
// residuals r = A x - lambda x after a rough solve A w = r, and the last step. The
// block holds more vectors than are wanted, so that eigenvalues that coincide are
// all found. For the largest ones the residuals go in as they are: a solve would
// take from them what is sought.
type Eigenvalues struct {
	// Stop is asked before each iteration of a solve and for each vector of a step; its
	// error ends the search.
	Stop func() error

	op        NormalOperator
	sites     lattice.Subset
	count     int
	tolerance float64
	largest   bool
	steps     int
	rough     solver.CG
}

// NewEigenvalues returns the observer of the lowest count eigenvalues. It stops
// when |A x - lambda x| <= tolerance lambda for all of them, |x| = 1: within that of
// each is an eigenvalue, and as lambda is a Rayleigh quotient its own error is of the
// order of the square.
//
// Errors: count < 1; a tolerance outside (1e-13, 1), which round-off would not allow.
func NewEigenvalues(op NormalOperator, sites lattice.Subset, count int, tolerance float64) (*Eigenvalues, error) {
	if count < 1 {
		return nil, fmt.Errorf("observe: %d eigenvalues (allowed: at least 1)", count)
	}
	if !(tolerance > 1e-13 && tolerance < 1) {
		return nil, fmt.Errorf("observe: tolerance %v of eigenvalues (allowed: between 1e-13 and 1)", tolerance)
	}
	// A tenth is gained in each step at least; what is gained beyond costs more
	// than the step.
	return &Eigenvalues{op: op, sites: sites, count: count, tolerance: tolerance, steps: 200, rough: solver.CG{Tolerance: .05, MaxIterations: maxIterations}}, nil
}

// NewLargestEigenvalues returns the observer of the largest count eigenvalues, with the
// tolerance and the errors of [NewEigenvalues]. Its steps are many and cheap: one
// application for each vector.
func NewLargestEigenvalues(op NormalOperator, sites lattice.Subset, count int, tolerance float64) (*Eigenvalues, error) {
	e, err := NewEigenvalues(op, sites, count, tolerance)
	if err == nil {
		e.largest, e.steps = true, 5000
	}
	return e, err
}

// ErrEigenvalues is the error of a search that has not converged.
var ErrEigenvalues = errors.New("observe: eigenvalues have not converged")

// Check returns the error that more eigenvalues are asked for than A has.
func (e *Eigenvalues) Check() error {
	if n := e.op.NewField().Components(e.sites); e.count > n {
		return fmt.Errorf("observe: %d eigenvalues of an operator that has %d", e.count, n)
	}
	return nil
}

// Measure returns the eigenvalues in ascending order (the largest: descending) and their
// residuals |A x - lambda x|. The stream draws the vectors to begin with.
//
// Cost: some ten rough solves for each vector of the block. Errors: ErrEigenvalues; those
// of Check and of Stop. Panics: u has another geometry or group.
func (e *Eigenvalues) Measure(u *gauge.Field, stream rng.Stream) (values, residuals []float64, err error) {
	if err := e.Check(); err != nil {
		return nil, nil, err
	}
	e.op.Bind(u)
	e.rough.Stop = e.Stop
	s := &search{Eigenvalues: e}
	block := min(e.count+2+e.count/2, e.op.NewField().Components(e.sites))
	for k := range block {
		x := e.op.NewField()
		x.Gaussian(stream.Child(fmt.Sprintf("vector %d", k)), e.sites)
		s.x = append(s.x, x)
	}
	for range e.steps {
		if err := s.ritz(block); err != nil {
			return nil, nil, err
		}
		values, residuals, err = s.residuals()
		if err != nil {
			return nil, nil, err
		}
		worst := 0.0
		for k := range e.count {
			worst = max(worst, residuals[k]/values[k])
		}
		if worst <= e.tolerance {
			return values[:e.count], residuals[:e.count], nil
		}
	}
	return nil, nil, fmt.Errorf("%w in %d steps: residuals %.2g (tolerance %.2g)", ErrEigenvalues, e.steps, residuals[:e.count], e.tolerance)
}

// search is the state of LOBPCG: vectors, directions that were left, solved
// residuals.
type search struct {
	*Eigenvalues
	x, p, w []*fermion.Field
	values  []float64
}

// ritz replaces x by the lowest (largest) vectors of the space of x, w and p.
func (s *search) ritz(block int) error {
	var basis, images []*fermion.Field
	own := 0 // how many come from x
	for i, list := range [][]*fermion.Field{s.x, s.w, s.p} {
		for _, v := range list {
			if s.Stop != nil {
				if err := s.Stop(); err != nil {
					return err
				}
			}
			if s.orthogonalise(v, basis) {
				basis = append(basis, v)
				a := s.op.NewField()
				s.op.ApplyNormal(a, v, s.sites)
				images = append(images, a)
			}
		}
		if i == 0 {
			own = len(basis)
		}
	}
	n := len(basis)
	if n < block {
		return fmt.Errorf("%w: the vectors are dependent", ErrEigenvalues)
	}
	h, v, values := make(group.Matrix, n*n), make(group.Matrix, n*n), make([]float64, n)
	for i := range n {
		for j := range n {
			h[i*n+j] = basis[i].Dot(images[j], s.sites)
		}
	}
	for i := range n { // exactly Hermitian
		for j := range i + 1 {
			z := (h[i*n+j] + complex(real(h[j*n+i]), -imag(h[j*n+i]))) / 2
			h[i*n+j], h[j*n+i] = z, complex(real(z), -imag(z))
		}
	}
	group.Diagonalize(values, v, h)
	s.values, s.x, s.p = nil, nil, nil
	for k := range block {
		if s.largest {
			k = n - 1 - k
		}
		s.values = append(s.values, values[k])
		x, p := s.op.NewField(), s.op.NewField()
		for i := range n {
			if i >= own {
				addComplex(p, v[i*n+k], basis[i], s.sites)
			}
			addComplex(x, v[i*n+k], basis[i], s.sites)
		}
		s.x, s.p = append(s.x, x), append(s.p, p)
	}
	return nil
}

// orthogonalise makes v a unit vector orthogonal to the basis, in two passes, and
// reports whether there was one.
func (s *search) orthogonalise(v *fermion.Field, basis []*fermion.Field) bool {
	before := math.Sqrt(v.Norm2(s.sites))
	if before == 0 {
		return false
	}
	v.Scale(1/before, s.sites)
	for range 2 {
		for _, b := range basis {
			addComplex(v, -b.Dot(v, s.sites), b, s.sites)
		}
	}
	after := math.Sqrt(v.Norm2(s.sites))
	if after < 1e-10 { // nothing but round-off is left
		return false
	}
	v.Scale(1/after, s.sites)
	// What was left may be short: round-off along the basis has grown with it.
	for _, b := range basis {
		addComplex(v, -b.Dot(v, s.sites), b, s.sites)
	}
	v.Scale(1/math.Sqrt(v.Norm2(s.sites)), s.sites)
	return true
}

// residuals returns the eigenvalues of x with the norms of their residuals, and
// sets w to the rough solutions of A w = r.
func (s *search) residuals() (values, norms []float64, err error) {
	s.w = nil
	for k, x := range s.x {
		r := s.op.NewField()
		s.op.ApplyNormal(r, x, s.sites)
		r.Axpy(-s.values[k], x, s.sites)
		norm := math.Sqrt(r.Norm2(s.sites))
		values, norms = append(values, s.values[k]), append(norms, norm)
		if norm <= s.tolerance*s.values[k] { // has arrived
			continue
		}
		if s.largest {
			s.w = append(s.w, r)
			continue
		}
		w := s.op.NewField()
		if _, err := s.rough.Solve(w, s.op, r, s.sites); err != nil {
			return nil, nil, fmt.Errorf("observe: eigenvalues: %w", err)
		}
		s.w = append(s.w, w)
	}
	return values, norms, nil
}

// addComplex sets f += c g on the sites of s.
func addComplex(f *fermion.Field, c complex128, g *fermion.Field, s lattice.Subset) {
	geo := f.Geometry()
	lo, hi := geo.Range(s)
	n := 2 * f.Group().N() * f.Spins()
	x, y := f.Raw()[lo*n:hi*n], g.Raw()[lo*n:hi*n]
	cr, ci := real(c), imag(c)
	for k := 0; k < len(x); k += 2 {
		for l := range x[k] {
			re, im := y[k][l], y[k+1][l]
			x[k][l] += cr*re - ci*im
			x[k+1][l] += cr*im + ci*re
		}
	}
}
