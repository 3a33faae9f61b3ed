package gauge

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// NewSingle returns unit links in single precision: a copy that quark operators
// can be bound to, for solvers of mixed precision. It is read, and set by Round;
// everything else that is done to links panics.
func NewSingle(geo *lattice.Geometry, g group.Group) *Field {
	ops := kernel.For(g)
	u := &Field{geo: geo, ops: ops, single: lattice.Make[float32](geo.BlocksWithGhosts() * geo.Dims() * ops.M)}
	one := make([]lattice.Vec, ops.M)
	ops.Unit(one)
	for k := 0; k < len(u.single); k += ops.M {
		kernel.Round(u.single[k:][:ops.M], one)
	}
	return u
}

// Precision returns that of the links.
func (u *Field) Precision() lattice.Precision {
	if u.single != nil {
		return lattice.Float32
	}
	return lattice.Float64
}

// Round sets links in single precision to v. Panics if u is in double precision.
func (u *Field) Round(v *Field) {
	v.needDouble()
	if u.single == nil || u.geo != v.geo || u.ops.Group != v.ops.Group {
		panic("gauge: links are rounded to single precision, of the same geometry and group")
	}
	v.Ghosts()
	kernel.Round(u.single, v.v)
}

// RawSingle is Raw of links in single precision.
func (u *Field) RawSingle() []lattice.Single { return u.single }

func (u *Field) needDouble() {
	if u.single != nil {
		panic("gauge: an operation on links of double precision only")
	}
}
