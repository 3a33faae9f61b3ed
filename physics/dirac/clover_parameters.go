package dirac

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

const csw = "csw"

// Parameters returns those of [Wilson] and "csw".
func (d *Clover) Parameters() []string { return append(d.Wilson.Parameters(), csw) }

// Parameter returns m, mu or c_sw, that of the planes in space.
func (d *Clover) Parameter(name string) float64 {
	if name == csw {
		return d.space
	}
	return d.Wilson.Parameter(name)
}

// SetParameter changes m, mu or c_sw; that of the planes with time moves along with the
// other. Errors: what is not a number.
func (d *Clover) SetParameter(name string, x float64) error {
	if name == csw {
		return d.SetCSW(x, d.time+(x-d.space))
	}
	return d.Wilson.SetParameter(name, x)
}

// ParameterDerivative returns 2 Re <y, dD/dp x>.
func (d *Clover) ParameterDerivative(name string, y, x *fermion.Field) float64 {
	if name != csw {
		return d.Wilson.ParameterDerivative(name, y, x)
	}
	d.onDouble.apply(d.shape.Raw(), d.unitBlocks(), x.Raw(), 0, false, lattice.All) // nobody reads the values of shape
	return 2 * y.ReDot(d.shape, lattice.All)
}

// unitBlocks returns C of c_sw = 1.
func (d *Clover) unitBlocks() []lattice.Vec {
	if !d.unitFresh {
		if d.unit == nil {
			d.unit = lattice.Make[float64](len(d.term.a))
		}
		d.term.set(d.unit, 1, 1)
		d.unitFresh = true
	}
	return d.unit
}

// LogDetBlockParameterDerivative returns tr g dA/dp on s, g the Hermitian part of A^-1,
// and mu tr B for mu (see cloverInverse).
func (d *Clover) LogDetBlockParameterDerivative(name string, s lattice.Subset) (sum float64) {
	j := &d.job
	j.other = nil
	switch {
	case name == csw:
		j.other = d.unitBlocks()
	case d.parameter(name) == &d.twist:
		j.ofTwist = true
	}
	for _, p := range d.parts(s) {
		j.inverse, j.s = d.inverted(p), p
		j.first, _ = d.geo.Range(p)
		j.do = sumTraces
		sum += d.geo.Reduce(j, p, j.partial)
	}
	j.other, j.ofTwist = nil, false
	return sum
}

// trace returns what a block brings to tr g of the Hermitian part of A^-1, tr g C or
// mu tr B.
func (j *cloverJob) trace(b int, w *cloverWork) (sum float64) {
	t := &j.d.term
	n := t.dim
	if j.ofTwist {
		copy(w.g, j.inverse.b[(b-j.first)*t.size:][:t.size])
	} else {
		j.setHermitianPart(b, w)
	}
	for half := range t.halves {
		g := w.g[half*n*n:][:n*n]
		var v lattice.Vec
		if j.other != nil {
			v = traceProduct(g, j.other[b*t.size+half*n*n:][:n*n], n)
		} else {
			for k := range n {
				for l := range v {
					v[l] += g[k][l]
				}
			}
		}
		sum += kernel.Lanes(&v, j.d.geo.ActiveLanes())
	}
	if j.ofTwist {
		sum *= imag(j.inverse.z)
	}
	return sum
}
