package action

import (
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Determinant is the action of the site blocks A of an even-odd operator on one
// parity, for Nf flavours,
//
//	S = -Nf ln |det A|,
//
// what [dirac.Schur] of the other parity leaves out: with [TwoFlavour] of that it is,
// for Nf = 2, an action of |det D|^2. Nothing is solved.
type Determinant struct {
	op       dirac.EvenOdd
	s        lattice.Subset
	flavours float64
	work     Work
}

// NewDeterminant returns the action of the blocks of op on the parity s, for two
// flavours. op is bound to whatever links are passed; it may serve the Schur complement
// beside it.
func NewDeterminant(op dirac.EvenOdd, s lattice.Subset) *Determinant {
	return NewFlavourDeterminant(op, s, 2)
}

// NewFlavourDeterminant is NewDeterminant for so many flavours: beside [Rational] of
// det(D^†D)^(p/q) it is 2 p/q.
func NewFlavourDeterminant(op dirac.EvenOdd, s lattice.Subset, flavours float64) *Determinant {
	return &Determinant{op: op, s: s, flavours: flavours}
}

// Value returns S.
func (a *Determinant) Value(u *gauge.Field) (float64, error) {
	a.op.Bind(u)
	a.spend(dirac.CountedParts.LogDetFlops)
	return -a.flavours * a.op.LogDetBlock(a.s), nil
}

// AddForce adds f += c F.
func (a *Determinant) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	a.op.Bind(u)
	a.spend(dirac.CountedParts.LogDetDerivativeFlops)
	a.op.AddLogDetBlockDerivative(f, -a.flavours*c, a.s)
	return nil
}

// Work returns the work so far.
func (a *Determinant) Work() Work { return a.work }

// spend adds flops, which an operator knows or does not.
func (a *Determinant) spend(flops func(dirac.CountedParts, lattice.Subset) float64) {
	if d, ok := a.op.(dirac.CountedParts); ok {
		a.work.Flops += int64(flops(d, a.s))
	} else {
		a.work.Uncounted++
	}
}
