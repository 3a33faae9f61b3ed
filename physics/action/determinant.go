package action

import (
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Determinant is the action of the site blocks A of an even-odd operator on one
// parity, for two flavours,
//
//	S = -2 ln |det A|,
//
// what [dirac.Schur] of the other parity leaves out: with [TwoFlavour] of that it is
// an action of |det D|^2. Nothing is solved.
type Determinant struct {
	op dirac.EvenOdd
	s  lattice.Subset
}

// NewDeterminant returns the action of the blocks of op on the parity s. op is bound
// to whatever links are passed; it may serve the Schur complement beside it.
func NewDeterminant(op dirac.EvenOdd, s lattice.Subset) *Determinant {
	return &Determinant{op: op, s: s}
}

// Value returns S.
func (a *Determinant) Value(u *gauge.Field) (float64, error) {
	a.op.Bind(u)
	return -2 * a.op.LogDetBlock(a.s), nil
}

// AddForce adds f += c F.
func (a *Determinant) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	a.op.Bind(u)
	a.op.AddLogDetBlockDerivative(f, -2*c, a.s)
	return nil
}
