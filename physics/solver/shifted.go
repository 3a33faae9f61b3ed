package solver

import (
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// shifted is A + sigma.
type shifted struct {
	a     Operator
	sigma float64
}

func (o *shifted) ApplyNormal(dst, src *fermion.Field, s lattice.Subset) {
	o.a.ApplyNormal(dst, src, s)
	dst.Axpy(o.sigma, src, s)
}
