package verify_test

import (
	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

func kernelMutants() (list []mutant) {
	portable := kernel.Sets()[0]
	add := func(bug string, plant func(o *kernel.Ops)) {
		list = append(list, mutant{area: "kernels", bug: bug, law: "portable twin", subject: verify.OfKernels("kernels", func(g group.Group) *kernel.Ops {
			o := portable.Ops(g)
			plant(o)
			return o
		})})
	}
	add("dagger of the right operand lost", func(o *kernel.Ops) { o.Mul[kernel.NA] = o.Mul[kernel.NN] })
	add("lanes of the left operand not exchanged", func(o *kernel.Ops) {
		right := o.AddMul[kernel.AN]
		o.AddMul[kernel.AN] = func(dst []kernel.Vec, c float64, a []kernel.Vec, _ int, b []kernel.Vec, mb int) {
			right(dst, c, a, 0, b, mb)
		}
	})
	add("last lane left out", func(o *kernel.Ops) {
		right := o.MulVec[1]
		o.MulVec[1] = func(dst, a []kernel.Vec, ma int, v []kernel.Vec, mv int) {
			before := dst[0][lattice.Lanes-1]
			right(dst, a, ma, v, mv)
			dst[0][lattice.Lanes-1] = before
		}
	})
	add("reciprocal of single precision in the projection", func(o *kernel.Ops) {
		right := o.Reunitarize
		o.Reunitarize = func(u []kernel.Vec) {
			right(u)
			for k := range u {
				for l := range u[k] {
					u[k][l] = float64(float32(u[k][l]))
				}
			}
		}
	})
	add("trace kept in the force", func(o *kernel.Ops) {
		right := o.AddForce
		o.AddForce = func(f []kernel.Vec, c float64, u, x []kernel.Vec, mx int, y []kernel.Vec) {
			right(f, c, u, x, mx, y)
			f[o.A-1][0] += 1e-6 * c
		}
	})
	add("writes behind its block", func(o *kernel.Ops) {
		right := o.Plaquette
		o.Plaquette = func(x, a, b []kernel.Vec, mb int, c, d []kernel.Vec, md int) {
			right(x, a, b, mb, c, d, md)
			x[:len(x)+1][len(x)][2] = 1
		}
	})
	return list
}
