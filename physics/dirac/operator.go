package dirac

import (
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Operator is a lattice Dirac operator D[U], linear in its source.
//
// An operator reads the links it is bound to when it is bound: bind it again
// after they have changed. One that serves solvers of mixed precision is bound to
// links of either precision, keeps both, and acts on fields with the links of
// their precision. It keeps scratch: one per goroutine. Destinations must not be
// sources.
type Operator interface {
	// Bind makes u the links of D.
	Bind(u *gauge.Field)
	// NewField returns a zero field that D acts on.
	NewField() *fermion.Field
	// Apply sets dst = D src.
	Apply(dst, src *fermion.Field)
	// ApplyDagger sets dst = D^† src.
	ApplyDagger(dst, src *fermion.Field)
	// AddDerivative adds the derivative along all links
	//
	//	f^a_mu(n) += c d/d omega 2 Re <y, D[exp(i omega T_a) U_mu(n)] x>.
	AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field)
}

// Decoupled is the power of an operator whose D^†D does not connect sites of
// different parity, so that either half is a theory of its own.
type Decoupled interface {
	Operator
	// ApplyNormal sets dst = D^†D src on the sites of s.
	ApplyNormal(dst, src *fermion.Field, s lattice.Subset)
	// ApplyFrom sets dst = D src for a source that lives on s.
	ApplyFrom(dst, src *fermion.Field, s lattice.Subset)
	// AddDerivativeFrom is AddDerivative for an x that lives on s.
	AddDerivativeFrom(f *gauge.Algebra, c float64, y, x *fermion.Field, s lattice.Subset)
}

// Separate is the power of an operator that does not connect sites of different
// parity at all, D = D_e + D_o, as that of even-odd preconditioning: then the heat
// bath of one parity needs nothing of the other one.
type Separate interface {
	Decoupled
	// ApplyOn sets dst = D src, or D^† src, on the sites of s and leaves others alone.
	ApplyOn(dst, src *fermion.Field, s lattice.Subset, dagger bool)
}

// Shifted is the power of an operator whose mass does no more than shift D^†D = M + B,
// B being the same for every mass: what belongs to two masses commutes.
type Shifted interface {
	Decoupled
	// NormalShift returns M.
	NormalShift() float64
}
